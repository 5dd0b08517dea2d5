import { Ec2Error, invalidValue } from "./errors";
import { contains, formatIpv4, isReserved, parseBlock, parseIpv4, type Block } from "./ipv4";
import { formatIpv6, isIn6, parseBlock6, parseIpv6, type Block6 } from "./ipv6";
import type { Subnet } from "./state";
import { lease, release } from "./subnets";
import type { World } from "./world";

/** Prefixes of both kinds and IPv6 addresses: what a subnet leases beside its single IPv4 addresses. */

/** EC2 gives out /28 blocks of IPv4 and /80 blocks of IPv6 (EC2 guide, ec2-prefix-eni). */
export const PREFIX4_SIZE = 16;
const PREFIX6_LENGTH = 80;

/** The code is a guess: the API reference says only that the subnet must have an IPv6 block. */
export function blockOf6(subnet: Subnet): Block6 {
  const block = subnet.ipv6CidrBlock === undefined ? undefined : parseBlock6(subnet.ipv6CidrBlock);
  if (block !== undefined) return block;
  throw invalidValue(`The subnet '${subnet.subnetId}' does not have an IPv6 CIDR block associated with it.`);
}

/** In EC2's own spelling; an error for what is no address or prefix of the subnet. */
export function canonical6(subnet: Subnet, text: string): string {
  const block = blockOf6(subnet);
  const isPrefix = text.includes("/");
  const parsed = isPrefix ? parseBlock6(text) : asBlock(parseIpv6(text));
  if (parsed === undefined || (isPrefix && parsed.length !== PREFIX6_LENGTH)) {
    throw invalidValue(`Value (${text}) for parameter ipv6Addresses is invalid.`);
  }
  if (!isIn6(block, parsed.first)) throw invalidValue("Address does not fall within the subnet's address range");
  return formatIpv6(parsed.first) + (isPrefix ? `/${PREFIX6_LENGTH}` : "");
}

function asBlock(first: bigint | undefined): Block6 | undefined {
  return first === undefined ? undefined : { first, length: 128 };
}

export function checkFree6(subnet: Subnet, texts: readonly string[]): void {
  const taken = texts.map((text) => canonical6(subnet, text)).find((text) => subnet.leases[text] !== undefined);
  if (taken !== undefined) throw new Ec2Error("InvalidIPAddress.InUse", `Address ${taken} is in use.`);
}

export function lease6(subnet: Subnet, text: string, networkInterfaceId: string): string {
  const address = canonical6(subnet, text);
  checkFree6(subnet, [address]);
  subnet.leases[address] = networkInterfaceId;
  return address;
}

export function pickAddress6(world: World, subnet: Subnet, networkInterfaceId: string): string {
  return pick6(subnet, networkInterfaceId, (first) => formatIpv6(first + BigInt(`0x${world.random.hex(16)}`)));
}

export function pickPrefix6(world: World, subnet: Subnet, networkInterfaceId: string): string {
  const pick = (first: bigint) =>
    `${formatIpv6(first + (BigInt(`0x${world.random.hex(4)}`) << 48n))}/${PREFIX6_LENGTH}`;
  return pick6(subnet, networkInterfaceId, pick);
}

function pick6(subnet: Subnet, networkInterfaceId: string, pick: (first: bigint) => string): string {
  const { first } = blockOf6(subnet);
  let text: string;
  do text = pick(first);
  while (subnet.leases[text] !== undefined);
  subnet.leases[text] = networkInterfaceId;
  return text;
}

/** A whole block that is free: the given one, or the first one. Each of its addresses is leased. */
export function pickPrefix4(world: World, subnet: Subnet, networkInterfaceId: string, given?: string): string {
  const block = parseBlock(subnet.cidrBlock);
  const first = given === undefined ? freeBlock(subnet, block) : givenBlock(block, given);
  if (first === undefined) {
    // The code for a subnet that is too fragmented (EC2 guide, ec2-prefix-eni).
    throw new Ec2Error(
      "InsufficientCidrBlocks",
      "The specified subnet does not have enough free cidr blocks to satisfy the request.",
    );
  }
  for (const address of addressesFrom(first)) lease(subnet, address, networkInterfaceId);
  return `${formatIpv4(first)}/28`;
}

function freeBlock(subnet: Subnet, block: Block): number | undefined {
  for (let first = block.first; first < block.first + block.size; first += PREFIX4_SIZE) {
    const addresses = addressesFrom(first);
    const isFree = addresses.every(
      (address, index) => subnet.leases[address] === undefined && !isReserved(first + index, block),
    );
    if (isFree) return first;
  }
  return undefined;
}

function givenBlock(block: Block, given: string): number {
  const [base = "", length] = given.split("/");
  const first = parseIpv4(base);
  if (first === undefined || length !== "28" || first % PREFIX4_SIZE !== 0) {
    throw invalidValue(`Value (${given}) for parameter ipv4Prefix is invalid.`);
  }
  if (!contains(block, first)) throw invalidValue("Address does not fall within the subnet's address range");
  return first;
}

function addressesFrom(first: number): string[] {
  return Array.from({ length: PREFIX4_SIZE }, (_, index) => formatIpv4(first + index));
}

/** A prefix of either kind or an IPv6 address goes back. */
export function releaseBlock(subnet: Subnet, text: string): void {
  const [base = "", length] = text.split("/");
  const first = parseIpv4(base);
  if (first !== undefined && length === "28") {
    for (const address of addressesFrom(first)) release(subnet, address);
    return;
  }
  // A deleted key keeps the saved state free of what nobody holds.
  Reflect.deleteProperty(subnet.leases, text);
}
