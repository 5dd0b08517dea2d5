import { findAll } from "../../model/lookup";
import type { SecurityGroup, Subnet, Vpc } from "../../model/state";
import { freeAddressCount } from "../../model/subnets";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import { tagSet } from "../tag-specs";
import { zoneId } from "../views/names";
import type { XmlObject } from "../xml";

const VPC_FILTERS: FilterTable<Vpc> = {
  "vpc-id": ({ vpcId }) => vpcId,
  cidr: ({ cidrBlock }) => cidrBlock,
  "cidr-block-association.cidr-block": ({ cidrBlock }) => cidrBlock,
  "is-default": ({ isDefault }) => isDefault,
  isDefault: ({ isDefault }) => isDefault,
  "owner-id": (_, world) => world.accountId,
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
  "default-for-az": ({ defaultForAz }) => defaultForAz,
  defaultForAz: ({ defaultForAz }) => defaultForAz,
  "map-public-ip-on-launch": ({ mapPublicIpOnLaunch }) => mapPublicIpOnLaunch,
  "owner-id": (_, world) => world.accountId,
  "subnet-arn": ({ subnetId }, world) => subnetArn(world, subnetId),
  state: () => "available",
};

const GROUP_FILTERS: FilterTable<SecurityGroup> = {
  "group-id": ({ groupId }) => groupId,
  "group-name": ({ groupName }) => groupName,
  "vpc-id": ({ vpcId }) => vpcId,
  description: ({ description }) => description,
  "owner-id": (_, world) => world.accountId,
};

function subnetArn(world: World, subnetId: string): string {
  return `arn:aws:ec2:${world.region}:${world.accountId}:subnet/${subnetId}`;
}

function vpcView(world: World, vpc: Vpc): XmlObject {
  return {
    vpcId: vpc.vpcId,
    ownerId: world.accountId,
    cidrBlock: vpc.cidrBlock,
    cidrBlockAssociationSet: [{ cidrBlock: vpc.cidrBlock, cidrBlockState: { state: "associated" } }],
    instanceTenancy: "default",
    isDefault: vpc.isDefault,
    state: "available",
    dhcpOptionsId: "default",
    tagSet: tagSet(vpc.tags),
  };
}

function subnetView(world: World, subnet: Subnet): XmlObject {
  return {
    subnetId: subnet.subnetId,
    subnetArn: subnetArn(world, subnet.subnetId),
    vpcId: subnet.vpcId,
    ownerId: world.accountId,
    cidrBlock: subnet.cidrBlock,
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: zoneId(subnet.availabilityZone),
    availableIpAddressCount: freeAddressCount(subnet),
    defaultForAz: subnet.defaultForAz,
    mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    assignIpv6AddressOnCreation: false,
    ipv6Native: false,
    state: "available",
    tagSet: tagSet(subnet.tags),
  };
}

function groupView(world: World, group: SecurityGroup): XmlObject {
  const self = { userId: world.accountId, groupId: group.groupId };
  return {
    groupId: group.groupId,
    groupName: group.groupName,
    groupDescription: group.description,
    vpcId: group.vpcId,
    ownerId: world.accountId,
    ipPermissions: [{ ipProtocol: "-1", groups: [self], ipRanges: [] }],
    ipPermissionsEgress: [{ ipProtocol: "-1", groups: [], ipRanges: [{ cidrIp: "0.0.0.0/0" }] }],
    tagSet: tagSet(group.tags),
  };
}

export const networkActions: Actions = {
  DescribeVpcs: reads((world, params) => {
    const ids = params.strings("VpcId");
    const all = ids.length > 0 ? findAll(world, "vpcs", ids) : world.account.vpcs.values();
    const { entries, nextToken } = page(params, filtered(world, params, all, VPC_FILTERS), { parameter: "VpcId" });
    return { vpcSet: entries.map((vpc) => vpcView(world, vpc)), nextToken };
  }),
  DescribeSubnets: reads((world, params) => {
    const ids = params.strings("SubnetId");
    const all = ids.length > 0 ? findAll(world, "subnets", ids) : world.account.subnets.values();
    const { entries, nextToken } = page(params, filtered(world, params, all, SUBNET_FILTERS), {
      parameter: "SubnetId",
    });
    return { subnetSet: entries.map((subnet) => subnetView(world, subnet)), nextToken };
  }),
  DescribeSecurityGroups: reads((world, params) => {
    const ids = params.strings("GroupId");
    const names = params.strings("GroupName");
    const all = ids.length > 0 ? findAll(world, "securityGroups", ids) : [...world.account.securityGroups.values()];
    const groups = filtered(world, params, all, GROUP_FILTERS).filter(
      ({ groupName }) => names.length === 0 || names.includes(groupName),
    );
    const { entries, nextToken } = page(params, groups, { parameter: "GroupId" });
    return { securityGroupInfo: entries.map((group) => groupView(world, group)), nextToken };
  }),
};
