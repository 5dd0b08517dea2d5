import { TAG } from "../../ec2/tags";
import type { Cast } from "../situation/cast";
import { isAlive, wantsInstance } from "../situation/instances";
import { isElsewhere, isOwnedInstance, isOwnedVolume } from "../situation/belongings";
import { givenVolumeTags } from "../record/labels";
import type { DataVolume, Retention } from "../../model/desired";
import type { Goal } from "../../model/goal";
import type { Volume, VolumeShape } from "../../model/things";
import type { Step } from "./step";
import { planGivingBack, retainVolume } from "./retention";
import { planGivenTags } from "./tags";

/** Steps that can be taken while the old instance still works: volumes are made, and kept from ending with it. */
export function planDataVolumes(cast: Cast): Step[] {
  const { id, observed, volumes } = cast;
  return [
    ...volumes.flatMap(({ wanted, volume }): Step[] =>
      volume === undefined ? [{ kind: "make-volume", name: wanted.name }] : planGiven(wanted, volume, id),
    ),
    ...observed.volumes
      .filter((volume) => volume.attachment?.deleteOnTermination === true && !isElsewhere(volume, observed))
      .map((volume): Step => ({ kind: "keep-volume-on-termination", volume })),
    ...endVolumesWithInstances(cast),
  ];
}

/** Volumes that a launch made end with their instance, whatever its image says of them (docs/decisions/0041-volumes-of-the-image.md). */
function endVolumesWithInstances({ desired, observed: { instances, launchedVolumes } }: Cast): Step[] {
  const own = instances.filter((it) => isAlive(it) && isOwnedInstance(it, desired));
  return outliving(launchedVolumes)
    .filter(({ attachment }) => own.some(({ id }) => id === attachment?.instanceId))
    .map((volume) => ({ kind: "end-volume-with-instance", volume }));
}

/** The volumes that EC2 would leave behind. */
export function outliving(volumes: readonly Volume[]): Volume[] {
  return volumes.filter(({ attachment }) => attachment?.deleteOnTermination === false);
}

/** A volume cannot shrink again, so it grows only once no preflight can fail any more. */
export function planVolumeShapes({ volumes }: Cast): Step[] {
  return volumes.flatMap(({ wanted, volume }) => (volume === undefined ? [] : planShape(wanted, volume)));
}

/** Before it is attached, so that it can be found and given back however this run ends. */
function planGiven(wanted: DataVolume, volume: Volume, id: string): Step[] {
  return wanted.volumeId === undefined ? [] : planGivenTags(id, volume.id, volume.tags, givenVolumeTags(id, wanted));
}

function planShape(wanted: DataVolume, volume: Volume): Step[] {
  const shape = differentShape(wanted, volume);
  return Object.keys(shape).length === 0 ? [] : [{ kind: "modify-volume", volume, shape }];
}

const SHAPE = ["size", "type", "iops", "throughput"] as const satisfies (keyof VolumeShape)[];

/**
 * The part of the shape that is wanted and not there. A volume that somebody made larger stays so: none can shrink. With another type goes
 * what is wanted of its speed, since a type decides that anew.
 */
export function differentShape(wanted: VolumeShape, volume: Volume): VolumeShape {
  const isOtherType = wanted.type !== undefined && wanted.type !== volume.type;
  const isOff = (name: keyof VolumeShape): boolean =>
    wanted[name] !== undefined &&
    (name === "size" ? volume.size < (wanted.size ?? 0) : isOtherType || wanted[name] !== volume[name]);
  return Object.fromEntries(SHAPE.filter(isOff).map((name) => [name, wanted[name]]));
}

/** Detaches volumes that are not wanted on the instance any more, once there is an instance. */
export function planDetachments(cast: Cast): Step[] {
  const { observed, surplusVolumes, volumes } = cast;
  const surplus = surplusVolumes.filter((it) => it.attachment !== undefined && !isElsewhere(it, observed));
  const misplaced = volumes.flatMap(({ wanted, volume }) => {
    const device = volume?.attachment?.deviceName;
    return volume !== undefined && device !== undefined && device !== wanted.deviceName ? [volume] : [];
  });
  return [...surplus, ...misplaced].map((volume): Step => ({ kind: "detach-volume", volume }));
}

/** The volumes that are wanted go on. */
export function planAttachments(cast: Cast): Step[] {
  const { desired, volumes } = cast;
  return wantsInstance(desired) && volumes.some((it) => !isInPlace(it, cast)) ? [{ kind: "attach-volumes" }] : [];
}

/** Whether it is attached, under its name, to an instance that stays. */
function isInPlace({ wanted, volume }: Cast["volumes"][number], { kept }: Cast): boolean {
  const attachment = volume?.attachment;
  return (
    attachment !== undefined &&
    !isComingOff(attachment) &&
    attachment.instanceId === kept?.id &&
    attachment.deviceName === wanted.deviceName
  );
}

/** EC2 calls it busy while the guest does not let go. */
export function isComingOff({ status }: Pick<NonNullable<Volume["attachment"]>, "status">): boolean {
  return status === "detaching" || status === "busy";
}

/** A given volume loses our tags, one that was made goes, unless it is to be retained. */
export function giveUpVolume(volume: Volume, goal: Pick<Goal, "id" | "recorded">, retention: Retention): Step {
  const name = volume.tags[TAG.volume] ?? volume.id;
  if (!isOwnedVolume(volume, goal)) {
    return planGivingBack(volume.id, `the volume ${name}`, volume.tags);
  }
  return retention === "retain" ? retainVolume(volume, name) : { kind: "delete-volume", volume };
}
