/** An update that is killed, at every point at which that makes a difference. */
import assert from "node:assert/strict";
import { Kill } from "./interruptions";
import { program, type Stack } from "./support";
import { quick } from "./world";

/** Where the world has got to: what took effect, and how far EC2 is with it. */
function progress({ simulator }: Pick<Stack, "simulator">): string {
  const done = simulator.calls().filter((it) => it.mutating && !it.dryRun && it.result === "ok").length;
  const { instances, networkInterfaces } = simulator.snapshot();
  const states = Object.values(instances).map((it) => it.state);
  return JSON.stringify([done, states, Object.values(networkInterfaces).map((it) => it.attachment?.status)]);
}

/**
 * An update of `account` to `inputs` is killed after every call that changed the world. Pulumi's state heard nothing of it; what it
 * has on record counts as interrupted, so that the next `up` is carried out, whatever it finds.
 */
export async function killedAtEveryCall(
  account: Stack,
  inputs: Record<string, unknown>,
  afterwards: (next: Stack, point: string) => Promise<void>,
): Promise<void> {
  const { recorded } = account;
  const fresh = account.simulator.snapshot();
  const tried = new Set<string>();
  for (let at = 1; ; at++) {
    assert.ok(at < 100, "it never gets to its end");
    account.simulator.restore(fresh);
    account.simulator.clearCalls();
    const kill = new Kill(at, "after");
    const killed = quick({ on: account, through: kill.through });
    killed.recorded = recorded;
    await killed.up(program(inputs)).catch(() => undefined);
    if (!kill.happened) {
      break;
    }
    const world = progress(account);
    if (!tried.has(world)) {
      tried.add(world);
      const next = quick({ on: account });
      next.recorded = recorded && { ...recorded, failed: true };
      await afterwards(next, `killed after call ${at}`);
    }
  }
  assert.ok(tried.size > 2, "more than that can be told apart");
}
