/** Both kinds of addresses beside the primary one, secondary private IPs and IPv6, and what somebody does to the interface by hand. */
import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  type EC2Client,
  TerminateInstancesCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Stack } from "../../support";
import { later, made, only, somebody } from "../../world";
import { type Machine, machineOf } from "../../machine";

/** One of the two kinds of address: how it is declared, what is held, and what somebody else does to it. */
interface Kind {
  list: "secondaryPrivateIps" | "ipv6Addresses";
  count: "secondaryPrivateIpCount" | "ipv6AddressCount";
  subnetId: string;
  /** Addresses of the subnet. */
  a: string;
  b: string;
  c: string;
  /** The addresses of this kind on any interface. */
  on: (eni: Machine["eni"]) => string[];
  assign: (ec2: EC2Client, eni: Machine["eni"], address: string) => Promise<unknown>;
  unassign: (ec2: EC2Client, eni: Machine["eni"], address: string) => Promise<unknown>;
  /** Makes an interface of somebody else's with the address. */
  take: (ec2: EC2Client, address: string) => Promise<string>;
  taken: string;
  undeclared: string;
  actions: { assign: string; unassign: string };
}

export const SECONDARY: Kind = {
  list: "secondaryPrivateIps",
  count: "secondaryPrivateIpCount",
  subnetId: WELL_KNOWN.subnetA,
  a: "10.0.1.20",
  b: "10.0.1.21",
  c: "10.0.1.22",
  on: ({ privateAddresses }) => privateAddresses.filter((it) => !it.primary).map((it) => it.address),
  assign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [address] })),
  unassign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [address] })),
  take: (ec2, PrivateIpAddress) => makeInterface(ec2, { SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress }),
  taken: "it lacks secondary private IPs that are declared",
  undeclared: "it has secondary private IPs that are not declared",
  actions: { assign: "AssignPrivateIpAddresses", unassign: "UnassignPrivateIpAddresses" },
};

export const IPV6: Kind = {
  list: "ipv6Addresses",
  count: "ipv6AddressCount",
  subnetId: WELL_KNOWN.dualStackSubnet,
  a: "2001:db8:6:600::20",
  b: "2001:db8:6:600::21",
  c: "2001:db8:6:600::22",
  on: ({ ipv6Addresses }) => ipv6Addresses,
  assign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses: [address] })),
  unassign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses: [address] })),
  take: (ec2, Ipv6Address) =>
    makeInterface(ec2, { SubnetId: WELL_KNOWN.dualStackSubnet, Ipv6Addresses: [{ Ipv6Address }] }),
  taken: "it lacks IPv6 addresses that are declared",
  undeclared: "it has IPv6 addresses that are not declared",
  actions: { assign: "AssignIpv6Addresses", unassign: "UnassignIpv6Addresses" },
};

async function makeInterface(
  ec2: EC2Client,
  input: ConstructorParameters<typeof CreateNetworkInterfaceCommand>[0],
): Promise<string> {
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand(input));
  return NetworkInterface?.NetworkInterfaceId ?? "";
}

export async function drop(owner: Stack, NetworkInterfaceId: string): Promise<void> {
  await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
}

/** Somebody ends the instance and deletes the interface. */
export async function deleteInterface(owner: Stack): Promise<void> {
  const { eni, instance } = machineOf(owner);
  const ec2 = somebody(owner);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
  later(owner);
  await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
}

/** Finds the parts of a machine whose record may say otherwise by now. */
export function refound(owner: Stack, was: Machine): Pick<Machine, "template" | "instance" | "eni"> {
  const world = made(owner);
  return {
    template: only(world.templates),
    instance: only(world.instances),
    eni: only(world.networkInterfaces.filter((it) => it.networkInterfaceId === was.eni.networkInterfaceId)),
  };
}
