/** Runs that are killed, at every point at which that makes a difference, and what comes then. */
import assert from "node:assert/strict";
import type { SimState } from "../../local/ec2";
import { interposed } from "./interruptions";
import { program, type Stack, type StackOptions, type Through } from "./support";
import { holdingsOf, later, made, quick, unheardOf } from "./world";

type Properties = Record<string, unknown>;
type Moment = "before" | "after";
type Check = (next: Stack, point: string) => void | Promise<void>;

/** No code of EC2 and no socket error: the provider can do nothing about it. */
const KILLED = "the process was killed";

/** The process is killed at its first call of an action, when that has taken effect; a dry run of one is another action. */
export function killedAfter(action: string): Through {
  return killedAt((called) => called === action, "after");
}

/** The same, and the call takes no effect. */
export function killedBefore(action: string): Through {
  return killedAt((called) => called === action, "before");
}

/** From then on nothing of the process gets through. `isLast` is told how many calls there were by then. */
export function killedAt(isLast: (action: string, calls: number) => boolean, moment: Moment): Through {
  let isDead = false;
  let calls = 0;
  const live = (at: Moment, called: string): void => {
    isDead ||= moment === at && isLast(called, calls);
    if (isDead) {
      throw new Error(KILLED);
    }
  };
  return interposed({
    before: (called) => {
      calls++;
      live("before", called);
    },
    after: (called) => {
      live("after", called);
    },
  });
}

export function wasKilled(error: unknown): boolean {
  return error instanceof Error && error.message.includes(KILLED);
}

/** An `up` that is killed there; the state hears nothing of it. */
export async function killedUp(owner: Stack, through: Through, inputs: Properties): Promise<void> {
  await goingOn(owner, { through })
    .up(inputs)
    .catch(() => undefined);
}

/** Another process, with the same state. */
export function goingOn(owner: Stack, options: StackOptions = {}): Stack {
  const stack = quick({ on: owner, ...options });
  stack.recorded = owner.recorded;
  return stack;
}

export interface Point {
  name: string;
  world: SimState;
  at: number;
}

/** How far the world has got: what took effect, and how far EC2 is with it. */
function progress({ simulator }: Stack): string {
  const effects = simulator.calls().filter((it) => it.mutating && !it.dryRun && it.result === "ok").length;
  return simulator.read(({ account }) =>
    JSON.stringify([
      effects,
      [...account.instances.values()].map((it) => it.state),
      [...account.networkInterfaces.values()].map((it) => it.attachment?.status),
      [...account.rootVolumeTasks.values()].map((it) => it.state),
      [...account.volumes.values()].map((it) => it.attachment?.instanceId),
    ]),
  );
}

export function now(owner: Stack, name: string): Point {
  return { name, world: owner.simulator.snapshot(), at: owner.clock.now() };
}

export function putBack({ simulator, clock }: Stack, { world, at }: Point): void {
  clock.advance(at - clock.now());
  simulator.restore(world);
  simulator.clearCalls();
}

/** The worlds in which a kill leaves a run, and how many calls it makes. */
export interface Points {
  points: readonly Point[];
  calls: number;
}

/**
 * Whoever is killed leaves the world as it is between two calls: one run to its end passes through all that there are. In the end all is
 * as it was.
 */
export async function pointsOf(owner: Stack, work: (stack: Stack) => Promise<unknown>): Promise<Points> {
  const start = now(owner, "not begun");
  const points = new Map<string, Point>();
  let calls = 0;
  const look = (when: string): void => {
    const reached = progress(owner);
    if (!points.has(reached)) {
      points.set(reached, now(owner, `killed ${when} call ${calls}`));
    }
  };
  const before = (): void => {
    calls++;
    look("before");
  };
  const after = (): void => {
    look("after");
  };
  owner.simulator.clearCalls();
  await work(goingOn(owner, { through: interposed({ before, after }) }));
  assert.ok(points.size >= 2, "more points than that can be told apart");
  putBack(owner, start);
  return { points: [...points.values()], calls };
}

/** The number of kills: one before and one after each call; and of different worlds that these leave. */
export interface Tried {
  kills: number;
  worlds: number;
}

/** Runs `check` in another process after `work` was killed, for each point that it gets to. In the end all is as it was. */
export async function killedAtEveryCall(
  owner: Stack,
  work: (stack: Stack) => Promise<unknown>,
  check: Check,
): Promise<Tried> {
  return fromEachOf(await pointsOf(owner, work), owner, check);
}

/** The same, where the points are known. */
export async function fromEachOf({ points, calls }: Points, owner: Stack, check: Check): Promise<Tried> {
  const start = now(owner, "not begun");
  for (const point of points) {
    putBack(owner, point);
    await check(goingOn(owner), point.name);
  }
  putBack(owner, start);
  return { kills: 2 * calls, worlds: points.length };
}

/**
 * The one instant at which a create cannot be gone on with: killed between the mark that a state has the machine and the engine's hearing
 * of it, it looks like another state's. The next create makes a machine of its own or is refused, and never touches that one; the way
 * on is to ask for it.
 *
 * @param known the machines that states are known to have, by id
 * @returns whether the world is at that instant; then all is looked at already
 */
export async function wasUnheard(next: Stack, inputs: Properties, ...known: string[]): Promise<boolean> {
  const unheard = unheardOf(next, ...known);
  if (unheard === undefined) {
    return false;
  }
  later(next);
  const before = holdingsOf(next, unheard);
  try {
    await next.up(inputs);
    assert.notEqual(next.recorded?.id, unheard);
    await next.destroy();
    later(next);
  } catch (error) {
    assert.ok(error instanceof Error && error.message.includes(unheard), String(error));
  }
  assert.deepEqual(holdingsOf(next, unheard), before);
  const found = quick({ on: next });
  assert.equal(await found.up({ ...inputs, adopt: { managedInstanceId: unheard } }), "create");
  assert.equal(found.recorded?.id, unheard);
  await found.destroy();
  later(next);
  assert.equal(
    made(next).templates.some((it) => it.launchTemplateName === unheard),
    false,
  );
  return true;
}

/** A create of which no state heard; then the next `up`, which creates. */
export async function createdAtEveryCall(account: Stack, inputs: Properties, check: Check): Promise<void> {
  await killedAtEveryCall(
    account,
    (stack) => stack.up(program(inputs)),
    async (next, point) => {
      if (await named(point, wasUnheard(next, program(inputs)))) {
        return;
      }
      assert.equal(await named(point, next.up(program(inputs))), "create", point);
      later(account);
      await check(next, point);
    },
  );
}

interface Update {
  owner: Stack;
  /** The program that the killed run was to carry out. */
  after: Properties;
  /** The program of the next `up`; the same by default. */
  next?: Properties;
}

/** An update; then the next `up`, which has to get to its end, and another one, which has nothing to do. */
export async function updatedAtEveryCall({ owner, after, next = after }: Update, check: Check): Promise<void> {
  await killedAtEveryCall(
    owner,
    (stack) => stack.up(program(after)),
    async (stack, point) => {
      await named(point, stack.up(program(next)));
      later(owner);
      await check(stack, point);
      stack.calls();
      assert.equal(await stack.up(program(next)), "same", point);
      assert.deepEqual(stack.calls("mutating"), [], point);
    },
  );
}

/** An update that Pulumi has on record as interrupted, so that the next `up` is carried out, whatever it finds. */
export async function interruptedAtEveryCall(owner: Stack, inputs: Properties, check: Check): Promise<void> {
  await killedAtEveryCall(
    owner,
    (stack) => stack.up(program(inputs)),
    async (next, point) => {
      next.recorded = next.recorded && { ...next.recorded, failed: true };
      await check(next, point);
    },
  );
}

/** A destroy, and the next one. */
export async function destroyedAtEveryCall(owner: Stack, check: Check): Promise<void> {
  await killedAtEveryCall(
    owner,
    (stack) => stack.destroy(),
    async (next, point) => {
      await named(point, next.destroy());
      later(owner);
      await check(next, point);
    },
  );
}

/** A failure says at which point it was. */
function named<Result>(point: string, work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    throw new assert.AssertionError({ message: `${point}: ${String(error)}` });
  });
}
