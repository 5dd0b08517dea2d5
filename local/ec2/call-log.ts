/** One EC2 call as it was answered. */
export interface Call {
  time: number;
  action: string;
  mutating: boolean;
  dryRun: boolean;
  /** `ok`, or the code of the error. */
  result: string;
}

/** More than any test needs; a server that runs for days must not grow without end. */
const LIMIT = 10_000;

export class CallLog {
  private calls: Call[] = [];

  add(call: Call): void {
    this.calls.push(call);
    if (this.calls.length > LIMIT * 2) this.calls = this.calls.slice(-LIMIT);
  }

  list(): Call[] {
    return this.calls.slice(-LIMIT).map((call) => ({ ...call }));
  }

  clear(): void {
    this.calls = [];
  }
}
