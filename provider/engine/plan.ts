/**
 * The plan: from what is wanted and what exists to the steps that lead there. Pure: it looks at no clock, not at AWS and
 * not at Pulumi, and has an answer for every pair.
 */
import { currentNetworkInterface, isOwnedInterface, type Owner, type Situation as Decided } from "./current";
import { givenTags, NOT_GIVEN } from "./labels";
import {
  giveUpVolume,
  planAttachments,
  planDataVolumes,
  planVolumeShapes,
  surplusVolumes,
} from "./planning/data-volumes";
import { giveUpElasticIp, planElasticIp, planElasticIpExchange, surplusElasticIps } from "./planning/elastic-ip";
import { planInstance } from "./planning/instance";
import { planAddressesGivenUp, planNetworkInterface } from "./planning/network-interface";
import { planRecord } from "./planning/record";
import { giveBack } from "./planning/retention";
import { withRightsChecked } from "./planning/rights";
import { planLostTags, planTags, planTagsOf, planTemplateTags, withLostTags } from "./planning/tags";
import { planPruning } from "./planning/versions";
import type { NetworkInterface } from "./state";
import type { Step } from "./step";

export interface Situation extends Decided {
  /** Whether a state is known to have the id, because it came from there. */
  known: boolean;
}

/** The steps to what is wanted; none if it is there. */
export function plan(situation: Situation): Step[] {
  const record = planRecord(situation);
  const lostTags = planLostTags(situation);
  const isNew = situation.observed.template === undefined;
  const steps: Step[] = [
    ...(isNew ? record : []),
    ...lostTags,
    ...planAdoption(situation),
    ...planNetworkInterface(situation),
    ...planDataVolumes(situation),
    ...planElasticIp(situation),
    // A new generation comes after all that can be refused while the old one works. The record says what is wanted before
    // anything happens to an instance, or a controller would take that for an accident and put it right.
    ...planTemplateTags(situation),
    ...(isNew ? [] : record),
    ...planInstance(situation),
    // What is given up, or cannot be undone, comes after all that a preflight can refuse.
    ...planAddressesGivenUp(situation),
    ...planElasticIpExchange(situation),
    ...planVolumeShapes(situation),
    ...planAttachments(situation),
    ...planSurplus(situation),
    ...planTags(withLostTags(situation, lostTags)),
  ];
  return [...withRightsChecked(steps), ...planPruning(situation, steps)];
}

/** First of all it is made known whose it is, so that it is found again however this run ends. */
function planAdoption(situation: Situation): Step[] {
  const { id, observed } = situation;
  const { instance, networkInterface } = observed.adoption ?? {};
  // One that was adopted before, and lost its tags since, may be about to be given back.
  const stays = networkInterface !== undefined && networkInterface.id === currentNetworkInterface(situation)?.id;
  return planTagsOf(
    [instance, stays ? networkInterface : undefined].flatMap((it) =>
      it === undefined ? [] : [{ resourceIds: [it.id], held: it.tags, wanted: givenTags(id), stale: NOT_GIVEN }],
    ),
  );
}

/** What is ours and no longer wanted. */
function planSurplus(situation: Situation): Step[] {
  const { desired, observed } = situation;
  const eni = currentNetworkInterface(situation);
  return [
    ...surplusElasticIps(situation).map((eip) => giveUpElasticIp(eip, desired.deletion.elasticIp)),
    ...observed.networkInterfaces.filter((it) => it.id !== eni?.id).map((it) => giveUpInterface(it, situation)),
    ...surplusVolumes(situation).map((volume) => giveUpVolume(volume, situation, desired.deletion.dataVolumes)),
  ];
}

/** What was given is given back, what was made goes. */
export function giveUpInterface(eni: NetworkInterface, owner: Owner): Step {
  return isOwnedInterface(eni, owner)
    ? { kind: "delete-network-interface", networkInterface: eni }
    : giveBack(eni.id, `the network interface with ${eni.privateIp}`, eni.tags);
}
