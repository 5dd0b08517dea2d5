/** Two runs that meet: the second begins at a call of the first, and goes to its end there, or up to a call of its own. */
import assert from "node:assert/strict";
import { pause, recycle, resume } from "../../controller/by-hand";
import { handleMachine, handleMessage, sweep } from "../../controller/handle";
import type { Controller, Outcome } from "../../controller/outcome";
import { isReadable, type Machine, readMachine } from "../../controller/record";
import { TAG } from "../../provider/ec2/tags";
import { depsOf as depsOfRun } from "../../provider/engine/steps/run";
import { controllerOf } from "../controller/support";
import { interposed } from "../provider/interruptions";
import { goingOn } from "../provider/kills";
import { type InProcess, program, type Stack, type Through } from "../provider/support";
import type { Properties } from "./purpose";

/** Fewer looks at what takes time, and few enough that a pause of the one is no long time for the other. */
const LEAP_MS = 2000;

/** One run of somebody's: a command of Pulumi's or of the command line, or the controller. */
export interface Verb {
  name: string;
  run: (owner: Stack, through: Through) => Promise<void>;
}

/** The end of a run, with its error. */
type End = { said?: undefined } | { said: string };

export function upTo(name: string, inputs: Properties): Verb {
  return {
    name: `up (${name})`,
    run: async (owner, through) => {
      const stack = goingOn(owner, { through, leapMs: LEAP_MS });
      try {
        await stack.up(program(inputs));
      } finally {
        owner.recorded = stack.recorded ?? owner.recorded;
      }
    },
  };
}

type ByHand = (machine: Machine, controller: Controller) => Promise<unknown>;

function byHand(name: string, work: ByHand): Verb {
  return {
    name,
    run: async (owner, through) => {
      const controller = controllerOf(owner, { through, leapMs: LEAP_MS });
      const reading = await readMachine(controller, owner.recorded?.id ?? "");
      assert.ok(reading !== undefined, "there should be a record");
      if (!isReadable(reading)) {
        // Whoever is told so does nothing, and knows what to do.
        throw new Error(reading.unreadable);
      }
      await work(reading, controller);
    },
  };
}

function depsFor({ ec2, clock, say }: Controller): Parameters<typeof pause>[1] {
  const cancelled = new AbortController().signal;
  return depsOfRun(ec2, { clock, say, cancelled, isAbandoned: () => false, timeoutSeconds: 600 });
}

export const PAUSE = byHand("pause", (machine, controller) => pause(machine, depsFor(controller)));
export const RESUME = byHand("resume", (machine, controller) => resume(machine, depsFor(controller)));
export const RECYCLE = byHand("recycle", (machine, controller) => recycle(machine, depsFor(controller)));
export const NIGHT = byHand("pause by schedule", (machine, controller) =>
  pause(machine, depsFor(controller), { by: "schedule" }),
);

/** One tick of the controller. */
export const TICK = controlled("tick", (controller) => sweep(controller));

/** A look of the controller at this machine alone. */
export const LOOK = controlled("look", async (controller, owner) => [
  await handleMachine(controller, owner.recorded?.id ?? ""),
]);

/** The controller for a while: it goes on with what it takes for left. */
export const WATCH = controlled("watch", async (controller) => {
  const outcomes: Outcome[] = [];
  for (let minute = 0; minute < 8; minute++) {
    outcomes.push(...(await sweep(controller)));
    await controller.clock.sleep(60_000);
  }
  return outcomes;
});

/** The controller hears that AWS takes the machine's instance back. */
export const WARNED = controlled("interruption warning", (controller, owner) =>
  handleMessage(controller, {
    source: "aws.ec2",
    "detail-type": "EC2 Spot Instance Interruption Warning",
    time: new Date(owner.clock.now()).toISOString(),
    detail: { "instance-id": owner.outputs.instanceId, "instance-action": "terminate" },
  }),
);

function controlled(name: string, work: (controller: Controller, owner: Stack) => Promise<Outcome[]>): Verb {
  return {
    name,
    run: async (owner, through) => {
      const outcomes = await work(controllerOf(owner, { through, leapMs: LEAP_MS }), owner);
      const failed = outcomes.find((it) => it.kind === "failed" || it.kind === "gave-up");
      if (failed !== undefined) {
        throw new Error(failed.because);
      }
    },
  };
}

export interface Meeting {
  /** The call of the first run at which the second begins. */
  at: number;
  /** The call of the second run, by its number or its action, at which it stands still until the first has ended; absent: it goes to its end at once. */
  until?: number | string;
}

export interface Met {
  ends: readonly [End, End];
  /** How many calls each made. */
  calls: readonly [number, number];
  /** The generations that were launched, in their order. */
  launched: readonly number[];
  /** From when the first began to when both had ended. */
  tookMs: number;
}

/** A door that is shut until somebody opens it. */
function door(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** @param watching what else looks at the calls of each */
export async function meet(
  owner: Stack,
  [first, second]: readonly [Verb, Verb],
  { at, until }: Meeting,
  watching: () => Through = () => (handler) => handler,
): Promise<Met> {
  const launched: number[] = [];
  const calls: [number, number] = [0, 0];
  const begun = owner.clock.now();
  const arrival = door();
  const departure = door();
  let ending: Promise<End> | undefined;
  const note = (params: URLSearchParams): void => void launched.push(...onIdentity(owner, params));
  const counted = (index: 0 | 1, before: (action: string) => Promise<void>): Through => {
    const watch = watching();
    const counting = through(calls, index, before, note);
    return (handler) => counting(watch(handler) as InProcess);
  };
  const secondThrough = counted(1, async (action) => {
    if (calls[1] === until || action === until) {
      arrival.open();
      await departure.opened;
    }
  });
  const firstThrough = counted(0, async () => {
    if (calls[0] === at) {
      ending = endOf(second.run(owner, secondThrough));
      await Promise.race([ending, arrival.opened]);
    }
  });
  const end = await endOf(first.run(owner, firstThrough));
  departure.open();
  const other = await (ending ?? endOf(second.run(owner, secondThrough)));
  return { ends: [end, other], calls, launched, tookMs: owner.clock.now() - begun };
}

type Note = (params: URLSearchParams) => void;

function through(
  calls: [number, number],
  index: 0 | 1,
  before: (action: string) => Promise<void>,
  note: Note,
): Through {
  return (handler) =>
    interposed({
      before: async (action) => {
        calls[index]++;
        await before(action);
      },
    })(noting(handler, note) as InProcess);
}

/** The generation of an instance that is launched on the kept interface, or that it is attached to. */
function onIdentity({ simulator, outputs }: Stack, params: URLSearchParams): number[] {
  if (params.get("DryRun") === "true") {
    return [];
  }
  if (params.get("Action") === "AttachNetworkInterface") {
    const instance = simulator.snapshot().instances[params.get("InstanceId") ?? ""];
    return [Number(instance?.tags[TAG.generation])];
  }
  const isLaunch = params.get("Action") === "RunInstances";
  const isOn = params.get("NetworkInterface.1.NetworkInterfaceId") === outputs.networkInterfaceId;
  return isLaunch && isOn ? [Number(params.get("LaunchTemplate.Version"))] : [];
}

/** Notes what EC2 takes. */
function noting(handler: InProcess, note: Note): ReturnType<Through> {
  return {
    ...handler,
    handle: async (request: { body?: unknown }) => {
      const params = new URLSearchParams(String(request.body));
      const reply = await handler.handle(request as never);
      if ((reply as { response: { statusCode: number } }).response.statusCode === 200) {
        note(params);
      }
      return reply;
    },
  } as ReturnType<Through>;
}

async function endOf(work: Promise<void>): Promise<End> {
  try {
    await work;
    return {};
  } catch (error) {
    return { said: error instanceof Error ? error.message : String(error) };
  }
}

/** Where the second run begins. */
interface Where {
  /** Only a call that comes after one of this action. */
  after?: string;
  /** EC2 throttles the action, and the second begins before this try of the call. */
  tries?: number;
}

/** The second begins right before the first's first call of an action. */
export async function meetBefore(
  owner: Stack,
  [first, second]: readonly [Verb, Verb],
  action: string,
  { after, tries = 1 }: Where = {},
): Promise<Met> {
  let at = 0;
  let calls = 0;
  let tried = 0;
  let isDue = after === undefined;
  const count: Through = (handler) =>
    interposed({
      before: (called) => {
        calls++;
        tried += isDue && called === action ? 1 : 0;
        at = at === 0 && tried === tries ? calls : at;
        isDue ||= called === after;
      },
    })(handler);
  const throttle = (): void => {
    const error = { code: "RequestLimitExceeded", status: 503 };
    owner.simulator.faults.clear();
    owner.simulator.faults.add({ action, error, times: tries === 1 ? 0 : 3 * tries });
  };
  throttle();
  const world = owner.simulator.snapshot();
  const [begun, { recorded }] = [owner.clock.now(), owner];
  await first.run(owner, count);
  owner.clock.advance(begun - owner.clock.now());
  owner.simulator.restore(world);
  owner.recorded = recorded;
  throttle();
  assert.ok(at > 0, `${first.name} calls ${action}`);
  return meet(owner, [first, second], { at });
}
