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

/** The checked inputs, defaults filled in: what the user wants. */
export interface Desired {
  /** The URN of the Pulumi resource; its last part is the machine's name. */
  resourceUrn: string;
  region: string;
  subnetId: string;
  persistPrivateIp: true;
  /** Absent: any address of the subnet. */
  privateIp?: string;
  /** `true`: allocate one; a string: the id or address of a given one. */
  elasticIp: boolean | string;
  /** Absent: the VPC's default group. */
  securityGroupIds?: string[];
  sourceDestCheck: boolean;
  imageId: string;
  instanceType: string;
  market: Market;
  userData?: string;
  keyName?: string;
  iamInstanceProfile?: string;
  metadataOptions: MetadataOptions;
  rootVolume?: RootVolume;
  tags: Tags;
  recycleTriggers: Tags;
  deletion: { networkInterface: Retention; elasticIp: Retention };
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

export interface Instance {
  id: string;
  state: InstanceState;
  imageId: string;
  type: string;
  lifecycle: Lifecycle;
  spotRequestId?: string;
  /** The interface at device index 0. */
  networkInterfaceId?: string;
  publicIp?: string;
  iamInstanceProfileArn?: string;
  metadataOptions: MetadataOptions;
  volumeIds: string[];
  /** EC2's code and sentence for the last change of state. */
  stateReason?: { code: string; message: string };
  launchedAt: number;
  tags: Tags;
}

export interface NetworkInterface {
  id: string;
  subnetId: string;
  vpcId: string;
  availabilityZone: string;
  privateIp: string;
  privateDnsName: string;
  macAddress: string;
  ipv6Addresses: string[];
  status: string;
  securityGroups: { id: string; name: string }[];
  sourceDestCheck: boolean;
  attachment?: { id: string; instanceId?: string; deleteOnTermination: boolean };
  tags: Tags;
}

export interface ElasticIp {
  allocationId: string;
  publicIp: string;
  /** Set while it is associated. */
  association?: { id: string; networkInterfaceId?: string; instanceId?: string };
  tags: Tags;
}

/** The record of the managed instance in EC2. */
export interface LaunchTemplate {
  id: string;
  /** The managed instance's id. */
  name: string;
  latestVersion: number;
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
  /** Ours by tag, or recorded: more than one only in the middle of a move. */
  networkInterfaces: NetworkInterface[];
  /** Ours by tag, allocated or given. */
  elasticIps: ElasticIp[];
  /** The Elastic IP that the inputs name, found or not. */
  givenElasticIp?: ElasticIp;
  /** Ours by tag, ended ones included as long as EC2 shows them. */
  instances: Instance[];
  /** Instances that hold one of our network interfaces and do not carry our tag. */
  strangers: Instance[];
}

/** What an earlier run left in Pulumi's state: a cache of ids, never proof that a thing exists. */
export interface Recorded {
  networkInterfaceId?: string;
  instanceId?: string;
  launchTemplateId?: string;
  /** The user's tags that may be on things. */
  tags: Tags;
  /** The digest of the launch inputs that were last applied. */
  launchHash?: string;
  /** How the recorded instance was wanted to be bought. */
  market?: Market;
}

export type MachineState = "running" | "paused" | "pending" | "failed" | "missing";

/** What the resource gives to the program, beside its inputs. Never undefined; an empty string where there is none. */
export interface Outputs {
  networkInterfaceId: string;
  privateIp: string;
  privateDnsName: string;
  macAddress: string;
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
}
