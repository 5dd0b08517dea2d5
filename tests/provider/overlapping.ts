/** Machines that are replaced by overlap: with the interface as the instance's first one, and as its second. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { type Holder, holderOf } from "./holder";
import { program, type Stack } from "./support";
import { made, only, up } from "./world";

const OVERLAP = { replacement: { strategy: "overlap" } };
export const base = { elasticIp: true, ...OVERLAP };
export const IMAGE = { imageId: WELL_KNOWN.imageV2 };
export const after = { ...base, ...IMAGE };

/** With the interface as its first one, as another strategy launches it. */
export async function primary(inputs: Properties = {}): Promise<Stack> {
  const owner = await up({ elasticIp: true, ...inputs, replacement: {} });
  await owner.up(program({ ...base, ...inputs }));
  assert.equal(holderOf(owner).instance.networkInterfaceIds[0], owner.outputs.networkInterfaceId);
  return owner;
}

/** With the interface as its second one. */
export async function secondary(inputs: Properties = {}): Promise<Stack> {
  const owner = await up({ ...base, ...inputs });
  // Ready, so that what follows meets the change and not the marking.
  await owner.refresh();
  assert.equal(holderOf(owner).instance.networkInterfaceIds[1], owner.outputs.networkInterfaceId);
  return owner;
}

/** The old instance is as it was, and there is no other. */
export function untouched(owner: Stack, was: Holder): void {
  const instance = only(made(owner).instances, "instance");
  assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
  assert.deepEqual(instance.networkInterfaceIds, was.instance.networkInterfaceIds);
  assert.equal(owner.outputs.instanceId, instance.instanceId);
  assert.equal(owner.outputs.imageId, WELL_KNOWN.imageV1);
}

export function order(owner: Stack): string[] {
  return owner.calls("mutating").filter((it) => /Instances|NetworkInterface$/.test(it));
}

export function outageOf(owner: Stack): number {
  const { outages = [] } = owner.simulator.timeline().privateIps[String(owner.outputs.privateIp)] ?? {};
  return outages.reduce((sum, it) => sum + it.seconds, 0);
}
