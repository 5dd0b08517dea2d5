import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import { INSTANCE_TYPES, isOffered, type InstanceType } from "./instance-types";
import { NO_WISHES, checkSlots, slotsOf, slotsOfWishes } from "./interface-addresses";
import type { InterfaceSpec, LaunchRequest, LaunchSpec } from "./launch-spec";
import { findGroupByName, findGroups, findInterface, findSubnet } from "./lookup";
import { checkNewInterface, givenAddresses, type NewInterface } from "./network-interfaces";
import type { NetworkInterface, Subnet, Wish } from "./state";
import { isUsableIn } from "./vpcs";
import type { World } from "./world";

/** The interfaces that a launch will have, each decided but none yet made or taken. */
export type PlannedInterface =
  | { kind: "existing"; deviceIndex: number; networkInterface: NetworkInterface }
  | { kind: "new"; deviceIndex: number; deleteOnTermination: boolean; wanted: NewInterface };

export function planInterfaces(
  world: World,
  { spec, maxCount }: LaunchRequest,
  type: InstanceType,
): PlannedInterface[] {
  checkCombinations(spec, maxCount);
  const planned =
    spec.interfaces.length > 0
      ? spec.interfaces.map((one) => planInterface(world, one, spec))
      : [planInterface(world, impliedInterface(world, spec, type), spec)];
  checkIndexes(planned);
  checkTogether(planned);
  checkLimits(planned, type);
  return planned.sort((a, b) => a.deviceIndex - b.deviceIndex);
}

/** RunInstances takes either network interfaces or instance-level network parameters (API reference; ansible amazon.aws#157). */
function checkCombinations(spec: LaunchSpec, count: number): void {
  const { interfaces } = spec;
  if (interfaces.length > 0) checkInstanceLevel(spec);
  else if (spec.groupNames.length > 0 && spec.subnetId !== undefined) {
    // aws-cli#2453
    throw invalidCombination("The parameter groupName cannot be used with the parameter subnet");
  }
  if (interfaces.length > 1 && interfaces.some((one) => one.associatePublicIp !== undefined)) {
    throw invalidCombination(
      "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.",
    );
  }
  if (count === 1) return;
  if (interfaces.some((one) => one.networkInterfaceId !== undefined)) {
    throw invalidCombination("A network interface ID may not be specified when launching more than one instance");
  }
  if (spec.privateIpAddress !== undefined || interfaces.some((one) => one.privateIpAddress !== undefined)) {
    throw invalidCombination("A private IP address may not be specified when launching more than one instance");
  }
}

function checkInstanceLevel(spec: LaunchSpec): void {
  const refuse = (what: string) =>
    invalidCombination(`Network interfaces and an instance-level ${what} may not be specified on the same request`);
  if (spec.groupIds.length + spec.groupNames.length > 0) throw refuse("security groups");
  if (spec.subnetId !== undefined) throw refuse("subnet ID");
  if (spec.privateIpAddress !== undefined) throw refuse("private IP address");
  if (spec.ipv6.given.length + spec.ipv6.count > 0) throw refuse("IPv6 addresses");
}

function planInterface(world: World, spec: InterfaceSpec, launch: LaunchSpec): PlannedInterface {
  const { deviceIndex } = spec;
  if (deviceIndex === undefined) throw invalidValue("Each network interface requires a device index.");
  if (spec.networkInterfaceId !== undefined) {
    checkExisting(spec);
    return { kind: "existing", deviceIndex, networkInterface: findInterface(world, spec.networkInterfaceId) };
  }
  const wanted = newInterface(world, spec, launch);
  checkSameNetwork(world, wanted);
  checkNewInterface(world, wanted);
  // An interface that a launch makes goes with it (moto-deviations.md, 1.1); one made at a further index stays unless told.
  return { kind: "new", deviceIndex, deleteOnTermination: spec.deleteOnTermination ?? deviceIndex === 0, wanted };
}

/** A launch has a code of its own for what CreateNetworkInterface calls a group that is not found. */
function checkSameNetwork(world: World, { groupIds, subnet }: NewInterface): void {
  const stranger = findGroups(world, groupIds).find((group) => !isUsableIn(group, subnet.vpcId));
  if (stranger === undefined) return;
  throw new Ec2Error(
    "InvalidParameter",
    `Security group ${stranger.groupId} and subnet ${subnet.subnetId} belong to different networks.`,
  );
}

/** Refuses settings that an existing interface already has (API reference, InstanceNetworkInterfaceSpecification). */
function checkExisting(spec: InterfaceSpec): void {
  if (spec.deleteOnTermination === true) {
    // hashicorp/terraform#12933
    throw invalidCombination(
      "A network interface may not specify a network interface ID and delete on termination as true",
    );
  }
  const both = (what: string) =>
    invalidCombination(`A network interface may not specify both a network interface ID and ${what}`);
  if (spec.subnetId !== undefined) throw both("a subnet");
  if (spec.groupIds.length > 0) throw both("a set of security groups");
  if (spec.privateIpAddress !== undefined) throw both("a private IP address");
  for (const { given, count } of Object.values(spec.wishes) as Wish[]) {
    if (given.length + count > 0) throw both("secondary private IP addresses, IPv6 addresses or prefixes");
  }
  if (spec.description !== undefined) throw both("a description");
  if (spec.associatePublicIp !== undefined) throw both("an associate public IP address setting");
}

function newInterface(world: World, spec: InterfaceSpec, launch: LaunchSpec): NewInterface {
  const subnet = spec.subnetId === undefined ? defaultSubnet(world, launch) : findSubnet(world, spec.subnetId);
  return {
    subnet,
    description: spec.description ?? "",
    groupIds: spec.groupIds,
    primaryAddress: spec.privateIpAddress,
    wishes: spec.wishes,
    publicAddressOnLaunch: spec.associatePublicIp,
    tags: { ...launch.tags["network-interface"] },
  };
}

function impliedInterface(world: World, spec: LaunchSpec, type: InstanceType): InterfaceSpec {
  const subnet = spec.subnetId === undefined ? defaultSubnet(world, spec, type) : findSubnet(world, spec.subnetId);
  return {
    deviceIndex: 0,
    subnetId: subnet.subnetId,
    groupIds: [...spec.groupIds, ...spec.groupNames.map((name) => findGroupByName(world, name, subnet.vpcId).groupId)],
    privateIpAddress: spec.privateIpAddress,
    wishes: { ...NO_WISHES, ipv6: spec.ipv6 },
    deleteOnTermination: true,
  };
}

/** Without a subnet the launch goes to a default one: of the zone asked for, else of the first that offers the type. */
function defaultSubnet(world: World, launch: LaunchSpec, type = INSTANCE_TYPES.get(launch.instanceType ?? "")): Subnet {
  const wanted = launch.placement.availabilityZone;
  for (const subnet of world.account.subnets.values()) {
    if (!subnet.defaultForAz) continue;
    const zone = subnet.availabilityZone;
    if (wanted === undefined ? isOffered(type?.name ?? "", zone) : zone === wanted) return subnet;
  }
  throw new Ec2Error("MissingInput", "No subnets found for the default VPC. Please specify a subnet.");
}

function checkIndexes(planned: readonly PlannedInterface[]): void {
  const indexes = planned.map(({ deviceIndex }) => deviceIndex);
  if (!indexes.includes(0)) {
    throw invalidValue("When specifying network interfaces, you must include a device at index 0.");
  }
  if (new Set(indexes).size < indexes.length) {
    throw invalidCombination("Duplicate network interface device indexes in the request");
  }
}

export function zoneOf(planned: PlannedInterface): { availabilityZone: string; vpcId: string; subnetId: string } {
  return planned.kind === "existing" ? planned.networkInterface : planned.wanted.subnet;
}

function checkTogether(planned: readonly PlannedInterface[]): void {
  const zones = new Set(planned.map((one) => zoneOf(one).availabilityZone));
  if (zones.size > 1) {
    throw invalidCombination(
      "You may not attach network interfaces of different availability zones to the same instance",
    );
  }
  const ids = planned.flatMap((one) => (one.kind === "existing" ? one.networkInterface.networkInterfaceId : []));
  if (new Set(ids).size < ids.length) throw invalidCombination("Duplicate network interfaces in the request");
  const given = planned.flatMap((one) => (one.kind === "new" ? givenAddresses(one.wanted) : []));
  if (new Set(given).size < given.length) throw invalidValue("Duplicate private IP addresses in the request");
}

function checkLimits(planned: readonly PlannedInterface[], type: InstanceType): void {
  if (planned.length > type.maxInterfaces) {
    throw new Ec2Error(
      "AttachmentLimitExceeded",
      `Interface count ${planned.length} exceeds the limit for ${type.name}`,
    );
  }
  for (const one of planned) {
    const slots = one.kind === "existing" ? slotsOf(one.networkInterface) : slotsOfWishes(one.wanted.wishes);
    checkSlots(type, slots, "InvalidInterface.IpAddressLimitExceeded");
  }
}
