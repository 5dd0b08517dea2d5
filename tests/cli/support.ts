/** The command line over a simulated account: in this process, or as a process of its own over HTTP. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { run } from "../../cli/program";
import type { Terminal } from "../../cli/terminal";
import { type Ec2Simulator, nothingBut } from "../../local/ec2";
import { Handlers } from "../../provider/handlers";
import type { Properties } from "../../provider/model/properties";
import { Session } from "../../provider/session";
import { CALLER } from "../local/ec2/support";
import { program, Stack } from "../provider/support";

export interface Ran {
  code: number;
  /** Lines of standard output, and of standard error. */
  out: string[];
  err: string[];
  questions: string[];
}

export interface RunOptions {
  /** The answer to the question; absent: nobody is there to ask. */
  answer?: boolean;
  hasColour?: boolean;
  interrupted?: AbortSignal;
  region?: string | undefined;
  /** Called at each line. */
  onLine?: (line: string) => void;
  /** Called whenever time passes. */
  onSleep?: () => void;
  leapMs?: number;
}

/** Never called: the simulator is in this process. Without it, other services of AWS would be. */
const NOT_AWS = "http://127.0.0.1:1";

type Account = Pick<Stack, "simulator" | "clock">;

/** A run in this process, in the account's time. */
export async function cli(account: Account, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { answer, hasColour = false, interrupted = new AbortController().signal, leapMs = 0 } = options;
  const [out, err, questions]: string[][] = [[], [], []];
  const keep = (lines: string[] = []): ((line: string) => void) => {
    return (line) => {
      lines.push(...line.split("\n"));
      options.onLine?.(line);
    };
  };
  const terminal: Terminal = {
    print: keep(out),
    complain: keep(err),
    isInteractive: answer !== undefined,
    hasColour,
    columns: 120,
    confirm: (question) => {
      questions?.push(question);
      return Promise.resolve(answer === true);
    },
    interrupted,
  };
  const { simulator, clock } = account;
  const around = {
    clock: {
      now: () => clock.now(),
      sleep: async (ms: number): Promise<void> => {
        clock.advance(Math.max(ms, leapMs));
        options.onSleep?.();
        // Others go on meanwhile, as they would.
        await new Promise(setImmediate);
      },
    },
    client: {
      requestHandler: simulator.requestHandler(),
      ...CALLER,
      random: (): number => 0.5,
    },
  };
  const region = "region" in options ? options.region : "us-east-1";
  const where = ["--endpoint", NOT_AWS, ...(region === undefined ? [] : ["--region", region])];
  const code = await run([...where, ...args], { terminal, around });
  return { code, out: out ?? [], err: err ?? [], questions: questions ?? [] };
}

/** A run that ends well, and says nothing on standard error but what is expected. */
export async function done(account: Account, args: readonly string[], options?: RunOptions): Promise<Ran> {
  const ran = await cli(account, args, options);
  assert.equal(ran.code, 0, [...ran.out, ...ran.err].join("\n"));
  return ran;
}

/** With more in this process's environment, for as long as it takes. */
export async function withEnvironment(more: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(more).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, more);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) {
        Reflect.deleteProperty(process.env, name);
      } else {
        process.env[name] = value;
      }
    }
  }
}

/** The JSON on standard output. */
export function json({ out }: Ran): unknown {
  return JSON.parse(out.join("\n"));
}

/** As it is built, and installed. */
export const ENTRY = join(__dirname, "../../dist/cli/main.js");
const ROOT = join(__dirname, "../..");

/** So much faster than the world that a shutdown takes no time to speak of. */
export const TIME_SCALE = 200;

/** The environment of a process that has the simulator, and nothing of who runs the tests. */
export function environment(url: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    TERM: "xterm-256color",
    ...nothingBut(url, TIME_SCALE),
    ...more,
  };
}

export interface Process {
  child: ChildProcess;
  ended: Promise<Ran>;
}

export function start(args: readonly string[], env: Record<string, string>): Process {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (it: Buffer) => (stdout += it.toString()));
  child.stderr.on("data", (it: Buffer) => (stderr += it.toString()));
  const lines = (text: string): string[] => text.replace(/\n$/, "").split("\n");
  const ended = new Promise<Ran>((resolve) => {
    child.on("close", (code) => {
      resolve({ code: code ?? -1, out: lines(stdout), err: lines(stderr), questions: [] });
    });
  });
  return { child, ended };
}

/** A machine in a simulator that others reach over HTTP, made in its own time. */
export async function deployed(simulator: Ec2Simulator, url: string, inputs: Properties = {}): Promise<Stack> {
  const lines: string[] = [];
  const begun = performance.now();
  const now = (): number => performance.timeOrigin + begun + (performance.now() - begun) * TIME_SCALE;
  const session = new Session(
    { region: "us-east-1", endpoints: JSON.stringify([{ ec2: url }]) },
    {
      clock: { now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / TIME_SCALE)) },
      say: (line) => lines.push(line),
      client: { credentials: { accessKeyId: "test", secretAccessKey: "test" } },
    },
  );
  const owner = new Stack(simulator, new Handlers(session), undefined as never, lines);
  await owner.up(program(inputs));
  return owner;
}
