import { coresOf, type InstanceType } from "../../model/instance-types";
import type { FilterTable } from "../filters";

/** What EC2 can filter types by and the table of types here does not know. */
const NEVER = [
  "ebs-info.attachment-limit-type",
  "ebs-info.maximum-ebs-attachments",
  "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps",
  "ebs-info.ebs-optimized-info.baseline-iops",
  "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps",
  "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps",
  "ebs-info.ebs-optimized-info.maximum-iops",
  "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps",
  "instance-storage-info.disk.count",
  "instance-storage-info.disk.size-in-gb",
  "instance-storage-info.disk.type",
  "instance-storage-info.encryption-support",
  "instance-storage-info.nvme-support",
  "instance-storage-info.total-size-in-gb",
  "network-info.bandwidth-weightings",
  "network-info.efa-info.maximum-efa-interfaces",
  "network-info.encryption-in-transit-supported",
  "network-info.flexible-ena-queues-support",
  "nitro-enclaves-support",
  "nitro-tpm-info.supported-versions",
  "nitro-tpm-support",
  "processor-info.supported-features",
  "reboot-migration-support",
] as const;

export function bootModesOf({ architecture }: InstanceType): string[] {
  return architecture === "arm64" ? ["uefi"] : ["legacy-bios", "uefi"];
}

/** DescribeInstanceTypes' filters (API reference). */
export const TYPE_FILTERS: FilterTable<InstanceType> = {
  ...Object.fromEntries(NEVER.map((name) => [name, () => undefined])),
  "auto-recovery-supported": () => true,
  "bare-metal": () => false,
  "burstable-performance-supported": ({ burstable }) => burstable,
  "current-generation": () => true,
  "dedicated-hosts-supported": ({ takesDedicatedTenancy }) => takesDedicatedTenancy,
  "ebs-info.ebs-optimized-support": ({ ebsOptimized }) => ebsOptimized,
  "ebs-info.encryption-support": () => "supported",
  "ebs-info.nvme-support": ({ hypervisor }) => (hypervisor === "nitro" ? "required" : "unsupported"),
  "free-tier-eligible": () => false,
  "hibernation-supported": () => true,
  hypervisor: ({ hypervisor }) => hypervisor,
  "instance-storage-supported": ({ name }) => name.startsWith("i"),
  "instance-type": ({ name }) => name,
  "memory-info.size-in-mib": ({ memoryMiB }) => memoryMiB,
  "network-info.efa-supported": () => false,
  "network-info.ena-support": ({ hypervisor }) => (hypervisor === "nitro" ? "required" : "unsupported"),
  "network-info.ipv4-addresses-per-interface": ({ addressesPerInterface }) => addressesPerInterface,
  "network-info.ipv6-addresses-per-interface": ({ addressesPerInterface }) => addressesPerInterface,
  "network-info.ipv6-supported": () => true,
  "network-info.maximum-network-cards": () => 1,
  "network-info.maximum-network-interfaces": ({ maxInterfaces }) => maxInterfaces,
  "network-info.network-performance": ({ networkPerformance }) => networkPerformance,
  "processor-info.supported-architecture": ({ architecture }) => architecture,
  "processor-info.sustained-clock-speed-in-ghz": ({ clockGhz }) => clockGhz,
  "supported-boot-mode": bootModesOf,
  "supported-root-device-type": () => "ebs",
  "supported-usage-class": () => ["on-demand", "spot"],
  "supported-virtualization-type": () => "hvm",
  "vcpu-info.default-cores": coresOf,
  "vcpu-info.default-threads-per-core": ({ threadsPerCore }) => threadsPerCore,
  "vcpu-info.default-vcpus": ({ vcpus }) => vcpus,
  "vcpu-info.valid-cores": ({ validCores }) => validCores.map(String),
  "vcpu-info.valid-threads-per-core": ({ validThreadsPerCore }) => validThreadsPerCore.map(String),
};
