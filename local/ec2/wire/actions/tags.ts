import { missingParameter } from "../../model/errors";
import { TAG_KINDS, checkTagging, checkUntagging, findTaggable, removeTags } from "../../model/tags";
import type { World } from "../../model/world";
import { does, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import { readTags } from "../tag-specs";

interface TagEntry {
  resourceId: string;
  resourceType: string;
  key: string;
  value: string;
}

const FILTERS: FilterTable<TagEntry> = {
  "resource-id": ({ resourceId }) => resourceId,
  "resource-type": ({ resourceType }) => resourceType,
  key: ({ key }) => key,
  value: ({ value }) => value,
};

function* allTags(world: World): Generator<TagEntry> {
  for (const { table, resourceType } of TAG_KINDS) {
    for (const [resourceId, { tags }] of world.account[table]) {
      for (const [key, value] of Object.entries(tags)) yield { resourceId, resourceType, key, value };
    }
  }
}

export const tagActions: Actions = {
  CreateTags: does((world, params) => {
    const ids = params.strings("ResourceId");
    const tags = readTags(params);
    if (ids.length === 0) throw missingParameter("ResourceIdSet");
    if (Object.keys(tags).length === 0) throw missingParameter("TagSet");
    const resources = checkTagging(world, ids, tags);
    return () => {
      for (const resource of resources) resource.tags = { ...resource.tags, ...tags };
    };
  }),
  DeleteTags: does((world, params) => {
    const ids = params.strings("ResourceId");
    if (ids.length === 0) throw missingParameter("ResourceIdSet");
    const tags = new Map(params.list("Tag").map((tag) => [tag.required("Key"), tag.string("Value")]));
    checkUntagging(tags);
    const resources = ids.map((id) => findTaggable(world, id));
    return () => {
      for (const resource of resources) removeTags(resource, tags);
    };
  }),
  DescribeTags: reads((world, params) => {
    const { entries, nextToken } = page(params, filtered(world, params, allTags(world), FILTERS), {
      parameter: "TagKey",
    });
    return { tagSet: entries.map((entry) => ({ ...entry })), nextToken };
  }),
};
