import assert from "node:assert/strict";

import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumeStatusCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  StopInstancesCommand,
  type CreateVolumeCommandInput,
  type EC2Client,
  type Volume,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { LONG, idOf, launched, present, refused, seen, terminated } from "./scenes";
import { simulated } from "./support";

const DAY = 86_400_000;

async function madeVolume(ec2: EC2Client, input: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
  const command = new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 10, VolumeType: "gp3", ...input });
  return present((await ec2.send(command)).VolumeId);
}

async function seenVolume(ec2: EC2Client, VolumeId: string): Promise<Volume> {
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
  return present(Volumes[0]);
}

async function scene() {
  const simulation = simulated();
  const { ec2, clock } = simulation;
  const instance = await launched(ec2);
  const VolumeId = await madeVolume(ec2);
  clock.advance(LONG);
  const place = { VolumeId, InstanceId: idOf(instance), Device: "/dev/sdf" };
  return { ...simulation, instance, VolumeId, place, attach: () => ec2.send(new AttachVolumeCommand(place)) };
}

describe("a volume", () => {
  it("is being created at first, then available, with its type's defaults", async () => {
    const { ec2, clock } = simulated();
    const VolumeId = await madeVolume(ec2);
    assert.equal((await seenVolume(ec2, VolumeId)).State, "creating");
    clock.advance(LONG);
    const { State, Iops, Throughput, Encrypted } = await seenVolume(ec2, VolumeId);
    assert.deepEqual([State, Iops, Throughput, Encrypted], ["available", 3000, 125, false]);
    const { VolumeStatuses } = await ec2.send(new DescribeVolumeStatusCommand({ VolumeIds: [VolumeId] }));
    assert.equal(VolumeStatuses?.[0]?.VolumeStatus?.Status, "ok");
  });

  const refusals: [what: string, input: Partial<CreateVolumeCommandInput>, code: string][] = [
    ["no size", { Size: undefined }, "MissingParameter"],
    ["a size that its type does not have", { Size: 100, VolumeType: "st1" }, "InvalidParameterValue"],
    ["an unknown type", { VolumeType: "gp9" as "gp3" }, "InvalidParameterValue"],
    ["an unknown zone", { AvailabilityZone: "us-east-1z" }, "InvalidZone.NotFound"],
    ["IOPS on a type without", { VolumeType: "gp2", Iops: 3000 }, "InvalidParameterCombination"],
    ["no IOPS on a type that needs them", { VolumeType: "io1" }, "MissingParameter"],
    ["throughput on a type without", { VolumeType: "gp2", Throughput: 200 }, "InvalidParameterCombination"],
    ["an unknown snapshot", { SnapshotId: "snap-0bbbbbbbbbbbbbbbb" }, "InvalidSnapshot.NotFound"],
    ["a key and no encryption", { KmsKeyId: "alias/mine" }, "InvalidParameterCombination"],
  ];
  for (const [what, input, code] of refusals) {
    it(`is refused with ${what}`, async () => {
      const { ec2 } = simulated();
      await refused(madeVolume(ec2, input), code);
    });
  }

  it("ends in an error where its key is denied", async () => {
    const { ec2, clock } = simulated();
    const VolumeId = await madeVolume(ec2, { Encrypted: true, KmsKeyId: WELL_KNOWN.deniedKmsKey });
    clock.advance(LONG);
    assert.equal((await seenVolume(ec2, VolumeId)).State, "error");
  });

  it("is made once for one token", async () => {
    const { ec2 } = simulated();
    const ClientToken = "v1";
    assert.equal(await madeVolume(ec2, { ClientToken }), await madeVolume(ec2, { ClientToken }));
    await refused(madeVolume(ec2, { ClientToken, Size: 11 }), "IdempotentParameterMismatch");
  });
});

describe("attaching a volume", () => {
  it("takes a moment, and the instance maps it, to be kept when it ends", async () => {
    const { ec2, clock, attach, instance, VolumeId } = await scene();
    assert.equal((await attach()).State, "attaching");
    clock.advance(LONG);
    assert.equal((await seenVolume(ec2, VolumeId)).Attachments?.[0]?.State, "attached");
    const mapping = (await seen(ec2, instance)).BlockDeviceMappings?.find(
      ({ DeviceName }) => DeviceName === "/dev/sdf",
    );
    assert.deepEqual([mapping?.Ebs?.VolumeId, mapping?.Ebs?.DeleteOnTermination], [VolumeId, false]);
    await terminated(ec2, instance);
    clock.advance(LONG);
    assert.equal((await seenVolume(ec2, VolumeId)).State, "available");
  });

  it("ends with the instance where the device says so", async () => {
    const { ec2, clock, attach, instance, VolumeId } = await scene();
    await attach();
    const BlockDeviceMappings = [{ DeviceName: "/dev/sdf", Ebs: { DeleteOnTermination: true } }];
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: idOf(instance), BlockDeviceMappings }));
    await terminated(ec2, instance);
    clock.advance(LONG);
    await refused(seenVolume(ec2, VolumeId), "InvalidVolume.NotFound");
  });

  it("is refused across zones, at a taken device, for what is held and to what is not there yet", async () => {
    const { ec2, clock, attach, place } = await scene();
    const elsewhere = await madeVolume(ec2, { AvailabilityZone: "us-east-1b" });
    const fresh = await madeVolume(ec2);
    await refused(
      ec2.send(new AttachVolumeCommand({ ...place, VolumeId: fresh })),
      "IncorrectState",
      /not 'available'/,
    );
    clock.advance(LONG);
    await refused(
      ec2.send(new AttachVolumeCommand({ ...place, VolumeId: elsewhere })),
      "InvalidVolume.ZoneMismatch",
      /is not in the same availability zone as instance/,
    );
    await attach();
    await refused(ec2.send(new AttachVolumeCommand({ ...place, VolumeId: fresh })), "InvalidParameterValue", /in use/);
    await refused(ec2.send(new AttachVolumeCommand({ ...place, Device: "/dev/sdg" })), "VolumeInUse");
    await refused(ec2.send(new DeleteVolumeCommand({ VolumeId: place.VolumeId })), "VolumeInUse", /currently attached/);
    const pending = await launched(ec2);
    await refused(
      ec2.send(new AttachVolumeCommand({ ...place, InstanceId: idOf(pending), VolumeId: fresh })),
      "IncorrectState",
    );
  });

  it("is undone by detaching, after which the volume is free, and can be deleted", async () => {
    const { ec2, clock, attach, instance, VolumeId } = await scene();
    await refused(ec2.send(new DetachVolumeCommand({ VolumeId })), "IncorrectState", /'available' state/);
    await attach();
    clock.advance(LONG);
    const detach = new DetachVolumeCommand({ VolumeId, InstanceId: idOf(instance) });
    assert.equal((await ec2.send(detach)).State, "detaching");
    clock.advance(LONG);
    assert.equal((await seenVolume(ec2, VolumeId)).State, "available");
    assert.equal((await seen(ec2, instance)).BlockDeviceMappings?.length, 1);
    await ec2.send(new DeleteVolumeCommand({ VolumeId }));
    await refused(seenVolume(ec2, VolumeId), "InvalidVolume.NotFound");
  });

  it("never takes the root volume from a running instance, and does from a stopped one", async () => {
    const { ec2, clock, instance } = await scene();
    const root = present((await seen(ec2, instance)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId);
    await refused(ec2.send(new DetachVolumeCommand({ VolumeId: root })), "OperationNotPermitted", /root volume/);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    await ec2.send(new DetachVolumeCommand({ VolumeId: root }));
  });
});

describe("modifying a volume", () => {
  async function stateOf(ec2: EC2Client, VolumeId: string) {
    const { VolumesModifications } = await ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [VolumeId] }));
    return VolumesModifications?.[0]?.ModificationState;
  }

  it("goes over optimizing, from when on the new size is there, to completed", async () => {
    const { ec2, clock } = simulated();
    const VolumeId = await madeVolume(ec2);
    clock.advance(LONG);
    const { VolumeModification } = await ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 20 }));
    assert.equal(VolumeModification?.ModificationState, "modifying");
    assert.deepEqual([VolumeModification.OriginalSize, VolumeModification.TargetSize], [10, 20]);
    assert.equal((await seenVolume(ec2, VolumeId)).Size, 10);
    clock.advance(45_000);
    assert.equal(await stateOf(ec2, VolumeId), "optimizing");
    assert.equal((await seenVolume(ec2, VolumeId)).Size, 20);
    await refused(ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 30 })), "IncorrectModificationState");
    clock.advance(DAY / 2);
    assert.equal(await stateOf(ec2, VolumeId), "completed");
  });

  it("only ever makes it larger, and four times a day at most", async () => {
    const { ec2, clock } = simulated();
    const VolumeId = await madeVolume(ec2);
    clock.advance(LONG);
    await refused(ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 9 })), "InvalidParameterValue", /smaller/);
    for (const Size of [11, 12, 13, 14]) {
      await ec2.send(new ModifyVolumeCommand({ VolumeId, Size }));
      clock.advance(DAY / 6);
    }
    const fifth = () => ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 15 }));
    await refused(fifth(), "VolumeModificationRateExceeded");
    clock.advance(DAY / 2);
    await fifth();
  });
});

describe("a snapshot", () => {
  it("is pending at first, then completed, and makes volumes that are no smaller", async () => {
    const { ec2, clock } = simulated();
    const VolumeId = await madeVolume(ec2);
    clock.advance(LONG);
    const snapshot = await ec2.send(new CreateSnapshotCommand({ VolumeId, Description: "before" }));
    assert.deepEqual([snapshot.State, snapshot.VolumeSize], ["pending", 10]);
    clock.advance(LONG);
    const SnapshotId = present(snapshot.SnapshotId);
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
    assert.deepEqual(
      Snapshots.map(({ State, Progress }) => [State, Progress]),
      [["completed", "100%"]],
    );
    const copy = await madeVolume(ec2, { SnapshotId, Size: undefined });
    assert.equal((await seenVolume(ec2, copy)).Size, 10);
    await refused(madeVolume(ec2, { SnapshotId, Size: 5 }), "InvalidBlockDeviceMapping");
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    await refused(ec2.send(new DeleteSnapshotCommand({ SnapshotId })), "InvalidSnapshot.NotFound");
  });
});
