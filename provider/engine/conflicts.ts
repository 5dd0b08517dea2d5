/** What is in the way and belongs to somebody else, in sentences; while there is any, nothing is done. (pure) */
import { TAG } from "../ec2/tags";
import { adoptionConflicts } from "./adoption";
import {
  currentElasticIp,
  currentNetworkInterface,
  currentVolume,
  isAlive,
  isElsewhere,
  isOnOurs,
  isOwnedElasticIp,
  isOwnedVolume,
  type Situation,
} from "./current";
import { surplusVolumes } from "./planning/data-volumes";
import type { DataVolume, Desired, ElasticIp, Observed, Volume } from "./state";

export function conflicts(situation: Situation): string[] {
  const { id, desired, observed, recorded } = situation;
  return [
    ...(observed.adoption === undefined ? [] : adoptionConflicts(id, desired, observed.adoption, recorded)),
    ...elasticIpConflicts(situation),
    ...desired.dataVolumes.flatMap((wanted) => volumeConflicts(wanted, situation)),
    ...volumeDeletionConflicts(surplusVolumes(situation), situation),
    ...heldByStrangers(observed),
  ];
}

/** One that was given and is not wanted any more may be wherever its owner put it. */
function elasticIpConflicts({ desired, observed, recorded }: Situation): string[] {
  const given = observed.givenElasticIp;
  const missing =
    typeof desired.elasticIp === "string" && given === undefined
      ? [
          `the Elastic IP ${desired.elasticIp} (elasticIp) does not exist in ${desired.region}, or is not this account's; give one that is, or true to allocate one`,
        ]
      : [];
  const wanted = currentElasticIp(desired, observed, recorded);
  const others = observed.elasticIps.filter((it) => it.allocationId !== wanted?.allocationId);
  const released = desired.deletion.elasticIp === "delete" ? others.filter(isOwnedElasticIp) : [];
  const taken = [...(wanted === undefined ? [] : [wanted]), ...released]
    .filter((eip) => isTaken(eip, observed))
    .map((eip) => `${inUse(eip)}; it is never taken from its holder: disassociate it there first, or change elasticIp`);
  return [...missing, ...taken];
}

export function teardownConflicts(observed: Observed, deletion: Desired["deletion"]): string[] {
  const taken = observed.elasticIps
    .filter((eip) => isOwnedElasticIp(eip) && deletion.elasticIp === "delete" && isTaken(eip, observed))
    .map(
      (eip) => `${inUse(eip)}; disassociate it there first, or set deletion.elasticIp to "retain" and run up before`,
    );
  return [...taken, ...heldByStrangers(observed)];
}

function isTaken(eip: ElasticIp, observed: Observed): boolean {
  return eip.association !== undefined && !isOnOurs(eip, observed);
}

function inUse(eip: ElasticIp): string {
  const { networkInterfaceId, instanceId } = eip.association ?? {};
  const holder = networkInterfaceId ?? instanceId ?? "something else";
  const through = instanceId !== undefined && instanceId !== holder ? ` (instance ${instanceId})` : "";
  return `the Elastic IP ${eip.publicIp} (${eip.allocationId}) is in use by ${holder}${through}`;
}

function volumeConflicts(wanted: DataVolume, situation: Situation): string[] {
  const { id, desired, observed, recorded } = situation;
  const volume = currentVolume(wanted, observed, recorded);
  if (volume === undefined) {
    return wanted.volumeId === undefined
      ? []
      : [`the volume ${wanted.volumeId} (dataVolumes, ${wanted.name}) does not exist in ${desired.region}`];
  }
  const what = `the data volume ${wanted.name} (${volume.id})`;
  const owner = volume.tags[TAG.id];
  const zone = currentNetworkInterface(situation)?.availabilityZone ?? volume.availabilityZone;
  return [
    ...(owner === undefined || owner === id ? [] : [`${what} belongs to the managed instance ${owner}`]),
    ...(zone === volume.availabilityZone
      ? []
      : [`${what} is in ${volume.availabilityZone} and the machine in ${zone}; a volume cannot leave its zone`]),
    ...heldElsewhere(what, volume, observed),
  ];
}

function heldElsewhere(what: string, volume: Volume, observed: Observed): string[] {
  return isElsewhere(volume, observed)
    ? [`${what} is attached to ${volume.attachment?.instanceId ?? ""}; detach it there first`]
    : [];
}

/** Volumes that are given up and would be deleted, while something else works with them. */
export function volumeDeletionConflicts(
  volumes: Volume[],
  { observed, desired: { deletion }, ...situation }: Situation,
): string[] {
  return volumes
    .filter((it) => deletion.dataVolumes === "delete" && isOwnedVolume(it, situation) && isElsewhere(it, observed))
    .map(
      ({ id, attachment }) =>
        `the data volume ${id} is to be deleted and is attached to ${attachment?.instanceId ?? ""}; detach it there first, or set deletion.dataVolumes to "retain" and run up before`,
    );
}

function heldByStrangers(observed: Observed): string[] {
  return observed.strangers
    .filter(isAlive)
    .map(
      (it) =>
        `the network interface ${it.networkInterfaceId ?? ""} is held by ${it.id}, which this managed instance did not launch; end that instance first`,
    );
}
