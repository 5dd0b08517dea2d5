import type { Action, Actions } from "../action";
import { catalogActions } from "./catalog";
import { elasticIpActions } from "./elastic-ips";
import { instanceAttributeActions } from "./instance-attributes";
import { instanceProfileActions } from "./instance-profiles";
import { instanceActions } from "./instances";
import { launchTemplateActions } from "./launch-templates";
import { networkInterfaceActions } from "./network-interfaces";
import { networkActions } from "./networks";
import { spotRequestActions } from "./spot-requests";
import { surroundingActions } from "./surroundings";
import { tagActions } from "./tags";

const ACTIONS: Actions = {
  ...instanceActions,
  ...instanceAttributeActions,
  ...instanceProfileActions,
  ...networkInterfaceActions,
  ...elasticIpActions,
  ...launchTemplateActions,
  ...spotRequestActions,
  ...tagActions,
  ...networkActions,
  ...catalogActions,
  ...surroundingActions,
};

export function findAction(name: string): Action | undefined {
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
}
