/** EBS volumes: data volumes, and the replacement of a root volume. */
import * as sdk from "@aws-sdk/client-ec2";
import type { DataVolume } from "../model/desired";
import type { Tags, Volume, VolumeShape } from "../model/things";
import type { Caller } from "./caller";
import type { Filters } from "./filters";
import { byFilters, byValues, filtered } from "./reads";
import { gathered, present } from "./replies";
import { tagSpecifications, tagsOf, toTagList } from "./tagging";

/** The state of a replacement of a root volume. */
export interface RootVolumeTask {
  id: string;
  /** `pending`, `in-progress`, `failing`, `failing-detached`, `succeeded`, `failed` or `failed-detached`. */
  state: string;
  tags: Tags;
}

interface NewVolume {
  volume: DataVolume;
  availabilityZone: string;
  tags: Tags;
  clientToken: string;
}

export function volumeOf(volume: sdk.Volume): Volume {
  const attachment = volume.Attachments?.find((it) => it.State !== "detached");
  return {
    id: present(volume.VolumeId, "volume id"),
    availabilityZone: volume.AvailabilityZone ?? "",
    size: volume.Size ?? 0,
    type: volume.VolumeType ?? "",
    iops: volume.Iops,
    throughput: volume.Throughput,
    encrypted: volume.Encrypted ?? false,
    kmsKeyId: volume.KmsKeyId,
    status: volume.State ?? "",
    ...(attachment === undefined
      ? {}
      : {
          attachment: {
            instanceId: attachment.InstanceId ?? "",
            deviceName: attachment.Device ?? "",
            status: attachment.State ?? "",
            deleteOnTermination: attachment.DeleteOnTermination ?? false,
            attachedAt: attachment.AttachTime?.getTime(),
          },
        }),
    tags: tagsOf(volume.Tags),
  };
}

function volumeRequest({ volume, availabilityZone, tags, clientToken }: NewVolume): sdk.CreateVolumeRequest {
  return {
    AvailabilityZone: availabilityZone,
    Size: volume.size,
    // EC2's own default is gp2.
    VolumeType: (volume.type ?? "gp3") as sdk.VolumeType,
    Iops: volume.iops,
    Throughput: volume.throughput,
    SnapshotId: volume.snapshotId,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    TagSpecifications: tagSpecifications(tags, "volume"),
    ClientToken: clientToken,
  };
}

function rootVolumeTaskOf(task: sdk.ReplaceRootVolumeTask): RootVolumeTask {
  return { id: present(task.ReplaceRootVolumeTaskId, "task id"), state: task.TaskState ?? "", tags: tagsOf(task.Tags) };
}

const VOLUMES = byFilters(
  "DescribeVolumes",
  (client, input) => gathered(sdk.paginateDescribeVolumes({ client }, input), (page) => page.Volumes?.map(volumeOf)),
  { "volume-id": (it) => it.id },
);

const ROOT_VOLUME_TASKS = byValues<sdk.ReplaceRootVolumeTask>("DescribeReplaceRootVolumeTasks", (client) => ({
  ask: (instanceIds) =>
    gathered(
      sdk.paginateDescribeReplaceRootVolumeTasks({ client }, filtered({ "instance-id": instanceIds })),
      (page) => page.ReplaceRootVolumeTasks,
    ),
  valueOf: (it) => it.InstanceId,
}));

export const volumeCalls = ({ client, call, find }: Caller) => ({
  describeVolumes: (filters: Filters): Promise<Volume[]> => find(VOLUMES, filters),

  createVolume(request: NewVolume): Promise<Volume> {
    return call("CreateVolume", async () => {
      const made = await client.send(new sdk.CreateVolumeCommand(volumeRequest(request)));
      return volumeOf({ ...made, Tags: toTagList(request.tags) });
    });
  },

  /** Grows a volume or changes its kind, while it is in use. */
  async modifyVolume(volumeId: string, shape: VolumeShape): Promise<void> {
    const input = {
      VolumeId: volumeId,
      Size: shape.size,
      VolumeType: shape.type as sdk.VolumeType | undefined,
      Iops: shape.iops,
      Throughput: shape.throughput,
    };
    await call("ModifyVolume", () => client.send(new sdk.ModifyVolumeCommand(input)));
  },

  async attachVolume(volumeId: string, instanceId: string, deviceName: string): Promise<void> {
    const input = { VolumeId: volumeId, InstanceId: instanceId, Device: deviceName };
    await call("AttachVolume", () => client.send(new sdk.AttachVolumeCommand(input)));
  },

  async detachVolume(volumeId: string, instanceId: string): Promise<void> {
    const input = { VolumeId: volumeId, InstanceId: instanceId };
    await call("DetachVolume", () => client.send(new sdk.DetachVolumeCommand(input)));
  },

  /** Sets whether a volume is deleted with the instance that it is attached to. */
  async setDeleteOnTermination(instanceId: string, deviceName: string, isDeleted: boolean): Promise<void> {
    const BlockDeviceMappings = [{ DeviceName: deviceName, Ebs: { DeleteOnTermination: isDeleted } }];
    const input = { InstanceId: instanceId, BlockDeviceMappings };
    await call("ModifyInstanceAttribute", () => client.send(new sdk.ModifyInstanceAttributeCommand(input)));
  },

  async deleteVolume(volumeId: string): Promise<void> {
    await call("DeleteVolume", () => client.send(new sdk.DeleteVolumeCommand({ VolumeId: volumeId })));
  },

  /** Replaces the root volume of a running instance, which boots again from the image. */
  replaceRootVolume(request: {
    instanceId: string;
    imageId: string;
    tags: Tags;
    clientToken: string;
  }): Promise<RootVolumeTask> {
    return call("CreateReplaceRootVolumeTask", async () => {
      const reply = await client.send(
        new sdk.CreateReplaceRootVolumeTaskCommand({
          InstanceId: request.instanceId,
          ImageId: request.imageId,
          DeleteReplacedRootVolume: true,
          TagSpecifications: tagSpecifications(request.tags, "replace-root-volume-task"),
          ClientToken: request.clientToken,
        }),
      );
      return rootVolumeTaskOf(present(reply.ReplaceRootVolumeTask, "root volume task"));
    });
  },

  /** All tasks of an instance: EC2 finds them by nothing else. */
  async describeRootVolumeTasks(instanceId: string): Promise<RootVolumeTask[]> {
    return (await find(ROOT_VOLUME_TASKS, [instanceId])).map(rootVolumeTaskOf);
  },
});
