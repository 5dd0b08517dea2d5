/**
 * The plan: from what is wanted and what exists to the steps that lead there. Pure: it looks at no clock, not at AWS and
 * not at Pulumi, and has an answer for every pair.
 */
import type { Cast } from "../situation/cast";
import { isOwnedInterface, type Owner } from "../situation/belongings";
import { TAG } from "../../ec2/tags";
import { givenTags } from "../record/labels";
import { giveUpVolume, planAttachments, planDataVolumes, planDetachments, planVolumeShapes } from "./data-volumes";
import { giveUpElasticIp, planElasticIp, planElasticIpExchange } from "./elastic-ip";
import { planInstance } from "./instance";
import { planAddressesGivenUp, planNetworkInterface } from "./network-interface";
import { planRecord } from "./record";
import { planGivingBack } from "./retention";
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

/** The steps to what is wanted; none if it is there. */
export function plan(cast: Cast): Step[] {
  const first = awaitedFirst(cast);
  const waits: Step[] = first.length === 0 ? [] : [{ kind: "await-let-go", things: first, isFirst: true }];
  return [...waits, ...planOnceLetGo(cast, asLetGo(cast))];
}

/**
 * @param now with what other machines still hold
 * @param cast as it is when they have let go
 */
function planOnceLetGo(now: Cast, cast: Cast): Step[] {
  const record = planRecord(cast);
  const lostTags = planLostTags(cast);
  const isNew = cast.observed.template === undefined;
  const swaps = isExchange(now);
  const handedOn = volumesHandedOn(now);
  const claims = claimsOn(now, cast);
  const steps: Step[] = [
    ...(isNew ? record : []),
    ...lostTags,
    ...(claims.length === 0 ? [] : [{ kind: "claim-given", claims, isNew } as const]),
    ...planAdoption(cast),
    ...planNetworkInterface(cast),
    ...planDataVolumes(cast),
    ...(swaps ? [] : planElasticIp(cast)),
    // A new generation comes after all that can be refused while the old one works. The record says what is wanted before
    // anything happens to an instance, or a controller would take that for an accident and put it right.
    ...planTemplateTags(cast),
    ...(isNew ? [] : record),
    ...planInstance(cast),
    // A step that gives something up, or cannot be undone, comes after all that a preflight can refuse.
    ...planAddressesGivenUp(cast),
    ...(swaps ? planElasticIpSwap(now) : planElasticIpExchange(cast)),
    ...planDetachments(cast),
    ...handedOn.map((volume) => giveUpVolume(volume, cast, cast.desired.deletion.dataVolumes)),
    ...planVolumeExchange(now),
    ...planVolumeShapes(cast),
    ...planAttachments(cast),
    ...planSurplus(cast, handedOn),
    ...planTags(withLostTags(cast, lostTags)),
    // Whoever was held up since a look before that one still finds who was first.
    ...(claims.length === 0 ? [] : [{ kind: "end-claims", claims } as const]),
  ];
  return [...withRightsChecked(steps), ...planPruning(cast, steps)];
}

/**
 * First of all it is made known whose it is, so that it is found again however this run ends, and so that of two machines that want one
 * thing the other makes nothing for it.
 */
function claimsOn(now: Cast, cast: Cast): Claim[] {
  const later = awaited(now).filter((it) => !awaitedFirst(now).some((other) => other.id === it.id));
  return planClaims(cast, claimsOnAdopted(cast), later);
}

function claimsOnAdopted(cast: Cast): Claim[] {
  return adopted(cast).flatMap(({ kind, thing: { id: thing, tags } }) =>
    tags[TAG.id] === cast.id ? [] : [{ kind, id: thing, words: `${WORDS[kind]} ${thing}`, tags: givenTags(cast.id) }],
  );
}

const WORDS = { instance: "the instance", "network-interface": "the network interface" } as const;

type Adopted = { kind: "instance"; thing: Instance } | { kind: "network-interface"; thing: NetworkInterface };

/** The things that are being adopted. An interface that was adopted before, and lost its tags since, may be about to be given back. */
function adopted(cast: Cast): Adopted[] {
  const { instance, networkInterface: eni } = cast.observed.adoption ?? {};
  const stays = eni !== undefined && eni.id === cast.networkInterface?.id;
  return [
    ...(instance === undefined ? [] : [{ kind: "instance", thing: instance } as const]),
    ...(stays ? [{ kind: "network-interface", thing: eni } as const] : []),
  ];
}

function planAdoption(cast: Cast): Step[] {
  const { id } = cast;
  return adopted(cast).flatMap(({ thing }) => planGivenTags(id, thing.id, thing.tags, givenTags(id)));
}

/** Things that are ours and no longer wanted go. Without a program no address is given up that is to be kept: the record may be in the middle of a change. */
function planSurplus(cast: Cast, handedOn: readonly Volume[]): Step[] {
  const { desired, observed, networkInterface, purpose } = cast;
  const isUpkeep = purpose.kind === "upkeep";
  const surplus = observed.networkInterfaces.filter((it) => it.id !== networkInterface?.id);
  return [
    ...cast.surplusElasticIps.flatMap((eip) => (isUpkeep ? [] : giveUpElasticIp(eip, desired.deletion.elasticIp))),
    ...surplus.flatMap((it) => (isUpkeep && it.tags[TAG.kept] !== "false" ? [] : giveUpInterface(it, cast))),
    ...cast.surplusVolumes
      .filter((it) => !handedOn.some((other) => other.id === it.id))
      .map((volume) => giveUpVolume(volume, cast, desired.deletion.dataVolumes)),
  ];
}

/** A given interface is given back, one that was made goes. */
export function giveUpInterface(eni: NetworkInterface, owner: Owner): Step {
  return isOwnedInterface(eni, owner)
    ? { kind: "delete-network-interface", networkInterface: eni }
    : planGivingBack(eni.id, `the network interface with ${eni.privateIp}`, eni.tags);
}
