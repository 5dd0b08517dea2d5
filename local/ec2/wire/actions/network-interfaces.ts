import * as attachments from "../../model/attachments";
import { invalidValue } from "../../model/errors";
import { findAll, findInstance, findInterface, findSubnet } from "../../model/lookup";
import {
  changeInterface,
  checkInterfaceChange,
  checkNewInterface,
  createInterface,
  deleteInterface,
  type InterfaceChange,
  type NewInterface,
} from "../../model/network-interfaces";
import type { NetworkInterface } from "../../model/state";
import type { World } from "../../model/world";
import { changes, does, makesOnce, reads, type Actions } from "../action";
import { filtered } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { readInterfaceAddresses } from "../read-addresses";
import { readTagSpecs } from "../tag-specs";
import { attachmentView, groupSet, networkInterfaceView } from "../views/network-interface";
import type { XmlObject } from "../xml";
import { INTERFACE_FILTERS } from "./network-interface-filters";

function readNewInterface(world: World, params: Params): NewInterface {
  const type = params.string("InterfaceType");
  if (type !== undefined) throw invalidValue(`Value (${type}) for parameter interfaceType is not modelled.`);
  return {
    subnet: findSubnet(world, params.required("SubnetId")),
    description: params.string("Description") ?? "",
    groupIds: params.strings("SecurityGroupId"),
    ...readInterfaceAddresses(params),
    tags: readTagSpecs(params, ["network-interface"])["network-interface"] ?? {},
  };
}

function readChange(params: Params): InterfaceChange {
  const groupIds = params.strings("SecurityGroupId");
  const attachment = params.group("Attachment");
  return {
    description: params.group("Description").string("Value"),
    sourceDestCheck: params.group("SourceDestCheck").boolean("Value"),
    groupIds: groupIds.length > 0 ? groupIds : undefined,
    publicAddressOnLaunch: params.boolean("AssociatePublicIpAddress"),
    attachment: params.has("Attachment")
      ? {
          attachmentId: attachment.required("AttachmentId"),
          deleteOnTermination: attachment.boolean("DeleteOnTermination"),
        }
      : undefined,
  };
}

/** DescribeNetworkInterfaceAttribute answers with the one attribute that was asked for. */
const ATTRIBUTES: Readonly<Record<string, (one: NetworkInterface, world: World) => XmlObject>> = {
  description: ({ description }) => ({ description: { value: description } }),
  groupSet: ({ groupIds }, world) => ({ groupSet: groupSet(world, groupIds) }),
  sourceDestCheck: ({ sourceDestCheck }) => ({ sourceDestCheck: { value: sourceDestCheck } }),
  attachment: (one, world) => ({ attachment: attachmentView(world, one) }),
  associatePublicIpAddress: (one) => ({ associatePublicIpAddress: one.publicAddressOnLaunch }),
};

export const networkInterfaceActions: Actions = {
  CreateNetworkInterface: makesOnce("CreateNetworkInterface", {
    make: (world, params) => {
      const wanted = readNewInterface(world, params);
      checkNewInterface(world, wanted);
      return () => [createInterface(world, wanted).networkInterfaceId];
    },
    reply: (world, [id = ""], params, isAgain) => ({
      networkInterface: {
        ...networkInterfaceView(world, findInterface(world, id)),
        // A new interface is pending in its own reply only (ec2-behaviour.md, 1).
        ...(isAgain ? {} : { status: "pending" }),
      },
      clientToken: params.string("ClientToken"),
    }),
  }),
  DescribeNetworkInterfaces: reads((world, params) => {
    const ids = params.strings("NetworkInterfaceId");
    const all = ids.length > 0 ? findAll(world, "networkInterfaces", ids) : world.account.networkInterfaces;
    const { entries, nextToken } = page(params, filtered(world, params, all, INTERFACE_FILTERS), {
      parameter: "NetworkInterfaceId",
      isStrict: true,
    });
    return { networkInterfaceSet: entries.map((one) => networkInterfaceView(world, one)), nextToken };
  }),
  DeleteNetworkInterface: does((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    return () => {
      deleteInterface(world, target);
    };
  }),
  ModifyNetworkInterfaceAttribute: does((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const change = readChange(params);
    checkInterfaceChange(world, target, change);
    return () => {
      changeInterface(world, target, change);
    };
  }),
  AttachNetworkInterface: changes((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const instance = findInstance(world, params.required("InstanceId"));
    const deviceIndex = params.requiredInteger("DeviceIndex");
    attachments.checkHotAttach(world, target, instance, deviceIndex);
    return () => {
      // A hot-attached interface outlives its instance unless it is told not to (amazon-vpc-cni-k8s flips it afterwards).
      const how = { deviceIndex, deleteOnTermination: false };
      return { attachmentId: attachments.attach(world, target, instance, how).attachmentId, networkCardIndex: 0 };
    };
  }),
  DetachNetworkInterface: does((world, params) => {
    const target = attachments.findAttached(world, params.required("AttachmentId"));
    const force = params.boolean("Force") ?? false;
    attachments.checkDetachable(target, force);
    return () => {
      attachments.beginDetach(world, target, force);
    };
  }),
  DescribeNetworkInterfaceAttribute: reads((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const name = params.required("Attribute");
    const attribute = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (attribute === undefined) {
      throw invalidValue(`Value (${name}) for parameter attribute is invalid. Unknown network interface attribute.`);
    }
    return { networkInterfaceId: target.networkInterfaceId, ...attribute(target, world) };
  }),
};
