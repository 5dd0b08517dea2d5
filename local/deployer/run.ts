import { linesOf, Stopped } from "./errors";
import type { Project } from "./project";
import type { Provider } from "./provider";
import type { Report } from "./report";
import type { StackSnapshot } from "./snapshot";

interface Parts {
  project: Project;
  preview: boolean;
  snapshot: StackSnapshot;
  report: Report;
  provider: () => Promise<Provider>;
}

/** The state that the parts of one deployment share. */
export class Run {
  readonly project: Project;
  readonly preview: boolean;
  readonly snapshot: StackSnapshot;
  readonly report: Report;
  /** The provider process, started when it is first needed. */
  readonly provider: () => Promise<Provider>;
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly end = new AbortController();

  constructor(parts: Parts) {
    this.project = parts.project;
    this.preview = parts.preview;
    this.snapshot = parts.snapshot;
    this.report = parts.report;
    this.provider = parts.provider;
  }

  /** Aborted when nothing new is to be begun any more: something failed, or the user asked for it. */
  get stopSignal(): AbortSignal {
    return this.end.signal;
  }

  isStopped(): boolean {
    return this.end.signal.aborted;
  }

  /** Refuses to begin what can't be taken back, once the run has stopped. */
  assertGoing(): void {
    if (this.isStopped()) throw new Stopped();
  }

  fail(error: unknown, urn?: string): void {
    if (error instanceof Stopped) return;
    this.report.fail(linesOf(error), urn);
    this.end.abort();
  }

  /** Keeps count of work that has to come to its end before the run may. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }

  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled([...this.underWay]);
  }
}
