import { Ec2Error, invalidValue } from "./errors";
import { findSnapshot } from "./lookup";
import { reboot } from "./reboots";
import { createSnapshot } from "./snapshots";
import type { Architecture, DeviceSpec, Firmware, Image, ImageDevice, Instance, Tags } from "./state";
import { TIMINGS } from "./timings";
import { checkDevices } from "./volumes";
import type { World } from "./world";

export function imageState(world: World, { availableAt, state }: Image): Image["state"] {
  return availableAt !== undefined && world.now < availableAt ? "pending" : state;
}

export interface NewImage {
  name: string;
  description: string;
  noReboot: boolean;
  /** Devices that the image is made without. */
  omitted: readonly string[];
  tags: { image: Tags; snapshot: Tags };
}

export function checkNewImage(world: World, instance: Instance, { name }: NewImage): void {
  checkName(world, name);
  if (instance.state === "running" || instance.state === "stopped") return;
  throw new Ec2Error(
    "IncorrectState",
    `Instance '${instance.instanceId}' is not 'running' or 'stopped': it is '${instance.state}'.`,
  );
}

function checkName(world: World, name: string): void {
  if (!/^[\w()[\] ./\-'@]{3,128}$/.test(name)) {
    throw new Ec2Error(
      "InvalidAMIName.Malformed",
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
    );
  }
  for (const image of world.account.images.values()) {
    if (image.name !== name || image.ownerId !== world.accountId) continue;
    throw new Ec2Error("InvalidAMIName.Duplicate", `AMI name ${name} is already in use by AMI ${image.imageId}`);
  }
}

/** Copies all volumes as they are now; a running instance is rebooted for it unless told not to (API reference, CreateImage). */
export function createImage(world: World, instance: Instance, wanted: NewImage): Image {
  const source = world.account.images.get(instance.imageId);
  const imageId = world.newId("ami");
  const description = `Created by CreateImage(${instance.instanceId}) for ${imageId}`;
  const kept = instance.devices.filter(({ deviceName }) => !wanted.omitted.includes(deviceName));
  const devices = kept.flatMap(({ deviceName, volumeId, deleteOnTermination }) => {
    const volume = world.account.volumes.get(volumeId);
    if (volume === undefined) return [];
    const { snapshotId } = createSnapshot(world, volume, { description, tags: { ...wanted.tags.snapshot } });
    const { size, volumeType, encrypted } = volume;
    return { deviceName, snapshotId, size, volumeType, encrypted, deleteOnTermination };
  });
  const root = devices.find(({ deviceName }) => deviceName === instance.rootDeviceName);
  if (root === undefined) throw new Ec2Error("IncorrectState", `Instance '${instance.instanceId}' has no root volume.`);
  const image: Image = {
    imageId,
    name: wanted.name,
    description: wanted.description,
    architecture: source?.architecture ?? instance.architecture,
    firmware: instance.firmware,
    state: "available",
    availableAt: world.now + world.durationOf(TIMINGS.image),
    creationDate: new Date(world.now).toISOString(),
    ownerId: world.accountId,
    platform: source?.platform,
    rootDeviceName: instance.rootDeviceName,
    rootSnapshotId: root.snapshotId,
    rootVolumeSize: root.size,
    rootEncrypted: root.encrypted,
    rootDeleteOnTermination: root.deleteOnTermination,
    dataDevices: devices.filter((device) => device !== root),
    sourceInstanceId: instance.instanceId,
    tags: wanted.tags.image,
  };
  world.account.images.set(imageId, image);
  if (!wanted.noReboot && instance.state === "running") reboot(world, instance);
  return image;
}

/** The parts of an image that is registered from snapshots, without an instance (API reference, RegisterImage). */
export interface Registration {
  name: string;
  description: string;
  architecture: Architecture;
  firmware: Firmware;
  rootDeviceName: string;
  devices: readonly DeviceSpec[];
  tags: Tags;
}

export function checkRegistration(world: World, { name, rootDeviceName, devices }: Registration): void {
  checkName(world, name);
  const root = devices.find((it) => it.deviceName === rootDeviceName);
  if (root?.snapshotId === undefined) {
    // The words are a guess.
    throw new Ec2Error("InvalidBlockDeviceMapping", `The root device ${rootDeviceName} has no snapshot.`);
  }
  checkDevices(world, devices);
}

export function registerImage(world: World, wanted: Registration): Image {
  const { name, description, architecture, firmware, rootDeviceName, tags } = wanted;
  const devices = wanted.devices.map((device) => imageDevice(world, device));
  const root = devices.find((it) => it.deviceName === rootDeviceName);
  if (root?.snapshotId === undefined) throw invalidValue(`Invalid value '${rootDeviceName}' for rootDeviceName.`);
  const image: Image = {
    imageId: world.newId("ami"),
    name,
    description,
    architecture,
    firmware,
    state: "available",
    creationDate: new Date(world.now).toISOString(),
    ownerId: world.accountId,
    rootDeviceName,
    rootSnapshotId: root.snapshotId,
    rootVolumeSize: root.size,
    rootEncrypted: root.encrypted,
    rootDeleteOnTermination: root.deleteOnTermination,
    dataDevices: devices.filter((it) => it !== root),
    tags,
  };
  world.account.images.set(image.imageId, image);
  return image;
}

function imageDevice(world: World, spec: DeviceSpec): ImageDevice {
  const { deviceName, snapshotId, volumeType = "gp2", encrypted, deleteOnTermination = true } = spec;
  const snapshot = snapshotId === undefined ? undefined : findSnapshot(world, snapshotId);
  return {
    deviceName,
    snapshotId,
    size: spec.size ?? snapshot?.volumeSize ?? 1,
    volumeType,
    encrypted: encrypted ?? snapshot?.encrypted ?? false,
    deleteOnTermination,
  };
}

export function checkOwnImage(world: World, { ownerId, imageId }: Image): void {
  if (ownerId === world.accountId) return;
  throw new Ec2Error("AuthFailure", `Not authorized for image:${imageId}`);
}

/** Instances that run from it go on; its snapshots stay unless they are to go too. */
export function deregister(world: World, image: Image, withSnapshots: boolean): string[] {
  world.account.images.delete(image.imageId);
  world.account.deregisteredImages.set(image.imageId, world.now);
  if (!withSnapshots) return [];
  const ids = [image.rootSnapshotId, ...(image.dataDevices ?? []).flatMap(({ snapshotId }) => snapshotId ?? [])];
  for (const id of ids) world.account.snapshots.delete(id);
  return ids;
}
