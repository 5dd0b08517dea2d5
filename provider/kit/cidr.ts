/** Blocks of addresses, such as 10.0.1.0/24 or 2001:db8::/64. (pure) */
import { BlockList, isIPv6 } from "node:net";

export function contains(block: string, address: string): boolean {
  const { network, prefix } = parse(block);
  const family = isIPv6(network) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}

/** Whether AWS keeps the address of an IPv4 subnet for itself: the first four and the last. */
export function isReserved(block: string, address: string): boolean {
  const { network } = parse(block);
  return contains(`${network}/30`, address) || address === lastOf(block, 0);
}

/** The addresses of an IPv4 subnet that can be had. */
export function usableRange(block: string): { first: string; last: string } {
  const { network } = parse(block);
  return { first: toIpv4(toNumber(network) + 4), last: lastOf(block, 1) };
}

function parse(block: string): { network: string; prefix: number } {
  const [network = "", prefix = ""] = block.split("/");
  return { network, prefix: Number(prefix) };
}

/** The last address of an IPv4 block, or one that many before it. */
function lastOf(block: string, before: number): string {
  const { network, prefix } = parse(block);
  return toIpv4(toNumber(network) + 2 ** (32 - prefix) - 1 - before);
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toIpv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}
