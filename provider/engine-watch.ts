/**
 * What the process of a dynamic provider hears of its engine.
 *
 * The runtime ends only when it is told to, so the process outlives an engine that was killed (seen with a real engine). It
 * should finish or stop what is under way, and then go.
 *
 * On Ctrl-C the engine calls `Cancel`, begins nothing more, and waits for what is under way; it kills the process at the
 * second one. The runtime answers that call by itself and tells the handlers nothing, so it is listened for here.
 */
import { Server } from "node:net";

const LOOK_EVERY_MS = 1000;
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

export class EngineWatch {
  private static shared: EngineWatch | undefined;

  private readonly parent = process.ppid;
  private readonly ending = new AbortController();
  private isUnheard = false;
  private isToldToEnd = false;
  private busy = 0;

  /** The process's one: each version of the serialized provider is configured by itself, and none may end another's work. */
  static ofProcess(): EngineWatch {
    if (EngineWatch.shared === undefined) {
      EngineWatch.shared = new EngineWatch();
      EngineWatch.shared.begin();
    }
    return EngineWatch.shared;
  }

  /** Aborted once the user has ended the run. */
  get cancelled(): AbortSignal {
    return this.ending.signal;
  }

  /**
   * Whether the engine is gone: an orphan gets another parent. The CLI starts this process through a shell, which stays;
   * then it shows when nobody reads what is printed any more.
   */
  readonly isAbandoned = (): boolean => this.isUnheard || process.ppid !== this.parent;

  /** Ends the process once it is abandoned, or was told to end, and is idle. */
  begin(): void {
    for (const stream of [process.stdout, process.stderr]) {
      // Handled, because a line that nobody reads must not end the work that it tells of.
      stream.on("error", () => {
        this.isUnheard = true;
      });
    }
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        this.end();
      });
    }
    this.listen();
    let wasDone = false;
    setInterval(() => {
      const isDone = this.busy === 0 && (this.isToldToEnd || this.isAbandoned());
      // Not at the first look, by which the last reply may not have left yet.
      if (isDone && wasDone) {
        process.exit(0);
      }
      wasDone = isDone;
    }, LOOK_EVERY_MS).unref();
  }

  /** Hears `Cancel` as it arrives at the servers of this process; where none is found, Ctrl-C waits for what is under way. */
  listen(): void {
    for (const server of serversOfProcess()) {
      server.on("stream", (_stream: unknown, headers: Record<string, unknown>) => {
        if (headers[":path"] === CANCEL) {
          this.ending.abort();
        }
      });
    }
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work();
    } finally {
      this.busy--;
    }
  }

  /** By a signal, which ends an idle process at once, as it would without this; a second one ends any. */
  private end(): void {
    if (this.busy === 0 || this.isToldToEnd) {
      process.exit(1);
    }
    this.isToldToEnd = true;
    this.ending.abort();
  }
}

/** Node has no documented way to them; the one that there is has been the same since its first versions. */
function serversOfProcess(): Server[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] };
  return (handles?.call(process) ?? []).filter((it) => it instanceof Server);
}
