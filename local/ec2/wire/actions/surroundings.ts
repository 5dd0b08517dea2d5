import { invalidValue } from "../../model/errors";
import { quotaOf } from "../../model/quotas";
import type { World } from "../../model/world";
import { allZones, usableZones, zoneId, type Zone } from "../../model/zones";
import { does, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import type { XmlObject } from "../xml";

const ZONE_FILTERS: FilterTable<Zone> = {
  "zone-name": ({ name }) => name,
  "zone-id": ({ name }) => zoneId(name),
  "region-name": (_, world) => world.region,
  "group-name": ({ groupName }) => groupName,
  "zone-type": ({ type }) => type,
  "opt-in-status": ({ optInStatus }) => optInStatus,
  "group-long-name": (_, world) => `${world.region} 1`,
  message: () => undefined,
  "parent-zone-id": ({ type }, world) => (type === "availability-zone" ? undefined : zoneId(`${world.region}a`)),
  "parent-zone-name": ({ type }, world) => (type === "availability-zone" ? undefined : `${world.region}a`),
  state: () => "available",
};

function zoneView(world: World, { name, type, ...groups }: Zone): XmlObject {
  const parent = type === "availability-zone" ? undefined : `${world.region}a`;
  return {
    zoneName: name,
    zoneId: zoneId(name),
    zoneState: "available",
    zoneType: type,
    regionName: world.region,
    ...groups,
    parentZoneName: parent,
    parentZoneId: parent && zoneId(parent),
    messageSet: [],
  };
}

const REGION_FILTERS: FilterTable<{ region: string }> = {
  "region-name": ({ region }) => region,
  endpoint: ({ region }) => `ec2.${region}.amazonaws.com`,
  "opt-in-status": () => "opt-in-not-required",
};

/** The attributes that are still told of an account (API reference, DescribeAccountAttributes). */
function accountAttributes(world: World): Record<string, string> {
  const vpc = [...world.account.vpcs.values()].find(({ isDefault }) => isDefault);
  const addresses = String(quotaOf(world, "elastic-ips"));
  return {
    "supported-platforms": "VPC",
    "default-vpc": vpc?.vpcId ?? "none",
    "max-instances": "20",
    "max-elastic-ips": addresses,
    "vpc-max-elastic-ips": addresses,
    "vpc-max-security-groups-per-interface": String(quotaOf(world, "security-groups-per-interface")),
  };
}

export const surroundingActions: Actions = {
  DescribeAccountAttributes: reads((world, params) => {
    const names = params.strings("AttributeName");
    const all = Object.entries(accountAttributes(world));
    const unknown = names.find((name) => !all.some(([known]) => known === name));
    if (unknown !== undefined) throw invalidValue(`Value (${unknown}) for parameter attributeName is invalid.`);
    return {
      accountAttributeSet: all
        .filter(([name]) => names.length === 0 || names.includes(name))
        .map(([attributeName, attributeValue]) => ({ attributeName, attributeValueSet: [{ attributeValue }] })),
    };
  }),
  DescribeAvailabilityZones: reads((world, params) => {
    const names = params.strings("ZoneName");
    const ids = params.strings("ZoneId");
    const known = params.boolean("AllAvailabilityZones") === true ? allZones(world) : usableZones(world);
    const missing = names.find((name) => !known.some((zone) => zone.name === name));
    if (missing !== undefined) throw invalidValue(`Invalid availability zone: [${missing}]`);
    const isNamed = (zone: Zone) => names.includes(zone.name) || ids.includes(zoneId(zone.name));
    const zones = known.filter((zone) => names.length + ids.length === 0 || isNamed(zone));
    return { availabilityZoneInfo: filtered(world, params, zones, ZONE_FILTERS).map((zone) => zoneView(world, zone)) };
  }),
  ModifyAvailabilityZoneGroup: does((world, params) => {
    const group = params.required("GroupName");
    const status = params.required("OptInStatus");
    const isKnown = allZones(world).some(
      ({ groupName, optInStatus }) => groupName === group && optInStatus !== "opt-in-not-required",
    );
    if (!isKnown) throw invalidValue(`Value (${group}) for parameter GroupName is invalid.`);
    // Opting out takes AWS Support (API reference).
    if (status !== "opted-in") throw invalidValue(`Value (${status}) for parameter OptInStatus is invalid.`);
    return () => {
      world.account.zoneGroups.set(group, true);
    };
  }),
  DescribeRegions: reads((world, params) => {
    params.boolean("AllRegions");
    const names = params.strings("RegionName");
    const regions = filtered(world, params, [{ region: world.region }], REGION_FILTERS).filter(
      ({ region }) => names.length === 0 || names.includes(region),
    );
    return {
      regionInfo: regions.map(({ region }) => ({
        regionName: region,
        regionEndpoint: `ec2.${region}.amazonaws.com`,
        optInStatus: "opt-in-not-required",
      })),
    };
  }),
};
