/** A machine that is made of what another one retained. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { DELETED, idsOf, leftIn, RETAINED, RETAINED_VOLUME, type Retention } from "./retained";
import { program } from "./support";
import { identityOf, machineOf } from "./machine";
import { later, nothingIsLeft, quick, up } from "./world";

describe("a retained identity", () => {
  for (const pair of [true, false]) {
    it(`comes back: the same addresses and data${pair ? "" : ", from an interface that was not to persist"}`, async () => {
      const owner = await up({
        elasticIp: true,
        dataVolumes: [RETAINED_VOLUME],
        deletion: RETAINED,
        persistPrivateIp: pair,
        tags: { Team: "a" },
      });
      const before = machineOf(owner);
      const ids = idsOf(owner);
      await owner.destroy();
      later(owner);

      const back = {
        adopt: { networkInterfaceId: ids.networkInterface },
        elasticIp: ids.elasticIp,
        dataVolumes: [{ name: "data", deviceName: "/dev/sdf", volumeId: ids.dataVolumes }],
      };
      const next = quick({ on: owner });
      await next.up(program({ ...back, deletion: DELETED }));
      const now = machineOf(next);
      assert.deepEqual(identityOf(now), identityOf(before));
      assert.equal(now.dataVolumes.get("data")?.volumeId, ids.dataVolumes);
      for (const { id, tags } of leftIn(next).filter((it) => Object.values(ids).includes(it.id as Retention))) {
        assert.deepEqual([tags[TAG.retained], tags[TAG.owned]], [undefined, "false"], id);
      }
      assert.equal(await next.up(program({ ...back, deletion: DELETED })), "same");
      await next.up(program({ ...back, deletion: DELETED, imageId: WELL_KNOWN.imageV2 }));
      assert.deepEqual(identityOf(machineOf(next)), identityOf(before));

      // It is given now, so it stays.
      await next.destroy();
      later(next);
      nothingIsLeft(next, ...Object.values(ids));
      assert.deepEqual(
        leftIn(next)
          .map((it) => it.id)
          .sort(),
        Object.values(ids).sort(),
      );
      for (const { id, tags } of leftIn(next)) {
        assert.deepEqual(tags, { Name: "web", Team: "a" }, id);
      }
    });
  }

  it("is not deleted when the create that was to bring it back failed half-way, at whatever call", async () => {
    const owner = await up({ elasticIp: true, dataVolumes: [RETAINED_VOLUME], deletion: RETAINED });
    const ids = idsOf(owner);
    await owner.destroy();
    later(owner);
    const back = {
      adopt: { networkInterfaceId: ids.networkInterface },
      elasticIp: ids.elasticIp,
      dataVolumes: [{ name: "data", deviceName: "/dev/sdf", volumeId: ids.dataVolumes }],
      deletion: DELETED,
    };
    const world = owner.simulator.snapshot();
    for (const action of ["CreateTags", "DeleteTags", "AttachVolume", "AssociateAddress", "RunInstances"]) {
      owner.simulator.restore(world);
      owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
      const next = quick({ on: owner });
      // The address is on the interface still: only some of these are called.
      await next.up(program(back)).catch(() => undefined);
      owner.simulator.faults.clear();
      if (next.recorded === undefined) {
        // The mark that a state has it could not be set, so none has.
        await next.up(program(back));
      }
      await next.destroy();
      later(next);
      nothingIsLeft(next, ...Object.values(ids));
      assert.equal(leftIn(next).length, 3, action);
    }
  });
});
