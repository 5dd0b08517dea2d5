import { firmwareOf } from "../../model/firmware";
import { interfacesOf, primaryAddress, primaryInterface, publicIpOf } from "../../model/holdings";
import type { StateChange } from "../../model/lifecycle";
import type { Instance, InstanceState, MetadataOptions } from "../../model/state";
import type { World } from "../../model/world";
import { tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";
import { privateDnsName, publicDnsName, zoneId } from "./names";
import { attachmentBasics, groupSet, interfaceBasics } from "./network-interface";

/** API reference, InstanceState. */
export const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function stateView(state: InstanceState): XmlObject {
  return { code: STATE_CODES[state], name: state };
}

export function stateChangeView({ instance, previous }: StateChange): XmlObject {
  return {
    instanceId: instance.instanceId,
    currentState: stateView(instance.state),
    previousState: stateView(previous),
  };
}

export function metadataView(options: MetadataOptions): XmlObject {
  return { state: "applied", ...options };
}

function instanceView(world: World, instance: Instance): XmlObject {
  return {
    ...launchView(instance),
    ...networkView(world, instance),
    ...deviceView(instance),
    instanceState: stateView(instance.state),
    stateReason: instance.stateReason && { ...instance.stateReason },
    reason: instance.transitionReason,
    instanceLifecycle: instance.spotRequestId === undefined ? undefined : "spot",
    spotInstanceRequestId: instance.spotRequestId,
    iamInstanceProfile: instance.iamInstanceProfile && { ...instance.iamInstanceProfile },
    metadataOptions: metadataView(instance.metadataOptions),
    monitoring: { state: instance.monitoring ? "enabled" : "disabled" },
    tagSet: tagSet(instance.tags),
  };
}

function launchView(instance: Instance): XmlObject {
  const { enaSupport, bootMode, virtualizationType } = firmwareOf(instance);
  return {
    instanceId: instance.instanceId,
    imageId: instance.imageId,
    amiLaunchIndex: instance.amiLaunchIndex,
    architecture: instance.architecture,
    clientToken: instance.clientToken ?? "",
    cpuOptions: { ...instance.cpuOptions },
    ebsOptimized: instance.ebsOptimized,
    enaSupport,
    bootMode,
    enclaveOptions: { enabled: false },
    hibernationOptions: { configured: false },
    hypervisor: "xen",
    instanceType: instance.instanceType,
    keyName: instance.keyName,
    launchTime: new Date(instance.launchTime),
    placement: {
      availabilityZone: instance.availabilityZone,
      availabilityZoneId: zoneId(instance.availabilityZone),
      groupName: instance.placementGroup ?? "",
      tenancy: instance.tenancy,
    },
    platformDetails: "Linux/UNIX",
    usageOperation: "RunInstances",
    virtualizationType,
    productCodes: [],
  };
}

/** An instance's network is that of its primary interface: a terminated one has none. */
function networkView(world: World, instance: Instance): XmlObject {
  const primary = primaryInterface(world, instance);
  const interfaces = interfacesOf(world, instance).sort(
    (a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0),
  );
  const publicIp = primary && publicIpOf(world, primary);
  const privateIp = primary && primaryAddress(primary);
  return {
    subnetId: instance.subnetId,
    vpcId: instance.vpcId,
    privateIpAddress: privateIp,
    ipv6Address: primary?.ipv6Addresses[0],
    privateDnsName: privateIp === undefined ? "" : privateDnsName(world, privateIp),
    ipAddress: publicIp,
    dnsName: publicIp === undefined ? "" : publicDnsName(world, publicIp),
    sourceDestCheck: primary?.sourceDestCheck,
    groupSet: groupSet(world, primary?.groupIds ?? []),
    networkInterfaceSet: interfaces.map((one) => ({
      ...interfaceBasics(world, one),
      attachment: attachmentBasics(one),
    })),
  };
}

function deviceView(instance: Instance): XmlObject {
  return {
    rootDeviceName: instance.rootDeviceName,
    rootDeviceType: "ebs",
    blockDeviceMapping: instance.devices.map((device) => ({
      deviceName: device.deviceName,
      ebs: {
        attachTime: new Date(device.attachTime),
        deleteOnTermination: device.deleteOnTermination,
        status: instance.state === "pending" ? "attaching" : "attached",
        volumeId: device.volumeId,
      },
    })),
  };
}

/** Instances that were launched together, in the order in which they were found. */
export function reservationSet(world: World, instances: readonly Instance[]): XmlObject[] {
  const reservations = new Map<string, Instance[]>();
  for (const instance of instances) {
    const launched = reservations.get(instance.reservationId);
    if (launched === undefined) reservations.set(instance.reservationId, [instance]);
    else launched.push(instance);
  }
  return [...reservations.values()].map((launched) => reservationView(world, launched));
}

export function reservationView(world: World, launched: readonly Instance[]): XmlObject {
  return {
    reservationId: launched[0]?.reservationId,
    ownerId: world.accountId,
    groupSet: [],
    instancesSet: launched.map((instance) => instanceView(world, instance)),
  };
}
