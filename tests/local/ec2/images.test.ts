import assert from "node:assert/strict";

import {
  CreateImageCommand,
  CreateReplaceRootVolumeTaskCommand,
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeReplaceRootVolumeTasksCommand,
  DescribeVolumesCommand,
  StopInstancesCommand,
  type CreateReplaceRootVolumeTaskCommandInput,
  type EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import {
  LONG,
  associated,
  idOf,
  launched,
  launchedOn,
  madeAddress,
  madeInterface,
  present,
  refused,
  seen,
  seenInterface,
} from "./scenes";
import { simulated } from "./support";

async function running() {
  const simulation = simulated();
  const instance = await launched(simulation.ec2);
  simulation.clock.advance(LONG);
  return { ...simulation, instance, InstanceId: idOf(instance) };
}

function replaced(ec2: EC2Client, instance: Instance, input: Partial<CreateReplaceRootVolumeTaskCommandInput> = {}) {
  return ec2.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId: idOf(instance), ...input }));
}

async function taskState(ec2: EC2Client, instance: Instance) {
  const Filters = [{ Name: "instance-id", Values: [idOf(instance)] }];
  const { ReplaceRootVolumeTasks } = await ec2.send(new DescribeReplaceRootVolumeTasksCommand({ Filters }));
  return ReplaceRootVolumeTasks?.[0]?.TaskState;
}

async function rootOf(ec2: EC2Client, instance: Instance): Promise<string> {
  return present((await seen(ec2, instance)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId);
}

describe("an image of an instance", () => {
  it("is pending at first, then launches what the instance had", async () => {
    const { ec2, clock, InstanceId } = await running();
    const { ImageId } = await ec2.send(new CreateImageCommand({ InstanceId, Name: "golden" }));
    const ids = [present(ImageId)];
    const state = async () => (await ec2.send(new DescribeImagesCommand({ ImageIds: ids }))).Images?.[0]?.State;
    assert.equal(await state(), "pending");
    await refused(launched(ec2, { ImageId }), "InvalidAMIID.Unavailable");
    clock.advance(LONG);
    assert.equal(await state(), "available");
    assert.equal((await launched(ec2, { ImageId })).ImageId, ImageId);
    const again = new CreateImageCommand({ InstanceId, Name: "golden" });
    await refused(ec2.send(again), "InvalidAMIName.Duplicate", /AMI name golden is already in use by AMI ami-/);
  });

  it("costs the instance a reboot, unless told otherwise", async () => {
    for (const NoReboot of [false, true]) {
      const { ec2, clock, simulator, instance, InstanceId } = await running();
      await ec2.send(new CreateImageCommand({ InstanceId, Name: "golden", NoReboot }));
      clock.advance(LONG);
      const { outages = [] } = simulator.timeline().privateIps[present(instance.PrivateIpAddress)] ?? {};
      assert.equal(outages.length, NoReboot ? 0 : 1);
      assert.equal((await seen(ec2, instance)).State?.Name, "running");
    }
  });

  it("holds its snapshots until it is deregistered", async () => {
    const { ec2, clock, InstanceId } = await running();
    const { ImageId } = await ec2.send(new CreateImageCommand({ InstanceId, Name: "golden" }));
    clock.advance(LONG);
    const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }));
    const SnapshotId = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
    const remove = () => ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    await refused(remove(), "InvalidSnapshot.InUse", new RegExp(`is currently in use by ${present(ImageId)}`));
    await ec2.send(new DeregisterImageCommand({ ImageId }));
    await refused(launched(ec2, { ImageId }), "InvalidAMIID.Unavailable");
    await remove();
    await refused(ec2.send(new DeregisterImageCommand({ ImageId: WELL_KNOWN.imageV1 })), "AuthFailure");
  });
});

describe("replacing a root volume", () => {
  it("keeps the instance, its interface and its addresses, and is dark for a boot", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    const { allocationId, publicIp } = await madeAddress(ec2);
    await associated(ec2, allocationId, NetworkInterfaceId);
    const instance = await launchedOn(ec2, NetworkInterfaceId);
    clock.advance(LONG);
    const before = await rootOf(ec2, instance);
    const attachment = (await seenInterface(ec2, NetworkInterfaceId)).Attachment?.AttachmentId;
    const { ReplaceRootVolumeTask: task } = await replaced(ec2, instance, { ImageId: WELL_KNOWN.imageV2 });
    assert.equal(task?.TaskState, "pending");
    clock.advance(15_000);
    assert.equal(await taskState(ec2, instance), "in-progress");
    assert.equal((await seen(ec2, instance)).State?.Name, "running");
    clock.advance(LONG);
    assert.equal(await taskState(ec2, instance), "succeeded");
    const after = await seen(ec2, instance);
    assert.deepEqual([after.PrivateIpAddress, after.PublicIpAddress], ["10.0.1.7", publicIp]);
    assert.equal((await seenInterface(ec2, NetworkInterfaceId)).Attachment?.AttachmentId, attachment);
    assert.notEqual(await rootOf(ec2, instance), before);
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [before] }));
    assert.equal(Volumes?.[0]?.State, "available");
    const [outage] = simulator.timeline().privateIps["10.0.1.7"]?.outages ?? [];
    assert.ok(present(outage).seconds < 60);
  });

  it("deletes the old volume where it is told to", async () => {
    const { ec2, clock, instance } = await running();
    const VolumeIds = [await rootOf(ec2, instance)];
    await replaced(ec2, instance, { DeleteReplacedRootVolume: true });
    clock.advance(LONG);
    await refused(ec2.send(new DescribeVolumesCommand({ VolumeIds })), "InvalidVolume.NotFound");
  });

  it("goes back to a snapshot of its own, and to nobody else's", async () => {
    const { ec2, clock, instance } = await running();
    const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId: await rootOf(ec2, instance) }));
    clock.advance(LONG);
    const other = await launched(ec2);
    clock.advance(LONG);
    await refused(replaced(ec2, other, { SnapshotId }), "InvalidParameterValue", /lineage/);
    await replaced(ec2, instance, { SnapshotId });
    clock.advance(LONG);
    assert.equal(await taskState(ec2, instance), "succeeded");
  });

  it("needs a running instance, one task at a time, and an image of its architecture", async () => {
    const { ec2, clock, instance, InstanceId } = await running();
    await refused(replaced(ec2, instance, { ImageId: WELL_KNOWN.imageArm }), "InvalidParameterValue", /architecture/);
    const both = { ImageId: WELL_KNOWN.imageV2, SnapshotId: "snap-0a000000000000001" };
    await refused(replaced(ec2, instance, both), "InvalidParameterCombination");
    await replaced(ec2, instance);
    await refused(replaced(ec2, instance), "IncorrectState", /in progress/);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    clock.advance(LONG);
    await refused(replaced(ec2, instance), "IncorrectInstanceState", /'running'/);
  });

  it("fails where the instance is stopped meanwhile, and leaves its volume", async () => {
    const { ec2, clock, instance, InstanceId } = await running();
    const before = await rootOf(ec2, instance);
    await replaced(ec2, instance);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
    clock.advance(LONG);
    assert.equal(await taskState(ec2, instance), "failed");
    assert.equal(await rootOf(ec2, instance), before);
  });

  it("fails where that was ordered, once, and leaves the old volume in its place", async () => {
    const { ec2, clock, simulator, instance, InstanceId } = await running();
    const before = await rootOf(ec2, instance);
    simulator.timings.set({ rootVolumePending: 10_000, rootVolumeReplacing: 20_000 });
    simulator.failNextRootVolume();
    await replaced(ec2, instance, { ImageId: WELL_KNOWN.imageV2, DeleteReplacedRootVolume: true });
    clock.advance(15_000);
    assert.equal(await taskState(ec2, instance), "in-progress");
    clock.advance(20_000);
    assert.equal(await taskState(ec2, instance), "failing");
    await refused(replaced(ec2, instance), "IncorrectState", /in progress/);
    clock.advance(LONG);
    assert.equal(await taskState(ec2, instance), "failed");
    assert.equal(await rootOf(ec2, instance), before);
    assert.equal((await seen(ec2, instance)).State?.Name, "running");
    const { outages = [] } = simulator.timeline().privateIps[present(instance.PrivateIpAddress)] ?? {};
    assert.equal(outages.length, 1);
    const again = await replaced(ec2, instance, { ImageId: WELL_KNOWN.imageV2 });
    clock.advance(LONG);
    assert.notEqual(await rootOf(ec2, instance), before);
    assert.equal(
      simulator.snapshot().rootVolumeTasks[present(again.ReplaceRootVolumeTask?.ReplaceRootVolumeTaskId)]?.state,
      "succeeded",
    );
    assert.equal(simulator.snapshot().instances[InstanceId]?.isRebooting, undefined);
  });

  it("fails and leaves no root volume where that was ordered", async () => {
    const { ec2, clock, simulator, instance } = await running();
    const VolumeIds = [await rootOf(ec2, instance)];
    simulator.timings.set({ rootVolumePending: 10_000, rootVolumeReplacing: 20_000 });
    simulator.failNextRootVolume("failed-detached");
    await replaced(ec2, instance);
    clock.advance(35_000);
    assert.equal(await taskState(ec2, instance), "failing-detached");
    clock.advance(LONG);
    assert.equal(await taskState(ec2, instance), "failed-detached");
    assert.deepEqual((await seen(ec2, instance)).BlockDeviceMappings ?? [], []);
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds }));
    assert.equal(Volumes?.[0]?.State, "available");
    assert.equal(simulator.timeline().privateIps[present(instance.PrivateIpAddress)]?.outages.length, 0);
  });

  it("begins the status checks anew", async () => {
    const { ec2, clock, simulator, instance } = await running();
    simulator.impairNextBoot();
    await replaced(ec2, instance);
    clock.advance(LONG);
    const { InstanceStatuses } = await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(InstanceStatuses?.[0]?.InstanceStatus?.Status, "impaired");
  });
});
