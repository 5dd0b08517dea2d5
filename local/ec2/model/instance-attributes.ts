import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import { interfacesOf, primaryInterface } from "./holdings";
import { INSTANCE_TYPES, type InstanceType } from "./instance-types";
import { checkSlots, slotsOf } from "./interface-addresses";
import { checkArchitecture, checkUserData, instanceTypeOf } from "./launch-plan";
import { checkGroups } from "./network-interfaces";
import type { Instance } from "./state";
import type { World } from "./world";

/** One attribute of an instance that ModifyInstanceAttribute may set: each call sets one. */
export interface AttributeChange {
  disableApiTermination?: boolean;
  disableApiStop?: boolean;
  instanceType?: string;
  userData?: string;
  shutdownBehavior?: string;
  ebsOptimized?: boolean;
  sourceDestCheck?: boolean;
  groupIds?: string[];
  devices?: { deviceName: string; deleteOnTermination?: boolean }[];
}

export function checkAttributeChange(world: World, instance: Instance, change: AttributeChange): void {
  const given = Object.values(change).filter((value) => value !== undefined).length;
  if (given === 0) throw invalidCombination("No attributes specified.");
  if (given > 1) throw invalidCombination("Fields for multiple attribute types specified");
  if (instance.state === "terminated" || instance.state === "shutting-down") {
    throw new Ec2Error(
      "IncorrectInstanceState",
      `The instance '${instance.instanceId}' is currently in '${instance.state}' state and cannot be modified.`,
    );
  }
  checkStoppedOnly(world, instance, change);
  checkProtection(instance, change);
  if (change.shutdownBehavior !== undefined && !["stop", "terminate"].includes(change.shutdownBehavior)) {
    throw invalidValue(
      `Value (${change.shutdownBehavior}) for parameter instanceInitiatedShutdownBehavior is invalid.`,
    );
  }
  if (change.userData !== undefined) checkUserData(change.userData);
  if (change.groupIds !== undefined) checkGroups(world, change.groupIds, instance.vpcId ?? "");
  if (change.sourceDestCheck !== undefined || change.groupIds !== undefined) checkOneInterface(world, instance);
}

/** Refuses a change of the machine's type, user data or EBS optimization unless it is stopped (API reference, ModifyInstanceAttribute). */
function checkStoppedOnly(world: World, instance: Instance, change: AttributeChange): void {
  if (change.instanceType === undefined && change.userData === undefined && change.ebsOptimized === undefined) return;
  if (instance.state !== "stopped") {
    throw new Ec2Error(
      "IncorrectInstanceState",
      `The instance '${instance.instanceId}' is not in the 'stopped' state.`,
    );
  }
  if (change.instanceType === undefined) return;
  const type = INSTANCE_TYPES.get(change.instanceType);
  if (type === undefined) {
    throw new Ec2Error(
      "InvalidInstanceAttributeValue",
      `The instance type '${change.instanceType}' is not a valid value for the attribute instanceType.`,
    );
  }
  checkArchitecture(type, instance);
  checkInterfaces(world, instance, type);
  if (instance.spotRequestId !== undefined) {
    throw new Ec2Error("UnsupportedOperation", "The instance type of a stopped Spot Instance cannot be changed.");
  }
}

/** The new type must take the interfaces and addresses that there are (EC2 guide, instance resize; where it says so is a guess). */
function checkInterfaces(world: World, instance: Instance, type: InstanceType): void {
  const interfaces = interfacesOf(world, instance);
  if (interfaces.length > type.maxInterfaces) {
    throw new Ec2Error(
      "AttachmentLimitExceeded",
      `Interface count ${interfaces.length} exceeds the limit for ${type.name}`,
    );
  }
  for (const one of interfaces) checkSlots(type, slotsOf(one));
}

/** terraform-provider-aws meets this one when it sets protection on spot instances. */
function checkProtection(instance: Instance, change: AttributeChange): void {
  const isProtection = change.disableApiTermination !== undefined || change.disableApiStop !== undefined;
  if (!isProtection || instance.spotRequestId === undefined) return;
  const attribute = change.disableApiTermination === undefined ? "disableApiStop" : "disableApiTermination";
  throw new Ec2Error("UnsupportedOperation", `Modifying '${attribute}' is not supported for spot instances.`);
}

/** With several interfaces the instance does not say which is meant (terraform-provider-aws #19959). */
function checkOneInterface(world: World, instance: Instance): void {
  if (interfacesOf(world, instance).length <= 1) return;
  throw new Ec2Error(
    "InvalidInstanceID",
    `There are multiple interfaces attached to instance '${instance.instanceId}'. Please specify an interface ID for the operation instead.`,
  );
}

export function changeAttribute(world: World, instance: Instance, change: AttributeChange): void {
  instance.disableApiTermination = change.disableApiTermination ?? instance.disableApiTermination;
  instance.disableApiStop = change.disableApiStop ?? instance.disableApiStop;
  instance.userData = change.userData ?? instance.userData;
  instance.shutdownBehavior = change.shutdownBehavior ?? instance.shutdownBehavior;
  instance.ebsOptimized = change.ebsOptimized ?? instance.ebsOptimized;
  if (change.instanceType !== undefined) setType(instance, change.instanceType);
  changePrimary(world, instance, change);
  for (const { deviceName, deleteOnTermination } of change.devices ?? []) {
    if (deleteOnTermination !== undefined) setDeletion(world, instance, { deviceName, deleteOnTermination });
  }
}

function setType(instance: Instance, name: string): void {
  const { vcpus, threadsPerCore } = instanceTypeOf(name);
  instance.instanceType = name;
  instance.cpuOptions = { coreCount: Math.max(1, vcpus / threadsPerCore), threadsPerCore };
}

function changePrimary(world: World, instance: Instance, change: AttributeChange): void {
  const primary = primaryInterface(world, instance);
  if (primary === undefined) return;
  primary.sourceDestCheck = change.sourceDestCheck ?? primary.sourceDestCheck;
  primary.groupIds = change.groupIds ?? primary.groupIds;
}

function setDeletion(
  world: World,
  instance: Instance,
  wanted: { deviceName: string; deleteOnTermination: boolean },
): void {
  const device = instance.devices.find(({ deviceName }) => deviceName === wanted.deviceName);
  if (device === undefined) throw invalidValue(`No device is currently mapped at ${wanted.deviceName}`);
  device.deleteOnTermination = wanted.deleteOnTermination;
  const attachment = world.account.volumes.get(device.volumeId)?.attachment;
  if (attachment !== undefined) attachment.deleteOnTermination = wanted.deleteOnTermination;
}
