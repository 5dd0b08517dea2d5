import { invalidCombination } from "../model/errors";
import type { AddressWishes, Wish } from "../model/state";
import type { Params } from "./params";

/** The addresses of an interface that is to be made: its primary one, if it was given, and all others. */
export interface InterfaceAddresses {
  primaryAddress?: string;
  wishes: AddressWishes;
}

/** As CreateNetworkInterface, RunInstances and launch templates have them. */
export function readInterfaceAddresses(params: Params): InterfaceAddresses {
  const listed = params.list("PrivateIpAddresses");
  const [primary, ...more] = listed.filter((entry) => entry.boolean("Primary") === true);
  const given = params.string("PrivateIpAddress");
  if (more.length > 0 || (given !== undefined && primary !== undefined)) {
    throw invalidCombination("Only one primary private IP address can be specified");
  }
  const secondary = listed.flatMap((entry) => (entry === primary ? [] : entry.required("PrivateIpAddress")));
  return {
    primaryAddress: given ?? primary?.string("PrivateIpAddress"),
    wishes: {
      ipv4: { given: secondary, count: params.integer("SecondaryPrivateIpAddressCount") ?? 0 },
      ipv4Prefixes: readListed(params, "Ipv4Prefix", "Ipv4PrefixCount", "Ipv4Prefix"),
      ipv6: readListed(params, "Ipv6Addresses", "Ipv6AddressCount", "Ipv6Address"),
      ipv6Prefixes: readListed(params, "Ipv6Prefix", "Ipv6PrefixCount", "Ipv6Prefix"),
    },
  };
}

/** A list of structures with one member each, or a count. */
export function readListed(params: Params, list: string, count: string, member: string): Wish {
  const given = params.list(list).map((entry) => entry.required(member));
  const said = params.integer(count);
  return { given, count: said ?? 0, isNone: said === 0 };
}

/** A list of plain texts, or a count. */
export function readPlain(params: Params, list: string, count?: string): Wish {
  return { given: params.strings(list), count: (count === undefined ? undefined : params.integer(count)) ?? 0 };
}
