/** A pause together with other changes, or with changes that come while it lasts. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { said } from "./holder";
import { PAUSED, PAUSED_AND_ENDED, pausedOf } from "./paused";
import { program } from "./support";
import { identityOf, machineOf } from "./machine";
import { made, only, settled, up } from "./world";

describe("desiredState: paused", () => {
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

    for (const paused of [PAUSED, PAUSED_AND_ENDED]) {
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
