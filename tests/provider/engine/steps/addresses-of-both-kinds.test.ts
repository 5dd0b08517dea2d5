/** Secondary private IPs and IPv6 addresses of one machine: moves, counts, types and pauses. */
import assert from "node:assert/strict";
import { ModifySubnetAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { program } from "../../support";
import { failureOf, made, only, quick, settled, somebody, up } from "../../world";
import { machineOf, sameInstance } from "../../machine";
import { IPV6, refound, SECONDARY } from "./address-kinds";

describe("addresses of both kinds", () => {
  it("are new ones in another subnet, as many as were asked for", async () => {
    const counted = { secondaryPrivateIpCount: 2, instanceType: "m6i.large" };
    const owner = await up({ ...counted, subnetId: WELL_KNOWN.subnetA, elasticIp: true });
    const was = machineOf(owner);
    await owner.up(program({ ...counted, subnetId: WELL_KNOWN.subnetB, elasticIp: true }));
    const now = machineOf(owner);
    const held = SECONDARY.on(now.eni);
    assert.equal(held.length, 2);
    assert.ok(held.every((it) => it.startsWith("10.0.2.")));
    assert.equal(now.eip?.allocationId, was.eip?.allocationId);
    await settled(owner, { ...counted, subnetId: WELL_KNOWN.subnetB, elasticIp: true });
  });

  it("named for another subnet are those of the program there", async () => {
    const owner = await up({ secondaryPrivateIps: ["10.0.1.20"] });
    const { subnetId, b } = IPV6;
    const wanted = { subnetId, secondaryPrivateIps: ["10.0.6.20"], ipv6Addresses: [b] };
    await owner.up(program(wanted));
    const { eni } = machineOf(owner);
    assert.deepEqual([SECONDARY.on(eni), eni.ipv6Addresses], [["10.0.6.20"], [b]]);
    await settled(owner, wanted);
  });

  it("may be written as IPv6 likes, and are one address", async () => {
    const owner = await up({ subnetId: IPV6.subnetId, ipv6Addresses: ["2001:DB8:6:0600:0::20"] });
    assert.deepEqual(machineOf(owner).eni.ipv6Addresses, [IPV6.a]);
    await settled(owner, { subnetId: IPV6.subnetId, ipv6Addresses: [IPV6.a] });
  });

  it("that the subnet gives by itself stay where none are declared, and go where none are wanted", async () => {
    const owner = quick();
    const SubnetId = IPV6.subnetId;
    const given = new ModifySubnetAttributeCommand({ SubnetId, AssignIpv6AddressOnCreation: { Value: true } });
    await somebody(owner).send(given);
    await owner.up(program({ subnetId: SubnetId }));
    assert.equal(machineOf(owner).eni.ipv6Addresses.length, 1);
    await settled(owner, { subnetId: SubnetId });
    await owner.up(program({ subnetId: SubnetId, ipv6AddressCount: 0 }));
    assert.deepEqual(machineOf(owner).eni.ipv6Addresses, []);
    const none = quick({ on: owner });
    await none.up({ ...program({ subnetId: SubnetId, ipv6AddressCount: 0 }), resourceUrn: "urn::other" });
    assert.deepEqual(none.outputs.ipv6Addresses, []);
  });

  it("that a new type does not take are counted before anything is ended, those that still have to move too", async () => {
    const owner = await up({ secondaryPrivateIps: ["10.0.1.20", "10.0.1.21"] });
    const was = machineOf(owner);
    const tooSmall = { secondaryPrivateIps: ["10.0.1.20", "10.0.1.21"], instanceType: "t3.micro" };
    for (const inputs of [tooSmall, { ...tooSmall, privateIp: "10.0.1.99" }]) {
      const failure = await failureOf(owner.unseen(inputs));
      assert.match(failure.message, /t3\.micro \(instanceType\) takes 2 private IPv4 addresses .* would have 3/);
      const { instance, eni } = refound(owner, was);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      assert.deepEqual(SECONDARY.on(eni), ["10.0.1.20", "10.0.1.21"]);
    }
  });

  it("that the type does not take are refused in a sentence, and what is held stays", async () => {
    const owner = await up({ instanceType: "t3.micro", secondaryPrivateIps: ["10.0.1.20"] });
    const was = machineOf(owner);
    const tooMany = { instanceType: "t3.micro", secondaryPrivateIpCount: 2 };
    assert.match((await failureOf(owner.up(program(tooMany)))).message, /t3\.micro takes 2 private IPv4 addresses/);
    assert.match(
      (await failureOf(owner.unseen(tooMany))).message,
      /could not put 1 more private IPs on eni-\w+: Number of private addresses will exceed/,
    );
    await owner.up(program({ instanceType: "t3.micro", secondaryPrivateIps: ["10.0.1.21"] }));
    const now = machineOf(owner);
    sameInstance(was, now);
    assert.deepEqual(SECONDARY.on(now.eni), ["10.0.1.21"], "one makes room for another");
  });

  for (const [title, inputs] of [
    ["named", { secondaryPrivateIps: ["10.0.1.20"] }],
    ["counted", { secondaryPrivateIpCount: 1 }],
    ["nobody's", {}],
  ] as const) {
    it(`cannot become the primary one, ${title} ones: preview says so, and by two updates they can`, async () => {
      const owner = await up(inputs);
      const was = machineOf(owner);
      if (title === "nobody's") {
        const ec2 = somebody(owner);
        await SECONDARY.assign(ec2, was.eni, "10.0.1.20");
      }
      const address = only(SECONDARY.on(only(made(owner).networkInterfaces)));
      owner.calls();
      const { failures } = await owner.preview(program({ privateIp: address }));
      const { property, reason } = only(failures);
      assert.equal(property, "privateIp");
      assert.match(reason, new RegExp(`^privateIp: "${address}" is a secondary private IP of this machine, and its`));
      assert.deepEqual(owner.calls("mutating"), []);
      await owner.up(program({ secondaryPrivateIps: [] }));
      if (title === "nobody's") {
        await SECONDARY.unassign(somebody(owner), was.eni, address);
      }
      await owner.up(program({ privateIp: address }));
      assert.equal(machineOf(owner).privateIp, address);
      await settled(owner, { privateIp: address });
    });
  }

  it("stay while the machine is paused either way", async () => {
    for (const pauseBehavior of ["stop", "terminate"]) {
      const inputs = { ...IPV6, pauseBehavior };
      const wanted = {
        subnetId: inputs.subnetId,
        pauseBehavior,
        secondaryPrivateIpCount: 1,
        ipv6Addresses: [IPV6.a],
      };
      const owner = await up(wanted);
      const was = machineOf(owner);
      await owner.up(program({ ...wanted, desiredState: "paused" }));
      assert.deepEqual(only(made(owner).networkInterfaces).privateAddresses, was.eni.privateAddresses);
      assert.deepEqual(owner.outputs.ipv6Addresses, [IPV6.a]);
      await owner.up(program(wanted));
      assert.deepEqual(machineOf(owner).eni.privateAddresses, was.eni.privateAddresses);
    }
  });
});
