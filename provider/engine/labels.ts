/** Which tags each thing carries. (pure) */
import { nameOf, TAG, urnTag } from "../ec2/tags";
import { launchHash } from "./specification";
import type { Desired, Tags } from "./state";

/** What everything that is made carries. */
export function baseTags(id: string, desired: Pick<Desired, "resourceUrn" | "tags">): Tags {
  const { resourceUrn, tags } = desired;
  return { Name: nameOf(resourceUrn), ...tags, [TAG.id]: id, [TAG.urn]: urnTag(resourceUrn) };
}

export function templateTags(id: string, desired: Desired, phase: "creating" | "ready"): Tags {
  const { market, fallbackInstanceTypes, desiredState, pauseBehavior } = desired;
  return {
    ...baseTags(id, desired),
    [TAG.market]: marketTag(market),
    [TAG.fallback]: fallbackInstanceTypes.join(" "),
    [TAG.replacement]: replacementTag(desired.replacement),
    [TAG.desiredState]: `${desiredState} pause-behavior=${pauseBehavior}`,
    [TAG.phase]: phase,
  };
}

export function networkInterfaceTags(id: string, desired: Desired): Tags {
  return { ...baseTags(id, desired), ...(desired.persistPrivateIp ? {} : { [TAG.kept]: "false" }) };
}

/** Which generation an instance is of, and its type. */
export interface Launched {
  generation: number;
  type: string;
}

export function instanceTags(id: string, desired: Desired, launched: Launched): Tags {
  return { ...baseTags(id, desired), ...launchTags(id, desired, launched) };
}

/** From what an instance was launched, or what it was brought to. */
export function launchTags(id: string, desired: Desired, { generation, type }: Launched): Tags {
  return { [TAG.generation]: String(generation), [TAG.launch]: launchHash(id, desired), [TAG.type]: type };
}

export function volumeTags(id: string, desired: Desired, name: string): Tags {
  return { ...baseTags(id, desired), [TAG.volume]: name };
}

/** What was given carries only what is needed to find it and to give it back. */
export function givenTags(id: string): Tags {
  return { [TAG.id]: id, [TAG.owned]: "false" };
}

/** What only things have that were made, here or by the machine that left them behind: on what is given it would be untrue. */
export const NOT_GIVEN: string[] = [TAG.urn, TAG.kept, TAG.retained];

/** How to buy, in the characters that tags may have. */
function marketTag({ lifecycle, maxPrice, fallbackToOnDemand }: Desired["market"]): string {
  const price = maxPrice === undefined ? "" : ` max-price=${maxPrice}`;
  return lifecycle === "spot" ? `spot${price} fallback-to-on-demand=${fallbackToOnDemand}` : lifecycle;
}

function replacementTag(replacement: Desired["replacement"]): string {
  const { strategy, drainSeconds, skipOsShutdown, waitFor, rollbackOnFailure, timeoutSeconds } = replacement;
  return [
    strategy,
    `drain-seconds=${drainSeconds}`,
    `skip-os-shutdown=${skipOsShutdown}`,
    `wait-for=${waitFor}`,
    `rollback-on-failure=${rollbackOnFailure}`,
    `timeout-seconds=${timeoutSeconds}`,
  ].join(" ");
}
