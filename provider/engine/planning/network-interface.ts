import type { Addresses } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";
import type { Cast } from "../situation/cast";
import { isOwnedInterface, type Owner } from "../situation/belongings";
import { wantsInstance } from "../situation/instances";
import type { Desired } from "../../model/desired";
import type { NetworkInterface } from "../../model/things";
import type { Step } from "./step";

export function planNetworkInterface(cast: Cast): Step[] {
  const { desired, observed, networkInterface: eni } = cast;
  if (eni === undefined) {
    const making: Step[] = wantsInterface(cast)
      ? [{ kind: "make-network-interface", later: heldByOurs(cast) }, ...planSourceDestCheck(undefined, desired)]
      : [];
    return [...making, ...planKeepOnTermination(observed.networkInterfaces)];
  }
  return [
    // First, because from then on nothing that happens to the instance takes the interface along.
    ...planKeepOnTermination(observed.networkInterfaces),
    ...planSecurityGroups(eni, cast),
    ...planSourceDestCheck(eni, desired),
    ...planAddressesToCome(eni, cast),
  ];
}

/** Addresses that are not wanted any more are given up only once no preflight can fail any more. */
export function planAddressesGivenUp(cast: Cast): Step[] {
  const { networkInterface: eni } = cast;
  if (eni === undefined) {
    return [];
  }
  const { privateIps, ipv6 } = addressChangesOf(eni, cast);
  const steps: Step[] = [];
  if (privateIps.remove.length > 0) {
    steps.push({ kind: "unassign-private-ips", networkInterfaceId: eni.id, addresses: privateIps.remove });
  }
  if (ipv6.remove.length > 0) {
    steps.push({ kind: "unassign-ipv6-addresses", networkInterfaceId: eni.id, addresses: ipv6.remove });
  }
  return steps;
}

/** The private IPs that the machine has and will not have: what is on them comes off. */
export function privateIpsGivenUp(cast: Cast): { eni: NetworkInterface; addresses: string[] }[] {
  const { networkInterface: current } = cast;
  const kept = current === undefined ? [] : addressChangesOf(current, cast).privateIps.remove;
  const given = cast.observed.networkInterfaces
    .filter((it) => it.id !== current?.id && isOwnedInterface(it, cast))
    .map((eni) => {
      const moved = addressesToTakeOver(cast).find((it) => it.from === eni.id)?.privateIps ?? [];
      const addresses = [eni.privateIp, ...eni.secondaryPrivateIps].filter((it) => !moved.includes(it));
      return { eni, addresses };
    });
  return [...(current === undefined ? [] : [{ eni: current, addresses: kept }]), ...given];
}

/** An interface that need not be kept is only there for an instance. */
export function wantsInterface({ desired, networkInterface }: Cast): boolean {
  return desired.persistPrivateIp || wantsInstance(desired) || networkInterface !== undefined;
}

/** An interface that would go with its instance is made to stay. */
export function planKeepOnTermination(networkInterfaces: readonly NetworkInterface[]): Step[] {
  return networkInterfaces.flatMap(({ id, attachment }) =>
    attachment?.deleteOnTermination === true
      ? [{ kind: "keep-on-termination", networkInterfaceId: id, attachmentId: attachment.id } as const]
      : [],
  );
}

function planSecurityGroups(eni: NetworkInterface, cast: Cast): Step[] {
  const { securityGroupIds } = cast.desired;
  return hasSecurityGroups(eni, securityGroupIds, cast)
    ? []
    : [{ kind: "set-security-groups", networkInterfaceId: eni.id, securityGroupIds }];
}

/** Whether an interface has the wanted security groups. Where the inputs name none, a given interface keeps its own. */
export function hasSecurityGroups(eni: NetworkInterface, wanted: string[] | undefined, owner: Owner): boolean {
  if (wanted === undefined) {
    const isDefault = eni.securityGroups.length === 1 && eni.securityGroups[0]?.name === "default";
    return isDefault || !isOwnedInterface(eni, owner);
  }
  const held = eni.securityGroups.map((group) => group.id);
  return held.length === new Set(wanted).size && wanted.every((it) => held.includes(it));
}

function planSourceDestCheck(eni: NetworkInterface | undefined, { sourceDestCheck: enabled }: Desired): Step[] {
  // EC2 makes every interface with the check on.
  return (eni?.sourceDestCheck ?? true) === enabled ? [] : [{ kind: "set-source-dest-check", enabled }];
}

interface AddressChanges {
  add?: Addresses;
  remove: string[];
}

/** The addresses that an interface holds, against the addresses or the number of them that is wanted; without either it is left alone. */
function addressChanges(held: string[], wanted: string[] | undefined, count: number | undefined): AddressChanges {
  if (wanted !== undefined) {
    const missing = wanted.filter((it) => !held.includes(it));
    const remove = held.filter((it) => !wanted.includes(it));
    return missing.length === 0 ? { remove } : { add: { addresses: missing }, remove };
  }
  if (count === undefined || held.length === count) {
    return { remove: [] };
  }
  return held.length > count ? { remove: held.slice(count) } : { add: { count: count - held.length }, remove: [] };
}

function addressChangesOf(
  eni: NetworkInterface,
  { desired }: Cast,
): { privateIps: AddressChanges; ipv6: AddressChanges } {
  const { secondaryPrivateIps, secondaryPrivateIpCount, ipv6Addresses, ipv6AddressCount } = desired;
  return {
    privateIps: addressChanges(eni.secondaryPrivateIps, secondaryPrivateIps, secondaryPrivateIpCount),
    ipv6: addressChanges(eni.ipv6Addresses, ipv6Addresses, ipv6AddressCount),
  };
}

/** Before any goes, because it may fail, and until then those that are held stay. */
function planAddressesToCome(eni: NetworkInterface, cast: Cast): Step[] {
  const { privateIps, ipv6 } = addressChangesOf(eni, cast);
  const ours = heldByOurs(cast);
  const [moreIps, more6] = [privateIps, ipv6].map(({ add }) => add && withoutOurs(add, ours));
  const steps: Step[] = [];
  if (moreIps !== undefined) {
    steps.push({ kind: "assign-private-ips", wanted: moreIps, instead: privateIps.remove });
  }
  if (more6 !== undefined) {
    steps.push({ kind: "assign-ipv6-addresses", wanted: more6, instead: ipv6.remove });
  }
  return steps;
}

function withoutOurs(wanted: Addresses, held: string[]): Addresses | undefined {
  if ("count" in wanted) {
    return wanted;
  }
  const addresses = wanted.addresses.filter((it) => !held.includes(it));
  return addresses.length === 0 ? undefined : { addresses };
}

/** The wanted addresses that are still on an interface of ours that is given up: they move with the instance, not before. */
function heldByOurs(cast: Cast): string[] {
  return addressesToTakeOver(cast).flatMap(({ privateIps, ipv6 }) => [...privateIps, ...ipv6]);
}

function addressesToTakeOver(cast: Cast): { from: string; privateIps: string[]; ipv6: string[] }[] {
  const { desired, observed, networkInterface: eni } = cast;
  const { secondaryPrivateIps = [], ipv6Addresses = [] } = desired;
  return observed.networkInterfaces
    .filter((it) => it.id !== eni?.id)
    .map((it) => ({
      from: it.id,
      privateIps: it.secondaryPrivateIps.filter((address) => secondaryPrivateIps.includes(address)),
      ipv6: it.ipv6Addresses.filter((address) => ipv6Addresses.includes(address)),
    }));
}

/** How many addresses the interface gets before the next launch, beside those that it holds. */
export function addressesToCome(cast: Cast): { ipv4: number; ipv6: number } {
  const coming = addressesToTakeOver(cast);
  return {
    ipv4: coming.reduce((sum, it) => sum + it.privateIps.length, 0),
    ipv6: coming.reduce((sum, it) => sum + it.ipv6.length, 0),
  };
}

/** The named addresses follow from an interface that is given up, once nothing works behind it any more. */
export function planAddressMove(cast: Cast): Step[] {
  return addressesToTakeOver(cast).flatMap(({ from, privateIps, ipv6 }) => {
    const steps: Step[] = [];
    if (privateIps.length > 0) {
      steps.push({ kind: "take-over-private-ips", from, addresses: privateIps });
    }
    if (ipv6.length > 0) {
      // EC2 moves no IPv6 address: it has to be taken off first (ec2-behaviour.md, section 1).
      steps.push(
        { kind: "unassign-ipv6-addresses", networkInterfaceId: from, addresses: ipv6 },
        { kind: "assign-ipv6-addresses", wanted: { addresses: ipv6 }, instead: [] },
      );
    }
    return steps;
  });
}

/** A tag tells which assignment was set, because EC2 does not show it with the interface. */
export function planPublicIpAssignment({ desired: { publicIpAssignment }, networkInterface }: Cast): Step[] {
  const set = networkInterface?.tags[TAG.publicIp] ?? "subnet-default";
  return set === publicIpAssignment ? [] : [{ kind: "set-public-ip-assignment", assignment: publicIpAssignment }];
}
