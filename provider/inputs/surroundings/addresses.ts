/** Whether the addresses that are asked for are of the subnet. */
import type { Subnet } from "../../ec2/ec2";
import { contains, isReserved, usableRange } from "../../kit/cidr";
import { type Failure, isGiven } from "../validation";
import { type Changed, type Inputs, knownText, missing, type LookupPlace, textsIn } from "./place";

const ADDRESS_INPUTS = ["privateIp", "secondaryPrivateIps", "ipv6Addresses", "ipv6AddressCount"] as const;

export async function addressFailures(place: LookupPlace, inputs: Inputs, changed: Changed): Promise<Failure[]> {
  const id = knownText(inputs.subnetId);
  const isAsked = ADDRESS_INPUTS.some((name) => changed(name) && isWanted(inputs[name]));
  if (id === undefined || !(changed("subnetId") || isAsked)) {
    return [];
  }
  const subnet = await place.subnets.get(id);
  return subnet === undefined
    ? [missing(place, "subnetId", id)]
    : [...ipv4Failures(inputs, subnet), ...ipv6Failures(inputs, subnet)];
}

function ipv4Failures(inputs: Inputs, { id, cidrBlock }: Subnet): Failure[] {
  const primary = textsIn([inputs.privateIp]).map(({ text }) => ({ property: "privateIp", text }));
  const secondary = textsIn(inputs.secondaryPrivateIps).map(({ path, text }) => ({
    property: `secondaryPrivateIps${path}`,
    text,
  }));
  const { first, last } = usableRange(cidrBlock);
  const advice = `give an address from ${first} to ${last}, or another subnetId`;
  return [...primary, ...secondary].flatMap(({ property, text }) => {
    if (!contains(cidrBlock, text)) {
      const reason = `${property}: ${text} is outside of subnetId: ${id}, which is ${cidrBlock}; ${advice}`;
      return [{ property, reason }];
    }
    const reason = `${property}: ${text} is AWS's own, as the first four addresses and the last of subnetId: ${id} (${cidrBlock}) are; ${advice}`;
    return isReserved(cidrBlock, text) ? [{ property, reason }] : [];
  });
}

function ipv6Failures(inputs: Inputs, { id, ipv6CidrBlocks }: Subnet): Failure[] {
  const property = isWanted(inputs.ipv6Addresses) ? "ipv6Addresses" : "ipv6AddressCount";
  if (ipv6CidrBlocks.length === 0) {
    const reason = `${property}: subnetId: ${id} has no IPv6 block; give it one, take another subnet, or take ${property} out`;
    return isWanted(inputs[property]) ? [{ property, reason }] : [];
  }
  return textsIn(inputs.ipv6Addresses)
    .filter(({ text }) => !ipv6CidrBlocks.some((block) => contains(block, text)))
    .map(({ path, text }) => ({
      property: `ipv6Addresses${path}`,
      reason: `ipv6Addresses${path}: ${text} is outside of subnetId: ${id}, which is ${ipv6CidrBlocks.join(" and ")}; give an address inside, or another subnetId`,
    }));
}

/** Whether an address input asks for anything: an empty list and a count of 0 do not. */
export function isWanted(value: unknown): boolean {
  if (Array.isArray(value)) {
    return textsIn(value).length > 0;
  }
  return isGiven(value) && value !== 0;
}
