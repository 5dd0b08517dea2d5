/** The addresses of the network interface beside its primary one. */
import type { Addresses } from "../../ec2/ec2";
import { isEc2Error } from "../../ec2/errors";
import { made, networkInterfaceOf, type Run } from "../run";
import type { NetworkInterface } from "../state";
import { readNetworkInterface } from "./network-interface";

type Kind = "secondaryPrivateIps" | "ipv6Addresses";

export async function assignPrivateIps(run: Run, wanted: Addresses): Promise<void> {
  await assign(run, "secondaryPrivateIps", (eni) => run.ec2.assignPrivateIps(eni.id, wanted));
}

export async function assignIpv6Addresses(run: Run, wanted: Addresses): Promise<void> {
  await assign(run, "ipv6Addresses", (eni) => run.ec2.assignIpv6Addresses(eni.id, wanted));
}

async function assign(run: Run, kind: Kind, call: (eni: NetworkInterface) => Promise<string[]>): Promise<void> {
  const eni = networkInterfaceOf(run);
  const added = await call(eni).catch(async (error: unknown) => {
    // After a lost reply a repeat is refused, and one for a number of addresses would make more: it is looked at what came of it.
    const now = isEc2Error(error) ? await readNetworkInterface(run.ec2, eni.id) : undefined;
    const found = (now?.[kind] ?? []).filter((it) => !eni[kind].includes(it));
    if (found.length === 0) {
      throw error;
    }
    return found;
  });
  eni[kind] = [...eni[kind], ...added.filter((it) => !eni[kind].includes(it))];
  run.say(`${eni.id} has ${added.join(", ")} too`);
}

export async function unassignPrivateIps(run: Run, networkInterfaceId: string, addresses: string[]): Promise<void> {
  await unlessOff(run, networkInterfaceId, addresses, () => run.ec2.unassignPrivateIps(networkInterfaceId, addresses));
  drop(run, networkInterfaceId, addresses);
}

export async function unassignIpv6Addresses(run: Run, networkInterfaceId: string, addresses: string[]): Promise<void> {
  await unlessOff(run, networkInterfaceId, addresses, () =>
    run.ec2.unassignIpv6Addresses(networkInterfaceId, addresses),
  );
  drop(run, networkInterfaceId, addresses);
}

/** EC2 refuses to take off what is off already, as after a lost reply. */
async function unlessOff(run: Run, id: string, addresses: string[], call: () => Promise<void>): Promise<void> {
  await call().catch(async (error: unknown) => {
    const now = isEc2Error(error) ? await readNetworkInterface(run.ec2, id) : undefined;
    const held = [...(now?.secondaryPrivateIps ?? []), ...(now?.ipv6Addresses ?? [])];
    if (now === undefined || addresses.some((it) => held.includes(it))) {
      throw error;
    }
  });
}

/** In one call, so that nobody else gets them in between. */
export async function takeOverPrivateIps(run: Run, from: string, addresses: string[]): Promise<void> {
  const eni = networkInterfaceOf(run);
  await run.ec2.assignPrivateIps(eni.id, { addresses }, true);
  drop(run, from, addresses, "moved");
  eni.secondaryPrivateIps = [...eni.secondaryPrivateIps, ...addresses];
  run.say(`${addresses.join(", ")} moved from ${from} to ${eni.id}`);
}

function drop(run: Run, networkInterfaceId: string, addresses: string[], how: "given up" | "moved" = "given up"): void {
  const eni = made(
    run.observed.networkInterfaces.find((it) => it.id === networkInterfaceId),
    "network interface",
  );
  eni.secondaryPrivateIps = eni.secondaryPrivateIps.filter((it) => !addresses.includes(it));
  eni.ipv6Addresses = eni.ipv6Addresses.filter((it) => !addresses.includes(it));
  if (how === "given up") {
    run.say(`${addresses.join(", ")} taken off ${networkInterfaceId}`);
  }
}
