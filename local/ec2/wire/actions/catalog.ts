import { Ec2Error, invalidValue } from "../../model/errors";
import { INSTANCE_TYPES, coresOf, isOffered, type InstanceType } from "../../model/instance-types";
import { zonesOf } from "../../model/zones";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { zoneId } from "../views/names";
import type { XmlObject } from "../xml";
import { TYPE_FILTERS } from "./type-filters";

function typeView(type: InstanceType): XmlObject {
  return {
    instanceType: type.name,
    currentGeneration: true,
    freeTierEligible: false,
    supportedUsageClasses: ["on-demand", "spot"],
    supportedRootDeviceTypes: ["ebs"],
    supportedVirtualizationTypes: [...type.virtualizationTypes],
    bareMetal: false,
    hypervisor: type.hypervisor,
    processorInfo: {
      supportedArchitectures: [type.architecture],
      sustainedClockSpeedInGhz: type.clockGhz,
      manufacturer: type.processor,
    },
    vCpuInfo: {
      defaultVCpus: type.vcpus,
      defaultCores: coresOf(type),
      defaultThreadsPerCore: type.threadsPerCore,
      validCores: [...type.validCores],
      validThreadsPerCore: [...type.validThreadsPerCore],
    },
    memoryInfo: { sizeInMiB: type.memoryMiB },
    instanceStorageSupported: type.name.startsWith("i"),
    ebsInfo: {
      ebsOptimizedSupport: type.ebsOptimized,
      encryptionSupport: "supported",
      nvmeSupport: type.nvme,
    },
    networkInfo: networkInfo(type),
    placementGroupInfo: { supportedStrategies: [...type.placementStrategies] },
    hibernationSupported: true,
    burstablePerformanceSupported: type.burstable,
    dedicatedHostsSupported: type.takesDedicatedTenancy,
    autoRecoverySupported: true,
    supportedBootModes: [...type.bootModes],
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
    enaSupport: type.ena,
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
  DescribeInstanceTypes: reads((world, params) => {
    const types = filtered(world, params, typesNamed(params), TYPE_FILTERS);
    const { entries, nextToken } = page(params, types, { parameter: "InstanceType", most: 100, isStrict: true });
    return { instanceTypeSet: entries.map(typeView), nextToken };
  }),
  DescribeInstanceTypeOfferings: reads((world, params) => {
    const all = offerings(world, params.string("LocationType") ?? "region");
    const { entries, nextToken } = page(params, filtered(world, params, all, OFFERING_FILTERS), {
      parameter: "InstanceType",
      isStrict: true,
    });
    return { instanceTypeOfferingSet: entries.map((offering) => ({ ...offering })), nextToken };
  }),
};
