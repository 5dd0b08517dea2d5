/** A controller over the simulated account of a stack: it has EC2 and the time, and no state of Pulumi's. */
import assert from "node:assert/strict";
import type { Message } from "../../controller/events";
import { handleMessage, sweep } from "../../controller/handle";
import type { Controller, Outcome } from "../../controller/outcome";
import { isReadable, type Machine, type Place, readMachine } from "../../controller/record";
import { createEc2, type Ec2Client } from "../../provider/ec2/client";
import { castOf } from "../../provider/engine/situation/cast";
import { plan } from "../../provider/engine/planning/plan";
import { reconcile } from "../../provider/engine/reconcile";
import { type Deps, depsOf as depsOfRun } from "../../provider/engine/steps/run";
import type { Clock } from "../../provider/kit/clock";
import type { Step } from "../../provider/engine/planning/step";
import { CALLER } from "../local/ec2/support";
import type { Stack, Through } from "../provider/support";

const REGION = "us-east-1";

type Account = Pick<Stack, "simulator" | "clock">;

/** Every pause takes at least `leapMs`. */
function sleeping({ clock }: Account, leapMs = 0): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms) => {
      clock.advance(Math.max(ms, leapMs));
      return Promise.resolve();
    },
  };
}

export function placeOf(account: Account, through?: Through): Place & { ec2: Ec2Client } {
  const { simulator } = account;
  const handler = simulator.requestHandler();
  const ec2 = createEc2({
    region: REGION,
    clock: sleeping(account),
    requestHandler: through === undefined ? handler : through(handler),
    ...CALLER,
    random: () => 0.5,
  });
  return { ec2, region: REGION };
}

export interface RunOptions {
  /** Every pause takes at least this long. */
  leapMs?: number;
  lines?: string[];
  /** A layer between it and the simulator. */
  through?: Through;
}

export function depsOf(owner: Account, { leapMs = 0, lines = [], through }: RunOptions = {}): Deps {
  return depsOfRun(placeOf(owner, through).ec2, {
    clock: sleeping(owner, leapMs),
    say: (line) => lines.push(line),
    isAbandoned: () => false,
    cancelled: new AbortController().signal,
    timeoutSeconds: 600,
  });
}

/** The stack's machine, read from EC2 alone. */
export async function machine(owner: Stack): Promise<Machine> {
  const reading = await readMachine(placeOf(owner), owner.recorded?.id ?? "");
  assert.ok(reading !== undefined, "there should be a record");
  assert.ok(isReadable(reading), isReadable(reading) ? "" : reading.unreadable);
  return reading;
}

/** The steps that a controller would take for a machine, if it took all that the engine would. */
export function planOf(machine: Machine): Step[] {
  return plan(castOf(machine));
}

/** Brings a machine back by its record alone. */
export async function restore(owner: Stack, options: RunOptions = {}): Promise<void> {
  const { id, desired, purpose } = await machine(owner);
  await reconcile({ id, desired, purpose }, depsOf(owner, options));
}

/** A controller on the account, with no time that passes but what it waits for. */
export function controllerOf(owner: Account, { leapMs, lines = [], through }: RunOptions = {}): Controller {
  return { ...placeOf(owner, through), clock: sleeping(owner, leapMs), say: (line) => lines.push(line) };
}

export interface NightOptions {
  /** How many of each event come. */
  copies?: number;
  /** Which events get lost. */
  isLost?: (sequence: number) => boolean;
  /** A sweep comes this often. */
  sweepMs?: number;
}

/** Up to which event a controller has heard, and what it is to hear of again. */
const seenOf = new WeakMap<object, number>();
const dueOf = new WeakMap<object, { at: number; message: Message }[]>();

/**
 * Does what EventBridge and the queue do: events come one after the other, follow-ups when they are due, and every so often a
 * sweep. An event that happens while another is handled comes after it, late.
 */
export async function pass(
  owner: Account,
  forMs: number,
  { copies = 1, isLost = () => false, sweepMs = 5 * 60_000 }: NightOptions = {},
): Promise<Outcome[]> {
  const { simulator, clock } = owner;
  const controller = controllerOf(owner);
  const outcomes: Outcome[] = [];
  const end = clock.now() + forMs;
  let seen = seenOf.get(simulator) ?? 0;
  let sweptAt = clock.now();
  let due = dueOf.get(simulator) ?? [];
  const took = (found: Outcome[]): void => {
    outcomes.push(...found);
    due.push(...found.flatMap((it) => it.followUp ?? []));
  };
  while (clock.now() < end) {
    // The simulated time goes on only when somebody asks.
    simulator.timeline();
    for (const { sequence, event } of simulator.events.list(seen)) {
      seen = sequence;
      for (let copy = 0; copy < copies && !isLost(sequence); copy++) {
        took(await handleMessage(controller, structuredClone(event)));
      }
    }
    const now = clock.now();
    const ready = due.filter((it) => it.at <= now);
    due = due.filter((it) => it.at > now);
    took(await inTurn(controller, ready));
    if (now - sweptAt >= sweepMs) {
      sweptAt = now;
      took(await sweep(controller));
    }
    clock.advance(1000);
  }
  seenOf.set(simulator, seen);
  dueOf.set(simulator, due);
  return outcomes;
}

async function inTurn(controller: Controller, due: readonly { message: Message }[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { message } of due) {
    outcomes.push(...(await handleMessage(controller, message)));
  }
  return outcomes;
}

/** For how long a private address had nobody behind it, each time, in seconds. */
export function outages({ simulator }: Account, privateIp: unknown): number[] {
  return (simulator.timeline().privateIps[String(privateIp)]?.outages ?? []).map((it) => it.seconds);
}
