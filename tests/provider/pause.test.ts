/** `desiredState` and `pauseBehavior`: the identity stays while there is no running instance behind it. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { TAG } from "../../provider/ec2/tags";
import { said } from "./holder";
import { killedAfter, killedUp, updatedAtEveryCall } from "./kills";
import { PAUSED, PAUSED_AND_ENDED, pausedOf } from "./paused";
import { program } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, somebody, up } from "./world";
import { identityOf, machineOf } from "./machine";

const SPOT = { market: { lifecycle: "spot" } };

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
      assert.match(
        await said(owner, PAUSED_AND_ENDED),
        new RegExp(`^pauses ${String(id)} \\(pauseBehavior\\), ends it;`),
      );
      await owner.up(program(PAUSED_AND_ENDED));
      later(owner);
      assert.equal(pausedOf(owner).instance, undefined);
      assert.deepEqual(pausedOf(owner).identity, identity);
      await settled(owner, PAUSED_AND_ENDED);
    });

    it("does nothing for stop, where there is nothing to stop", async () => {
      const owner = await up();
      await owner.up(program(PAUSED_AND_ENDED));
      owner.calls();
      assert.match(await said(owner, PAUSED), /^changes in place \(pauseBehavior\); stays paused;/);
      await owner.up(program(PAUSED));
      // The record says so, for who resumes it without Pulumi's state.
      assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
      assert.equal(pausedOf(owner).instance, undefined);
      await settled(owner, PAUSED);
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
    const failure = await failureOf(owner.up(program(PAUSED_AND_ENDED)));
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

  for (const paused of [PAUSED, PAUSED_AND_ENDED]) {
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
