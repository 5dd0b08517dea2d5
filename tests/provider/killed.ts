/** Runs that are killed at every point at which they can be. */
import assert from "node:assert/strict";
import { interposed, Kill } from "./interruptions";
import { program, type Recorded, type Stack, type StackOptions } from "./support";
import { later, quick } from "./world";

type Properties = Record<string, unknown>;

/** The process is killed right after its first call of an action; a dry run of one is another action. */
export function killedAfter(action: string): NonNullable<StackOptions["through"]> {
  let isDead = false;
  const live = (): void => {
    if (isDead) {
      throw new Error("the process was killed");
    }
  };
  return interposed({
    before: live,
    after: (called) => {
      isDead ||= called === action;
      live();
    },
  });
}

/** Where the world has got to: what took effect, and how far EC2 is with it. */
function progress({ simulator }: Pick<Stack, "simulator">): string {
  const done = simulator.calls().filter((it) => it.mutating && !it.dryRun && it.result === "ok").length;
  const { instances, networkInterfaces, rootVolumeTasks } = simulator.snapshot();
  return JSON.stringify([
    done,
    Object.values(instances).map((it) => it.state),
    Object.values(networkInterfaces).map((it) => it.attachment?.status),
    Object.values(rootVolumeTasks).map((it) => it.state),
  ]);
}

export interface Killed {
  /** What is up before. */
  owner: Stack;
  /** What the killed run was to do. */
  after: Properties;
  /** What the program says by the next `up`; the same by default. */
  next?: Properties;
  /** Happens before each run. */
  prepare?: () => void;
}

/**
 * An update of `owner`, killed after each call that took it further; then the next `up`, which has to get to its end, and another
 * one, which has nothing to do.
 */
export async function killedAtEveryCall(
  { owner, after, next = after, prepare }: Killed,
  check: (stack: Stack, point: string) => void,
): Promise<void> {
  const { recorded, simulator } = owner;
  const world = simulator.snapshot();
  const tried = new Set<string>();
  for (let at = 1; ; at++) {
    assert.ok(at < 150, "it never gets to its end");
    simulator.restore(world);
    simulator.clearCalls();
    prepare?.();
    const kill = new Kill(at, "after");
    await from(owner, recorded, kill)
      .up(program(after))
      .catch(() => undefined);
    if (!kill.happened) {
      assert.ok(tried.size >= 2, "more points than that can be told apart");
      return;
    }
    const seen = progress(owner);
    if (!tried.has(seen)) {
      tried.add(seen);
      const stack = from(owner, recorded);
      const point = `killed after call ${at}`;
      await stack.up(program(next)).catch((error: unknown) => {
        throw new assert.AssertionError({ message: `${point}: ${String(error)}` });
      });
      later(owner);
      check(stack, point);
      stack.calls();
      assert.equal(await stack.up(program(next)), "same", point);
      assert.deepEqual(stack.calls("mutating"), [], point);
    }
  }
}

function from(owner: Stack, recorded: Recorded | undefined, kill?: Kill): Stack {
  const stack = quick({ on: owner, through: kill?.through });
  stack.recorded = recorded;
  return stack;
}
