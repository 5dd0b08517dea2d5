import { Ec2Error, invalidValue } from "../../model/errors";
import { INSTANCE_TYPES, isOffered, type InstanceType } from "../../model/instance-types";
import { zonesOf } from "../../model/launch-plan";
import { findAll } from "../../model/lookup";
import type { Image } from "../../model/state";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { tagSet } from "../tag-specs";
import { zoneId } from "../views/names";
import type { XmlObject } from "../xml";

const IMAGE_FILTERS: FilterTable<Image> = {
  "image-id": ({ imageId }) => imageId,
  name: ({ name }) => name,
  description: ({ description }) => description,
  architecture: ({ architecture }) => architecture,
  state: ({ state }) => state,
  "creation-date": ({ creationDate }) => creationDate,
  "owner-id": ({ ownerId }) => ownerId,
  "owner-alias": ({ ownerAlias }) => ownerAlias,
  "is-public": ({ ownerAlias }) => ownerAlias === "amazon",
  "image-type": () => "machine",
  hypervisor: () => "xen",
  "virtualization-type": () => "hvm",
  "root-device-type": () => "ebs",
  "root-device-name": ({ rootDeviceName }) => rootDeviceName,
  "ena-support": () => true,
};

function imageView(image: Image): XmlObject {
  return {
    imageId: image.imageId,
    imageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    name: image.name,
    description: image.description,
    architecture: image.architecture,
    imageState: image.state,
    creationDate: image.creationDate,
    imageOwnerId: image.ownerId,
    imageOwnerAlias: image.ownerAlias,
    isPublic: image.ownerAlias === "amazon",
    imageType: "machine",
    hypervisor: "xen",
    virtualizationType: "hvm",
    enaSupport: true,
    imdsSupport: "v2.0",
    bootMode: "uefi-preferred",
    platformDetails: "Linux/UNIX",
    usageOperation: "RunInstances",
    rootDeviceType: "ebs",
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: [
      {
        deviceName: image.rootDeviceName,
        ebs: {
          snapshotId: image.rootSnapshotId,
          volumeSize: image.rootVolumeSize,
          volumeType: "gp3",
          iops: 3000,
          throughput: 125,
          deleteOnTermination: true,
          encrypted: false,
        },
      },
    ],
    tagSet: tagSet(image.tags),
  };
}

function isOwnedBy(world: World, image: Image, owners: readonly string[]): boolean {
  if (owners.length === 0) return true;
  return owners.some(
    (owner) =>
      owner === image.ownerId || owner === image.ownerAlias || (owner === "self" && image.ownerId === world.accountId),
  );
}

const TYPE_FILTERS: FilterTable<InstanceType> = {
  "instance-type": ({ name }) => name,
  "processor-info.supported-architecture": ({ architecture }) => architecture,
  "vcpu-info.default-vcpus": ({ vcpus }) => vcpus,
  "memory-info.size-in-mib": ({ memoryMiB }) => memoryMiB,
  "network-info.maximum-network-interfaces": ({ maxInterfaces }) => maxInterfaces,
  "network-info.ipv4-addresses-per-interface": ({ addressesPerInterface }) => addressesPerInterface,
  "burstable-performance-supported": ({ burstable }) => burstable,
  "current-generation": () => true,
  "supported-usage-class": () => ["on-demand", "spot"],
  hypervisor: () => "nitro",
};

function typeView(type: InstanceType): XmlObject {
  return {
    instanceType: type.name,
    currentGeneration: true,
    freeTierEligible: false,
    supportedUsageClasses: ["on-demand", "spot"],
    supportedRootDeviceTypes: ["ebs"],
    supportedVirtualizationTypes: ["hvm"],
    bareMetal: false,
    hypervisor: "nitro",
    processorInfo: {
      supportedArchitectures: [type.architecture],
      sustainedClockSpeedInGhz: type.clockGhz,
      manufacturer: type.processor,
    },
    vCpuInfo: {
      defaultVCpus: type.vcpus,
      defaultCores: Math.max(1, type.vcpus / type.threadsPerCore),
      defaultThreadsPerCore: type.threadsPerCore,
    },
    memoryInfo: { sizeInMiB: type.memoryMiB },
    instanceStorageSupported: type.name.startsWith("i"),
    ebsInfo: { ebsOptimizedSupport: "default", encryptionSupport: "supported", nvmeSupport: "required" },
    networkInfo: networkInfo(type),
    placementGroupInfo: { supportedStrategies: ["partition", "spread"] },
    hibernationSupported: true,
    burstablePerformanceSupported: type.burstable,
    dedicatedHostsSupported: true,
    autoRecoverySupported: true,
    supportedBootModes: type.architecture === "arm64" ? ["uefi"] : ["legacy-bios", "uefi"],
  };
}

function networkInfo(type: InstanceType): XmlObject {
  return {
    networkPerformance: type.networkPerformance,
    maximumNetworkInterfaces: type.maxInterfaces,
    maximumNetworkCards: 1,
    defaultNetworkCardIndex: 0,
    networkCards: [
      {
        networkCardIndex: 0,
        networkPerformance: type.networkPerformance,
        maximumNetworkInterfaces: type.maxInterfaces,
      },
    ],
    ipv4AddressesPerInterface: type.addressesPerInterface,
    ipv6AddressesPerInterface: type.addressesPerInterface,
    ipv6Supported: true,
    enaSupport: "required",
    efaSupported: false,
    enaSrdSupported: false,
  };
}

function typesNamed(params: Params): InstanceType[] {
  const names = params.strings("InstanceType");
  if (names.length === 0) return [...INSTANCE_TYPES.values()];
  const missing = names.filter((name) => !INSTANCE_TYPES.has(name));
  if (missing.length > 0) {
    throw new Ec2Error(
      "InvalidInstanceType",
      `The following supplied instance types do not exist: [${missing.join(", ")}]`,
    );
  }
  return names.flatMap((name) => INSTANCE_TYPES.get(name) ?? []);
}

interface Offering {
  instanceType: string;
  locationType: string;
  location: string;
}

const OFFERING_FILTERS: FilterTable<Offering> = {
  "instance-type": ({ instanceType }) => instanceType,
  location: ({ location }) => location,
};

function offerings(world: World, locationType: string): Offering[] {
  const types = [...INSTANCE_TYPES.keys()];
  if (locationType === "region") {
    return types.map((instanceType) => ({ instanceType, locationType, location: world.region }));
  }
  const isById = locationType === "availability-zone-id";
  if (!isById && locationType !== "availability-zone") {
    throw invalidValue(`Value (${locationType}) for parameter locationType is invalid.`);
  }
  return zonesOf(world).flatMap((zone) =>
    types
      .filter((instanceType) => isOffered(instanceType, zone))
      .map((instanceType) => ({ instanceType, locationType, location: isById ? zoneId(zone) : zone })),
  );
}

export const catalogActions: Actions = {
  DescribeImages: reads((world, params) => {
    const ids = params.strings("ImageId");
    const owners = params.strings("Owner");
    const all = ids.length > 0 ? findAll(world, "images", ids) : [...world.account.images.values()];
    const images = filtered(world, params, all, IMAGE_FILTERS).filter((image) => isOwnedBy(world, image, owners));
    const { entries, nextToken } = page(params, images, { parameter: "ImageId", least: 1 });
    return { imagesSet: entries.map(imageView), nextToken };
  }),
  DescribeInstanceTypes: reads((world, params) => {
    const types = filtered(world, params, typesNamed(params), TYPE_FILTERS);
    const { entries, nextToken } = page(params, types, { parameter: "InstanceType" });
    return { instanceTypeSet: entries.map(typeView), nextToken };
  }),
  DescribeInstanceTypeOfferings: reads((world, params) => {
    const all = offerings(world, params.string("LocationType") ?? "region");
    const { entries, nextToken } = page(params, filtered(world, params, all, OFFERING_FILTERS), {
      parameter: "InstanceType",
    });
    return { instanceTypeOfferingSet: entries.map((offering) => ({ ...offering })), nextToken };
  }),
};
