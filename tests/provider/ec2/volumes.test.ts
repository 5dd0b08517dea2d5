import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../local/ec2";
import { volumeOf } from "../../../provider/ec2/volumes";
import { cutting } from "../interruptions";
import { LONG, TAGS, account, codeOf, madeVolume, running, seen, seenVolume } from "./account";

const SNAPSHOT = "snap-0a000000000000001";
const KEY = "alias/mine";

describe("the EC2 client and volumes", () => {
  it("makes one with all that is asked for, and reads it back", async () => {
    const owner = account();
    const shape = { size: 30, type: "gp3", iops: 4000, throughput: 250 };
    const made = await madeVolume(owner, { ...shape, snapshotId: SNAPSHOT, encrypted: true, kmsKeyId: KEY });
    assert.equal(made.status, "creating");
    assert.deepEqual(await seenVolume(owner.ec2, made.id), {
      id: made.id,
      availabilityZone: "us-east-1a",
      ...shape,
      encrypted: true,
      kmsKeyId: KEY,
      status: "available",
      tags: TAGS,
    });
    const volume = owner.simulator.snapshot().volumes[made.id];
    assert.deepEqual([volume?.snapshotId, volume?.encrypted, volume?.kmsKeyId], [SNAPSHOT, true, KEY]);
  });

  it("makes one that is encrypted, by no key in particular", async () => {
    const owner = account();
    const { id } = await madeVolume(owner, { encrypted: true });
    assert.equal(owner.simulator.snapshot().volumes[id]?.encrypted, true);
  });

  it("makes gp3 where no type is given, and the snapshot's size where none is", async () => {
    const owner = account();
    const { type, size } = await madeVolume(owner, { size: undefined, snapshotId: SNAPSHOT });
    assert.deepEqual([type, size], ["gp3", 8]);
    assert.equal((await madeVolume(owner, { type: "st1", size: 125 })).type, "st1");
  });

  it("makes one once for one token, though the reply was lost", async () => {
    const owner = account(cutting("CreateVolume", "after"));
    await madeVolume(owner);
    assert.equal(Object.keys(owner.simulator.snapshot().volumes).length, 1);
  });

  it("attaches one to be kept, and takes it off", async () => {
    const owner = account();
    const { ec2, clock } = owner;
    const instance = await running(owner);
    const { id } = await madeVolume(owner);
    const attachedAt = clock.now();
    await ec2.attachVolume(id, instance.id, "/dev/sdf");
    const attachment = { instanceId: instance.id, deviceName: "/dev/sdf", deleteOnTermination: false, attachedAt };
    assert.deepEqual((await seenVolume(ec2, id)).attachment, { ...attachment, status: "attaching" });
    clock.advance(LONG);
    assert.deepEqual((await seenVolume(ec2, id)).attachment, { ...attachment, status: "attached" });
    const device = { deviceName: "/dev/sdf", volumeId: id, deleteOnTermination: false };
    assert.deepEqual((await seen(ec2, instance.id)).devices.slice(1), [device]);
    await ec2.detachVolume(id, instance.id);
    assert.equal((await seenVolume(ec2, id)).attachment?.status, "detaching");
    clock.advance(LONG);
    const free = await seenVolume(ec2, id);
    assert.deepEqual([free.status, free.attachment], ["available", undefined]);
    await ec2.deleteVolume(id);
    assert.deepEqual(await ec2.describeVolumes({ "volume-id": [id] }), []);
  });

  it("takes none from an instance that does not have it, and from nobody by force", async () => {
    const owner = account();
    const [holder, other] = [await running(owner), await running(owner)];
    const { id } = await madeVolume(owner);
    await owner.ec2.attachVolume(id, holder.id, "/dev/sdf");
    assert.equal(await codeOf(owner.ec2.detachVolume(id, other.id)), "InvalidAttachment.NotFound");
    assert.equal(await codeOf(owner.ec2.attachVolume(id, other.id, "/dev/sdf")), "VolumeInUse");
    assert.equal(await codeOf(owner.ec2.deleteVolume(id)), "VolumeInUse");
  });

  it("sees to it that one outlives its instance", async () => {
    const owner = account();
    const { ec2, somebody, clock } = owner;
    const instance = await running(owner);
    const { id } = await madeVolume(owner);
    await ec2.attachVolume(id, instance.id, "/dev/sdf");
    const BlockDeviceMappings = [{ DeviceName: "/dev/sdf", Ebs: { DeleteOnTermination: true } }];
    await somebody.send(new ModifyInstanceAttributeCommand({ InstanceId: instance.id, BlockDeviceMappings }));
    assert.equal((await seenVolume(ec2, id)).attachment?.deleteOnTermination, true);
    await ec2.setDeleteOnTermination(instance.id, "/dev/sdf", false);
    assert.equal((await seenVolume(ec2, id)).attachment?.deleteOnTermination, false);
    await ec2.terminateInstance(instance.id, true);
    clock.advance(LONG);
    assert.equal((await seenVolume(ec2, id)).status, "available");
  });

  it("changes one while it is held", async () => {
    const owner = account();
    const { ec2, clock } = owner;
    const instance = await running(owner);
    const { id } = await madeVolume(owner);
    await ec2.attachVolume(id, instance.id, "/dev/sdf");
    owner.simulator.timings.set({ volumeModifying: 10_000, volumeOptimizing: LONG * 2 });
    const shape = { size: 40, type: "gp3", iops: 5000, throughput: 300 };
    await ec2.modifyVolume(id, shape);
    clock.advance(LONG);
    const { size, type, iops, throughput } = await seenVolume(ec2, id);
    assert.deepEqual({ size, type, iops, throughput }, shape);
    assert.equal(await codeOf(ec2.modifyVolume(id, { size: 50 })), "IncorrectModificationState");
    clock.advance(4 * 3_600_000);
    await ec2.modifyVolume(id, { type: "io2", iops: 6000 });
    clock.advance(LONG);
    const changed = await seenVolume(ec2, id);
    assert.deepEqual([changed.type, changed.iops, changed.size], ["io2", 6000, 40]);
  });
});

describe("the EC2 client and root volumes", () => {
  const replacement = { imageId: WELL_KNOWN.imageV2, tags: TAGS, clientToken: "r1" };

  it("replaces one by an image, and the old one goes", async () => {
    const owner = account();
    const { ec2, simulator, clock } = owner;
    const { id, devices } = await running(owner, { rootVolume: undefined });
    const task = await ec2.replaceRootVolume({ instanceId: id, ...replacement });
    assert.equal(task.state, "pending");
    assert.equal((await ec2.replaceRootVolume({ instanceId: id, ...replacement })).id, task.id);
    const made = simulator.snapshot().rootVolumeTasks[task.id];
    assert.deepEqual([made?.imageId, made?.deleteReplaced, made?.tags], [WELL_KNOWN.imageV2, true, TAGS]);
    clock.advance(LONG);
    assert.deepEqual(await ec2.describeRootVolumeTasks(id), [
      { id: task.id, state: "succeeded", tags: replacement.tags },
    ]);
    const [root] = (await seen(ec2, id)).devices;
    assert.notEqual(root?.volumeId, devices[0]?.volumeId);
    assert.deepEqual(Object.keys(simulator.snapshot().volumes), [root?.volumeId]);
  });

  it("is told that it failed", async () => {
    const owner = account();
    const { id, devices } = await running(owner, { rootVolume: undefined });
    owner.simulator.failNextRootVolume();
    await owner.ec2.replaceRootVolume({ instanceId: id, ...replacement });
    owner.clock.advance(LONG);
    const [task] = await owner.ec2.describeRootVolumeTasks(id);
    assert.equal(task?.state, "failed");
    assert.deepEqual((await seen(owner.ec2, id)).devices, devices);
  });
});

describe("a volume as EC2 sends it", () => {
  it("has no attachment that has ended", () => {
    const attached = (State: "detached" | "attached") =>
      volumeOf({ VolumeId: "vol-1", Attachments: [{ State, InstanceId: "i-1" }] }).attachment?.instanceId;
    assert.deepEqual([attached("detached"), attached("attached")], [undefined, "i-1"]);
  });
});
