/** Things that are left behind on purpose: what they cost, and how they come back. */
import { isOwned, OWN_TAG_PREFIX } from "../../ec2/tags";
import type { ElasticIp, NetworkInterface, Tags, Volume } from "../../model/things";
import type { Observed } from "../../model/observed";
import type { Step } from "./step";

/** A public IPv4 address, in use or not: 0.005 dollars an hour (ec2-behaviour.md, section 1). */
const ELASTIC_IP_A_MONTH = 3.65;

/** Dollars for a GiB and month, as AWS lists them for us-east-1; other regions differ by some percent. */
const GIB_A_MONTH: Readonly<Record<string, number>> = {
  gp2: 0.1,
  gp3: 0.08,
  io1: 0.125,
  io2: 0.125,
  st1: 0.045,
  sc1: 0.015,
  standard: 0.05,
};

/** Dollars a month for what costs money without running: Elastic IPs and volumes. */
export function idleCostOf({ elasticIps, volumes, launchedVolumes, leftVolumes }: Observed): number {
  const owned = [...volumes.filter(isOwned), ...launchedVolumes, ...leftVolumes];
  return elasticIps.filter(isOwned).length * ELASTIC_IP_A_MONTH + owned.reduce((sum, it) => sum + monthlyCostOf(it), 0);
}

/** Dollars a month. */
export function monthlyCostOf({ size, type }: Pick<Volume, "size" | "type">): number {
  return size * (GIB_A_MONTH[type] ?? 0.1);
}

export function retainElasticIp({ allocationId, publicIp }: ElasticIp): Extract<Step, { kind: "retain" }> {
  return {
    kind: "retain",
    resourceId: allocationId,
    what: `the Elastic IP ${publicIp}`,
    monthlyCost: ELASTIC_IP_A_MONTH,
    bringBack: `elasticIp: "${allocationId}"`,
  };
}

export function retainNetworkInterface({ id, privateIp }: NetworkInterface): Step {
  return {
    kind: "retain",
    resourceId: id,
    what: `the network interface with ${privateIp}`,
    monthlyCost: 0,
    bringBack: `adopt: { networkInterfaceId: "${id}" }`,
  };
}

export function retainVolume(volume: Volume, name: string): Extract<Step, { kind: "retain" }> {
  const { id, size, type, attachment } = volume;
  return {
    kind: "retain",
    resourceId: id,
    what: `the data volume ${name}, ${size} GiB of ${type}`,
    monthlyCost: monthlyCostOf(volume),
    bringBack: `dataVolumes: [{ name: "${name}", deviceName: "${attachment?.deviceName ?? "/dev/sdf"}", volumeId: "${id}" }]`,
  };
}

/** A thing that was given is left as it is, without our tags. */
export function planGivingBack(resourceId: string, what: string, tags: Tags): Step {
  return { kind: "give-back", resourceId, what, remove: ownKeys(tags) };
}

function ownKeys(tags: Tags): string[] {
  return Object.keys(tags).filter((key) => key.startsWith(OWN_TAG_PREFIX));
}
