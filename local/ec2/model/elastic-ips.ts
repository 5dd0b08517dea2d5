import { Ec2Error, invalidCombination, invalidValue, missingParameter } from "./errors";
import { elasticIpOf, interfaceHolder, interfacesOf, primaryAddress, recordHoldings } from "./holdings";
import { LAST_ELASTIC_BLOCK, formatIpv4, parseBlock, type Block } from "./ipv4";
import { findAllocation, findInstance, findInterface } from "./lookup";
import { expectPublicIp } from "./public-addresses";
import { quotaOf } from "./quotas";
import type { Random } from "./random";
import type { Address, NetworkInterface, Tags } from "./state";
import type { World } from "./world";
import { borderGroupOf } from "./zones";

/**
 * They look like public addresses and reach nobody, neither this machine nor a stranger's: the three documentation ranges
 * (RFC 5737), then a part of the benchmarking range (RFC 2544). IANA's registry of special-purpose addresses has all four as
 * not globally reachable, so that they are nobody's and no router of the internet passes them on. The first is used up before
 * the next is begun; together they have room for 8,952.
 */
const ELASTIC_BLOCKS = ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24", LAST_ELASTIC_BLOCK].map(parseBlock);

function ownAddresses(world: World): Address[] {
  return [...world.account.addresses.values()].filter((address) => address.ownerId === world.accountId);
}

export interface NewAddress {
  tags: Tags;
  /** An address that this account released, to be had again. */
  wanted?: string;
  /** Absent: the region's. */
  networkBorderGroup?: string;
}

export function allocate(world: World, { tags, wanted, networkBorderGroup }: NewAddress): Address {
  const own = ownAddresses(world);
  if (own.length >= quotaOf(world, "elastic-ips")) {
    throw new Ec2Error("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  }
  const publicIp = wanted === undefined ? freePublicIp(world) : recovered(world, wanted);
  const allocationId = world.newId("eipalloc");
  const address: Address = { allocationId, publicIp, ownerId: world.accountId, networkBorderGroup, tags };
  world.account.addresses.set(address.allocationId, address);
  return address;
}

/** Nobody has it, and nobody had it lately: what was released can be recovered for a while. */
function freePublicIp(world: World): string {
  const { addresses, releasedAddresses } = world.account;
  const taken = new Set([...addresses.values()].map(({ publicIp }) => publicIp));
  let released: string | undefined;
  for (const block of ELASTIC_BLOCKS) {
    for (const publicIp of addressesOf(block, world.random)) {
      if (taken.has(publicIp)) continue;
      if (!releasedAddresses.has(publicIp)) return publicIp;
      released ??= publicIp;
    }
  }
  if (released === undefined) throw new Ec2Error("InsufficientAddressCapacity", "Not enough addresses available.");
  // From now on it is somebody else's, and not to be recovered.
  releasedAddresses.delete(released);
  return released;
}

/** All but the first and the last, from anywhere on and around. */
function* addressesOf({ first, size }: Block, random: Random): Generator<string> {
  const count = size - 2;
  const start = random.integer(count);
  for (let index = 0; index < count; index += 1) yield formatIpv4(first + 1 + ((start + index) % count));
}

/** The address that this account released, while nobody else has it (EC2 guide, recover an Elastic IP; the code is a guess). */
function recovered(world: World, publicIp: string): string {
  if (!world.account.releasedAddresses.has(publicIp)) {
    throw new Ec2Error(
      "InvalidAddress.NotFound",
      `The address '${publicIp}' cannot be recovered: it is not available.`,
    );
  }
  world.account.releasedAddresses.delete(publicIp);
  return publicIp;
}

export function releaseAddress(world: World, { allocationId, publicIp }: Address): void {
  world.account.addresses.delete(allocationId);
  world.account.releasedAddresses.set(publicIp, world.now);
}

/** By allocation id or by the address itself. Somebody else's answers AuthFailure, which does not say whose it is. */
export function findAddress(world: World, by: { allocationId?: string; publicIp?: string }): Address {
  if (by.allocationId !== undefined && by.publicIp !== undefined) {
    throw invalidCombination("You may specify public IP or allocation id, but not both in the same call");
  }
  const address =
    by.allocationId !== undefined ? findAllocation(world, by.allocationId) : byPublicIp(world, by.publicIp);
  if (address.ownerId !== world.accountId) {
    throw new Ec2Error("AuthFailure", `The address '${by.allocationId ?? address.publicIp}' does not belong to you.`);
  }
  return address;
}

function byPublicIp(world: World, publicIp: string | undefined): Address {
  if (publicIp === undefined) throw missingParameter("AllocationId");
  const [address] = world.account.addresses.find("public-ip", [publicIp]);
  if (address !== undefined) return address;
  throw new Ec2Error("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
}

export interface Target {
  networkInterface: NetworkInterface;
  privateIp: string;
}

export function findTarget(
  world: World,
  by: { instanceId?: string; networkInterfaceId?: string; privateIpAddress?: string },
): Target {
  const networkInterface =
    by.networkInterfaceId !== undefined
      ? findInterface(world, by.networkInterfaceId)
      : onlyInterface(world, by.instanceId);
  const privateIp = by.privateIpAddress ?? primaryAddress(networkInterface);
  if (networkInterface.privateAddresses.some(({ address }) => address === privateIp))
    return { networkInterface, privateIp };
  throw invalidValue(
    `The private IP address ${privateIp} is not assigned to the network interface '${networkInterface.networkInterfaceId}'`,
  );
}

function onlyInterface(world: World, instanceId: string | undefined): NetworkInterface {
  if (instanceId === undefined) throw missingParameter("NetworkInterfaceId");
  const instance = findInstance(world, instanceId);
  if (instance.state !== "running" && instance.state !== "stopped") {
    // terraform-provider-aws #21228: a pending instance cannot be named, its interface can.
    throw new Ec2Error(
      "InvalidInstanceID",
      `The ${instance.state} instance '${instanceId}' is not in a valid state for this operation`,
    );
  }
  const [first, ...others] = interfacesOf(world, instance);
  if (first !== undefined && others.length === 0) return first;
  throw new Ec2Error(
    "InvalidInstanceID",
    `There are multiple interfaces attached to instance '${instanceId}'. Please specify an interface ID for the operation instead.`,
  );
}

/**
 * Refuses an address that is held elsewhere, and a private address that already has one. The API page says that moving is
 * automatic today; older behaviour, kept here, refuses unless AllowReassociation says otherwise (terraform#3429).
 */
export function checkAssociable(world: World, address: Address, target: Target, allowReassociation: boolean): void {
  checkNotPending(world, target);
  checkSamePlace(world, address, target);
  if (allowReassociation) return;
  const elsewhere = address.associationId !== undefined && !isOn(address, target);
  if (elsewhere) {
    throw new Ec2Error(
      "Resource.AlreadyAssociated",
      `resource ${address.allocationId} is already associated with associate-id ${address.associationId ?? ""}`,
    );
  }
  const other = elasticIpOf(world, target.networkInterface.networkInterfaceId, target.privateIp);
  if (other !== undefined && other !== address) {
    throw new Ec2Error(
      "Resource.AlreadyAssociated",
      `resource ${target.networkInterface.networkInterfaceId} is already associated with associate-id ${other.associationId ?? ""}`,
    );
  }
}

/** An address is announced from where its border group is, and nowhere else (VPC guide, vpc-eips); the code is a guess. */
function checkSamePlace(world: World, address: Address, { networkInterface }: Target): void {
  const group = borderGroupOf(world, networkInterface.availabilityZone);
  const { networkBorderGroup = world.region } = address;
  if (networkBorderGroup === group) return;
  throw invalidCombination(
    `The address ${address.publicIp} of network border group '${networkBorderGroup}' cannot be associated with a network interface in network border group '${group}'.`,
  );
}

/** While its instance starts an interface takes none; one that no instance has does (API reference, error codes). */
function checkNotPending(world: World, { networkInterface }: Target): void {
  const holder = interfaceHolder(world, networkInterface);
  if (holder?.state !== "pending") return;
  throw new Ec2Error(
    "IncorrectInstanceState",
    `The instance '${holder.instanceId}' is pending: an address can be associated once it is running.`,
  );
}

function isOn(address: Address, { networkInterface, privateIp }: Target): boolean {
  return address.networkInterfaceId === networkInterface.networkInterfaceId && address.privateIpAddress === privateIp;
}

export function associate(world: World, address: Address, target: Target): string {
  const { networkInterface, privateIp } = target;
  if (address.associationId !== undefined && isOn(address, target)) return address.associationId;
  const displaced = elasticIpOf(world, networkInterface.networkInterfaceId, privateIp);
  if (displaced !== undefined) disassociate(world, displaced);
  if (address.associationId !== undefined) disassociate(world, address);
  address.associationId = world.newId("eipassoc");
  address.networkInterfaceId = networkInterface.networkInterfaceId;
  address.privateIpAddress = privateIp;
  // The changing public address is given up for good when an Elastic IP comes (VPC guide, vpc-eips).
  if (privateIp === primaryAddress(networkInterface)) delete networkInterface.autoPublicIp;
  recordHoldings(world, networkInterface, "address-moved");
  return address.associationId;
}

export function findAssociated(world: World, by: { associationId?: string; publicIp?: string }): Address {
  if (by.associationId === undefined) return findAddress(world, { publicIp: by.publicIp });
  const [address] = world.account.addresses.find("association-id", [by.associationId]);
  if (address?.ownerId === world.accountId) return address;
  throw new Ec2Error("InvalidAssociationID.NotFound", `The association ID '${by.associationId}' does not exist`);
}

export function disassociate(world: World, address: Address): void {
  const networkInterface = world.account.networkInterfaces.get(address.networkInterfaceId ?? "");
  delete address.associationId;
  delete address.networkInterfaceId;
  delete address.privateIpAddress;
  if (networkInterface === undefined) return;
  expectPublicIp(world, networkInterface);
  recordHoldings(world, networkInterface, "address-moved");
}

/** API reference, ReleaseAddress; aws-nuke#371: none at all is the region's. */
export function checkBorderGroup(world: World, address: Address, given = world.region): void {
  if (given === (address.networkBorderGroup ?? world.region)) return;
  throw new Ec2Error("InvalidAddress.NotFound", `Address '${address.publicIp}' not found.`);
}

export function checkReleasable(address: Address): void {
  if (address.associationId === undefined) return;
  throw new Ec2Error("InvalidIPAddress.InUse", `Address ${address.publicIp} is in use.`);
}
