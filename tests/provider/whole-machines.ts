import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import { type Stack, URN } from "./support";
import { holdingsOf, only } from "./world";

export const SITE = URN.replace(/web$/, "site");
export const FULL_MACHINE = { elasticIp: true, dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 5 }] };

/** A whole machine of its own: one of each, as the state has it. */
export function isWhole(owner: Stack): void {
  const { id, outputs } = owner.recorded ?? assert.fail("it is recorded");
  const { templates, networkInterfaces, elasticIps, instances } = holdingsOf(owner, id);
  assert.match(only(templates).tags[TAG.phase] ?? "", /^ready/);
  assert.equal(only(networkInterfaces).networkInterfaceId, outputs.networkInterfaceId);
  assert.equal(only(instances).instanceId, outputs.instanceId);
  assert.equal(only(instances).state, "running");
  assert.deepEqual(
    elasticIps.map((it) => it.allocationId),
    [outputs.allocationId].filter((it) => it !== ""),
  );
}
