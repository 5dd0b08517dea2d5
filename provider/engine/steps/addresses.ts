/** The addresses of the network interface beside its primary one. */
import type { Addresses } from "../../ec2/ec2";
import { isEc2Error } from "../../ec2/errors";
import { networkInterfaceOf, ObserveAgain, oncePropagated, type Run } from "./run";
import type { NetworkInterface } from "../../model/things";
import { aboutAddresses, readNetworkInterface } from "./network-interface";

type Kind = "secondaryPrivateIps" | "ipv6Addresses";

/** @param instead addresses that are to go: they make room where the type or the subnet has no more */
export async function assignPrivateIps(run: Run, wanted: Addresses, instead: string[]): Promise<void> {
  const { id } = networkInterfaceOf(run);
  const call = (): Promise<string[]> => oncePropagated(run, id, () => run.ec2.assignPrivateIps(id, wanted));
  await makingRoom(
    () => assign(run, "secondaryPrivateIps", wanted, call),
    instead.length === 0 ? undefined : () => unassignPrivateIps(run, id, instead),
  );
}

/** @param instead addresses that are to go: they make room where the type has no more */
export async function assignIpv6Addresses(run: Run, wanted: Addresses, instead: string[]): Promise<void> {
  const { id } = networkInterfaceOf(run);
  const call = (): Promise<string[]> => oncePropagated(run, id, () => run.ec2.assignIpv6Addresses(id, wanted));
  await makingRoom(
    () => assign(run, "ipv6Addresses", wanted, call),
    instead.length === 0 ? undefined : () => unassignIpv6Addresses(run, id, instead),
  );
}

async function makingRoom(work: () => Promise<void>, makeRoom: (() => Promise<void>) | undefined): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (makeRoom === undefined || !isEc2Error(error, "quota")) {
      throw error;
    }
    await makeRoom();
    await work();
  }
}

async function assign(run: Run, kind: Kind, wanted: Addresses, call: () => Promise<string[]>): Promise<void> {
  const eni = networkInterfaceOf(run);
  const added = await call().catch(async (error: unknown) => {
    // After a lost reply EC2 refuses a repeat, and a repeat for a number of addresses would assign more: look at what came of the first.
    const now = isEc2Error(error) ? await readNetworkInterface(run.ec2, eni.id) : undefined;
    const found = (now?.[kind] ?? []).filter((it) => !eni[kind].includes(it));
    if ("addresses" in wanted ? wanted.addresses.some((it) => !found.includes(it)) : found.length < wanted.count) {
      throw "addresses" in wanted ? await aboutAddresses(run, wanted.addresses, error) : error;
    }
    return found;
  });
  eni[kind] = [...eni[kind], ...added.filter((it) => !eni[kind].includes(it))];
  run.say(`${eni.id} has ${added.join(", ")} too`);
}

export async function unassignPrivateIps(run: Run, networkInterfaceId: string, addresses: string[]): Promise<void> {
  await unassign(run, networkInterfaceId, addresses, (it) => run.ec2.unassignPrivateIps(networkInterfaceId, it));
}

export async function unassignIpv6Addresses(run: Run, networkInterfaceId: string, addresses: string[]): Promise<void> {
  await unassign(run, networkInterfaceId, addresses, (it) => run.ec2.unassignIpv6Addresses(networkInterfaceId, it));
  if (networkInterfaceId !== networkInterfaceOf(run).id) {
    run.moved = [...(run.moved ?? []), { from: networkInterfaceId, addresses }];
  }
}

async function unassign(
  run: Run,
  networkInterfaceId: string,
  addresses: string[],
  call: (addresses: string[]) => Promise<void>,
): Promise<void> {
  const eni = interfaceNamed(run, networkInterfaceId);
  const held = addresses.filter((it) => heldBy(eni).includes(it));
  if (held.length === 0) {
    return;
  }
  await call(held).catch(async (error: unknown) => {
    // EC2 refuses to unassign an address that is off already, as after a lost reply.
    const now = isEc2Error(error) ? await readNetworkInterface(run.ec2, networkInterfaceId) : undefined;
    const left = now && heldBy(now).filter((it) => held.includes(it));
    if (left === undefined || left.length === held.length) {
      throw error;
    }
    if (left.length > 0) {
      await call(left);
    }
  });
  drop(eni, held);
  run.say(`${held.join(", ")} taken off ${networkInterfaceId}`);
}

/** Moves addresses in one call, so that nobody else gets them in between. */
export async function takeOverPrivateIps(run: Run, from: string, addresses: string[]): Promise<void> {
  const eni = networkInterfaceOf(run);
  await oncePropagated(run, eni.id, () => run.ec2.assignPrivateIps(eni.id, { addresses }, true));
  run.moved = [...(run.moved ?? []), { from, addresses }];
  drop(interfaceNamed(run, from), addresses);
  eni.secondaryPrivateIps = [...eni.secondaryPrivateIps, ...addresses];
  run.say(`${addresses.join(", ")} moved from ${from} to ${eni.id}`);
}

/** Moves back to an interface the addresses that this run took from it, because the instance goes back. */
export async function takeBackAddresses(run: Run, networkInterfaceId: string): Promise<void> {
  const back = (run.moved ?? []).filter((it) => it.from === networkInterfaceId).flatMap((it) => it.addresses);
  if (back.length === 0) {
    return;
  }
  const [eni, other] = [interfaceNamed(run, networkInterfaceId), networkInterfaceOf(run)];
  const [ipv6, privateIps] = [back.filter(isIpv6), back.filter((it) => !isIpv6(it))];
  if (privateIps.length > 0) {
    await run.ec2.assignPrivateIps(eni.id, { addresses: privateIps }, true);
    eni.secondaryPrivateIps = [...eni.secondaryPrivateIps, ...privateIps];
  }
  if (ipv6.length > 0) {
    await unassign(run, other.id, ipv6, (it) => run.ec2.unassignIpv6Addresses(other.id, it));
    await run.ec2.assignIpv6Addresses(eni.id, { addresses: ipv6 });
    eni.ipv6Addresses = [...eni.ipv6Addresses, ...ipv6];
  }
  drop(other, back);
  run.moved = [];
  run.say(`${back.join(", ")} moved back to ${eni.id}`);
}

function isIpv6(address: string): boolean {
  return address.includes(":");
}

function heldBy({ secondaryPrivateIps, ipv6Addresses }: NetworkInterface): string[] {
  return [...secondaryPrivateIps, ...ipv6Addresses];
}

function interfaceNamed(run: Run, id: string): NetworkInterface {
  const eni = run.observed.networkInterfaces.find((it) => it.id === id);
  if (eni === undefined) {
    throw new ObserveAgain(`${id} was deleted meanwhile`);
  }
  return eni;
}

function drop(eni: NetworkInterface, addresses: string[]): void {
  eni.secondaryPrivateIps = eni.secondaryPrivateIps.filter((it) => !addresses.includes(it));
  eni.ipv6Addresses = eni.ipv6Addresses.filter((it) => !addresses.includes(it));
}
