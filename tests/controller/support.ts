/** A controller over the simulated account of a stack: it has EC2 and the time, and no state of Pulumi's. */
import assert from "node:assert/strict";
import { isReadable, type Machine, type Place, readMachine } from "../../controller/record";
import { createEc2 } from "../../provider/ec2/client";
import { outputsOf } from "../../provider/engine/outputs";
import { plan } from "../../provider/engine/plan";
import { reconcile } from "../../provider/engine/reconcile";
import type { Deps } from "../../provider/engine/run";
import type { Step } from "../../provider/engine/step";
import type { Stack } from "../provider/support";

const REGION = "us-east-1";

export function placeOf({ simulator, clock }: Pick<Stack, "simulator" | "clock">): Place {
  const ec2 = createEc2({
    region: REGION,
    clock: { now: () => clock.now(), sleep: (ms) => Promise.resolve(clock.advance(ms)) },
    requestHandler: simulator.requestHandler(),
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    random: () => 0.5,
  });
  return { ec2, region: REGION };
}

export interface RunOptions {
  /** Every pause takes at least this long. */
  leapMs?: number;
  lines?: string[];
}

export function depsOf(owner: Pick<Stack, "simulator" | "clock">, { leapMs = 0, lines = [] }: RunOptions = {}): Deps {
  return {
    ec2: placeOf(owner).ec2,
    clock: {
      now: () => owner.clock.now(),
      sleep: (ms) => Promise.resolve(owner.clock.advance(Math.max(ms, leapMs))),
    },
    say: (line) => lines.push(line),
    isAbandoned: () => false,
    cancelled: new AbortController().signal,
  };
}

/** The stack's machine, read from EC2 alone. */
export async function machine(owner: Stack): Promise<Machine> {
  const reading = await readMachine(placeOf(owner), owner.recorded?.id ?? "");
  assert.ok(reading !== undefined, "there should be a record");
  assert.ok(isReadable(reading), isReadable(reading) ? "" : reading.unreadable);
  return reading;
}

/** What a controller would do to a machine, if it did all that the engine would. */
export function planOf({ id, desired, observed }: Machine): Step[] {
  return plan({ id, desired, observed, known: false });
}

/** Brings a machine back by its record alone. */
export async function restore(owner: Stack, options: RunOptions = {}): Promise<void> {
  const { id, desired } = await machine(owner);
  await reconcile({ id, desired, known: false }, depsOf(owner, options));
}

export { outputsOf };
