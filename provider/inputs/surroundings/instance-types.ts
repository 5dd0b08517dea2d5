/** Whether a type that may be launched is offered in the zone of the subnet, and takes the addresses. */
import type { InstanceType } from "../../ec2/ec2";
import { Lookups } from "../../ec2/lookups";
import { COUNTED_ADDRESSES } from "../inputs";
import type { InputName } from "../table";
import type { Failure } from "../validation";
import { isWanted } from "./addresses";
import { type Changed, type Inputs, knownText, type LookupPlace } from "./place";

const OFFER_INPUTS = ["instanceType", "fallbackInstanceTypes", "subnetId"] as const;

/** How many addresses of a family a type takes on one interface, and how many that has anyway. */
const ROOM = {
  secondaryPrivateIps: {
    others: 1,
    family: "private IPv4",
    most: (type: InstanceType): number => type.ipv4AddressesPerInterface,
  },
  ipv6Addresses: {
    others: 0,
    family: "IPv6",
    most: (type: InstanceType): number => type.ipv6AddressesPerInterface,
  },
} as const;

export class InstanceTypes {
  /** The zones that have a type. */
  private readonly offerings: Lookups<string[]>;

  constructor(private readonly place: LookupPlace) {
    this.offerings = new Lookups((name) => place.ec2().findZonesWith(name));
  }

  /** One type that the zone has is enough: which of them, is the launch's choice. */
  async offers(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const subnetId = knownText(inputs.subnetId);
    const types = typesIn(inputs);
    if (subnetId === undefined || types === undefined || !OFFER_INPUTS.some(changed)) {
      return [];
    }
    const zone = (await this.place.subnets.get(subnetId))?.availabilityZone;
    const elsewhere = zone === undefined ? undefined : await this.zonesOf(types, zone);
    if (elsewhere === undefined) {
      return [];
    }
    const others = types.length > 1 ? ", nor is one of fallbackInstanceTypes" : "";
    const reason = `instanceType: ${types[0] ?? ""} is not offered in ${zone ?? ""}, the zone of subnetId: ${subnetId}${others}; take a type that is, or a subnet of a zone that has it: ${elsewhere.join("; ")}`;
    return [{ property: "instanceType", reason }];
  }

  /** The zones that offer the types, if this zone has none of them. */
  private async zonesOf(types: string[], zone: string): Promise<string[] | undefined> {
    const found: string[] = [];
    for (const type of types) {
      const zones = (await this.offerings.get(type)) ?? [];
      // A type that no zone has is no type of the region; another check says so.
      if (zones.length === 0 || zones.includes(zone)) {
        return undefined;
      }
      found.push(`${type} (${zones.join(", ")})`);
    }
    return found;
  }

  /** A fallback type may be what is launched, so each type has to take the addresses. */
  async room(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const types = typesIn(inputs);
    const areNew =
      changed("instanceType") || (changed("fallbackInstanceTypes") && types !== undefined && types.length > 1);
    const asked = COUNTED_ADDRESSES.flatMap((it) => asksFor(it, inputs)).filter(
      ({ property }) => areNew || changed(property),
    );
    if (types === undefined || asked.length === 0) {
      return [];
    }
    const found = await Promise.all(types.map((it) => this.place.types.get(it)));
    return asked.flatMap(({ property, count, family, most }) => {
      const small = found.find((it) => it !== undefined && most(it) < count);
      const reason = `${property}: ${small?.name ?? ""} takes ${small === undefined ? "" : most(small)} ${family} addresses on an interface, and this would be ${count}; give fewer, or types that take more`;
      return small === undefined ? [] : [{ property, reason }];
    });
  }
}

/** How many addresses an input comes to. */
interface Asked {
  property: InputName;
  count: number;
  family: string;
  most: (type: InstanceType) => number;
}

/** All types that may be launched, the preferred one first; nothing as long as one of them is not known. */
function typesIn({ instanceType, fallbackInstanceTypes }: Inputs): string[] | undefined {
  const fallbacks = fallbackInstanceTypes ?? [];
  const all: unknown[] = Array.isArray(fallbacks) ? [instanceType, ...(fallbacks as unknown[])] : [undefined];
  const known = all.flatMap((it) => knownText(it) ?? []);
  return known.length === all.length ? known : undefined;
}

/** The input that asks for addresses of this family, if one does, and how many the interface would have with those that it has anyway. */
function asksFor({ list, count: counted }: (typeof COUNTED_ADDRESSES)[number], inputs: Inputs): Asked[] {
  const { others, family, most } = ROOM[list];
  return [list, counted].flatMap((property) => {
    const given = inputs[property];
    const count = Array.isArray(given) ? given.length : given;
    return isWanted(given) && typeof count === "number" ? [{ property, count: count + others, family, most }] : [];
  });
}
