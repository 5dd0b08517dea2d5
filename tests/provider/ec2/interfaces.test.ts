import assert from "node:assert/strict";
import { ModifySubnetAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../local/ec2";
import { interfaceOf } from "../../../provider/ec2/interfaces";
import { cutting } from "../interruptions";
import { LONG, TAGS, account, codeOf, launchRequest, madeInterface, running, seen, seenInterface } from "./account";

const DUAL = { subnetId: WELL_KNOWN.dualStackSubnet };
const FIXED6 = ["2001:db8:6:600::7", "2001:db8:6:600::8"];

describe("the EC2 client makes an interface", () => {
  it("with the group, the primary address, the description and the tags that are asked for", async () => {
    const { ec2 } = account();
    const securityGroupIds = [WELL_KNOWN.otherSecurityGroup];
    const { id } = await madeInterface(ec2, { privateIp: "10.0.1.7", securityGroupIds, description: "web" });
    const eni = await seenInterface(ec2, id);
    assert.deepEqual([eni.privateIp, eni.secondaryPrivateIps, eni.ipv6Addresses], ["10.0.1.7", [], []]);
    assert.deepEqual([eni.description, eni.tags, eni.requesterManaged], ["web", TAGS, false]);
    assert.deepEqual(
      [eni.subnetId, eni.vpcId, eni.availabilityZone, eni.privateDnsName],
      [WELL_KNOWN.subnetA, WELL_KNOWN.vpcId, "us-east-1a", "ip-10-0-1-7.ec2.internal"],
    );
    assert.match(eni.macAddress, /^0a(:[0-9a-f]{2}){5}$/);
    assert.deepEqual(
      eni.securityGroups.map((it) => it.id),
      securityGroupIds,
    );
  });

  it("with further addresses, beside a primary one that is given or not", async () => {
    const { ec2 } = account();
    const addresses = ["10.0.1.20", "10.0.1.21"];
    const secondaryPrivateIps = { addresses };
    const given = await madeInterface(ec2, { privateIp: "10.0.1.7", secondaryPrivateIps });
    assert.deepEqual([given.privateIp, given.secondaryPrivateIps], ["10.0.1.7", addresses]);
    await ec2.deleteNetworkInterface(given.id);
    const random = await madeInterface(ec2, { secondaryPrivateIps });
    assert.ok(!addresses.includes(random.privateIp));
    assert.deepEqual((await seenInterface(ec2, random.id)).secondaryPrivateIps, addresses);
  });

  it("with none where an empty list is asked for", async () => {
    const { ec2 } = account();
    const eni = await madeInterface(ec2, { privateIp: "10.0.1.7", secondaryPrivateIps: { addresses: [] } });
    assert.deepEqual([eni.privateIp, eni.secondaryPrivateIps], ["10.0.1.7", []]);
  });

  it("with a number of further addresses", async () => {
    const { ec2 } = account();
    const eni = await madeInterface(ec2, { privateIp: "10.0.1.7", secondaryPrivateIps: { count: 3 } });
    assert.deepEqual([eni.privateIp, eni.secondaryPrivateIps.length], ["10.0.1.7", 3]);
  });

  it("with IPv6 addresses, or a number of them", async () => {
    const { ec2 } = account();
    const given = await madeInterface(ec2, { ...DUAL, ipv6Addresses: { addresses: FIXED6 } });
    assert.deepEqual((await seenInterface(ec2, given.id)).ipv6Addresses, FIXED6);
    const counted = await madeInterface(ec2, { ...DUAL, ipv6Addresses: { count: 2 } });
    assert.equal(counted.ipv6Addresses.length, 2);
  });

  it("without IPv6 where none is asked for, although the subnet gives an address to each", async () => {
    const { ec2, somebody } = account();
    const AssignIpv6AddressOnCreation = { Value: true };
    await somebody.send(new ModifySubnetAttributeCommand({ SubnetId: DUAL.subnetId, AssignIpv6AddressOnCreation }));
    const count = async (ipv6Addresses?: { count: number } | { addresses: string[] }) =>
      (await madeInterface(ec2, { ...DUAL, ipv6Addresses })).ipv6Addresses.length;
    assert.deepEqual([await count(), await count({ count: 0 }), await count({ addresses: [] })], [1, 0, 0]);
  });

  it("once for one token", async () => {
    const { ec2, simulator } = account(cutting("CreateNetworkInterface", "after"));
    await madeInterface(ec2, { secondaryPrivateIps: { count: 1 } });
    assert.equal(Object.keys(simulator.snapshot().networkInterfaces).length, 1);
  });
});

describe("the EC2 client changes addresses", () => {
  it("by assigning and taking away those named", async () => {
    const { ec2 } = account();
    const { id } = await madeInterface(ec2, DUAL);
    const addresses = ["10.0.6.20", "10.0.6.21"];
    assert.deepEqual(await ec2.assignPrivateIps(id, { addresses }), addresses);
    assert.deepEqual(await ec2.assignIpv6Addresses(id, { addresses: FIXED6 }), FIXED6);
    let eni = await seenInterface(ec2, id);
    assert.deepEqual([eni.secondaryPrivateIps, eni.ipv6Addresses], [addresses, FIXED6]);
    await ec2.unassignPrivateIps(id, ["10.0.6.20"]);
    await ec2.unassignIpv6Addresses(id, FIXED6.slice(0, 1));
    eni = await seenInterface(ec2, id);
    assert.deepEqual([eni.secondaryPrivateIps, eni.ipv6Addresses], [["10.0.6.21"], FIXED6.slice(1)]);
  });

  it("by assigning a number of them", async () => {
    const { ec2 } = account();
    const { id } = await madeInterface(ec2, DUAL);
    const [assigned, assigned6] = [
      await ec2.assignPrivateIps(id, { count: 2 }),
      await ec2.assignIpv6Addresses(id, { count: 3 }),
    ];
    assert.deepEqual([assigned.length, assigned6.length], [2, 3]);
    const eni = await seenInterface(ec2, id);
    assert.deepEqual([eni.secondaryPrivateIps, eni.ipv6Addresses], [assigned, assigned6]);
  });

  it("and takes one from another interface only where it may", async () => {
    const { ec2 } = account();
    const holder = await madeInterface(ec2, { ...DUAL, secondaryPrivateIps: { addresses: ["10.0.6.20"] } });
    const { id } = await madeInterface(ec2, DUAL);
    assert.equal(await codeOf(ec2.assignPrivateIps(id, { addresses: ["10.0.6.20"] })), "InvalidParameterValue");
    assert.deepEqual((await seenInterface(ec2, holder.id)).secondaryPrivateIps, ["10.0.6.20"]);
    assert.deepEqual(await ec2.assignPrivateIps(id, { addresses: ["10.0.6.20"] }, true), ["10.0.6.20"]);
    assert.deepEqual((await seenInterface(ec2, holder.id)).secondaryPrivateIps, []);
  });

  for (const [action, method, held] of [
    ["AssignPrivateIpAddresses", "assignPrivateIps", "secondaryPrivateIps"],
    ["AssignIpv6Addresses", "assignIpv6Addresses", "ipv6Addresses"],
  ] as const) {
    it(`and does not repeat a ${action} by number of which the reply was lost`, async () => {
      const { ec2 } = account(cutting(action, "after"));
      const { id } = await madeInterface(ec2, DUAL);
      assert.equal(await codeOf(ec2[method](id, { count: 1 })), "ECONNRESET");
      assert.equal((await seenInterface(ec2, id))[held].length, 1);
    });

    it(`and repeats a ${action} by name that was lost on the way`, async () => {
      const { ec2 } = account(cutting(action, "before"));
      const { id } = await madeInterface(ec2, DUAL);
      const addresses = method === "assignPrivateIps" ? ["10.0.6.20"] : FIXED6;
      await ec2[method](id, { addresses });
      assert.deepEqual((await seenInterface(ec2, id))[held], addresses);
    });
  }

  it("and is told where the type holds no more", async () => {
    const owner = account();
    const { networkInterfaceId = "" } = await running(owner);
    assert.equal(
      await codeOf(owner.ec2.assignPrivateIps(networkInterfaceId, { count: 10 })),
      "PrivateIpAddressLimitExceeded",
    );
  });
});

describe("the EC2 client changes an interface", () => {
  it("in its groups and its source/destination check", async () => {
    const { ec2 } = account();
    const { id } = await madeInterface(ec2);
    await ec2.setSecurityGroups(id, [WELL_KNOWN.otherSecurityGroup]);
    await ec2.setSourceDestCheck(id, false);
    const eni = await seenInterface(ec2, id);
    assert.deepEqual(eni.securityGroups, [{ id: WELL_KNOWN.otherSecurityGroup, name: "demo" }]);
    assert.equal(eni.sourceDestCheck, false);
  });
});

describe("the EC2 client attaches an interface", () => {
  it("at an index, and takes it off again", async () => {
    const owner = account();
    const { ec2, clock } = owner;
    const instance = await running(owner);
    const { id } = await madeInterface(ec2);
    await ec2.attachNetworkInterface(id, instance.id, 2);
    const { attachment } = await seenInterface(ec2, id);
    assert.deepEqual(
      [attachment?.instanceId, attachment?.deviceIndex, attachment?.deleteOnTermination],
      [instance.id, 2, false],
    );
    clock.advance(LONG);
    await ec2.detachNetworkInterface(attachment?.id ?? "");
    assert.equal((await seenInterface(ec2, id)).status, "in-use");
    clock.advance(LONG);
    const free = await seenInterface(ec2, id);
    assert.deepEqual([free.status, free.attachment], ["available", undefined]);
    assert.deepEqual((await seen(ec2, instance.id)).secondaryNetworkInterfaceIds, []);
  });

  it("and has it outlive an instance that would take it along", async () => {
    const { ec2, clock } = account();
    const { id, networkInterfaceId = "" } = await ec2.runInstance(await launchRequest(ec2));
    const { attachment } = await seenInterface(ec2, networkInterfaceId);
    assert.equal(attachment?.deleteOnTermination, true);
    await ec2.keepOnTermination(networkInterfaceId, attachment.id);
    await ec2.terminateInstance(id, true);
    clock.advance(LONG);
    assert.equal((await seenInterface(ec2, networkInterfaceId)).status, "available");
  });

  it("and says whether what is launched on it gets a changing public address", async () => {
    const { ec2, clock } = account();
    const { id } = await madeInterface(ec2);
    for (const enabled of [true, false]) {
      await ec2.setPublicIpAssignment(id, enabled);
      const launched = await ec2.runInstance(await launchRequest(ec2, { network: { networkInterfaceId: id } }));
      assert.equal((await seen(ec2, launched.id)).publicIp !== undefined, enabled);
      await ec2.terminateInstance(launched.id, true);
      clock.advance(LONG);
    }
  });
});

describe("an interface as EC2 sends it", () => {
  it("is an AWS service's own where EC2 says so, and has no attachment that has ended", () => {
    const eni = { NetworkInterfaceId: "eni-1", PrivateIpAddress: "10.0.0.1" };
    assert.equal(interfaceOf({ ...eni, RequesterManaged: true }).requesterManaged, true);
    const Attachment = { AttachmentId: "eni-attach-1", Status: "detached" as const };
    assert.equal(interfaceOf({ ...eni, Attachment }).attachment, undefined);
    assert.equal(interfaceOf({ ...eni, Attachment: { AttachmentId: "a" } }).attachment?.deviceIndex, 0);
  });
});
