import assert from "node:assert/strict";
import { AttachVolumeCommand, DeleteVolumeCommand, ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import { TAG } from "../../../../provider/ec2/tags";
import { program } from "../../support";
import { failureOf, later, somebody, up } from "../../world";
import { machineOf } from "../../machine";
import {
  attachElsewhere,
  DATA_VOLUME,
  DELETES,
  destroyed,
  detachByHand,
  flip,
  named,
  untag,
  volumeIdOf,
  volumeIn,
} from "./volumes";

describe("drift of a data volume", () => {
  const inputs = { dataVolumes: [DATA_VOLUME], deletion: DELETES };

  it("detached by hand: refresh says so, and up attaches it", async () => {
    const owner = await up(inputs);
    const was = machineOf(owner);
    await detachByHand(owner, volumeIdOf(owner));
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["a data volume is not attached"]);
    assert.equal(await owner.up(program(inputs)), "update");
    const now = machineOf(owner);
    assert.deepEqual([named(now).volumeId, now.instance.instanceId], [named(was).volumeId, was.instance.instanceId]);
    await destroyed(owner);
  });

  it("attached by hand as another device: up puts it where it is declared", async () => {
    const owner = await up(inputs);
    const InstanceId = machineOf(owner).instance.instanceId;
    await detachByHand(owner, volumeIdOf(owner));
    await somebody(owner).send(
      new AttachVolumeCommand({ VolumeId: volumeIdOf(owner), InstanceId, Device: "/dev/sdz" }),
    );
    later(owner);
    await owner.refresh();
    assert.notDeepEqual(owner.outputs.drift, []);
    await owner.up(program(inputs));
    machineOf(owner);
    await destroyed(owner);
  });

  for (const refreshed of [true, false]) {
    it(`deleted by hand${refreshed ? " and refreshed" : ""}: a new one is made, and the preview does not promise the old one`, async () => {
      const owner = await up(inputs);
      const { instance, ...was } = machineOf(owner);
      const VolumeId = volumeIdOf(owner);
      await detachByHand(owner, VolumeId);
      await somebody(owner).send(new DeleteVolumeCommand({ VolumeId }));
      if (refreshed) {
        await owner.refresh();
        assert.match(String(owner.outputs.drift), /^the data volume data is gone \(a new one is made in its place/);
        assert.ok(owner.lines.some((it) => it.includes("the data volume data is gone")));
        const preview = await owner.preview(program(inputs));
        assert.equal(preview.inputs.dataVolumeIds, undefined);
      }
      await owner.up(program(refreshed ? inputs : { ...inputs, tags: { Team: "a" } }));
      const now = machineOf(owner);
      assert.notEqual(named(now).volumeId, named({ instance, ...was }).volumeId);
      assert.equal(now.instance.instanceId, instance.instanceId);
      // Once more: EC2 remembers the tokens of both.
      await detachByHand(owner, volumeIdOf(owner));
      await somebody(owner).send(new DeleteVolumeCommand({ VolumeId: volumeIdOf(owner) }));
      await owner.refresh();
      await owner.up(program(refreshed ? inputs : { ...inputs, tags: { Team: "a" } }));
      machineOf(owner);
      await destroyed(owner);
    });
  }

  it("set to be deleted with its instance: refresh says so, and up resets it", async () => {
    const owner = await up(inputs);
    await flip(owner, machineOf(owner));
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, [`the data volume ${volumeIdOf(owner)} would be deleted with its instance`]);
    await owner.up(program(inputs));
    machineOf(owner);
    await destroyed(owner);
  });

  it("with its tags taken off: refresh says so, up puts them on, and destroy finds it without them", async () => {
    for (const puts of [true, false]) {
      const owner = await up(inputs);
      await untag(owner, volumeIdOf(owner), [TAG.id, TAG.urn, TAG.volume, "Name"]);
      if (puts) {
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, [`tags of ${volumeIdOf(owner)} are not as declared`]);
        await owner.up(program(inputs));
        assert.equal(named(machineOf(owner)).tags.Name, "web");
      }
      await destroyed(owner);
    }
  });

  it("is another type, set by hand: refresh says so, and up puts it right", async () => {
    const owner = await up(inputs);
    await somebody(owner).send(new ModifyVolumeCommand({ VolumeId: volumeIdOf(owner), VolumeType: "gp2" }));
    owner.clock.advance(3_600_000);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, [`the data volume ${volumeIdOf(owner)} is not as declared`]);
    await owner.up(program(inputs));
    assert.equal(named(machineOf(owner)).volumeType, "gp3");
    await destroyed(owner);
  });

  it("attached elsewhere by hand: nothing is changed; it is neither taken off nor deleted there", async () => {
    const owner = await up(inputs);
    const volumeId = volumeIdOf(owner);
    await detachByHand(owner, volumeId);
    const holder = await attachElsewhere(owner, volumeId);
    const isThere = (): void => {
      assert.equal(volumeIn(owner, volumeId)?.attachment?.instanceId, holder);
    };
    assert.match(
      (await failureOf(owner.up(program({ ...inputs, tags: { Team: "a" } })))).message,
      /nothing was changed: .* is attached to i-/,
    );
    isThere();
    assert.match(
      (await failureOf(owner.up(program({ deletion: DELETES })))).message,
      /nothing was changed: .* is to be deleted and is attached to i-/,
    );
    isThere();
    assert.match(
      (await failureOf(owner.destroy())).message,
      /nothing was deleted: .* is to be deleted and is attached to i-/,
    );
    isThere();
    assert.equal(owner.simulator.snapshot().instances[String(owner.outputs.instanceId)]?.state, "running");
    await owner.up(program());
    isThere();
    assert.deepEqual(volumeIn(owner, volumeId)?.tags[TAG.retained], "true");
  });
});
