/** Which of the things observed is the one that the inputs ask for. (pure) */
import { isOwned, TAG } from "../ec2/tags";
import { launchHash } from "./specification";
import type { Desired, ElasticIp, Instance, NetworkInterface, Observed, Recorded } from "./state";

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

export function isAlive(instance: Instance): boolean {
  return instance.state !== "shutting-down" && instance.state !== "terminated";
}

/** The interface in the right subnet with the right address; where two are right, the recorded or the used one. */
export function currentNetworkInterface(
  desired: Pick<Desired, "subnetId" | "privateIp">,
  observed: Observed,
  recorded: Recorded | undefined,
): NetworkInterface | undefined {
  const right = observed.networkInterfaces.filter(
    (eni) =>
      eni.subnetId === desired.subnetId && (desired.privateIp === undefined || eni.privateIp === desired.privateIp),
  );
  return (
    right.find((eni) => eni.id === recorded?.networkInterfaceId) ??
    right.find((eni) => eni.attachment !== undefined) ??
    right.sort(byId)[0]
  );
}

export function currentElasticIp(desired: Pick<Desired, "elasticIp">, observed: Observed): ElasticIp | undefined {
  if (desired.elasticIp === false) {
    return undefined;
  }
  if (desired.elasticIp !== true) {
    return observed.givenElasticIp;
  }
  const owned = observed.elasticIps.filter(isOwned);
  return (
    owned.find((eip) => isOnOurs(eip, observed)) ?? owned.sort((a, b) => (a.allocationId < b.allocationId ? -1 : 1))[0]
  );
}

/** Whether an Elastic IP is on an interface of this managed instance. */
export function isOnOurs(eip: ElasticIp, observed: Observed): boolean {
  return observed.networkInterfaces.some((eni) => eni.id === eip.association?.networkInterfaceId);
}

/** The instance that holds the interface. */
export function currentInstance(eni: NetworkInterface | undefined, observed: Observed): Instance | undefined {
  return observed.instances.find(
    (it) => isAlive(it) && it.networkInterfaceId !== undefined && it.networkInterfaceId === eni?.id,
  );
}

export function generationOf(instance: Instance): number | undefined {
  const tag = instance.tags[TAG.generation];
  return tag === undefined || !/^\d+$/.test(tag) ? undefined : Number(tag);
}

/** What a decision is made from. */
export interface Situation {
  id: string;
  desired: Desired;
  observed: Observed;
  recorded?: Recorded;
}

/** The instance that may stay: it holds the interface and fits. */
export function keptInstance(situation: Situation): Instance | undefined {
  const { desired, observed, recorded } = situation;
  const instance = currentInstance(currentNetworkInterface(desired, observed, recorded), observed);
  return instance !== undefined && fits(instance, situation) ? instance : undefined;
}

/**
 * Whether an instance may stay: it was launched with the inputs that are wanted, and no recycle came after it.
 *
 * An instance whose tags somebody took off is judged by the record in Pulumi's state.
 */
export function fits(instance: Instance, { id, desired, observed, recorded }: Situation): boolean {
  const wanted = launchHash(id, desired);
  const launchedWith =
    instance.tags[TAG.launch] ?? (recorded?.instanceId === instance.id ? recorded.launchHash : undefined);
  if (launchedWith !== wanted) {
    return false;
  }
  const generation = generationOf(instance);
  const latest = observed.generation;
  const recycled = latest?.launchHash === wanted && generation !== undefined && generation < latest.replacesBefore;
  return !recycled;
}
