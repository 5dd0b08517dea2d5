/** What is in the way and belongs to somebody else, in sentences; while there is any, nothing is done. (pure) */
import { isOwned } from "../ec2/tags";
import { isAlive, isOnOurs } from "./current";
import type { Desired, ElasticIp, Observed } from "./state";

export function conflicts(desired: Desired, observed: Observed): string[] {
  const given = observed.givenElasticIp;
  const missing =
    typeof desired.elasticIp === "string" && given === undefined
      ? [
          `the Elastic IP ${desired.elasticIp} (elasticIp) does not exist in ${desired.region}, or is not this account's; give one that is, or true to allocate one`,
        ]
      : [];
  const others = observed.elasticIps.filter((it) => it.allocationId !== given?.allocationId);
  const taken = [...(given === undefined ? [] : [given]), ...others]
    .filter((eip) => isTaken(eip, observed))
    .map((eip) => `${inUse(eip)}; it is never taken from its holder: disassociate it there first, or change elasticIp`);
  return [...missing, ...taken, ...heldByStrangers(observed)];
}

export function teardownConflicts(observed: Observed, deletion: Desired["deletion"]): string[] {
  const taken = observed.elasticIps
    .filter((eip) => isOwned(eip) && deletion.elasticIp === "delete" && isTaken(eip, observed))
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

function heldByStrangers(observed: Observed): string[] {
  return observed.strangers
    .filter(isAlive)
    .map(
      (it) =>
        `the network interface ${it.networkInterfaceId ?? ""} is held by ${it.id}, which this managed instance did not launch; end that instance first`,
    );
}
