/** Creates and destroys that are killed at every call. */
import assert from "node:assert/strict";
import type { Properties } from "../../provider/handlers";
import { Kill } from "./interruptions";
import { program, type Stack } from "./support";
import { later, quick } from "./world";

type Account = Pick<Stack, "simulator" | "clock">;

/** From a world as it is: `work` killed after each call, and what comes then. */
async function afterEachCall(
  account: Account,
  work: (stack: Stack) => Promise<unknown>,
  then: (point: string) => Promise<void>,
): Promise<void> {
  const world = account.simulator.snapshot();
  for (let at = 1, tried = -1; ; at++) {
    assert.ok(at < 150, "it never gets to its end");
    account.simulator.restore(world);
    account.simulator.clearCalls();
    const kill = new Kill(at, "after");
    await work(quick({ on: account, through: kill.through })).catch(() => undefined);
    if (!kill.happened) {
      assert.ok(tried >= 2, "it changes nothing");
      return;
    }
    // Where a call changed nothing, the world is that of the point before.
    const done = account.simulator.calls().filter((it) => it.mutating && !it.dryRun && it.result === "ok").length;
    if (done > tried) {
      tried = done;
      await then(`killed after call ${at}`);
    }
  }
}

/** A create that is killed, of which no state heard; then the next `up`, which creates. */
export async function createdAtEveryCall(
  account: Account,
  inputs: Properties,
  check: (stack: Stack, point: string) => Promise<void>,
): Promise<void> {
  await afterEachCall(
    account,
    (stack) => stack.up(program(inputs)),
    async (point) => {
      const next = quick({ on: account });
      assert.equal(await next.up(program(inputs)), "create", point);
      later(account);
      await check(next, point);
    },
  );
}

/** A destroy that is killed, and the next one. */
export async function destroyedAtEveryCall(owner: Stack, check: (stack: Stack, point: string) => void): Promise<void> {
  const { recorded } = owner;
  await afterEachCall(
    owner,
    (stack) => {
      stack.recorded = recorded;
      return stack.destroy();
    },
    async (point) => {
      const next = quick({ on: owner });
      next.recorded = recorded;
      await next.destroy().catch((error: unknown) => {
        throw new assert.AssertionError({ message: `${point}: ${String(error)}` });
      });
      later(owner);
      check(next, point);
    },
  );
}
