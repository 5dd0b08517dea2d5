/** One EC2 call as it was answered. */
export interface Call {
  time: number;
  action: string;
  mutating: boolean;
  dryRun: boolean;
  /** `ok`, or the code of the error. */
  result: string;
}

/** All calls of one action since the log was cleared, those that it no longer lists too. */
export interface ActionSummary {
  mutating: boolean;
  dryRuns: number;
  /** How many ended how: `ok`, or the code of the error. */
  results: Record<string, number>;
  firstAt: number;
  lastAt: number;
}

/** More than any test needs; a server that runs for days must not grow without end. */
const LIMIT = 10_000;

export class CallLog {
  private calls: Call[] = [];
  private readonly summaries = new Map<string, ActionSummary>();

  add(call: Call): void {
    this.calls.push(call);
    this.count(call);
    if (this.calls.length > LIMIT * 2) this.calls = this.calls.slice(-LIMIT);
  }

  list(): Call[] {
    return this.calls.slice(-LIMIT).map((call) => ({ ...call }));
  }

  summary(): Record<string, ActionSummary> {
    return structuredClone(Object.fromEntries(this.summaries));
  }

  clear(): void {
    this.calls = [];
    this.summaries.clear();
  }

  private count({ action, mutating, dryRun, result, time }: Call): void {
    const summary = this.summaries.get(action) ?? { mutating, dryRuns: 0, results: {}, firstAt: time, lastAt: time };
    summary.dryRuns += dryRun ? 1 : 0;
    summary.results[result] = (summary.results[result] ?? 0) + 1;
    summary.lastAt = time;
    this.summaries.set(action, summary);
  }
}
