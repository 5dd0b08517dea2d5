import type { Action, Actions } from "../action";
import { catalogActions } from "./catalog";
import { elasticIpActions } from "./elastic-ips";
import { imageActions } from "./images";
import { instanceAttributeActions } from "./instance-attributes";
import { instanceStatusActions } from "./instance-status";
import { instanceUpkeepActions } from "./instance-upkeep";
import { instanceProfileActions } from "./instance-profiles";
import { instanceActions } from "./instances";
import { interfaceAddressActions } from "./interface-addresses";
import { keyPairActions } from "./key-pairs";
import { launchTemplateActions } from "./launch-templates";
import { networkInterfaceActions } from "./network-interfaces";
import { networkMakingActions } from "./network-making";
import { networkActions } from "./networks";
import { placementGroupActions } from "./placement-groups";
import { snapshotActions } from "./snapshots";
import { spotPriceActions } from "./spot-prices";
import { spotRequestActions } from "./spot-requests";
import { surroundingActions } from "./surroundings";
import { tagActions } from "./tags";
import { volumeActions } from "./volumes";

const ACTIONS: Actions = {
  ...instanceActions,
  ...instanceAttributeActions,
  ...instanceProfileActions,
  ...instanceStatusActions,
  ...instanceUpkeepActions,
  ...networkInterfaceActions,
  ...interfaceAddressActions,
  ...elasticIpActions,
  ...launchTemplateActions,
  ...spotRequestActions,
  ...spotPriceActions,
  ...tagActions,
  ...networkActions,
  ...networkMakingActions,
  ...keyPairActions,
  ...placementGroupActions,
  ...catalogActions,
  ...imageActions,
  ...volumeActions,
  ...snapshotActions,
  ...surroundingActions,
};

export function findAction(name: string): Action | undefined {
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
}

/** The names of all that is modelled, and whether they can change anything. */
export function listActions(): { action: string; mutating: boolean }[] {
  return Object.entries(ACTIONS)
    .map(([action, { mutating }]) => ({ action, mutating }))
    .sort((a, b) => a.action.localeCompare(b.action));
}
