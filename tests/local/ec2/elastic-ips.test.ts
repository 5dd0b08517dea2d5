import assert from "node:assert/strict";

import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DeleteNetworkInterfaceCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import {
  LONG,
  associated,
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
  terminated,
} from "./scenes";
import { simulated } from "./support";

const release = (ec2: EC2Client, allocationId: string) =>
  ec2.send(new ReleaseAddressCommand({ AllocationId: allocationId }));

describe("an Elastic IP", () => {
  it("is a public address that reaches neither this machine nor a private network", async () => {
    const { ec2 } = simulated();
    const { publicIp } = await madeAddress(ec2);
    assert.doesNotMatch(publicIp, /^(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168)\./);
  });

  it("is one of five", async () => {
    const { ec2 } = simulated();
    for (let count = 0; count < 5; count += 1) await madeAddress(ec2);
    await refused(madeAddress(ec2), "AddressLimitExceeded");
  });

  it("is one of more where the quota is raised", async () => {
    const { ec2, simulator } = simulated();
    simulator.quotas.set("elastic-ips", 7);
    const made = [];
    for (let count = 0; count < 7; count += 1) made.push((await madeAddress(ec2)).publicIp);
    assert.equal(new Set(made).size, 7);
    await refused(madeAddress(ec2).then(String), "AddressLimitExceeded");
  });

  it("is one of a thousand where the quota is raised so far, of ranges that are nobody's", async () => {
    const { ec2, simulator } = simulated();
    simulator.quotas.set("elastic-ips", 1000);
    const made = new Set<string>();
    for (let count = 0; count < 1000; count += 1) {
      const reply = simulator.handle({ body: "Action=AllocateAddress&Domain=vpc" });
      made.add(/<publicIp>(.*)<\/publicIp>/.exec(reply.body)?.[1] ?? "");
    }
    assert.equal(made.size, 1000);
    const nobodys = /^(203\.0\.113|198\.51\.100|192\.0\.2|198\.19\.2[2-5]\d)\.\d+$/;
    assert.deepEqual(
      [...made].filter((one) => !nobodys.test(one)),
      [],
    );
    await refused(madeAddress(ec2).then(String), "AddressLimitExceeded");
  });

  it("is refused by the interface of an instance that starts, not by one that no instance has", async () => {
    const { ec2, clock } = simulated();
    const { allocationId } = await madeAddress(ec2);
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await launchedOn(ec2, id);
    await refused(associated(ec2, allocationId, id), "IncorrectInstanceState");
    clock.advance(LONG);
    await associated(ec2, allocationId, id);
  });

  it("can be had again after it was released, and nobody else's can", async () => {
    const { ec2 } = simulated();
    const { allocationId: AllocationId, publicIp: Address } = await madeAddress(ec2);
    await ec2.send(new ReleaseAddressCommand({ AllocationId }));
    const again = await ec2.send(new AllocateAddressCommand({ Address }));
    assert.equal(again.PublicIp, Address);
    assert.notEqual(again.AllocationId, AllocationId);
    await refused(ec2.send(new AllocateAddressCommand({ Address })), "InvalidAddress.NotFound", /cannot be recovered/);
  });

  it("belongs to an interface's private address, attached or not, and shows in all four places", async () => {
    const { ec2 } = simulated();
    const { allocationId, publicIp } = await madeAddress(ec2);
    const { NetworkInterfaceId: id, PrivateIpAddress } = await madeInterface(ec2);
    const associationId = await associated(ec2, allocationId, id);
    const free = await seenAddress(ec2, allocationId);
    assert.equal(free.NetworkInterfaceId, id);
    assert.equal(free.PrivateIpAddress, PrivateIpAddress);
    assert.equal(free.AssociationId, associationId);
    assert.ok(!free.InstanceId);

    const instance = await launchedOn(ec2, id);
    assert.equal((await seenAddress(ec2, allocationId)).InstanceId, instance.InstanceId);
    assert.equal(instance.PublicIpAddress, publicIp);
    const name = `ec2-${publicIp.replaceAll(".", "-")}.compute-1.amazonaws.com`;
    assert.equal(instance.PublicDnsName, name);
    const { Association } = await seenInterface(ec2, id);
    assert.deepEqual(
      [Association?.PublicIp, Association?.AllocationId, Association?.AssociationId, Association?.PublicDnsName],
      [publicIp, allocationId, associationId, name],
    );
  });

  it("stays on its interface over stop, start and terminate", async () => {
    const { ec2, clock } = simulated();
    const { allocationId, publicIp } = await madeAddress(ec2);
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const associationId = await associated(ec2, allocationId, id);
    const first = await launchedOn(ec2, id);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(first)] }));
    clock.advance(LONG);
    assert.equal((await seen(ec2, first)).PublicIpAddress, publicIp);
    await ec2.send(new StartInstancesCommand({ InstanceIds: [idOf(first)] }));
    clock.advance(LONG);
    await terminated(ec2, first);
    clock.advance(LONG);
    assert.equal((await seenAddress(ec2, allocationId)).AssociationId, associationId);
    assert.equal((await launchedOn(ec2, id)).PublicIpAddress, publicIp);
  });

  it("is not taken from its holder unless that is asked for", async () => {
    const { ec2 } = simulated();
    const { allocationId } = await madeAddress(ec2);
    const [one, two] = [await madeInterface(ec2), await madeInterface(ec2)];
    const associationId = await associated(ec2, allocationId, one.NetworkInterfaceId);
    assert.equal(await associated(ec2, allocationId, one.NetworkInterfaceId), associationId);
    await refused(associated(ec2, allocationId, two.NetworkInterfaceId), "Resource.AlreadyAssociated");
    const move = { AllocationId: allocationId, NetworkInterfaceId: two.NetworkInterfaceId, AllowReassociation: true };
    await ec2.send(new AssociateAddressCommand(move));
    assert.equal((await seenInterface(ec2, one.NetworkInterfaceId)).Association, undefined);
    assert.equal((await seenInterface(ec2, two.NetworkInterfaceId)).Association?.AllocationId, allocationId);
  });

  it("does not push another from its private address unless that is asked for", async () => {
    const { ec2 } = simulated();
    const [first, second] = [await madeAddress(ec2), await madeAddress(ec2)];
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await associated(ec2, first.allocationId, id);
    await refused(associated(ec2, second.allocationId, id), "Resource.AlreadyAssociated");
  });

  it("can be put on a secondary private address, and only on one that the interface has", async () => {
    const { ec2 } = simulated();
    const { allocationId, publicIp } = await madeAddress(ec2);
    const made = await madeInterface(ec2, { SecondaryPrivateIpAddressCount: 1 });
    const target = { AllocationId: allocationId, NetworkInterfaceId: made.NetworkInterfaceId };
    const secondary = made.PrivateIpAddresses?.[1]?.PrivateIpAddress;
    await refused(
      ec2.send(new AssociateAddressCommand({ ...target, PrivateIpAddress: "10.0.1.99" })),
      "InvalidParameterValue",
    );
    await ec2.send(new AssociateAddressCommand({ ...target, PrivateIpAddress: secondary }));
    const { PrivateIpAddresses, Association } = await seenInterface(ec2, made.NetworkInterfaceId);
    assert.equal(Association, undefined);
    assert.equal(PrivateIpAddresses?.[1]?.Association?.PublicIp, publicIp);
  });

  it("is released only after it was disassociated", async () => {
    const { ec2 } = simulated();
    const { allocationId } = await madeAddress(ec2);
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const AssociationId = await associated(ec2, allocationId, id);
    await refused(release(ec2, allocationId), "InvalidIPAddress.InUse");
    await ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await refused(ec2.send(new DisassociateAddressCommand({ AssociationId })), "InvalidAssociationID.NotFound");
    await release(ec2, allocationId);
    await refused(release(ec2, allocationId), "InvalidAllocationID.NotFound");
  });

  it("survives the deletion of its interface", async () => {
    const { ec2 } = simulated();
    const { allocationId } = await madeAddress(ec2);
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await associated(ec2, allocationId, id);
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
    assert.equal((await seenAddress(ec2, allocationId)).AssociationId, undefined);
  });

  it("that belongs to another account is denied, and not shown", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const foreign = WELL_KNOWN.foreignAllocationId;
    await refused(associated(ec2, foreign, id), "AuthFailure");
    await refused(release(ec2, foreign), "AuthFailure");
    await refused(seenAddress(ec2, foreign), "InvalidAllocationID.NotFound");
    assert.deepEqual((await ec2.send(new DescribeAddressesCommand({}))).Addresses, []);
  });

  it("is found by its address too, and an unknown one is an error", async () => {
    const { ec2 } = simulated();
    const { publicIp, allocationId } = await madeAddress(ec2);
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({ PublicIps: [publicIp] }));
    assert.equal(Addresses?.[0]?.AllocationId, allocationId);
    await refused(ec2.send(new DescribeAddressesCommand({ PublicIps: ["203.0.113.0"] })), "InvalidAddress.NotFound");
    await refused(seenAddress(ec2, "eipalloc-12"), "InvalidAllocationID.Malformed");
  });

  it("takes tags when it is allocated", async () => {
    const { ec2 } = simulated();
    const TagSpecifications = [{ ResourceType: "elastic-ip" as const, Tags: [{ Key: "Name", Value: "web" }] }];
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ TagSpecifications }));
    const found = await ec2.send(new DescribeAddressesCommand({ Filters: [{ Name: "tag:Name", Values: ["web"] }] }));
    assert.deepEqual(
      found.Addresses?.map((address) => address.AllocationId),
      [AllocationId],
    );
  });
});

describe("the changing public address", () => {
  const inDefaultSubnet = { SubnetId: WELL_KNOWN.defaultSubnets[0] };

  it("comes with a launch where the subnet says so, and goes with a stop", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, inDefaultSubnet);
    const first = instance.PublicIpAddress;
    assert.ok(first);
    assert.equal((await launched(ec2)).PublicIpAddress, undefined);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    assert.equal((await seen(ec2, instance)).PublicIpAddress, undefined);
    await ec2.send(new StartInstancesCommand({ InstanceIds: [idOf(instance)] }));
    const second = (await seen(ec2, instance)).PublicIpAddress;
    assert.ok(second);
    assert.notEqual(second, first);
  });

  it("gives way to an Elastic IP", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, inDefaultSubnet);
    clock.advance(LONG);
    const { allocationId, publicIp } = await madeAddress(ec2);
    await ec2.send(new AssociateAddressCommand({ AllocationId: allocationId, InstanceId: idOf(instance) }));
    assert.equal((await seen(ec2, instance)).PublicIpAddress, publicIp);
  });

  it("comes back some time after the Elastic IP was taken off", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, { SubnetId: WELL_KNOWN.defaultSubnets[0] });
    clock.advance(LONG);
    const networkInterfaceId = present(instance.NetworkInterfaces?.[0]?.NetworkInterfaceId);
    const { allocationId } = await madeAddress(ec2);
    const AssociationId = await associated(ec2, allocationId, networkInterfaceId);
    await ec2.send(new DisassociateAddressCommand({ AssociationId }));
    assert.equal((await seen(ec2, instance)).PublicIpAddress, undefined);
    clock.advance(LONG);
    assert.match(present((await seen(ec2, instance)).PublicIpAddress), /^198\./);
  });

  it("is not the launch's to decide for an interface that exists", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId: id, AssociatePublicIpAddress: true }];
    await refused(launched(ec2, { NetworkInterfaces }), "InvalidParameterCombination");
  });
});

describe("AssociateAddress by instance", () => {
  it("waits for the instance, unlike by interface", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2);
    const { allocationId } = await madeAddress(ec2);
    await refused(
      ec2.send(new AssociateAddressCommand({ AllocationId: allocationId, InstanceId: idOf(instance) })),
      "InvalidInstanceID",
      /pending instance/,
    );
  });
});
