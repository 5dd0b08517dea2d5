import type { NetworkInterface, SpotRequest, Volume } from "../model/state";
import type { World } from "../model/world";
import type { Attribute, FilterTable } from "./filters";

/** The filters of DescribeSpotInstanceRequests; what no request here has matches nothing, as on EC2. */
export const SPOT_REQUEST_FILTERS: FilterTable<SpotRequest> = {
  "availability-zone-group": () => undefined,
  "create-time": ({ createTime }) => new Date(createTime).toISOString(),
  "fault-code": ({ state, status }) => (state === "failed" ? status.code : undefined),
  "fault-message": ({ state, status }) => (state === "failed" ? status.message : undefined),
  "instance-id": ({ instanceId }) => instanceId,
  "launch-group": () => undefined,
  "launch.block-device-mapping.delete-on-termination": ofVolumes((it) => String(it.attachment?.deleteOnTermination)),
  "launch.block-device-mapping.device-name": ofVolumes((it) => it.attachment?.device),
  "launch.block-device-mapping.snapshot-id": ofVolumes((it) => it.snapshotId),
  "launch.block-device-mapping.volume-size": ofVolumes((it) => String(it.size)),
  "launch.block-device-mapping.volume-type": ofVolumes((it) => it.volumeType),
  "launch.group-id": (request, world) => interfacesOf(request, world).flatMap((it) => it.groupIds),
  "launch.group-name": groupNames,
  "launch.image-id": ({ launch }) => launch.imageId,
  "launch.instance-type": ({ launch }) => launch.instanceType,
  "launch.kernel-id": () => undefined,
  "launch.key-name": ({ launch }) => launch.keyName,
  "launch.monitoring-enabled": ({ instanceId }, world) => world.account.instances.get(instanceId)?.monitoring,
  "launch.ramdisk-id": () => undefined,
  "launched-availability-zone": ({ availabilityZone }) => availabilityZone,
  "network-interface.addresses.primary": ofInterfaces(
    (it) => it.privateAddresses.find(({ primary }) => primary)?.address,
  ),
  "network-interface.delete-on-termination": ofInterfaces((it) => String(it.attachment?.deleteOnTermination)),
  "network-interface.description": ofInterfaces((it) => it.description),
  "network-interface.device-index": ofInterfaces((it) => String(it.attachment?.deviceIndex)),
  "network-interface.group-id": (request, world) => interfacesOf(request, world).flatMap((it) => it.groupIds),
  "network-interface.network-interface-id": ({ instanceId }, world) =>
    world.account.instances.get(instanceId)?.networkInterfaceIds,
  "network-interface.private-ip-address": ofInterfaces(
    (it) => it.privateAddresses.find(({ primary }) => primary)?.address,
  ),
  "network-interface.subnet-id": ofInterfaces((it) => it.subnetId),
  "product-description": () => "Linux/UNIX",
  "spot-instance-request-id": ({ spotInstanceRequestId }) => spotInstanceRequestId,
  "spot-price": ({ maxPrice }) => maxPrice,
  state: ({ state }) => state,
  "status-code": ({ status }) => status.code,
  "status-message": ({ status }) => status.message,
  type: ({ type }) => type,
  "valid-from": () => undefined,
  "valid-until": ({ validUntil }) => validUntil,
};

type Reader = (request: SpotRequest, world: World) => Attribute;

function interfacesOf({ instanceId }: SpotRequest, { account }: World): NetworkInterface[] {
  const ids = account.instances.get(instanceId)?.networkInterfaceIds ?? [];
  return ids.flatMap((id) => account.networkInterfaces.get(id) ?? []);
}

function ofInterfaces(read: (eni: NetworkInterface) => string | undefined): Reader {
  return (request, world) => interfacesOf(request, world).map(read);
}

function ofVolumes(read: (volume: Volume) => string | undefined): Reader {
  return ({ instanceId }, { account }) => {
    const devices = account.instances.get(instanceId)?.devices ?? [];
    return devices.flatMap(({ volumeId }) => account.volumes.get(volumeId) ?? []).map(read);
  };
}

function groupNames(request: SpotRequest, world: World): string[] {
  const ids = interfacesOf(request, world).flatMap((it) => it.groupIds);
  return ids.flatMap((id) => world.account.securityGroups.get(id)?.groupName ?? []);
}
