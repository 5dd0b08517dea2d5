import { Ec2Error, invalidValue } from "./errors";
import type { PlacementGroup } from "./state";
import type { World } from "./world";

const STRATEGIES = ["cluster", "spread", "partition"] as const;

export function findPlacementGroup(world: World, name: string): PlacementGroup {
  const group = world.account.placementGroups.get(name);
  if (group !== undefined) return group;
  throw new Ec2Error("InvalidPlacementGroup.Unknown", `The Placement Group '${name}' is unknown.`);
}

export function checkPlacementGroup(
  world: World,
  { groupName, strategy }: Pick<PlacementGroup, "groupName" | "strategy">,
) {
  if (!(STRATEGIES as readonly string[]).includes(strategy)) {
    throw invalidValue(`Value (${strategy}) for parameter strategy is invalid.`);
  }
  if (!world.account.placementGroups.has(groupName)) return;
  throw new Ec2Error("InvalidPlacementGroup.Duplicate", `The Placement Group '${groupName}' already exists.`);
}

export function deletePlacementGroup(world: World, { groupName }: PlacementGroup): void {
  for (const { placementGroup, state } of world.account.instances.values()) {
    if (placementGroup !== groupName || state === "terminated") continue;
    throw new Ec2Error(
      "InvalidPlacementGroup.InUse",
      `The placement group '${groupName}' is in use and may not be deleted.`,
    );
  }
  world.account.placementGroups.delete(groupName);
}
