import type { World } from "../../model/world";

export { zoneId } from "../../model/zones";

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
