import assert from "node:assert/strict";

import {
  AttachNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  DetachNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import {
  LONG,
  idOf,
  launched,
  launchedOn,
  madeInterface,
  present,
  refused,
  seen,
  seenInterface,
  terminated,
} from "./scenes";
import { simulated } from "./support";

async function statusOf(ec2: EC2Client, networkInterfaceId: string): Promise<string | undefined> {
  return (await seenInterface(ec2, networkInterfaceId)).Status;
}

describe("a network interface", () => {
  it("is available with its own address, MAC and name, in the subnet's default group", async () => {
    const { ec2 } = simulated();
    const made = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7", Description: "web" });
    assert.equal(made.Status, "pending");
    assert.equal(await statusOf(ec2, made.NetworkInterfaceId), "available");
    assert.equal(made.PrivateIpAddress, "10.0.1.7");
    assert.equal(made.PrivateDnsName, "ip-10-0-1-7.ec2.internal");
    assert.match(made.MacAddress ?? "", /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    assert.deepEqual(made.Groups, [{ GroupId: WELL_KNOWN.securityGroup, GroupName: "default" }]);
    assert.equal(made.AvailabilityZone, "us-east-1a");
    assert.equal(made.Attachment, undefined);
    assert.equal(made.Association, undefined);
  });

  it("has one holder: a second launch with it is refused, even in the same moment", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const launches = await Promise.allSettled(Array.from({ length: 8 }, () => launchedOn(ec2, id)));
    assert.equal(launches.filter(({ status }) => status === "fulfilled").length, 1);
    await refused(
      launchedOn(ec2, id),
      "InvalidNetworkInterface.InUse",
      new RegExp(`^Interface: \\[${id}\\] in use\\.$`),
      400,
    );
  });

  it("gives its addresses, MAC and groups to the instance that holds it", async () => {
    const { ec2 } = simulated();
    const made = await madeInterface(ec2, { Groups: [WELL_KNOWN.otherSecurityGroup] });
    const instance = await launchedOn(ec2, made.NetworkInterfaceId);
    assert.equal(instance.PrivateIpAddress, made.PrivateIpAddress);
    assert.equal(instance.NetworkInterfaces?.[0]?.MacAddress, made.MacAddress);
    assert.deepEqual(instance.SecurityGroups, [{ GroupId: WELL_KNOWN.otherSecurityGroup, GroupName: "demo" }]);
    assert.equal(instance.SubnetId, WELL_KNOWN.subnetA);
    assert.equal(instance.Placement?.AvailabilityZone, "us-east-1a");
  });

  it("is attaching at first, then attached, and not deleted on termination", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const instance = await launchedOn(ec2, id);
    const attaching = await seenInterface(ec2, id);
    assert.equal(attaching.Status, "in-use");
    assert.equal(attaching.Attachment?.Status, "attaching");
    assert.equal(attaching.Attachment.InstanceId, instance.InstanceId);
    assert.equal(attaching.Attachment.DeviceIndex, 0);
    assert.equal(attaching.Attachment.DeleteOnTermination, false);
    clock.advance(5_000);
    assert.equal((await seenInterface(ec2, id)).Attachment?.Status, "attached");
  });

  it("becomes free only when its instance has terminated, and then carries the next one", async () => {
    const { ec2, clock } = simulated();
    const made = await madeInterface(ec2);
    const first = await launchedOn(ec2, made.NetworkInterfaceId);
    clock.advance(LONG);
    await terminated(ec2, first);
    clock.advance(8_000);
    assert.equal((await seen(ec2, first)).State?.Name, "shutting-down");
    assert.equal(await statusOf(ec2, made.NetworkInterfaceId), "in-use");
    await refused(launchedOn(ec2, made.NetworkInterfaceId), "InvalidNetworkInterface.InUse");
    clock.advance(LONG);
    assert.equal(await statusOf(ec2, made.NetworkInterfaceId), "available");
    const second = await launchedOn(ec2, made.NetworkInterfaceId);
    assert.equal(second.PrivateIpAddress, made.PrivateIpAddress);
  });

  it("stays held by a stopped instance", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await launchedOn(ec2, id);
    clock.advance(LONG);
    await refused(ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })), "InvalidParameterValue");
    await refused(launchedOn(ec2, id), "InvalidNetworkInterface.InUse");
  });

  it("that a launch made goes when its instance has terminated", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    const attachment = present(instance.NetworkInterfaces?.[0]?.Attachment);
    assert.equal(attachment.DeleteOnTermination, true);
    await terminated(ec2, instance);
    clock.advance(LONG);
    assert.deepEqual((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces, []);
  });

  it("that was passed goes too once its attachment says so", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const instance = await launchedOn(ec2, id);
    const AttachmentId = (await seenInterface(ec2, id)).Attachment?.AttachmentId;
    const flip = { NetworkInterfaceId: id, Attachment: { AttachmentId, DeleteOnTermination: true } };
    await ec2.send(new ModifyNetworkInterfaceAttributeCommand(flip));
    await terminated(ec2, instance);
    clock.advance(LONG);
    await refused(seenInterface(ec2, id), "InvalidNetworkInterfaceID.NotFound", /The networkInterface ID 'eni-/);
  });

  it("is deleted only while nobody holds it", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await launchedOn(ec2, id);
    await refused(
      ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
      "InvalidParameterValue",
      /is currently in use/,
    );
    const free = await madeInterface(ec2);
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: free.NetworkInterfaceId }));
    await refused(seenInterface(ec2, free.NetworkInterfaceId), "InvalidNetworkInterfaceID.NotFound");
  });

  it("has attributes that change one at a time, and its instance shows them", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const instance = await launchedOn(ec2, id);
    const change = (input: object) =>
      ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: id, ...input }));
    await change({ Groups: [WELL_KNOWN.otherSecurityGroup] });
    await change({ SourceDestCheck: { Value: false } });
    await change({ Description: { Value: "nat" } });
    const shown = await seen(ec2, instance);
    assert.equal(shown.SecurityGroups?.[0]?.GroupId, WELL_KNOWN.otherSecurityGroup);
    assert.equal(shown.SourceDestCheck, false);
    assert.equal((await seenInterface(ec2, id)).Description, "nat");
    await refused(
      change({ SourceDestCheck: { Value: true }, Description: { Value: "x" } }),
      "InvalidParameterCombination",
    );
    await refused(change({ Groups: [WELL_KNOWN.defaultVpcSecurityGroup] }), "InvalidGroup.NotFound");
    await refused(
      change({ Attachment: { AttachmentId: "eni-attach-0aaaaaaaaaaaaaaaa", DeleteOnTermination: true } }),
      "InvalidAttachmentID.NotFound",
    );
  });

  it("needs a subnet and groups that exist", async () => {
    const { ec2 } = simulated();
    await refused(
      madeInterface(ec2, { SubnetId: "subnet-0aaaaaaaaaaaaaaaa" }),
      "InvalidSubnetID.NotFound",
      /^The subnet ID 'subnet-0aaaaaaaaaaaaaaaa' does not exist$/,
    );
    await refused(madeInterface(ec2, { SubnetId: "subnet-x" }), "InvalidSubnetID.Malformed");
    await refused(madeInterface(ec2, { Groups: ["sg-0aaaaaaaaaaaaaaaa"] }), "InvalidGroup.NotFound");
    await refused(madeInterface(ec2, { Groups: ["web"] }), "InvalidGroupId.Malformed");
  });
});

describe("attaching by hand", () => {
  it("adds a secondary interface, which can be detached again", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    clock.advance(LONG);
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const attach = { InstanceId: idOf(instance), NetworkInterfaceId: id, DeviceIndex: 1 };
    const { AttachmentId } = await ec2.send(new AttachNetworkInterfaceCommand(attach));
    assert.equal((await seen(ec2, instance)).NetworkInterfaces?.length, 2);
    clock.advance(LONG);
    await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
    assert.equal((await seenInterface(ec2, id)).Attachment?.Status, "detaching");
    clock.advance(LONG);
    assert.equal(await statusOf(ec2, id), "available");
    assert.equal((await seen(ec2, instance)).NetworkInterfaces?.length, 1);
  });

  it("leaves a hot-attached interface behind when the instance ends", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    clock.advance(LONG);
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await ec2.send(
      new AttachNetworkInterfaceCommand({ InstanceId: idOf(instance), NetworkInterfaceId: id, DeviceIndex: 1 }),
    );
    await terminated(ec2, instance);
    clock.advance(LONG);
    assert.equal(await statusOf(ec2, id), "available");
  });

  it("never takes the primary interface away", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    clock.advance(LONG);
    const AttachmentId = instance.NetworkInterfaces?.[0]?.Attachment?.AttachmentId;
    await refused(
      ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId, Force: true })),
      "OperationNotPermitted",
      /device index 0 cannot be detached/,
    );
  });

  it("is refused across zones, at a taken index, beyond the type's limit, and for what is held", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    clock.advance(LONG);
    const attach = (networkInterfaceId: string, index: number) =>
      ec2.send(
        new AttachNetworkInterfaceCommand({
          InstanceId: idOf(instance),
          NetworkInterfaceId: networkInterfaceId,
          DeviceIndex: index,
        }),
      );
    const elsewhere = await madeInterface(ec2, { SubnetId: WELL_KNOWN.subnetB });
    await refused(attach(elsewhere.NetworkInterfaceId, 1), "InvalidParameterCombination", /same availability zone/);
    const second = await madeInterface(ec2);
    await refused(attach(second.NetworkInterfaceId, 0), "InvalidParameterValue", /device index '0'/);
    await attach(second.NetworkInterfaceId, 1);
    await refused(attach(second.NetworkInterfaceId, 2), "AttachmentLimitExceeded");
    const other = await launched(ec2, { InstanceType: "t3.medium" });
    clock.advance(LONG);
    const held = { InstanceId: idOf(other), NetworkInterfaceId: second.NetworkInterfaceId, DeviceIndex: 1 };
    await refused(ec2.send(new AttachNetworkInterfaceCommand(held)), "InvalidNetworkInterface.InUse");
  });
});
