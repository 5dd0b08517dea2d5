/** Machines whose interface is not to persist, and what must be so of them. */
import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider/model/properties";
import { program, type Stack } from "./support";
import { later, somebody } from "./world";
import { type Machine, machineOf } from "./machine";

export const PLACE = ["availabilityZone", "vpcId"];

/** Outputs that go with an interface. */
export const OF_THE_INTERFACE = ["networkInterfaceId", "privateIp", "privateDnsName", "macAddress"];
export const PUBLIC = ["publicIp", "allocationId"];

export const fleeting = (more: Properties = {}): Properties => ({ persistPrivateIp: false, ...more });
export const withElasticIp = (more: Properties = {}): Properties => fleeting({ elasticIp: true, ...more });

export function shownAtPreview(inputs: Properties, names: string[]): unknown[] {
  return names.map((name) => inputs[name]);
}

export async function settled(owner: Stack, inputs: Properties): Promise<void> {
  assert.equal(await owner.up(program(inputs)), "same");
  await owner.refresh();
  assert.deepEqual(owner.outputs.drift, []);
  owner.calls();
  assert.equal(await owner.up(program(inputs)), "same");
  const { id = "", outputs = {} } = owner.recorded ?? {};
  await owner.handlers.update(id, outputs, (await owner.preview(program(inputs))).inputs);
  assert.deepEqual(owner.calls("mutating"), []);
}

/** A new interface, and all of the old one is gone. */
export function movedOn(was: Machine, now: Machine): void {
  assert.notEqual(now.instance.instanceId, was.instance.instanceId);
  assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
  assert.equal(now.eip?.allocationId, was.eip?.allocationId);
}

export async function terminateInstance(owner: Stack): Promise<void> {
  const InstanceIds = [machineOf(owner).instance.instanceId];
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds }));
  later(owner);
}
