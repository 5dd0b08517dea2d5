import type { Architecture, Firmware, MetadataOptions, Tags } from "./values";

/** An instance, and how it changes. Part of the account's state. */

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

interface DeviceMapping {
  deviceName: string;
  volumeId: string;
  deleteOnTermination: boolean;
  attachTime: number;
}

export type StatusCheck = "instance" | "system" | "attached-ebs";

interface StateReason {
  code: string;
  message: string;
}

export interface Instance {
  instanceId: string;
  reservationId: string;
  amiLaunchIndex: number;
  clientToken?: string;
  imageId: string;
  architecture: Architecture;
  /** The firmware of its image; absent: as Amazon Linux 2023 has it. */
  firmware?: Firmware;
  instanceType: string;
  keyName?: string;
  availabilityZone: string;
  tenancy: string;
  placementGroup?: string;
  subnetId?: string;
  vpcId?: string;
  state: InstanceState;
  /** It is running, and nobody is behind its addresses: it boots again. */
  isRebooting?: boolean;
  /** When it last began to boot; its status checks count from then. */
  bootedAt?: number;
  /** The status check that fails after this boot. */
  impairedCheck?: StatusCheck;
  /** It was running once, so a start that fails does not end it. */
  hasRun?: boolean;
  stateReason?: StateReason;
  transitionReason: string;
  launchTime: number;
  rootDeviceName: string;
  devices: DeviceMapping[];
  /** In the order in which they were attached, so the primary one first. */
  networkInterfaceIds: string[];
  iamInstanceProfile?: { arn: string; id: string };
  userData?: string;
  metadataOptions: MetadataOptions;
  monitoring: boolean;
  ebsOptimized: boolean;
  cpuCredits?: string;
  cpuOptions: { coreCount: number; threadsPerCore: number };
  disableApiTermination: boolean;
  disableApiStop: boolean;
  shutdownBehavior: string;
  spotRequestId?: string;
  /** The interruption by AWS, from the notice on. */
  interruption?: { action: InterruptionAction; cause: InterruptionCause };
  tags: Tags;
}

export type InterruptionAction = "terminate" | "stop" | "hibernate";
export type InterruptionCause = "no-capacity" | "by-price";
