import assert from "node:assert/strict";

import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  AttachNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfaceAttributeCommand,
  DescribeSubnetsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
  type AssignIpv6AddressesCommandInput,
  type AssignPrivateIpAddressesCommandInput,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import {
  LONG,
  idOf,
  launched,
  launchedOn,
  madeAddress,
  madeInterface,
  present,
  refused,
  seen,
  seenAddress,
  seenInterface,
} from "./scenes";
import { simulated } from "./support";

const dualStack = { SubnetId: WELL_KNOWN.dualStackSubnet };

function assign(ec2: EC2Client, NetworkInterfaceId: string, input: Partial<AssignPrivateIpAddressesCommandInput>) {
  return ec2.send(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, ...input }));
}

function assign6(ec2: EC2Client, NetworkInterfaceId: string, input: Partial<AssignIpv6AddressesCommandInput>) {
  return ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId, ...input }));
}

async function addressesOf(ec2: EC2Client, networkInterfaceId: string) {
  const { PrivateIpAddresses = [] } = await seenInterface(ec2, networkInterfaceId);
  return PrivateIpAddresses.map(({ PrivateIpAddress }) => PrivateIpAddress);
}

describe("secondary private addresses", () => {
  it("are assigned by number or by name, and taken away again", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    await assign(ec2, id, { PrivateIpAddresses: ["10.0.1.8"] });
    const { AssignedPrivateIpAddresses = [] } = await assign(ec2, id, { SecondaryPrivateIpAddressCount: 1 });
    const picked = present(AssignedPrivateIpAddresses[0]?.PrivateIpAddress);
    assert.deepEqual(await addressesOf(ec2, id), ["10.0.1.7", "10.0.1.8", picked]);
    const unassign = (PrivateIpAddresses: string[]) =>
      ec2.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: id, PrivateIpAddresses }));
    await unassign(["10.0.1.8", picked]);
    assert.deepEqual(await addressesOf(ec2, id), ["10.0.1.7"]);
    await refused(unassign(["10.0.1.8"]), "InvalidParameterValue", /not assigned to interface/);
    await refused(unassign(["10.0.1.7"]), "InvalidParameterValue", /primary/);
    await madeInterface(ec2, { PrivateIpAddress: "10.0.1.8" });
  });

  it("move only where that is allowed, and an Elastic IP moves along", async () => {
    const { ec2 } = simulated();
    const from = await madeInterface(ec2, {
      PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.7", Primary: true }, { PrivateIpAddress: "10.0.1.8" }],
    });
    const to = await madeInterface(ec2);
    const { allocationId: AllocationId } = await madeAddress(ec2);
    const place = { NetworkInterfaceId: from.NetworkInterfaceId, PrivateIpAddress: "10.0.1.8" };
    await ec2.send(new AssociateAddressCommand({ AllocationId, ...place }));
    const PrivateIpAddresses = ["10.0.1.8"];
    await refused(
      assign(ec2, to.NetworkInterfaceId, { PrivateIpAddresses }),
      "InvalidParameterValue",
      /^\[10\.0\.1\.8\] assigned, but move is not allowed\.$/,
    );
    await assign(ec2, to.NetworkInterfaceId, { PrivateIpAddresses, AllowReassignment: true });
    assert.deepEqual(await addressesOf(ec2, from.NetworkInterfaceId), ["10.0.1.7"]);
    const { NetworkInterfaceId, PrivateIpAddress } = await seenAddress(ec2, AllocationId);
    assert.deepEqual([NetworkInterfaceId, PrivateIpAddress], [to.NetworkInterfaceId, "10.0.1.8"]);
    await refused(
      assign(ec2, to.NetworkInterfaceId, { PrivateIpAddresses: ["10.0.1.7"], AllowReassignment: true }),
      "InvalidParameterValue",
      /primary/,
    );
  });

  it("have an Elastic IP each, which ends with its address", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId } = await madeInterface(ec2, { SecondaryPrivateIpAddressCount: 1 });
    const [primary, secondary] = await addressesOf(ec2, NetworkInterfaceId);
    const [first, second] = [await madeAddress(ec2), await madeAddress(ec2)];
    for (const [{ allocationId: AllocationId }, PrivateIpAddress] of [
      [first, primary],
      [second, secondary],
    ] as const) {
      await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId, PrivateIpAddress }));
    }
    const { PrivateIpAddresses = [] } = await seenInterface(ec2, NetworkInterfaceId);
    assert.deepEqual(
      PrivateIpAddresses.map(({ Association }) => Association?.PublicIp),
      [first.publicIp, second.publicIp],
    );
    const gone = { NetworkInterfaceId, PrivateIpAddresses: [present(secondary)] };
    await ec2.send(new UnassignPrivateIpAddressesCommand(gone));
    assert.equal((await seenAddress(ec2, second.allocationId)).AssociationId, undefined);
  });

  it("are limited by the type of the instance: at launch, at attach and while it runs", async () => {
    const { ec2, clock } = simulated();
    const full = await madeInterface(ec2, { SecondaryPrivateIpAddressCount: 2 });
    await refused(
      launchedOn(ec2, full.NetworkInterfaceId),
      "InvalidInterface.IpAddressLimitExceeded",
      /will exceed limit/,
    );
    const instance = await launched(ec2);
    clock.advance(LONG);
    const place = { InstanceId: idOf(instance), NetworkInterfaceId: full.NetworkInterfaceId, DeviceIndex: 1 };
    await refused(ec2.send(new AttachNetworkInterfaceCommand(place)), "PrivateIpAddressLimitExceeded");
    const id = present(instance.NetworkInterfaces?.[0]?.NetworkInterfaceId);
    await assign(ec2, id, { SecondaryPrivateIpAddressCount: 1 });
    await refused(assign(ec2, id, { SecondaryPrivateIpAddressCount: 1 }), "PrivateIpAddressLimitExceeded");
    assert.equal((await seen(ec2, instance)).NetworkInterfaces?.[0]?.PrivateIpAddresses?.length, 2);
  });

  it("need a number, addresses or prefixes, and one kind only", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await refused(assign(ec2, id, {}), "MissingParameter");
    const both = { PrivateIpAddresses: ["10.0.1.8"], SecondaryPrivateIpAddressCount: 1 };
    await refused(assign(ec2, id, both), "InvalidParameterCombination");
    await refused(assign(ec2, id, { PrivateIpAddresses: ["10.0.2.8"] }), "InvalidParameterValue", /fall within/);
  });
});

describe("IPv6 addresses", () => {
  it("come with the interface, by number or by name, in EC2's own spelling", async () => {
    const { ec2 } = simulated();
    const Ipv6Addresses = [{ Ipv6Address: "2001:DB8:6:600:0:0:0:7" }];
    const named = await madeInterface(ec2, { ...dualStack, Ipv6Addresses });
    assert.deepEqual(
      named.Ipv6Addresses?.map(({ Ipv6Address }) => Ipv6Address),
      ["2001:db8:6:600::7"],
    );
    const counted = await madeInterface(ec2, { ...dualStack, Ipv6AddressCount: 2 });
    assert.equal(counted.Ipv6Addresses?.length, 2);
    for (const { Ipv6Address } of counted.Ipv6Addresses) assert.match(present(Ipv6Address), /^2001:db8:6:600:/);
    await refused(madeInterface(ec2, { ...dualStack, Ipv6Addresses }), "InvalidIPAddress.InUse");
    await refused(
      madeInterface(ec2, { ...dualStack, Ipv6Addresses: [{ Ipv6Address: "2001:db8::1" }] }),
      "InvalidParameterValue",
    );
    await refused(madeInterface(ec2, { Ipv6AddressCount: 1 }), "InvalidParameterValue", /IPv6 CIDR block/);
  });

  it("are assigned and unassigned, and never moved", async () => {
    const { ec2 } = simulated();
    const [one, other] = [await madeInterface(ec2, dualStack), await madeInterface(ec2, dualStack)];
    const Ipv6Addresses = ["2001:db8:6:600::9"];
    const { AssignedIpv6Addresses } = await assign6(ec2, one.NetworkInterfaceId, { Ipv6Addresses });
    assert.deepEqual(AssignedIpv6Addresses, Ipv6Addresses);
    await refused(assign6(ec2, other.NetworkInterfaceId, { Ipv6Addresses }), "InvalidIPAddress.InUse");
    const input = { NetworkInterfaceId: one.NetworkInterfaceId, Ipv6Addresses };
    const { UnassignedIpv6Addresses } = await ec2.send(new UnassignIpv6AddressesCommand(input));
    assert.deepEqual(UnassignedIpv6Addresses, Ipv6Addresses);
    await assign6(ec2, other.NetworkInterfaceId, { Ipv6Addresses });
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: other.NetworkInterfaceId }));
    await assign6(ec2, one.NetworkInterfaceId, { Ipv6Addresses });
  });

  it("come with a launch, and stay with the interface", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, { ...dualStack, Ipv6AddressCount: 1 });
    assert.equal(instance.NetworkInterfaces?.[0]?.Ipv6Addresses?.length, 1);
    assert.match(present(instance.Ipv6Address), /^2001:db8:6:600:/);
  });
});

describe("prefixes", () => {
  it("take a whole block of the subnet, and give it back", async () => {
    const { ec2 } = simulated();
    const free = async () => {
      const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [WELL_KNOWN.subnetA] }));
      return present(Subnets?.[0]?.AvailableIpAddressCount);
    };
    const before = await free();
    const made = await madeInterface(ec2, { Ipv4Prefixes: [{ Ipv4Prefix: "10.0.1.32/28" }] });
    assert.deepEqual(made.Ipv4Prefixes, [{ Ipv4Prefix: "10.0.1.32/28" }]);
    assert.equal(await free(), before - 17);
    await refused(madeInterface(ec2, { PrivateIpAddress: "10.0.1.40" }), "InvalidIPAddress.InUse");
    const id = made.NetworkInterfaceId;
    const { AssignedIpv4Prefixes } = await assign(ec2, id, { Ipv4PrefixCount: 1 });
    assert.match(present(AssignedIpv4Prefixes?.[0]?.Ipv4Prefix), /^10\.0\.1\.\d+\/28$/);
    await ec2.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: id, Ipv4Prefixes: ["10.0.1.32/28"] }));
    assert.equal(await free(), before - 17);
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    assert.equal(await free(), before);
  });

  it("are /80 in IPv6", async () => {
    const { ec2 } = simulated();
    const made = await madeInterface(ec2, { ...dualStack, Ipv6PrefixCount: 1 });
    assert.match(present(made.Ipv6Prefixes?.[0]?.Ipv6Prefix), /^2001:db8:6:600:.*\/80$/);
  });

  it("are refused in a subnet with no block free", async () => {
    const { ec2 } = simulated();
    await refused(
      madeInterface(ec2, { SubnetId: WELL_KNOWN.tinySubnet, Ipv4PrefixCount: 1 }),
      "InsufficientFreeAddressesInSubnet",
    );
  });
});

describe("an interface's attributes", () => {
  it("are described one at a time", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId } = await madeInterface(ec2, { Description: "web" });
    const attribute = (Attribute: "description" | "groupSet" | "sourceDestCheck" | "attachment") =>
      ec2.send(new DescribeNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Attribute }));
    assert.equal((await attribute("description")).Description?.Value, "web");
    assert.equal((await attribute("groupSet")).Groups?.[0]?.GroupId, WELL_KNOWN.securityGroup);
    assert.equal((await attribute("sourceDestCheck")).SourceDestCheck?.Value, true);
    assert.equal((await attribute("attachment")).Attachment, undefined);
    await refused(attribute("colour" as "description"), "InvalidParameterValue", /colour/);
  });

  it("say whether a public address comes with it, and on a running instance that counts at once", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId } = await madeInterface(ec2);
    const instance = await launchedOn(ec2, NetworkInterfaceId);
    clock.advance(LONG);
    const set = (AssociatePublicIpAddress: boolean) =>
      ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, AssociatePublicIpAddress }));
    await set(true);
    assert.ok((await seen(ec2, instance)).PublicIpAddress);
    await set(false);
    assert.equal((await seen(ec2, instance)).PublicIpAddress, undefined);
  });
});
