/** Everything that the simulated account holds. Plain data only: the whole of it can be written to a file and read back. */

export type Tags = Record<string, string>;

/** Request parameters as the query protocol nests them: `Ebs.VolumeSize=8` is `{ Ebs: { VolumeSize: "8" } }`. */
export interface ParamTree {
  [name: string]: string | ParamTree;
}

export interface Vpc {
  vpcId: string;
  cidrBlock: string;
  isDefault: boolean;
  tags: Tags;
}

export interface Subnet {
  subnetId: string;
  vpcId: string;
  cidrBlock: string;
  availabilityZone: string;
  mapPublicIpOnLaunch: boolean;
  defaultForAz: boolean;
  /** Which network interface holds which address: what makes addresses unique. */
  leases: Record<string, string>;
  leaseCount: number;
  tags: Tags;
}

export interface SecurityGroup {
  groupId: string;
  groupName: string;
  description: string;
  vpcId: string;
  tags: Tags;
}

export interface KeyPair {
  keyName: string;
  keyPairId: string;
  fingerprint: string;
  tags: Tags;
}

export interface InstanceProfile {
  name: string;
  arn: string;
  id: string;
}

export interface Image {
  imageId: string;
  name: string;
  description: string;
  architecture: Architecture;
  state: "available" | "pending" | "disabled";
  creationDate: string;
  ownerId: string;
  ownerAlias?: string;
  rootDeviceName: string;
  rootSnapshotId: string;
  rootVolumeSize: number;
  tags: Tags;
}

export type Architecture = "x86_64" | "arm64";

export interface PrivateAddress {
  address: string;
  primary: boolean;
}

export interface Attachment {
  attachmentId: string;
  instanceId: string;
  deviceIndex: number;
  status: "attaching" | "attached" | "detaching";
  deleteOnTermination: boolean;
  attachTime: number;
}

export interface NetworkInterface {
  networkInterfaceId: string;
  subnetId: string;
  vpcId: string;
  availabilityZone: string;
  description: string;
  groupIds: string[];
  macAddress: string;
  privateAddresses: PrivateAddress[];
  sourceDestCheck: boolean;
  /** Whether an instance that gets this as its primary interface gets a changing public address too. */
  publicAddressOnLaunch: boolean;
  /** That changing public address, while there is one. */
  autoPublicIp?: string;
  attachment?: Attachment;
  tags: Tags;
}

export interface Address {
  allocationId: string;
  publicIp: string;
  ownerId: string;
  associationId?: string;
  networkInterfaceId?: string;
  privateIpAddress?: string;
  tags: Tags;
}

export type InstanceState = "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped";

export interface MetadataOptions {
  httpTokens: string;
  httpPutResponseHopLimit: number;
  httpEndpoint: string;
  httpProtocolIpv6: string;
  instanceMetadataTags: string;
}

export interface DeviceMapping {
  deviceName: string;
  volumeId: string;
  deleteOnTermination: boolean;
  attachTime: number;
}

export interface StateReason {
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
  instanceType: string;
  keyName?: string;
  availabilityZone: string;
  tenancy: string;
  placementGroup?: string;
  subnetId?: string;
  vpcId?: string;
  state: InstanceState;
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
  tags: Tags;
}

export interface LaunchTemplateVersion {
  versionNumber: number;
  description?: string;
  createTime: number;
  data: ParamTree;
}

export interface LaunchTemplate {
  launchTemplateId: string;
  launchTemplateName: string;
  createTime: number;
  defaultVersion: number;
  latestVersion: number;
  versions: LaunchTemplateVersion[];
  tags: Tags;
}

export interface SpotRequest {
  spotInstanceRequestId: string;
  type: "one-time" | "persistent";
  interruptionBehavior: string;
  maxPrice: string;
  state: "open" | "active" | "disabled" | "closed" | "cancelled" | "failed";
  status: { code: string; message: string; updateTime: number };
  createTime: number;
  validUntil?: string;
  instanceId: string;
  availabilityZone: string;
  launch: { imageId: string; instanceType: string; keyName?: string; subnetId?: string };
  tags: Tags;
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
  attachment?: { instanceId: string; device: string; attachTime: number; deleteOnTermination: boolean };
  tags: Tags;
}

export interface ProfileAssociation {
  associationId: string;
  instanceId: string;
  arn: string;
  id: string;
  timestamp: number;
}

/** What a call with a client token made, so that the same call again is answered with it. */
export interface TokenRecord {
  fingerprint: string;
  made: string[];
}

export interface Tables {
  vpcs: Vpc;
  subnets: Subnet;
  securityGroups: SecurityGroup;
  keyPairs: KeyPair;
  instanceProfiles: InstanceProfile;
  images: Image;
  imageAliases: string;
  networkInterfaces: NetworkInterface;
  addresses: Address;
  instances: Instance;
  launchTemplates: LaunchTemplate;
  spotRequests: SpotRequest;
  volumes: Volume;
  profileAssociations: ProfileAssociation;
  tokens: TokenRecord;
  /** Launches left, by "type/zone/lifecycle"; what is not listed never runs out. */
  capacity: number;
}

export type TableName = keyof Tables;

export type Account = { [Name in TableName]: Map<string, Tables[Name]> };

export const TABLE_NAMES = [
  "vpcs",
  "subnets",
  "securityGroups",
  "keyPairs",
  "instanceProfiles",
  "images",
  "imageAliases",
  "networkInterfaces",
  "addresses",
  "instances",
  "launchTemplates",
  "spotRequests",
  "volumes",
  "profileAssociations",
  "tokens",
  "capacity",
] as const satisfies readonly TableName[];

export function emptyAccount(): Account {
  return {
    vpcs: new Map(),
    subnets: new Map(),
    securityGroups: new Map(),
    keyPairs: new Map(),
    instanceProfiles: new Map(),
    images: new Map(),
    imageAliases: new Map(),
    networkInterfaces: new Map(),
    addresses: new Map(),
    instances: new Map(),
    launchTemplates: new Map(),
    spotRequests: new Map(),
    volumes: new Map(),
    profileAssociations: new Map(),
    tokens: new Map(),
    capacity: new Map(),
  };
}
