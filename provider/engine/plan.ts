/**
 * The plan: from what is wanted and what exists to the steps that lead there. Pure: it looks at no clock, not at AWS and
 * not at Pulumi, and has an answer for every pair.
 */
import { currentNetworkInterface, isOwnedInterface, type Situation as Decided } from "./current";
import { givenTags } from "./labels";
import { giveUpVolume, planAttachments, planDataVolumes, surplusVolumes } from "./planning/data-volumes";
import { giveUpElasticIp, planElasticIp, surplusElasticIps } from "./planning/elastic-ip";
import { planInstance } from "./planning/instance";
import { planNetworkInterface } from "./planning/network-interface";
import { planRecord } from "./planning/record";
import { giveBack } from "./planning/retention";
import { planTags, planTagsOf } from "./planning/tags";
import type { NetworkInterface } from "./state";
import type { Step } from "./step";

export interface Situation extends Decided {
  /** Whether a state is known to have the id, because it came from there. */
  known: boolean;
}

/** The steps to what is wanted; none if it is there. */
export function plan(situation: Situation): Step[] {
  return [
    ...planRecord(situation),
    ...planAdoption(situation),
    ...planNetworkInterface(situation),
    ...planDataVolumes(situation),
    ...planElasticIp(situation),
    ...planInstance(situation),
    ...planAttachments(situation),
    ...planSurplus(situation),
    ...planTags(situation),
  ];
}

/** First of all it is made known whose it is, so that it is found again however this run ends. */
function planAdoption({ id, observed }: Situation): Step[] {
  const { instance, networkInterface } = observed.adoption ?? {};
  return planTagsOf(
    [instance, networkInterface].flatMap((it) =>
      it === undefined ? [] : [{ resourceIds: [it.id], held: it.tags, wanted: givenTags(id), stale: [] }],
    ),
  );
}

/** What is ours and no longer wanted. */
function planSurplus(situation: Situation): Step[] {
  const { id, desired, observed } = situation;
  const eni = currentNetworkInterface(situation);
  return [
    ...surplusElasticIps(situation).map((eip) => giveUpElasticIp(eip, desired.deletion.elasticIp)),
    ...observed.networkInterfaces.filter((it) => it.id !== eni?.id).map((it) => giveUpInterface(it, id)),
    ...surplusVolumes(situation).map((volume) => giveUpVolume(volume, desired.deletion.dataVolumes)),
  ];
}

/** What was given is given back, what was made goes. */
export function giveUpInterface(eni: NetworkInterface, id: string): Step {
  return isOwnedInterface(eni, id)
    ? { kind: "delete-network-interface", networkInterface: eni }
    : giveBack(eni.id, `the network interface with ${eni.privateIp}`, eni.tags);
}
