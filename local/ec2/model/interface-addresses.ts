import { elasticIpOf, interfaceHolder, primaryAddress, recordHoldings } from "./holdings";
import { Ec2Error, invalidCombination, invalidValue, missingParameter } from "./errors";
import { disassociate } from "./elastic-ips";
import { INSTANCE_TYPES, type InstanceType } from "./instance-types";
import { findSubnet } from "./lookup";
import type { AddressWishes, NetworkInterface, Wish } from "./state";
import { checkInRange, checkRoom, lease, leaseAny, release } from "./subnets";
import { checkFree6, blockOf6, lease6, pickAddress6, pickPrefix4, pickPrefix6, releaseBlock } from "./subnet-blocks";
import type { World } from "./world";

export const NO_WISH: Wish = { given: [], count: 0 };

export const NO_WISHES: AddressWishes = { ipv4: NO_WISH, ipv4Prefixes: NO_WISH, ipv6: NO_WISH, ipv6Prefixes: NO_WISH };

const sizeOf = ({ given, count }: Wish) => given.length + count;

/** The addresses, or how many; and addresses or prefixes: never both (API reference, CreateNetworkInterface). */
export function checkWishes(wishes: AddressWishes): void {
  for (const [what, { given, count }] of Object.entries(wishes) as [string, Wish][]) {
    if (count < 0) throw invalidValue(`Value (${count}) for parameter ${what} is invalid. A count is 0 or more.`);
    if (given.length > 0 && count > 0) {
      throw invalidCombination(`You may specify either ${what} addresses or their count, but not both`);
    }
    if (new Set(given).size < given.length) throw invalidValue(`Duplicate ${what} addresses in the request`);
  }
  if (sizeOf(wishes.ipv4) > 0 && sizeOf(wishes.ipv4Prefixes) > 0) {
    throw invalidCombination("You may specify either secondary private IP addresses or IPv4 prefixes, but not both");
  }
  if (sizeOf(wishes.ipv6) > 0 && sizeOf(wishes.ipv6Prefixes) > 0) {
    throw invalidCombination("You may specify either IPv6 addresses or IPv6 prefixes, but not both");
  }
}

/** For the calls that do nothing but assign or take away. */
export function checkSomething(wishes: AddressWishes, parameter: string): void {
  if (Object.values(wishes).every((wish: Wish) => sizeOf(wish) === 0)) throw missingParameter(parameter);
}

/** How many slots of a type's limit an interface takes: a prefix counts as an address does (EC2 guide, ec2-prefix-eni). */
export function slotsOf(
  one: Pick<NetworkInterface, "privateAddresses" | "ipv4Prefixes" | "ipv6Addresses" | "ipv6Prefixes">,
) {
  return {
    ipv4: one.privateAddresses.length + one.ipv4Prefixes.length,
    ipv6: one.ipv6Addresses.length + one.ipv6Prefixes.length,
  };
}

/** The same of an interface that is yet to be made. */
export function slotsOfWishes(wishes: AddressWishes) {
  return {
    ipv4: 1 + sizeOf(wishes.ipv4) + sizeOf(wishes.ipv4Prefixes),
    ipv6: sizeOf(wishes.ipv6) + sizeOf(wishes.ipv6Prefixes),
  };
}

/** The message is as amazon-vpc-cni-k8s#989 quotes it; a launch has a code of its own (API reference, error codes). */
export function checkSlots(
  type: InstanceType | undefined,
  slots: { ipv4: number; ipv6: number },
  code = "PrivateIpAddressLimitExceeded",
): void {
  if (Math.max(slots.ipv4, slots.ipv6) <= (type?.addressesPerInterface ?? Infinity)) return;
  throw new Ec2Error(code, "Number of private addresses will exceed limit.");
}

export interface Assigned {
  ipv4: string[];
  ipv4Prefixes: string[];
  ipv6: string[];
  ipv6Prefixes: string[];
}

/** Makes the checks that need the parameters alone. */
export function checkAssignment(world: World, target: NetworkInterface, wishes: AddressWishes): void {
  checkWishes(wishes);
  const subnet = findSubnet(world, target.subnetId);
  for (const address of wishes.ipv4.given) checkInRange(subnet, address);
  if (sizeOf(wishes.ipv6) + sizeOf(wishes.ipv6Prefixes) > 0) blockOf6(subnet);
}

/** Assigns all of it or nothing. */
export function assign(world: World, target: NetworkInterface, wishes: AddressWishes, mayMove = false): Assigned {
  const subnet = findSubnet(world, target.subnetId);
  const moved = wishes.ipv4.given.filter((address) => subnet.leases[address] !== undefined);
  const own = moved.filter((address) => subnet.leases[address] === target.networkInterfaceId);
  const foreign = moved.filter((address) => !own.includes(address));
  checkMovable(world, subnet.leases, foreign, mayMove);
  const wanted = { ...wishes, ipv4: { ...wishes.ipv4, given: wishes.ipv4.given.filter((one) => !own.includes(one)) } };
  checkTypeLimit(world, target, wanted);
  checkFree6(subnet, [...wanted.ipv6.given, ...wanted.ipv6Prefixes.given]);
  checkRoom(subnet, sizeOf(wanted.ipv4) - foreign.length);
  for (const address of foreign) move(world, address, { from: subnet.leases[address] ?? "", to: target });
  const rest = wanted.ipv4.given.filter((address) => !foreign.includes(address));
  const made = assignAll(world, target, { ...wanted, ipv4: { given: rest, count: wanted.ipv4.count } });
  recordHoldings(world, target, "address-moved");
  return { ...made, ipv4: [...wishes.ipv4.given, ...made.ipv4.filter((one) => !rest.includes(one))] };
}

function checkTypeLimit(world: World, target: NetworkInterface, wanted: AddressWishes): void {
  const { ipv4, ipv6 } = slotsOf(target);
  checkSlots(INSTANCE_TYPES.get(interfaceHolder(world, target)?.instanceType ?? ""), {
    ipv4: ipv4 + sizeOf(wanted.ipv4) + sizeOf(wanted.ipv4Prefixes),
    ipv6: ipv6 + sizeOf(wanted.ipv6) + sizeOf(wanted.ipv6Prefixes),
  });
}

/** A secondary address that another interface has moves only where that is allowed; a primary one never does. */
function checkMovable(world: World, leases: Readonly<Record<string, string>>, addresses: string[], may: boolean): void {
  if (addresses.length === 0) return;
  if (!may) throw invalidValue(`[${addresses.join(", ")}] assigned, but move is not allowed.`);
  for (const address of addresses) {
    const holder = world.account.networkInterfaces.get(leases[address] ?? "");
    if (holder?.privateAddresses.some((one) => one.address === address && !one.primary) === true) continue;
    throw invalidValue(`[${address}] is a primary address or part of a prefix, and cannot be moved.`);
  }
}

/** An Elastic IP on the address goes along (API reference, AssignPrivateIpAddresses). */
function move(world: World, address: string, { from, to }: { from: string; to: NetworkInterface }): void {
  const subnet = findSubnet(world, to.subnetId);
  const holder = world.account.networkInterfaces.get(from);
  const elastic = elasticIpOf(world, from, address);
  if (holder !== undefined) {
    holder.privateAddresses = holder.privateAddresses.filter((one) => one.address !== address);
  }
  release(subnet, address);
  lease(subnet, address, to.networkInterfaceId);
  to.privateAddresses.push({ address, primary: false });
  if (elastic !== undefined) elastic.networkInterfaceId = to.networkInterfaceId;
  if (holder !== undefined) recordHoldings(world, holder, "address-moved");
}

/** Takes what is wished for out of the subnet and puts it on the interface. */
export function assignAll(world: World, target: NetworkInterface, wishes: AddressWishes): Assigned {
  const subnet = findSubnet(world, target.subnetId);
  const id = target.networkInterfaceId;
  const counted = <Made>(count: number, pick: () => Made) => Array.from({ length: count }, pick);
  for (const address of wishes.ipv4.given) lease(subnet, address, id);
  const ipv4 = [...wishes.ipv4.given, ...counted(wishes.ipv4.count, () => leaseAny(world, subnet, id))];
  const ipv4Prefixes = [
    ...wishes.ipv4Prefixes.given.map((prefix) => pickPrefix4(world, subnet, id, prefix)),
    ...counted(wishes.ipv4Prefixes.count, () => pickPrefix4(world, subnet, id)),
  ];
  const ipv6 = [
    ...wishes.ipv6.given.map((address) => lease6(subnet, address, id)),
    ...counted(wishes.ipv6.count, () => pickAddress6(world, subnet, id)),
  ];
  const ipv6Prefixes = [
    ...wishes.ipv6Prefixes.given.map((prefix) => lease6(subnet, prefix, id)),
    ...counted(wishes.ipv6Prefixes.count, () => pickPrefix6(world, subnet, id)),
  ];
  target.privateAddresses.push(...ipv4.map((address) => ({ address, primary: false })));
  target.ipv4Prefixes.push(...ipv4Prefixes);
  target.ipv6Addresses.push(...ipv6);
  target.ipv6Prefixes.push(...ipv6Prefixes);
  return { ipv4, ipv4Prefixes, ipv6, ipv6Prefixes };
}

/** Refuses to take away an address that is not there, or the primary one. */
export function checkUnassignment(target: NetworkInterface, wishes: AddressWishes): void {
  const primary = primaryAddress(target);
  if (wishes.ipv4.given.includes(primary)) {
    throw invalidValue(`The primary private IP address ${primary} of an interface cannot be unassigned.`);
  }
  const held = new Set([
    ...target.privateAddresses.map(({ address }) => address),
    ...target.ipv4Prefixes,
    ...target.ipv6Addresses,
    ...target.ipv6Prefixes,
  ]);
  const all = [wishes.ipv4, wishes.ipv4Prefixes, wishes.ipv6, wishes.ipv6Prefixes].flatMap(({ given }) => given);
  if (all.every((one) => held.has(one))) return;
  throw invalidValue(`Some of the specified addresses are not assigned to interface ${target.networkInterfaceId}`);
}

export function unassign(world: World, target: NetworkInterface, wishes: AddressWishes): void {
  const subnet = findSubnet(world, target.subnetId);
  for (const address of wishes.ipv4.given) {
    const elastic = elasticIpOf(world, target.networkInterfaceId, address);
    if (elastic !== undefined) disassociate(world, elastic);
    release(subnet, address);
  }
  for (const block of [...wishes.ipv4Prefixes.given, ...wishes.ipv6.given, ...wishes.ipv6Prefixes.given]) {
    releaseBlock(subnet, block);
  }
  const without = (held: readonly string[], { given }: Wish) => held.filter((one) => !given.includes(one));
  target.privateAddresses = target.privateAddresses.filter(({ address }) => !wishes.ipv4.given.includes(address));
  target.ipv4Prefixes = without(target.ipv4Prefixes, wishes.ipv4Prefixes);
  target.ipv6Addresses = without(target.ipv6Addresses, wishes.ipv6);
  target.ipv6Prefixes = without(target.ipv6Prefixes, wishes.ipv6Prefixes);
  recordHoldings(world, target, "address-moved");
}

/** All that an interface had goes back to its subnet. */
export function releaseAll(world: World, target: NetworkInterface): void {
  const subnet = findSubnet(world, target.subnetId);
  for (const { address } of target.privateAddresses) release(subnet, address);
  for (const block of [...target.ipv4Prefixes, ...target.ipv6Addresses, ...target.ipv6Prefixes])
    releaseBlock(subnet, block);
}
