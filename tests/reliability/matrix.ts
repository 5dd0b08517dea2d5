/** Every call that the scenarios make, met by every fault. */
import assert from "node:assert/strict";
import { sending } from "../provider/interruptions";
import { now, type Point, putBack } from "../provider/kills";
import type { Stack, StackOptions, Through } from "../provider/support";
import type { FaultClass, Sent, Strike, Weather } from "./faults";
import { Watch } from "./invariants";
import { isSound, run, watched } from "./runs";
import { type Scenario, type Scene, SCENARIOS } from "./scenarios";

/** A scenario that is ready to be run, again and again. */
export interface Stage {
  name: string;
  verb: Scenario["verb"];
  scene: Scene;
  start: Point;
  /** Every id in the account. */
  known: ReadonlySet<string>;
  /** How often a run without a fault calls each action; a dry run of one is another action. */
  calls: ReadonlyMap<string, number>;
}

/** One place in one scenario at which a fault begins. */
export interface Place {
  stage: Stage;
  /** How many calls of the action come before. */
  skip: number;
}

export type Outcome = "ends well" | "fails";

/** The result of one try; no outcome, if the fault never struck. */
export interface Trial {
  outcome?: Outcome;
  /** Flaws, in sentences. */
  flaws: string[];
}

const ID = /"((?:i|eni|eni-attach|eipassoc|eipalloc|lt|vol|sir)-[0-9a-z]+)"/g;

export async function staged(): Promise<Stage[]> {
  const stages: Stage[] = [];
  for (const { verb, name, prepare } of SCENARIOS) {
    const scene = await prepare();
    const start = now(scene.owner, `${verb}: ${name}`);
    const known = new Set([...JSON.stringify(start.world).matchAll(ID)].map((it) => it[1] ?? ""));
    const calls = new Map<string, number>();
    const count: Through = (handler) =>
      sending(handler, (request, action) => {
        calls.set(action, (calls.get(action) ?? 0) + 1);
        return handler.handle(request);
      });
    await run(watched(scene.owner, new Watch(scene.owner, scene.others), scene, { through: count }), scene.after);
    putBack(scene.owner, start);
    stages.push({ name: `${verb}: ${name}`, verb, scene, start, known, calls });
  }
  return stages;
}

export function actionsOf(stages: readonly Stage[]): string[] {
  return [...new Set(stages.flatMap((it) => [...it.calls.keys()]))].sort();
}

/**
 * Where the faults of an action begin: everywhere, or, as a sample, at its first call in the first scenario that makes it, and at its
 * last call in the last scenario of another verb (the same verb, the same scenario, if there is no other).
 */
export function placesOf(action: string, stages: readonly Stage[], everywhere: boolean): Place[] {
  const callers = stages.filter((it) => it.calls.has(action));
  const [first] = callers;
  assert.ok(first !== undefined, `nothing calls ${action}`);
  if (everywhere) {
    return callers.flatMap((stage) => places(stage, action));
  }
  const last = callers.findLast((it) => it.verb !== first.verb) ?? callers.at(-1) ?? first;
  const end = { stage: last, skip: (last.calls.get(action) ?? 1) - 1 };
  return [{ stage: first, skip: 0 }, ...(last === first && end.skip === 0 ? [] : [end])];
}

function places(stage: Stage, action: string): Place[] {
  return Array.from({ length: stage.calls.get(action) ?? 0 }, (_, skip) => ({ stage, skip }));
}

/** A fault at one place. */
export async function tryFault(fault: FaultClass, action: string, { stage, skip }: Place): Promise<Trial> {
  const { owner } = stage.scene;
  const struck: Struck = { codes: new Set(), isOver: false };
  const through = faulty({ owner, fault, action, skip, known: stage.known, struck });
  const trial = await tried(stage, {
    at: `${stage.name}: ${fault.name} at ${action}${skip === 0 ? "" : `, call ${skip + 1}`}`,
    endsWell: fault.endsWell(action),
    options: { through },
    clear: () => {
      struck.isOver = true;
    },
    struck,
  });
  return struck.first === undefined ? { flaws: trial.flaws } : trial;
}

/** A fault of the whole run. Time passes in small steps, so that it is there while the run looks. */
export async function tryWeather(weather: Weather, stage: Stage): Promise<Trial> {
  const { simulator } = stage.scene.owner;
  weather.set(simulator);
  return tried(stage, {
    at: `${stage.name}: ${weather.name}`,
    endsWell: weather.endsWell,
    options: { leapMs: 2_000 },
    clear: () => {
      weather.clear(simulator);
    },
    struck: { codes: new Set(), isOver: false },
  });
}

/** The strikes so far. */
interface Struck {
  /** When it was for the first time. */
  first?: number;
  codes: Set<string>;
  /** Nothing strikes after the run. */
  isOver: boolean;
}

interface Attempt {
  /** The point in question. */
  at: string;
  endsWell: boolean;
  options: StackOptions;
  /** Ends what is still wrong. */
  clear: () => void;
  struck: Struck;
}

/** Whoever waits for longer than this waits for ever. */
const TIME_BOUND_MS = 60 * 60_000;
/** How often the same command may be needed once nothing is wrong any more. */
const COMMANDS = 3;

async function tried(stage: Stage, { at, endsWell, options, clear, struck }: Attempt): Promise<Trial> {
  const { owner, others, after } = stage.scene;
  const watch = new Watch(owner, others);
  const stack = watched(owner, watch, stage.scene, options);
  const flaws: string[] = [];
  const note = (what: string): void => void flaws.push(`${at}: ${what}`);
  let failure: Error | undefined;
  try {
    await run(stack, after);
  } catch (error) {
    failure = error as Error;
  }
  if (stack.clock.now() - stage.start.at > TIME_BOUND_MS) {
    note("it took too long");
  }
  clear();
  if (failure !== undefined) {
    flawsOf(failure.message, struck.codes, refusals(owner)).forEach(note);
    if (endsWell) {
      note(`it should have ended well, and failed: ${failure.message}`);
    }
  }
  try {
    const last = failure === undefined ? stack : await goneOn(stack, watch, stage);
    watch.holds("an invariant");
    await isSound(last, after, others, "the end");
  } catch (error) {
    note(String(error));
  }
  putBack(owner, stage.start);
  return { outcome: failure === undefined ? "ends well" : "fails", flaws };
}

/** The same command once nothing is wrong any more, until it ends well. */
async function goneOn(failed: Stack, watch: Watch, { scene }: Stage): Promise<Stack> {
  let stack = failed;
  const said: string[] = [];
  for (let commands = 0; commands < COMMANDS; commands++) {
    stack = watched(stack, watch, scene);
    try {
      await run(stack, scene.after);
      return stack;
    } catch (error) {
      said.push(String(error));
    }
  }
  throw new Error(`the same command did not end well: ${said.join(" | ")}`);
}

/** Facts that an error leaves unsaid, or words in it that no user can read. */
function flawsOf(text: string, codes: ReadonlySet<string>, refused: readonly string[]): string[] {
  const said = (pattern: RegExp): boolean => pattern.test(text);
  const wrong: (string | false)[] = [
    said(/undefined|\[object|\bNaN\b|\bnull\b/) && "it says what no user can read",
    said(/\n\s+at |\.[jt]s:\d+/) && "it shows a stack",
    !said(/could not|cannot|nothing was (changed|deleted)|\bno \w+ could\b/i) && "it does not say what was being done",
    !said(/`pulumi (up|destroy)`|^: /) && "it does not say how to go on",
    ![...codes].every((code) => text.includes(code)) &&
      !refused.slice(-1).some((code) => text.includes(code)) &&
      `it does not say ${[...codes].join(" and ")}`,
  ];
  return wrong.filter((it) => it !== false).map((it) => `${it}: "${text}"`);
}

/** With what EC2 refused calls, in their order. */
function refusals({ simulator }: Stack): string[] {
  return simulator
    .calls()
    .map((it) => it.result)
    .filter((it) => it !== "ok" && it !== "DryRunOperation");
}

interface Faulty {
  owner: Stack;
  fault: FaultClass;
  action: string;
  skip: number;
  known: ReadonlySet<string>;
  struck: Struck;
}

/** The fault is armed for the very call that it is to meet. */
function faulty({ owner, fault, action, skip, known, struck }: Faulty): Through {
  const { simulator, clock } = owner;
  let seen = 0;
  let count = 0;
  const isOver = (): boolean =>
    struck.isOver ||
    ("times" in fault.lasts
      ? count >= fault.lasts.times
      : struck.first !== undefined && clock.now() - struck.first >= fault.lasts.ms);
  const strikeOf = (sent: Sent): Strike | undefined =>
    sent.action !== action || seen++ < skip || isOver() ? undefined : fault.strike(sent, count);
  return (handler) =>
    sending(handler, (request, called, params) => {
      const strike = strikeOf({ action: called, params, known });
      if (strike === undefined) {
        return handler.handle(request);
      }
      const name = params.get("Action") ?? "";
      struck.first ??= clock.now();
      struck.codes = new Set(wordsFor(strike, name));
      count++;
      if (strike === "denied") {
        simulator.iam.deny(`ec2:${name}`);
      } else {
        simulator.faults.add({ ...strike, action: name, times: 1 });
      }
      // In process a call is carried out before this comes back, and its reply waits: no other call is in between.
      const reply = handler.handle(request);
      simulator.iam.clear();
      simulator.faults.clear();
      return reply;
    });
}

/** Words that an error of this strike has to contain. */
function wordsFor(strike: Strike, name: string): string[] {
  if (strike === "denied") {
    return ["UnauthorizedOperation", `ec2:${name}`];
  }
  return [strike.error?.code ?? (strike.hang === true ? "ETIMEDOUT" : "ECONNRESET")];
}
