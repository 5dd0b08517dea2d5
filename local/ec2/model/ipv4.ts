/** IPv4 addresses as numbers, and blocks of them. */

export function parseIpv4(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split(".").map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

export interface Block {
  first: number;
  size: number;
}

export function parseBlock(cidr: string): Block {
  const [base = "", length = ""] = cidr.split("/");
  const first = parseIpv4(base);
  if (first === undefined || !/^\d+$/.test(length)) throw new Error(`Not an IPv4 block: ${cidr}`);
  return { first, size: 2 ** (32 - Number(length)) };
}

/** EC2 keeps the first four addresses of each subnet and the last for itself (VPC guide, subnet sizing). */
export function isReserved(address: number, block: Block): boolean {
  const offset = address - block.first;
  return offset < 4 || offset === block.size - 1;
}

export function contains(block: Block, address: number): boolean {
  return address >= block.first && address < block.first + block.size;
}

/** Where Elastic IPs are from once the documentation ranges are used up: the end of the benchmarking range. */
export const LAST_ELASTIC_BLOCK = "198.19.224.0/19";

export const RESERVED_COUNT = 5;
