import * as attachments from "../../model/attachments";
import { invalidCombination } from "../../model/errors";
import { elasticIpsOf, primaryAddress } from "../../model/holdings";
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
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { readTagSpecs } from "../tag-specs";
import { privateDnsName } from "../views/names";
import { interfaceStatus, networkInterfaceView } from "../views/network-interface";

const FILTERS: FilterTable<NetworkInterface> = {
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

function readNewInterface(world: World, params: Params): NewInterface {
  const listed = params.list("PrivateIpAddresses");
  const primary = listed.find((entry) => entry.boolean("Primary") === true);
  const given = params.string("PrivateIpAddress");
  const count = params.integer("SecondaryPrivateIpAddressCount") ?? 0;
  const secondary = listed.flatMap((entry) => (entry === primary ? [] : entry.required("PrivateIpAddress")));
  if (given !== undefined && primary !== undefined) {
    throw invalidCombination(
      "You may not specify both a private IP address and a primary one in the list of private IP addresses",
    );
  }
  if (secondary.length > 0 && count > 0) {
    throw invalidCombination("You may not specify both secondary private IP addresses and their count");
  }
  return {
    subnet: findSubnet(world, params.required("SubnetId")),
    description: params.string("Description") ?? "",
    groupIds: params.strings("SecurityGroupId"),
    addresses: [
      given ?? primary?.string("PrivateIpAddress"),
      ...secondary,
      ...Array.from({ length: count }, () => undefined),
    ],
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

export const networkInterfaceActions: Actions = {
  CreateNetworkInterface: makesOnce("CreateNetworkInterface", {
    make: (world, params) => {
      const wanted = readNewInterface(world, params);
      checkNewInterface(world, wanted);
      return () => [createInterface(world, wanted).networkInterfaceId];
    },
    reply: (world, [id = ""], params) => ({
      networkInterface: networkInterfaceView(world, findInterface(world, id)),
      clientToken: params.string("ClientToken"),
    }),
  }),
  DescribeNetworkInterfaces: reads((world, params) => {
    const ids = params.strings("NetworkInterfaceId");
    const all = ids.length > 0 ? findAll(world, "networkInterfaces", ids) : world.account.networkInterfaces.values();
    const { entries, nextToken } = page(params, filtered(world, params, all, FILTERS), {
      parameter: "NetworkInterfaceId",
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
      changeInterface(target, change);
    };
  }),
  AttachNetworkInterface: changes((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const instance = findInstance(world, params.required("InstanceId"));
    const deviceIndex = Number(params.required("DeviceIndex"));
    attachments.checkHotAttach(world, target, instance, deviceIndex);
    return () => {
      // A hot-attached interface outlives its instance unless it is told not to (amazon-vpc-cni-k8s flips it afterwards).
      const how = { deviceIndex, deleteOnTermination: false };
      return { attachmentId: attachments.attach(world, target, instance, how).attachmentId, networkCardIndex: 0 };
    };
  }),
  DetachNetworkInterface: does((world, params) => {
    const target = attachments.findAttached(world, params.required("AttachmentId"));
    attachments.checkDetachable(target);
    return () => {
      attachments.beginDetach(world, target);
    };
  }),
};
