/**
 * Watches, in the process of a dynamic provider, whether its engine lives and whether the user has ended the run.
 *
 * The runtime ends only when it is told to, so the process outlives an engine that was killed (seen with a real engine). The process
 * should finish or stop what is under way, and then exit.
 *
 * On Ctrl-C the engine calls `Cancel`, begins nothing more, and waits for what is under way; at the second Ctrl-C it kills the
 * process. The runtime answers that call by itself and tells the handlers nothing, so this class listens for the call.
 */
import { Server, Socket } from "node:net";

const LOOK_EVERY_MS = 1000;
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

export class EngineWatch {
  private static shared: EngineWatch | undefined;

  private readonly parent = process.ppid;
  private readonly ending = new AbortController();
  private readonly servers: Server[] = [];
  private isUnheard = false;
  private hasInputEnded = false;
  private isToldToEnd = false;
  private busy = 0;

  constructor(private readonly lookEveryMs = LOOK_EVERY_MS) {}

  /** The one watch of the process: each version of the serialized provider is configured by itself, and none may end another's work. */
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
   * Whether the engine is gone. An orphan gets another parent, but not on Windows, and not under the CLI, which starts this process
   * through a shell that stays. There the pipes tell: nobody reads the output any more, or the standard input has ended.
   */
  readonly isAbandoned = (): boolean => this.isUnheard || process.ppid !== this.parent;

  /** Ends the process once it is idle and either abandoned or told to end. */
  begin(): void {
    for (const stream of [process.stdout, process.stderr]) {
      // Handled, because a line that nobody reads must not end the work that the line is about.
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
    this.watchInput();
    let wasDone = false;
    setInterval(() => {
      void this.lookForConnections();
      const isDone = this.busy === 0 && (this.isToldToEnd || this.isAbandoned());
      // Not at the first look: the last reply may not have left by then.
      if (isDone && wasDone) {
        process.exit(0);
      }
      wasDone = isDone;
    }, this.lookEveryMs).unref();
  }

  /** Listens for `Cancel` at the servers of this process; where no server is found, Ctrl-C waits for what is under way. */
  listen(): void {
    for (const server of serversOfProcess()) {
      this.servers.push(server);
      server.on("stream", (_stream: unknown, headers: Record<string, unknown>) => {
        if (headers[":path"] === CANCEL) {
          this.ending.abort();
        }
      });
    }
  }

  /**
   * Watches the standard input: a pipe whose other end the engine holds and never writes to, so that the pipe ends with the engine,
   * whether anything is printed or not. A standard input of another kind (`/dev/null`, a file) tells nothing.
   */
  private watchInput(): void {
    const input = standardInput();
    const ended = (): void => {
      this.hasInputEnded = true;
    };
    input?.on("end", ended).on("error", ended).on("close", ended).resume().unref();
  }

  /** Looks for connections: a host may close the standard input early and live on, and it is there while it is connected. */
  private async lookForConnections(): Promise<void> {
    if (this.hasInputEnded && !this.isUnheard) {
      const connections = await Promise.all(this.servers.map(connectionsOf));
      this.isUnheard = connections.every((it) => it === 0);
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

  /** Handles a signal: the first ends an idle process at once, as it would without this watch; a second one ends any. */
  private end(): void {
    if (this.busy === 0 || this.isToldToEnd) {
      process.exit(1);
    }
    this.isToldToEnd = true;
    this.ending.abort();
  }
}

function standardInput(): Socket | undefined {
  try {
    const stdin: unknown = process.stdin;
    return stdin instanceof Socket && !process.stdin.isTTY ? stdin : undefined;
  } catch {
    return undefined; // The input was closed before this process began, or is of a kind that Node does not know.
  }
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => {
      resolve(error === null ? count : 0);
    });
  });
}

/** The servers of this process. Node has no documented way to them; the undocumented one has been the same since its first versions. */
function serversOfProcess(): Server[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] };
  return (handles?.call(process) ?? []).filter((it) => it instanceof Server);
}
