import { elasticIpsOf, primaryAddress } from "../../model/holdings";
import type { NetworkInterface } from "../../model/state";
import type { World } from "../../model/world";
import type { FilterTable } from "../filters";
import { privateDnsName, publicDnsName, zoneId } from "../views/names";
import { interfaceStatus } from "../views/network-interface";

/** DescribeNetworkInterfaces' filters (API reference). */
export const INTERFACE_FILTERS: FilterTable<NetworkInterface> = {
  "network-interface-id": ({ networkInterfaceId }) => networkInterfaceId,
  "subnet-id": ({ subnetId }) => subnetId,
  "vpc-id": ({ vpcId }) => vpcId,
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  description: ({ description }) => description,
  status: interfaceStatus,
  "group-id": ({ groupIds }) => groupIds,
  "group-name": ({ groupIds }, world) => groupIds.map((id) => world.account.securityGroups.get(id)?.groupName),
  "interface-type": () => "interface",
  "mac-address": ({ macAddress }) => macAddress,
  "owner-id": (_, world) => world.accountId,
  "requester-managed": () => false,
  "source-dest-check": ({ sourceDestCheck }) => sourceDestCheck,
  "availability-zone-id": ({ availabilityZone }) => zoneId(availabilityZone),
  "ipv6-addresses.ipv6-address": ({ ipv6Addresses }) => ipv6Addresses,
  "addresses.association.owner-id": (one, world) => owners(one, world),
  "association.ip-owner-id": (one, world) => owners(one, world),
  "association.public-dns-name": (one, world) => publicIps(one, world).map((ip) => ip && publicDnsName(world, ip)),
  "attachment.attach-time": ({ attachment }) => attachment && new Date(attachment.attachTime).toISOString(),
  "requester-id": () => undefined,
  "operator.managed": () => false,
  "operator.principal": () => undefined,
  "private-ip-address": ({ privateAddresses }) => privateAddresses.map(({ address }) => address),
  "private-dns-name": (one, world) => privateDnsName(world, primaryAddress(one)),
  "addresses.private-ip-address": ({ privateAddresses }) => privateAddresses.map(({ address }) => address),
  "addresses.primary": ({ privateAddresses }) => privateAddresses.map(({ primary }) => String(primary)),
  "addresses.association.public-ip": publicIps,
  "association.public-ip": publicIps,
  "association.allocation-id": (one, world) =>
    elasticIpsOf(world, one.networkInterfaceId).map(({ allocationId }) => allocationId),
  "association.association-id": (one, world) =>
    elasticIpsOf(world, one.networkInterfaceId).map(({ associationId }) => associationId),
  "attachment.attachment-id": ({ attachment }) => attachment?.attachmentId,
  "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
  "attachment.instance-owner-id": ({ attachment }, world) => attachment && world.accountId,
  "attachment.device-index": ({ attachment }) => attachment?.deviceIndex,
  "attachment.status": ({ attachment }) => attachment?.status,
  "attachment.delete-on-termination": ({ attachment }) => attachment?.deleteOnTermination,
};

function publicIps(one: NetworkInterface, world: World): (string | undefined)[] {
  return [...elasticIpsOf(world, one.networkInterfaceId).map(({ publicIp }) => publicIp), one.autoPublicIp];
}

function owners(one: NetworkInterface, world: World): (string | undefined)[] {
  return [...elasticIpsOf(world, one.networkInterfaceId).map(({ ownerId }) => ownerId), one.autoPublicIp && "amazon"];
}
