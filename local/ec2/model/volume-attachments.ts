import { Ec2Error, invalidValue } from "./errors";
import type { Due } from "./schedule";
import type { Instance, Volume, VolumeAttachment } from "./state";
import { TIMINGS } from "./timings";
import { modificationState } from "./volume-modifications";
import type { World } from "./world";

export type VolumeStatus = "creating" | "available" | "in-use" | "error";

export function volumeStatus(world: World, { attachment, availableAt, isBroken }: Volume): VolumeStatus {
  if (attachment !== undefined) return "in-use";
  if (availableAt !== undefined && world.now < availableAt) return "creating";
  return isBroken === true ? "error" : "available";
}

export function attachmentStatus(world: World, attachment: VolumeAttachment): "attaching" | "attached" | "detaching" {
  if (attachment.isDetaching === true) return "detaching";
  return attachment.attachedAt !== undefined && world.now < attachment.attachedAt ? "attaching" : "attached";
}

export function checkVolumeAttachable(world: World, volume: Volume, instance: Instance, device: string): void {
  const { volumeId } = volume;
  if (instance.state !== "running" && instance.state !== "stopped") {
    throw new Ec2Error("IncorrectState", `Instance '${instance.instanceId}' is not 'running' or 'stopped'.`);
  }
  if (volume.availabilityZone !== instance.availabilityZone) {
    // linuxkit#2388
    throw new Ec2Error(
      "InvalidVolume.ZoneMismatch",
      `The volume '${volumeId}' is not in the same availability zone as instance '${instance.instanceId}'`,
    );
  }
  checkDeviceName(device);
  if (instance.devices.some(({ deviceName }) => deviceName === device)) {
    throw invalidValue(`Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`);
  }
}

/** The names that the guide lists as available on Linux (PV and HVM) and on Windows: EC2 takes any of them on either. */
const DEVICE_NAMES = [
  /^\/dev\/[sh]d[a-z]([1-9]|1[0-5])?$/,
  /^\/dev\/xvd[a-d][a-z]$/,
  /^\/dev\/xvd[a-z]$/,
  /^xvd[a-z]$/,
  /^xvd[bc][a-z]$/,
];

function checkDeviceName(device: string): void {
  if (DEVICE_NAMES.some((pattern) => pattern.test(device))) return;
  // As several threads quote it, with /dev/nvme1n1 and others.
  throw invalidValue(`Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`);
}

/** The holder of the volume at the moment of the call decides. */
export function attachVolume(world: World, volume: Volume, instance: Instance, device: string): VolumeAttachment {
  const { volumeId } = volume;
  const status = volumeStatus(world, volume);
  if (status === "in-use") throw new Ec2Error("VolumeInUse", `${volumeId} is already attached to an instance`);
  if (status !== "available") throw new Ec2Error("IncorrectState", `${volumeId} is not 'available'.`);
  if (modificationState(world, volume) === "modifying") {
    // ansible-collections/amazon.aws#1558
    throw new Ec2Error(
      "OperationNotPermitted",
      `Cannot attach volume ${volumeId} when it is in modification state: MODIFYING`,
    );
  }
  const { instanceId } = instance;
  const [attachTime, deleteOnTermination] = [world.now, false];
  const attachedAt = world.now + world.durationOf(TIMINGS.volumeAttach);
  volume.attachment = { instanceId, device, attachTime, deleteOnTermination, attachedAt };
  instance.devices.push({ deviceName: device, volumeId, deleteOnTermination, attachTime });
  return volume.attachment;
}

export type HeldVolume = Volume & { attachment: VolumeAttachment };

export function findHeld(world: World, volume: Volume, by: { instanceId?: string; device?: string }): HeldVolume {
  const isHeld = (one: Volume): one is HeldVolume => one.attachment !== undefined;
  if (!isHeld(volume)) {
    const status = volumeStatus(world, volume);
    throw new Ec2Error("IncorrectState", `Volume '${volume.volumeId}' is in the '${status}' state.`);
  }
  const { instanceId, device } = volume.attachment;
  if ((by.instanceId ?? instanceId) === instanceId && (by.device ?? device) === device) return volume;
  throw new Ec2Error(
    "InvalidAttachment.NotFound",
    `The volume '${volume.volumeId}' is not attached to instance '${by.instanceId ?? instanceId}' as device '${by.device ?? device}'`,
  );
}

/** The root volume comes off a stopped instance only (API reference, DetachVolume). */
export function checkVolumeDetachable(world: World, { attachment, volumeId }: HeldVolume): void {
  const instance = world.account.instances.get(attachment.instanceId);
  if (instance === undefined || instance.state === "stopped" || instance.rootDeviceName !== attachment.device) return;
  throw new Ec2Error(
    "OperationNotPermitted",
    `Unable to detach root volume '${volumeId}' from instance '${instance.instanceId}'`,
  );
}

export function beginVolumeDetach(world: World, volume: HeldVolume): void {
  if (volume.attachment.isDetaching === true) return;
  volume.attachment.isDetaching = true;
  const detail = volume.attachment.instanceId;
  world.later(TIMINGS.volumeDetach, { kind: "volume-detached", id: volume.volumeId, detail });
}

export function onVolumeDetached(world: World, { id, detail }: Due): void {
  const volume = world.account.volumes.get(id);
  // The instance may have ended meanwhile, and the volume may be with another one.
  const attachment = volume?.attachment;
  if (volume !== undefined && attachment?.instanceId === detail && attachment?.isDetaching === true) {
    setVolumeFree(world, volume);
  }
}

/** The volume is with nobody, and its instance no longer maps it. */
export function setVolumeFree(world: World, volume: Volume): void {
  const instance = world.account.instances.get(volume.attachment?.instanceId ?? "");
  if (instance !== undefined) {
    instance.devices = instance.devices.filter(({ volumeId }) => volumeId !== volume.volumeId);
  }
  delete volume.attachment;
}

export function deleteVolume(world: World, { volumeId, attachment }: Volume): void {
  if (attachment !== undefined) {
    throw new Ec2Error("VolumeInUse", `Volume ${volumeId} is currently attached to ${attachment.instanceId}`);
  }
  world.account.volumes.delete(volumeId);
}
