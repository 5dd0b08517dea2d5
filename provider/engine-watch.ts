/**
 * The runtime of a dynamic provider ends only when it is told to, so the process outlives an engine that was killed
 * (seen with a real engine). It should finish or stop what is under way, and then go.
 */
const LOOK_EVERY_MS = 1000;

export class EngineWatch {
  private readonly engine = process.ppid;
  private busy = 0;

  /** Whether the process that started this one is gone: an orphan gets another parent. */
  readonly isAbandoned = (): boolean => process.ppid !== this.engine;

  /** Ends the process once it is abandoned and idle. */
  begin(): void {
    setInterval(() => {
      if (this.busy === 0 && this.isAbandoned()) {
        process.exit(0);
      }
    }, LOOK_EVERY_MS).unref();
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work();
    } finally {
      this.busy--;
    }
  }
}
