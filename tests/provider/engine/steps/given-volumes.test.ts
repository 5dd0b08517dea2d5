import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { TAG } from "../../../../provider/ec2/tags";
import type { Properties } from "../../../../provider/model/properties";
import { program } from "../../support";
import { failureOf, later, nothingIsLeft, only, quick, up } from "../../world";
import { machineOf } from "../../machine";
import {
  attachElsewhere,
  DATA_VOLUME,
  DELETES,
  destroyed,
  makeVolume,
  named,
  untag,
  volumeIdOf,
  volumeIn,
} from "./volumes";

describe("a given volume", () => {
  const given = (volumeId: string): Properties => ({ name: "data", deviceName: "/dev/sdf", volumeId });

  it("is tagged as not ours, keeps its own tags and its shape, and is given back when it is taken out", async () => {
    const owner = quick();
    const volumeId = await makeVolume(owner, { tags: { Team: "theirs" } });
    await owner.up(program({ dataVolumes: [given(volumeId)], deletion: DELETES, tags: { Team: "a" } }));
    const { tags, size } = named(machineOf(owner));
    assert.deepEqual(
      [tags, size],
      [
        {
          Team: "theirs",
          [TAG.id]: owner.recorded?.id,
          [TAG.owned]: "false",
          [TAG.volume]: "data",
          [TAG.device]: "/dev/sdf",
        },
        10,
      ],
    );
    await owner.up(program({ deletion: DELETES, tags: { Team: "a" } }));
    machineOf(owner, volumeId);
    assert.deepEqual(volumeIn(owner, volumeId)?.tags, { Team: "theirs" });
    assert.equal(volumeIn(owner, volumeId)?.attachment, undefined);
    await destroyed(owner, volumeId);
  });

  for (const dataVolumes of ["delete", "retain"]) {
    it(`is given back on destroy, whatever deletion says: ${dataVolumes}`, async () => {
      const owner = quick();
      const volumeId = await makeVolume(owner);
      await owner.up(program({ dataVolumes: [given(volumeId)], deletion: { dataVolumes } }));
      await destroyed(owner, volumeId);
      assert.deepEqual(volumeIn(owner, volumeId)?.tags, {});
      assert.equal(volumeIn(owner, volumeId)?.attachment, undefined);
    });
  }

  it("is never deleted although somebody took its tags off", async () => {
    for (const keys of [[TAG.owned], [TAG.owned, TAG.id, TAG.volume]]) {
      for (const way of ["destroy", "removal"]) {
        const owner = quick();
        const volumeId = await makeVolume(owner);
        await owner.up(program({ dataVolumes: [given(volumeId)], deletion: DELETES }));
        await untag(owner, volumeId, keys);
        if (way === "removal") {
          await owner.up(program({ deletion: DELETES }));
          machineOf(owner, volumeId);
          assert.equal(volumeIn(owner, volumeId)?.attachment, undefined);
        }
        await destroyed(owner, volumeId);
        assert.deepEqual(volumeIn(owner, volumeId)?.tags, {}, `${keys.join()} ${way}`);
      }
    }
  });

  it("is never deleted where the create failed before it was tagged", async () => {
    const owner = quick();
    const volumeId = await makeVolume(owner);
    owner.simulator.faults.add({
      action: "CreateNetworkInterface",
      error: { code: "UnauthorizedOperation", status: 403 },
    });
    await failureOf(owner.up(program({ dataVolumes: [given(volumeId)], deletion: DELETES })));
    assert.ok(owner.recorded !== undefined);
    await destroyed(owner, volumeId);
    assert.ok(volumeIn(owner, volumeId) !== undefined);
  });

  it("that was made here is kept from being deleted by being named", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    const volumeId = volumeIdOf(owner);
    await owner.up(program({ dataVolumes: [{ ...given(volumeId), name: "mine" }], deletion: DELETES }));
    assert.equal(named(machineOf(owner), "mine").volumeId, volumeId);
    await destroyed(owner, volumeId);
  });

  it("in another zone is refused at preview", async () => {
    const owner = quick();
    const volumeId = await makeVolume(owner, { zone: "us-east-1b" });
    const { failures } = await owner.preview(program({ dataVolumes: [given(volumeId)] }));
    assert.match(only(failures).reason, /is in us-east-1b, but subnetId: .* is in us-east-1a/);
    nothingIsLeft(owner, volumeId);
  });

  it("that is not there is refused at preview", async () => {
    const owner = quick();
    const { failures } = await owner.preview(program({ dataVolumes: [given("vol-0123456789abcdef0")] }));
    assert.match(only(failures).reason, /vol-0123456789abcdef0 does not exist in us-east-1/);
  });

  it("that is attached elsewhere: nothing is changed, not even what else was to change", async () => {
    const owner = quick();
    const volumeId = await makeVolume(owner);
    const holder = await attachElsewhere(owner, volumeId);
    const before = owner.simulator.snapshot();
    const conflict = new RegExp(
      `^nothing was changed: the data volume data \\(${volumeId}\\) is attached to ${holder}`,
    );
    assert.match((await failureOf(owner.up(program({ dataVolumes: [given(volumeId)] })))).message, conflict);
    assert.deepEqual(owner.simulator.snapshot().volumes, before.volumes);
    assert.equal(owner.recorded, undefined);

    await owner.up(program());
    const { instanceId } = owner.outputs;
    const failure = await failureOf(
      owner.up(program({ dataVolumes: [given(volumeId)], imageId: WELL_KNOWN.imageV2, deletion: DELETES })),
    );
    assert.match(failure.message, conflict);
    assert.equal(owner.outputs.instanceId, instanceId);
    // Taken back, or destroyed: it is still its holder's.
    await owner.up(program({ deletion: DELETES }));
    assert.equal(volumeIn(owner, volumeId)?.attachment?.instanceId, holder);
    assert.deepEqual(volumeIn(owner, volumeId)?.tags, {});
  });

  it("that another managed instance has is not changed, and never given back, retained or deleted", async () => {
    const other = await up({
      dataVolumes: [DATA_VOLUME],
      desiredState: "paused",
      resourceUrn: "urn:pulumi:dev::shop::t::other",
    });
    const volumeId = volumeIdOf(other);
    const before = volumeIn(other, volumeId);
    for (const dataVolumes of ["retain", "delete"]) {
      for (const way of ["destroy", "removal"]) {
        const owner = quick({ on: other });
        await owner.up(program({ deletion: { dataVolumes } }));
        const failure = await failureOf(
          owner.up(program({ dataVolumes: [given(volumeId)], deletion: { dataVolumes } })),
        );
        assert.match(
          failure.message,
          new RegExp(`nothing was changed: .* belongs to the managed instance ${other.recorded?.id ?? ""}`),
        );
        assert.deepEqual(volumeIn(other, volumeId), before);
        if (way === "removal") {
          await owner.up(program({ deletion: { dataVolumes } }));
          assert.deepEqual(volumeIn(other, volumeId), before, way);
        }
        await owner.destroy();
        later(owner);
        assert.deepEqual(volumeIn(other, volumeId), before, `${dataVolumes} ${way}`);
      }
    }
    await destroyed(other, volumeId);
  });
});
