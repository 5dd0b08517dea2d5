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
  return { ...baseTags(id, desired), [TAG.market]: marketTag(desired.market), [TAG.phase]: phase };
}

export function instanceTags(id: string, desired: Desired, generation: number): Tags {
  return { ...baseTags(id, desired), [TAG.generation]: String(generation), [TAG.launch]: launchHash(id, desired) };
}

/** What was given carries only what is needed to find it and to give it back. */
export function givenTags(id: string): Tags {
  return { [TAG.id]: id, [TAG.owned]: "false" };
}

/** How to buy, in the characters that tags may have. */
function marketTag({ lifecycle, maxPrice, fallbackToOnDemand }: Desired["market"]): string {
  const price = maxPrice === undefined ? "" : ` max-price=${maxPrice}`;
  return lifecycle === "spot" ? `spot${price} fallback-to-on-demand=${fallbackToOnDemand}` : lifecycle;
}
