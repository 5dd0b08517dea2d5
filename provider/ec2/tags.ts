import { createHash } from "node:crypto";
import type { Tags } from "../model/things";
import { isPattern } from "./filters";

/** Everything a managed instance makes carries these, so that it is found without Pulumi's state. */
export const TAG = {
  id: "managed-instance:id",
  urn: "managed-instance:urn",
  /** On instances: the launch template version that it was launched from. */
  generation: "managed-instance:generation",
  /** On instances: a digest of the launch inputs that it was launched with. */
  launch: "managed-instance:launch",
  /** On instances: the type that it was launched or started as. */
  type: "managed-instance:type",
  /** On the launch template: `creating` and by whom, until a state has the machine; then `ready`. */
  phase: "managed-instance:phase",
  /** On the launch template of an unfinished machine: when its maker last showed that it lives. */
  lease: "managed-instance:lease",
  /** `false` on what was given to the managed instance; such a thing is never deleted. */
  owned: "managed-instance:owned",
  /** On the launch template: how instances are bought, which a launch template is not used for. */
  market: "managed-instance:market",
  /** On the launch template: the types to fall back to, in order. */
  fallback: "managed-instance:fallback-types",
  /** On the launch template: how an instance is replaced. */
  replacement: "managed-instance:replacement",
  /** On the launch template: `running`, or `paused` and how. */
  desiredState: "managed-instance:desired-state",
  /** On the launch template: where the machine is, and the parts of its network that no kept thing shows. */
  network: "managed-instance:network",
  /** On the launch template of a machine that keeps no interface: the security groups that are named for it. */
  securityGroups: "managed-instance:security-groups",
  /** On the launch template: when it is paused, resumed and recycled. */
  schedules: "managed-instance:schedules",
  /** On the launch template: when, why and of which instance the last replacement between two `up`s was. */
  lastReplacement: "managed-instance:last-replacement",
  /** On the launch template: up to when its schedules were followed. */
  lastTick: "managed-instance:last-tick",
  /** `false` on a network interface that is only kept as long as its instance. */
  kept: "managed-instance:kept",
  /** On a network interface: the public IP assignment that was set on it, if it is not the subnet's. */
  publicIp: "managed-instance:public-ip",
  /** On an instance: since when it is being drained. */
  draining: "managed-instance:draining",
  /** On an instance: that it runs and has failed its status checks. */
  unproven: "managed-instance:unproven",
  /** On a data volume: its name. */
  volume: "managed-instance:volume",
  /** On a data volume: the device that it is attached as. */
  device: "managed-instance:device",
  /** On a thing that `destroy` was told to keep. */
  retained: "managed-instance:retained",
  /** On an Elastic IP that its machine lets go of as soon as it gets another: the allocation id of the other. */
  exchangedFor: "managed-instance:exchanged-for",
} as const;

/** On an instance only for a while: an instance that stays loses them. */
export const PASSING_TAGS: readonly string[] = [TAG.draining, TAG.unproven];

export const OWN_TAG_PREFIX = "managed-instance:";

/** Before the id of each machine that wants a given thing, on that thing, until it is decided which one has it. */
export const CLAIM_PREFIX = "managed-instance:claim:";

export function isClaim(key: string): boolean {
  return key.startsWith(CLAIM_PREFIX);
}

/** EC2's limit of tags on one thing. */
export const EC2_TAG_LIMIT = 50;
/** How many of {@link TAG} can meet on one thing, and `Name`. */
export const RESERVED_TAGS = 13;

export const MAX_TAG_VALUE = 256;

/** The tag value for a URN: the URN itself, or a hash where EC2 does not take it, or would read a pattern that another machine's URN may fit. */
export function urnTag(urn: string): string {
  if (urn.length <= MAX_TAG_VALUE && !isPattern(urn)) {
    return urn;
  }
  return `sha256:${createHash("sha256").update(urn).digest("hex")}`;
}

/** A URN has the stack, the project and the type before the name, in which the separator may occur. */
const PARTS_BEFORE_NAME = 3;

/** The resource's name, which is the last part of its URN. */
export function nameOf(urn: string): string {
  const parts = urn.split("::");
  return parts.length > PARTS_BEFORE_NAME ? parts.slice(PARTS_BEFORE_NAME).join("::") : urn;
}

export function isOwned(tagged: { tags: Tags }): boolean {
  return tagged.tags[TAG.owned] !== "false";
}
