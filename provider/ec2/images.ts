/** Images, and whatever else a launch names: snapshots, instance types, key pairs and placement groups. */
import * as sdk from "@aws-sdk/client-ec2";
import type { Firmware, Image } from "../model/things";
import type { Caller } from "./caller";
import { byValues, filtered, isOfOneName } from "./reads";
import { gathered, present } from "./replies";

export interface Snapshot {
  id: string;
  /** GiB */
  size: number;
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
  /** Whether instances of the type earn CPU credits. */
  isBurstable: boolean;
  canBeEbsOptimized: boolean;
  /** The values that its CPU options take; empty where EC2 says nothing of them. */
  validCores: number[];
  validThreadsPerCore: number[];
  /** The strategies of the placement groups that take it; empty where EC2 says nothing of them. */
  placementStrategies: string[];
}

export interface PlacementGroup {
  name: string;
  /** `cluster`, `partition` or `spread`. */
  strategy: string;
}

/** A field that EC2 leaves out of an older image or instance is as all had it then. */
export function firmwareOf({
  Architecture,
  VirtualizationType,
  EnaSupport,
  BootMode,
}: sdk.Image | sdk.Instance): Firmware {
  return {
    architecture: Architecture ?? "",
    virtualizationType: VirtualizationType ?? "hvm",
    enaSupport: EnaSupport ?? false,
    bootMode: BootMode,
  };
}

function imageOf(image: sdk.Image): Image {
  return {
    ...firmwareOf(image),
    id: present(image.ImageId, "image id"),
    state: image.State ?? "",
    rootDeviceName: image.RootDeviceName ?? "/dev/xvda",
    devices: (image.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
      DeviceName === undefined || Ebs === undefined
        ? []
        : [
            {
              deviceName: DeviceName,
              snapshotId: Ebs.SnapshotId,
              size: Ebs.VolumeSize,
              type: Ebs.VolumeType,
              deleteOnTermination: Ebs.DeleteOnTermination ?? true,
            },
          ],
    ),
    isForImdsV2: image.ImdsSupport === "v2.0",
    // EC2 writes it in lower case, the SDK's type does not.
    platform: image.Platform?.toLowerCase() === "windows" ? "windows" : "linux",
  };
}

function instanceTypeOf(type: sdk.InstanceTypeInfo): InstanceType {
  return {
    name: present(type.InstanceType, "instance type"),
    architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
    ena: type.NetworkInfo?.EnaSupport ?? "supported",
    bootModes: type.SupportedBootModes ?? [],
    virtualizationTypes: type.SupportedVirtualizationTypes ?? [],
    maxNetworkInterfaces: type.NetworkInfo?.MaximumNetworkInterfaces ?? 1,
    ipv4AddressesPerInterface: type.NetworkInfo?.Ipv4AddressesPerInterface ?? 1,
    ipv6AddressesPerInterface: type.NetworkInfo?.Ipv6AddressesPerInterface ?? 0,
    isBurstable: type.BurstablePerformanceSupported ?? false,
    canBeEbsOptimized: type.EbsInfo?.EbsOptimizedSupport !== "unsupported",
    validCores: type.VCpuInfo?.ValidCores ?? [],
    validThreadsPerCore: type.VCpuInfo?.ValidThreadsPerCore ?? [],
    placementStrategies: type.PlacementGroupInfo?.SupportedStrategies ?? [],
  };
}

const IMAGES = byValues<sdk.Image>("DescribeImages", (client) => ({
  ask: async (ImageIds) => (await client.send(new sdk.DescribeImagesCommand({ ImageIds: [...ImageIds] }))).Images ?? [],
  valueOf: (it) => it.ImageId,
  isOfOneValue: isOfOneName,
}));

const SNAPSHOTS = byValues<sdk.Snapshot>("DescribeSnapshots", (client) => ({
  // Not by a filter, with which EC2 looks through all public ones.
  ask: async (SnapshotIds) =>
    (await client.send(new sdk.DescribeSnapshotsCommand({ SnapshotIds: [...SnapshotIds] }))).Snapshots ?? [],
  valueOf: (it) => it.SnapshotId,
  isOfOneValue: isOfOneName,
}));

const INSTANCE_TYPES = byValues<InstanceType>("DescribeInstanceTypes", (client) => ({
  ask: (names) =>
    gathered(sdk.paginateDescribeInstanceTypes({ client }, filtered({ "instance-type": names })), (page) =>
      page.InstanceTypes?.map(instanceTypeOf),
    ),
  valueOf: (it) => it.name,
}));

const OFFERINGS = byValues<sdk.InstanceTypeOffering>("DescribeInstanceTypeOfferings", (client) => ({
  ask: (types) => {
    const input = { LocationType: "availability-zone", ...filtered({ "instance-type": types }) } as const;
    return gathered(sdk.paginateDescribeInstanceTypeOfferings({ client }, input), (page) => page.InstanceTypeOfferings);
  },
  valueOf: (it) => it.InstanceType,
}));

const KEY_PAIRS = byValues<{ name: string }>("DescribeKeyPairs", (client) => ({
  ask: async (names) => {
    const { KeyPairs = [] } = await client.send(new sdk.DescribeKeyPairsCommand(filtered({ "key-name": names })));
    return KeyPairs.map((it) => ({ name: it.KeyName ?? "" }));
  },
  valueOf: (it) => it.name,
}));

const PLACEMENT_GROUPS = byValues<PlacementGroup>("DescribePlacementGroups", (client) => ({
  ask: async (names) => {
    const input = filtered({ "group-name": names });
    const { PlacementGroups = [] } = await client.send(new sdk.DescribePlacementGroupsCommand(input));
    return PlacementGroups.filter((it) => it.State === undefined || it.State === "available").map((it) => ({
      name: it.GroupName ?? "",
      strategy: it.Strategy ?? "",
    }));
  },
  valueOf: (it) => it.name,
}));

export const imageCalls = ({ find }: Caller) => ({
  async describeImage(imageId: string): Promise<Image | undefined> {
    const [image] = await find(IMAGES, [imageId]);
    return image && imageOf(image);
  },

  async describeSnapshot(snapshotId: string): Promise<Snapshot | undefined> {
    const [snapshot] = await find(SNAPSHOTS, [snapshotId]);
    return snapshot && { id: snapshotId, size: snapshot.VolumeSize ?? 0 };
  },

  /** Finds the named types that the region has. */
  describeInstanceTypes: (names: string[]): Promise<InstanceType[]> => find(INSTANCE_TYPES, names),

  /** Finds the availability zones of the region that have the type. */
  async findZonesWith(instanceType: string): Promise<string[]> {
    return (await find(OFFERINGS, [instanceType])).flatMap((it) => it.Location ?? []).sort();
  },

  async describeKeyPair(name: string): Promise<{ name: string } | undefined> {
    return (await find(KEY_PAIRS, [name]))[0];
  },

  async describePlacementGroup(name: string): Promise<PlacementGroup | undefined> {
    return (await find(PLACEMENT_GROUPS, [name]))[0];
  },
});
