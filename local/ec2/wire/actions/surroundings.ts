import { invalidValue } from "../../model/errors";
import { zonesOf } from "../../model/launch-plan";
import { quotaOf } from "../../model/quotas";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { zoneId } from "../views/names";
import type { XmlObject } from "../xml";

const ZONE_FILTERS: FilterTable<{ zone: string }> = {
  "zone-name": ({ zone }) => zone,
  "zone-id": ({ zone }) => zoneId(zone),
  "region-name": (_, world) => world.region,
  "group-name": (_, world) => world.region,
  "zone-type": () => "availability-zone",
  "opt-in-status": () => "opt-in-not-required",
  "group-long-name": (_, world) => `${world.region} 1`,
  message: () => undefined,
  "parent-zone-id": () => undefined,
  "parent-zone-name": () => undefined,
  state: () => "available",
};

function zoneView(world: World, zone: string): XmlObject {
  return {
    zoneName: zone,
    zoneId: zoneId(zone),
    zoneState: "available",
    zoneType: "availability-zone",
    regionName: world.region,
    groupName: world.region,
    networkBorderGroup: world.region,
    optInStatus: "opt-in-not-required",
    messageSet: [],
  };
}

const REGION_FILTERS: FilterTable<{ region: string }> = {
  "region-name": ({ region }) => region,
  endpoint: ({ region }) => `ec2.${region}.amazonaws.com`,
  "opt-in-status": () => "opt-in-not-required",
};

/** What is still told of an account (API reference, DescribeAccountAttributes). */
function accountAttributes(world: World): Record<string, string> {
  const vpc = [...world.account.vpcs.values()].find(({ isDefault }) => isDefault);
  const addresses = String(quotaOf(world, "elastic-ips"));
  return {
    "supported-platforms": "VPC",
    "default-vpc": vpc?.vpcId ?? "none",
    "max-instances": "20",
    "max-elastic-ips": addresses,
    "vpc-max-elastic-ips": addresses,
    "vpc-max-security-groups-per-interface": "5",
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
    params.boolean("AllAvailabilityZones");
    const known = zonesOf(world);
    const missing = names.find((name) => !known.includes(name));
    if (missing !== undefined) throw invalidValue(`Invalid availability zone: [${missing}]`);
    const isNamed = (zone: string) => names.includes(zone) || ids.includes(zoneId(zone));
    const zones = known.filter((zone) => names.length + ids.length === 0 || isNamed(zone)).map((zone) => ({ zone }));
    return {
      availabilityZoneInfo: filtered(world, params, zones, ZONE_FILTERS).map(({ zone }) => zoneView(world, zone)),
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
