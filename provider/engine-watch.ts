/**
 * The runtime of a dynamic provider ends only when it is told to, so the process outlives an engine that was killed
 * (seen with a real engine). It should finish or stop what is under way, and then go.
 */
const LOOK_EVERY_MS = 1000;

export class EngineWatch {
  private readonly parent = process.ppid;
  private isUnheard = false;
  private busy = 0;

  /**
   * Whether the engine is gone: an orphan gets another parent. The CLI starts this process through a shell, which stays;
   * then it shows when nobody reads what is printed any more.
   */
  readonly isAbandoned = (): boolean => this.isUnheard || process.ppid !== this.parent;

  /** Ends the process once it is abandoned and idle. */
  begin(): void {
    for (const stream of [process.stdout, process.stderr]) {
      // Handled, because a line that nobody reads must not end the work that it tells of.
      stream.on("error", () => {
        this.isUnheard = true;
      });
    }
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
