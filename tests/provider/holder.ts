/** The instance behind the kept interface, whichever way it came there. */
import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import type { Path } from "../../provider/engine/situation/strategy";
import type { Properties } from "../../provider/model/properties";
import { program, type Stack } from "./support";
import { type Made, made, only } from "./world";

export interface Holder {
  eni: Made["networkInterfaces"][number];
  instance: Made["instances"][number];
  /** Its root volume. */
  volume: Made["volumes"][number];
  /** The part that must be the same before and after. */
  identity: unknown;
}

/**
 * The one instance that runs, with the kept interface as its first or its second one. Nothing else is left of what came before;
 * the tags of the instance and the stack's record say what it is.
 */
export function holderOf(owner: Stack): Holder {
  const world = made(owner);
  const instance = only(world.instances, "instance");
  const volume = only(world.volumes, "volume");
  const { networkInterfaceId, instanceId, launchedInstanceType, lifecycle, state, generation } = owner.outputs;
  const eni = only(
    world.networkInterfaces.filter((it) => it.networkInterfaceId === networkInterfaceId),
    "kept interface",
  );
  assert.equal(owner.recorded?.failed, false);
  assert.equal(instance.state, "running");
  assert.deepEqual([eni.attachment?.instanceId, eni.attachment?.deleteOnTermination], [instance.instanceId, false]);
  assert.equal(
    world.networkInterfaces.length,
    instance.networkInterfaceIds.length,
    "interfaces of instances that ended",
  );
  assert.ok(instance.networkInterfaceIds.includes(eni.networkInterfaceId));
  assert.equal(world.spotRequests.length, instance.spotRequestId === undefined ? 0 : 1);
  assert.deepEqual(
    [instanceId, launchedInstanceType, lifecycle, state],
    [
      instance.instanceId,
      instance.instanceType,
      instance.spotRequestId === undefined ? "on-demand" : "spot",
      "running",
    ],
  );
  assert.deepEqual(
    [instance.tags[TAG.id], volume.tags[TAG.id], volume.attachment?.instanceId],
    [owner.recorded.id, owner.recorded.id, instance.instanceId],
  );
  assert.ok(Number(instance.tags[TAG.generation]) <= Number(generation));
  assert.match(instance.tags[TAG.launch] ?? "", /^[0-9a-f]{12}(\.[0-9a-f]{12}){12}$/);
  assert.equal(TAG.draining in instance.tags, false);
  const eip = world.elasticIps.find((it) => it.networkInterfaceId === eni.networkInterfaceId);
  const { macAddress, privateAddresses } = eni;
  const identity = {
    networkInterfaceId,
    macAddress,
    privateAddresses,
    eip: eip?.publicIp,
    held: owner.outputs.privateIp,
  };
  return { eni, instance, volume, identity };
}

/** Which way the second came about from the first, as EC2 shows it. */
export function pathBetween(was: Holder, now: Holder): Path | "none" {
  if (was.instance.instanceId !== now.instance.instanceId) {
    return now.instance.networkInterfaceIds[0] === now.eni.networkInterfaceId ? "terminate-first" : "overlap";
  }
  if (was.volume.volumeId !== now.volume.volumeId) {
    return "root-volume";
  }
  return was.instance.launchTime === now.instance.launchTime ? "none" : "stop-start";
}

/** The one line that a preview of `inputs` prints. */
export async function said(owner: Stack, inputs: Properties): Promise<string> {
  owner.lines.length = 0;
  await owner.preview(program(inputs));
  return only(owner.lines.splice(0), "line").replace(/^web: /, "");
}
