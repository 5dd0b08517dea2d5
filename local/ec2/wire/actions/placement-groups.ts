import { checkPlacementGroup, deletePlacementGroup, findPlacementGroup } from "../../model/placement-groups";
import type { PlacementGroup } from "../../model/state";
import type { World } from "../../model/world";
import { changes, does, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { readTagSpecs, tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";

const FILTERS: FilterTable<PlacementGroup> = {
  "group-name": ({ groupName }) => groupName,
  "group-arn": (group, world) => arnOf(world, group),
  "spread-level": ({ strategy }) => (strategy === "spread" ? "rack" : undefined),
  state: () => "available",
  strategy: ({ strategy }) => strategy,
};

function arnOf(world: World, { groupName }: PlacementGroup): string {
  return `arn:aws:ec2:${world.region}:${world.accountId}:placement-group/${groupName}`;
}

function groupView(world: World, group: PlacementGroup): XmlObject {
  const { groupName, groupId, strategy, partitionCount, tags } = group;
  return {
    groupName,
    groupId,
    groupArn: arnOf(world, group),
    strategy,
    partitionCount,
    spreadLevel: strategy === "spread" ? "rack" : undefined,
    state: "available",
    tagSet: tagSet(tags),
  };
}

export const placementGroupActions: Actions = {
  DescribePlacementGroups: reads((world, params) => {
    const names = params.strings("GroupName");
    const ids = params.strings("GroupId");
    for (const name of names) findPlacementGroup(world, name);
    const groups = filtered(world, params, world.account.placementGroups, FILTERS).filter(
      ({ groupName, groupId }) => names.length + ids.length === 0 || names.includes(groupName) || ids.includes(groupId),
    );
    return { placementGroupSet: groups.map((group) => groupView(world, group)) };
  }),
  CreatePlacementGroup: changes((world, params) => {
    const wanted = {
      groupName: params.required("GroupName"),
      strategy: params.string("Strategy") ?? "cluster",
      partitionCount: params.integer("PartitionCount"),
      tags: readTagSpecs(params, ["placement-group"])["placement-group"] ?? {},
    };
    checkPlacementGroup(world, wanted);
    return () => {
      const group = { ...wanted, groupId: world.newId("pg") };
      world.account.placementGroups.set(group.groupName, group);
      return { return: true, placementGroup: groupView(world, group) };
    };
  }),
  DeletePlacementGroup: does((world, params) => {
    const group = findPlacementGroup(world, params.required("GroupName"));
    return () => {
      deletePlacementGroup(world, group);
    };
  }),
};
