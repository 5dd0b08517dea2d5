/** The narrow interface to EC2: all that this product asks of it, in the engine's own types. */
import type {
  CpuOptions,
  ElasticIp,
  Image,
  Instance,
  LaunchTemplate,
  MetadataOptions,
  NetworkInterface,
  Tags,
  Volume,
  VolumeShape,
} from "../model/things";
import type { DataVolume, Market, RootVolume } from "../model/desired";

export type { Image };

/** EC2's filters: every name must match, by any of its values. A filter finds nothing where an id would be an error. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** The compute part of a launch: what the launch template holds. */
export interface LaunchData {
  imageId: string;
  instanceType: string;
  /** base64 */
  userData?: string;
  keyName?: string;
  iamInstanceProfile?: string;
  ebsOptimized?: boolean;
  tenancy?: string;
  cpuCredits?: string;
  cpuOptions?: CpuOptions;
  placementGroup?: string;
  monitoring: boolean;
  metadataOptions: MetadataOptions;
  rootVolume?: { deviceName: string; options: RootVolume };
}

/** On an interface that exists, which stays when the instance ends; or on one of its own, which ends with it. */
export type LaunchNetwork =
  { networkInterfaceId: string } | { subnetId: string; securityGroupIds: string[]; publicIp: boolean | undefined };

export interface LaunchRequest {
  templateId: string;
  version: number;
  /** In place of the template's. */
  instanceType: string;
  network: LaunchNetwork;
  market: Pick<Market, "lifecycle" | "maxPrice">;
  tags: Tags;
  clientToken: string;
  /** An address has no instance until this one runs. */
  isUrgent?: boolean;
}

export interface TemplateVersion {
  number: number;
  description: string;
  createdAt?: number;
  /** With an SSM parameter looked up. */
  imageId?: string;
  /** What it holds, but for the user data, which may be a secret; nothing where it has not what every launch of ours has. */
  data?: RecordedLaunch;
}

export type RecordedLaunch = Omit<LaunchData, "userData">;

/** The content of another version, user data and all. EC2 takes no version that says nothing of its own, so the image is said. */
interface LikeVersion {
  sourceVersion: number;
  imageId: string;
}

export interface Subnet {
  id: string;
  vpcId: string;
  availabilityZone: string;
  cidrBlock: string;
  ipv6CidrBlocks: string[];
  /** Whether what is launched in it gets a changing public address by default. */
  assignsPublicIp: boolean;
}

export interface InstanceType {
  name: string;
  architectures: string[];
  /** Whether an image must, may or cannot use the Elastic Network Adapter: `required`, `supported` or `unsupported`. */
  ena: string;
  /** `legacy-bios` and `uefi`; empty where EC2 does not tell. */
  bootModes: string[];
  /** `hvm` and `paravirtual`; empty where EC2 does not tell. */
  virtualizationTypes: string[];
  maxNetworkInterfaces: number;
  ipv4AddressesPerInterface: number;
  ipv6AddressesPerInterface: number;
  /** Whether it has CPU credits. */
  isBurstable: boolean;
  canBeEbsOptimized: boolean;
  /** The values that its CPU options take; empty where EC2 says nothing of them. */
  validCores: number[];
  validThreadsPerCore: number[];
  /** The strategies of the placement groups that take it; empty where EC2 says nothing of them. */
  placementStrategies: string[];
}

export interface SecurityGroup {
  id: string;
  vpcId: string;
}

export interface PlacementGroup {
  name: string;
  /** `cluster`, `partition` or `spread`. */
  strategy: string;
}

export interface Zone {
  name: string;
  /** From where its public addresses are announced: an Elastic IP is of one such group, and serves in no other. */
  networkBorderGroup: string;
}

/** Those asked for, or that many of EC2's choice. */
export type Addresses = { addresses: string[] } | { count: number };

/** The state of a replacement of a root volume. */
export interface RootVolumeTask {
  id: string;
  /** `pending`, `in-progress`, `failing`, `failing-detached`, `succeeded`, `failed` or `failed-detached`. */
  state: string;
  tags: Tags;
}

export interface Snapshot {
  id: string;
  /** GiB */
  size: number;
}

/** Both status checks together: of the system below and of the instance. */
export interface Health {
  status: "ok" | "impaired" | "initializing";
  /** Since when a check fails. */
  impairedSince?: number;
  /** The state of an instance that does not run, and does not start. */
  down?: string;
}

/** What this product asks of EC2, and all it asks. Every failure is an {@link Ec2Error}. */
export interface Ec2 {
  /** Fails if there are no credentials; asks nothing of EC2. */
  requireCredentials(): Promise<void>;
  /**
   * Asks EC2 whether it would accept a call; nothing of it happens.
   *
   * @param call makes that one call, of the `Ec2` that it is given
   */
  dryRun(call: (ec2: Ec2) => Promise<unknown>): Promise<void>;

  describeLaunchTemplates(filters: Filters): Promise<LaunchTemplate[]>;
  /**
   * @param options.version another one than the latest
   * @param options.listed the number of the latest, as a list of templates has just shown it: a version that was read before is not read again
   */
  describeLatestVersion(
    templateId: string,
    options?: { resolveImage?: boolean; version?: number; listed?: number },
  ): Promise<TemplateVersion>;
  createLaunchTemplate(request: {
    name: string;
    description: string;
    data: LaunchData;
    tags: Tags;
    clientToken: string;
  }): Promise<LaunchTemplate>;
  createLaunchTemplateVersion(request: {
    templateId: string;
    description: string;
    data: LaunchData | LikeVersion;
    clientToken: string;
  }): Promise<number>;
  deleteLaunchTemplate(templateId: string): Promise<void>;
  /** The versions with the lowest numbers, without what is in them. */
  describeVersionsUpTo(templateId: string, highest: number): Promise<{ number: number; isDefault: boolean }[]>;
  setDefaultVersion(templateId: string, version: number): Promise<void>;
  /** A version that is gone already counts as deleted. */
  deleteLaunchTemplateVersions(templateId: string, versions: readonly number[]): Promise<void>;

  describeSubnet(subnetId: string): Promise<Subnet | undefined>;

  describeNetworkInterfaces(filters: Filters): Promise<NetworkInterface[]>;
  createNetworkInterface(request: {
    subnetId: string;
    privateIp?: string;
    secondaryPrivateIps?: Addresses;
    ipv6Addresses?: Addresses;
    securityGroupIds?: string[];
    description: string;
    tags: Tags;
    clientToken: string;
  }): Promise<NetworkInterface>;
  setSecurityGroups(networkInterfaceId: string, securityGroupIds: string[]): Promise<void>;
  setSourceDestCheck(networkInterfaceId: string, enabled: boolean): Promise<void>;
  /** Whether an instance gets a changing public address by this interface, as its primary one. */
  setPublicIpAssignment(networkInterfaceId: string, enabled: boolean): Promise<void>;
  keepOnTermination(networkInterfaceId: string, attachmentId: string): Promise<void>;
  /**
   * Not repeatable where a count is asked for.
   *
   * @param mayMove whether the addresses may be taken from another interface; never by default
   * @returns what was assigned
   */
  assignPrivateIps(networkInterfaceId: string, wanted: Addresses, mayMove?: boolean): Promise<string[]>;
  unassignPrivateIps(networkInterfaceId: string, addresses: string[]): Promise<void>;
  /** Not repeatable where a count is asked for. Returns what was assigned. */
  assignIpv6Addresses(networkInterfaceId: string, wanted: Addresses): Promise<string[]>;
  unassignIpv6Addresses(networkInterfaceId: string, addresses: string[]): Promise<void>;
  attachNetworkInterface(networkInterfaceId: string, instanceId: string, deviceIndex: number): Promise<void>;
  detachNetworkInterface(attachmentId: string): Promise<void>;
  deleteNetworkInterface(networkInterfaceId: string): Promise<void>;
  /** Nothing where the VPC is another account's, which shares its subnets and not this group. */
  findDefaultSecurityGroup(vpcId: string): Promise<string | undefined>;
  describeSecurityGroup(groupId: string): Promise<SecurityGroup | undefined>;
  /** Whether this account may use the group in the VPC: there, by association, or shared by another account. */
  canUseSecurityGroup(groupId: string, vpcId: string): Promise<boolean>;
  /** How many security groups this account may put on one interface; undefined where EC2 does not say. */
  findMostSecurityGroups(): Promise<number | undefined>;

  describeAddresses(filters: Filters): Promise<ElasticIp[]>;
  /**
   * The one call that may not be repeated blindly: it has no client token.
   *
   * @param networkBorderGroup another one than the region's
   */
  allocateAddress(tags: Tags, networkBorderGroup?: string): Promise<ElasticIp>;
  /** Never takes an address from a holder. */
  associateAddress(allocationId: string, networkInterfaceId: string, privateIp: string): Promise<string>;
  disassociateAddress(associationId: string): Promise<void>;
  /** EC2 finds an address only in its network border group. */
  releaseAddress(elasticIp: Pick<ElasticIp, "allocationId" | "networkBorderGroup">): Promise<void>;

  describeInstances(filters: Filters): Promise<Instance[]>;
  runInstance(request: LaunchRequest): Promise<Instance>;
  startInstance(instanceId: string): Promise<void>;
  /** @param skipOsShutdown whether the guest is not waited for */
  stopInstance(instanceId: string, skipOsShutdown: boolean): Promise<void>;
  /** @param skipOsShutdown whether the guest is not waited for */
  terminateInstance(instanceId: string, skipOsShutdown: boolean): Promise<void>;
  describeHealth(instanceId: string): Promise<Health>;
  isProtectedFromTermination(instanceId: string): Promise<boolean>;
  isProtectedFromStop(instanceId: string): Promise<boolean>;
  /** base64; undefined if there is none. */
  describeUserData(instanceId: string): Promise<string | undefined>;
  /** Of a stopped instance. */
  setInstanceType(instanceId: string, instanceType: string): Promise<void>;
  /** Of a stopped instance. @param userData base64; undefined takes it off */
  setUserData(instanceId: string, userData: string | undefined): Promise<void>;
  setMonitoring(instanceId: string, enabled: boolean): Promise<void>;
  cancelSpotRequest(spotRequestId: string): Promise<void>;
  setMetadataOptions(instanceId: string, options: MetadataOptions): Promise<void>;
  /** @param profile a name or an ARN; undefined takes it off */
  setInstanceProfile(instanceId: string, profile: string | undefined): Promise<void>;

  /** Of a running instance, which boots again from the image. */
  replaceRootVolume(request: {
    instanceId: string;
    imageId: string;
    tags: Tags;
    clientToken: string;
  }): Promise<RootVolumeTask>;
  /** All of an instance: EC2 finds them by nothing else. */
  describeRootVolumeTasks(instanceId: string): Promise<RootVolumeTask[]>;

  describeVolumes(filters: Filters): Promise<Volume[]>;
  createVolume(request: {
    volume: DataVolume;
    availabilityZone: string;
    tags: Tags;
    clientToken: string;
  }): Promise<Volume>;
  /** Grows it or changes its kind, while it is in use. */
  modifyVolume(volumeId: string, shape: VolumeShape): Promise<void>;
  attachVolume(volumeId: string, instanceId: string, deviceName: string): Promise<void>;
  detachVolume(volumeId: string, instanceId: string): Promise<void>;
  /** Whether a volume is deleted with the instance that it is attached to. */
  setDeleteOnTermination(instanceId: string, deviceName: string, isDeleted: boolean): Promise<void>;
  deleteVolume(volumeId: string): Promise<void>;

  createTags(resourceIds: string[], tags: Tags): Promise<void>;
  /** @param ifValues a key that is among them goes only where it has this value */
  deleteTags(resourceIds: string[], keys: string[], ifValues?: Tags): Promise<void>;

  describeImage(imageId: string): Promise<Image | undefined>;
  describeKeyPair(name: string): Promise<{ name: string } | undefined>;
  describePlacementGroup(name: string): Promise<PlacementGroup | undefined>;
  /** Of a zone that the account can use. */
  describeZone(name: string): Promise<Zone | undefined>;
  describeSnapshot(snapshotId: string): Promise<Snapshot | undefined>;
  /** Those of them that the region has. */
  describeInstanceTypes(names: string[]): Promise<InstanceType[]>;
  /** The availability zones of the region that have it. */
  findZonesWith(instanceType: string): Promise<string[]>;
}
