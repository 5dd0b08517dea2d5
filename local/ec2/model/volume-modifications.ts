import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import type { Due } from "./schedule";
import type { Volume, VolumeModification, VolumeShape } from "./state";
import { TIMINGS } from "./timings";
import { checkSaid, checkShape, shapeFrom } from "./volume-shapes";
import type { World } from "./world";

const DAY = 86_400_000;
/** Four in a day, each after the one before was done: since January 2026 (awslabs/data-on-eks#1106); before, one in six hours. */
const MOST_IN_A_DAY = 4;

export type ModificationState = "modifying" | "optimizing" | "completed";

export function modificationState(world: World, { modification }: Volume): ModificationState | undefined {
  if (modification === undefined) return undefined;
  if (world.now < modification.optimizingAt) return "modifying";
  return world.now < modification.completedAt ? "optimizing" : "completed";
}

/** In hundredths: half of the way is modifying, the rest optimizing. */
export function progressOf(world: World, { startTime, completedAt }: VolumeModification): number {
  const share = (world.now - startTime) / Math.max(1, completedAt - startTime);
  return Math.min(100, Math.floor(share * 100));
}

const shapeOf = ({ size, volumeType, iops, throughput }: Volume): VolumeShape => ({
  size,
  volumeType,
  iops,
  throughput,
});

type Wanted = { [Name in keyof VolumeShape]: VolumeShape[Name] | undefined };

/** The shape that the volume will have. An unnamed property stays, unless another type decides it anew. */
export function targetOf(volume: Volume, wanted: Wanted): VolumeShape {
  if (Object.values(wanted).every((value) => value === undefined)) {
    throw invalidCombination("You must specify at least one of size, type, iops or throughput.");
  }
  const said = { ...wanted, volumeType: wanted.volumeType ?? volume.volumeType };
  checkSaid(said);
  const isSameType = said.volumeType === volume.volumeType;
  const kept = isSameType && volume.volumeType !== "gp2" ? { iops: volume.iops, throughput: volume.throughput } : {};
  const given = Object.fromEntries(Object.entries<unknown>(said).filter(([, value]) => value !== undefined));
  const target = shapeFrom({ ...kept, size: volume.size, ...given });
  if (target.size < volume.size) {
    throw invalidValue(`New size cannot be smaller than existing size (${volume.size} GiB)`);
  }
  checkShape(target);
  return target;
}

export function modifyVolume(world: World, volume: Volume, target: VolumeShape): VolumeModification {
  const state = modificationState(world, volume);
  if (state === "modifying" || state === "optimizing") {
    throw new Ec2Error(
      "IncorrectModificationState",
      `Volume ${volume.volumeId} cannot be modified in modification state ${state.toUpperCase()}`,
    );
  }
  const recent = (volume.modifiedAt ?? []).filter((time) => world.now - time < DAY);
  if (recent.length >= MOST_IN_A_DAY) {
    throw new Ec2Error(
      "VolumeModificationRateExceeded",
      `You've reached the maximum modification rate per volume limit: ${MOST_IN_A_DAY} modifications in 24 hours.`,
    );
  }
  const optimizingAt = world.now + world.durationOf(TIMINGS.volumeModifying);
  const completedAt = optimizingAt + world.durationOf(TIMINGS.volumeOptimizing);
  volume.modification = { original: shapeOf(volume), target, startTime: world.now, optimizingAt, completedAt };
  volume.modifiedAt = [...recent, world.now];
  world.schedule.add({ at: optimizingAt, kind: "volume-modified", id: volume.volumeId });
  return volume.modification;
}

/** The new size can be used as soon as the volume is optimizing (EBS guide). */
export function onVolumeModified(world: World, { id }: Due): void {
  const volume = world.account.volumes.get(id);
  if (volume?.modification !== undefined) Object.assign(volume, volume.modification.target);
}
