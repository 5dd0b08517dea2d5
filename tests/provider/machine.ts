/** The one machine that is in an account, whole, and what of it must stay the same. */
import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import type { Stack } from "./support";
import { type Made, made, only } from "./world";

export interface Machine {
  template: Made["templates"][number];
  eni: Made["networkInterfaces"][number];
  eip: Made["elasticIps"][number] | undefined;
  instance: Made["instances"][number];
  /** The root volume. */
  volume: SimVolume;
  /** By name. */
  dataVolumes: ReadonlyMap<string, SimVolume>;
  privateIp: string;
}

export type SimVolume = Made["volumes"][number];

/**
 * The one machine in the account: one template, one network interface, at most one Elastic IP that is on it, one running
 * instance that holds it, its root volume, and on it every data volume that is declared. What the stack has on record must say
 * the same.
 *
 * @param except volumes that are there beside the machine's, by id
 */
export function machineOf(owner: Stack, ...except: string[]): Machine {
  const world = made(owner);
  const template = only(world.templates, "launch template");
  const eni = only(world.networkInterfaces, "network interface");
  const instance = only(world.instances, "instance");
  const { volume, dataVolumes } = volumesOf(
    owner,
    instance,
    world.volumes.filter((it) => !except.includes(it.volumeId)),
  );
  const eip = world.elasticIps.find((it) => it.networkInterfaceId === eni.networkInterfaceId);
  const privateIp = only(
    eni.privateAddresses.filter((it) => it.primary),
    "primary private IP",
  ).address;
  assert.equal(instance.state, "running");
  assert.deepEqual(instance.networkInterfaceIds, [eni.networkInterfaceId]);
  assert.equal(eni.attachment?.instanceId, instance.instanceId);
  assert.equal(eni.attachment.deleteOnTermination, false);
  assert.equal(world.spotRequests.length, instance.spotRequestId === undefined ? 0 : 1);
  const recorded = owner.outputs;
  assert.equal(owner.recorded?.failed, false);
  assert.equal(template.launchTemplateName, owner.recorded.id);
  for (const { tags } of [template, eni, instance, volume]) {
    assert.equal(tags[TAG.id], owner.recorded.id);
  }
  assert.deepEqual(
    {
      networkInterfaceId: recorded.networkInterfaceId,
      privateIp: recorded.privateIp,
      secondaryPrivateIps: recorded.secondaryPrivateIps,
      ipv6Addresses: recorded.ipv6Addresses,
      macAddress: recorded.macAddress,
      publicIp: recorded.publicIp,
      allocationId: recorded.allocationId,
      instanceId: recorded.instanceId,
      state: recorded.state,
      lifecycle: recorded.lifecycle,
      launchedInstanceType: recorded.launchedInstanceType,
      availabilityZone: recorded.availabilityZone,
      vpcId: recorded.vpcId,
      generation: recorded.generation,
      launchTemplateId: recorded.launchTemplateId,
    },
    {
      networkInterfaceId: eni.networkInterfaceId,
      privateIp,
      secondaryPrivateIps: eni.privateAddresses.filter((it) => !it.primary).map((it) => it.address),
      ipv6Addresses: eni.ipv6Addresses,
      macAddress: eni.macAddress,
      publicIp: eip?.publicIp ?? eni.autoPublicIp ?? "",
      allocationId: eip?.allocationId ?? "",
      instanceId: instance.instanceId,
      state: "running",
      lifecycle: instance.spotRequestId === undefined ? "on-demand" : "spot",
      launchedInstanceType: instance.instanceType,
      availabilityZone: eni.availabilityZone,
      vpcId: eni.vpcId,
      generation: latestGenerationOf(template),
      launchTemplateId: template.launchTemplateId,
    },
  );
  return { template, eni, eip, instance, volume, dataVolumes, privateIp };
}

/** Versions that only say who took an unfinished record up are none. */
function latestGenerationOf({ versions }: Made["templates"][number]): number {
  return (
    versions.findLast((it) => !(it.description ?? "").startsWith("managed-instance taken-up "))?.versionNumber ?? 0
  );
}

/** The root volume, and the data volumes as they are declared and recorded; there is no other. */
function volumesOf(
  owner: Stack,
  { instanceId, rootDeviceName }: Made["instances"][number],
  volumes: readonly SimVolume[],
): Pick<Machine, "volume" | "dataVolumes"> {
  const isRoot = ({ attachment }: SimVolume): boolean =>
    attachment?.instanceId === instanceId && attachment.device === rootDeviceName;
  const volume = only(volumes.filter(isRoot), "root volume");
  const others = volumes.filter((it) => it !== volume);
  const dataVolumes = new Map(others.map((it) => [it.tags[TAG.volume] ?? it.volumeId, it]));
  const declared = (owner.outputs.dataVolumes ?? []) as { name: string; deviceName: string; volumeId?: string }[];
  const { dataVolumeIds } = owner.outputs as { dataVolumeIds: Record<string, string> };
  const byName = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);
  assert.deepEqual(
    others
      .map(({ tags, volumeId, attachment }) => [
        tags[TAG.volume],
        volumeId,
        attachment?.device,
        attachment?.instanceId,
        attachment?.deleteOnTermination,
        tags[TAG.id],
        tags[TAG.owned],
        tags[TAG.retained],
      ])
      .sort(byName),
    declared
      .map(({ name, deviceName, volumeId }) => [
        name,
        volumeId ?? dataVolumeIds[name],
        deviceName,
        instanceId,
        false,
        owner.recorded?.id,
        volumeId === undefined ? undefined : "false",
        undefined,
      ])
      .sort(byName),
  );
  assert.deepEqual(Object.keys(dataVolumeIds).sort(), declared.map((it) => it.name).sort());
  return { volume, dataVolumes };
}

/** The network identity, which must be the same before and after. */
export function identityOf({ eni, eip, privateIp }: Machine): unknown {
  return {
    networkInterfaceId: eni.networkInterfaceId,
    macAddress: eni.macAddress,
    privateIp,
    allocationId: eip?.allocationId,
    publicIp: eip?.publicIp,
  };
}

/** The instance kept running all the while. */
export function sameInstance(was: Machine, now: Machine): void {
  assert.equal(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
  assert.equal(now.instance.instanceId, was.instance.instanceId);
  assert.equal(now.instance.launchTime, was.instance.launchTime);
}
