/**
 * The plan: from what is wanted and what exists to the steps that lead there. Pure: it looks at no clock, not at AWS and
 * not at Pulumi, and has an answer for every pair.
 */
import { currentNetworkInterface, type Situation as Decided } from "../situation/current";
import { isOwnedInterface, type Owner } from "../situation/belongings";
import { TAG } from "../../ec2/tags";
import { givenTags } from "../record/labels";
import {
  giveUpVolume,
  planAttachments,
  planDataVolumes,
  planDetachments,
  planVolumeShapes,
  surplusVolumes,
} from "./data-volumes";
import { giveUpElasticIp, planElasticIp, planElasticIpExchange, surplusElasticIps } from "./elastic-ip";
import { planInstance } from "./instance";
import { planAddressesGivenUp, planNetworkInterface } from "./network-interface";
import { planRecord } from "./record";
import { giveBack } from "./retention";
import { withRightsChecked } from "./rights";
import {
  asLetGo,
  awaited,
  awaitedFirst,
  isExchange,
  planClaims,
  planElasticIpSwap,
  planVolumeExchange,
  volumesHandedOn,
} from "./sharing";
import { planGivenTags, planLostTags, planTags, planTemplateTags, withLostTags } from "./tags";
import { planPruning } from "./versions";
import type { Claim } from "../../model/observed";
import type { Instance, NetworkInterface, Volume } from "../../model/things";
import type { Step } from "./step";

export interface Situation extends Decided {
  /** Whether a state is known to have the id, because it came from there. */
  known: boolean;
}

/** The steps to what is wanted; none if it is there. */
export function plan(situation: Situation): Step[] {
  const first = awaitedFirst(situation);
  const waits: Step[] = first.length === 0 ? [] : [{ kind: "await-let-go", things: first, isFirst: true }];
  return [...waits, ...planOnceLetGo(situation, asLetGo(situation))];
}

/** @param now with what other machines still hold, @param situation as it is when they have let go */
function planOnceLetGo(now: Situation, situation: Situation): Step[] {
  const record = planRecord(situation);
  const lostTags = planLostTags(situation);
  const isNew = situation.observed.template === undefined;
  const swaps = isExchange(now);
  const handedOn = volumesHandedOn(now);
  const claims = claimsOn(now, situation);
  const steps: Step[] = [
    ...(isNew ? record : []),
    ...lostTags,
    ...(claims.length === 0 ? [] : [{ kind: "claim-given", claims, isNew } as const]),
    ...planAdoption(situation),
    ...planNetworkInterface(situation),
    ...planDataVolumes(situation),
    ...(swaps ? [] : planElasticIp(situation)),
    // A new generation comes after all that can be refused while the old one works. The record says what is wanted before
    // anything happens to an instance, or a controller would take that for an accident and put it right.
    ...planTemplateTags(situation),
    ...(isNew ? [] : record),
    ...planInstance(situation),
    // What is given up, or cannot be undone, comes after all that a preflight can refuse.
    ...planAddressesGivenUp(situation),
    ...(swaps ? planElasticIpSwap(now) : planElasticIpExchange(situation)),
    ...planDetachments(situation),
    ...handedOn.map((volume) => giveUpVolume(volume, situation, situation.desired.deletion.dataVolumes)),
    ...planVolumeExchange(now),
    ...planVolumeShapes(situation),
    ...planAttachments(situation),
    ...planSurplus(situation, handedOn),
    ...planTags(withLostTags(situation, lostTags)),
    // Whoever was held up since a look before that one still finds who was first.
    ...(claims.length === 0 ? [] : [{ kind: "end-claims", claims } as const]),
  ];
  return [...withRightsChecked(steps), ...planPruning(situation, steps)];
}

/**
 * First of all it is made known whose it is, so that it is found again however this run ends, and so that of two machines that want one
 * thing the other makes nothing for it.
 */
function claimsOn(now: Situation, situation: Situation): Claim[] {
  const later = awaited(now).filter((it) => !awaitedFirst(now).some((other) => other.id === it.id));
  return planClaims(situation, claimsOnAdopted(situation), later);
}

function claimsOnAdopted(situation: Situation): Claim[] {
  return adopted(situation).flatMap(({ kind, thing: { id: thing, tags } }) =>
    tags[TAG.id] === situation.id
      ? []
      : [{ kind, id: thing, words: `${WORDS[kind]} ${thing}`, tags: givenTags(situation.id) }],
  );
}

const WORDS = { instance: "the instance", "network-interface": "the network interface" } as const;

type Adopted = { kind: "instance"; thing: Instance } | { kind: "network-interface"; thing: NetworkInterface };

/** What is being adopted. An interface that was adopted before, and lost its tags since, may be about to be given back. */
function adopted(situation: Situation): Adopted[] {
  const { instance, networkInterface: eni } = situation.observed.adoption ?? {};
  const stays = eni !== undefined && eni.id === currentNetworkInterface(situation)?.id;
  return [
    ...(instance === undefined ? [] : [{ kind: "instance", thing: instance } as const]),
    ...(stays ? [{ kind: "network-interface", thing: eni } as const] : []),
  ];
}

function planAdoption(situation: Situation): Step[] {
  const { id } = situation;
  return adopted(situation).flatMap(({ thing }) => planGivenTags(id, thing.id, thing.tags, givenTags(id)));
}

/** What is ours and no longer wanted. */
function planSurplus(situation: Situation, handedOn: readonly Volume[]): Step[] {
  const { desired, observed } = situation;
  const eni = currentNetworkInterface(situation);
  return [
    ...surplusElasticIps(situation).map((eip) => giveUpElasticIp(eip, desired.deletion.elasticIp)),
    ...observed.networkInterfaces.filter((it) => it.id !== eni?.id).map((it) => giveUpInterface(it, situation)),
    ...surplusVolumes(situation)
      .filter((it) => !handedOn.some((other) => other.id === it.id))
      .map((volume) => giveUpVolume(volume, situation, desired.deletion.dataVolumes)),
  ];
}

/** What was given is given back, what was made goes. */
export function giveUpInterface(eni: NetworkInterface, owner: Owner): Step {
  return isOwnedInterface(eni, owner)
    ? { kind: "delete-network-interface", networkInterface: eni }
    : giveBack(eni.id, `the network interface with ${eni.privateIp}`, eni.tags);
}
