import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Outcome } from "../../controller/outcome";
import type { Properties } from "../../provider/model/properties";
import type { Stack } from "../provider/support";
import { settled, somebody } from "../provider/world";

export const SPOT = { market: { lifecycle: "spot" } };
/** Fewer leaps: the time itself is looked at. */
export const EXACT = { leapMs: 0 };

export const instanceIdOf = (owner: Stack): string => String(owner.outputs.instanceId);

export const actionsDone = (outcomes: Outcome[]): unknown[] =>
  outcomes.filter((it) => it.kind === "done").map((it) => it.reason ?? it.action);

export async function ended(owner: Stack): Promise<void> {
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceIdOf(owner)] }));
}

export async function isBack(owner: Stack, inputs: Properties, was: Properties): Promise<void> {
  await owner.refresh();
  for (const name of ["networkInterfaceId", "privateIp", "macAddress", "publicIp", "allocationId"]) {
    assert.equal(owner.outputs[name], was[name], name);
  }
  assert.equal(owner.outputs.state, "running");
  assert.deepEqual(owner.outputs.drift, []);
  await settled(owner, inputs);
}
