import { findAll, findGroupByName, findVpc } from "../../model/lookup";
import type { SecurityGroup, Subnet, Vpc } from "../../model/state";
import { freeAddressCount } from "../../model/subnets";
import { isUsableIn } from "../../model/vpcs";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import { tagSet } from "../tag-specs";
import { zoneId } from "../views/names";
import { groupView, subnetArn, subnetView, vpcView } from "../views/network";
import type { XmlObject } from "../xml";

const VPC_FILTERS: FilterTable<Vpc> = {
  "vpc-id": ({ vpcId }) => vpcId,
  cidr: ({ cidrBlock }) => cidrBlock,
  "cidr-block-association.state": () => "associated",
  "cidr-block-association.association-id": () => undefined,
  "ipv6-cidr-block-association.ipv6-pool": ({ ipv6CidrBlock }) => ipv6CidrBlock && "Amazon",
  "dhcp-options-id": () => "default",
  "ipv6-cidr-block-association.ipv6-cidr-block": ({ ipv6CidrBlock }) => ipv6CidrBlock,
  "ipv6-cidr-block-association.association-id": ({ ipv6AssociationId }) => ipv6AssociationId,
  "ipv6-cidr-block-association.state": ({ ipv6CidrBlock }) => ipv6CidrBlock && "associated",
  "cidr-block-association.cidr-block": ({ cidrBlock }) => cidrBlock,
  "is-default": ({ isDefault }) => isDefault,
  isDefault: ({ isDefault }) => isDefault,
  "owner-id": ({ ownerId }, world) => ownerId ?? world.accountId,
  state: () => "available",
};

const SUBNET_FILTERS: FilterTable<Subnet> = {
  "subnet-id": ({ subnetId }) => subnetId,
  "vpc-id": ({ vpcId }) => vpcId,
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  availabilityZone: ({ availabilityZone }) => availabilityZone,
  "availability-zone-id": ({ availabilityZone }) => zoneId(availabilityZone),
  "available-ip-address-count": freeAddressCount,
  cidr: ({ cidrBlock }) => cidrBlock,
  "cidr-block": ({ cidrBlock }) => cidrBlock,
  cidrBlock: ({ cidrBlock }) => cidrBlock,
  "ipv6-cidr-block-association.ipv6-cidr-block": ({ ipv6CidrBlock }) => ipv6CidrBlock,
  "ipv6-cidr-block-association.association-id": ({ ipv6AssociationId }) => ipv6AssociationId,
  "ipv6-cidr-block-association.state": ({ ipv6CidrBlock }) => ipv6CidrBlock && "associated",
  "ipv6-native": () => false,
  "customer-owned-ipv4-pool": () => undefined,
  "enable-dns64": () => false,
  "enable-lni-at-device-index": () => undefined,
  "map-customer-owned-ip-on-launch": () => false,
  "outpost-arn": () => undefined,
  "private-dns-name-options-on-launch.hostname-type": () => "ip-name",
  "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": () => false,
  "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": () => false,
  "default-for-az": ({ defaultForAz }) => defaultForAz,
  defaultForAz: ({ defaultForAz }) => defaultForAz,
  "map-public-ip-on-launch": ({ mapPublicIpOnLaunch }) => mapPublicIpOnLaunch,
  "owner-id": ({ ownerId }, world) => ownerId ?? world.accountId,
  "subnet-arn": (subnet, world) => subnetArn(world, subnet),
  state: () => "available",
};

const GROUP_FILTERS: FilterTable<SecurityGroup> = {
  "group-id": ({ groupId }) => groupId,
  "group-name": ({ groupName }) => groupName,
  "vpc-id": ({ vpcId }) => vpcId,
  description: ({ description }) => description,
  "owner-id": (_, world) => world.accountId,
};

/** API reference, GetSecurityGroupsForVpc. */
const USABLE_GROUP_FILTERS: FilterTable<SecurityGroup> = {
  "group-id": ({ groupId }) => groupId,
  "group-name": ({ groupName }) => groupName,
  description: ({ description }) => description,
  "owner-id": (_, world) => world.accountId,
  "primary-vpc-id": ({ vpcId }) => vpcId,
};

function usableGroupView(world: World, { groupId, groupName, description, vpcId, tags }: SecurityGroup): XmlObject {
  return { groupId, groupName, description, ownerId: world.accountId, primaryVpcId: vpcId, groupTagSet: tagSet(tags) };
}

export const networkActions: Actions = {
  DescribeVpcs: reads((world, params) => {
    const ids = params.strings("VpcId");
    const all = ids.length > 0 ? findAll(world, "vpcs", ids) : world.account.vpcs.values();
    const { entries, nextToken } = page(params, filtered(world, params, all, VPC_FILTERS), {
      parameter: "VpcId",
      isStrict: true,
    });
    return { vpcSet: entries.map((vpc) => vpcView(world, vpc)), nextToken };
  }),
  DescribeSubnets: reads((world, params) => {
    const ids = params.strings("SubnetId");
    const all = ids.length > 0 ? findAll(world, "subnets", ids) : world.account.subnets.values();
    const { entries, nextToken } = page(params, filtered(world, params, all, SUBNET_FILTERS), {
      parameter: "SubnetId",
      isStrict: true,
    });
    return { subnetSet: entries.map((subnet) => subnetView(world, subnet)), nextToken };
  }),
  DescribeSecurityGroups: reads((world, params) => {
    const ids = params.strings("GroupId");
    const names = params.strings("GroupName");
    // Names are those of groups in the default VPC (API reference).
    const named = names.map((name) => findGroupByName(world, name));
    const wanted = [...new Set([...findAll(world, "securityGroups", ids), ...named])];
    const all = ids.length + names.length > 0 ? wanted : world.account.securityGroups.values();
    const groups = filtered(world, params, all, GROUP_FILTERS);
    const { entries, nextToken } = page(params, groups, { parameter: "GroupId", isStrict: true });
    return { securityGroupInfo: entries.map((group) => groupView(world, group)), nextToken };
  }),
  GetSecurityGroupsForVpc: reads((world, params) => {
    const { vpcId } = findVpc(world, params.required("VpcId"));
    const usable = [...world.account.securityGroups.values()].filter((group) => isUsableIn(group, vpcId));
    const groups = filtered(world, params, usable, USABLE_GROUP_FILTERS);
    const { entries, nextToken } = page(params, groups, { parameter: "GroupId" });
    return { securityGroupForVpcSet: entries.map((group) => usableGroupView(world, group)), nextToken };
  }),
};
