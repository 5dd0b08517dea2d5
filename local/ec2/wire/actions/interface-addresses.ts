import {
  NO_WISH,
  NO_WISHES,
  assign,
  checkAssignment,
  checkSomething,
  checkUnassignment,
  unassign,
} from "../../model/interface-addresses";
import { findInterface, findSubnet } from "../../model/lookup";
import type { AddressWishes, NetworkInterface } from "../../model/state";
import { canonical6 } from "../../model/subnet-blocks";
import type { World } from "../../model/world";
import { changes, does, type Actions } from "../action";
import type { Params } from "../params";
import { readPlain } from "../read-addresses";

function readIpv4(params: Params): AddressWishes {
  const wishes = {
    ...NO_WISHES,
    ipv4: readPlain(params, "PrivateIpAddress", "SecondaryPrivateIpAddressCount"),
    ipv4Prefixes: readPlain(params, "Ipv4Prefix", "Ipv4PrefixCount"),
  };
  checkSomething(wishes, "PrivateIpAddress");
  return wishes;
}

function readIpv6(params: Params): AddressWishes {
  const wishes = {
    ...NO_WISHES,
    ipv6: readPlain(params, "Ipv6Addresses", "Ipv6AddressCount"),
    ipv6Prefixes: readPlain(params, "Ipv6Prefix", "Ipv6PrefixCount"),
  };
  checkSomething(wishes, "Ipv6Addresses");
  return wishes;
}

/** Reads the addresses to take away, in EC2's own spelling. */
function readHeld6(world: World, params: Params, target: NetworkInterface): AddressWishes {
  const subnet = findSubnet(world, target.subnetId);
  const held = (list: string) => ({
    ...NO_WISH,
    given: params.strings(list).map((text) => canonical6(subnet, text)),
  });
  const wishes = { ...NO_WISHES, ipv6: held("Ipv6Addresses"), ipv6Prefixes: held("Ipv6Prefix") };
  checkSomething(wishes, "Ipv6Addresses");
  return wishes;
}

/** Assigning addresses to an interface and taking them away; its primary one stays out of this. */
export const interfaceAddressActions: Actions = {
  AssignPrivateIpAddresses: changes((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const wishes = readIpv4(params);
    const mayMove = params.boolean("AllowReassignment") ?? false;
    checkAssignment(world, target, wishes);
    return () => {
      const { ipv4, ipv4Prefixes } = assign(world, target, wishes, mayMove);
      return {
        networkInterfaceId: target.networkInterfaceId,
        assignedPrivateIpAddressesSet: ipv4.map((privateIpAddress) => ({ privateIpAddress })),
        assignedIpv4PrefixSet: ipv4Prefixes.map((ipv4Prefix) => ({ ipv4Prefix })),
        return: true,
      };
    };
  }),
  UnassignPrivateIpAddresses: does((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const wishes = readIpv4(params);
    return () => {
      checkUnassignment(target, wishes);
      unassign(world, target, wishes);
    };
  }),
  AssignIpv6Addresses: changes((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const wishes = readIpv6(params);
    checkAssignment(world, target, wishes);
    return () => {
      const { ipv6, ipv6Prefixes } = assign(world, target, wishes);
      return {
        networkInterfaceId: target.networkInterfaceId,
        assignedIpv6Addresses: ipv6,
        assignedIpv6PrefixSet: ipv6Prefixes,
      };
    };
  }),
  UnassignIpv6Addresses: changes((world, params) => {
    const target = findInterface(world, params.required("NetworkInterfaceId"));
    const wishes = readHeld6(world, params, target);
    return () => {
      checkUnassignment(target, wishes);
      unassign(world, target, wishes);
      return {
        networkInterfaceId: target.networkInterfaceId,
        unassignedIpv6Addresses: wishes.ipv6.given,
        unassignedIpv6PrefixSet: wishes.ipv6Prefixes.given,
      };
    };
  }),
};
