import assert from "node:assert/strict";
import { AttachVolumeCommand, ModifyVolumeCommand } from "@aws-sdk/client-ec2";
import { TAG } from "../../../../provider/ec2/tags";
import type { Properties } from "../../../../provider/model/properties";
import { program } from "../../support";
import { failureOf, later, made, only, quick, somebody, up } from "../../world";
import { machineOf } from "../../machine";
import { DATA_VOLUME, DELETES, destroyed, LOGS, makeVolume, named, volumeIdOf, volumeIn } from "./volumes";

describe("a data volume is changed in place", () => {
  const SHAPES: [string, Properties][] = [
    ["size", { size: 25 }],
    ["type", { type: "io2", iops: 3000 }],
    ["iops", { iops: 5000 }],
    ["throughput", { throughput: 500 }],
  ];
  for (const [what, shape] of SHAPES) {
    it(`in its ${what}: nothing but the volume is touched`, async () => {
      const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
      const was = machineOf(owner);
      await owner.refresh();
      owner.calls();
      const inputs = { dataVolumes: [{ ...DATA_VOLUME, ...shape }], deletion: DELETES };
      await owner.up(program(inputs));
      assert.deepEqual(owner.calls("mutating"), ["ModifyVolume"]);
      const now = machineOf(owner);
      const { size, volumeType: type, iops, throughput } = named(now);
      assert.deepEqual(
        { size, type, iops, throughput },
        { size: 10, type: "gp3", iops: 3000, throughput: type === "gp3" ? 125 : undefined, ...shape },
      );
      assert.deepEqual([now.instance.instanceId, named(now).volumeId], [was.instance.instanceId, named(was).volumeId]);
      assert.equal(await owner.up(program(inputs)), "same");
      await destroyed(owner);
    });
  }

  it("is never shrunk: preview says so and names what it has", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME] });
    const { failures } = await owner.preview(program({ dataVolumes: [{ ...DATA_VOLUME, size: 9 }] }));
    assert.deepEqual(
      failures.map((it) => it.property),
      ["dataVolumes[0].size"],
    );
    assert.match(failures[0]?.reason ?? "", /9 GiB is asked for, but EBS volumes cannot shrink; it has 10 GiB/);
    machineOf(owner);
  });

  it("that somebody made larger is left so", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    await somebody(owner).send(new ModifyVolumeCommand({ VolumeId: volumeIdOf(owner), Size: 50 }));
    later(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(program({ dataVolumes: [{ ...DATA_VOLUME, size: 30 }], deletion: DELETES }));
    assert.equal(named(machineOf(owner)).size, 50);
    await destroyed(owner);
  });

  it("a second time as soon as EC2 takes it", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    await owner.up(program({ dataVolumes: [{ ...DATA_VOLUME, size: 20 }], deletion: DELETES }));
    await owner.up(program({ dataVolumes: [{ ...DATA_VOLUME, size: 30 }], deletion: DELETES }));
    assert.equal(named(machineOf(owner)).size, 30);
    await destroyed(owner);
  });

  it("a second time while EC2 still optimizes for long: fails in a sentence, and goes on later", async () => {
    const wanted = (size: number): Properties =>
      program({ dataVolumes: [{ ...DATA_VOLUME, size }], deletion: DELETES, replacement: { timeoutSeconds: 60 } });
    const owner = quick();
    owner.simulator.timings.set({ volumeOptimizing: 6 * 3_600_000 });
    await owner.up(wanted(10));
    await owner.up(wanted(20));
    const failure = await failureOf(owner.up(wanted(30)));
    assert.match(
      failure.message,
      /^could not modify vol-\w+: .*IncorrectModificationState.*Run `pulumi up` again once it is done/,
    );
    assert.equal(only(made(owner).instances).state, "running");
    owner.clock.advance(7 * 3_600_000);
    await owner.up(wanted(30));
    assert.equal(named(machineOf(owner)).size, 30);
    await destroyed(owner);
  });

  it("too often in a day: fails in a sentence, at once", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    for (const size of [11, 12, 13, 14]) {
      await owner.up(program({ dataVolumes: [{ ...DATA_VOLUME, size }], deletion: DELETES }));
      owner.clock.advance(3_600_000);
    }
    const failure = await failureOf(
      owner.up(program({ dataVolumes: [{ ...DATA_VOLUME, size: 15 }], deletion: DELETES })),
    );
    assert.match(failure.message, /VolumeModificationRateExceeded.*Run `pulumi up` again in some hours/);
    await destroyed(owner);
  });

  it("while somebody else's change of it is carried out, it is attached after that", async () => {
    const inputs = { dataVolumes: [DATA_VOLUME], deletion: DELETES, pauseBehavior: "terminate" };
    const owner = await up(inputs);
    await owner.up(program({ ...inputs, desiredState: "paused" }));
    owner.simulator.timings.set({ volumeModifying: 90_000 });
    await somebody(owner).send(new ModifyVolumeCommand({ VolumeId: volumeIdOf(owner), Size: 50 }));
    const waits = quick({ on: owner, leapMs: 5000 });
    waits.recorded = owner.recorded;
    await waits.up(program(inputs));
    assert.equal(named(machineOf(waits)).size, 50);
    await destroyed(waits);
  });
});

describe("data volumes of a running machine", () => {
  it("are added, two at once, while the instance keeps running", async () => {
    const owner = await up({ deletion: DELETES });
    const was = machineOf(owner);
    await owner.up(program({ dataVolumes: [DATA_VOLUME, LOGS], deletion: DELETES }));
    const now = machineOf(owner);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.dataVolumes.size, 2);
    await destroyed(owner);
  });

  it("are detached and retained when they are taken out, with a line that says what it costs", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME, LOGS] });
    const { instance, ...was } = machineOf(owner);
    const { volumeId } = named({ instance, ...was });
    await owner.up(program({ dataVolumes: [LOGS] }));
    const now = machineOf(owner, volumeId);
    assert.equal(now.instance.instanceId, instance.instanceId);
    const kept = volumeIn(owner, volumeId);
    assert.equal(kept?.attachment, undefined);
    assert.deepEqual([kept?.tags[TAG.retained], kept?.tags[TAG.id]], ["true", undefined]);
    const line = only(owner.lines.filter((it) => it.includes(`retained ${volumeId}`)));
    assert.match(
      line,
      /the data volume data, 10 GiB of gp3: it costs about \$0\.80 a month; `dataVolumes: \[\{ name: "data", deviceName: "\/dev\/sdf", volumeId: "vol-/,
    );
    assert.equal(await owner.up(program({ dataVolumes: [LOGS] })), "same");
    await destroyed(owner, volumeId, named(now, "logs").volumeId);
  });

  it("are detached and deleted when they are taken out and are not to be kept", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    const { instance } = machineOf(owner);
    await owner.refresh();
    owner.calls();
    await owner.up(program({ deletion: DELETES }));
    assert.deepEqual(owner.calls("mutating"), ["DetachVolume", "DeleteVolume"]);
    assert.equal(machineOf(owner).instance.instanceId, instance.instanceId);
    await destroyed(owner);
  });

  it("are attached anew as another device, and swap devices", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME, LOGS], deletion: DELETES });
    const was = machineOf(owner);
    const swapped = [
      { ...DATA_VOLUME, deviceName: LOGS.deviceName },
      { ...LOGS, deviceName: DATA_VOLUME.deviceName },
    ];
    await owner.up(program({ dataVolumes: swapped, deletion: DELETES }));
    const now = machineOf(owner);
    assert.deepEqual(
      [named(now).volumeId, named(now, "logs").volumeId, now.instance.instanceId],
      [named(was).volumeId, named(was, "logs").volumeId, was.instance.instanceId],
    );
    await destroyed(owner);
  });

  for (const [what, again] of [
    ["as it was", DATA_VOLUME],
    ["larger", { ...DATA_VOLUME, size: 12 }],
  ] as const) {
    it(`are made anew when they are declared again, ${what}: what was retained stays aside`, async () => {
      const owner = await up({ dataVolumes: [DATA_VOLUME] });
      const aside = [volumeIdOf(owner)];
      for (let times = 0; times < 2; times++) {
        await owner.up(program());
        machineOf(owner, ...aside);
        await owner.up(program({ dataVolumes: [again] }));
        assert.equal(named(machineOf(owner, ...aside)).size, again.size);
        assert.equal(volumeIn(owner, aside[0] ?? "")?.tags[TAG.retained], "true");
        aside.push(volumeIdOf(owner));
      }
      assert.equal(new Set(aside).size, 3);
      await destroyed(owner, ...aside);
    });
  }

  it("are made anew when they were deleted and are declared again", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    const before = volumeIdOf(owner);
    await owner.up(program({ deletion: DELETES }));
    await owner.up(program({ dataVolumes: [{ ...DATA_VOLUME, size: 12 }], deletion: DELETES }));
    assert.notEqual(named(machineOf(owner)).volumeId, before);
    await destroyed(owner);
  });

  it("come back by their id beside a new one of the old name, each as its own", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME] });
    const old = volumeIdOf(owner);
    await owner.up(program());
    const dataVolumes = [DATA_VOLUME, { name: "old", deviceName: "/dev/sdo", volumeId: old }];
    await owner.up(program({ dataVolumes, deletion: DELETES }));
    const machine = machineOf(owner);
    assert.notEqual(named(machine).volumeId, old);
    assert.equal(named(machine, "old").volumeId, old);
    await destroyed(owner, old);
    assert.deepEqual(Object.keys(volumeIn(owner, old)?.tags ?? {}), ["Name"]);
  });

  it("come back by their id beside a new one of the old name in another machine, from its first run on", async () => {
    const first = await up({ dataVolumes: [DATA_VOLUME] });
    const old = volumeIdOf(first);
    await destroyed(first, old);
    const owner = quick({ on: first });
    const dataVolumes = [DATA_VOLUME, { name: "old", deviceName: "/dev/sdo", volumeId: old }];
    await owner.up(program({ dataVolumes, deletion: DELETES }));
    assert.notEqual(named(machineOf(owner)).volumeId, old);
    await destroyed(owner, old);
  });

  it("make room for one another: a new one takes the device of one that goes", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    await owner.up(program({ dataVolumes: [{ ...LOGS, deviceName: DATA_VOLUME.deviceName }], deletion: DELETES }));
    assert.equal(named(machineOf(owner), "logs").attachment?.device, DATA_VOLUME.deviceName);
    await destroyed(owner);
  });

  it("that a guest does not let go: fails within the time allowed, and tells to unmount", async () => {
    const inputs = { deletion: DELETES, replacement: { timeoutSeconds: 60 } };
    const owner = await up({ ...inputs, dataVolumes: [DATA_VOLUME] });
    owner.simulator.timings.set({ volumeDetach: 3_600_000 });
    const [begin, volumeId] = [owner.clock.now(), volumeIdOf(owner)];
    const failure = await failureOf(owner.up(program(inputs)));
    assert.match(failure.message, /^could not detach vol-\w+: .*unmount it there.*last seen: in-use, detaching/);
    assert.ok(owner.clock.now() - begin < 5 * 60_000);
    assert.equal(volumeIn(owner, volumeId)?.attachment?.instanceId, owner.outputs.instanceId);
    owner.clock.advance(3_600_000);
    await owner.up(program(inputs));
    machineOf(owner);
    await destroyed(owner);
  });

  it("do not tag what somebody attached beside them", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES });
    const theirs = await makeVolume(owner, { tags: { Team: "theirs" } });
    const InstanceId = String(owner.outputs.instanceId);
    await somebody(owner).send(new AttachVolumeCommand({ VolumeId: theirs, InstanceId, Device: "/dev/sdx" }));
    later(owner);
    await owner.up(program({ dataVolumes: [DATA_VOLUME], deletion: DELETES, tags: { Team: "a" } }));
    assert.deepEqual(volumeIn(owner, theirs)?.tags, { Team: "theirs" });
    assert.equal(machineOf(owner, theirs).volume.tags.Team, "a");
    await destroyed(owner, theirs);
  });
});
