import { interfacesOf, primaryAddress, primaryInterface, publicIpOf } from "../../model/holdings";
import { launch } from "../../model/launch";
import { planLaunch } from "../../model/launch-plan";
import * as lifecycle from "../../model/lifecycle";
import { Ec2Error } from "../../model/errors";
import { findAll } from "../../model/lookup";
import type { Instance, NetworkInterface } from "../../model/state";
import type { World } from "../../model/world";
import { changes, makesOnce, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { readLaunchRequest } from "../read-launch";
import { STATE_CODES, reservationSet, reservationView, stateChangeView, stateView } from "../views/instance";
import { privateDnsName, publicDnsName, zoneId } from "../views/names";
import { interfaceStatus } from "../views/network-interface";

const ofInterfaces =
  (read: (networkInterface: NetworkInterface) => string | string[] | undefined) => (instance: Instance, world: World) =>
    interfacesOf(world, instance).flatMap((one) => read(one));

const ofPrimary =
  (read: (networkInterface: NetworkInterface, world: World) => string | undefined) =>
  (instance: Instance, world: World) => {
    const primary = primaryInterface(world, instance);
    return primary && read(primary, world);
  };

const FILTERS: FilterTable<Instance> = {
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
  "placement-group-name": ({ placementGroup }) => placementGroup,
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
};

function selected(world: World, params: Params, filters: FilterTable<Instance>): Instance[] {
  const ids = params.strings("InstanceId");
  return filtered(
    world,
    params,
    ids.length > 0 ? findAll(world, "instances", ids) : world.account.instances.values(),
    filters,
  );
}

/** Every instance is looked at before any is changed: one that is missing or protected spares them all. */
function onEach(
  check: (world: World, instance: Instance) => void,
  act: (world: World, instance: Instance, skipOsShutdown: boolean) => lifecycle.StateChange,
) {
  return changes((world, params) => {
    const ids = params.strings("InstanceId");
    if (ids.length === 0) params.required("InstanceId");
    const instances = findAll(world, "instances", ids);
    for (const instance of instances) check(world, instance);
    const skipOsShutdown = params.boolean("SkipOsShutdown") ?? false;
    return () => ({
      instancesSet: instances.map((instance) => stateChangeView(act(world, instance, skipOsShutdown))),
    });
  });
}

function replyToRun(world: World, ids: readonly string[]) {
  const instances = ids.flatMap((id) => world.account.instances.get(id) ?? []);
  if (instances.length > 0) return reservationView(world, instances);
  // EC2's list of error codes: the token belongs to an instance that is no more.
  throw new Ec2Error(
    "IdempotentInstanceTerminated",
    "The request to launch an instance uses the same client token as a previous request for which the instance has been terminated.",
  );
}

function statusView(world: World, instance: Instance) {
  const { instanceId, availabilityZone, state } = instance;
  // Both checks pass some minutes after the start; while an instance is young they say so.
  const isYoung = world.now - instance.launchTime < CHECKS_TAKE_MS;
  const status = state !== "running" ? "not-applicable" : isYoung ? "initializing" : "ok";
  const details =
    status === "not-applicable" ? [] : [{ name: "reachability", status: isYoung ? "initializing" : "passed" }];
  return {
    instanceId,
    availabilityZone,
    availabilityZoneId: zoneId(availabilityZone),
    instanceState: stateView(state),
    instanceStatus: { status, details },
    systemStatus: { status, details },
    eventsSet: [],
  };
}

const CHECKS_TAKE_MS = 120_000;

export const instanceActions: Actions = {
  RunInstances: makesOnce("RunInstances", {
    make: (world, params) => {
      const plan = planLaunch(world, readLaunchRequest(world, params));
      return () => launch(world, plan).map(({ instanceId }) => instanceId);
    },
    reply: replyToRun,
  }),
  TerminateInstances: onEach((_, instance) => {
    lifecycle.checkTerminable(instance);
  }, lifecycle.terminate),
  StopInstances: onEach(lifecycle.checkStop, lifecycle.stop),
  StartInstances: onEach(lifecycle.checkStart, lifecycle.start),
  DescribeInstances: reads((world, params) => {
    const { entries, nextToken } = page(params, selected(world, params, FILTERS), { parameter: "InstanceId" });
    return { reservationSet: reservationSet(world, entries), nextToken };
  }),
  DescribeInstanceStatus: reads((world, params) => {
    const all = params.boolean("IncludeAllInstances") ?? false;
    const instances = selected(world, params, STATUS_FILTERS).filter(({ state }) => all || state === "running");
    const { entries, nextToken } = page(params, instances, { parameter: "InstanceId" });
    return { instanceStatusSet: entries.map((instance) => statusView(world, instance)), nextToken };
  }),
};

const STATUS_FILTERS: FilterTable<Instance> = {
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "instance-state-name": ({ state }) => state,
  "instance-state-code": ({ state }) => STATE_CODES[state],
};
