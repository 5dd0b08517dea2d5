import { Ec2Error } from "./errors";
import type {
  Address,
  Image,
  Instance,
  LaunchTemplate,
  NetworkInterface,
  SecurityGroup,
  Snapshot,
  SpotRequest,
  Subnet,
  Volume,
  Vpc,
} from "./state";
import type { World } from "./world";

/** How EC2 names an object's ids and what it answers when one is wrong (API reference, error codes). */
interface IdKind {
  prefix: string;
  malformed: string;
  notFound: string;
  /** The message for ids that are well formed and unknown. */
  missing: (ids: readonly string[]) => string;
}

const idsMissing = (noun: string) => (ids: readonly string[]) =>
  ids.length === 1
    ? `The ${noun} ID '${ids.join()}' does not exist`
    : `The ${noun} IDs '${ids.join(", ")}' do not exist`;

const kind = (prefix: string, name: string, noun: string, missing = idsMissing(noun)): IdKind => ({
  prefix,
  malformed: `${name}.Malformed`,
  notFound: `${name}.NotFound`,
  missing,
});

const ID_KINDS = {
  instances: kind("i", "InvalidInstanceID", "instance"),
  networkInterfaces: {
    ...kind("eni", "InvalidNetworkInterfaceID", "networkInterface"),
    malformed: "InvalidNetworkInterfaceId.Malformed",
  },
  subnets: kind("subnet", "InvalidSubnetID", "subnet"),
  vpcs: kind("vpc", "InvalidVpcID", "vpc"),
  securityGroups: {
    ...kind("sg", "InvalidGroup", "security group"),
    malformed: "InvalidGroupId.Malformed",
    missing: (ids: readonly string[]) => `The security group '${ids.join("', '")}' does not exist`,
  },
  images: kind("ami", "InvalidAMIID", "image", (ids) => `The image id '[${ids.join(", ")}]' does not exist`),
  addresses: kind("eipalloc", "InvalidAllocationID", "allocation"),
  volumes: {
    ...kind("vol", "InvalidVolume", "volume", (ids) => `The volume '${ids.join("', '")}' does not exist.`),
    malformed: "InvalidVolumeID.Malformed",
  },
  snapshots: {
    ...kind("snap", "InvalidSnapshot", "snapshot", (ids) => `The snapshot '${ids.join("', '")}' does not exist.`),
    malformed: "InvalidSnapshotID.Malformed",
  },
  launchTemplates: kind(
    "lt",
    "InvalidLaunchTemplateId",
    "launch template",
    (ids) => `The specified launch template, with template ID ${ids.join(", ")}, does not exist.`,
  ),
  spotRequests: kind("sir", "InvalidSpotInstanceRequestID", "spot instance request"),
} as const satisfies Record<string, IdKind>;

type Lookups = typeof ID_KINDS;

function checkFormat(ids: readonly string[], { prefix, malformed }: IdKind): void {
  // Spot request ids are the one kind with eight characters beyond hexadecimal.
  const tail = prefix === "sir" ? "[0-9a-z]{8}" : "(?:[0-9a-f]{8}|[0-9a-f]{17})";
  const pattern = new RegExp(`^${prefix}-${tail}$`);
  const wrong = ids.find((id) => !pattern.test(id));
  if (wrong === undefined) return;
  throw new Ec2Error(malformed, `Invalid id: "${wrong}" (expecting "${prefix}-...")`);
}

type Found<Name extends keyof Lookups> = World["account"][Name] extends Map<string, infer Entity> ? Entity : never;

/** All of the ids, in their order, or EC2's error for the malformed or unknown ones. */
export function findAll<Name extends keyof Lookups>(world: World, name: Name, ids: readonly string[]): Found<Name>[] {
  checkFormat(ids, ID_KINDS[name]);
  const table = world.account[name] as ReadonlyMap<string, unknown> as ReadonlyMap<string, Found<Name>>;
  const found: Found<Name>[] = [];
  const missing: string[] = [];
  for (const id of new Set(ids)) {
    const entity = world.isUnknown(name, id) ? undefined : table.get(id);
    if (entity === undefined) missing.push(id);
    else found.push(entity);
  }
  if (missing.length > 0) throw new Ec2Error(ID_KINDS[name].notFound, ID_KINDS[name].missing(missing));
  return found;
}

function findOne<Name extends keyof Lookups>(world: World, name: Name, id: string): Found<Name> {
  const [entity] = findAll(world, name, [id]);
  if (entity === undefined) throw new Ec2Error(ID_KINDS[name].notFound, ID_KINDS[name].missing([id]));
  return entity;
}

export const findInstance = (world: World, id: string): Instance => findOne(world, "instances", id);
export const findInterface = (world: World, id: string): NetworkInterface => findOne(world, "networkInterfaces", id);
export const findSubnet = (world: World, id: string): Subnet => findOne(world, "subnets", id);
export const findVolume = (world: World, id: string): Volume => findOne(world, "volumes", id);
export const findSnapshot = (world: World, id: string): Snapshot => findOne(world, "snapshots", id);
export const findVpc = (world: World, id: string): Vpc => findOne(world, "vpcs", id);
export const findGroups = (world: World, ids: readonly string[]): SecurityGroup[] =>
  findAll(world, "securityGroups", ids);
/** By a name in a VPC; in the default one where none is said. */
export function findGroupByName(world: World, name: string, vpcId?: string): SecurityGroup {
  const inVpc = vpcId ?? findDefaultVpc(world)?.vpcId;
  if (inVpc === undefined) throw new Ec2Error("VPCIdNotSpecified", "No default VPC for this user");
  for (const group of world.account.securityGroups.values()) {
    if (group.groupName === name && group.vpcId === inVpc) return group;
  }
  const where = vpcId === undefined ? "default VPC" : "VPC";
  throw new Ec2Error("InvalidGroup.NotFound", `The security group '${name}' does not exist in ${where} '${inVpc}'`);
}

export function findDefaultVpc(world: World): Vpc | undefined {
  return [...world.account.vpcs.values()].find(({ isDefault }) => isDefault);
}

export const findImage = (world: World, id: string): Image => findOne(world, "images", id);
export const findAllocation = (world: World, id: string): Address => findOne(world, "addresses", id);
export const findTemplateById = (world: World, id: string): LaunchTemplate => findOne(world, "launchTemplates", id);
export const findSpotRequests = (world: World, ids: readonly string[]): SpotRequest[] =>
  findAll(world, "spotRequests", ids);
