import type { Ending, Holding } from "./ledger";
import type { Address, Instance, NetworkInterface } from "./state";
import type { World } from "./world";

/** Looks up what belongs to what: instances, their interfaces, and the addresses on those. */

export function interfacesOf(world: World, instance: Instance): NetworkInterface[] {
  return instance.networkInterfaceIds.flatMap((id) => world.account.networkInterfaces.get(id) ?? []);
}

export function primaryInterface(world: World, instance: Instance): NetworkInterface | undefined {
  return interfacesOf(world, instance).find((candidate) => candidate.attachment?.deviceIndex === 0);
}

export function primaryAddress(networkInterface: NetworkInterface): string {
  return networkInterface.privateAddresses.find(({ primary }) => primary)?.address ?? "";
}

/** The instance that an interface is attached to. */
export function interfaceHolder(world: World, { attachment }: NetworkInterface): Instance | undefined {
  return attachment && world.account.instances.get(attachment.instanceId);
}

/** The Elastic IP on one private address of an interface. */
export function elasticIpOf(world: World, networkInterfaceId: string, privateIp: string): Address | undefined {
  return elasticIpsOf(world, networkInterfaceId).find((address) => address.privateIpAddress === privateIp);
}

export function elasticIpsOf(world: World, networkInterfaceId: string): Address[] {
  return world.account.addresses.find("network-interface-id", [networkInterfaceId]);
}

/** An Elastic IP wins over the changing public address. */
export function publicIpOf(world: World, networkInterface: NetworkInterface): string | undefined {
  const elastic = elasticIpOf(world, networkInterface.networkInterfaceId, primaryAddress(networkInterface));
  return elastic?.publicIp ?? networkInterface.autoPublicIp;
}

/** Writes down which addresses this interface's instance holds, now that something about them changed. */
export function recordHoldings(world: World, networkInterface: NetworkInterface, ending: Ending): void {
  const { networkInterfaceId, attachment } = networkInterface;
  const instance = attachment && world.account.instances.get(attachment.instanceId);
  const isHeld = instance?.state === "running" && instance.isRebooting !== true && attachment?.status !== "detaching";
  world.ledger.hold(
    { networkInterfaceId, instanceId: attachment?.instanceId ?? "" },
    isHeld ? holdingsOf(world, networkInterface) : [],
    world.now,
    ending,
  );
}

function holdingsOf(world: World, networkInterface: NetworkInterface): Holding[] {
  const elastic = elasticIpsOf(world, networkInterface.networkInterfaceId).map(({ publicIp }) => publicIp);
  return [
    ...networkInterface.privateAddresses.map(({ address }): Holding => ({ address, kind: "private" })),
    ...elastic.map((address): Holding => ({ address, kind: "public" })),
  ];
}
