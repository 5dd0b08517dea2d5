/** Which tags each thing carries. (pure) */
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

/** What everything that is made carries. */
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

/** Those of a template that are there only where there is something to say. */
export const OPTIONAL_TEMPLATE_TAGS: readonly string[] = [TAG.securityGroups, TAG.schedules];

/** An interface that is kept tells its own. */
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

/** Which generation an instance is of, and its type. */
export interface Launched {
  generation: number;
  type: string;
}

export function instanceTags(goal: Omit<Goal, "recorded">, launched: Launched): Tags {
  return { ...baseTags(goal.id, goal.desired), ...launchTags(goal, launched) };
}

/** From what an instance was launched, or what it was brought to. */
export function launchTags(goal: Omit<Goal, "recorded">, { generation, type }: Launched): Tags {
  return { [TAG.generation]: String(generation), [TAG.launch]: digestsOf(goal).launchHash, [TAG.type]: type };
}

/** Detached, it does not tell by itself which device it is. */
export function volumeTags(id: string, desired: Desired, name: string): Tags {
  const wanted = desired.dataVolumes.find((it) => it.name === name);
  const device: Tags = wanted === undefined ? {} : { [TAG.device]: wanted.deviceName };
  return { ...baseTags(id, desired), [TAG.volume]: name, ...device };
}

export function givenVolumeTags(id: string, { name, deviceName }: Pick<DataVolume, "name" | "deviceName">): Tags {
  return { ...givenTags(id), [TAG.volume]: name, [TAG.device]: deviceName };
}

/** What was given carries only what is needed to find it and to give it back. */
export function givenTags(id: string): Tags {
  return { [TAG.id]: id, [TAG.owned]: "false" };
}

/** What only things have that were made, here or by the machine that left them behind: on what is given it would be untrue. */
export const NOT_GIVEN: string[] = [TAG.urn, TAG.kept, TAG.retained, TAG.exchangedFor];
