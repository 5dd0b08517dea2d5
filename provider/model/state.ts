/**
 * The types of the engine: what is wanted, what exists, and what the caller gets back. They are plain data; nothing here
 * knows AWS's client or Pulumi.
 */

export type Lifecycle = "on-demand" | "spot";
export type Retention = "delete" | "retain";
export type Tags = Readonly<Record<string, string>>;

export interface Market {
  lifecycle: Lifecycle;
  maxPrice?: string;
  fallbackToOnDemand: boolean;
  /** When an instance that fell back to on-demand makes way for a spot one. */
  revertToSpot: RevertToSpot;
}

export type RevertToSpot = "never" | "always" | { window: Window };

export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** Some hours of some days, on the clocks of a time zone. */
export interface Window {
  /** Those on which it begins; absent: every day. */
  days?: Day[];
  /** HH:MM */
  from: string;
  /** HH:MM, after midnight if it is before `from`. */
  to: string;
  timezone: string;
}

/** What happens to a machine that is unwell between two runs of `up`. */
export interface Healing {
  enabled: boolean;
  /** After a launch, before its status checks count. */
  graceSeconds: number;
  /** How long the checks fail before the instance is replaced. */
  unhealthySeconds: number;
}

export type ScheduledAction = "pause" | "resume" | "recycle";

export interface Schedule {
  action: ScheduledAction;
  /** Minute, hour, day of the month, month, day of the week. */
  cron: string;
  timezone: string;
}

/** What a `Desired` that was read from the record in EC2 knows in place of the program's own words. */
export interface OnRecord {
  /** The digests of the launch specification, which cannot be made from what is recorded. */
  generation: Generation;
  /** The number of the newest generation when it was read, where that is another: a run went back to an older one. */
  newest?: number;
  /** The texts of the tag that says whether the machine is to run, as it was read, and as this run wrote it. */
  states?: readonly string[];
  /** The instance that is to be replaced though it is what is wanted. */
  makesWay?: string;
}

export interface MetadataOptions {
  httpTokens: "required" | "optional";
  httpEndpoint: "enabled" | "disabled";
  instanceMetadataTags: "enabled" | "disabled";
  /** Absent: EC2's own choice, so never compared. */
  httpPutResponseHopLimit?: number;
}

export interface RootVolume {
  size?: number;
  type?: string;
  iops?: number;
  throughput?: number;
  encrypted?: boolean;
  kmsKeyId?: string;
}

/** How an EBS volume is to be; what is absent is EC2's choice, and left as it is. */
export interface VolumeShape {
  /** GiB */
  size?: number;
  type?: string;
  iops?: number;
  throughput?: number;
}

/** A volume that outlives instances, as the inputs want it. */
export interface DataVolume extends VolumeShape {
  /** What it is known by, for good. */
  name: string;
  deviceName: string;
  /** A given one: held, and never deleted. */
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

export interface CpuOptions {
  coreCount?: number;
  threadsPerCore?: number;
}

/** The checked inputs, defaults filled in: what the user wants. */
export interface Desired {
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
  iamInstanceProfile?: string;
  ebsOptimized?: boolean;
  tenancy?: "default" | "dedicated";
  cpuCredits?: "standard" | "unlimited";
  cpuOptions?: CpuOptions;
  placementGroup?: string;
  metadataOptions: MetadataOptions;
  monitoring: boolean;
  rootVolume?: RootVolume;
  dataVolumes: DataVolume[];
  tags: Tags;
  desiredState: "running" | "paused";
  pauseBehavior: "terminate" | "stop";
  recycleTriggers: Tags;
  replacement: Replacement;
  /** Only looked at until the machine has its network interface. */
  adopt?: { instanceId?: string; networkInterfaceId?: string; managedInstanceId?: string };
  deletion: { networkInterface: Retention; elasticIp: Retention; dataVolumes: Retention };
  healing: Healing;
  schedules: Schedule[];
  minReplacementInterval: number;
  /** Absent where the inputs come from a program. */
  onRecord?: OnRecord;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

export interface Instance {
  id: string;
  state: InstanceState;
  imageId: string;
  firmware: Firmware;
  type: string;
  lifecycle: Lifecycle;
  spotRequestId?: string;
  /** The interface at device index 0. */
  networkInterfaceId?: string;
  /** Those at other device indexes. */
  secondaryNetworkInterfaceIds: string[];
  publicIp?: string;
  keyName?: string;
  iamInstanceProfileArn?: string;
  ebsOptimized: boolean;
  tenancy: string;
  cpuOptions: CpuOptions;
  placementGroup?: string;
  metadataOptions: MetadataOptions;
  monitoring: boolean;
  rootDeviceName: string;
  devices: Device[];
  /** EC2's code and sentence for the last change of state. */
  stateReason?: { code: string; message: string };
  launchedAt: number;
  /** base64; only read of one that was given, where the inputs name another than it was launched with. */
  userData?: string;
  tags: Tags;
}

/** What of the machine below an image is made for, and an instance of it with it. */
export interface Firmware {
  architecture: string;
  /** `hvm` or `paravirtual` */
  virtualizationType: string;
  enaSupport: boolean;
  /** `legacy-bios`, `uefi` or `uefi-preferred`; absent: the default of the type. */
  bootMode?: string;
}

export interface Image extends Firmware {
  platform: "linux" | "windows";
  id: string;
  /** `available`, `pending`, `disabled`, `deregistered`, … */
  state: string;
  rootDeviceName: string;
  /** The EBS volumes that a launch makes by itself, the root volume among them. */
  devices: ImageDevice[];
  /** Whether its instances are launched for IMDSv2. */
  isForImdsV2: boolean;
}

export interface ImageDevice {
  deviceName: string;
  /** Absent: the volume is empty. */
  snapshotId?: string;
  /** GiB; absent: the size of the snapshot. */
  size?: number;
  type?: string;
  deleteOnTermination: boolean;
}

/** A volume as its instance sees it. */
export interface Device {
  deviceName: string;
  volumeId: string;
  deleteOnTermination: boolean;
}

/** An EBS volume as EC2 sees it. */
export interface Volume {
  id: string;
  availabilityZone: string;
  /** GiB */
  size: number;
  type: string;
  iops?: number;
  throughput?: number;
  encrypted: boolean;
  /** The key's ARN. */
  kmsKeyId?: string;
  /** `creating`, `available`, `in-use`, `deleting`, … */
  status: string;
  attachment?: { instanceId: string; deviceName: string; status: string; deleteOnTermination: boolean };
  tags: Tags;
}

export interface NetworkInterface {
  id: string;
  subnetId: string;
  vpcId: string;
  availabilityZone: string;
  description: string;
  privateIp: string;
  privateDnsName: string;
  macAddress: string;
  secondaryPrivateIps: string[];
  ipv6Addresses: string[];
  /** An AWS service's own; it can only be tagged. */
  requesterManaged: boolean;
  status: string;
  securityGroups: { id: string; name: string }[];
  sourceDestCheck: boolean;
  attachment?: {
    id: string;
    instanceId?: string;
    deviceIndex: number;
    /** Its instance is losing it. */
    isDetaching?: boolean;
    deleteOnTermination: boolean;
  };
  tags: Tags;
}

export interface ElasticIp {
  allocationId: string;
  /** In a Wavelength Zone the carrier's. */
  publicIp: string;
  /** From where it is announced: the region, or a Local or Wavelength Zone. */
  networkBorderGroup?: string;
  /** Set while it is associated. */
  association?: { id: string; networkInterfaceId?: string; privateIp?: string; instanceId?: string };
  tags: Tags;
}

/** The record of the managed instance in EC2. */
export interface LaunchTemplate {
  id: string;
  /** The managed instance's id. */
  name: string;
  latestVersion: number;
  /** The newest version that counts, where it is a generation, as the last look told. */
  newest?: Generation;
  /** When that came about. */
  latestVersionAt?: number;
  createdAt: number;
  tags: Tags;
}

/** One version of the launch template. */
export interface Generation {
  number: number;
  /** The first generation whose instances need no replacement to become this one. */
  replacesBefore: number;
  /** A digest of what a running instance cannot take on: it must be replaced. */
  launchHash: string;
  /** A digest of what a running instance takes on in place. */
  settingsHash: string;
}

/** One look at everything that belongs to a managed instance. */
export interface Observed {
  template?: LaunchTemplate;
  generation?: Generation;
  /** Ours by tag, recorded, or to be adopted: more than one only in the middle of a move. */
  networkInterfaces: NetworkInterface[];
  /** Ours by tag or recorded, allocated or given. */
  elasticIps: ElasticIp[];
  /** The Elastic IP that the inputs name, found or not. */
  givenElasticIp?: ElasticIp;
  /** Ours by tag, recorded or to be adopted; ended ones included as long as EC2 shows them. */
  instances: Instance[];
  /** Those of others on our interfaces; looked for where one of ours is not where it belongs. */
  otherElasticIps: ElasticIp[];
  /** The machines whose tag is on what the inputs name. */
  otherMachines: OtherMachine[];
  /** Instances that hold one of our network interfaces and are none of ours. */
  strangers: Instance[];
  /** Data volumes: ours by tag, recorded, or named in the inputs. */
  volumes: Volume[];
  /** Volumes that were launched with an instance of ours and outlived it, as when EC2 could not replace a root volume. */
  leftVolumes: Volume[];
  /** Those of the instances; of one that was given only where the inputs say how it is to be. */
  rootVolumes: Volume[];
  /** Volumes that a launch of this machine made, on its instance, root volumes among them. */
  launchedVolumes: Volume[];
  /** The image that is wanted, looked up only where a root volume may be replaced by it. */
  wantedImage?: Image;
  /** What is being adopted, until it has all its tags. */
  adoption?: Adoption;
  /** The interface that has the address of one that is gone. */
  addressTaker?: NetworkInterface;
  /** Where a machine is that is paused without an interface. */
  place?: Pick<NetworkInterface, "availabilityZone" | "vpcId">;
}

/** A world without anything of the machine's: it is about to be made. */
export const NOTHING_OBSERVED: Readonly<Observed> = {
  networkInterfaces: [],
  elasticIps: [],
  otherElasticIps: [],
  otherMachines: [],
  instances: [],
  strangers: [],
  volumes: [],
  leftVolumes: [],
  rootVolumes: [],
  launchedVolumes: [],
};

/** Another managed instance of the account, as far as it holds what the inputs name. */
export interface OtherMachine {
  id: string;
  /** Absent: it has no record any more. */
  name?: string;
  /** The ids of what carries its tag, and is on nothing that does not. */
  holds: readonly string[];
}

export type GivenKind = "elastic-ip" | "volume" | "instance" | "network-interface";

/** Something that the inputs name. */
export interface Given {
  kind: GivenKind;
  id: string;
  /** With its id, for a sentence. */
  words: string;
}

/** It is another machine's, which may let go of it in this very run of `pulumi up`. */
export interface Awaited extends Given {
  holder: { id: string; name: string };
}

/** It is nobody's yet. Whose it is, its tags say once they have stayed. */
export interface Claim extends Given {
  tags: Tags;
}

/** What the inputs say is to be adopted, as it was found. */
export interface Adoption {
  networkInterface?: NetworkInterface;
  instance?: Instance;
}

/** What an earlier run left in Pulumi's state: a cache of ids, never proof that a thing exists. */
export interface Recorded {
  /** The create that gave the machine to this state; absent where an older version of this package did. */
  claim?: string;
  networkInterfaceId?: string;
  instanceId?: string;
  launchTemplateId?: string;
  allocationId?: string;
  dataVolumeIds: Readonly<Record<string, string>>;
  /** Those of them that were given, so that one whose tags were taken off is not taken for one that was made. */
  givenVolumeIds: readonly string[];
  persistPrivateIp: boolean;
  /** Whether the Elastic IP was allocated here. */
  ownsElasticIp: boolean;
  /** The user's tags that may be on things. */
  tags: Tags;
  /** The digest of the launch inputs that were last applied. */
  launchHash?: string;
  /** How the recorded instance was wanted to be bought. */
  market?: Market;
  /** The hop limit that was asked for. EC2 has no way to say that none is asked for any more. */
  hopLimit?: number;
}

export type MachineState = "running" | "paused" | "pending" | "failed" | "missing";

/** What the resource gives to the program, beside its inputs. Never undefined; an empty string where there is none. */
export interface Outputs {
  networkInterfaceId: string;
  privateIp: string;
  privateDnsName: string;
  macAddress: string;
  secondaryPrivateIps: string[];
  ipv6Addresses: string[];
  publicIp: string;
  allocationId: string;
  instanceId: string;
  state: MachineState;
  lifecycle: Lifecycle | "";
  launchedInstanceType: string;
  availabilityZone: string;
  vpcId: string;
  generation: number;
  launchTemplateId: string;
  /** The ids of the data volumes, by name. */
  dataVolumeIds: Readonly<Record<string, string>>;
  /** What the last refresh found to be otherwise than declared, in sentences. */
  drift: string[];
}
