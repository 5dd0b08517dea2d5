import type { SecurityGroup, Subnet, Vpc } from "../../model/state";
import { freeAddressCount } from "../../model/subnets";
import type { World } from "../../model/world";
import { tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";
import { zoneId } from "./names";

export function ipv6AssociationSet({ ipv6CidrBlock, ipv6AssociationId }: Vpc): XmlObject[] {
  if (ipv6CidrBlock === undefined) return [];
  const ipv6CidrBlockState = { state: "associated" };
  return [{ associationId: ipv6AssociationId, ipv6CidrBlock, ipv6CidrBlockState, ipv6Pool: "Amazon" }];
}

export function subnetIpv6({ ipv6CidrBlock, ipv6AssociationId }: Subnet): XmlObject[] {
  if (ipv6CidrBlock === undefined) return [];
  return [{ associationId: ipv6AssociationId, ipv6CidrBlock, ipv6CidrBlockState: { state: "associated" } }];
}

export function subnetArn(world: World, { subnetId, ownerId }: Subnet): string {
  return `arn:aws:ec2:${world.region}:${ownerId ?? world.accountId}:subnet/${subnetId}`;
}

export function vpcView(world: World, vpc: Vpc): XmlObject {
  return {
    vpcId: vpc.vpcId,
    ownerId: vpc.ownerId ?? world.accountId,
    cidrBlock: vpc.cidrBlock,
    cidrBlockAssociationSet: [{ cidrBlock: vpc.cidrBlock, cidrBlockState: { state: "associated" } }],
    ipv6CidrBlockAssociationSet: ipv6AssociationSet(vpc),
    instanceTenancy: "default",
    isDefault: vpc.isDefault,
    state: "available",
    dhcpOptionsId: "default",
    tagSet: tagSet(vpc.tags),
  };
}

export function subnetView(world: World, subnet: Subnet): XmlObject {
  return {
    subnetId: subnet.subnetId,
    subnetArn: subnetArn(world, subnet),
    vpcId: subnet.vpcId,
    ownerId: subnet.ownerId ?? world.accountId,
    cidrBlock: subnet.cidrBlock,
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: zoneId(subnet.availabilityZone),
    availableIpAddressCount: freeAddressCount(subnet),
    defaultForAz: subnet.defaultForAz,
    mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    assignIpv6AddressOnCreation: subnet.assignIpv6OnCreation ?? false,
    ipv6CidrBlockAssociationSet: subnetIpv6(subnet),
    ipv6Native: false,
    state: "available",
    tagSet: tagSet(subnet.tags),
  };
}

export function groupView(world: World, group: SecurityGroup): XmlObject {
  // Rules are not modelled: a default group has EC2's own, any other the one that lets everything out.
  const self = [{ ipProtocol: "-1", groups: [{ userId: world.accountId, groupId: group.groupId }], ipRanges: [] }];
  return {
    groupId: group.groupId,
    groupName: group.groupName,
    groupDescription: group.description,
    vpcId: group.vpcId,
    ownerId: world.accountId,
    ipPermissions: group.groupName === "default" ? self : [],
    ipPermissionsEgress: [{ ipProtocol: "-1", groups: [], ipRanges: [{ cidrIp: "0.0.0.0/0" }] }],
    tagSet: tagSet(group.tags),
  };
}
