/** Whether an instance may stay as it is, in what it differs from what is wanted, and which way it would be replaced. (pure) */
import { TAG } from "../../ec2/tags";
import { isSameDevice } from "../../kit/devices";
import type { Situation } from "../../model/goal";
import type { Instance } from "../../model/things";
import { isGivenUp } from "../record/last-replacement";
import { type Digests, type LaunchPart, partOf } from "../record/specification";
import { misfits } from "./adoption";
import { isOwnedInstance } from "./belongings";
import { takesRootVolume } from "./image-fit";
import { generationOf, staysStopped, wantsInstance } from "./instances";
import { differences, rootVolumeOf } from "./launched";
import { type Hindrances, keepsInstance, type Path, pathOf } from "./strategy";

/** A situation, with the digests that its instances are measured by. */
export interface Measured extends Situation {
  digests: Digests;
}

/** Whether an instance may stay: it was launched with the inputs that are wanted, and no recycle came after it. */
export function fits(instance: Instance, situation: Measured): boolean {
  const { purpose, observed, digests } = situation;
  const makesWay = purpose.kind === "upkeep" && purpose.replaceInstanceId === instance.id;
  if (makesWay || differencesOf(instance, situation).length > 0) {
    return false;
  }
  const generation = generationOf(instance);
  const latest = observed.generation;
  const isRecycled =
    latest?.launchHash === digests.launchHash && generation !== undefined && generation < latest.replacesBefore;
  return !isRecycled;
}

/**
 * The parts in which an instance differs from the wanted one. An instance whose tags somebody took off is judged by the record in Pulumi's
 * state, and one that is being adopted by its present values.
 */
export function differencesOf(instance: Instance, { digests, desired, observed, recorded }: Measured): LaunchPart[] {
  const isRecorded = recorded?.instanceId === instance.id;
  const launchedWith = instance.tags[TAG.launch] ?? (isRecorded ? recorded.launchHash : undefined);
  if (observed.adoption?.instance?.id === instance.id) {
    return [...new Set(misfits(observed.adoption, observed.rootVolumes, desired).map((it) => it.part))];
  }
  if (launchedWith === undefined) {
    return ["other"];
  }
  const isGiven = !isOwnedInstance(instance, desired);
  const found = { instance, isGiven, rootVolume: rootVolumeOf(instance, observed.rootVolumes) };
  const parts = differences(found, launchedWith, digests.launchHash, desired).map(partOf);
  // An instance that was given up as it ran does not work: another is launched. A stopped one is started once more.
  const isLeft = instance.state === "running" && isGivenUp(observed.template, instance);
  return [...new Set([...parts, ...(isLeft ? (["other"] as const) : [])])];
}

/** @param moves whether the network interface is given up for another */
export function replacementPath(instance: Instance, situation: Measured, moves: boolean): Path {
  const { desired } = situation;
  return pathOf({
    strategy: desired.replacement.strategy,
    parts: differencesOf(instance, situation),
    moves,
    isRunning: instance.state === "running",
    hasRootVolume: instance.devices.some((it) => it.deviceName === instance.rootDeviceName),
    runsAs: instance.lifecycle,
    wantedAs: desired.market.lifecycle,
    pinsCpu: desired.cpuOptions !== undefined,
    ...hindrancesOf(instance, situation),
  });
}

/** A volume that its launch made goes with an instance, and may make way for a data volume; one that somebody attached does not. */
function hindrancesOf(instance: Instance, { desired, observed }: Situation): Hindrances {
  const own = instance.devices.filter(({ volumeId }) => observed.launchedVolumes.some(({ id }) => id === volumeId));
  return {
    isCrowded: own.some((it) => desired.dataVolumes.some((wanted) => isSameDevice(wanted.deviceName, it.deviceName))),
    refusesImage: !takesRootVolume(observed.wantedImage, instance, rootVolumeOf(instance, observed.rootVolumes)),
  };
}

/** Whether the instance on an interface will be on it still when all is as it is wanted. */
export function staysOn(instance: Instance, situation: Measured): boolean {
  if (!wantsInstance(situation.desired)) {
    return staysStopped(instance, situation.desired);
  }
  return fits(instance, situation) || keepsInstance(replacementPath(instance, situation, false));
}
