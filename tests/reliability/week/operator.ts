/** The commands of people: `pulumi up`, and the verbs of the command line, each a process of its own. */
import { run as runCli } from "../../../cli/program";
import { Handlers } from "../../../provider/handlers";
import { Session } from "../../../provider/session";
import { type Recorded, Stack, type Through } from "../../provider/support";
import type { Properties } from "../purpose";
import type { Account } from "./account";
import type { Machine } from "./machine";
import { Process } from "./process";
import { minus, total } from "./spans";
import { MINUTE } from "./time";

export type Verb = "pause" | "resume" | "recycle";

/** How one command ended. */
export type End = "well" | "failed" | "killed";

/** Nothing is ever asked here; without it, services beside EC2 would be. */
const NOT_AWS = "http://127.0.0.1:1";

/** A process that may touch the one machine, and no other. */
function processFor(account: Account, recorded: Recorded | undefined): Process {
  const through: Through = account.watch.process(recorded, (id) => account.purposeOf(id));
  return new Process(account, "operator", through);
}

function stackIn(process: Process, account: Account, lines: string[], say: (line: string) => void): Stack {
  const session = new Session({ region: "us-east-1" }, { ...process.around, say });
  return new Stack(account.simulator, new Handlers(session), account.clock, lines);
}

export async function createdBy(account: Account, inputs: Properties): Promise<Stack> {
  const stack = stackIn(processFor(account, undefined), account, [], (line) => {
    account.note(`  up: ${line}`);
  });
  await stack.up(inputs);
  return stack;
}

/** The user's state in another process, which does not change what the user has. */
export function readerOf(account: Account, { stack }: Machine): Stack {
  const reader = stackIn(processFor(account, stack.recorded), account, [], () => undefined);
  reader.recorded = structuredClone(stack.recorded);
  return reader;
}

export interface UpOptions {
  change?: Properties;
  isRefreshed?: boolean;
  /** When it is killed: at which of its calls. */
  killedAt?: number;
}

/** `pulumi up`, with or without a change of the program. */
export function up(account: Account, machine: Machine, options: UpOptions = {}): Promise<End> {
  const run = machine.lock.then(() => upInTurn(account, machine, options));
  machine.lock = run;
  return run;
}

async function upInTurn(account: Account, machine: Machine, options: UpOptions): Promise<End> {
  const { change = {}, isRefreshed = false, killedAt } = options;
  const { name, declared } = machine;
  machine.program = { ...machine.program, ...change };
  const process = processFor(account, machine.stack.recorded);
  const lines: string[] = [];
  const stack = stackIn(process, account, lines, (line) => {
    account.note(`  up: ${line}`);
  });
  stack.recorded = machine.stack.recorded;
  if (killedAt !== undefined) {
    process.killAt(killedAt, account.random.next() < 0.5 ? "before" : "after");
  }
  account.note(`${name}: up ${JSON.stringify(change)}${isRefreshed ? " after a refresh" : ""}`);
  const wanted = machine.program.desiredState === "paused" ? "paused" : "running";
  const word = declared.begin(wanted);
  const work = async (): Promise<End> => {
    try {
      await (isRefreshed ? stack.refresh() : undefined);
      const what = await stack.up(machine.program);
      declared.end(word, what === "same" ? "no" : "yes");
      machine.isUnfinished = false;
      account.note(`${name}: up ended: ${what}`);
      return "well";
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      declared.end(word, "maybe");
      leftHalfWay(account, machine);
      account.note(`${name}: up failed: ${text}`);
      isInWords(account, `up of ${name}`, text);
      return "failed";
    } finally {
      machine.stack.recorded = stack.recorded;
    }
  };
  const killed = process.died.then((): End => {
    declared.end(word, "maybe");
    leftHalfWay(account, machine);
    // As Pulumi does with an update that was cut off: the next one is carried out, whatever is found.
    machine.stack.recorded = machine.stack.recorded && { ...machine.stack.recorded, failed: true };
    account.note(`${name}: up was killed`);
    return "killed";
  });
  const end = await timed(account, `up of ${name}`, Promise.race([work(), killed]));
  account.checkInvariants();
  return end;
}

/** A controller leaves a new generation alone for so long: `healing.graceSeconds` is not set, and looks once a minute. */
const GRACE_MS = 6 * MINUTE;

function leftHalfWay(account: Account, machine: Machine): void {
  machine.isUnfinished = true;
  machine.granted.push({ from: account.now(), to: account.now() + GRACE_MS });
}

/** `managed-instance pause`, `resume` or `recycle`, by hand. */
export async function byHand(account: Account, machine: Machine, verb: Verb): Promise<End> {
  const { name, declared, stack } = machine;
  const process = processFor(account, stack.recorded);
  account.note(`${name}: ${verb} by hand`);
  const word = verb === "recycle" ? undefined : declared.begin(verb === "pause" ? "paused" : "running");
  const { code, said } = await timed(account, `${verb} of ${name}`, cli(account, process, [verb, machine.id, "--yes"]));
  const text = said.join(" ");
  account.note(`${name}: ${verb} by hand ended with ${code}: ${text}`);
  if (word !== undefined) {
    declared.end(word, code === 0 ? "yes" : "maybe");
  }
  if (code !== 0) {
    isInWords(account, `${verb} of ${name}`, text);
  }
  account.checkInvariants();
  return code === 0 ? "well" : "failed";
}

interface Ran {
  code: number;
  /** Its lines on standard error. */
  said: string[];
}

/** One run of `managed-instance`. */
export async function cli(
  account: Account,
  process: Process,
  args: readonly string[],
  {
    print = () => undefined,
    interrupted = new AbortController().signal,
  }: {
    print?: (line: string) => void;
    interrupted?: AbortSignal;
  } = {},
): Promise<Ran> {
  const said: string[] = [];
  const terminal = {
    print: (line: string) => {
      account.note(`  ${args[0] ?? ""}: ${line}`);
      print(line);
    },
    complain: (line: string) => void said.push(line),
    isInteractive: false,
    hasColour: false,
    columns: 120,
    confirm: () => Promise.resolve(false),
    interrupted,
  };
  const code = await runCli(["--region", "us-east-1", "--endpoint", NOT_AWS, ...args], {
    terminal,
    around: process.around,
  });
  return { code, said };
}

/** Longer than all that EC2 does for one replacement, its status checks too: it waited for something that does not come. */
const LONGEST_MS = 6 * MINUTE;

async function timed<T>(account: Account, what: string, work: Promise<T>): Promise<T> {
  const from = account.now();
  const result = await work;
  const to = account.now();
  account.fleet.commands.push({ what, from, to });
  if (total(minus([{ from, to }], account.weather.missing)) > LONGEST_MS) {
    account.breaks(`${what} took ${Math.round((to - from) / 1000)} s`);
  }
  return result;
}

/** A failure is told to a user, and is no fault of the program. */
export function isInWords(account: Account, what: string, text: string): void {
  if (text.length < 11 || /undefined|\[object|TypeError|is not a function|fault of pulumi/.test(text)) {
    account.breaks(`${what} says: ${text}`);
  }
}
