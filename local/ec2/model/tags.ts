import { Ec2Error, invalidValue } from "./errors";
import { checkMetadataKeys } from "./metadata-options";
import type { Instance, TableName, Tags } from "./state";
import type { World } from "./world";

export interface Taggable {
  tags: Tags;
}

interface TagKind {
  prefix: string;
  resourceType: string;
  table: Extract<
    TableName,
    | "instances"
    | "networkInterfaces"
    | "addresses"
    | "volumes"
    | "launchTemplates"
    | "spotRequests"
    | "subnets"
    | "vpcs"
    | "securityGroups"
    | "images"
    | "snapshots"
    | "rootVolumeTasks"
  >;
  notFound: string;
}

/** Which ids can be tagged, and what CreateTags answers when they are not there. */
export const TAG_KINDS: readonly TagKind[] = [
  { prefix: "i-", resourceType: "instance", table: "instances", notFound: "InvalidInstanceID.NotFound" },
  {
    prefix: "eni-",
    resourceType: "network-interface",
    table: "networkInterfaces",
    notFound: "InvalidNetworkInterfaceID.NotFound",
  },
  { prefix: "eipalloc-", resourceType: "elastic-ip", table: "addresses", notFound: "InvalidAllocationID.NotFound" },
  { prefix: "vol-", resourceType: "volume", table: "volumes", notFound: "InvalidVolume.NotFound" },
  {
    prefix: "lt-",
    resourceType: "launch-template",
    table: "launchTemplates",
    notFound: "InvalidLaunchTemplateId.NotFound",
  },
  {
    prefix: "sir-",
    resourceType: "spot-instances-request",
    table: "spotRequests",
    notFound: "InvalidSpotInstanceRequestID.NotFound",
  },
  { prefix: "subnet-", resourceType: "subnet", table: "subnets", notFound: "InvalidSubnetID.NotFound" },
  { prefix: "vpc-", resourceType: "vpc", table: "vpcs", notFound: "InvalidVpcID.NotFound" },
  { prefix: "sg-", resourceType: "security-group", table: "securityGroups", notFound: "InvalidGroup.NotFound" },
  { prefix: "ami-", resourceType: "image", table: "images", notFound: "InvalidAMIID.NotFound" },
  { prefix: "snap-", resourceType: "snapshot", table: "snapshots", notFound: "InvalidSnapshot.NotFound" },
  {
    prefix: "replacevol-",
    resourceType: "replace-root-volume-task",
    table: "rootVolumeTasks",
    notFound: "InvalidReplaceRootVolumeTaskId.NotFound",
  },
];

/** EC2's limits on tags (EC2 guide, tag restrictions). */
const MAX_TAGS = 50;
const MAX_KEY = 127;
const MAX_VALUE = 256;

export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    checkOwnKey(key);
    if (key === "") throw invalidValue("Tag key cannot be null or empty. Tag keys must be between 1-127 characters.");
    if (Array.from(key).length > MAX_KEY) {
      throw invalidValue(`Tag key exceeds the maximum length of ${MAX_KEY} characters`);
    }
    if (Array.from(value).length > MAX_VALUE) {
      throw invalidValue(`Tag value exceeds the maximum length of ${MAX_VALUE} characters`);
    }
  }
  if (Object.keys(tags).length > MAX_TAGS) {
    throw new Ec2Error("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  }
}

/** Refuses a key that AWS sets by itself: nobody else sets or deletes it (EC2 guide, tag restrictions). */
function checkOwnKey(key: string): void {
  if (isReserved(key)) throw invalidValue("Tag keys starting with 'aws:' are reserved for internal use");
}

const isReserved = (key: string) => /^aws:/i.test(key);

export function findTaggable(world: World, id: string): Taggable {
  const kind = TAG_KINDS.find(({ prefix }) => id.startsWith(prefix));
  if (kind === undefined) throw new Ec2Error("InvalidID", `The ID '${id}' is not valid`);
  const found = world.isUnknown(kind.table, id) ? undefined : world.account[kind.table].get(id);
  if (found !== undefined) return found;
  throw new Ec2Error(kind.notFound, `The ID '${id}' does not exist`);
}

/** All or nothing, as EC2 does it: nothing is written unless every resource can take its tags. */
export function checkTagging(world: World, ids: readonly string[], tags: Tags): Taggable[] {
  checkTags(tags);
  const resources = ids.map((id) => findTaggable(world, id));
  for (const resource of resources) {
    checkTags({ ...withoutReserved(resource.tags), ...tags });
    if (showsTags(resource)) checkMetadataKeys(tags);
  }
  return resources;
}

/** Whether it is an instance whose metadata has its tags. */
function showsTags(resource: Taggable & Partial<Pick<Instance, "metadataOptions">>): boolean {
  return resource.metadataOptions?.instanceMetadataTags === "enabled";
}

function withoutReserved(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !isReserved(key)));
}

export function checkUntagging(tags: ReadonlyMap<string, string | undefined>): void {
  for (const key of tags.keys()) checkOwnKey(key);
}

/** A value deletes the tag only while it has that value; no value deletes it anyway; no tags at all delete all. */
export function removeTags(resource: Taggable, tags: ReadonlyMap<string, string | undefined>): void {
  const kept = Object.entries(resource.tags).filter(([key, value]) => {
    if (tags.size === 0) return isReserved(key);
    return !tags.has(key) || ![undefined, value].includes(tags.get(key));
  });
  resource.tags = Object.fromEntries(kept);
}
