import {
  allocate,
  associate,
  checkAssociable,
  checkBorderGroup,
  checkReleasable,
  disassociate,
  findAddress,
  findAssociated,
  findTarget,
  releaseAddress,
} from "../../model/elastic-ips";
import { Ec2Error, invalidValue } from "../../model/errors";
import { parseIpv4 } from "../../model/ipv4";
import { findAll } from "../../model/lookup";
import type { Address } from "../../model/state";
import type { World } from "../../model/world";
import { usableZones } from "../../model/zones";
import { changes, does, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import type { Params } from "../params";
import { readTagSpecs, tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";

const FILTERS: FilterTable<Address> = {
  "allocation-id": ({ allocationId }) => allocationId,
  "association-id": ({ associationId }) => associationId,
  domain: () => "vpc",
  "instance-id": (address, world) => holderOf(world, address),
  "network-border-group": ({ networkBorderGroup }, world) => networkBorderGroup ?? world.region,
  "network-interface-id": ({ networkInterfaceId }) => networkInterfaceId,
  "network-interface-owner-id": ({ networkInterfaceId }, world) => networkInterfaceId && world.accountId,
  "private-ip-address": ({ privateIpAddress }) => privateIpAddress,
  "public-ip": ({ publicIp, networkBorderGroup }) =>
    networkBorderGroup?.includes("-wlz-") === true ? undefined : publicIp,
};

/** An Elastic IP knows its interface only; the instance is whichever holds that. */
function holderOf(world: World, { networkInterfaceId }: Address): string | undefined {
  return world.account.networkInterfaces.get(networkInterfaceId ?? "")?.attachment?.instanceId;
}

function addressView(world: World, address: Address): XmlObject {
  const { allocationId, associationId, networkInterfaceId, privateIpAddress } = address;
  return {
    allocationId,
    ...placeOf(world, address),
    domain: "vpc",
    associationId,
    instanceId: holderOf(world, address) ?? (associationId === undefined ? undefined : ""),
    networkInterfaceId,
    networkInterfaceOwnerId: networkInterfaceId && world.accountId,
    privateIpAddress,
    publicIpv4Pool: "amazon",
    tagSet: tagSet(address.tags),
  };
}

/** A Wavelength Zone's is called a carrier IP (API reference, Address). */
function placeOf(world: World, { publicIp, networkBorderGroup }: Address): XmlObject {
  const isCarriers = networkBorderGroup?.includes("-wlz-") === true;
  return {
    ...(isCarriers ? { carrierIp: publicIp } : { publicIp }),
    networkBorderGroup: networkBorderGroup ?? world.region,
  };
}

/** Finds the addresses that are named. An address of another account does not exist for a describe. */
function named(world: World, params: Params): Address[] | World["account"]["addresses"] {
  const ids = params.strings("AllocationId");
  const publicIps = params.strings("PublicIp");
  if (ids.length + publicIps.length === 0) return world.account.addresses;
  const wrong = publicIps.find((publicIp) => parseIpv4(publicIp) === undefined);
  if (wrong !== undefined) throw new Ec2Error("InvalidAddress.Malformed", `Invalid IPv4 address '${wrong}'.`);
  const byId = findAll(world, "addresses", ids);
  const foreign = byId.find((address) => !isOwn(world, address));
  if (foreign !== undefined) {
    throw new Ec2Error("InvalidAllocationID.NotFound", `The allocation ID '${foreign.allocationId}' does not exist`);
  }
  const byIp = world.account.addresses.find("public-ip", publicIps).filter((address) => isOwn(world, address));
  const missing = publicIps.find((publicIp) => !byIp.some((address) => address.publicIp === publicIp));
  if (missing !== undefined) throw new Ec2Error("InvalidAddress.NotFound", `Address '${missing}' not found.`);
  return [...new Set([...byId, ...byIp])];
}

function isOwn(world: World, { ownerId }: Address): boolean {
  return ownerId === world.accountId;
}

/** There is one kind of address today. @returns the border group, where it is not the region's */
function readKind(world: World, params: Params): string | undefined {
  const domain = params.string("Domain") ?? "vpc";
  if (domain !== "vpc") throw invalidValue(`Value (${domain}) for parameter domain is invalid.`);
  const group = params.string("NetworkBorderGroup") ?? world.region;
  if (!usableZones(world).some(({ networkBorderGroup }) => networkBorderGroup === group)) {
    throw invalidValue(`Value (${group}) for parameter networkBorderGroup is invalid.`);
  }
  return group === world.region ? undefined : group;
}

export const elasticIpActions: Actions = {
  AllocateAddress: changes((world, params) => {
    const tags = readTagSpecs(params, ["elastic-ip"])["elastic-ip"] ?? {};
    const wanted = params.string("Address");
    const networkBorderGroup = readKind(world, params);
    return () => {
      const address = allocate(world, { tags, wanted, networkBorderGroup });
      const { allocationId } = address;
      return { allocationId, domain: "vpc", publicIpv4Pool: "amazon", ...placeOf(world, address) };
    };
  }),
  DescribeAddresses: reads((world, params) => ({
    addressesSet: filtered(world, params, named(world, params), FILTERS)
      .filter((address) => isOwn(world, address))
      .map((address) => addressView(world, address)),
  })),
  AssociateAddress: changes((world, params) => {
    const address = findAddress(world, {
      allocationId: params.string("AllocationId"),
      publicIp: params.string("PublicIp"),
    });
    const target = findTarget(world, {
      instanceId: params.string("InstanceId"),
      networkInterfaceId: params.string("NetworkInterfaceId"),
      privateIpAddress: params.string("PrivateIpAddress"),
    });
    const allowReassociation = params.boolean("AllowReassociation") ?? false;
    return () => {
      checkAssociable(world, address, target, allowReassociation);
      return { return: true, associationId: associate(world, address, target) };
    };
  }),
  DisassociateAddress: does((world, params) => {
    const address = findAssociated(world, {
      associationId: params.string("AssociationId"),
      publicIp: params.string("PublicIp"),
    });
    return () => {
      disassociate(world, address);
    };
  }),
  ReleaseAddress: does((world, params) => {
    const address = findAddress(world, {
      allocationId: params.string("AllocationId"),
      publicIp: params.string("PublicIp"),
    });
    checkBorderGroup(world, address, params.string("NetworkBorderGroup"));
    return () => {
      checkReleasable(address);
      releaseAddress(world, address);
    };
  }),
};
