/** What only EC2 can say of the inputs, said at preview: whether subnet, image, types, Elastic IP and volumes are there and fit. */
import { contains, isReserved, usableRange } from "../../kit/cidr";
import type { Clock } from "../../kit/clock";
import type { Ec2, Image, InstanceType, Subnet } from "../../ec2/ec2";
import { LAUNCH_INPUTS } from "../../engine/record/specification";
import type { Volume } from "../../model/things";
import { COUNTED_ADDRESSES } from "../inputs";
import type { InputName } from "../table";
import { fitFailures, type NamedType, stateFailures, typeFailures } from "../image-checks";
import { findImage, Lookups, patiently } from "../../ec2/lookups";
import { snapshotFailures } from "../snapshot-checks";
import { isReplacedElsewhere, refusedChanges, volumesIn } from "../refused-changes";
import { deviceNameFailures } from "./device-names";
import { ElasticIps } from "./elastic-ip";
import { LaunchOptions } from "./launch-options";
import { type Changed, type Inputs, knownText, missing, type Place, textsIn } from "./place";
import { SecurityGroups } from "./security-groups";
import { type Failure, isGiven } from "../validation";

const ADDRESS_INPUTS = ["privateIp", "secondaryPrivateIps", "ipv6Addresses", "ipv6AddressCount"] as const;
const TYPE_INPUTS = ["imageId", "instanceType"] as const;
/** What may end in a launch, or decides what one has to do. */
const LAUNCHING = [
  ...LAUNCH_INPUTS,
  "dataVolumes",
  "desiredState",
  "subnetId",
  "privateIp",
  "persistPrivateIp",
] as const satisfies InputName[];
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

/**
 * One for each region in a provider process: a thousand machines of one stack share a subnet and an image, so each is looked
 * up once. Volumes are not kept: each is of one machine only.
 */
export class Surroundings {
  private readonly subnets: Lookups<Subnet>;
  private readonly images: Lookups<Image>;
  /** The same, without the patience for what was made a moment ago. */
  private readonly earlierImages: Lookups<Image>;
  private readonly types: Lookups<InstanceType>;
  /** The zones that have a type. */
  private readonly offerings: Lookups<string[]>;
  private readonly place: Place;
  private readonly groups: SecurityGroups;
  private readonly launchOptions: LaunchOptions;
  private readonly elasticIps: ElasticIps;

  constructor(
    /** Asked for only when something is looked up: with it the AWS SDK is loaded. */
    private readonly ec2: () => Ec2,
    private readonly clock: Clock,
    private readonly region: string,
  ) {
    this.subnets = new Lookups((id) => patiently(() => ec2().describeSubnet(id), isFound, clock));
    this.images = new Lookups((id) => patiently(() => findImage(ec2(), id), isFound, clock), isAvailable);
    this.earlierImages = new Lookups((id) => findImage(ec2(), id), isAvailable);
    // A type is not made, so there is nothing to wait for.
    this.types = new Lookups(async (name) =>
      (await ec2().describeInstanceTypes([name])).find((it) => it.name === name),
    );
    this.offerings = new Lookups((name) => ec2().findZonesWith(name));
    const { subnets, images, types } = this;
    this.place = { ec2, clock, region, subnets, images, types };
    this.groups = new SecurityGroups(this.place);
    this.launchOptions = new LaunchOptions(this.place);
    this.elasticIps = new ElasticIps(this.place);
  }

  /**
   * What stands against the inputs: what EC2 says of them, and what it cannot change (`refusedChanges`). Only what a change
   * makes necessary is looked up. What EC2 does not answer is thrown.
   *
   * @param inputs checked, and the program's own: without what earlier previews added
   * @param olds what is on record of the machine; empty before there is one
   * @param launches whether something is launched for it; asked only where the image is not there
   */
  async failures(
    inputs: Inputs,
    olds: Inputs,
    changed: Changed,
    launches: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<Failure[]> {
    if (!isGiven(inputs.region)) {
      // There is nowhere to look, and perhaps no past.
      return [];
    }
    const elsewhere = isReplacedElsewhere(olds, inputs);
    const past = elsewhere ? {} : olds;
    const isNew: Changed = (name) => elsewhere || changed(name);
    const found = await Promise.all([
      this.addresses(inputs, isNew),
      this.launch(inputs, past, isNew, launches),
      this.offers(inputs, isNew),
      this.room(inputs, isNew),
      this.elasticIps.failures(inputs, past, isNew),
      this.groups.failures(inputs, isNew),
      this.launchOptions.failures(inputs, isNew),
      deviceNameFailures(this.place, inputs, isNew),
      this.givenVolumes(inputs, isNew),
      snapshotFailures(this.ec2, { inputs, olds: past, region: this.region, clock: this.clock }, isNew),
      this.stayingVolumes(inputs, past, isNew),
    ]);
    const refused = refusedChanges(past, inputs);
    return [...refused, ...found.flat().filter((it) => !refused.some(({ property }) => property === it.property))];
  }

  private async addresses(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const id = knownText(inputs.subnetId);
    const isAsked = ADDRESS_INPUTS.some((name) => changed(name) && isWanted(inputs[name]));
    if (id === undefined || !(changed("subnetId") || isAsked)) {
      return [];
    }
    const subnet = await this.subnets.get(id);
    return subnet === undefined
      ? [missing(this.place, "subnetId", id)]
      : [...ipv4Failures(inputs, subnet), ...ipv6Failures(inputs, subnet)];
  }

  private async launch(
    inputs: Inputs,
    olds: Inputs,
    changed: Changed,
    launches: () => Promise<boolean>,
  ): Promise<Failure[]> {
    const hasFallbacks = textsIn(inputs.fallbackInstanceTypes).length > 0;
    const isTyped = TYPE_INPUTS.some(changed) || (changed("fallbackInstanceTypes") && hasFallbacks);
    if (!isTyped && !LAUNCHING.some((it) => changed(it) && mayLaunch(it, inputs, olds))) {
      return [];
    }
    const [{ image, failures }, types] = await Promise.all([
      this.imageOf(inputs.imageId, changed("imageId") && !isGiven(inputs.adopt), launches),
      isTyped ? this.typesOf(inputs) : [],
    ]);
    return [
      ...failures,
      ...types.flatMap((it) => (it === undefined ? [] : this.unknownType(it))),
      ...typeFailures(image, types),
      ...(image === undefined ? [] : fitFailures(image, inputs, changed)),
    ];
  }

  /**
   * Only a launch needs the image to be there. One that was named before is not one that was made a moment ago.
   *
   * @param isNamed whether it has just been named, so that a launch is what it is for
   */
  private async imageOf(
    given: unknown,
    isNamed: boolean,
    launches: () => Promise<boolean>,
  ): Promise<{ image?: Image; failures: Failure[] }> {
    const id = knownText(given);
    // What a parameter stands for is looked up at each launch.
    if (id === undefined || id.startsWith("resolve:")) {
      return { failures: [] };
    }
    const image = isNamed ? await this.images.get(id) : await this.imageAsItIs(id);
    const failures = stateFailures(image, id, this.region);
    return { image, failures: failures.length > 0 && (isNamed || (await launches())) ? failures : [] };
  }

  /** The image, however long ago it was made; nothing where EC2 does not find it. */
  imageAsItIs(id: string): Promise<Image | undefined> {
    return this.images.known(id) ?? this.earlierImages.get(id);
  }

  /** The preferred one first. */
  private typesOf({ instanceType, fallbackInstanceTypes }: Inputs): Promise<(NamedType | undefined)[]> {
    const fallbacks = textsIn(fallbackInstanceTypes);
    return Promise.all([
      this.typeOf("instanceType", instanceType),
      ...fallbacks.map(({ path, text }) => this.typeOf(`fallbackInstanceTypes${path}`, text)),
    ]);
  }

  private async typeOf(property: string, given: unknown): Promise<NamedType | undefined> {
    const id = knownText(given);
    return id === undefined ? undefined : { property, id, type: await this.types.get(id) };
  }

  private unknownType({ property, id, type }: NamedType): Failure[] {
    const reason = `${property}: ${id} is not an instance type of ${this.region}; take another, or another region`;
    return type === undefined ? [{ property, reason }] : [];
  }

  /** One type that the zone has is enough: which of them, is the launch's choice. */
  private async offers(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const subnetId = knownText(inputs.subnetId);
    const types = typesIn(inputs);
    if (subnetId === undefined || types === undefined || !OFFER_INPUTS.some(changed)) {
      return [];
    }
    const zone = (await this.subnets.get(subnetId))?.availabilityZone;
    const elsewhere = zone === undefined ? undefined : await this.zonesOf(types, zone);
    if (elsewhere === undefined) {
      return [];
    }
    const others = types.length > 1 ? ", nor is one of fallbackInstanceTypes" : "";
    const reason = `instanceType: ${types[0] ?? ""} is not offered in ${zone ?? ""}, the zone of subnetId: ${subnetId}${others}; take a type that is, or a subnet of a zone that has it: ${elsewhere.join("; ")}`;
    return [{ property: "instanceType", reason }];
  }

  /** Where the types are offered, if this zone has none of them. */
  private async zonesOf(types: string[], zone: string): Promise<string[] | undefined> {
    const found: string[] = [];
    for (const type of types) {
      const zones = (await this.offerings.get(type)) ?? [];
      // One that no zone has is not one of the region, which is said of it by itself.
      if (zones.length === 0 || zones.includes(zone)) {
        return undefined;
      }
      found.push(`${type} (${zones.join(", ")})`);
    }
    return found;
  }

  /** A fallback type may be what is launched, so each type has to take the addresses. */
  private async room(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const types = typesIn(inputs);
    const areNew =
      changed("instanceType") || (changed("fallbackInstanceTypes") && types !== undefined && types.length > 1);
    const asked = COUNTED_ADDRESSES.flatMap((it) => asksFor(it, inputs)).filter(
      ({ property }) => areNew || changed(property),
    );
    if (types === undefined || asked.length === 0) {
      return [];
    }
    const found = await Promise.all(types.map((it) => this.types.get(it)));
    return asked.flatMap(({ property, count, family, most }) => {
      const small = found.find((it) => it !== undefined && most(it) < count);
      const reason = `${property}: ${small?.name ?? ""} takes ${small === undefined ? "" : most(small)} ${family} addresses on an interface, and this would be ${count}; give fewer, or types that take more`;
      return small === undefined ? [] : [{ property, reason }];
    });
  }

  private async givenVolumes(inputs: Inputs, changed: Changed): Promise<Failure[]> {
    const given = volumesIn(inputs).flatMap(({ path, volume }) => {
      const id = knownText(volume.volumeId);
      return id === undefined ? [] : [{ path, id, size: volume.size }];
    });
    if (given.length === 0 || !(changed("dataVolumes") || changed("subnetId"))) {
      return [];
    }
    const ids = given.map((it) => it.id);
    const subnetId = knownText(inputs.subnetId);
    const [volumes, subnet] = await Promise.all([
      patiently(
        () => this.ec2().describeVolumes({ "volume-id": ids }),
        (found) => ids.every((id) => found?.some((it) => it.id === id)),
        this.clock,
      ),
      subnetId === undefined ? undefined : this.subnets.get(subnetId),
    ]);
    return given.flatMap(({ path, id, size }) => {
      const volume = volumes?.find((it) => it.id === id);
      return volume === undefined
        ? [missing(this.place, `${path}.volumeId`, id)]
        : [...zoneFailures(path, volume, subnet), ...sizeFailures(path, volume, size)];
    });
  }

  /** Volumes that were made stay in their zone; of those that were given, `givenVolumes` says it. */
  private async stayingVolumes(inputs: Inputs, olds: Inputs, changed: Changed): Promise<Failure[]> {
    const [from, to] = [knownText(olds.subnetId), knownText(inputs.subnetId)];
    const before = new Set(volumesIn(olds).map(({ volume }) => volume.name));
    const names = volumesIn(inputs)
      .filter(({ volume }) => before.has(volume.name) && volume.volumeId === undefined)
      .map(({ volume }) => String(volume.name));
    if (from === undefined || to === undefined || names.length === 0 || !changed("subnetId")) {
      return [];
    }
    const [zone, subnet] = await Promise.all([this.zoneOf(olds, from), this.subnets.get(to)]);
    if (zone === undefined || subnet === undefined || subnet.availabilityZone === zone) {
      return [];
    }
    const reason = `subnetId: ${to} is in ${subnet.availabilityZone}, but the data volumes of this machine (${names.join(", ")}) are in ${zone}, and EBS volumes stay in their zone; choose a subnet of ${zone}, or restore snapshots of them in dataVolumes under new names`;
    return [{ property: "subnetId", reason }];
  }

  private async zoneOf(olds: Inputs, subnetId: string): Promise<string | undefined> {
    return knownText(olds.availabilityZone) ?? (await this.subnets.get(subnetId))?.availabilityZone;
  }
}

/** How many addresses an input comes to. */
interface Asked {
  property: InputName;
  count: number;
  family: string;
  most: (type: InstanceType) => number;
}

function ipv4Failures(inputs: Inputs, { id, cidrBlock }: Subnet): Failure[] {
  const primary = textsIn([inputs.privateIp]).map(({ text }) => ({ property: "privateIp", text }));
  const secondary = textsIn(inputs.secondaryPrivateIps).map(({ path, text }) => ({
    property: `secondaryPrivateIps${path}`,
    text,
  }));
  const { first, last } = usableRange(cidrBlock);
  const advice = `give an address from ${first} to ${last}, or another subnetId`;
  return [...primary, ...secondary].flatMap(({ property, text }) => {
    if (!contains(cidrBlock, text)) {
      const reason = `${property}: ${text} is outside of subnetId: ${id}, which is ${cidrBlock}; ${advice}`;
      return [{ property, reason }];
    }
    const reason = `${property}: ${text} is AWS's own, as the first four addresses and the last of subnetId: ${id} (${cidrBlock}) are; ${advice}`;
    return isReserved(cidrBlock, text) ? [{ property, reason }] : [];
  });
}

function ipv6Failures(inputs: Inputs, { id, ipv6CidrBlocks }: Subnet): Failure[] {
  const property = isWanted(inputs.ipv6Addresses) ? "ipv6Addresses" : "ipv6AddressCount";
  if (ipv6CidrBlocks.length === 0) {
    const reason = `${property}: subnetId: ${id} has no IPv6 block; give it one, take another subnet, or take ${property} out`;
    return isWanted(inputs[property]) ? [{ property, reason }] : [];
  }
  return textsIn(inputs.ipv6Addresses)
    .filter(({ text }) => !ipv6CidrBlocks.some((block) => contains(block, text)))
    .map(({ path, text }) => ({
      property: `ipv6Addresses${path}`,
      reason: `ipv6Addresses${path}: ${text} is outside of subnetId: ${id}, which is ${ipv6CidrBlocks.join(" and ")}; give an address inside, or another subnetId`,
    }));
}

function zoneFailures(path: string, volume: Volume, subnet: Subnet | undefined): Failure[] {
  if (subnet === undefined || subnet.availabilityZone === volume.availabilityZone) {
    return [];
  }
  const reason = `${path}.volumeId: ${volume.id} is in ${volume.availabilityZone}, but subnetId: ${subnet.id} is in ${subnet.availabilityZone}, and EBS volumes stay in their zone; choose a subnet of ${volume.availabilityZone}, or restore a snapshot of the volume`;
  return [{ property: `${path}.volumeId`, reason }];
}

function sizeFailures(path: string, volume: Volume, size: unknown): Failure[] {
  if (typeof size !== "number" || size >= volume.size) {
    return [];
  }
  const reason = `${path}.size: ${size} GiB is asked for and ${volume.id} has ${volume.size}, but EBS volumes cannot shrink; give at least ${volume.size}, or leave it out`;
  return [{ property: `${path}.size`, reason }];
}

const isFound = (seen: unknown): boolean => seen !== undefined;
const isAvailable = (image: Image): boolean => image.state === "available";

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

/** Whether a change of an input can end in a launch, or puts a volume where there was none. */
function mayLaunch(name: InputName, inputs: Inputs, olds: Inputs): boolean {
  switch (name) {
    case "privateIp":
      return isGiven(inputs.privateIp);
    case "dataVolumes": {
      const before = volumesIn(olds).map(({ volume }) => volume.deviceName);
      return volumesIn(inputs).some(({ volume }) => !before.includes(volume.deviceName));
    }
    default:
      return true;
  }
}

/** Whether an address input asks for anything: an empty list and a count of 0 do not. */
function isWanted(value: unknown): boolean {
  if (Array.isArray(value)) {
    return textsIn(value).length > 0;
  }
  return isGiven(value) && value !== 0;
}
