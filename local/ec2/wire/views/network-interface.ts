import { elasticIpOf, primaryAddress } from "../../model/holdings";
import type { NetworkInterface } from "../../model/state";
import type { World } from "../../model/world";
import { tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";
import { privateDnsName, publicDnsName, zoneId } from "./names";

/** EC2 has other states too; what is attached in whichever way is in use. */
export function interfaceStatus({ attachment }: NetworkInterface): "available" | "in-use" {
  return attachment === undefined ? "available" : "in-use";
}

export function groupSet(world: World, groupIds: readonly string[]): XmlObject[] {
  return groupIds.map((groupId) => ({
    groupId,
    groupName: world.account.securityGroups.get(groupId)?.groupName,
  }));
}

type AssociationView = (world: World, networkInterface: NetworkInterface, address: string) => XmlObject | undefined;

/** The public address of one private address: an Elastic IP, or the one that came with the launch. */
const publicAddress: AssociationView = (world, networkInterface, address) => {
  const elastic = elasticIpOf(world, networkInterface.networkInterfaceId, address);
  const changing = address === primaryAddress(networkInterface) ? networkInterface.autoPublicIp : undefined;
  const publicIp = elastic?.publicIp ?? changing;
  if (publicIp === undefined) return undefined;
  return { ipOwnerId: elastic?.ownerId ?? "amazon", publicDnsName: publicDnsName(world, publicIp), publicIp };
};

/** An interface also says which Elastic IP that is; an instance does not. */
const elasticAddress: AssociationView = (world, networkInterface, address) => {
  const elastic = elasticIpOf(world, networkInterface.networkInterfaceId, address);
  const { allocationId, associationId } = elastic ?? {};
  const shown = publicAddress(world, networkInterface, address);
  return shown && { ...shown, allocationId, associationId };
};

/** The part of an interface that is the same by itself and within its instance. */
export function interfaceBasics(
  world: World,
  networkInterface: NetworkInterface,
  association: AssociationView = publicAddress,
): XmlObject {
  const primary = primaryAddress(networkInterface);
  return {
    association: association(world, networkInterface, primary),
    description: networkInterface.description,
    groupSet: groupSet(world, networkInterface.groupIds),
    interfaceType: "interface",
    ipv4PrefixSet: networkInterface.ipv4Prefixes.map((ipv4Prefix) => ({ ipv4Prefix })),
    ipv6Address: networkInterface.ipv6Addresses[0],
    ipv6AddressesSet: networkInterface.ipv6Addresses.map((ipv6Address) => ({ ipv6Address, isPrimaryIpv6: false })),
    ipv6PrefixSet: networkInterface.ipv6Prefixes.map((ipv6Prefix) => ({ ipv6Prefix })),
    macAddress: networkInterface.macAddress,
    networkInterfaceId: networkInterface.networkInterfaceId,
    ownerId: world.accountId,
    privateDnsName: privateDnsName(world, primary),
    privateIpAddress: primary,
    privateIpAddressesSet: networkInterface.privateAddresses.map(({ address, primary: isPrimary }) => ({
      association: association(world, networkInterface, address),
      primary: isPrimary,
      privateDnsName: privateDnsName(world, address),
      privateIpAddress: address,
    })),
    sourceDestCheck: networkInterface.sourceDestCheck,
    status: interfaceStatus(networkInterface),
    subnetId: networkInterface.subnetId,
    vpcId: networkInterface.vpcId,
  };
}

export function attachmentBasics({ attachment }: NetworkInterface): XmlObject | undefined {
  return (
    attachment && {
      attachTime: new Date(attachment.attachTime),
      attachmentId: attachment.attachmentId,
      deleteOnTermination: attachment.deleteOnTermination,
      deviceIndex: attachment.deviceIndex,
      networkCardIndex: 0,
      status: attachment.status,
    }
  );
}

export function attachmentView(world: World, networkInterface: NetworkInterface): XmlObject | undefined {
  const { attachment } = networkInterface;
  return (
    attachment && {
      ...attachmentBasics(networkInterface),
      instanceId: attachment.instanceId,
      instanceOwnerId: world.accountId,
    }
  );
}

export function networkInterfaceView(world: World, networkInterface: NetworkInterface): XmlObject {
  const { availabilityZone } = networkInterface;
  return {
    ...interfaceBasics(world, networkInterface, elasticAddress),
    attachment: attachmentView(world, networkInterface),
    availabilityZone,
    availabilityZoneId: zoneId(availabilityZone),
    requesterManaged: false,
    tagSet: tagSet(networkInterface.tags),
  };
}
