import assert from "node:assert/strict";
import type { Stack } from "./support";
import { identityOf, type Machine } from "./machine";
import { made, only } from "./world";

export const PAUSED = { desiredState: "paused" };
export const PAUSED_AND_ENDED = { desiredState: "paused", pauseBehavior: "terminate" };

/** The interface, its address and the Elastic IP, of a machine that is paused; the stack has the same on record. */
export function pausedOf(owner: Stack): Made & { identity: unknown } {
  const world = made(owner);
  const template = only(world.templates, "launch template");
  const eni = only(world.networkInterfaces, "network interface");
  const eip = world.elasticIps.find((it) => it.networkInterfaceId === eni.networkInterfaceId);
  const privateIp = eni.privateAddresses.find((it) => it.primary)?.address ?? "";
  const [instance, ...others] = world.instances;
  assert.deepEqual(others, []);
  assert.deepEqual(world.spotRequests, []);
  assert.equal(owner.recorded?.failed, false);
  const { networkInterfaceId, macAddress } = eni;
  const { publicIp = "", allocationId = "" } = eip ?? {};
  const { instanceId = "", instanceType = "" } = instance ?? {};
  const lifecycle = instance === undefined ? "" : "on-demand";
  const addresses = { networkInterfaceId, macAddress, privateIp, publicIp, allocationId };
  for (const [name, value] of Object.entries({
    ...addresses,
    ...{ instanceId, lifecycle, launchedInstanceType: instanceType, state: "paused" },
  })) {
    assert.equal(owner.outputs[name], value, name);
  }
  return { instance, identity: identityOf({ template, eni, eip, privateIp } as Machine) };
}

interface Made {
  instance: Machine["instance"] | undefined;
}

export function lastState(owner: Stack, id: unknown): string | undefined {
  return owner.simulator.snapshot().instances[String(id)]?.state;
}
