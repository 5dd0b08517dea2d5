import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { TAG } from "../../../../provider/ec2/tags";
import type { Properties } from "../../../../provider/model/properties";
import { cutting } from "../../interruptions";
import {
  createdAtEveryCall,
  destroyedAtEveryCall,
  goingOn,
  killedAfter,
  killedBefore,
  updatedAtEveryCall,
} from "../../kills";
import { program } from "../../support";
import { failureOf, nothingIsLeft, quick, up } from "../../world";
import { machineOf } from "../../machine";
import { DATA_VOLUME, DELETES, destroyed, LOGS, makeVolume, named, volumeIdOf, volumeIn } from "./volumes";

describe("lost replies", () => {
  const inputs = { dataVolumes: [DATA_VOLUME], deletion: DELETES };

  for (const action of ["CreateVolume", "AttachVolume"]) {
    it(`to ${action}: one volume, attached once`, async () => {
      const owner = quick({ through: cutting(action, "after") });
      await owner.up(program(inputs));
      machineOf(owner);
      await destroyed(owner);
    });
  }

  const CHANGES: [string, Properties][] = [
    ["ModifyVolume", { ...inputs, dataVolumes: [{ ...DATA_VOLUME, size: 20 }] }],
    ["DetachVolume", { ...inputs, dataVolumes: [{ ...DATA_VOLUME, deviceName: "/dev/sdh" }] }],
    ["DeleteVolume", { deletion: DELETES }],
  ];
  for (const [action, after] of CHANGES) {
    it(`to ${action}: the change is made once`, async () => {
      const account = await up(inputs);
      const owner = quick({ on: account, through: cutting(action, "after") });
      owner.recorded = account.recorded;
      await owner.up(program(after));
      machineOf(owner);
      await destroyed(owner);
    });
  }
});

describe("killed at every call", () => {
  const deletion = DELETES;

  it("a create with two volumes ends with two", async () => {
    const account = quick();
    await createdAtEveryCall(account, { dataVolumes: [DATA_VOLUME, LOGS], deletion }, async (stack, point) => {
      assert.equal(machineOf(stack).dataVolumes.size, 2, point);
      await destroyed(stack);
    });
  });

  it("a create with a given volume ends with it, and gives it back", async () => {
    const account = quick();
    const volumeId = await makeVolume(account);
    const dataVolumes = [{ name: "data", deviceName: "/dev/sdf", volumeId }];
    await createdAtEveryCall(account, { dataVolumes, deletion }, async (stack, point) => {
      assert.equal(named(machineOf(stack)).volumeId, volumeId, point);
      await destroyed(stack, volumeId);
      assert.deepEqual(volumeIn(account, volumeId)?.tags, {}, point);
    });
  });

  const UPDATES: [string, Properties, Properties][] = [
    ["adding a volume", { deletion }, { dataVolumes: [DATA_VOLUME], deletion }],
    [
      "removing and deleting a volume",
      { dataVolumes: [DATA_VOLUME, LOGS], deletion },
      { dataVolumes: [LOGS], deletion },
    ],
    [
      "moving a volume to another device",
      { dataVolumes: [DATA_VOLUME] },
      { dataVolumes: [{ ...DATA_VOLUME, deviceName: "/dev/sdh" }] },
    ],
    ["growing a volume", { dataVolumes: [DATA_VOLUME] }, { dataVolumes: [{ ...DATA_VOLUME, size: 20 }] }],
    [
      "replacing the instance",
      { dataVolumes: [DATA_VOLUME] },
      { dataVolumes: [DATA_VOLUME], imageId: WELL_KNOWN.imageV2 },
    ],
    ["moving within the zone", { dataVolumes: [DATA_VOLUME] }, { dataVolumes: [DATA_VOLUME], privateIp: "10.0.1.77" }],
  ];
  for (const [what, before, after] of UPDATES) {
    it(`an update ${what} leaks and doubles none`, async () => {
      const owner = await up(before);
      const ids = owner.outputs.dataVolumeIds as Record<string, string>;
      await updatedAtEveryCall({ owner, after }, (stack, point) => {
        const now = machineOf(stack);
        for (const [name, volume] of now.dataVolumes) {
          assert.equal(volume.volumeId, ids[name] ?? volume.volumeId, `${point}: ${name}`);
        }
      });
    });
  }

  it("an update that retains a volume keeps it, tagged so", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME] });
    const volumeId = volumeIdOf(owner);
    await updatedAtEveryCall({ owner, after: {} }, (stack, point) => {
      machineOf(stack, volumeId);
      const kept = volumeIn(stack, volumeId);
      assert.deepEqual(
        [kept?.tags[TAG.retained], kept?.tags[TAG.id], kept?.attachment],
        ["true", undefined, undefined],
        point,
      );
    });
  });

  it("an update that retains a volume, and is taken back: the same volume is the machine's again", async () => {
    const inputs = { dataVolumes: [DATA_VOLUME] };
    const owner = await up(inputs);
    const volumeId = volumeIdOf(owner);
    const world = owner.simulator.snapshot();
    for (const [action, killed] of [
      ["DetachVolume", killedAfter],
      ["DeleteTags", killedBefore],
      ["DeleteTags", killedAfter],
    ] as const) {
      owner.simulator.restore(world);
      await failureOf(goingOn(owner, { through: killed(action) }).up(program()));
      const next = goingOn(owner);
      await next.up(program({ ...inputs, deletion: DELETES }));
      assert.equal(named(machineOf(next)).volumeId, volumeId);
      await destroyed(next);
    }
  });

  it("a destroy that deletes them leaves nothing", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME, LOGS], deletion });
    await destroyedAtEveryCall(owner, () => {
      nothingIsLeft(owner);
    });
  });
});
