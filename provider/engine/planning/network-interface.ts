import type { Addresses } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";
import { currentNetworkInterface, isOwnedInterface, type Situation, wantsInstance } from "../current";
import type { Desired, NetworkInterface } from "../state";
import type { Step } from "../step";

export function planNetworkInterface(situation: Situation): Step[] {
  const { desired, observed } = situation;
  const eni = currentNetworkInterface(situation);
  if (eni === undefined) {
    const making: Step[] = wantsInterface(situation)
      ? [{ kind: "make-network-interface", later: heldByOurs(situation) }, ...planSourceDestCheck(undefined, desired)]
      : [];
    return [...making, ...keepOnTermination(observed.networkInterfaces)];
  }
  return [
    ...planSecurityGroups(eni, situation),
    ...planSourceDestCheck(eni, desired),
    ...planSecondaryPrivateIps(eni, situation),
    ...planIpv6Addresses(eni, situation),
    ...keepOnTermination(observed.networkInterfaces),
  ];
}

/** One that need not be kept is only there for an instance. */
export function wantsInterface(situation: Situation): boolean {
  const { desired } = situation;
  return desired.persistPrivateIp || wantsInstance(desired) || currentNetworkInterface(situation) !== undefined;
}

/** An interface that would go with its instance is made to stay. */
export function keepOnTermination(networkInterfaces: NetworkInterface[]): Step[] {
  return networkInterfaces.flatMap(({ id, attachment }) =>
    attachment?.deleteOnTermination === true
      ? [{ kind: "keep-on-termination", networkInterfaceId: id, attachmentId: attachment.id } as const]
      : [],
  );
}

function planSecurityGroups(eni: NetworkInterface, { id, desired }: Situation): Step[] {
  const { securityGroupIds } = desired;
  return hasSecurityGroups(eni, securityGroupIds, id)
    ? []
    : [{ kind: "set-security-groups", networkInterfaceId: eni.id, securityGroupIds }];
}

/** Where none are named, an interface that was given keeps its own. */
export function hasSecurityGroups(eni: NetworkInterface, wanted: string[] | undefined, id: string): boolean {
  if (wanted === undefined) {
    const isDefault = eni.securityGroups.length === 1 && eni.securityGroups[0]?.name === "default";
    return isDefault || !isOwnedInterface(eni, id);
  }
  const held = eni.securityGroups.map((group) => group.id);
  return held.length === new Set(wanted).size && wanted.every((it) => held.includes(it));
}

function planSourceDestCheck(eni: NetworkInterface | undefined, { sourceDestCheck: enabled }: Desired): Step[] {
  // EC2 makes every interface with the check on.
  return (eni?.sourceDestCheck ?? true) === enabled ? [] : [{ kind: "set-source-dest-check", enabled }];
}

/** What an interface holds, against the addresses or the number of them that is wanted; without either it is left alone. */
export function addressChanges(
  held: string[],
  wanted: string[] | undefined,
  count: number | undefined,
): { add?: Addresses; remove: string[] } {
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

function planSecondaryPrivateIps(eni: NetworkInterface, situation: Situation): Step[] {
  const { secondaryPrivateIps, secondaryPrivateIpCount } = situation.desired;
  const { add, remove } = addressChanges(eni.secondaryPrivateIps, secondaryPrivateIps, secondaryPrivateIpCount);
  const wanted = add && withoutOurs(add, heldByOurs(situation));
  return [
    ...(remove.length === 0
      ? []
      : [{ kind: "unassign-private-ips", networkInterfaceId: eni.id, addresses: remove } as const]),
    ...(wanted === undefined ? [] : [{ kind: "assign-private-ips", wanted } as const]),
  ];
}

function planIpv6Addresses(eni: NetworkInterface, situation: Situation): Step[] {
  const { ipv6Addresses, ipv6AddressCount } = situation.desired;
  const { add, remove } = addressChanges(eni.ipv6Addresses, ipv6Addresses, ipv6AddressCount);
  const wanted = add && withoutOurs(add, heldByOurs(situation));
  return [
    ...(remove.length === 0
      ? []
      : [{ kind: "unassign-ipv6-addresses", networkInterfaceId: eni.id, addresses: remove } as const]),
    ...(wanted === undefined ? [] : [{ kind: "assign-ipv6-addresses", wanted } as const]),
  ];
}

function withoutOurs(wanted: Addresses, held: string[]): Addresses | undefined {
  if ("count" in wanted) {
    return wanted;
  }
  const addresses = wanted.addresses.filter((it) => !held.includes(it));
  return addresses.length === 0 ? undefined : { addresses };
}

/** The wanted addresses that are still on an interface of ours that is given up: they move with the instance, not before. */
export function heldByOurs(situation: Situation): string[] {
  return addressesToTakeOver(situation).flatMap(({ privateIps, ipv6 }) => [...privateIps, ...ipv6]);
}

function addressesToTakeOver(situation: Situation): { from: string; privateIps: string[]; ipv6: string[] }[] {
  const { desired, observed } = situation;
  const eni = currentNetworkInterface(situation);
  const { secondaryPrivateIps = [], ipv6Addresses = [] } = desired;
  return observed.networkInterfaces
    .filter((it) => it.id !== eni?.id)
    .map((it) => ({
      from: it.id,
      privateIps: it.secondaryPrivateIps.filter((address) => secondaryPrivateIps.includes(address)),
      ipv6: it.ipv6Addresses.filter((address) => ipv6Addresses.includes(address)),
    }));
}

/** The named addresses follow from an interface that is given up, once nothing works behind it any more. */
export function planAddressMove(situation: Situation): Step[] {
  return addressesToTakeOver(situation).flatMap(({ from, privateIps, ipv6 }) => [
    ...(privateIps.length === 0 ? [] : [{ kind: "take-over-private-ips", from, addresses: privateIps } as const]),
    // EC2 moves no IPv6 address: it has to be taken off first (ec2-behaviour.md, section 1).
    ...(ipv6.length === 0
      ? []
      : ([
          { kind: "unassign-ipv6-addresses", networkInterfaceId: from, addresses: ipv6 },
          { kind: "assign-ipv6-addresses", wanted: { addresses: ipv6 } },
        ] as const)),
  ]);
}

/** What was set on it is in a tag, because EC2 does not show it with the interface. */
export function planPublicIpAssignment(situation: Situation): Step[] {
  const { publicIpAssignment } = situation.desired;
  const set = currentNetworkInterface(situation)?.tags[TAG.publicIp] ?? "subnet-default";
  return set === publicIpAssignment ? [] : [{ kind: "set-public-ip-assignment", assignment: publicIpAssignment }];
}
