import assert from "node:assert/strict";
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Stack } from "../../support";
import { later, made, nothingIsLeft, somebody } from "../../world";
import { type Machine, type SimVolume } from "../../machine";

type Account = Pick<Stack, "simulator" | "clock">;

export const DATA_VOLUME = { name: "data", deviceName: "/dev/sdf", size: 10 };
export const LOGS = { name: "logs", deviceName: "/dev/sdg", size: 20 };
export const DELETES = { dataVolumes: "delete" };

export function named(machine: Machine, name = "data"): SimVolume {
  const volume = machine.dataVolumes.get(name);
  assert.ok(volume !== undefined, `there should be a data volume ${name}`);
  return volume;
}

/** The id of the data volume, found through the outputs. */
export function volumeIdOf(owner: Stack, name = "data"): string {
  return (owner.outputs.dataVolumeIds as Record<string, string>)[name] ?? "";
}

export function volumeIn(account: Account, id: string): SimVolume | undefined {
  return made(account).volumes.find((it) => it.volumeId === id);
}

export async function makeVolume(
  account: Account,
  { size = 10, zone = "us-east-1a", tags = {} }: { size?: number; zone?: string; tags?: Record<string, string> } = {},
): Promise<string> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { VolumeId = "" } = await somebody(account).send(
    new CreateVolumeCommand({
      Size: size,
      VolumeType: "gp3",
      AvailabilityZone: zone,
      TagSpecifications: Tags.length === 0 ? undefined : [{ ResourceType: "volume", Tags }],
    }),
  );
  later(account);
  return VolumeId;
}

async function launchStranger(account: Account): Promise<string> {
  const { Instances = [] } = await somebody(account).send(
    new RunInstancesCommand({
      ImageId: WELL_KNOWN.imageV1,
      InstanceType: "m7i.large",
      SubnetId: WELL_KNOWN.subnetA,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  later(account);
  return Instances[0]?.InstanceId ?? "";
}

/** A volume is attached to an instance that is none of the machine's. */
export async function attachElsewhere(account: Account, VolumeId: string): Promise<string> {
  const InstanceId = await launchStranger(account);
  await somebody(account).send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: "/dev/sdx" }));
  later(account);
  return InstanceId;
}

export async function detachByHand(account: Account, VolumeId: string): Promise<void> {
  await somebody(account).send(new DetachVolumeCommand({ VolumeId }));
  later(account);
}

export async function destroyed(owner: Stack, ...except: string[]): Promise<void> {
  await owner.destroy();
  later(owner);
  nothingIsLeft(owner, ...except);
}

export async function flip(owner: Stack, { instance }: Machine): Promise<void> {
  await somebody(owner).send(
    new ModifyInstanceAttributeCommand({
      InstanceId: instance.instanceId,
      BlockDeviceMappings: [{ DeviceName: DATA_VOLUME.deviceName, Ebs: { DeleteOnTermination: true } }],
    }),
  );
  assert.equal(volumeIn(owner, volumeIdOf(owner))?.attachment?.deleteOnTermination, true);
}

export async function untag(owner: Stack, id: string, keys: string[]): Promise<void> {
  await somebody(owner).send(new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }));
}
