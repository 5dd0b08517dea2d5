/** The things in EC2, as far as this product looks at them. Plain data, in the product's own words. */

export type Lifecycle = "on-demand" | "spot";

export type Tags = Readonly<Record<string, string>>;

export interface MetadataOptions {
  httpTokens: "required" | "optional";
  httpEndpoint: "enabled" | "disabled";
  instanceMetadataTags: "enabled" | "disabled";
  /** Absent: EC2's own choice, so never compared. */
  httpPutResponseHopLimit?: number;
}

/** The wanted form of an EBS volume; an absent value is EC2's choice, and left as it is. */
export interface VolumeShape {
  /** GiB */
  size?: number;
  type?: string;
  iops?: number;
  throughput?: number;
}

export interface CpuOptions {
  coreCount?: number;
  threadsPerCore?: number;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

/** A part of the launch that a running instance takes on in place, as it is wanted. */
export interface InstanceSettings {
  metadataOptions: MetadataOptions;
  /** Name or ARN. */
  iamInstanceProfile?: string;
  monitoring: boolean;
}

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
  /** The interfaces at other device indexes. */
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
  /** Base64; read only of a given instance, where the inputs name other user data than it was launched with. */
  userData?: string;
  tags: Tags;
}

/** The properties of the machine that an image is made for, and with it each instance of the image. */
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
  attachment?: {
    instanceId: string;
    deviceName: string;
    status: string;
    deleteOnTermination: boolean;
    /** Time of the attachment, which tells one attachment from the next. */
    attachedAt?: number;
  };
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
  /** Whether the interface is an AWS service's own, which can only be tagged. */
  requesterManaged: boolean;
  status: string;
  securityGroups: { id: string; name: string }[];
  sourceDestCheck: boolean;
  attachment?: {
    id: string;
    instanceId?: string;
    deviceIndex: number;
    /** Whether the instance is losing the interface. */
    isDetaching?: boolean;
    deleteOnTermination: boolean;
  };
  tags: Tags;
}

export interface ElasticIp {
  allocationId: string;
  /** The public address; in a Wavelength Zone the carrier's. */
  publicIp: string;
  /** The place from which the address is announced: the region, or a Local or Wavelength Zone. */
  networkBorderGroup?: string;
  /** Set while the address is associated. */
  association?: { id: string; networkInterfaceId?: string; privateIp?: string; instanceId?: string };
  tags: Tags;
}

/** The record of the managed instance in EC2. */
export interface LaunchTemplate {
  id: string;
  /** The managed instance's id. */
  name: string;
  latestVersion: number;
  /** The newest version that counts, where that is a generation, as of the last look. */
  newest?: Generation;
  /** Time at which the latest version was made. */
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
