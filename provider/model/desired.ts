/** The wanted state of a machine. Plain data. */
import type { CronLine, Window } from "../kit/timetable";
import type { CpuOptions, Lifecycle, InstanceSettings, Tags, VolumeShape } from "./things";

export type Retention = "delete" | "retain";

export interface Market {
  lifecycle: Lifecycle;
  maxPrice?: string;
  fallbackToOnDemand: boolean;
  /** The times at which an instance that fell back to on-demand makes way for a spot instance. */
  revertToSpot: RevertToSpot;
}

export type RevertToSpot = "never" | "always" | { window: Window };

/** Treatment of a machine that is unwell between two runs of `up`. */
interface Healing {
  enabled: boolean;
  /** Time after a launch, before its status checks count. */
  graceSeconds: number;
  /** Time for which the checks fail before the instance is replaced. */
  unhealthySeconds: number;
}

export type ScheduledAction = "pause" | "resume" | "recycle";

export interface Schedule extends CronLine {
  action: ScheduledAction;
}

export interface RootVolume {
  size?: number;
  type?: string;
  iops?: number;
  throughput?: number;
  encrypted?: boolean;
  kmsKeyId?: string;
}

/** A volume that outlives instances, as the inputs want it. */
export interface DataVolume extends VolumeShape {
  /** The name by which the volume is known for good. */
  name: string;
  deviceName: string;
  /** The id of a given volume: held, and never deleted. */
  volumeId?: string;
  snapshotId?: string;
  encrypted?: boolean;
  kmsKeyId?: string;
}

export type Strategy = "terminate-first" | "root-volume" | "stop-start" | "overlap" | "auto";

/** How an instance is replaced. */
export interface Replacement {
  strategy: Strategy;
  drainSeconds: number;
  skipOsShutdown: boolean;
  waitFor: "running" | "status-ok";
  rollbackOnFailure: boolean;
  timeoutSeconds: number;
}

export type PublicIpAssignment = "subnet-default" | "assign" | "none";

/** The checked inputs, defaults filled in: what the user wants. */
export interface Desired extends InstanceSettings {
  /** The URN of the Pulumi resource; its last part is the machine's name. */
  resourceUrn: string;
  region: string;
  subnetId: string;
  persistPrivateIp: boolean;
  /** Absent: any address of the subnet. */
  privateIp?: string;
  /** Absent, and without a count: whatever there is stays. */
  secondaryPrivateIps?: string[];
  secondaryPrivateIpCount?: number;
  /** Absent, and without a count: whatever there is stays. */
  ipv6Addresses?: string[];
  ipv6AddressCount?: number;
  publicIpAssignment: PublicIpAssignment;
  /** `true`: allocate one; a string: the id or address of a given one. */
  elasticIp: boolean | string;
  /** Absent: the VPC's default group. */
  securityGroupIds?: string[];
  sourceDestCheck: boolean;
  imageId: string;
  instanceType: string;
  fallbackInstanceTypes: string[];
  market: Market;
  /** Text, as it is. */
  userData?: string;
  /** Bytes, in base64. */
  userDataBase64?: string;
  /** Whether `userData` is text although version 0.1 would have decoded it. */
  userDataIsText?: true;
  keyName?: string;
  ebsOptimized?: boolean;
  tenancy?: "default" | "dedicated";
  cpuCredits?: "standard" | "unlimited";
  cpuOptions?: CpuOptions;
  placementGroup?: string;
  rootVolume?: RootVolume;
  dataVolumes: DataVolume[];
  tags: Tags;
  desiredState: "running" | "paused";
  pauseBehavior: "terminate" | "stop";
  recycleTriggers: Tags;
  replacement: Replacement;
  /** Used only until the machine has its network interface. */
  adopt?: { instanceId?: string; networkInterfaceId?: string; managedInstanceId?: string };
  deletion: { networkInterface: Retention; elasticIp: Retention; dataVolumes: Retention };
  healing: Healing;
  schedules: Schedule[];
  minReplacementInterval: number;
}
