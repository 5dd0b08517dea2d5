import { spawn, type ChildProcessByStdio } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface ChildOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  onLine: (line: string, stream: "stdout" | "stderr") => void;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const LAST_LINES_MS = 2000;

/** The built file, also when this file itself runs from source, as in tests: a process that has to load ts-node starts slowly. */
const PRELOAD = __filename.endsWith(".ts")
  ? join(__dirname, "..", "..", "dist", "local", "deployer", "lazy-libraries.js")
  : join(__dirname, "lazy-libraries.js");

const alive = new Set<ChildProcessByStdio<null, Readable, Readable>>();
let killAtExit = false;

/** A node process that outlives ours only if ours is killed. */
export class Child {
  /** Resolves when the process has ended and what it printed has been passed on. */
  readonly ended: Promise<ProcessExit>;
  private readonly process: ChildProcessByStdio<null, Readable, Readable>;

  constructor(args: readonly string[], { cwd, env, onLine }: ChildOptions) {
    // A session of its own: Ctrl-C at the terminal reaches us only, and operations under way can come to their end.
    this.process = spawn(process.execPath, ["--require", PRELOAD, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    keepTrackOf(this.process);
    const { stdout, stderr } = this.process;
    createInterface({ input: stdout }).on("line", (line) => {
      onLine(line, "stdout");
    });
    createInterface({ input: stderr }).on("line", (line) => {
      onLine(line, "stderr");
    });
    this.ended = this.waitForEnd();
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  private async waitForEnd(): Promise<ProcessExit> {
    const closed = new Promise<void>((resolve) => this.process.once("close", resolve));
    const ending = await new Promise<ProcessExit>((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("exit", (code, signal) => {
        resolve({ code, signal });
      });
    });
    // A process that it has started can hold the pipes open for ever.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, LAST_LINES_MS).unref())]);
    return ending;
  }
}

function keepTrackOf(child: ChildProcessByStdio<null, Readable, Readable>): void {
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  if (killAtExit) return;
  killAtExit = true;
  process.once("exit", () => {
    for (const left of alive) left.kill("SIGKILL");
  });
}

export function describeExit({ code, signal }: ProcessExit): string {
  return signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
}
