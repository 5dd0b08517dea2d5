import assert from "node:assert/strict";
import {
  DeleteNetworkInterfaceCommand,
  DisassociateAddressCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { mended, terminateByHand } from "./mended";
import { program } from "./support";
import { asMadeBefore, failureOf, later, made, nothingIsLeft, somebody, up } from "./world";
import { identityOf, machineOf } from "./machine";

describe("read", () => {
  it("finds a machine as it is on record, with nothing to change", async () => {
    const inputs = { elasticIp: true, tags: { Team: "a" }, iamInstanceProfile: "demo", market: { lifecycle: "spot" } };
    const owner = await up(inputs);
    const { outputs } = owner;
    await owner.refresh();
    assert.deepEqual(owner.outputs, outputs);
    assert.equal(await owner.up(program(inputs)), "same");
    machineOf(owner);
  });

  it("marks the record of a machine that an older version made as ready, once", async () => {
    const owner = await up();
    await asMadeBefore(owner);
    owner.calls();
    await owner.refresh();
    assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
    assert.equal(machineOf(owner).template.tags[TAG.phase], "ready");
    await owner.refresh();
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("says that it may not mark the record, and goes on", async () => {
    const owner = await up();
    await asMadeBefore(owner);
    owner.simulator.faults.add({ action: "CreateTags", error: { code: "UnauthorizedOperation", status: 403 } });
    await owner.refresh();
    assert.ok(owner.lines.some((line) => line.includes("not marked as ready: CreateTags was denied")));
    machineOf(owner);
  });

  it("says gone only when nothing is left", async () => {
    const owner = await up({ elasticIp: true });
    owner.simulator.reset();
    const { id = "", outputs = {} } = owner.recorded ?? {};
    assert.deepEqual(await owner.handlers.read(id, outputs), { id: "", props: {} });
  });

  it("does not say gone while an interface, an Elastic IP or the record is left", async () => {
    const owner = await up();
    const was = machineOf(owner);
    await terminateByHand(somebody(owner), was, owner);
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: was.eni.networkInterfaceId }));
    await owner.refresh();
    assert.notEqual(owner.recorded, undefined);
    assert.deepEqual([owner.outputs.networkInterfaceId, owner.outputs.state], ["", "missing"]);
  });

  for (const code of ["UnauthorizedOperation", "ServiceUnavailable", "RequestLimitExceeded", "SomethingNew"]) {
    it(`fails on ${code}, and never takes it for gone`, async () => {
      const owner = await up();
      const { recorded } = owner;
      owner.simulator.faults.add({ action: "DescribeNetworkInterfaces", error: { code } });
      const failure = await failureOf(owner.refresh());
      assert.match(failure.message, new RegExp(`^could not read mi-\\w+: .*${code}`));
      assert.ok(!("id" in failure));
      assert.equal(failure.stack, "");
      assert.equal(owner.recorded, recorded);
    });
  }

  it("finds an instance that was terminated: the next up launches one on the same identity", async () => {
    const { was, now, found, owner } = await mended({ elasticIp: true }, terminateByHand);
    assert.deepEqual([found.instanceId, found.state, found.lifecycle], ["", "missing", ""]);
    assert.equal(found.networkInterfaceId, was.eni.networkInterfaceId);
    assert.equal(found.publicIp, was.eip?.publicIp);
    assert.deepEqual(identityOf(now), identityOf(was));
    assert.notEqual(now.instance.instanceId, was.instance.instanceId);
    assert.ok(owner.lines.some((line) => line.includes("launches an instance (it has no instance); keeps eni-")));
  });

  it("finds an instance that is just ending: the next up waits for the interface", async () => {
    const { was, now } = await mended({ elasticIp: true }, (ec2, { instance }) =>
      ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] })),
    );
    assert.deepEqual(identityOf(now), identityOf(was));
  });

  for (const wait of [true, false]) {
    it(`finds an instance that was ${wait ? "stopped" : "told to stop"}: the next up starts it`, async () => {
      const { was, now, found } = await mended({}, async (ec2, { instance }, owner) => {
        await ec2.send(new StopInstancesCommand({ InstanceIds: [instance.instanceId] }));
        if (wait) {
          later(owner);
        }
      });
      assert.equal(found.state, "paused");
      assert.equal(now.instance.instanceId, was.instance.instanceId);
    });
  }

  it("finds the Elastic IP taken off: the next up puts it back", async () => {
    const { was, now, found } = await mended({ elasticIp: true }, (ec2, { eip }) =>
      ec2.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId })),
    );
    assert.deepEqual(found.drift, ["its Elastic IP is not on its primary private IP"]);
    assert.equal(found.allocationId, was.eip?.allocationId);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.deepEqual(identityOf(now), identityOf(was));
  });

  for (const securityGroupIds of [undefined, [WELL_KNOWN.securityGroup]]) {
    it(`finds other security groups, ${securityGroupIds ? "where some" : "where none"} are wanted`, async () => {
      const { was, now, found } = await mended({ securityGroupIds }, (ec2, { eni }) =>
        ec2.send(
          new ModifyNetworkInterfaceAttributeCommand({
            NetworkInterfaceId: eni.networkInterfaceId,
            Groups: [WELL_KNOWN.otherSecurityGroup],
          }),
        ),
      );
      assert.deepEqual(found.securityGroupIds, [WELL_KNOWN.otherSecurityGroup]);
      assert.deepEqual(now.eni.groupIds, was.eni.groupIds);
      assert.equal(now.instance.instanceId, was.instance.instanceId);
    });
  }

  it("finds the source/destination check flipped", async () => {
    const { now, found } = await mended({ sourceDestCheck: false }, (ec2, { eni }) =>
      ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: eni.networkInterfaceId,
          SourceDestCheck: { Value: true },
        }),
      ),
    );
    assert.equal(found.sourceDestCheck, true);
    assert.equal(now.eni.sourceDestCheck, false);
  });

  it("finds what somebody changed again at each refresh, and still puts it right", async () => {
    const owner = await up();
    const { eni } = machineOf(owner);
    await somebody(owner).send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni.networkInterfaceId,
        SourceDestCheck: { Value: false },
      }),
    );
    await owner.refresh();
    await owner.refresh();
    assert.equal(await owner.up(program()), "update");
    assert.equal(machineOf(owner).eni.sourceDestCheck, true);
  });

  for (const privateIp of [undefined, "10.0.1.7"]) {
    it(`finds the interface deleted: the next up makes one on the same ${privateIp ? "given" : "picked"} address`, async () => {
      const { was, now, found, owner } = await mended({ elasticIp: true, privateIp }, async (ec2, machine, stack) => {
        await terminateByHand(ec2, machine, stack);
        await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: machine.eni.networkInterfaceId }));
      });
      assert.equal(found.networkInterfaceId, "");
      assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
      assert.equal(now.privateIp, was.privateIp);
      assert.equal(now.eip?.publicIp, was.eip?.publicIp);
      assert.ok(owner.lines.some((line) => line.includes("its network interface is gone")));
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  it("tells only what really differs: not the profile where only the metadata options do", async () => {
    const owner = await up({ iamInstanceProfile: "demo" });
    const InstanceId = machineOf(owner).instance.instanceId;
    await somebody(owner).send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens: "optional" }));
    await owner.refresh();
    assert.equal(owner.outputs.iamInstanceProfile, "demo");
  });

  it("launches again, however often the instances of one specification are ended", async () => {
    const owner = await up();
    const ids = new Set([owner.outputs.instanceId]);
    for (let round = 0; round < 7; round++) {
      await terminateByHand(somebody(owner), machineOf(owner), owner);
      await owner.refresh();
      await owner.up(program());
      ids.add(machineOf(owner).instance.instanceId);
    }
    assert.equal(ids.size, 8);
  });

  it("tells in a line what it found", async () => {
    const owner = await up();
    await terminateByHand(somebody(owner), machineOf(owner), owner);
    await owner.refresh();
    assert.ok(
      owner.lines.some((line) => /found that it has no instance .*the next `pulumi up` puts it right/.test(line)),
    );
  });

  it("changes nothing but the marking, whatever it finds", async () => {
    const owner = await up({ elasticIp: true });
    await owner.refresh();
    await terminateByHand(somebody(owner), machineOf(owner), owner);
    owner.calls();
    await owner.refresh();
    assert.deepEqual(owner.calls("mutating"), []);
    assert.equal(made(owner).instances.length, 0);
  });
});
