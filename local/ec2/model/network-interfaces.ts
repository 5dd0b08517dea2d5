import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import { elasticIpsOf, recordHoldings } from "./holdings";
import { findGroups, findSubnet } from "./lookup";
import type { NetworkInterface, Subnet, Tags } from "./state";
import { checkFree, checkInRange, checkRoom, lease, leaseAny, release } from "./subnets";
import type { World } from "./world";

export interface NewInterface {
  subnet: Subnet;
  description: string;
  groupIds: string[];
  /** The first is the primary one; an undefined entry is one that EC2 picks. */
  addresses: (string | undefined)[];
  publicAddressOnLaunch?: boolean;
  tags: Tags;
}

/** What can be refused without looking at who holds what: part of a dry run too. */
export function checkNewInterface(world: World, wanted: NewInterface): void {
  checkGroups(world, wanted.groupIds, wanted.subnet.vpcId);
  const given = wanted.addresses.filter((address) => address !== undefined);
  for (const address of given) checkInRange(wanted.subnet, address);
  if (new Set(given).size < given.length) throw invalidValue("Duplicate private IP addresses in the request");
}

export function checkGroups(world: World, groupIds: readonly string[], vpcId: string): void {
  const stranger = findGroups(world, groupIds).find((group) => group.vpcId !== vpcId);
  if (stranger === undefined) return;
  throw new Ec2Error(
    "InvalidGroup.NotFound",
    `You have specified two resources that belong to different networks: the security group '${stranger.groupId}' does not exist in VPC '${vpcId}'`,
  );
}

/** Nothing is made unless all of the addresses can be had. */
export function checkAddressesFree({ subnet, addresses }: Pick<NewInterface, "subnet" | "addresses">): void {
  for (const address of addresses) if (address !== undefined) checkFree(subnet, address);
  checkRoom(subnet, addresses.length);
}

export function createInterface(world: World, wanted: NewInterface): NetworkInterface {
  const { subnet } = wanted;
  checkAddressesFree(wanted);
  const networkInterfaceId = world.newId("eni");
  // Given addresses first, so that a picked one cannot be one of them.
  for (const address of wanted.addresses) if (address !== undefined) lease(subnet, address, networkInterfaceId);
  const privateAddresses = wanted.addresses.map((address, index) => ({
    address: address ?? leaseAny(world, subnet, networkInterfaceId),
    primary: index === 0,
  }));
  const networkInterface: NetworkInterface = {
    networkInterfaceId,
    subnetId: subnet.subnetId,
    vpcId: subnet.vpcId,
    availabilityZone: subnet.availabilityZone,
    description: wanted.description,
    groupIds: wanted.groupIds.length > 0 ? wanted.groupIds : [defaultGroup(world, subnet.vpcId)],
    macAddress: newMac(world),
    privateAddresses,
    sourceDestCheck: true,
    // The subnet's setting is inherited when the interface is made, and kept (EC2 guide, using-eni).
    publicAddressOnLaunch: wanted.publicAddressOnLaunch ?? subnet.mapPublicIpOnLaunch,
    tags: wanted.tags,
  };
  world.account.networkInterfaces.set(networkInterfaceId, networkInterface);
  return networkInterface;
}

function defaultGroup(world: World, vpcId: string): string {
  for (const group of world.account.securityGroups.values()) {
    if (group.vpcId === vpcId && group.groupName === "default") return group.groupId;
  }
  throw new Error(`VPC ${vpcId} has no default security group`);
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
  const { networkInterfaceId, subnetId, privateAddresses } = networkInterface;
  for (const address of elasticIpsOf(world, networkInterfaceId)) {
    delete address.associationId;
    delete address.networkInterfaceId;
    delete address.privateIpAddress;
  }
  const subnet = findSubnet(world, subnetId);
  for (const { address } of privateAddresses) release(subnet, address);
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

export function changeInterface(target: NetworkInterface, change: InterfaceChange): void {
  target.description = change.description ?? target.description;
  target.sourceDestCheck = change.sourceDestCheck ?? target.sourceDestCheck;
  target.groupIds = change.groupIds ?? target.groupIds;
  target.publicAddressOnLaunch = change.publicAddressOnLaunch ?? target.publicAddressOnLaunch;
  const deleteOnTermination = change.attachment?.deleteOnTermination;
  if (target.attachment !== undefined && deleteOnTermination !== undefined) {
    target.attachment.deleteOnTermination = deleteOnTermination;
  }
}
