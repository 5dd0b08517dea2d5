import type { Architecture } from "./state";

/** The facts of a type in DescribeInstanceTypes, as far as a launch depends on them. */
export interface InstanceType {
  name: string;
  architecture: Architecture;
  vcpus: number;
  threadsPerCore: 1 | 2;
  memoryMiB: number;
  maxInterfaces: number;
  addressesPerInterface: number;
  networkPerformance: string;
  processor: string;
  clockGhz: number;
  /** US dollars an hour on demand in us-east-1; the spot price here is a fixed part of it. */
  price: number;
  burstable: boolean;
  ebsOptimized: "default" | "unsupported";
  /** The strategies of the placement groups that take it. */
  placementStrategies: readonly string[];
  /** The core counts that CPU options may name. */
  validCores: readonly number[];
  validThreadsPerCore: readonly number[];
  /** EC2 guide, CPU options: awsdocs/amazon-ec2-user-guide#228 took T2 off the list. */
  takesCpuOptions: boolean;
  /** EC2 guide, T2 instances: they are not available as Dedicated Instances. */
  takesDedicatedTenancy: boolean;
  hypervisor: "nitro" | "xen";
  ena: "required" | "supported" | "unsupported";
  nvme: "required" | "supported" | "unsupported";
  bootModes: readonly string[];
  virtualizationTypes: readonly string[];
}

interface Family {
  architecture: Architecture;
  processor: string;
  clockGhz: number;
  /** Absent: Nitro. */
  hypervisor?: "xen";
}

const FAMILIES = {
  t2: { architecture: "x86_64", processor: "Intel", clockGhz: 3.3, hypervisor: "xen" },
  m4: { architecture: "x86_64", processor: "Intel", clockGhz: 2.4, hypervisor: "xen" },
  t3: { architecture: "x86_64", processor: "Intel", clockGhz: 3.1 },
  t3a: { architecture: "x86_64", processor: "AMD", clockGhz: 2.2 },
  t4g: { architecture: "arm64", processor: "AWS", clockGhz: 2.5 },
  m5: { architecture: "x86_64", processor: "Intel", clockGhz: 3.1 },
  m6i: { architecture: "x86_64", processor: "Intel", clockGhz: 3.5 },
  m7i: { architecture: "x86_64", processor: "Intel", clockGhz: 3.2 },
  m7g: { architecture: "arm64", processor: "AWS", clockGhz: 2.6 },
  c6i: { architecture: "x86_64", processor: "Intel", clockGhz: 3.5 },
  c7g: { architecture: "arm64", processor: "AWS", clockGhz: 2.6 },
  r6i: { architecture: "x86_64", processor: "Intel", clockGhz: 3.5 },
  i4i: { architecture: "x86_64", processor: "Intel", clockGhz: 3.5 },
} as const satisfies Record<string, Family>;

type FamilyName = keyof typeof FAMILIES;
type Row = [
  family: FamilyName,
  size: string,
  vcpus: number,
  gib: number,
  interfaces: number,
  ips: number,
  price: number,
];

/** From DescribeInstanceTypes and the price list of us-east-1 (Linux, on demand). */
const ROWS: readonly Row[] = [
  ["t2", "micro", 1, 1, 2, 2, 0.0116],
  ["t2", "medium", 2, 4, 3, 6, 0.0464],
  ["m4", "large", 2, 8, 2, 10, 0.1],
  ["t3", "nano", 2, 0.5, 2, 2, 0.0052],
  ["t3", "micro", 2, 1, 2, 2, 0.0104],
  ["t3", "small", 2, 2, 3, 4, 0.0208],
  ["t3", "medium", 2, 4, 3, 6, 0.0416],
  ["t3", "large", 2, 8, 3, 12, 0.0832],
  ["t3", "xlarge", 4, 16, 4, 15, 0.1664],
  ["t3", "2xlarge", 8, 32, 4, 15, 0.3328],
  ["t3a", "micro", 2, 1, 2, 2, 0.0094],
  ["t3a", "medium", 2, 4, 3, 6, 0.0376],
  ["t4g", "nano", 2, 0.5, 2, 2, 0.0042],
  ["t4g", "micro", 2, 1, 2, 2, 0.0084],
  ["t4g", "small", 2, 2, 3, 4, 0.0168],
  ["t4g", "medium", 2, 4, 3, 6, 0.0336],
  ["t4g", "large", 2, 8, 3, 12, 0.0672],
  ["m5", "large", 2, 8, 3, 10, 0.096],
  ["m5", "xlarge", 4, 16, 4, 15, 0.192],
  ["m5", "2xlarge", 8, 32, 4, 15, 0.384],
  ["m6i", "large", 2, 8, 3, 10, 0.096],
  ["m6i", "xlarge", 4, 16, 4, 15, 0.192],
  ["m6i", "2xlarge", 8, 32, 4, 15, 0.384],
  ["m7i", "large", 2, 8, 3, 10, 0.1008],
  ["m7i", "xlarge", 4, 16, 4, 15, 0.2016],
  ["m7g", "medium", 1, 4, 2, 4, 0.0408],
  ["m7g", "large", 2, 8, 3, 10, 0.0816],
  ["m7g", "xlarge", 4, 16, 4, 15, 0.1632],
  ["c6i", "large", 2, 4, 3, 10, 0.085],
  ["c6i", "xlarge", 4, 8, 4, 15, 0.17],
  ["c7g", "medium", 1, 2, 2, 4, 0.0363],
  ["c7g", "large", 2, 4, 3, 10, 0.0725],
  ["r6i", "large", 2, 16, 3, 10, 0.126],
  ["r6i", "xlarge", 4, 32, 4, 15, 0.252],
  ["i4i", "large", 2, 16, 3, 10, 0.172],
];

function describe([family, size, vcpus, gib, maxInterfaces, addressesPerInterface, price]: Row): InstanceType {
  const burstable = family.startsWith("t");
  const { architecture, processor, clockGhz, hypervisor }: Family = FAMILIES[family];
  const isNitro = hypervisor === undefined;
  const threadsPerCore = !isNitro || architecture === "arm64" ? 1 : 2;
  const cores = Math.max(1, vcpus / threadsPerCore);
  return {
    architecture,
    processor,
    clockGhz,
    hypervisor: hypervisor ?? "nitro",
    ena: isNitro ? "required" : "unsupported",
    nvme: isNitro ? "required" : "unsupported",
    bootModes: bootModesOf(architecture, isNitro),
    virtualizationTypes: ["hvm"],
    name: `${family}.${size}`,
    vcpus,
    threadsPerCore,
    memoryMiB: gib * 1024,
    maxInterfaces,
    addressesPerInterface,
    networkPerformance: burstable ? "Up to 5 Gigabit" : "Up to 12.5 Gigabit",
    price,
    burstable,
    ebsOptimized: family === "t2" ? "unsupported" : "default",
    // EC2 guide, placement strategies: burstable types are in no cluster.
    placementStrategies: burstable ? ["partition", "spread"] : ["cluster", "partition", "spread"],
    validCores: validCores(cores, threadsPerCore),
    validThreadsPerCore: threadsPerCore === 1 ? [1] : [1, 2],
    takesCpuOptions: family !== "t2",
    takesDedicatedTenancy: family !== "t2",
  };
}

/** The guide's tables of CPU options list, for common sizes, any number of cores, and only even numbers where cores have threads. */
function validCores(cores: number, threadsPerCore: number): number[] {
  const all = Array.from({ length: cores }, (_, index) => index + 1);
  return threadsPerCore === 1 || cores <= 2 ? all : all.filter((count) => count % 2 === 0);
}

/** EC2 guide, ami-boot: Graviton boots by UEFI, Nitro by both, Xen by legacy BIOS. */
function bootModesOf(architecture: Architecture, isNitro: boolean): string[] {
  if (architecture === "arm64") return ["uefi"];
  return isNitro ? ["legacy-bios", "uefi"] : ["legacy-bios"];
}

export const INSTANCE_TYPES: ReadonlyMap<string, InstanceType> = new Map(
  ROWS.map((row) => describe(row)).map((type) => [type.name, type]),
);

export function coresOf({ vcpus, threadsPerCore }: InstanceType): number {
  return Math.max(1, vcpus / threadsPerCore);
}

export const ZONE_LETTERS = ["a", "b", "c"] as const;

/** As in every real region, not every zone has every type. */
const NOT_OFFERED: Readonly<Record<string, readonly string[]>> = {
  "i4i.large": ["b"],
  "m7i.large": ["b"],
  "m7i.xlarge": ["b"],
};

/** Local and Wavelength Zones have few (their guides). */
const AT_THE_EDGE: readonly string[] = ["t3.medium", "t3.xlarge", "m5.2xlarge"];

export function isOffered(type: string, zone: string): boolean {
  if (!INSTANCE_TYPES.has(type)) return false;
  const isEdge = !/-\d[a-z]$/.test(zone) || /-\d-/.test(zone);
  return isEdge ? AT_THE_EDGE.includes(type) : NOT_OFFERED[type]?.includes(zone.slice(-1)) !== true;
}

/** About what spot costs against on-demand for common types (spot price history, us-east-1). */
const SPOT_SHARE = 0.38;

export function spotPrice(type: InstanceType): number {
  return Math.round(type.price * SPOT_SHARE * 10_000) / 10_000;
}
