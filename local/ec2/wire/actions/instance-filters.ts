import { elasticIpsOf, interfacesOf, primaryAddress, primaryInterface, publicIpOf } from "../../model/holdings";
import type { Instance, NetworkInterface } from "../../model/state";
import { attachmentStatus } from "../../model/volume-attachments";
import type { World } from "../../model/world";
import type { FilterTable } from "../filters";
import { STATE_CODES } from "../views/instance";
import { privateDnsName, publicDnsName, zoneId } from "../views/names";
import { interfaceStatus } from "../views/network-interface";

/** Values that EC2 can filter by and no instance here ever has. */
const NEVER = [
  "affinity",
  "boot-mode",
  "current-instance-boot-mode",
  "capacity-reservation-id",
  "capacity-reservation-specification.capacity-reservation-preference",
  "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
  "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn",
  "host-id",
  "kernel-id",
  "ramdisk-id",
  "outpost-arn",
  "operator.principal",
  "placement-partition-number",
  "platform",
  "product-code",
  "product-code.type",
  "requester-id",
  "tpm-support",
  "network-performance-options.bandwidth-weighting",
  "network-interface.addresses.association.carrier-ip",
  "network-interface.addresses.association.customer-owned-ip",
  "network-interface.association.carrier-ip",
  "network-interface.association.customer-owned-ip",
  "network-interface.operator.principal",
  "network-interface.outpost-arn",
  "network-interface.requester-id",
  "usage-operation-update-time",
] as const;

const ofInterfaces =
  (read: (networkInterface: NetworkInterface, world: World) => string | string[] | undefined) =>
  (instance: Instance, world: World) =>
    interfacesOf(world, instance).flatMap((one) => read(one, world));

const ofPrimary =
  (read: (networkInterface: NetworkInterface, world: World) => string | undefined) =>
  (instance: Instance, world: World) => {
    const primary = primaryInterface(world, instance);
    return primary && read(primary, world);
  };

/** DescribeInstances' filters on an instance itself (API reference); those on its interfaces are below. */
const OWN_FILTERS: FilterTable<Instance> = {
  ...Object.fromEntries(NEVER.map((name) => [name, () => undefined])),
  "instance-id": ({ instanceId }) => instanceId,
  "instance-state-name": ({ state }) => state,
  "instance-state-code": ({ state }) => STATE_CODES[state],
  "instance-type": ({ instanceType }) => instanceType,
  "instance-lifecycle": ({ spotRequestId }) => (spotRequestId === undefined ? undefined : "spot"),
  "image-id": ({ imageId }) => imageId,
  architecture: ({ architecture }) => architecture,
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "client-token": ({ clientToken }) => clientToken,
  "key-name": ({ keyName }) => keyName,
  "launch-time": ({ launchTime }) => new Date(launchTime).toISOString(),
  "owner-id": (_, world) => world.accountId,
  "reservation-id": ({ reservationId }) => reservationId,
  "root-device-name": ({ rootDeviceName }) => rootDeviceName,
  "root-device-type": () => "ebs",
  "spot-instance-request-id": ({ spotRequestId }) => spotRequestId,
  "state-reason-code": ({ stateReason }) => stateReason?.code,
  "subnet-id": ({ subnetId }) => subnetId,
  "vpc-id": ({ vpcId }) => vpcId,
  tenancy: ({ tenancy }) => tenancy,
  "placement-group-name": () => undefined,
  "iam-instance-profile.arn": ({ iamInstanceProfile }) => iamInstanceProfile?.arn,
  "iam-instance-profile.id": ({ iamInstanceProfile }) => iamInstanceProfile?.id,
  "metadata-options.http-tokens": ({ metadataOptions }) => metadataOptions.httpTokens,
  "block-device-mapping.volume-id": ({ devices }) => devices.map(({ volumeId }) => volumeId),
  "block-device-mapping.device-name": ({ devices }) => devices.map(({ deviceName }) => deviceName),
  "private-ip-address": ofPrimary(primaryAddress),
  "private-dns-name": ofPrimary((one, world) => privateDnsName(world, primaryAddress(one))),
  "ip-address": ofPrimary((one, world) => publicIpOf(world, one)),
  "dns-name": ofPrimary((one, world) => {
    const publicIp = publicIpOf(world, one);
    return publicIp && publicDnsName(world, publicIp);
  }),
  "instance.group-id": (instance, world) => primaryInterface(world, instance)?.groupIds,
  "source-dest-check": ofPrimary(({ sourceDestCheck }) => String(sourceDestCheck)),
  "availability-zone-id": ({ availabilityZone }) => zoneId(availabilityZone),
  "block-device-mapping.attach-time": ({ devices }) =>
    devices.map(({ attachTime }) => new Date(attachTime).toISOString()),
  "block-device-mapping.delete-on-termination": ({ devices }) =>
    devices.map(({ deleteOnTermination }) => String(deleteOnTermination)),
  "block-device-mapping.status": ({ devices }, world) =>
    devices.map(({ volumeId }) => {
      const attachment = world.account.volumes.get(volumeId)?.attachment;
      return attachment && attachmentStatus(world, attachment);
    }),
  "ebs-optimized": ({ ebsOptimized }) => ebsOptimized,
  "ena-support": () => true,
  "enclave-options.enabled": () => false,
  "hibernation-options.configured": () => false,
  hypervisor: () => "xen",
  "instance.group-name": (instance, world) =>
    primaryInterface(world, instance)?.groupIds.map((id) => world.account.securityGroups.get(id)?.groupName),
  "ipv6-address": (instance, world) => interfacesOf(world, instance).flatMap(({ ipv6Addresses }) => ipv6Addresses),
  "launch-index": ({ amiLaunchIndex }) => amiLaunchIndex,
  "maintenance-options.auto-recovery": () => "default",
  "metadata-options.http-endpoint": ({ metadataOptions }) => metadataOptions.httpEndpoint,
  "metadata-options.http-protocol-ipv4": () => "enabled",
  "metadata-options.http-protocol-ipv6": ({ metadataOptions }) => metadataOptions.httpProtocolIpv6,
  "metadata-options.http-put-response-hop-limit": ({ metadataOptions }) => metadataOptions.httpPutResponseHopLimit,
  "metadata-options.instance-metadata-tags": ({ metadataOptions }) => metadataOptions.instanceMetadataTags,
  "metadata-options.state": () => "applied",
  "monitoring-state": ({ monitoring }) => (monitoring ? "enabled" : "disabled"),
  "operator.managed": () => false,
  "platform-details": () => "Linux/UNIX",
  "private-dns-name-options.enable-resource-name-dns-a-record": () => false,
  "private-dns-name-options.enable-resource-name-dns-aaaa-record": () => false,
  "private-dns-name-options.hostname-type": () => "ip-name",
  reason: ({ transitionReason }) => transitionReason,
  "state-reason-message": ({ stateReason }) => stateReason?.message,
  "usage-operation": () => "RunInstances",
  "virtualization-type": () => "hvm",
};

function publicIps(one: NetworkInterface, world: World): string[] {
  const elastic = elasticIpsOf(world, one.networkInterfaceId).map(({ publicIp }) => publicIp);
  return one.autoPublicIp === undefined ? elastic : [...elastic, one.autoPublicIp];
}

const publicNames = (one: NetworkInterface, world: World) =>
  publicIps(one, world).map((ip) => publicDnsName(world, ip));

/** An association is asked for in two ways: on the interface, and on each of its addresses. */
const ASSOCIATION_FILTERS: FilterTable<Instance> = Object.fromEntries(
  ["network-interface.association", "network-interface.addresses.association"].flatMap((prefix) => [
    [`${prefix}.public-ip`, ofInterfaces(publicIps)],
    [`${prefix}.public-dns-name`, ofInterfaces(publicNames)],
    [
      `${prefix}.ip-owner-id`,
      ofInterfaces((one, world) =>
        publicIps(one, world).map((ip) => (ip === one.autoPublicIp ? "amazon" : world.accountId)),
      ),
    ],
    [
      `${prefix}.allocation-id`,
      ofInterfaces((one, world) => elasticIpsOf(world, one.networkInterfaceId).map(({ allocationId }) => allocationId)),
    ],
    [
      `${prefix}.association-id`,
      ofInterfaces((one, world) =>
        elasticIpsOf(world, one.networkInterfaceId).flatMap(({ associationId }) => associationId ?? []),
      ),
    ],
  ]),
);

const INTERFACE_FILTERS: FilterTable<Instance> = {
  "network-interface.network-interface-id": ofInterfaces(({ networkInterfaceId }) => networkInterfaceId),
  "network-interface.subnet-id": ofInterfaces(({ subnetId }) => subnetId),
  "network-interface.vpc-id": ofInterfaces(({ vpcId }) => vpcId),
  "network-interface.status": ofInterfaces(interfaceStatus),
  "network-interface.group-id": ofInterfaces(({ groupIds }) => groupIds),
  "network-interface.mac-address": ofInterfaces(({ macAddress }) => macAddress),
  "network-interface.attachment.attachment-id": ofInterfaces(({ attachment }) => attachment?.attachmentId),
  "network-interface.addresses.private-ip-address": ofInterfaces(({ privateAddresses }) =>
    privateAddresses.map(({ address }) => address),
  ),
  "network-interface.addresses.primary": ofInterfaces(({ privateAddresses }) =>
    privateAddresses.map(({ primary }) => String(primary)),
  ),
  "network-interface.addresses.private-dns-name": ofInterfaces(({ privateAddresses }, world) =>
    privateAddresses.map(({ address }) => privateDnsName(world, address)),
  ),
  "network-interface.attachment.attach-time": ofInterfaces(
    ({ attachment }) => attachment && new Date(attachment.attachTime).toISOString(),
  ),
  "network-interface.attachment.delete-on-termination": ofInterfaces(
    ({ attachment }) => attachment && String(attachment.deleteOnTermination),
  ),
  "network-interface.attachment.device-index": ofInterfaces(
    ({ attachment }) => attachment && String(attachment.deviceIndex),
  ),
  "network-interface.attachment.instance-id": ofInterfaces(({ attachment }) => attachment?.instanceId),
  "network-interface.attachment.instance-owner-id": ofInterfaces((_, world) => world.accountId),
  "network-interface.attachment.network-card-index": ofInterfaces(() => "0"),
  "network-interface.attachment.status": ofInterfaces(({ attachment }) => attachment?.status),
  "network-interface.availability-zone": ofInterfaces(({ availabilityZone }) => availabilityZone),
  "network-interface.deny-all-igw-traffic": ofInterfaces(() => "false"),
  "network-interface.description": ofInterfaces(({ description }) => description),
  "network-interface.group-name": ofInterfaces(({ groupIds }, world) =>
    groupIds.flatMap((id) => world.account.securityGroups.get(id)?.groupName ?? []),
  ),
  "network-interface.ipv4-prefixes.ipv4-prefix": ofInterfaces(({ ipv4Prefixes }) => ipv4Prefixes),
  "network-interface.ipv6-address": ofInterfaces(({ ipv6Addresses }) => ipv6Addresses),
  "network-interface.ipv6-addresses.ipv6-address": ofInterfaces(({ ipv6Addresses }) => ipv6Addresses),
  "network-interface.ipv6-addresses.is-primary-ipv6": ofInterfaces(({ ipv6Addresses }) =>
    ipv6Addresses.map(() => "false"),
  ),
  "network-interface.ipv6-native": ofInterfaces(() => "false"),
  "network-interface.ipv6-prefixes.ipv6-prefix": ofInterfaces(({ ipv6Prefixes }) => ipv6Prefixes),
  "network-interface.operator.managed": ofInterfaces(() => "false"),
  "network-interface.owner-id": ofInterfaces((_, world) => world.accountId),
  "network-interface.private-dns-name": ofInterfaces((one, world) => privateDnsName(world, primaryAddress(one))),
  "network-interface.private-ip-address": ofInterfaces(primaryAddress),
  "network-interface.public-dns-name": ofInterfaces((one, world) => publicNames(one, world)),
  "network-interface.requester-managed": ofInterfaces(() => "false"),
  "network-interface.source-dest-check": ofInterfaces(({ sourceDestCheck }) => String(sourceDestCheck)),
  "network-interface.tag-key": ofInterfaces(({ tags }) => Object.keys(tags)),
  "network-interface.tag-value": ofInterfaces(({ tags }) => Object.values(tags)),
};

export const INSTANCE_FILTERS: FilterTable<Instance> = { ...OWN_FILTERS, ...ASSOCIATION_FILTERS, ...INTERFACE_FILTERS };
