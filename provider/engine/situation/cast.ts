/** The cast: the part that each thing observed has in what is to come, resolved once for all who decide. (pure) */
import { isOwned, TAG } from "../../ec2/tags";
import type { DataVolume } from "../../model/desired";
import type { Situation } from "../../model/goal";
import type { Observed } from "../../model/observed";
import type { ElasticIp, Instance, NetworkInterface, Volume } from "../../model/things";
import { digestsOf, type LaunchPart } from "../record/specification";
import { isBeingDeleted, isOnOurs, isOurVolume, isOwnedElasticIp, recordedVolumeId } from "./belongings";
import { differencesOf, fits, type Measured, replacementPath, staysOn } from "./fit";
import { holderOf, holds, holdsOn, holdsOurs, isAlive, lastLaunched, wantsInstance } from "./instances";
import type { Path } from "./strategy";

export interface Cast extends Measured {
  /** The interface that the machine is to have; absent: it is to be made, or none is wanted. */
  readonly networkInterface?: NetworkInterface;
  /** The instance that holds it, and is not just losing it. */
  readonly holder?: Instance;
  /** The holder, if it may stay as it is. */
  readonly kept?: Instance;
  /** The holder, if it stays, as it is or changed. */
  readonly staying?: Instance;
  /** The instance that the interface is to be moved to, or attached to again, if it is there already. */
  readonly coming?: Instance;
  /** The instance that holds an interface of the machine's, or held one that is given up; never the coming one. */
  readonly working?: Instance;
  /** The parts in which the working instance differs from the wanted one. */
  readonly differences: readonly LaunchPart[];
  /** The way in which the working instance is replaced, where it has to be. */
  readonly path: Path;
  /** The Elastic IP that is wanted. */
  readonly elasticIp?: ElasticIp;
  readonly surplusElasticIps: readonly ElasticIp[];
  readonly volumes: readonly CastVolume[];
  readonly surplusVolumes: readonly Volume[];
}

/** A data volume that is wanted. */
interface CastVolume {
  wanted: DataVolume;
  /** Absent: it is to be made. */
  volume?: Volume;
}

export function castOf({ id, desired, recorded, purpose, observed }: Situation): Cast {
  const measured = { id, desired, recorded, purpose, observed, digests: digestsOf({ id, desired, purpose }) };
  const networkInterface = networkInterfaceOf(measured);
  const holder = holderOf(networkInterface, observed);
  const candidate = candidateOf(measured);
  const isLost = desired.persistPrivateIp && networkInterface !== undefined && comesFree(networkInterface, observed);
  const isMoved = isLost || desired.replacement.strategy === "overlap";
  const coming = wantsInstance(desired) && isMoved ? candidate : undefined;
  const working = workingOf(observed, coming);
  const elasticIp = elasticIpOf(measured);
  // Without a program no volume is made or given up: another run may have deleted or added one since the record was read.
  const isUpkeep = purpose.kind === "upkeep";
  const volumes = desired.dataVolumes
    .map((wanted) => ({ wanted, volume: volumeOf(wanted, measured) }))
    .filter(({ volume }) => !isUpkeep || (volume !== undefined && !isBeingDeleted(volume)));
  return {
    ...measured,
    networkInterface,
    holder,
    kept: holder !== undefined && fits(holder, measured) ? holder : undefined,
    staying: holder !== undefined && staysOn(holder, measured) ? holder : undefined,
    coming,
    working,
    differences: working === undefined ? [] : differencesOf(working, measured),
    path: coming === undefined ? pathFrom(working, networkInterface, measured) : "overlap",
    elasticIp,
    surplusElasticIps: observed.elasticIps.filter((it) => it.allocationId !== elasticIp?.allocationId),
    volumes,
    surplusVolumes: observed.volumes.filter(
      (it) => !isUpkeep && !volumes.some(({ volume }) => volume?.id === it.id) && isOurVolume(it, measured),
    ),
  };
}

/**
 * The interface in the right subnet with the right address; where two are right, the recorded or the used one.
 *
 * An interface that need not be kept is right as long as its instance is, or while nothing was launched on it.
 */
function networkInterfaceOf(measured: Measured): NetworkInterface | undefined {
  const { desired, observed, recorded } = measured;
  const right = observed.networkInterfaces.filter((eni) => isRight(eni, measured));
  if (!desired.persistPrivateIp) {
    const held = right.find((eni) => {
      const holder = holderOf(eni, observed);
      return holder !== undefined && staysOn(holder, measured);
    });
    return held ?? (wantsInstance(desired) ? freeInterface(right, measured) : undefined);
  }
  return (
    right.find((eni) => eni.id === recorded?.networkInterfaceId) ??
    right.find((eni) => eni.attachment !== undefined) ??
    right.sort(byId)[0]
  );
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

function isRight(eni: NetworkInterface, { desired, recorded }: Situation): boolean {
  const kept = eni.tags[TAG.kept] !== "false";
  // The record counts for an interface whose tags were taken off.
  const isStripped = eni.tags[TAG.id] === undefined && eni.id === recorded?.networkInterfaceId;
  return (
    eni.subnetId === desired.subnetId &&
    (desired.privateIp === undefined || eni.privateIp === desired.privateIp) &&
    (isStripped ? recorded.persistPrivateIp : kept) === desired.persistPrivateIp
  );
}

/**
 * The free interface that was made for the next launch: it has the Elastic IP, or was never recorded. But first one that lost its tags:
 * only the record leads to it, which must not forget it for another.
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

/** Whether an interface is free, or will be without anybody's doing. */
function comesFree({ attachment }: NetworkInterface, { instances }: Observed): boolean {
  const holder = instances.find((it) => it.id === attachment?.instanceId);
  return attachment === undefined || attachment.isDetaching === true || (holder !== undefined && !isAlive(holder));
}

/**
 * The instance that an earlier run launched beside the old one, for the interface to be moved to. In the middle of a move the old one does
 * not hold the interface either: the one that was launched last is the one to come.
 */
function candidateOf(measured: Measured): Instance | undefined {
  const { networkInterfaces, instances } = measured.observed;
  return lastLaunched(
    instances.filter(
      (it) =>
        (it.state === "pending" || it.state === "running") &&
        !networkInterfaces.some((eni) => holdsOn(it, eni)) &&
        fits(it, measured),
    ),
  );
}

function workingOf(observed: Observed, coming: Instance | undefined): Instance | undefined {
  const alive = observed.instances.filter((it) => isAlive(it) && it !== coming);
  return alive.find((it) => holdsOurs(it, observed)) ?? alive[0];
}

function pathFrom(working: Instance | undefined, eni: NetworkInterface | undefined, measured: Measured): Path {
  if (working === undefined) {
    return measured.desired.replacement.strategy === "overlap" ? "overlap" : "terminate-first";
  }
  return replacementPath(working, measured, eni === undefined || !holds(working, eni));
}

function elasticIpOf({ desired, observed, recorded }: Situation): ElasticIp | undefined {
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

/** The volume that an input names: by its id, else by the name in its tag, else by the id on record. */
function volumeOf(wanted: DataVolume, { observed, recorded }: Situation): Volume | undefined {
  if (wanted.volumeId !== undefined) {
    return observed.volumes.find((it) => it.id === wanted.volumeId);
  }
  // A volume that was retained, or given under another name, still has the name that it once had.
  const named = observed.volumes
    .filter((it) => it.tags[TAG.volume] === wanted.name && it.tags[TAG.id] !== undefined && isOwned(it))
    .sort(byId);
  const recordedId = recordedVolumeId(wanted.name, recorded);
  return named.find((it) => it.id === recordedId) ?? named[0] ?? observed.volumes.find((it) => it.id === recordedId);
}
