import type { World } from "../../model/world";

/** Names that EC2's DNS gives to addresses: us-east-1 has short ones of its own. */

export function privateDnsName(world: World, address: string): string {
  const host = `ip-${address.replaceAll(".", "-")}`;
  return world.region === "us-east-1" ? `${host}.ec2.internal` : `${host}.${world.region}.compute.internal`;
}

export function publicDnsName(world: World, address: string): string {
  const host = `ec2-${address.replaceAll(".", "-")}`;
  return world.region === "us-east-1"
    ? `${host}.compute-1.amazonaws.com`
    : `${host}.${world.region}.compute.amazonaws.com`;
}

/** A zone's id, the same for every account: use1-az1 for the first of us-east-1. */
export function zoneId(zone: string): string {
  const region = zone.slice(0, -1);
  const short = region.replace(/^([a-z]{2})-([a-z])[a-z]*-(\d+)$/, "$1$2$3");
  return `${short}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}
