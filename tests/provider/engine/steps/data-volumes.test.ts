import assert from "node:assert/strict";
import { CreateSnapshotCommand, CreateTagsCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { TAG } from "../../../../provider/ec2/tags";
import { program } from "../../support";
import { failureOf, later, made, only, quick, somebody, up } from "../../world";
import { machineOf } from "../../machine";
import { DATA_VOLUME, DELETES, destroyed, LOGS, makeVolume, named, volumeIdOf } from "./volumes";

describe("a data volume", () => {
  it("is made in the identity's zone as it is declared, and attached as its device, with the machine's tags", async () => {
    const volume = { ...DATA_VOLUME, iops: 4000, throughput: 250, encrypted: true, kmsKeyId: "alias/mine" };
    const owner = await up({
      dataVolumes: [volume],
      tags: { Team: "a" },
      subnetId: WELL_KNOWN.subnetB,
      instanceType: "t3.micro",
      deletion: DELETES,
    });
    const { eni, template, ...machine } = machineOf(owner);
    const data = named({ eni, template, ...machine });
    assert.deepEqual(
      [data.size, data.volumeType, data.iops, data.throughput, data.encrypted, data.kmsKeyId, data.availabilityZone],
      [10, "gp3", 4000, 250, true, "alias/mine", eni.availabilityZone],
    );
    assert.equal(eni.availabilityZone, "us-east-1b");
    assert.deepEqual(data.tags, {
      Name: "web",
      Team: "a",
      [TAG.id]: owner.recorded?.id,
      [TAG.urn]: template.tags[TAG.urn],
      [TAG.volume]: "data",
      [TAG.device]: "/dev/sdf",
    });
    assert.deepEqual(owner.outputs.dataVolumeIds, { data: data.volumeId });
    assert.equal(
      await owner.up(
        program({
          dataVolumes: [volume],
          tags: { Team: "a" },
          subnetId: WELL_KNOWN.subnetB,
          instanceType: "t3.micro",
          deletion: DELETES,
        }),
      ),
      "same",
    );
    await destroyed(owner);
  });

  it("is gp3 by default, and of another type where that is declared", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME, { ...LOGS, type: "io2", iops: 500 }], deletion: DELETES });
    const machine = machineOf(owner);
    assert.deepEqual(
      [named(machine).volumeType, named(machine, "logs").volumeType, named(machine, "logs").iops],
      ["gp3", "io2", 500],
    );
    await destroyed(owner);
  });

  it("is made of a snapshot, with its size or a larger one", async () => {
    const owner = quick();
    const source = await makeVolume(owner, { size: 7 });
    const { SnapshotId: snapshotId = "" } = await somebody(owner).send(new CreateSnapshotCommand({ VolumeId: source }));
    later(owner);
    const dataVolumes = [
      { name: "data", deviceName: "/dev/sdf", snapshotId },
      { ...LOGS, snapshotId },
    ];
    await owner.up(program({ dataVolumes, deletion: DELETES }));
    const machine = machineOf(owner, source);
    assert.deepEqual([named(machine).snapshotId, named(machine).size], [snapshotId, 7]);
    assert.deepEqual([named(machine, "logs").snapshotId, named(machine, "logs").size], [snapshotId, 20]);
    await destroyed(owner, source);
  });

  it("may have the name of something that every object has", async () => {
    const odd = { ...DATA_VOLUME, name: "constructor" };
    const owner = await up({ dataVolumes: [odd], deletion: DELETES });
    const { volumeId } = named(machineOf(owner), "constructor");
    await owner.up(program({ dataVolumes: [odd], deletion: DELETES, imageId: WELL_KNOWN.imageV2 }));
    assert.equal(named(machineOf(owner), "constructor").volumeId, volumeId);
    await owner.up(program({ deletion: DELETES, imageId: WELL_KNOWN.imageV2 }));
    machineOf(owner);
    await destroyed(owner);
  });

  it("that EC2 cannot make fails in a sentence, is not left behind, and is made once it can be", async () => {
    const owner = quick();
    const denied = { ...DATA_VOLUME, encrypted: true, kmsKeyId: WELL_KNOWN.deniedKmsKey };
    const failure = await failureOf(owner.up(program({ dataVolumes: [denied], deletion: DELETES })));
    assert.match(
      failure.message,
      /^could not make the data volume data: EC2 could not make it .*check that EC2 may use the key/,
    );
    assert.deepEqual(made(owner).volumes, []);
    // Nothing has the old key, so there is nothing that could not be changed but the declaration.
    await owner.destroy();
    await owner.up(program({ dataVolumes: [{ ...DATA_VOLUME, encrypted: true }], deletion: DELETES }));
    assert.equal(named(machineOf(owner)).encrypted, true);
    await destroyed(owner);
  });
});

describe("a machine with data volumes", () => {
  it("does not move to another zone: preview says so", async () => {
    const owner = await up({ dataVolumes: [DATA_VOLUME] });
    const { failures } = await owner.preview(
      program({ dataVolumes: [DATA_VOLUME], subnetId: WELL_KNOWN.subnetB, instanceType: "t3.micro" }),
    );
    assert.deepEqual(
      failures.map((it) => it.property),
      ["subnetId"],
    );
    machineOf(owner);
  });

  for (const persistPrivateIp of [true, false]) {
    it(`that is made paused has them, and attaches them when it runs (persistPrivateIp: ${persistPrivateIp})`, async () => {
      const inputs = { dataVolumes: [DATA_VOLUME], deletion: DELETES, persistPrivateIp };
      const owner = await up({ ...inputs, desiredState: "paused" });
      const volume = only(made(owner).volumes);
      assert.deepEqual([volume.availabilityZone, volume.attachment], ["us-east-1a", undefined]);
      assert.deepEqual(owner.outputs.dataVolumeIds, { data: volume.volumeId });
      assert.equal(await owner.up(program({ ...inputs, desiredState: "paused" })), "same");
      await owner.up(program(inputs));
      assert.equal(named(machineOf(owner)).volumeId, volume.volumeId);
      await destroyed(owner);
    });

    it(`that is made paused and destroyed leaves nothing (persistPrivateIp: ${persistPrivateIp})`, async () => {
      const owner = await up({
        dataVolumes: [DATA_VOLUME],
        deletion: DELETES,
        persistPrivateIp,
        desiredState: "paused",
      });
      await destroyed(owner);
    });
  }
});

it("tags of a data volume follow the program's, and others' stay", async () => {
  const owner = await up({ dataVolumes: [DATA_VOLUME], deletion: DELETES, tags: { Team: "a", Stage: "x" } });
  await somebody(owner).send(
    new CreateTagsCommand({ Resources: [volumeIdOf(owner)], Tags: [{ Key: "Backup", Value: "daily" }] }),
  );
  await owner.up(program({ dataVolumes: [DATA_VOLUME], deletion: DELETES, tags: { Team: "b" } }));
  const { Team, Stage, Backup } = named(machineOf(owner)).tags;
  assert.deepEqual([Team, Stage, Backup], ["b", undefined, "daily"]);
  await destroyed(owner);
});
