/** IPv6 addresses as numbers, and blocks of them. */

export function parseIpv6(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.toLowerCase().split("::");
  if (more.length > 0) return undefined;
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...front, ...Array.from({ length: missing }, () => "0"), ...back];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

/** In the short form of RFC 5952, as EC2 writes it: the longest run of zeros, the first of those, is two colons. */
export function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  let longest = { from: 0, length: 1 };
  for (let from = 0; from < groups.length; from += 1) {
    const end = groups.findIndex((group, index) => index >= from && group !== "0");
    const length = (end < 0 ? groups.length : end) - from;
    if (length > longest.length) longest = { from, length };
  }
  if (longest.length < 2) return groups.join(":");
  const { from, length } = longest;
  return `${groups.slice(0, from).join(":")}::${groups.slice(from + length).join(":")}`;
}

export interface Block6 {
  first: bigint;
  length: number;
}

export function parseBlock6(cidr: string): Block6 | undefined {
  const [base = "", length = ""] = cidr.split("/");
  const first = parseIpv6(base);
  if (first === undefined || !/^\d{1,3}$/.test(length) || Number(length) > 128) return undefined;
  return { first, length: Number(length) };
}

export function isIn6(block: Block6, address: bigint): boolean {
  const shift = BigInt(128 - block.length);
  return address >> shift === block.first >> shift;
}
