import {
  allocate,
  associate,
  checkAssociable,
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
  "network-border-group": (_, world) => world.region,
  "network-interface-id": ({ networkInterfaceId }) => networkInterfaceId,
  "network-interface-owner-id": ({ networkInterfaceId }, world) => networkInterfaceId && world.accountId,
  "private-ip-address": ({ privateIpAddress }) => privateIpAddress,
  "public-ip": ({ publicIp }) => publicIp,
};

/** An Elastic IP knows its interface only; the instance is whichever holds that. */
function holderOf(world: World, { networkInterfaceId }: Address): string | undefined {
  return world.account.networkInterfaces.get(networkInterfaceId ?? "")?.attachment?.instanceId;
}

function addressView(world: World, address: Address): XmlObject {
  const { allocationId, publicIp, associationId, networkInterfaceId, privateIpAddress } = address;
  return {
    allocationId,
    publicIp,
    domain: "vpc",
    associationId,
    instanceId: holderOf(world, address) ?? (associationId === undefined ? undefined : ""),
    networkInterfaceId,
    networkInterfaceOwnerId: networkInterfaceId && world.accountId,
    privateIpAddress,
    publicIpv4Pool: "amazon",
    networkBorderGroup: world.region,
    tagSet: tagSet(address.tags),
  };
}

/** What is another account's is as good as not there for a describe. */
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

/** There is one kind of address today, and one border group in a region without local zones. */
function checkKind(world: World, params: Params): void {
  const domain = params.string("Domain") ?? "vpc";
  if (domain !== "vpc") throw invalidValue(`Value (${domain}) for parameter domain is invalid.`);
  const group = params.string("NetworkBorderGroup") ?? world.region;
  if (group !== world.region) throw invalidValue(`Value (${group}) for parameter networkBorderGroup is invalid.`);
}

export const elasticIpActions: Actions = {
  AllocateAddress: changes((world, params) => {
    const tags = readTagSpecs(params, ["elastic-ip"])["elastic-ip"] ?? {};
    const wanted = params.string("Address");
    checkKind(world, params);
    return () => {
      const { allocationId, publicIp } = allocate(world, tags, wanted);
      return { allocationId, publicIp, domain: "vpc", publicIpv4Pool: "amazon", networkBorderGroup: world.region };
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
    return () => {
      checkReleasable(address);
      releaseAddress(world, address);
    };
  }),
};
