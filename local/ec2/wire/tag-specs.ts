import { Ec2Error, invalidValue } from "../model/errors";
import type { Tags } from "../model/state";
import { checkTags } from "../model/tags";
import type { Params } from "./params";
import type { Xml } from "./xml";

export function readTags(params: Params): Tags {
  return Object.fromEntries(params.list("Tag").map((tag) => [tag.required("Key"), tag.string("Value") ?? ""]));
}

/** Tags by resource type; a type that the action does not make is an error. */
export function readTagSpecs<Type extends string>(
  params: Params,
  allowed: readonly Type[],
): Partial<Record<Type, Tags>> {
  const tags: Partial<Record<Type, Tags>> = {};
  for (const spec of params.list("TagSpecification")) {
    const given = spec.required("ResourceType");
    const type = allowed.find((candidate) => candidate === given);
    if (type === undefined) throw invalidValue(`'${given}' is not a valid taggable resource type for this operation.`);
    if (tags[type] !== undefined) {
      throw invalidValue(`Duplicate resource type '${given}' in the tag specifications`);
    }
    const read = readTags(spec);
    // cilium#14571
    if (Object.keys(read).length === 0)
      throw new Ec2Error("InvalidParameter", "Tag specification must have at least one tag");
    checkTags(read);
    tags[type] = read;
  }
  return tags;
}

export function tagSet(tags: Tags): Xml {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
