/** `replacement.strategy: "root-volume"`: the instance stays, and its root volume is replaced. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { holderOf, pathBetween } from "../../holder";
import { updatedAtEveryCall } from "../../kills";
import { program } from "../../support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, up } from "../../world";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };

describe("root-volume", () => {
  const base = { elasticIp: true, tags: { Team: "a" }, replacement: { strategy: "root-volume" } };
  const after = { ...base, ...IMAGE };

  it("is dark for a reboot, and says for how long", async () => {
    const owner = quick({ leapMs: 0 });
    await owner.up(program(base));
    await owner.up(program(after));
    const { volume } = holderOf(owner);
    assert.equal(volume.tags.Team, "a");
    const [outage] = owner.simulator.timeline().privateIps[String(owner.outputs.privateIp)]?.outages ?? [];
    assert.ok(outage !== undefined && outage.seconds < 40);
    assert.ok(owner.lines.some((line) => /the address was dark for \d+ s$/.test(line)));
  });

  it("works for an image behind an SSM parameter", async () => {
    const owner = await up({ ...base, imageId: WELL_KNOWN.imageV1 });
    const was = holderOf(owner);
    await owner.up(program({ ...base, imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` }));
    later(owner);
    assert.equal(pathBetween(was, holderOf(owner)), "root-volume");
    await settled(owner, { ...base, imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` });
  });

  it("goes on on the old volume when EC2 cannot replace it, and is tried again by the next up", async () => {
    const owner = await up(base);
    const was = holderOf(owner);
    owner.simulator.failNextRootVolume();
    const failure = await failureOf(owner.up(program(after)));
    assert.match(failure.message, /^could not replace the root volume of i-\w+: .*it has its old one back/);
    assert.equal(failure.properties?.imageId, WELL_KNOWN.imageV1);
    assert.deepEqual(
      [only(made(owner).volumes).volumeId, owner.outputs.instanceId, owner.outputs.state],
      [was.volume.volumeId, was.instance.instanceId, "running"],
    );
    await owner.up(program(after));
    later(owner);
    assert.equal(pathBetween(was, holderOf(owner)), "root-volume");
    await settled(owner, after);
  });

  it("changes nothing when it failed and is taken back", async () => {
    const owner = await up(base);
    const was = holderOf(owner);
    owner.simulator.failNextRootVolume();
    await failureOf(owner.up(program(after)));
    await owner.up(program(base));
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await settled(owner, base);
  });

  for (const wanted of [after, base]) {
    const what = wanted === after ? "of the new image" : "of the old image, when it is taken back";
    it(`left without a root volume, gives way to another instance ${what}`, async () => {
      const owner = await up(base);
      const was = holderOf(owner);
      owner.simulator.failNextRootVolume("failed-detached");
      const failure = await failureOf(owner.up(program(after)));
      assert.match(failure.message, /left it without one \(replacevol-\w+\); the next run launches another instance/);
      await owner.up(program(wanted));
      later(owner);
      const [instance] = made(owner).instances;
      assert.equal(made(owner).instances.length, 1);
      assert.notEqual(instance?.instanceId, was.instance.instanceId);
      assert.equal(instance?.imageId, wanted === after ? WELL_KNOWN.imageV2 : WELL_KNOWN.imageV1);
      assert.equal(owner.outputs.networkInterfaceId, was.eni.networkInterfaceId);
      await settled(owner, wanted);
      assert.ok(made(owner).volumes.some((it) => it.volumeId === was.volume.volumeId));
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  for (const [what, next] of [
    ["is finished", after],
    ["is taken back", { ...base, tags: { Team: "b" } }],
  ] as const) {
    it(`${what} when it was killed, wherever that was`, async () => {
      const owner = await up(base);
      await owner.refresh();
      const was = holderOf(owner);
      await updatedAtEveryCall({ owner, after, next }, (stack, point) => {
        const now = holderOf(stack);
        assert.deepEqual(now.identity, was.identity, point);
        assert.equal(now.instance.instanceId, was.instance.instanceId, point);
        const image = next === after ? WELL_KNOWN.imageV2 : WELL_KNOWN.imageV1;
        assert.equal(now.volume.snapshotId, image.replace("ami-", "snap-"), point);
      });
    });
  }
});
