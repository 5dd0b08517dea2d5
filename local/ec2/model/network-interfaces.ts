import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import { elasticIpsOf, recordHoldings } from "./holdings";
import { NO_WISH, NO_WISHES, assignAll, checkWishes, releaseAll } from "./interface-addresses";
import { findGroups } from "./lookup";
import { setPublicAddress } from "./public-addresses";
import { quotaOf } from "./quotas";
import type { AddressWishes, NetworkInterface, Subnet, Tags } from "./state";
import { PREFIX4_SIZE, blockOf6, canonical6, checkFree6 } from "./subnet-blocks";
import { checkFree, checkInRange, checkRoom, lease, leaseAny } from "./subnets";
import { isUsableIn } from "./vpcs";
import type { World } from "./world";

export interface NewInterface {
  subnet: Subnet;
  description: string;
  groupIds: string[];
  /** The primary private address; one that EC2 picks where it is not given. */
  primaryAddress?: string;
  wishes: AddressWishes;
  publicAddressOnLaunch?: boolean;
  tags: Tags;
}

/** Makes the checks that do not depend on who holds what: part of a dry run too. */
export function checkNewInterface(world: World, wanted: NewInterface): void {
  checkGroups(world, wanted.groupIds, wanted.subnet.vpcId);
  const { subnet, wishes } = wanted;
  checkWishes(wishes);
  const given = givenAddresses(wanted);
  for (const address of given) checkInRange(subnet, address);
  if (new Set(given).size < given.length) throw invalidValue("Duplicate private IP addresses in the request");
  for (const text of [...wishes.ipv6.given, ...wishes.ipv6Prefixes.given]) canonical6(subnet, text);
  if (wishes.ipv6.count + wishes.ipv6Prefixes.count > 0) blockOf6(subnet);
}

export function checkGroups(world: World, groupIds: readonly string[], vpcId: string): void {
  const groups = findGroups(world, groupIds);
  if (groups.length > quotaOf(world, "security-groups-per-interface")) {
    // aws-load-balancer-controller#682
    throw new Ec2Error(
      "SecurityGroupsPerInterfaceLimitExceeded",
      "The maximum number of security groups per interface has been reached.",
    );
  }
  const stranger = groups.find((group) => !isUsableIn(group, vpcId));
  if (stranger === undefined) return;
  throw new Ec2Error(
    "InvalidGroup.NotFound",
    `You have specified two resources that belong to different networks: the security group '${stranger.groupId}' does not exist in VPC '${vpcId}'`,
  );
}

/** The single private addresses that were asked for by themselves, the primary one first. */
export function givenAddresses({ primaryAddress: primary, wishes }: NewInterface): string[] {
  return [...(primary === undefined ? [] : [primary]), ...wishes.ipv4.given];
}

/** How many of its subnet's addresses the interface will take. */
export function addressCount({ wishes }: NewInterface): number {
  const { ipv4, ipv4Prefixes } = wishes;
  return 1 + ipv4.given.length + ipv4.count + PREFIX4_SIZE * (ipv4Prefixes.given.length + ipv4Prefixes.count);
}

/** Nothing is made unless all of the addresses can be had. */
export function checkAddressesFree(wanted: NewInterface): void {
  const { subnet, wishes } = wanted;
  for (const address of givenAddresses(wanted)) checkFree(subnet, address);
  checkFree6(subnet, [...wishes.ipv6.given, ...wishes.ipv6Prefixes.given]);
  checkRoom(subnet, addressCount(wanted));
}

export function createInterface(world: World, wanted: NewInterface): NetworkInterface {
  const { subnet } = wanted;
  checkAddressesFree(wanted);
  const groupIds = wanted.groupIds.length > 0 ? wanted.groupIds : [defaultGroup(world, subnet.vpcId)];
  if (world.account.networkInterfaces.size >= quotaOf(world, "network-interfaces")) {
    throw new Ec2Error("NetworkInterfaceLimitExceeded", "You have reached the limit of network interfaces.");
  }
  const networkInterfaceId = world.newId("eni");
  const networkInterface: NetworkInterface = {
    networkInterfaceId,
    subnetId: subnet.subnetId,
    vpcId: subnet.vpcId,
    availabilityZone: subnet.availabilityZone,
    description: wanted.description,
    groupIds,
    macAddress: newMac(world),
    privateAddresses: [],
    ipv4Prefixes: [],
    ipv6Addresses: [],
    ipv6Prefixes: [],
    sourceDestCheck: true,
    // The subnet's setting is inherited when the interface is made, and kept (EC2 guide, using-eni).
    publicAddressOnLaunch: wanted.publicAddressOnLaunch ?? subnet.mapPublicIpOnLaunch,
    tags: wanted.tags,
  };
  world.account.networkInterfaces.set(networkInterfaceId, networkInterface);
  addAddresses(world, networkInterface, wanted);
  return networkInterface;
}

function addAddresses(world: World, made: NetworkInterface, { subnet, primaryAddress: given, wishes }: NewInterface) {
  // Given addresses first, so that a picked one cannot be one of them.
  if (given !== undefined) lease(subnet, given, made.networkInterfaceId);
  const named = { ...NO_WISHES, ipv4: { ...NO_WISH, given: wishes.ipv4.given } };
  assignAll(world, made, { ...named, ipv4Prefixes: wishes.ipv4Prefixes });
  const address = given ?? leaseAny(world, subnet, made.networkInterfaceId);
  made.privateAddresses.unshift({ address, primary: true });
  const isBare6 = [wishes.ipv6, wishes.ipv6Prefixes].every(({ count, given: texts }) => count + texts.length === 0);
  // A subnet may say that each new interface gets an IPv6 address (API reference, ModifySubnetAttribute); a count of 0 overrides it.
  const isDefault = isBare6 && subnet.assignIpv6OnCreation === true && wishes.ipv6.isNone !== true;
  const ipv6 = isDefault ? { ...NO_WISH, count: 1 } : wishes.ipv6;
  assignAll(world, made, {
    ...NO_WISHES,
    ipv4: { ...NO_WISH, count: wishes.ipv4.count },
    ipv6,
    ipv6Prefixes: wishes.ipv6Prefixes,
  });
}

function defaultGroup(world: World, vpcId: string): string {
  for (const group of world.account.securityGroups.values()) {
    if (group.vpcId === vpcId && group.groupName === "default") return group.groupId;
  }
  // A VPC that another account shares (containers-roadmap#1602 has the message; the code is a guess).
  throw invalidValue(
    `You do not have access to a default security group in VPC ${vpcId}. Specify a security group, and try again.`,
  );
}

function newMac(world: World): string {
  const digits = world.random.hex(10);
  return ["0a", ...(digits.match(/../g) ?? [])].join(":");
}

export function deleteInterface(world: World, networkInterface: NetworkInterface): void {
  const { networkInterfaceId, attachment } = networkInterface;
  if (attachment !== undefined) {
    // EC2's code for this is InvalidParameterValue, not InUse (terraform-provider-aws, vpc_network_interface.go).
    throw invalidValue(`Network interface '${networkInterfaceId}' is currently in use.`);
  }
  dropInterface(world, networkInterface);
}

/** Deleting an interface gives its private addresses back and ends its Elastic IPs' associations, not the Elastic IPs. */
export function dropInterface(world: World, networkInterface: NetworkInterface): void {
  const { networkInterfaceId } = networkInterface;
  for (const address of elasticIpsOf(world, networkInterfaceId)) {
    delete address.associationId;
    delete address.networkInterfaceId;
    delete address.privateIpAddress;
  }
  releaseAll(world, networkInterface);
  world.account.networkInterfaces.delete(networkInterfaceId);
  recordHoldings(world, { ...networkInterface, attachment: undefined }, "detached");
}

export interface InterfaceChange {
  description?: string;
  sourceDestCheck?: boolean;
  groupIds?: string[];
  publicAddressOnLaunch?: boolean;
  attachment?: { attachmentId?: string; deleteOnTermination?: boolean };
}

/** EC2 takes one attribute for each call. */
export function checkInterfaceChange(world: World, target: NetworkInterface, change: InterfaceChange): void {
  const given = Object.values(change).filter((value) => value !== undefined).length;
  if (given === 0) throw invalidCombination("No attributes specified.");
  if (given > 1) throw invalidCombination("Fields for multiple attribute types specified");
  if (change.groupIds !== undefined) checkGroups(world, change.groupIds, target.vpcId);
  if (change.attachment !== undefined && change.attachment.attachmentId !== target.attachment?.attachmentId) {
    throw new Ec2Error(
      "InvalidAttachmentID.NotFound",
      `The attachment ID '${change.attachment.attachmentId ?? ""}' does not exist`,
    );
  }
}

export function changeInterface(world: World, target: NetworkInterface, change: InterfaceChange): void {
  target.description = change.description ?? target.description;
  target.sourceDestCheck = change.sourceDestCheck ?? target.sourceDestCheck;
  target.groupIds = change.groupIds ?? target.groupIds;
  if (change.publicAddressOnLaunch !== undefined) setPublicAddress(world, target, change.publicAddressOnLaunch);
  const deleteOnTermination = change.attachment?.deleteOnTermination;
  if (target.attachment !== undefined && deleteOnTermination !== undefined) {
    target.attachment.deleteOnTermination = deleteOnTermination;
  }
}
