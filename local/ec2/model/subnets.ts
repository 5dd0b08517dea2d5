import { Ec2Error, invalidValue } from "./errors";
import { RESERVED_COUNT, contains, formatIpv4, isReserved, parseBlock, parseIpv4 } from "./ipv4";
import type { Subnet } from "./state";
import type { World } from "./world";

export function freeAddressCount(subnet: Subnet): number {
  return parseBlock(subnet.cidrBlock).size - RESERVED_COUNT - subnet.leaseCount;
}

/** Makes the checks of an address that do not depend on who holds it. */
export function checkInRange(subnet: Subnet, address: string): void {
  const block = parseBlock(subnet.cidrBlock);
  const number = parseIpv4(address);
  if (number === undefined) {
    throw invalidValue(`Value (${address}) for parameter privateIpAddress is invalid. Invalid IP address`);
  }
  if (!contains(block, number)) throw invalidValue("Address does not fall within the subnet's address range");
  if (isReserved(number, block)) throw invalidValue("Address is in subnet's reserved address range");
}

export function checkFree(subnet: Subnet, address: string): void {
  if (subnet.leases[address] === undefined) return;
  throw new Ec2Error("InvalidIPAddress.InUse", `Address ${address} is in use.`);
}

export function checkRoom(subnet: Subnet, wanted: number): void {
  if (freeAddressCount(subnet) >= wanted) return;
  throw new Ec2Error(
    "InsufficientFreeAddressesInSubnet",
    "The specified subnet does not have enough free addresses to satisfy the request.",
  );
}

export function lease(subnet: Subnet, address: string, networkInterfaceId: string): void {
  checkFree(subnet, address);
  subnet.leases[address] = networkInterfaceId;
  subnet.leaseCount += 1;
}

export function release(subnet: Subnet, address: string): void {
  if (subnet.leases[address] === undefined) return;
  // A deleted key keeps the saved state free of addresses that nobody holds.
  Reflect.deleteProperty(subnet.leases, address);
  subnet.leaseCount -= 1;
}

/** A free address at random, as EC2 picks them; the search goes on upwards from there, so it always ends. */
export function leaseAny(world: World, subnet: Subnet, networkInterfaceId: string): string {
  checkRoom(subnet, 1);
  const block = parseBlock(subnet.cidrBlock);
  const start = world.random.integer(block.size);
  for (let step = 0; step < block.size; step += 1) {
    const number = block.first + ((start + step) % block.size);
    const address = formatIpv4(number);
    if (isReserved(number, block) || subnet.leases[address] !== undefined) continue;
    lease(subnet, address, networkInterfaceId);
    return address;
  }
  throw new Error(`Subnet ${subnet.subnetId} says it has room and has none`);
}
