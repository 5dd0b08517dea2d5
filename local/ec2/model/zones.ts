import { ZONE_LETTERS } from "./instance-types";
import type { World } from "./world";

/** One zone of a region, as DescribeAvailabilityZones has it. */
export interface Zone {
  name: string;
  type: "availability-zone" | "local-zone" | "wavelength-zone";
  /** The group that an account opts in to; of the region's own zones the region. */
  groupName: string;
  /** From where the zone's public addresses are announced: an Elastic IP is of one such group (VPC guide, vpc-eips). */
  networkBorderGroup: string;
  optInStatus: "opt-in-not-required" | "opted-in" | "not-opted-in";
}

/** Boston's, in every region: a Local Zone and a Wavelength Zone, named after us-east-1's. */
const EDGE = [
  { type: "local-zone", name: "bos-1a", id: "bos1-az1", group: "bos-1", border: "bos-1" },
  { type: "wavelength-zone", name: "wl1-bos-wlz-1", id: "wl1-bos-wlz1", group: "wl1", border: "wl1-bos-wlz-1" },
] as const;

/** A zone's id, the same for every account: use1-az1 for the first of us-east-1, use1-bos1-az1 for a Local Zone. */
export function zoneId(zone: string): string {
  const edge = EDGE.find(({ name }) => zone.endsWith(`-${name}`));
  const region = zone.slice(0, edge === undefined ? -1 : -(edge.name.length + 1));
  const short = region.replace(/^([a-z]{2})-([a-z])[a-z]*-(\d+)$/, "$1$2$3");
  return `${short}-${edge?.id ?? `az${zone.charCodeAt(zone.length - 1) - 96}`}`;
}

/** All that the region has; an account uses those only whose group it has opted in to. */
export function allZones({ region, account }: World): Zone[] {
  const own = ZONE_LETTERS.map((letter): Zone => {
    const groups = { groupName: region, networkBorderGroup: region };
    return { name: `${region}${letter}`, type: "availability-zone", ...groups, optInStatus: "opt-in-not-required" };
  });
  const edge = EDGE.map(({ type, name, group, border }): Zone => {
    const groupName = `${region}-${group}`;
    return {
      name: `${region}-${name}`,
      type,
      groupName,
      networkBorderGroup: `${region}-${border}`,
      optInStatus: account.zoneGroups.get(groupName) === true ? "opted-in" : "not-opted-in",
    };
  });
  return [...own, ...edge];
}

export function usableZones(world: World): Zone[] {
  return allZones(world).filter(({ optInStatus }) => optInStatus !== "not-opted-in");
}

/** The names of the zones that the account can use. */
export function zonesOf(world: World): string[] {
  return usableZones(world).map(({ name }) => name);
}

export function borderGroupOf(world: World, zone: string): string {
  return allZones(world).find(({ name }) => name === zone)?.networkBorderGroup ?? world.region;
}
