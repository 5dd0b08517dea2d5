import type { LaunchSpec } from "./launch-spec";
import type { Instance } from "./machine";
import type { Table } from "./table";
import type { Image, RootVolumeTask, Snapshot, Volume } from "./storage";
import type { ParamTree, Tags } from "./values";

/** Everything that the simulated account holds. Plain data only: the whole of it can be written to a file and read back. */

export type * from "./machine";
export type * from "./storage";
export type * from "./values";

export interface Vpc {
  vpcId: string;
  cidrBlock: string;
  ipv6CidrBlock?: string;
  ipv6AssociationId?: string;
  isDefault: boolean;
  /** Another account that shares it with this one; absent of its own. */
  ownerId?: string;
  tags: Tags;
}

export interface Subnet {
  subnetId: string;
  vpcId: string;
  cidrBlock: string;
  availabilityZone: string;
  mapPublicIpOnLaunch: boolean;
  defaultForAz: boolean;
  /** Present when the subnet has IPv6: a /64. */
  ipv6CidrBlock?: string;
  ipv6AssociationId?: string;
  assignIpv6OnCreation?: boolean;
  /** Which network interface holds which address, or prefix: what makes addresses unique. */
  leases: Record<string, string>;
  /** How many of the leases are IPv4 addresses. */
  leaseCount: number;
  /** Another account that shares it with this one; absent of its own. */
  ownerId?: string;
  tags: Tags;
}

export interface SecurityGroup {
  groupId: string;
  groupName: string;
  description: string;
  vpcId: string;
  /** Further VPCs in which it can be used (VPC guide, security group associations). */
  associatedVpcIds?: string[];
  tags: Tags;
}

export interface PlacementGroup {
  groupName: string;
  groupId: string;
  strategy: string;
  partitionCount?: number;
  tags: Tags;
}

export interface KeyPair {
  keyName: string;
  keyPairId: string;
  fingerprint: string;
  keyType: string;
  tags: Tags;
}

export interface InstanceProfile {
  name: string;
  arn: string;
  id: string;
}

interface PrivateAddress {
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
  ipv4Prefixes: string[];
  ipv6Addresses: string[];
  ipv6Prefixes: string[];
  sourceDestCheck: boolean;
  /** Whether an instance that gets this as its primary interface gets a changing public address too. */
  publicAddressOnLaunch: boolean;
  /** The changing public address, while there is one. */
  autoPublicIp?: string;
  attachment?: Attachment;
  tags: Tags;
}

export interface Address {
  allocationId: string;
  publicIp: string;
  ownerId: string;
  /** Absent: the region's. */
  networkBorderGroup?: string;
  associationId?: string;
  networkInterfaceId?: string;
  privateIpAddress?: string;
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
  /** The launch that a persistent request repeats; a one-time request needs it no more. */
  again?: LaunchSpec;
  tags: Tags;
}

export interface ProfileAssociation {
  associationId: string;
  instanceId: string;
  arn: string;
  id: string;
  timestamp: number;
}

/** The ids that a call with a client token made, so that the same call again is answered with them. */
interface TokenRecord {
  fingerprint: string;
  made: string[];
  /** When the last of the instances that it made had ended. */
  endedAt?: number;
}

interface Capacity {
  left: number;
  /** Whether an instance that ends gives its place back to this account's pool, rather than to everybody's. */
  isGivenBack: boolean;
}

export interface Tables {
  vpcs: Vpc;
  subnets: Subnet;
  securityGroups: SecurityGroup;
  keyPairs: KeyPair;
  placementGroups: PlacementGroup;
  instanceProfiles: InstanceProfile;
  images: Image;
  imageAliases: string;
  networkInterfaces: NetworkInterface;
  addresses: Address;
  instances: Instance;
  launchTemplates: LaunchTemplate;
  spotRequests: SpotRequest;
  volumes: Volume;
  snapshots: Snapshot;
  rootVolumeTasks: RootVolumeTask;
  /** KMS keys that EC2 may not use here, by the name that is asked for. */
  deniedKmsKeys: boolean;
  profileAssociations: ProfileAssociation;
  tokens: TokenRecord;
  /** Launches left, by "type/zone/lifecycle"; what is not listed never runs out. */
  capacity: Capacity;
  /** US dollars an hour, by "type/zone"; what is not listed has its usual price. */
  spotPrices: number;
  /** When an Elastic IP was released, by the address: it can be recovered. */
  releasedAddresses: number;
  /** When an image was deregistered, by its id. */
  deregisteredImages: number;
  /** Limits that are not EC2's defaults, by name. */
  quotas: number;
  /** The groups of Local and Wavelength Zones that the account has opted in to. */
  zoneGroups: boolean;
}

export type TableName = keyof Tables;

export type Account = { [Name in TableName]: Table<Tables[Name]> };

export const TABLE_NAMES = [
  "vpcs",
  "subnets",
  "securityGroups",
  "keyPairs",
  "placementGroups",
  "instanceProfiles",
  "images",
  "imageAliases",
  "networkInterfaces",
  "addresses",
  "instances",
  "launchTemplates",
  "spotRequests",
  "volumes",
  "snapshots",
  "rootVolumeTasks",
  "deniedKmsKeys",
  "profileAssociations",
  "tokens",
  "capacity",
  "spotPrices",
  "releasedAddresses",
  "deregisteredImages",
  "quotas",
  "zoneGroups",
] as const satisfies readonly TableName[];
