/** Conflicts with things that belong to somebody else, in sentences; while there is one, nothing is done. (pure) */
import { TAG, urnTag } from "../../ec2/tags";
import { isSameDevice } from "../../kit/devices";
import { adoptionConflicts } from "../situation/adoption";
import type { Cast } from "../situation/cast";
import { isAlive } from "../situation/instances";
import { isAtHome, isElsewhere, isOnOurs, isOwnedElasticIp, isOwnedVolume } from "../situation/belongings";
import { SENTENCES } from "./drift";
import { privateIpsGivenUp } from "./network-interface";
import { awaitedElasticIp, awaitedVolumes, markedByOther, nameOfElasticIp } from "./sharing";
import type { Desired } from "../../model/desired";
import type { Situation } from "../../model/goal";
import type { ElasticIp, NetworkInterface, Volume } from "../../model/things";
import type { Observed } from "../../model/observed";

export function conflicts(cast: Cast): string[] {
  const { id, desired, observed, recorded } = cast;
  return [
    ...(observed.adoption === undefined ? [] : adoptionConflicts(id, desired, observed.adoption, recorded)),
    ...elasticIpConflicts(cast),
    ...cast.volumes.flatMap((it) => volumeConflicts(it, cast)),
    ...deviceConflicts(cast),
    ...volumeDeletionConflicts(cast.surplusVolumes, cast),
    ...heldByStrangers(observed),
    ...takenAddresses(cast),
    ...addressesInUse(cast),
  ];
}

/**
 * Conflicts of addresses that go: the Elastic IP that somebody put on an address goes with it. Upkeep does not keep a machine down for
 * that: the Elastic IP serves nothing any more anyhow.
 */
function addressesInUse(cast: Cast): string[] {
  const { otherElasticIps } = cast.observed;
  return otherElasticIps.length === 0 || cast.purpose.kind === "upkeep"
    ? []
    : privateIpsGivenUp(cast).flatMap(({ eni, addresses }) => comingOff(otherElasticIps, eni, addresses));
}

function comingOff(others: readonly ElasticIp[], eni: NetworkInterface, addresses: readonly string[]): string[] {
  return others.flatMap((eip) => {
    const { networkInterfaceId, privateIp = eni.privateIp } = eip.association ?? {};
    return networkInterfaceId !== eni.id || !addresses.includes(privateIp)
      ? []
      : [
          `${nameOfElasticIp(eip)}, which is not this machine's, is on ${privateIp} of ${eni.id}, which is given up, and would come off; disassociate it there first`,
        ];
  });
}

/** An address that no interface of the machine has, because that is not made yet or is gone, may be anybody's. */
function takenAddresses({ desired, observed: { addressTaker: taker }, recorded }: Cast): string[] {
  const { privateIp, resourceUrn } = desired;
  const isWanted =
    privateIp !== undefined && (taker?.privateIp === privateIp || taker?.secondaryPrivateIps.includes(privateIp));
  if (taker === undefined || !isWanted) {
    return [];
  }
  const before = recorded === undefined ? "" : `${SENTENCES["make-network-interface"]}, and `;
  return [`${before}${heldBy(privateIp, taker)}; ${waysOn(taker, resourceUrn)}`];
}

/** The ways on where an address is held. */
function waysOn({ tags }: NetworkInterface, urn: string): string {
  const owner = tags[TAG.id];
  if (owner === undefined) {
    return "free it there, or give another privateIp";
  }
  const replaces =
    tags[TAG.urn] === urnTag(urn)
      ? "; if that is the machine which this one is to replace as a resource, let Pulumi delete it first (the resource option deleteBeforeReplace: true)"
      : "";
  return `that is the managed instance ${owner}${replaces}. To keep that machine, adopt: { managedInstanceId: "${owner}" } takes it over; to be rid of it, destroy it with its stack or, if no stack has it, run \`managed-instance release ${owner}\`; or give another privateIp`;
}

export function heldBy(address: string, { id, attachment }: NetworkInterface): string {
  const instance = attachment?.instanceId;
  return `${address} is held by ${id}${instance === undefined ? "" : ` of ${instance}`}`;
}

/** A given Elastic IP that is not wanted any more may be wherever its owner put it. */
function elasticIpConflicts(cast: Cast): string[] {
  const { id, desired, observed, elasticIp: wanted, surplusElasticIps } = cast;
  const given = observed.givenElasticIp;
  const missing =
    typeof desired.elasticIp === "string" && given === undefined
      ? [
          `the Elastic IP ${desired.elasticIp} (elasticIp) does not exist in ${desired.region}, or is not this account's; give one that is, or true to allocate one`,
        ]
      : [];
  const released = desired.deletion.elasticIp === "delete" ? surplusElasticIps.filter(isOwnedElasticIp) : [];
  const isComing = awaitedElasticIp(cast) !== undefined;
  const taken = [...(wanted === undefined || isComing ? [] : [wanted]), ...released]
    .filter((eip) => isTaken(eip, observed))
    .map(
      (eip) => `${inUse(id, eip)}; it is never taken from its holder: disassociate it there first, or change elasticIp`,
    );
  const marked =
    taken.length > 0 || given === undefined || desired.elasticIp === true
      ? []
      : markedByOther(nameOfElasticIp(given), given.allocationId, given.tags, cast);
  return [...missing, ...taken, ...marked, ...placeConflicts(cast)];
}

/** Somebody put another one where the wanted one, which is still on a further address, belongs. */
function placeConflicts({ elasticIp: wanted, networkInterface: eni, observed }: Cast): string[] {
  if (wanted === undefined || eni === undefined) {
    return [];
  }
  return observed.otherElasticIps
    .filter((it) => isAtHome(it, eni))
    .map(
      ({ publicIp, allocationId }) =>
        `the Elastic IP ${publicIp} (${allocationId}) is on ${eni.privateIp} of ${eni.id}, where ${wanted.publicIp} belongs; disassociate it there first, or name it in elasticIp`,
    );
}

/** @param observed with the Elastic IPs of others on the interfaces that are deleted */
export function teardownConflicts(observed: Observed, deletion: Desired["deletion"]): string[] {
  const taken = observed.elasticIps
    .filter((eip) => isOwnedElasticIp(eip) && deletion.elasticIp === "delete" && isTaken(eip, observed))
    .map(
      (eip) =>
        `${inUse(eip.tags[TAG.id], eip)}; disassociate it there first, or set deletion.elasticIp to "retain" and run up before`,
    );
  const lost = observed.networkInterfaces.flatMap((eni) =>
    comingOff(observed.otherElasticIps, eni, [eni.privateIp, ...eni.secondaryPrivateIps]),
  );
  return [...taken, ...lost, ...heldByStrangers(observed)];
}

function isTaken(eip: ElasticIp, observed: Observed): boolean {
  return eip.association !== undefined && !isOnOurs(eip, observed);
}

function inUse(id: string | undefined, eip: ElasticIp): string {
  const { networkInterfaceId, instanceId } = eip.association ?? {};
  const holder = networkInterfaceId ?? instanceId ?? "something else";
  const through = instanceId !== undefined && instanceId !== holder ? ` (instance ${instanceId})` : "";
  const owner = eip.tags[TAG.id];
  const machine =
    owner === undefined || owner === id
      ? ""
      : ` of the managed instance ${owner} (adopt: { managedInstanceId: "${owner}" } would take that machine over)`;
  return `the Elastic IP ${eip.publicIp} (${eip.allocationId}) is in use by ${holder}${through}${machine}`;
}

function volumeConflicts({ wanted, volume }: Cast["volumes"][number], cast: Cast): string[] {
  const { desired, observed } = cast;
  if (volume === undefined) {
    return wanted.volumeId === undefined
      ? []
      : [`the volume ${wanted.volumeId} (dataVolumes, ${wanted.name}) does not exist in ${desired.region}`];
  }
  const what = `the data volume ${wanted.name} (${volume.id})`;
  const isComing = awaitedVolumes(cast).some((it) => it.id === volume.id);
  const zone = cast.networkInterface?.availabilityZone ?? volume.availabilityZone;
  return [
    ...markedByOther(what, volume.id, volume.tags, cast),
    ...(zone === volume.availabilityZone
      ? []
      : [`${what} is in ${volume.availabilityZone} and the machine in ${zone}; a volume cannot leave its zone`]),
    ...(isComing ? [] : heldElsewhere(what, volume, observed)),
  ];
}

/** An instance that stays may have a volume of its own where a data volume is to be. */
export function deviceConflicts({ desired, observed, staying: instance }: Cast): string[] {
  // A data volume makes way for another.
  const others = instance?.devices.filter((it) => !observed.volumes.some(({ id }) => id === it.volumeId)) ?? [];
  return desired.dataVolumes.flatMap(({ name, deviceName }) => {
    const other = others.find((it) => isSameDevice(it.deviceName, deviceName));
    return other === undefined
      ? []
      : [
          `the data volume ${name} is to be on ${deviceName}, and ${instance?.id ?? ""} has ${other.volumeId} there; give ${name} another deviceName, or volumeId: "${other.volumeId}" to hold that one`,
        ];
  });
}

function heldElsewhere(what: string, volume: Volume, observed: Observed): string[] {
  return isElsewhere(volume, observed)
    ? [`${what} is attached to ${volume.attachment?.instanceId ?? ""}; detach it there first`]
    : [];
}

/** Volumes that are given up and would be deleted, while something else works with them. */
export function volumeDeletionConflicts(
  volumes: readonly Volume[],
  { observed, desired: { deletion }, ...goal }: Omit<Situation, "purpose">,
): string[] {
  return volumes
    .filter((it) => deletion.dataVolumes === "delete" && isOwnedVolume(it, goal) && isElsewhere(it, observed))
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
