import { Ec2Error, invalidCombination, invalidValue, missingParameter } from "./errors";
import { elasticIpOf, interfacesOf, primaryAddress, recordHoldings } from "./holdings";
import { formatIpv4, parseBlock } from "./ipv4";
import { findAllocation, findInstance, findInterface } from "./lookup";
import type { Address, NetworkInterface, Tags } from "./state";
import type { World } from "./world";

/** EC2's default quota per region (L-0263D0A3). */
const ELASTIC_IP_QUOTA = 5;

/**
 * Documentation and benchmarking ranges (RFC 5737, RFC 2544): they look like public addresses and reach nobody,
 * neither this machine nor a stranger's.
 */
const ELASTIC_BLOCK = parseBlock("203.0.113.0/24");
const CHANGING_BLOCK = parseBlock("198.18.0.0/15");

export function ownAddresses(world: World): Address[] {
  return [...world.account.addresses.values()].filter((address) => address.ownerId === world.accountId);
}

export function allocate(world: World, tags: Tags, wanted?: string): Address {
  const own = ownAddresses(world);
  if (own.length >= ELASTIC_IP_QUOTA) {
    throw new Ec2Error("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  }
  if (wanted !== undefined) {
    throw new Ec2Error(
      "InvalidParameterValue",
      `The address ${wanted} cannot be allocated: recovering a released address is not modelled.`,
    );
  }
  const taken = new Set(own.map(({ publicIp }) => publicIp));
  let publicIp: string;
  do publicIp = formatIpv4(ELASTIC_BLOCK.first + 1 + world.random.integer(ELASTIC_BLOCK.size - 2));
  while (taken.has(publicIp));
  const address: Address = { allocationId: world.newId("eipalloc"), publicIp, ownerId: world.accountId, tags };
  world.account.addresses.set(address.allocationId, address);
  return address;
}

/** The address that comes with a launch and goes with a stop. */
export function changingPublicIp(world: World): string {
  return formatIpv4(CHANGING_BLOCK.first + 1 + world.random.integer(CHANGING_BLOCK.size - 2));
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
  for (const address of world.account.addresses.values()) if (address.publicIp === publicIp) return address;
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
 * What may be refused: an address that is held elsewhere, and a private address that already has one. The API page says
 * that moving is automatic today; older behaviour, kept here, refuses unless AllowReassociation says otherwise (terraform#3429).
 */
export function checkAssociable(world: World, address: Address, target: Target, allowReassociation: boolean): void {
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
  for (const address of ownAddresses(world)) if (address.associationId === by.associationId) return address;
  throw new Ec2Error("InvalidAssociationID.NotFound", `The association ID '${by.associationId}' does not exist`);
}

export function disassociate(world: World, address: Address): void {
  const networkInterface = world.account.networkInterfaces.get(address.networkInterfaceId ?? "");
  delete address.associationId;
  delete address.networkInterfaceId;
  delete address.privateIpAddress;
  if (networkInterface !== undefined) recordHoldings(world, networkInterface, "address-moved");
}

export function checkReleasable(address: Address): void {
  if (address.associationId === undefined) return;
  throw new Ec2Error("InvalidIPAddress.InUse", `Address ${address.publicIp} is in use.`);
}
