/** The tags that each thing carries. (pure) */
import { nameOf, TAG, urnTag } from "../../ec2/tags";
import {
  desiredStateTag,
  marketTag,
  networkTag,
  replacementTag,
  schedulesTag,
  securityGroupsTag,
} from "./record-grammar";
import { digestsOf } from "./specification";
import type { DataVolume, Desired } from "../../model/desired";
import type { Goal } from "../../model/goal";
import type { Tags } from "../../model/things";

/** The tags of everything that is made. */
export function baseTags(id: string, desired: Pick<Desired, "resourceUrn" | "tags">): Tags {
  const { resourceUrn, tags } = desired;
  return { Name: nameOf(resourceUrn), ...tags, [TAG.id]: id, [TAG.urn]: urnTag(resourceUrn) };
}

/** @param phase as {@link phaseTag} writes it */
export function templateTags(id: string, desired: Desired, phase: string): Tags {
  const { market, fallbackInstanceTypes, schedules } = desired;
  return {
    ...baseTags(id, desired),
    [TAG.market]: marketTag(market),
    [TAG.fallback]: fallbackInstanceTypes.join(" "),
    [TAG.replacement]: replacementTag(desired),
    [TAG.desiredState]: desiredStateTag(desired),
    [TAG.network]: networkTag(desired),
    ...(namesGroups(desired) ? { [TAG.securityGroups]: securityGroupsTag(desired.securityGroupIds) } : {}),
    ...(schedules.length === 0 ? {} : { [TAG.schedules]: schedulesTag(schedules) }),
    [TAG.phase]: phase,
  };
}

/** The tags that a template carries only where they have something to say. */
export const OPTIONAL_TEMPLATE_TAGS: readonly string[] = [TAG.securityGroups, TAG.schedules];

/** Whether the record names the security groups; an interface that is kept shows its own. */
function namesGroups(desired: Desired): desired is Desired & { securityGroupIds: string[] } {
  return !desired.persistPrivateIp && desired.securityGroupIds !== undefined;
}

/** The description of a network interface that is made for a machine. Unlike tags, nobody takes it off. */
export function descriptionOf(id: string): string {
  return `${id} (pulumi-managed-instance)`;
}

export function networkInterfaceTags(id: string, desired: Desired): Tags {
  return { ...baseTags(id, desired), ...(desired.persistPrivateIp ? {} : { [TAG.kept]: "false" }) };
}

/** The generation that an instance is of, and its type. */
export interface Launched {
  generation: number;
  type: string;
}

export function instanceTags(goal: Omit<Goal, "recorded">, launched: Launched): Tags {
  return { ...baseTags(goal.id, goal.desired), ...launchTags(goal, launched) };
}

/** The tags for what an instance was launched from, or what it was brought to. */
export function launchTags(goal: Omit<Goal, "recorded">, { generation, type }: Launched): Tags {
  return { [TAG.generation]: String(generation), [TAG.launch]: digestsOf(goal).launchHash, [TAG.type]: type };
}

/** The tags of a data volume. A detached volume does not tell by itself which device it is. */
export function volumeTags(id: string, desired: Desired, name: string): Tags {
  const wanted = desired.dataVolumes.find((it) => it.name === name);
  const device: Tags = wanted === undefined ? {} : { [TAG.device]: wanted.deviceName };
  return { ...baseTags(id, desired), [TAG.volume]: name, ...device };
}

export function givenVolumeTags(id: string, { name, deviceName }: Pick<DataVolume, "name" | "deviceName">): Tags {
  return { ...givenTags(id), [TAG.volume]: name, [TAG.device]: deviceName };
}

/** The tags of a given thing: only those that are needed to find it and to give it back. */
export function givenTags(id: string): Tags {
  return { [TAG.id]: id, [TAG.owned]: "false" };
}

/** Tags that only things have that were made, here or by the machine that left them behind: on a given thing they would be untrue. */
export const NOT_GIVEN: string[] = [TAG.urn, TAG.kept, TAG.retained, TAG.exchangedFor];
