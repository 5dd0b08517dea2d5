import { Ec2Error, invalidCombination, invalidValue, missingParameter } from "./errors";
import type { VolumeShape } from "./state";

interface VolumeType {
  /** GiB, least and most. */
  sizes: readonly [least: number, most: number];
  /** The IOPS that it gets unless told otherwise. */
  iops?: number;
  throughput?: number;
  iopsRange?: readonly [least: number, most: number];
}

/** EBS guide, volume types. gp2's IOPS follow from its size. */
const VOLUME_TYPES: Readonly<Record<string, VolumeType>> = {
  gp3: { sizes: [1, 65_536], iops: 3000, throughput: 125, iopsRange: [3000, 80_000] },
  gp2: { sizes: [1, 16_384] },
  io1: { sizes: [4, 16_384], iopsRange: [100, 64_000] },
  io2: { sizes: [4, 65_536], iopsRange: [100, 256_000] },
  st1: { sizes: [125, 16_384] },
  sc1: { sizes: [125, 16_384] },
  standard: { sizes: [1, 1024] },
};

const GP2_IOPS = { perGib: 3, least: 100, most: 16_000 };
const GP3_THROUGHPUT = [125, 2000] as const;

/** The shape that is asked for, with the type's defaults; the size is the snapshot's where none is given. */
export function shapeFrom(wanted: Partial<VolumeShape>, snapshotSize?: number): VolumeShape {
  const { volumeType = "gp2", size = snapshotSize } = wanted;
  if (size === undefined) {
    throw new Ec2Error("MissingParameter", "The request must contain the parameter size or snapshotId");
  }
  const type = VOLUME_TYPES[volumeType];
  const gp2Iops = Math.min(GP2_IOPS.most, Math.max(GP2_IOPS.least, size * GP2_IOPS.perGib));
  return {
    size,
    volumeType,
    iops: wanted.iops ?? (volumeType === "gp2" ? gp2Iops : type?.iops),
    throughput: wanted.throughput ?? type?.throughput,
  };
}

/** Refuses parameters, before defaults, that the type does not have: IOPS and throughput belong to some types only. */
export function checkSaid({ volumeType = "gp2", iops, throughput }: Partial<VolumeShape>): void {
  if (
    iops !== undefined &&
    VOLUME_TYPES[volumeType] !== undefined &&
    VOLUME_TYPES[volumeType].iopsRange === undefined
  ) {
    throw invalidCombination(`The parameter iops is not supported for ${volumeType} volumes.`);
  }
  if (throughput !== undefined && volumeType !== "gp3") {
    throw invalidCombination(`The parameter throughput is not supported for ${volumeType} volumes.`);
  }
}

export function checkShape({ volumeType, size, iops, throughput }: VolumeShape): void {
  const type = VOLUME_TYPES[volumeType];
  if (type === undefined) {
    throw invalidValue(`Value (${volumeType}) for parameter volumeType is invalid. Invalid volume type`);
  }
  const [least, most] = type.sizes;
  if (size < least || size > most) {
    throw invalidValue(
      `Volume of ${size}GiB is invalid; must be between ${least}GiB and ${most}GiB for ${volumeType}.`,
    );
  }
  if (type.iopsRange !== undefined) checkIops(volumeType, iops, type.iopsRange);
  if (throughput === undefined) return;
  const [slowest, fastest] = GP3_THROUGHPUT;
  if (volumeType !== "gp3") {
    throw invalidCombination(`The parameter throughput is not supported for ${volumeType} volumes.`);
  }
  if (throughput < slowest || throughput > fastest) {
    throw invalidValue(`Throughput of ${throughput} is invalid; must be between ${slowest} and ${fastest} MiB/s.`);
  }
}

function checkIops(volumeType: string, iops: number | undefined, [least, most]: readonly [number, number]): void {
  if (iops === undefined) throw missingParameter(`iops for a volume of type ${volumeType}`);
  if (iops >= least && iops <= most) return;
  throw invalidValue(`Volume iops of ${iops} is invalid; must be between ${least} and ${most} for ${volumeType}.`);
}
