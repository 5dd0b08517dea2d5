import { Ec2Error, invalidValue } from "./errors";
import type { Image, Instance, Tags, Volume } from "./state";
import type { World } from "./world";

/** One block device of a launch, as the image, the template or the request ask for it. */
export interface DeviceSpec {
  deviceName: string;
  noDevice?: boolean;
  ephemeral?: boolean;
  size?: number;
  volumeType?: string;
  iops?: number;
  throughput?: number;
  encrypted?: boolean;
  kmsKeyId?: string;
  snapshotId?: string;
  deleteOnTermination?: boolean;
}

interface VolumeType {
  iops?: number;
  throughput?: number;
  needsIops?: boolean;
}

/** What each type gets unless told otherwise (EBS guide, volume types). gp2's IOPS follow from its size. */
const VOLUME_TYPES: Readonly<Record<string, VolumeType>> = {
  gp3: { iops: 3000, throughput: 125 },
  gp2: {},
  io1: { needsIops: true },
  io2: { needsIops: true },
  st1: {},
  sc1: {},
  standard: {},
};

const GP2_IOPS = { perGib: 3, least: 100, most: 16_000 };

/** The image's devices with the launch's own laid over them, device by device. */
export function devicesOf(image: Image, wanted: readonly DeviceSpec[]): DeviceSpec[] {
  const merged = new Map<string, DeviceSpec>([[image.rootDeviceName, rootOf(image)]]);
  for (const spec of wanted) {
    const given = Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
    merged.set(spec.deviceName, { ...merged.get(spec.deviceName), ...given, deviceName: spec.deviceName });
  }
  return [...merged.values()].filter((spec) => spec.noDevice !== true && spec.ephemeral !== true);
}

function rootOf(image: Image): DeviceSpec {
  return {
    deviceName: image.rootDeviceName,
    snapshotId: image.rootSnapshotId,
    size: image.rootVolumeSize,
    volumeType: "gp3",
    deleteOnTermination: true,
  };
}

export function checkDevices(image: Image, specs: readonly DeviceSpec[]): void {
  for (const spec of specs) {
    const { volumeType = "gp2", size, snapshotId } = spec;
    if (VOLUME_TYPES[volumeType] === undefined) {
      throw invalidValue(`Value (${volumeType}) for parameter volumeType is invalid. Invalid volume type`);
    }
    if (size === undefined) {
      throw new Ec2Error("MissingParameter", "The request must contain the parameter size or snapshotId");
    }
    if (snapshotId === image.rootSnapshotId && size < image.rootVolumeSize) {
      throw new Ec2Error(
        "InvalidBlockDeviceMapping",
        `Volume of size ${size}GB is smaller than snapshot '${snapshotId}', expect size>= ${image.rootVolumeSize}GB`,
      );
    }
    if (VOLUME_TYPES[volumeType].needsIops === true && spec.iops === undefined) {
      throw new Ec2Error(
        "MissingParameter",
        `The request must contain the parameter iops for a volume of type ${volumeType}`,
      );
    }
    if (spec.throughput !== undefined && volumeType !== "gp3") {
      throw new Ec2Error(
        "InvalidParameterCombination",
        `The parameter throughput is not supported for ${volumeType} volumes.`,
      );
    }
  }
}

export function createDevices(world: World, instance: Instance, specs: readonly DeviceSpec[], tags: Tags): void {
  for (const spec of specs) {
    const volume = createVolume(world, instance, spec, tags);
    const deleteOnTermination = spec.deleteOnTermination ?? true;
    const attachTime = world.now;
    volume.attachment = { instanceId: instance.instanceId, device: spec.deviceName, attachTime, deleteOnTermination };
    instance.devices.push({ deviceName: spec.deviceName, volumeId: volume.volumeId, deleteOnTermination, attachTime });
  }
}

function createVolume(world: World, instance: Instance, spec: DeviceSpec, tags: Tags): Volume {
  const { size = 0, volumeType = "gp2" } = spec;
  const defaults = VOLUME_TYPES[volumeType];
  const gp2Iops = Math.min(GP2_IOPS.most, Math.max(GP2_IOPS.least, size * GP2_IOPS.perGib));
  const volume: Volume = {
    volumeId: world.newId("vol"),
    size,
    volumeType,
    iops: spec.iops ?? (volumeType === "gp2" ? gp2Iops : defaults?.iops),
    throughput: spec.throughput ?? defaults?.throughput,
    encrypted: spec.encrypted ?? spec.kmsKeyId !== undefined,
    kmsKeyId: spec.kmsKeyId,
    snapshotId: spec.snapshotId,
    availabilityZone: instance.availabilityZone,
    createTime: world.now,
    tags: { ...tags },
  };
  world.account.volumes.set(volume.volumeId, volume);
  return volume;
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
