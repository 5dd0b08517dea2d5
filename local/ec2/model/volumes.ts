import { Ec2Error } from "./errors";
import { findSnapshot } from "./lookup";
import type { DeviceSpec, Image, Instance, Tags, Volume } from "./state";
import { checkShape, shapeFrom } from "./volume-shapes";
import type { World } from "./world";

/** The image's devices with the launch's own laid over them, device by device. */
export function devicesOf(image: Image, wanted: readonly DeviceSpec[]): DeviceSpec[] {
  const own: DeviceSpec[] = [rootOf(image), ...(image.dataDevices ?? [])];
  const merged = new Map(own.map((spec) => [spec.deviceName, spec]));
  for (const spec of wanted) {
    const given = Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
    merged.set(spec.deviceName, { ...merged.get(spec.deviceName), ...given, deviceName: spec.deviceName });
  }
  return [...merged.values()].filter((spec) => spec.noDevice !== true && spec.ephemeral !== true);
}

export function rootOf(image: Image): DeviceSpec {
  return {
    deviceName: image.rootDeviceName,
    snapshotId: image.rootSnapshotId,
    size: image.rootVolumeSize,
    volumeType: "gp3",
    encrypted: image.rootEncrypted,
    deleteOnTermination: image.rootDeleteOnTermination ?? true,
  };
}

export function checkDevices(world: World, specs: readonly DeviceSpec[]): void {
  for (const spec of specs) {
    const { snapshotId, size } = spec;
    const snapshot = snapshotId === undefined ? undefined : findSnapshot(world, snapshotId);
    if (snapshot !== undefined && size !== undefined && size < snapshot.volumeSize) {
      throw new Ec2Error(
        "InvalidBlockDeviceMapping",
        `Volume of size ${size}GB is smaller than snapshot '${snapshot.snapshotId}', expect size>= ${snapshot.volumeSize}GB`,
      );
    }
    checkShape(shapeFrom(spec, snapshot?.volumeSize));
  }
}

export function createDevices(world: World, instance: Instance, specs: readonly DeviceSpec[], tags: Tags): void {
  for (const spec of specs) {
    const volume = createVolume(world, { ...spec, availabilityZone: instance.availabilityZone, tags });
    const deleteOnTermination = spec.deleteOnTermination ?? true;
    const attachTime = world.now;
    volume.attachment = { instanceId: instance.instanceId, device: spec.deviceName, attachTime, deleteOnTermination };
    instance.devices.push({ deviceName: spec.deviceName, volumeId: volume.volumeId, deleteOnTermination, attachTime });
  }
}

export interface NewVolume extends Omit<DeviceSpec, "deviceName"> {
  availabilityZone: string;
  tags: Tags;
}

/** A denied key shows only afterwards: EC2 asks KMS by itself (API reference, CreateVolume). */
export function createVolume(world: World, spec: NewVolume): Volume {
  const snapshot = spec.snapshotId === undefined ? undefined : findSnapshot(world, spec.snapshotId);
  const encrypted = spec.encrypted ?? (spec.kmsKeyId !== undefined || snapshot?.encrypted === true);
  const kmsKeyId = encrypted ? (spec.kmsKeyId ?? snapshot?.kmsKeyId ?? defaultKey(world)) : undefined;
  const volume: Volume = {
    volumeId: world.newId("vol"),
    ...shapeFrom(spec, snapshot?.volumeSize),
    encrypted,
    kmsKeyId,
    isBroken: world.account.deniedKmsKeys.get(kmsKeyId ?? ""),
    snapshotId: spec.snapshotId,
    availabilityZone: spec.availabilityZone,
    createTime: world.now,
    tags: { ...spec.tags },
  };
  world.account.volumes.set(volume.volumeId, volume);
  return volume;
}

const defaultKey = (world: World) =>
  `arn:aws:kms:${world.region}:${world.accountId}:key/0a000000-0000-4000-8000-0000000000eb`;

/** Whether EC2 cannot read one of the instance's volumes. */
export function hasBrokenDevice(world: World, instance: Instance): boolean {
  return instance.devices.some(({ volumeId }) => world.account.volumes.get(volumeId)?.isBroken === true);
}

/** With the end of its instance a volume is deleted or becomes available, as its mapping says. */
export function endDevices(world: World, instance: Instance): void {
  for (const { volumeId, deleteOnTermination } of instance.devices) {
    const volume = world.account.volumes.get(volumeId);
    if (deleteOnTermination) world.account.volumes.delete(volumeId);
    else if (volume !== undefined) delete volume.attachment;
  }
  instance.devices = [];
}
