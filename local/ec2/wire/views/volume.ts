import type { RootVolumeTask, Snapshot, Volume, VolumeAttachment, VolumeModification } from "../../model/state";
import { snapshotProgress, snapshotState } from "../../model/snapshots";
import { attachmentStatus, volumeStatus } from "../../model/volume-attachments";
import { modificationState, progressOf } from "../../model/volume-modifications";
import type { World } from "../../model/world";
import { tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";
import { zoneId } from "./names";

export function attachmentOf(world: World, volumeId: string, attachment: VolumeAttachment): XmlObject {
  return {
    volumeId,
    instanceId: attachment.instanceId,
    device: attachment.device,
    status: attachmentStatus(world, attachment),
    attachTime: new Date(attachment.attachTime),
    deleteOnTermination: attachment.deleteOnTermination,
  };
}

export function volumeView(world: World, volume: Volume): XmlObject {
  const { attachment, volumeId } = volume;
  return {
    volumeId,
    size: volume.size,
    volumeType: volume.volumeType,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    snapshotId: volume.snapshotId ?? "",
    availabilityZone: volume.availabilityZone,
    availabilityZoneId: zoneId(volume.availabilityZone),
    createTime: new Date(volume.createTime),
    multiAttachEnabled: false,
    status: volumeStatus(world, volume),
    attachmentSet: attachment ? [attachmentOf(world, volumeId, attachment)] : [],
    tagSet: tagSet(volume.tags),
  };
}

export function modificationView(world: World, volume: Volume, modification: VolumeModification): XmlObject {
  const { original, target, startTime, completedAt } = modification;
  return {
    volumeId: volume.volumeId,
    modificationState: modificationState(world, volume),
    originalSize: original.size,
    originalVolumeType: original.volumeType,
    originalIops: original.iops,
    originalThroughput: original.throughput,
    originalMultiAttachEnabled: false,
    targetSize: target.size,
    targetVolumeType: target.volumeType,
    targetIops: target.iops,
    targetThroughput: target.throughput,
    targetMultiAttachEnabled: false,
    progress: progressOf(world, modification),
    startTime: new Date(startTime),
    endTime: world.now < completedAt ? undefined : new Date(completedAt),
  };
}

/** The status of a volume's checks: a volume that is being created has not been checked. */
export function volumeStatusView(world: World, volume: Volume): XmlObject {
  const status = volumeHealth(world, volume);
  const passed = status === "ok" ? "passed" : "not-applicable";
  return {
    volumeId: volume.volumeId,
    availabilityZone: volume.availabilityZone,
    availabilityZoneId: zoneId(volume.availabilityZone),
    volumeStatus: {
      status,
      details: [
        { name: "io-enabled", status: passed },
        { name: "io-performance", status: "not-applicable" },
      ],
    },
    eventsSet: [],
    actionsSet: [],
  };
}

export function volumeHealth(world: World, volume: Volume): "ok" | "insufficient-data" {
  return ["available", "in-use"].includes(volumeStatus(world, volume)) ? "ok" : "insufficient-data";
}

export function snapshotView(world: World, snapshot: Snapshot): XmlObject {
  const { startTime, completedAt } = snapshot;
  return {
    snapshotId: snapshot.snapshotId,
    volumeId: snapshot.volumeId,
    volumeSize: snapshot.volumeSize,
    status: snapshotState(world, snapshot),
    progress: snapshotProgress(world, snapshot),
    startTime: new Date(startTime),
    completionTime: world.now < completedAt ? undefined : new Date(completedAt),
    description: snapshot.description,
    encrypted: snapshot.encrypted,
    kmsKeyId: snapshot.kmsKeyId,
    ownerId: snapshot.ownerId,
    ownerAlias: snapshot.ownerAlias,
    storageTier: "standard",
    tagSet: tagSet(snapshot.tags),
  };
}

export function rootVolumeTaskView(task: RootVolumeTask): XmlObject {
  const { startTime, completeTime } = task;
  // The one pair of times in EC2's replies that are plain texts.
  return {
    replaceRootVolumeTaskId: task.taskId,
    instanceId: task.instanceId,
    taskState: task.state,
    startTime: new Date(startTime),
    completeTime: completeTime === undefined ? undefined : new Date(completeTime),
    imageId: task.imageId,
    snapshotId: task.snapshotId,
    deleteReplacedRootVolume: task.deleteReplaced,
    tagSet: tagSet(task.tags),
  };
}
