/** `desiredState` and `pauseBehavior`: the identity stays while there is no running instance behind it. */
import assert from "node:assert/strict";
import {
  CreateTagsCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { said } from "./holder";
import { killedAfter, killedUp, updatedAtEveryCall } from "./kills";
import { program, type Stack } from "./support";
import {
  failureOf,
  identityOf,
  later,
  type Machine,
  machineOf,
  made,
  nothingIsLeft,
  only,
  quick,
  settled,
  somebody,
  up,
} from "./world";

const PAUSED = { desiredState: "paused" };
const ENDED = { desiredState: "paused", pauseBehavior: "terminate" };
const SPOT = { market: { lifecycle: "spot" } };

/** The interface, its address and the Elastic IP, of a machine that is paused; the stack has the same on record. */
function pausedOf(owner: Stack): Made & { identity: unknown } {
  const world = made(owner);
  const template = only(world.templates, "launch template");
  const eni = only(world.networkInterfaces, "network interface");
  const eip = world.elasticIps.find((it) => it.networkInterfaceId === eni.networkInterfaceId);
  const privateIp = eni.privateAddresses.find((it) => it.primary)?.address ?? "";
  const [instance, ...others] = world.instances;
  assert.deepEqual(others, []);
  assert.deepEqual(world.spotRequests, []);
  assert.equal(owner.recorded?.failed, false);
  const { networkInterfaceId, macAddress } = eni;
  const { publicIp = "", allocationId = "" } = eip ?? {};
  const { instanceId = "", instanceType = "" } = instance ?? {};
  const lifecycle = instance === undefined ? "" : "on-demand";
  const addresses = { networkInterfaceId, macAddress, privateIp, publicIp, allocationId };
  for (const [name, value] of Object.entries({
    ...addresses,
    ...{ instanceId, lifecycle, launchedInstanceType: instanceType, state: "paused" },
  })) {
    assert.equal(owner.outputs[name], value, name);
  }
  return { instance, identity: identityOf({ template, eni, eip, privateIp } as Machine) };
}

interface Made {
  instance: Machine["instance"] | undefined;
}

function lastState(owner: Stack, id: unknown): string | undefined {
  return owner.simulator.snapshot().instances[String(id)]?.state;
}

describe("desiredState: paused", () => {
  it("stops an on-demand instance, and starts the same one on the same addresses again", async () => {
    const base = { elasticIp: true };
    const owner = await up(base);
    const was = machineOf(owner);
    const id = was.instance.instanceId;
    assert.match(
      await said(owner, { ...base, ...PAUSED }),
      new RegExp(`^pauses ${id} \\(desiredState\\), stops it; keeps eni-`),
    );
    assert.equal(await owner.up(program({ ...base, ...PAUSED })), "update");
    const paused = pausedOf(owner);
    assert.deepEqual(paused.identity, identityOf(was));
    assert.deepEqual([paused.instance?.instanceId, paused.instance?.state], [id, "stopped"]);
    await settled(owner, { ...base, ...PAUSED });
    assert.match(await said(owner, base), new RegExp(`^changes in place \\(desiredState\\); starts ${id}; keeps eni-`));
    await owner.up(program(base));
    const now = machineOf(owner);
    assert.equal(now.instance.instanceId, id);
    assert.deepEqual(identityOf(now), identityOf(was));
    await settled(owner, base);
  });

  for (const [what, market, pauseBehavior] of [
    ["a spot instance", SPOT, undefined],
    ["an on-demand instance that is told so", {}, "terminate"],
  ] as const) {
    it(`ends ${what}, and launches another on the same addresses`, async () => {
      const base = { elasticIp: true, ...market, ...(pauseBehavior === undefined ? {} : { pauseBehavior }) };
      const owner = await up(base);
      const was = machineOf(owner);
      const id = was.instance.instanceId;
      assert.match(
        await said(owner, { ...base, ...PAUSED }),
        new RegExp(`^pauses ${id} \\(desiredState\\), ends it; keeps eni-`),
      );
      await owner.up(program({ ...base, ...PAUSED }));
      const paused = pausedOf(owner);
      assert.equal(paused.instance, undefined);
      assert.deepEqual(paused.identity, identityOf(was));
      await settled(owner, { ...base, ...PAUSED });
      assert.match(await said(owner, base), /^launches an instance \(desiredState\); keeps eni-/);
      await owner.up(program(base));
      const now = machineOf(owner);
      assert.notEqual(now.instance.instanceId, id);
      assert.deepEqual(identityOf(now), identityOf(was));
      await settled(owner, base);
    });
  }

  it("makes the identity and no instance where it is so from the beginning, and launches on it later", async () => {
    const base = { elasticIp: true };
    const owner = quick();
    assert.match(await said(owner, { ...base, ...PAUSED }), /launches nothing while it is paused$/);
    await owner.up(program({ ...base, ...PAUSED }));
    const paused = pausedOf(owner);
    assert.equal(paused.instance, undefined);
    assert.ok(!owner.calls().includes("RunInstances"));
    await settled(owner, { ...base, ...PAUSED });
    await owner.up(program(base));
    assert.deepEqual(identityOf(machineOf(owner)), paused.identity);
    await settled(owner, base);
  });

  it("ends the on-demand instance that was launched for want of spot capacity", async () => {
    const owner = quick();
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    await owner.up(program(SPOT));
    const was = machineOf(owner);
    assert.equal(owner.outputs.lifecycle, "on-demand");
    await owner.up(program({ ...SPOT, ...PAUSED }));
    const paused = pausedOf(owner);
    assert.equal(paused.instance, undefined);
    assert.deepEqual(paused.identity, identityOf(was));
    owner.simulator.capacity.clear("m7i.large", "us-east-1a", "spot");
    await owner.up(program(SPOT));
    assert.equal(machineOf(owner).instance.spotRequestId === undefined, false);
  });

  it("ends a spot instance although on-demand ones are stopped, when both change at once", async () => {
    const owner = await up(SPOT);
    const { instanceId } = owner.outputs;
    assert.match(await said(owner, PAUSED), new RegExp(`^pauses ${String(instanceId)} .*, ends it;`));
    await owner.up(program(PAUSED));
    assert.equal(pausedOf(owner).instance, undefined);
    await settled(owner, PAUSED);
  });

  for (const pauseBehavior of ["stop", "terminate"]) {
    it(`takes hold of an instance that is still starting (${pauseBehavior})`, async () => {
      const account = quick();
      await killedUp(account, killedAfter("RunInstances"), program());
      const id = only(made(account).instances).instanceId;
      assert.equal(only(made(account).instances).state, "pending");
      // Its status checks are of no interest any more.
      account.simulator.impairNextBoot();
      const owner = quick({ on: account });
      await owner.up(program({ ...PAUSED, pauseBehavior, replacement: { waitFor: "status-ok" } }));
      const { instance } = pausedOf(owner);
      assert.equal(instance?.instanceId, pauseBehavior === "stop" ? id : undefined);
      await owner.up(program({ pauseBehavior }));
      machineOf(owner);
    });
  }

  describe("with pauseBehavior changed while it is paused", () => {
    it("ends the stopped instance for terminate", async () => {
      const owner = await up();
      await owner.up(program(PAUSED));
      const { identity, instance } = pausedOf(owner);
      const id = instance?.instanceId;
      assert.match(await said(owner, ENDED), new RegExp(`^pauses ${String(id)} \\(pauseBehavior\\), ends it;`));
      await owner.up(program(ENDED));
      later(owner);
      assert.equal(pausedOf(owner).instance, undefined);
      assert.deepEqual(pausedOf(owner).identity, identity);
      await settled(owner, ENDED);
    });

    it("does nothing for stop, where there is nothing to stop", async () => {
      const owner = await up();
      await owner.up(program(ENDED));
      owner.calls();
      assert.match(await said(owner, PAUSED), /^changes in place \(pauseBehavior\); stays paused;/);
      await owner.up(program(PAUSED));
      // The record says so, for who resumes it without Pulumi's state.
      assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
      assert.equal(pausedOf(owner).instance, undefined);
      await settled(owner, PAUSED);
    });
  });

  describe("with other changes at once, or while it is paused", () => {
    for (const when of ["at once", "while it is paused"] as const) {
      it(`keeps the stopped instance of the old image (${when}), and replaces it when it is resumed`, async () => {
        const owner = await up({ elasticIp: true });
        const was = machineOf(owner);
        const id = was.instance.instanceId;
        const wanted = { elasticIp: true, imageId: WELL_KNOWN.imageV2 };
        if (when === "while it is paused") {
          await owner.up(program({ elasticIp: true, ...PAUSED }));
          assert.match(await said(owner, { ...wanted, ...PAUSED }), /^changes in place \(imageId\); stays paused;/);
        }
        await owner.up(program({ ...wanted, ...PAUSED }));
        const { instance } = pausedOf(owner);
        assert.deepEqual([instance?.instanceId, instance?.state], [id, "stopped"]);
        await settled(owner, { ...wanted, ...PAUSED });
        assert.match(
          await said(owner, wanted),
          new RegExp(
            `^replaces ${id} \\(desiredState; what changed while it was paused\\), terminate-first, about 19 s until it runs;`,
          ),
        );
        const shown = (await owner.preview(program(wanted))).inputs;
        assert.equal(shown.instanceId, undefined);
        assert.equal(shown.privateIp, was.privateIp);
        await owner.up(program(wanted));
        const now = machineOf(owner);
        assert.notEqual(now.instance.instanceId, id);
        assert.equal(now.instance.imageId, WELL_KNOWN.imageV2);
        assert.deepEqual(identityOf(now), identityOf(was));
        await settled(owner, wanted);
      });
    }

    it("starts the stopped instance after all, when the change is taken back before it is resumed", async () => {
      const owner = await up();
      const { instanceId } = owner.outputs;
      await owner.up(program({ ...PAUSED, imageId: WELL_KNOWN.imageV2 }));
      await owner.up(program(PAUSED));
      assert.match(await said(owner, {}), new RegExp(`; starts ${String(instanceId)};`));
      await owner.up(program());
      assert.equal(machineOf(owner).instance.instanceId, instanceId);
    });

    it("changes the type of the stopped instance when it is resumed, where the strategy can", async () => {
      const replacement = { strategy: "auto" };
      const owner = await up({ replacement });
      const { instanceId } = owner.outputs;
      await owner.up(program({ replacement, ...PAUSED }));
      await owner.up(program({ replacement, ...PAUSED, instanceType: "m6i.large" }));
      const wanted = { replacement, instanceType: "m6i.large" };
      assert.match(
        await said(owner, wanted),
        new RegExp(`^changes ${String(instanceId)} \\(desiredState; .*\\), stop-start,`),
      );
      await owner.up(program(wanted));
      assert.deepEqual([owner.outputs.instanceId, machineOf(owner).instance.instanceType], [instanceId, "m6i.large"]);
    });

    for (const paused of [PAUSED, ENDED]) {
      const how = "pauseBehavior" in paused ? "ended" : "stopped";
      it(`launches the recycled one when it is resumed (${how})`, async () => {
        const owner = await up();
        const was = machineOf(owner);
        await owner.up(program(paused));
        await owner.up(program({ ...paused, recycleTriggers: { at: "1" } }));
        assert.equal(pausedOf(owner).instance?.instanceId, how === "stopped" ? was.instance.instanceId : undefined);
        await settled(owner, { ...paused, recycleTriggers: { at: "1" } });
        await owner.up(program({ recycleTriggers: { at: "1" } }));
        const now = machineOf(owner);
        assert.notEqual(now.instance.instanceId, was.instance.instanceId);
        assert.deepEqual(identityOf(now), identityOf(was));
      });

      it(`changes tags, groups, the Elastic IP and secondary addresses in place (${how})`, async () => {
        const owner = await up();
        const { instanceId } = owner.outputs;
        const wanted = {
          tags: { Team: "a" },
          elasticIp: true,
          securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
          sourceDestCheck: false,
          secondaryPrivateIps: ["10.0.1.70"],
        };
        await owner.up(program(paused));
        await owner.up(program({ ...paused, ...wanted }));
        const { instance } = pausedOf(owner);
        const eni = only(made(owner).networkInterfaces);
        assert.deepEqual(
          [eni.tags.Team, eni.groupIds, eni.sourceDestCheck, eni.privateAddresses.map((it) => it.address).slice(1)],
          ["a", [WELL_KNOWN.otherSecurityGroup], false, ["10.0.1.70"]],
        );
        assert.equal(instance?.tags.Team, how === "stopped" ? "a" : undefined);
        await settled(owner, { ...paused, ...wanted });
        await owner.up(program({ ...paused }));
        const cleared = only(made(owner).networkInterfaces);
        assert.deepEqual(
          [cleared.tags.Team, cleared.groupIds, cleared.sourceDestCheck, cleared.privateAddresses.length],
          [undefined, [WELL_KNOWN.securityGroup], true, 1],
        );
        assert.deepEqual(made(owner).elasticIps, []);
        await owner.up(program({ ...wanted, secondaryPrivateIps: [] }));
        const now = machineOf(owner);
        assert.equal(now.instance.instanceId === instanceId, how === "stopped");
        assert.equal(now.instance.tags.Team, "a");
      });

      it(`moves to another subnet (${how}), and resumes there with the same Elastic IP`, async () => {
        const base = { elasticIp: true, instanceType: "t3.micro" };
        const owner = await up(base);
        const was = machineOf(owner);
        await owner.up(program({ ...base, ...paused }));
        const wanted = { ...base, subnetId: WELL_KNOWN.subnetB };
        const kept = was.eip?.publicIp ?? "";
        const told = await said(owner, { ...wanted, ...paused });
        assert.ok(told.includes(`keeps ${kept}; gives up ${was.eni.networkInterfaceId}, ${was.privateIp}`), told);
        assert.equal(told.includes(", ends it;"), how === "stopped");
        await owner.up(program({ ...wanted, ...paused }));
        const moved = pausedOf(owner);
        // A stopped instance cannot leave its zone.
        assert.equal(moved.instance, undefined);
        assert.equal(owner.outputs.subnetId, WELL_KNOWN.subnetB);
        assert.equal(owner.outputs.publicIp, kept);
        await settled(owner, { ...wanted, ...paused });
        await owner.up(program(wanted));
        const now = machineOf(owner);
        assert.equal(now.eip?.publicIp, kept);
        assert.equal(now.eni.subnetId, WELL_KNOWN.subnetB);
      });
    }

    it("has the settings of a running instance by the time it is resumed, and no refresh that differs until then", async () => {
      const owner = await up();
      const { instanceId } = owner.outputs;
      const wanted = { monitoring: true, iamInstanceProfile: "demo", metadataOptions: { httpPutResponseHopLimit: 3 } };
      await owner.up(program(PAUSED));
      await owner.up(program({ ...PAUSED, ...wanted }));
      await settled(owner, { ...PAUSED, ...wanted });
      await owner.up(program(wanted));
      const { instance } = machineOf(owner);
      assert.equal(instance.instanceId, instanceId);
      assert.deepEqual([instance.monitoring, instance.metadataOptions.httpPutResponseHopLimit], [true, 3]);
      assert.match(instance.iamInstanceProfile?.arn ?? "", /demo$/);
      await settled(owner, wanted);
    });
  });

  it("is waited for: the guest gets its time to drain before it is stopped", async () => {
    const replacement = { drainSeconds: 90 };
    const owner = await up({ replacement });
    const before = owner.clock.now();
    owner.calls();
    await owner.up(program({ replacement, ...PAUSED }));
    const stopped = owner.simulator.calls().find((it) => it.action === "StopInstances" && !it.dryRun);
    assert.ok((stopped?.time ?? 0) - before >= 90_000);
    await owner.up(program({ replacement }));
    assert.equal(TAG.draining in machineOf(owner).instance.tags, false);
  });

  it("says that the instance is protected from being stopped, and leaves it running", async () => {
    const owner = await up();
    const was = machineOf(owner);
    const InstanceId = was.instance.instanceId;
    const ec2 = somebody(owner);
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value: true } }));
    const failure = await failureOf(owner.up(program(PAUSED)));
    assert.match(
      failure.message,
      new RegExp(`^nothing was changed: ${InstanceId} has stop protection \\(disableApiStop\\); take it off`),
    );
    assert.match(failure.message, /`pulumi up` goes on from here/);
    assert.equal(only(made(owner).instances).state, "running");
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value: false } }));
    await owner.up(program(PAUSED));
    assert.equal(pausedOf(owner).instance?.state, "stopped");
  });

  it("says that the instance is protected from being ended, and leaves it running", async () => {
    const owner = await up();
    const InstanceId = machineOf(owner).instance.instanceId;
    const ec2 = somebody(owner);
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: true } }));
    const failure = await failureOf(owner.up(program(ENDED)));
    assert.match(failure.message, new RegExp(`^nothing was changed: ${InstanceId} has termination protection`));
    assert.equal(only(made(owner).instances).state, "running");
    await owner.up(program());
    machineOf(owner);
  });

  it("is over once it is resumed: a start that fails leaves it failed, and not paused", async () => {
    const owner = await up();
    await owner.up(program(PAUSED));
    owner.simulator.failNextLaunch("Client.InternalError");
    await failureOf(owner.up(program()));
    assert.equal(only(made(owner).instances).state, "stopped");
    assert.equal(owner.outputs.state, "failed");
    await owner.up(program());
    machineOf(owner);
  });

  it("stays what it is when a change to it fails", async () => {
    const owner = await up();
    await owner.up(program(PAUSED));
    owner.simulator.iam.deny("AllocateAddress");
    await failureOf(owner.up(program({ ...PAUSED, elasticIp: true })));
    assert.equal(owner.outputs.state, "paused");
  });

  for (const paused of [PAUSED, ENDED]) {
    it(`leaves nothing when it is destroyed (${"pauseBehavior" in paused ? "ended" : "stopped"})`, async () => {
      const owner = await up({ elasticIp: true });
      await owner.up(program({ elasticIp: true, ...paused }));
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });

    it(`is finished when it was killed (${"pauseBehavior" in paused ? "ended" : "stopped"})`, async () => {
      const owner = await up({ elasticIp: true });
      await owner.refresh();
      const was = machineOf(owner);
      await updatedAtEveryCall({ owner, after: { elasticIp: true, ...paused } }, (stack, point) => {
        assert.deepEqual(pausedOf(stack).identity, identityOf(was), point);
      });
    });

    it(`is taken back when it was killed (${"pauseBehavior" in paused ? "ended" : "stopped"})`, async () => {
      const owner = await up({ elasticIp: true });
      await owner.refresh();
      const was = machineOf(owner);
      const after = { elasticIp: true, ...paused };
      // Whoever gives a paused machine up half-way says so by another change, as Pulumi sees none otherwise.
      const next = { elasticIp: true, tags: { Team: "a" } };
      await updatedAtEveryCall({ owner, after, next }, (stack, point) => {
        assert.deepEqual(identityOf(machineOf(stack)), identityOf(was), point);
      });
    });

    it(`is resumed when that was killed (${"pauseBehavior" in paused ? "ended" : "stopped"})`, async () => {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      await owner.up(program({ elasticIp: true, ...paused }));
      await updatedAtEveryCall({ owner, after: { elasticIp: true, tags: { Team: "a" } } }, (stack, point) => {
        assert.deepEqual(identityOf(machineOf(stack)), identityOf(was), point);
      });
    });
  }
});

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

describe("a machine that was made paused", () => {
  for (const [what, inputs] of [
    ["with a public IP assignment", { publicIpAssignment: "assign" }],
    ["with further addresses that are not kept", { persistPrivateIp: false, secondaryPrivateIpCount: 1 }],
  ] as const) {
    it(`${what} needs nothing more, and a refresh finds nothing`, async () => {
      const owner = await up({ ...inputs, ...PAUSED });
      await settled(owner, { ...inputs, ...PAUSED });
    });
  }
});

describe("a machine that is drained and then stopped", () => {
  it("is not marked as draining any more", async () => {
    const inputs = { replacement: { drainSeconds: 20 } };
    const owner = await up(inputs);
    await owner.up(program({ ...inputs, ...PAUSED }));
    assert.equal(only(made(owner).instances).tags["managed-instance:draining"], undefined);
    await settled(owner, { ...inputs, ...PAUSED });
  });
});
