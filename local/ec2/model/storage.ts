import type { Architecture, Firmware, Tags } from "./values";

/** The data on disks: images, snapshots, volumes, and how they change. Part of the account's state. */

export interface Image {
  imageId: string;
  name: string;
  description: string;
  architecture: Architecture;
  state: "available" | "pending" | "disabled";
  creationDate: string;
  ownerId: string;
  ownerAlias?: string;
  /** Absent: Linux. */
  platform?: "windows";
  rootDeviceName: string;
  rootSnapshotId: string;
  rootVolumeSize: number;
  rootEncrypted?: boolean;
  /** Absent: true. */
  rootDeleteOnTermination?: boolean;
  /** Volumes beside the root one. */
  dataDevices?: ImageDevice[];
  /** Absent: as Amazon Linux 2023 has it. */
  firmware?: Firmware;
  /** Until then it is pending. */
  availableAt?: number;
  sourceInstanceId?: string;
  tags: Tags;
}

export interface ImageDevice {
  deviceName: string;
  /** Absent: the volume is empty. */
  snapshotId?: string;
  size: number;
  volumeType: string;
  encrypted: boolean;
  deleteOnTermination: boolean;
}

export interface Volume {
  volumeId: string;
  size: number;
  volumeType: string;
  iops?: number;
  throughput?: number;
  encrypted: boolean;
  kmsKeyId?: string;
  snapshotId?: string;
  availabilityZone: string;
  createTime: number;
  /** Until then it is being created. */
  availableAt?: number;
  /** It could not be created: its key is denied. */
  isBroken?: boolean;
  attachment?: VolumeAttachment;
  /** The last change of its shape. */
  modification?: VolumeModification;
  /** When its shape was changed: EC2 counts them. */
  modifiedAt?: number[];
  tags: Tags;
}

export interface VolumeAttachment {
  instanceId: string;
  device: string;
  attachTime: number;
  deleteOnTermination: boolean;
  /** Until then it is being attached. */
  attachedAt?: number;
  isDetaching?: boolean;
}

export interface VolumeShape {
  size: number;
  volumeType: string;
  iops?: number;
  throughput?: number;
}

export interface VolumeModification {
  original: VolumeShape;
  target: VolumeShape;
  startTime: number;
  optimizingAt: number;
  completedAt: number;
}

export interface Snapshot {
  snapshotId: string;
  volumeId: string;
  volumeSize: number;
  description: string;
  startTime: number;
  completedAt: number;
  encrypted: boolean;
  kmsKeyId?: string;
  ownerId: string;
  ownerAlias?: string;
  /** The instance whose root volume it is of: only that one can go back to it. */
  rootOf?: string;
  tags: Tags;
}

/** With the original root volume in its place, or with none (API reference, ReplaceRootVolumeTask). */
export type RootVolumeFailure = "failed" | "failed-detached";

export interface RootVolumeTask {
  taskId: string;
  instanceId: string;
  state: "pending" | "in-progress" | "succeeded" | "failing" | "failing-detached" | RootVolumeFailure;
  /** It was ordered to end so. */
  fails?: RootVolumeFailure;
  startTime: number;
  completeTime?: number;
  imageId?: string;
  snapshotId?: string;
  deleteReplaced: boolean;
  tags: Tags;
}
