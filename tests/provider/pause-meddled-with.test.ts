/** A paused machine, or one that is to be paused, whose instance somebody starts, stops, ends or replaces. */
import assert from "node:assert/strict";
import {
  CreateTagsCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { said } from "./holder";
import { lastState, PAUSED, pausedOf } from "./paused";
import { program, type Stack } from "./support";
import { failureOf, later, settled, somebody, up } from "./world";
import { identityOf, type Machine, machineOf } from "./machine";

describe("a machine whose instance somebody", () => {
  it("starts while it is paused is stopped again", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    await owner.up(program({ elasticIp: true, ...PAUSED }));
    await somebody(owner).send(new StartInstancesCommand({ InstanceIds: [was.instance.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.equal(owner.outputs.state, "running");
    assert.deepEqual(owner.outputs.drift, ["its instance runs, and it is to be paused"]);
    assert.match(
      await said(owner, { elasticIp: true, ...PAUSED }),
      /^pauses i-\w+ \(its instance runs, and it is to be paused\), stops it/,
    );
    await owner.up(program({ elasticIp: true, ...PAUSED }));
    assert.equal(pausedOf(owner).instance?.state, "stopped");
    assert.deepEqual(pausedOf(owner).identity, identityOf(was));
    await settled(owner, { elasticIp: true, ...PAUSED });
  });

  it("stops is started again", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [was.instance.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.equal(owner.outputs.state, "paused");
    assert.match(await said(owner, { elasticIp: true }), /^changes in place \(its instance is stopped\); starts i-/);
    await owner.up(program({ elasticIp: true }));
    assert.equal(machineOf(owner).instance.instanceId, was.instance.instanceId);
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
    await settled(owner, { elasticIp: true });
  });

  it("ends is launched again", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [was.instance.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.equal(owner.outputs.state, "missing");
    assert.match(await said(owner, { elasticIp: true }), /^launches an instance \(it has no instance\); keeps eni-/);
    await owner.up(program({ elasticIp: true }));
    assert.notEqual(machineOf(owner).instance.instanceId, was.instance.instanceId);
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
    await settled(owner, { elasticIp: true });
  });

  it("ends while it is paused by stop has nothing to be done about it until it is resumed", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    await owner.up(program({ elasticIp: true, ...PAUSED }));
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [was.instance.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.equal(pausedOf(owner).instance, undefined);
    await settled(owner, { elasticIp: true, ...PAUSED });
    await owner.up(program({ elasticIp: true }));
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  describe("replaces by one of theirs on the same interface", () => {
    async function replaced(tags: Record<string, string>): Promise<{ owner: Stack; was: Machine; theirs: string }> {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      const ec2 = somebody(owner);
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [was.instance.instanceId] }));
      later(owner);
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: WELL_KNOWN.imageV1,
          InstanceType: "m7i.large",
          MinCount: 1,
          MaxCount: 1,
          NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: was.eni.networkInterfaceId }],
        }),
      );
      later(owner);
      const theirs = Instances[0]?.InstanceId ?? "";
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      if (Tags.length > 0) {
        await ec2.send(new CreateTagsCommand({ Resources: [theirs], Tags }));
      }
      return { owner, was, theirs };
    }

    it("says whose it is, and ends nothing that it did not launch", async () => {
      const { owner, was, theirs } = await replaced({});
      const failure = await failureOf(owner.up(program({ elasticIp: true, tags: { Team: "a" } })));
      assert.match(failure.message, new RegExp(`held by ${theirs}, which this managed instance did not launch`));
      assert.equal(lastState(owner, theirs), "running");
      await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [theirs] }));
      await owner.up(program({ elasticIp: true, tags: { Team: "a" } }));
      later(owner);
      assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
    });

    it("replaces what carries its id and was not launched by it", async () => {
      const { owner, was, theirs } = await replaced({ [TAG.id]: "" });
      await somebody(owner).send(
        new CreateTagsCommand({ Resources: [theirs], Tags: [{ Key: TAG.id, Value: owner.recorded?.id ?? "" }] }),
      );
      await owner.refresh();
      assert.equal(owner.outputs.instanceId, theirs);
      assert.deepEqual(owner.outputs.drift, ["its instance is not of the newest generation"]);
      assert.match(
        await said(owner, { elasticIp: true }),
        new RegExp(`^replaces ${theirs} \\(its instance is not of the newest generation\\), terminate-first,`),
      );
      await owner.up(program({ elasticIp: true }));
      assert.notEqual(machineOf(owner).instance.instanceId, theirs);
      assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
      await settled(owner, { elasticIp: true });
    });
  });
});
