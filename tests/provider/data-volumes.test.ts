import assert from "node:assert/strict";
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { cutting } from "./interruptions";
import {
  createdAtEveryCall,
  destroyedAtEveryCall,
  goingOn,
  killedAfter,
  killedBefore,
  updatedAtEveryCall,
} from "./kills";
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
  type SimVolume,
  somebody,
  up,
} from "./world";

type Properties = Record<string, unknown>;
type Account = Pick<Stack, "simulator" | "clock">;

const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
const LOGS = { name: "logs", deviceName: "/dev/sdg", size: 20 };
const DELETES = { dataVolumes: "delete" };

function named(machine: Machine, name = "data"): SimVolume {
  const volume = machine.dataVolumes.get(name);
  assert.ok(volume !== undefined, `there should be a data volume ${name}`);
  return volume;
}

/** The id of the data volume, found through the outputs. */
function idOf(owner: Stack, name = "data"): string {
  return (owner.outputs.dataVolumeIds as Record<string, string>)[name] ?? "";
}

function volumeIn(account: Account, id: string): SimVolume | undefined {
  return made(account).volumes.find((it) => it.volumeId === id);
}

async function makeVolume(
  account: Account,
  { size = 10, zone = "us-east-1a", tags = {} }: { size?: number; zone?: string; tags?: Record<string, string> } = {},
): Promise<string> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { VolumeId = "" } = await somebody(account).send(
    new CreateVolumeCommand({
      Size: size,
      VolumeType: "gp3",
      AvailabilityZone: zone,
      TagSpecifications: Tags.length === 0 ? undefined : [{ ResourceType: "volume", Tags }],
    }),
  );
  later(account);
  return VolumeId;
}

async function launchStranger(account: Account): Promise<string> {
  const { Instances = [] } = await somebody(account).send(
    new RunInstancesCommand({
      ImageId: WELL_KNOWN.imageV1,
      InstanceType: "m7i.large",
      SubnetId: WELL_KNOWN.subnetA,
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  later(account);
  return Instances[0]?.InstanceId ?? "";
}

/** A volume is attached to an instance that is none of the machine's. */
async function attachElsewhere(account: Account, VolumeId: string): Promise<string> {
  const InstanceId = await launchStranger(account);
  await somebody(account).send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: "/dev/sdx" }));
  later(account);
  return InstanceId;
}

async function detachByHand(account: Account, VolumeId: string): Promise<void> {
  await somebody(account).send(new DetachVolumeCommand({ VolumeId }));
  later(account);
}

async function destroyed(owner: Stack, ...except: string[]): Promise<void> {
  await owner.destroy();
  later(owner);
  nothingIsLeft(owner, ...except);
}

describe("a data volume", () => {
  it("is made in the identity's zone as it is declared, and attached as its device, with the machine's tags", async () => {
    const volume = { ...DATA, iops: 4000, throughput: 250, encrypted: true, kmsKeyId: "alias/mine" };
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
    const owner = await up({ dataVolumes: [DATA, { ...LOGS, type: "io2", iops: 500 }], deletion: DELETES });
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
    const odd = { ...DATA, name: "constructor" };
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
    const denied = { ...DATA, encrypted: true, kmsKeyId: WELL_KNOWN.deniedKmsKey };
    const failure = await failureOf(owner.up(program({ dataVolumes: [denied], deletion: DELETES })));
    assert.match(
      failure.message,
      /^could not make the data volume data: EC2 could not make it .*check that EC2 may use the key/,
    );
    assert.deepEqual(made(owner).volumes, []);
    // Nothing has the old key, so there is nothing that could not be changed but the declaration.
    await owner.destroy();
    await owner.up(program({ dataVolumes: [{ ...DATA, encrypted: true }], deletion: DELETES }));
    assert.equal(named(machineOf(owner)).encrypted, true);
    await destroyed(owner);
  });
});

describe("a data volume stays the same volume", () => {
  const SPOT = { market: { lifecycle: "spot" } };
  const CHANGES: [string, Properties, Properties][] = [
    ["a replacement, terminate-first", {}, { imageId: WELL_KNOWN.imageV2 }],
    ["a replacement on spot", SPOT, { ...SPOT, imageId: WELL_KNOWN.imageV2 }],
    [
      "a replacement of the root volume",
      { replacement: { strategy: "root-volume" } },
      { replacement: { strategy: "root-volume" }, imageId: WELL_KNOWN.imageV2 },
    ],
    [
      "a stop, another type, and a start",
      { replacement: { strategy: "stop-start" } },
      { replacement: { strategy: "stop-start" }, instanceType: "m6i.large" },
    ],
    ["a recycle", {}, { recycleTriggers: { now: "1" } }],
    ["a move to another private IP", {}, { privateIp: "10.0.1.77" }],
    ["a move to another subnet of the zone", {}, { subnetId: WELL_KNOWN.tinySubnet }],
    [
      "a machine whose private IP need not persist",
      { persistPrivateIp: false },
      { persistPrivateIp: false, imageId: WELL_KNOWN.imageV2 },
    ],
  ];
  for (const [what, before, after] of CHANGES) {
    it(`over ${what}`, async () => {
      const owner = await up({ ...before, dataVolumes: [DATA, LOGS], deletion: DELETES });
      const was = machineOf(owner);
      await owner.up(program({ ...after, dataVolumes: [DATA, LOGS], deletion: DELETES }));
      const now = machineOf(owner);
      assert.notDeepEqual([now.instance, now.volume, now.eni], [was.instance, was.volume, was.eni]);
      assert.deepEqual(
        [named(now).volumeId, named(now, "logs").volumeId],
        [named(was).volumeId, named(was, "logs").volumeId],
      );
      await destroyed(owner);
    });
  }

  it("over overlap, which ends the old instance before the volume can be attached to the new one", async () => {
    const overlap = { replacement: { strategy: "overlap" }, dataVolumes: [DATA], deletion: DELETES };
    const owner = await up(overlap);
    const before = idOf(owner);
    const { instanceId } = owner.outputs;
    await owner.up(program({ ...overlap, imageId: WELL_KNOWN.imageV2 }));
    assert.notEqual(owner.outputs.instanceId, instanceId);
    assert.equal(idOf(owner), before);
    assert.equal(volumeIn(owner, before)?.attachment?.instanceId, owner.outputs.instanceId);
    await destroyed(owner);
  });

  for (const pauseBehavior of ["stop", "terminate"]) {
    it(`over a pause (${pauseBehavior}) and what is changed meanwhile`, async () => {
      const inputs = { dataVolumes: [DATA], deletion: DELETES, pauseBehavior };
      const owner = await up(inputs);
      const was = machineOf(owner);
      const paused = {
        ...inputs,
        desiredState: "paused",
        dataVolumes: [{ ...DATA, deviceName: "/dev/sdh", size: 15 }, LOGS],
      };
      await owner.up(program({ ...inputs, desiredState: "paused" }));
      const attachedTo = volumeIn(owner, idOf(owner))?.attachment?.instanceId;
      assert.equal(attachedTo, pauseBehavior === "stop" ? was.instance.instanceId : undefined);
      await owner.up(program(paused));
      assert.equal(await owner.up(program(paused)), "same");
      await owner.up(program({ ...paused, desiredState: "running" }));
      const now = machineOf(owner);
      assert.deepEqual([named(now).volumeId, named(now).size], [named(was).volumeId, 15]);
      assert.deepEqual(identityOf(now), identityOf(was));
      await destroyed(owner);
    });
  }

  it("when somebody ended the instance: refresh says so, and the next one has it", async () => {
    const inputs = { dataVolumes: [DATA], deletion: DELETES };
    const owner = await up(inputs);
    const { instance, ...was } = machineOf(owner);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["it has no instance"]);
    await owner.up(program(inputs));
    assert.equal(named(machineOf(owner)).volumeId, named({ instance, ...was }).volumeId);
    await destroyed(owner);
  });

  it("although somebody set it to be deleted with its instance: that is reset before the instance is retired", async () => {
    const inputs = { dataVolumes: [DATA], deletion: DELETES };
    const owner = await up(inputs);
    const was = machineOf(owner);
    await flip(owner, was);
    owner.calls();
    await owner.up(program({ ...inputs, imageId: WELL_KNOWN.imageV2 }));
    const calls = owner.calls("mutating");
    assert.ok(calls.indexOf("ModifyInstanceAttribute") < calls.indexOf("TerminateInstances"), calls.join());
    assert.ok(calls.includes("ModifyInstanceAttribute"));
    assert.equal(named(machineOf(owner)).volumeId, named(was).volumeId);
    await destroyed(owner);
  });

  it("over a replacement that is rolled back: the previous instance has what it had", async () => {
    const inputs = { dataVolumes: [DATA, LOGS], deletion: DELETES };
    const owner = await up(inputs);
    const was = machineOf(owner);
    owner.simulator.failNextLaunch("Server.InternalError");
    const changed = {
      dataVolumes: [{ ...DATA, deviceName: "/dev/sdp" }],
      deletion: DELETES,
      imageId: WELL_KNOWN.imageV2,
    };
    const failure = await failureOf(owner.up(program(changed)));
    assert.match(failure.message, /runs again, as i-/);
    const { instanceId, imageId } = only(made(owner).instances);
    assert.equal(imageId, WELL_KNOWN.imageV1);
    for (const name of ["data", "logs"]) {
      const { volumeId, attachment } = named(was, name);
      const now = volumeIn(owner, volumeId)?.attachment;
      assert.deepEqual([now?.instanceId, now?.device], [instanceId, attachment?.device], name);
    }
    await owner.up(program(changed));
    assert.equal(named(machineOf(owner)).volumeId, named(was).volumeId);
    await destroyed(owner);
  });
});

async function flip(owner: Stack, { instance }: Machine): Promise<void> {
  await somebody(owner).send(
    new ModifyInstanceAttributeCommand({
      InstanceId: instance.instanceId,
      BlockDeviceMappings: [{ DeviceName: DATA.deviceName, Ebs: { DeleteOnTermination: true } }],
    }),
  );
  assert.equal(volumeIn(owner, idOf(owner))?.attachment?.deleteOnTermination, true);
}

describe("a data volume is changed in place", () => {
  const SHAPES: [string, Properties][] = [
    ["size", { size: 25 }],
    ["type", { type: "io2", iops: 3000 }],
    ["iops", { iops: 5000 }],
    ["throughput", { throughput: 500 }],
  ];
  for (const [what, shape] of SHAPES) {
    it(`in its ${what}: nothing but the volume is touched`, async () => {
      const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
      const was = machineOf(owner);
      await owner.refresh();
      owner.calls();
      const inputs = { dataVolumes: [{ ...DATA, ...shape }], deletion: DELETES };
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
    const owner = await up({ dataVolumes: [DATA] });
    const { failures } = await owner.preview(program({ dataVolumes: [{ ...DATA, size: 9 }] }));
    assert.deepEqual(
      failures.map((it) => it.property),
      ["dataVolumes[0].size"],
    );
    assert.match(failures[0]?.reason ?? "", /9 GiB is asked for, but EBS volumes cannot shrink; it has 10 GiB/);
    machineOf(owner);
  });

  it("that somebody made larger is left so", async () => {
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    await somebody(owner).send(new ModifyVolumeCommand({ VolumeId: idOf(owner), Size: 50 }));
    later(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(program({ dataVolumes: [{ ...DATA, size: 30 }], deletion: DELETES }));
    assert.equal(named(machineOf(owner)).size, 50);
    await destroyed(owner);
  });

  it("a second time as soon as EC2 takes it", async () => {
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    await owner.up(program({ dataVolumes: [{ ...DATA, size: 20 }], deletion: DELETES }));
    await owner.up(program({ dataVolumes: [{ ...DATA, size: 30 }], deletion: DELETES }));
    assert.equal(named(machineOf(owner)).size, 30);
    await destroyed(owner);
  });

  it("a second time while EC2 still optimizes for long: fails in a sentence, and goes on later", async () => {
    const wanted = (size: number): Properties =>
      program({ dataVolumes: [{ ...DATA, size }], deletion: DELETES, replacement: { timeoutSeconds: 60 } });
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
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    for (const size of [11, 12, 13, 14]) {
      await owner.up(program({ dataVolumes: [{ ...DATA, size }], deletion: DELETES }));
      owner.clock.advance(3_600_000);
    }
    const failure = await failureOf(owner.up(program({ dataVolumes: [{ ...DATA, size: 15 }], deletion: DELETES })));
    assert.match(failure.message, /VolumeModificationRateExceeded.*Run `pulumi up` again in some hours/);
    await destroyed(owner);
  });

  it("while somebody else's change of it is carried out, it is attached after that", async () => {
    const inputs = { dataVolumes: [DATA], deletion: DELETES, pauseBehavior: "terminate" };
    const owner = await up(inputs);
    await owner.up(program({ ...inputs, desiredState: "paused" }));
    owner.simulator.timings.set({ volumeModifying: 90_000 });
    await somebody(owner).send(new ModifyVolumeCommand({ VolumeId: idOf(owner), Size: 50 }));
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
    await owner.up(program({ dataVolumes: [DATA, LOGS], deletion: DELETES }));
    const now = machineOf(owner);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.dataVolumes.size, 2);
    await destroyed(owner);
  });

  it("are detached and retained when they are taken out, with a line that says what it costs", async () => {
    const owner = await up({ dataVolumes: [DATA, LOGS] });
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
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    const { instance } = machineOf(owner);
    await owner.refresh();
    owner.calls();
    await owner.up(program({ deletion: DELETES }));
    assert.deepEqual(owner.calls("mutating"), ["DetachVolume", "DeleteVolume"]);
    assert.equal(machineOf(owner).instance.instanceId, instance.instanceId);
    await destroyed(owner);
  });

  it("are attached anew as another device, and swap devices", async () => {
    const owner = await up({ dataVolumes: [DATA, LOGS], deletion: DELETES });
    const was = machineOf(owner);
    const swapped = [
      { ...DATA, deviceName: LOGS.deviceName },
      { ...LOGS, deviceName: DATA.deviceName },
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
    ["as it was", DATA],
    ["larger", { ...DATA, size: 12 }],
  ] as const) {
    it(`are made anew when they are declared again, ${what}: what was retained stays aside`, async () => {
      const owner = await up({ dataVolumes: [DATA] });
      const aside = [idOf(owner)];
      for (let times = 0; times < 2; times++) {
        await owner.up(program());
        machineOf(owner, ...aside);
        await owner.up(program({ dataVolumes: [again] }));
        assert.equal(named(machineOf(owner, ...aside)).size, again.size);
        assert.equal(volumeIn(owner, aside[0] ?? "")?.tags[TAG.retained], "true");
        aside.push(idOf(owner));
      }
      assert.equal(new Set(aside).size, 3);
      await destroyed(owner, ...aside);
    });
  }

  it("are made anew when they were deleted and are declared again", async () => {
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    const before = idOf(owner);
    await owner.up(program({ deletion: DELETES }));
    await owner.up(program({ dataVolumes: [{ ...DATA, size: 12 }], deletion: DELETES }));
    assert.notEqual(named(machineOf(owner)).volumeId, before);
    await destroyed(owner);
  });

  it("come back by their id beside a new one of the old name, each as its own", async () => {
    const owner = await up({ dataVolumes: [DATA] });
    const old = idOf(owner);
    await owner.up(program());
    const dataVolumes = [DATA, { name: "old", deviceName: "/dev/sdo", volumeId: old }];
    await owner.up(program({ dataVolumes, deletion: DELETES }));
    const machine = machineOf(owner);
    assert.notEqual(named(machine).volumeId, old);
    assert.equal(named(machine, "old").volumeId, old);
    await destroyed(owner, old);
    assert.deepEqual(Object.keys(volumeIn(owner, old)?.tags ?? {}), ["Name"]);
  });

  it("come back by their id beside a new one of the old name in another machine, from its first run on", async () => {
    const first = await up({ dataVolumes: [DATA] });
    const old = idOf(first);
    await destroyed(first, old);
    const owner = quick({ on: first });
    const dataVolumes = [DATA, { name: "old", deviceName: "/dev/sdo", volumeId: old }];
    await owner.up(program({ dataVolumes, deletion: DELETES }));
    assert.notEqual(named(machineOf(owner)).volumeId, old);
    await destroyed(owner, old);
  });

  it("make room for one another: a new one takes the device of one that goes", async () => {
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    await owner.up(program({ dataVolumes: [{ ...LOGS, deviceName: DATA.deviceName }], deletion: DELETES }));
    assert.equal(named(machineOf(owner), "logs").attachment?.device, DATA.deviceName);
    await destroyed(owner);
  });

  it("that a guest does not let go: fails within the time allowed, and tells to unmount", async () => {
    const inputs = { deletion: DELETES, replacement: { timeoutSeconds: 60 } };
    const owner = await up({ ...inputs, dataVolumes: [DATA] });
    owner.simulator.timings.set({ volumeDetach: 3_600_000 });
    const [begin, volumeId] = [owner.clock.now(), idOf(owner)];
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
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    const theirs = await makeVolume(owner, { tags: { Team: "theirs" } });
    const InstanceId = String(owner.outputs.instanceId);
    await somebody(owner).send(new AttachVolumeCommand({ VolumeId: theirs, InstanceId, Device: "/dev/sdx" }));
    later(owner);
    await owner.up(program({ dataVolumes: [DATA], deletion: DELETES, tags: { Team: "a" } }));
    assert.deepEqual(volumeIn(owner, theirs)?.tags, { Team: "theirs" });
    assert.equal(machineOf(owner, theirs).volume.tags.Team, "a");
    await destroyed(owner, theirs);
  });
});

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
    const owner = await up({ dataVolumes: [DATA], deletion: DELETES });
    const volumeId = idOf(owner);
    await owner.up(program({ dataVolumes: [{ ...given(volumeId), name: "mine" }], deletion: DELETES }));
    assert.equal(named(machineOf(owner), "mine").volumeId, volumeId);
    await destroyed(owner, volumeId);
  });

  it("of another zone is refused at preview", async () => {
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

  it("of another managed instance: nothing is changed, and it is never given back, retained or deleted", async () => {
    const other = await up({
      dataVolumes: [DATA],
      desiredState: "paused",
      resourceUrn: "urn:pulumi:dev::shop::t::other",
    });
    const volumeId = idOf(other);
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

async function untag(owner: Stack, id: string, keys: string[]): Promise<void> {
  await somebody(owner).send(new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }));
}

describe("a machine with data volumes", () => {
  it("does not move to another zone: preview says so", async () => {
    const owner = await up({ dataVolumes: [DATA] });
    const { failures } = await owner.preview(
      program({ dataVolumes: [DATA], subnetId: WELL_KNOWN.subnetB, instanceType: "t3.micro" }),
    );
    assert.deepEqual(
      failures.map((it) => it.property),
      ["subnetId"],
    );
    machineOf(owner);
  });

  for (const persistPrivateIp of [true, false]) {
    it(`that is made paused has them, and attaches them when it runs (persistPrivateIp: ${persistPrivateIp})`, async () => {
      const inputs = { dataVolumes: [DATA], deletion: DELETES, persistPrivateIp };
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
      const owner = await up({ dataVolumes: [DATA], deletion: DELETES, persistPrivateIp, desiredState: "paused" });
      await destroyed(owner);
    });
  }
});

describe("drift of a data volume", () => {
  const inputs = { dataVolumes: [DATA], deletion: DELETES };

  it("detached by hand: refresh says so, and up attaches it", async () => {
    const owner = await up(inputs);
    const was = machineOf(owner);
    await detachByHand(owner, idOf(owner));
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
    await detachByHand(owner, idOf(owner));
    await somebody(owner).send(new AttachVolumeCommand({ VolumeId: idOf(owner), InstanceId, Device: "/dev/sdz" }));
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
      const VolumeId = idOf(owner);
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
      await detachByHand(owner, idOf(owner));
      await somebody(owner).send(new DeleteVolumeCommand({ VolumeId: idOf(owner) }));
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
    assert.deepEqual(owner.outputs.drift, [`the data volume ${idOf(owner)} would be deleted with its instance`]);
    await owner.up(program(inputs));
    machineOf(owner);
    await destroyed(owner);
  });

  it("with its tags taken off: refresh says so, up puts them on, and destroy finds it without them", async () => {
    for (const puts of [true, false]) {
      const owner = await up(inputs);
      await untag(owner, idOf(owner), [TAG.id, TAG.urn, TAG.volume, "Name"]);
      if (puts) {
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, [`tags of ${idOf(owner)} are not as declared`]);
        await owner.up(program(inputs));
        assert.equal(named(machineOf(owner)).tags.Name, "web");
      }
      await destroyed(owner);
    }
  });

  it("of another type by hand: refresh says so, and up puts it right", async () => {
    const owner = await up(inputs);
    await somebody(owner).send(new ModifyVolumeCommand({ VolumeId: idOf(owner), VolumeType: "gp2" }));
    owner.clock.advance(3_600_000);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, [`the data volume ${idOf(owner)} is not as declared`]);
    await owner.up(program(inputs));
    assert.equal(named(machineOf(owner)).volumeType, "gp3");
    await destroyed(owner);
  });

  it("attached elsewhere by hand: nothing is changed; it is neither taken off nor deleted there", async () => {
    const owner = await up(inputs);
    const volumeId = idOf(owner);
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

describe("lost replies", () => {
  const inputs = { dataVolumes: [DATA], deletion: DELETES };

  for (const action of ["CreateVolume", "AttachVolume"]) {
    it(`to ${action}: one volume, attached once`, async () => {
      const owner = quick({ through: cutting(action, "after") });
      await owner.up(program(inputs));
      machineOf(owner);
      await destroyed(owner);
    });
  }

  const CHANGES: [string, Properties][] = [
    ["ModifyVolume", { ...inputs, dataVolumes: [{ ...DATA, size: 20 }] }],
    ["DetachVolume", { ...inputs, dataVolumes: [{ ...DATA, deviceName: "/dev/sdh" }] }],
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
    await createdAtEveryCall(account, { dataVolumes: [DATA, LOGS], deletion }, async (stack, point) => {
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
    ["one that adds a volume", { deletion }, { dataVolumes: [DATA], deletion }],
    [
      "one that removes and deletes a volume",
      { dataVolumes: [DATA, LOGS], deletion },
      { dataVolumes: [LOGS], deletion },
    ],
    [
      "one that moves a volume to another device",
      { dataVolumes: [DATA] },
      { dataVolumes: [{ ...DATA, deviceName: "/dev/sdh" }] },
    ],
    ["one that grows a volume", { dataVolumes: [DATA] }, { dataVolumes: [{ ...DATA, size: 20 }] }],
    ["a replacement", { dataVolumes: [DATA] }, { dataVolumes: [DATA], imageId: WELL_KNOWN.imageV2 }],
    ["a move within the zone", { dataVolumes: [DATA] }, { dataVolumes: [DATA], privateIp: "10.0.1.77" }],
  ];
  for (const [what, before, after] of UPDATES) {
    it(`an update, ${what}, leaks and doubles none`, async () => {
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
    const owner = await up({ dataVolumes: [DATA] });
    const volumeId = idOf(owner);
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
    const inputs = { dataVolumes: [DATA] };
    const owner = await up(inputs);
    const volumeId = idOf(owner);
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
    const owner = await up({ dataVolumes: [DATA, LOGS], deletion });
    await destroyedAtEveryCall(owner, () => {
      nothingIsLeft(owner);
    });
  });
});

describe("a root volume", () => {
  const WHOLE = { size: 20, type: "gp3", iops: 4000, throughput: 250, encrypted: true, kmsKeyId: "alias/mine" };
  const shape = ({ volume }: Machine): Properties => {
    const { size, volumeType: type, iops, throughput, encrypted, kmsKeyId } = volume;
    return { size, type, iops, throughput, encrypted, kmsKeyId };
  };

  it("has every option that is declared", async () => {
    const owner = await up({ rootVolume: WHOLE });
    assert.deepEqual(shape(machineOf(owner)), WHOLE);
    await destroyed(owner);
  });

  for (const [name, value] of Object.entries({
    ...WHOLE,
    type: "io2",
    size: 30,
    iops: 6000,
    throughput: 300,
    encrypted: false,
    kmsKeyId: "alias/other",
  })) {
    it(`with another ${name}: the instance is replaced, and the identity kept`, async () => {
      const changed: Properties = { ...WHOLE, [name]: value };
      const unfit = [...(name === "type" ? ["throughput"] : []), ...(name === "encrypted" ? ["kmsKeyId"] : [])];
      const rootVolume = Object.fromEntries(Object.entries(changed).filter(([key]) => !unfit.includes(key)));
      const owner = await up({ rootVolume: WHOLE, elasticIp: true });
      const was = machineOf(owner);
      await owner.up(program({ rootVolume, elasticIp: true }));
      const now = machineOf(owner);
      assert.equal(shape(now)[name], value);
      assert.notEqual(now.instance.instanceId, was.instance.instanceId);
      assert.deepEqual(identityOf(now), identityOf(was));
      await destroyed(owner);
    });
  }

  it("that is no longer declared is the image's own again", async () => {
    const plain = shape(machineOf(await up()));
    const owner = await up({ rootVolume: WHOLE });
    await owner.up(program());
    assert.deepEqual(shape(machineOf(owner)), plain);
    assert.notDeepEqual(plain, WHOLE);
    await destroyed(owner);
  });

  it("smaller than the image: the instance keeps running, and the sentence says so", async () => {
    const owner = await up();
    const was = machineOf(owner);
    const failure = await failureOf(owner.up(program({ rootVolume: { size: 1 } })));
    assert.match(
      failure.message,
      /rootVolume\.size: 1 GiB is asked for as the root volume, and the one of the image ami-\w+ has 8 GiB/,
    );
    assert.equal(only(made(owner).instances).instanceId, was.instance.instanceId);
    await destroyed(owner);
  });
});

it("tags of a data volume follow the program's, and others' stay", async () => {
  const owner = await up({ dataVolumes: [DATA], deletion: DELETES, tags: { Team: "a", Stage: "x" } });
  await somebody(owner).send(
    new CreateTagsCommand({ Resources: [idOf(owner)], Tags: [{ Key: "Backup", Value: "daily" }] }),
  );
  await owner.up(program({ dataVolumes: [DATA], deletion: DELETES, tags: { Team: "b" } }));
  const { Team, Stage, Backup } = named(machineOf(owner)).tags;
  assert.deepEqual([Team, Stage, Backup], ["b", undefined, "daily"]);
  await destroyed(owner);
});
