/** Which of the things observed is the one that the inputs ask for. (pure) */
import { isOwned, TAG } from "../../ec2/tags";
import { isOnOurs, isOwnedElasticIp, isOwnedInstance, recordedVolumeId } from "./belongings";
import { generationOf, holds, isAlive, staysStopped, wantsInstance } from "./instances";
import { isSameDevice } from "../../kit/devices";
import { misfits } from "./adoption";
import { takesRootVolume } from "./image-fit";
import { isGivenUp } from "../record/last-replacement";
import { differences, rootVolumeOf } from "./launched";
import { launchHash, type LaunchPart, partOf } from "../record/specification";
import type { DataVolume, Desired } from "../../model/desired";
import type { ElasticIp, Instance, NetworkInterface, Volume } from "../../model/things";
import type { Observed, Recorded } from "../../model/observed";
import { type Hindrances, keepsInstance, type Path, pathOf } from "./strategy";

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

/** What a decision is made from. */
export interface Situation {
  id: string;
  desired: Desired;
  observed: Observed;
  recorded?: Recorded;
  /** The interface that the plan is about, once there is a plan: its steps change the world, and must not choose anew. */
  chosenInterfaceId?: string;
}

/**
 * The interface in the right subnet with the right address; where two are right, the recorded or the used one.
 *
 * One that need not be kept is right as long as its instance is, or while nothing was launched on it.
 */
export function currentNetworkInterface(situation: Situation): NetworkInterface | undefined {
  const { desired, observed, recorded, chosenInterfaceId } = situation;
  if (chosenInterfaceId !== undefined) {
    return observed.networkInterfaces.find((eni) => eni.id === chosenInterfaceId);
  }
  const right = observed.networkInterfaces.filter((eni) => isRight(eni, situation));
  if (!desired.persistPrivateIp) {
    const held = right.find((eni) => {
      const instance = currentInstance(eni, observed);
      return instance !== undefined && staysOn(instance, situation);
    });
    return held ?? (wantsInstance(desired) ? freeInterface(right, situation) : undefined);
  }
  return (
    right.find((eni) => eni.id === recorded?.networkInterfaceId) ??
    right.find((eni) => eni.attachment !== undefined) ??
    right.sort(byId)[0]
  );
}

function isRight(eni: NetworkInterface, { desired, recorded }: Situation): boolean {
  const kept = eni.tags[TAG.kept] !== "false";
  // Without its tags, what is on record of it counts.
  const isStripped = eni.tags[TAG.id] === undefined && eni.id === recorded?.networkInterfaceId;
  return (
    eni.subnetId === desired.subnetId &&
    (desired.privateIp === undefined || eni.privateIp === desired.privateIp) &&
    (isStripped ? recorded.persistPrivateIp : kept) === desired.persistPrivateIp
  );
}

/**
 * Of those that nothing is on, the one that was made for the next launch: it has the Elastic IP, or was never recorded. But first one
 * that lost its tags: only the record leads to it, which must not forget it for another.
 */
function freeInterface(right: NetworkInterface[], { observed, recorded }: Situation): NetworkInterface | undefined {
  const free = right.filter((eni) => eni.attachment === undefined).sort(byId);
  return (
    free.find((eni) => eni.tags[TAG.id] === undefined) ??
    free.find((eni) => observed.elasticIps.some((eip) => eip.association?.networkInterfaceId === eni.id)) ??
    free.find((eni) => eni.id !== recorded?.networkInterfaceId) ??
    free[0]
  );
}

/** The instance that stays, as it is or changed. */
export function stayingInstance(situation: Situation): Instance | undefined {
  const instance = currentInstance(currentNetworkInterface(situation), situation.observed);
  return instance !== undefined && staysOn(instance, situation) ? instance : undefined;
}

/** Whether the instance on an interface will be on it still when all is as it is wanted. */
function staysOn(instance: Instance, situation: Situation): boolean {
  if (!wantsInstance(situation.desired)) {
    return staysStopped(instance, situation.desired);
  }
  return fits(instance, situation) || keepsInstance(replacementPath(instance, situation, false));
}

export function currentElasticIp(
  desired: Pick<Desired, "elasticIp">,
  observed: Observed,
  recorded?: Recorded,
): ElasticIp | undefined {
  if (desired.elasticIp === false) {
    return undefined;
  }
  if (desired.elasticIp !== true) {
    return observed.givenElasticIp;
  }
  const isRecorded = (eip: ElasticIp): boolean =>
    recorded?.ownsElasticIp === true && eip.allocationId === recorded.allocationId && isOwned(eip);
  const owned = observed.elasticIps.filter((it) => isOwnedElasticIp(it) || isRecorded(it));
  return (
    owned.find((eip) => isOnOurs(eip, observed)) ??
    owned.find((eip) => eip.allocationId === recorded?.allocationId) ??
    owned.sort((a, b) => (a.allocationId < b.allocationId ? -1 : 1))[0]
  );
}

/** The instance that holds the interface, and is not just losing it. */
export function currentInstance(eni: NetworkInterface | undefined, observed: Observed): Instance | undefined {
  return eni?.attachment?.isDetaching === true
    ? undefined
    : eni && observed.instances.find((it) => isAlive(it) && holds(it, eni));
}

/** The instance that may stay as it is: it holds the interface and fits. */
export function keptInstance(situation: Situation): Instance | undefined {
  const instance = currentInstance(currentNetworkInterface(situation), situation.observed);
  return instance !== undefined && fits(instance, situation) ? instance : undefined;
}

/**
 * One that an earlier run launched beside the old one, for the interface to be moved to. In the middle of a move the old one does not
 * hold the interface either: the one that was launched last is the one to come.
 */
export function candidateInstance(situation: Situation): Instance | undefined {
  const { networkInterfaces, instances } = situation.observed;
  return instances
    .filter(
      (it) =>
        (it.state === "pending" || it.state === "running") &&
        !networkInterfaces.some((eni) => holds(it, eni) && eni.attachment?.isDetaching !== true) &&
        fits(it, situation),
    )
    .reduce<Instance | undefined>(
      (last, it) => (last === undefined || it.launchedAt > last.launchedAt ? it : last),
      undefined,
    );
}

/** The instance that runs and fits, while nothing holds the interface: somebody detached it, or a hand-over did not get to its end. */
export function detachedInstance(situation: Situation): Instance | undefined {
  const eni = currentNetworkInterface(situation);
  const isFree = eni !== undefined && (eni.attachment === undefined || eni.attachment.isDetaching === true);
  return isFree && situation.desired.persistPrivateIp ? candidateInstance(situation) : undefined;
}

/**
 * Whether an instance may stay: it was launched with the inputs that are wanted, and no recycle came after it.
 */
export function fits(instance: Instance, situation: Situation): boolean {
  const { id, desired, observed } = situation;
  if (desired.onRecord?.makesWay === instance.id || differencesOf(instance, situation).length > 0) {
    return false;
  }
  const generation = generationOf(instance);
  const latest = observed.generation;
  const isRecycled =
    latest?.launchHash === launchHash(id, desired) && generation !== undefined && generation < latest.replacesBefore;
  return !isRecycled;
}

/**
 * In what an instance differs from what is wanted. One whose tags somebody took off is judged by the record in Pulumi's state, and
 * one that is being adopted by what it is.
 */
export function differencesOf(instance: Instance, { id, desired, observed, recorded }: Situation): LaunchPart[] {
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
  const parts = differences(found, launchedWith, launchHash(id, desired), desired).map(partOf);
  // One that was given up as it ran does not work: another is launched. One that is stopped is started once more.
  const isLeft = instance.state === "running" && isGivenUp(observed.template, instance);
  return [...new Set([...parts, ...(isLeft ? (["other"] as const) : [])])];
}

/** Which way the instance will be replaced. */
export function replacementPath(instance: Instance, situation: Situation, moves: boolean): Path {
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

/** What its launch made goes with it, and may make way for a data volume; what somebody attached does not. */
export function hindrancesOf(instance: Instance, { desired, observed }: Situation): Hindrances {
  const own = instance.devices.filter(({ volumeId }) => observed.launchedVolumes.some(({ id }) => id === volumeId));
  return {
    isCrowded: own.some((it) => desired.dataVolumes.some((wanted) => isSameDevice(wanted.deviceName, it.deviceName))),
    refusesImage: !takesRootVolume(observed.wantedImage, instance, rootVolumeOf(instance, observed.rootVolumes)),
  };
}

/** The volume that an input names: by its id, else by the name in its tag, else by the id on record. */
export function currentVolume(wanted: DataVolume, observed: Observed, recorded?: Recorded): Volume | undefined {
  if (wanted.volumeId !== undefined) {
    return observed.volumes.find((it) => it.id === wanted.volumeId);
  }
  // One that was retained, or given under another name, still has the name that it once had.
  const named = observed.volumes
    .filter((it) => it.tags[TAG.volume] === wanted.name && it.tags[TAG.id] !== undefined && isOwned(it))
    .sort(byId);
  const recordedId = recordedVolumeId(wanted.name, recorded);
  return named.find((it) => it.id === recordedId) ?? named[0] ?? observed.volumes.find((it) => it.id === recordedId);
}
