import type { AddressWishes, DeviceSpec, MetadataOptions, SpotOptions, Tags, Wish } from "./values";

/** One network interface of a launch: one that exists, by id, or a new one. */
export interface InterfaceSpec {
  deviceIndex?: number;
  networkInterfaceId?: string;
  subnetId?: string;
  groupIds: string[];
  privateIpAddress?: string;
  wishes: AddressWishes;
  description?: string;
  deleteOnTermination?: boolean;
  associatePublicIp?: boolean;
}

/** A launch as asked for, template and request already laid over each other. */
export interface LaunchSpec {
  /** The launch template and version that the launch is from. */
  template?: { launchTemplateId: string; versionNumber: number };
  imageId?: string;
  instanceType?: string;
  keyName?: string;
  userData?: string;
  subnetId?: string;
  privateIpAddress?: string;
  ipv6: Wish;
  groupIds: string[];
  groupNames: string[];
  interfaces: InterfaceSpec[];
  devices: DeviceSpec[];
  profile?: { name?: string; arn?: string };
  metadataOptions: Partial<MetadataOptions>;
  monitoring: boolean;
  ebsOptimized: boolean;
  cpuCredits?: string;
  cpuOptions?: { coreCount: number; threadsPerCore: number };
  disableApiTermination: boolean;
  disableApiStop: boolean;
  shutdownBehavior: string;
  placement: { availabilityZone?: string; tenancy: string; groupName?: string };
  marketType?: string;
  spot?: SpotOptions;
  tags: LaunchTags;
}

/** Tags by the kind of thing that the launch makes; undefined where none were asked for. */
interface LaunchTags {
  instance?: Tags;
  volume?: Tags;
  "network-interface"?: Tags;
  "spot-instances-request"?: Tags;
}

export interface LaunchRequest {
  spec: LaunchSpec;
  minCount: number;
  maxCount: number;
  clientToken?: string;
}
