import { Ec2Error, invalidValue } from "../../model/errors";
import { primaryInterface } from "../../model/holdings";
import { changeAttribute, checkAttributeChange, type AttributeChange } from "../../model/instance-attributes";
import { findInstance } from "../../model/lookup";
import { checkMetadataKeys, checkMetadataOptions } from "../../model/metadata-options";
import type { Instance } from "../../model/state";
import type { World } from "../../model/world";
import { changes, does, reads, type Actions } from "../action";
import type { Params } from "../params";
import { readMetadataOptions } from "../read-launch";
import { metadataView } from "../views/instance";
import { groupSet } from "../views/network-interface";
import type { XmlObject } from "../xml";

/** Each attribute comes in an element of its own, or by name in `Attribute` and `Value`. */
function readAttributeChange(params: Params): AttributeChange {
  const named = (name: string) => (lowerFirst(name) === params.string("Attribute") ? params : params.group(name));
  const groupIds = params.strings("GroupId");
  const devices = params.list("BlockDeviceMapping");
  return {
    disableApiTermination: named("DisableApiTermination").boolean("Value"),
    disableApiStop: named("DisableApiStop").boolean("Value"),
    instanceType: named("InstanceType").string("Value"),
    userData: named("UserData").string("Value"),
    shutdownBehavior: named("InstanceInitiatedShutdownBehavior").string("Value"),
    ebsOptimized: named("EbsOptimized").boolean("Value"),
    sourceDestCheck: named("SourceDestCheck").boolean("Value"),
    groupIds: groupIds.length > 0 ? groupIds : undefined,
    devices: devices.length > 0 ? devices.map(readDevice) : undefined,
  };
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function readDevice(params: Params) {
  return {
    deviceName: params.required("DeviceName"),
    deleteOnTermination: params.group("Ebs").boolean("DeleteOnTermination"),
  };
}

/** DescribeInstanceAttribute answers with the one attribute that was asked for. */
const ATTRIBUTES: Readonly<Record<string, (instance: Instance, world: World) => XmlObject>> = {
  disableApiTermination: (one) => ({ disableApiTermination: { value: one.disableApiTermination } }),
  disableApiStop: (one) => ({ disableApiStop: { value: one.disableApiStop } }),
  ebsOptimized: (one) => ({ ebsOptimized: { value: one.ebsOptimized } }),
  instanceInitiatedShutdownBehavior: (one) => ({ instanceInitiatedShutdownBehavior: { value: one.shutdownBehavior } }),
  instanceType: (one) => ({ instanceType: { value: one.instanceType } }),
  rootDeviceName: (one) => ({ rootDeviceName: { value: one.rootDeviceName } }),
  sourceDestCheck: (one, world) => ({ sourceDestCheck: { value: primaryInterface(world, one)?.sourceDestCheck } }),
  userData: (one) => ({ userData: { value: one.userData } }),
  groupSet: (one, world) => ({ groupSet: groupSet(world, primaryInterface(world, one)?.groupIds ?? []) }),
  kernel: () => ({ kernel: {} }),
  ramdisk: () => ({ ramdisk: {} }),
  sriovNetSupport: () => ({ sriovNetSupport: { value: "simple" } }),
  enaSupport: () => ({ enaSupport: { value: true } }),
  enclaveOptions: () => ({ enclaveOptions: { enabled: false } }),
  productCodes: () => ({ productCodes: [] }),
  blockDeviceMapping: ({ devices }) => ({
    blockDeviceMapping: devices.map(({ deviceName, volumeId, deleteOnTermination, attachTime }) => ({
      deviceName,
      ebs: { volumeId, deleteOnTermination, attachTime: new Date(attachTime), status: "attached" },
    })),
  }),
};

export const instanceAttributeActions: Actions = {
  DescribeInstanceAttribute: reads((world, params) => {
    const instance = findInstance(world, params.required("InstanceId"));
    const name = params.required("Attribute");
    const attribute = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (attribute === undefined)
      throw invalidValue(`Value (${name}) for parameter attribute is invalid. Unknown attribute.`);
    return { instanceId: instance.instanceId, ...attribute(instance, world) };
  }),
  ModifyInstanceAttribute: does((world, params) => {
    const instance = findInstance(world, params.required("InstanceId"));
    const change = readAttributeChange(params);
    checkAttributeChange(world, instance, change);
    return () => {
      changeAttribute(world, instance, change);
    };
  }),
  ModifyInstanceMetadataOptions: changes((world, params) => {
    const instance = findInstance(world, params.required("InstanceId"));
    const options = readMetadataOptions(params);
    checkMetadataOptions(options);
    if (options.instanceMetadataTags === "enabled") checkMetadataKeys(instance.tags);
    if (instance.state !== "running" && instance.state !== "stopped") {
      throw new Ec2Error("IncorrectInstanceState", `The instance '${instance.instanceId}' is not in a valid state.`);
    }
    return () => {
      instance.metadataOptions = { ...instance.metadataOptions, ...options };
      return { instanceId: instance.instanceId, instanceMetadataOptions: metadataView(instance.metadataOptions) };
    };
  }),
};
