import { TAG } from "../../ec2/tags";
import {
  candidateInstance,
  currentInstance,
  currentNetworkInterface,
  detachedInstance,
  differencesOf,
  holds,
  isAlive,
  isOwnedInstance,
  keptInstance,
  replacementPath,
  type Situation,
  staysStopped,
  wantsInstance,
} from "../situation/current";
import type { Desired } from "../../model/desired";
import type { Instance, NetworkInterface } from "../../model/things";
import type { Observed } from "../../model/observed";
import type { Step } from "./step";
import type { Path } from "../situation/strategy";
import { planElasticIpMove } from "./elastic-ip";
import { planAddressMove, planPublicIpAssignment, wantsInterface } from "./network-interface";

export function planInstance(situation: Situation): Step[] {
  if (!wantsInstance(situation.desired)) {
    return planPause(situation);
  }
  const kept = keptInstance(situation);
  return kept === undefined ? planReplacement(situation) : planKept(kept, situation);
}

/** Those that are to end, and those that are ending and still hold an interface of ours. */
function planRetirement({ desired, observed }: Situation, ...stay: (Instance | undefined)[]): Step[] {
  return [...observed.instances, ...observed.strangers]
    .filter((it) => !stay.includes(it) && (isAlive(it) || holdsOurs(it, observed)))
    .flatMap((instance): Step[] => [...planDrain(instance, desired), { kind: "retire", instance }]);
}

export function holdsOurs(instance: Instance, observed: Observed): boolean {
  return observed.networkInterfaces.some((eni) => eni.attachment?.instanceId === instance.id);
}

function planDrain(instance: Instance, desired: Desired): Step[] {
  const isDrained = desired.replacement.drainSeconds > 0 && instance.state === "running";
  return isDrained ? [{ kind: "drain", instance }] : [];
}

/** What follows the machine from an interface that is given up, and what has to be set before a launch. */
function planMove(situation: Situation): Step[] {
  return [
    ...(wantsInterface(situation) ? planAddressMove(situation) : []),
    ...planElasticIpMove(situation),
    ...(wantsInterface(situation) ? planPublicIpAssignment(situation) : []),
  ];
}

function planKept(kept: Instance, situation: Situation): Step[] {
  const steps = [...planRetirement(situation, kept), ...planMove(situation)];
  if (kept.state === "stopped" || kept.state === "stopping") {
    steps.push({ kind: "start", instance: kept });
  }
  if (kept.state === "pending") {
    steps.push({ kind: "await-running", instance: kept });
  }
  if (kept.state === "running" && kept.tags[TAG.unproven] !== undefined) {
    steps.push({ kind: "prove", instance: kept });
  }
  return [...steps, ...planSettings(kept, situation)];
}

/** The identity stays; the instance stops, or ends where that is wanted or EC2 cannot stop it. */
function planPause(situation: Situation): Step[] {
  const { desired, observed } = situation;
  const holder = currentInstance(currentNetworkInterface(situation), observed);
  const stopped = holder !== undefined && staysStopped(holder, desired) ? holder : undefined;
  const stops: Step[] =
    stopped === undefined || stopped.state === "stopped"
      ? []
      : [...planDrain(stopped, desired), { kind: "stop", instance: stopped }];
  return [...stops, ...planRetirement(situation, stopped), ...planMove(situation)];
}

/** The working instance that has to make way, its way out, and a new one, by the path that fits the change. */
function planReplacement(situation: Situation): Step[] {
  const candidate = comingInstance(situation);
  const old = workingInstance(situation, candidate);
  const path = candidate === undefined ? pathFrom(old, situation) : "overlap";
  const looks: Step[] =
    old === undefined || candidate !== undefined ? [] : [{ kind: "preflight", instance: old, path }];
  if (candidate?.state === "running" && old === undefined && isFree(currentNetworkInterface(situation))) {
    return planAttachment(situation, candidate);
  }
  if (path === "overlap") {
    return [...looks, ...planOverlap(situation, candidate, old)];
  }
  if (old === undefined || path === "terminate-first") {
    return [...looks, ...planRetirement(situation), ...planMove(situation), { kind: "launch" }];
  }
  const change: Step =
    path === "root-volume"
      ? { kind: "replace-root-volume", instance: old }
      : { kind: "change-stopped", instance: old, parts: differencesOf(old, situation) };
  return [
    ...looks,
    ...planRetirement(situation, old),
    ...planDrain(old, situation.desired),
    ...planMove(situation),
    change,
    ...planSettings(old, situation),
  ];
}

/** The one that the interface is to be moved to, or attached to again, if it is there already. */
export function comingInstance(situation: Situation): Instance | undefined {
  const { desired } = situation;
  if (!wantsInstance(desired)) {
    return undefined;
  }
  return desired.replacement.strategy === "overlap" ? candidateInstance(situation) : detachedInstance(situation);
}

/** The one that holds the interface, or held the one that is given up. */
export function workingInstance({ observed }: Situation, candidate?: Instance): Instance | undefined {
  const alive = observed.instances.filter((it) => isAlive(it) && it !== candidate);
  return alive.find((it) => holdsOurs(it, observed)) ?? alive[0];
}

function pathFrom(old: Instance | undefined, situation: Situation): Path {
  if (old === undefined) {
    return situation.desired.replacement.strategy === "overlap" ? "overlap" : "terminate-first";
  }
  const eni = currentNetworkInterface(situation);
  return replacementPath(old, situation, eni === undefined || !holds(old, eni));
}

function isFree(eni: NetworkInterface | undefined): boolean {
  return eni?.attachment === undefined;
}

/**
 * The instance that runs lost its interface, and nothing else works: the address is lit first. The instance is not ended for a check that
 * cannot be made.
 */
function planAttachment(situation: Situation, instance: Instance): Step[] {
  return [
    { kind: "attach-network-interface" },
    ...planRetirement(situation, instance),
    ...planMove(situation),
    { kind: "prove", instance },
  ];
}

/**
 * The new instance is launched and proven beside the old one. Then the interface is moved; an old one that has it as its primary
 * interface, or has data volumes, must have ended before. Where the interface is another one than that of the old instance, it
 * works on until all is on the new one.
 */
function planOverlap(situation: Situation, candidate: Instance | undefined, old: Instance | undefined): Step[] {
  const { observed } = situation;
  const eni = currentNetworkInterface(situation);
  const launched: Step =
    candidate === undefined ? { kind: "launch-beside" } : { kind: "prove-candidate", instance: candidate };
  const hasVolumes = observed.volumes.some((volume) => volume.attachment?.instanceId === old?.id);
  const isMovable = old !== undefined && eni !== undefined && old.secondaryNetworkInterfaceIds.includes(eni.id);
  if ((isMovable || (old !== undefined && isFree(eni))) && !hasVolumes) {
    const handOver: Step[] = [
      ...(isMovable ? [{ kind: "detach-network-interface", instance: old } as const] : []),
      { kind: "attach-network-interface" },
    ];
    return [launched, ...handOver, ...planMove(situation), ...planRetirement(situation, candidate)];
  }
  return [
    launched,
    ...planRetirement(situation, candidate),
    ...planMove(situation),
    { kind: "attach-network-interface" },
  ];
}

function planSettings(instance: Instance, { desired, recorded }: Situation): Step[] {
  const steps: Step[] = [];
  const { httpPutResponseHopLimit: hops } = desired.metadataOptions;
  const isCleared = hops === undefined && recorded?.hopLimit !== undefined;
  if (isCleared || !hasMetadataOptions(instance, desired)) {
    steps.push({ kind: "set-metadata-options", instanceId: instance.id });
  }
  if (!hasProfile(instance, desired)) {
    steps.push({ kind: "set-instance-profile", instanceId: instance.id });
  }
  if (instance.monitoring !== desired.monitoring) {
    steps.push({ kind: "set-monitoring", instanceId: instance.id });
  }
  return steps;
}

export function hasMetadataOptions({ metadataOptions: held }: Instance, { metadataOptions: wanted }: Desired): boolean {
  const hops = wanted.httpPutResponseHopLimit;
  return (
    wanted.httpTokens === held.httpTokens &&
    wanted.httpEndpoint === held.httpEndpoint &&
    wanted.instanceMetadataTags === held.instanceMetadataTags &&
    (hops === undefined || hops === held.httpPutResponseHopLimit)
  );
}

/** A profile is wanted by name or ARN, and held by ARN, whose path may come before the name. An adopted instance may keep its own. */
export function hasProfile(instance: Instance, desired: Desired): boolean {
  const { iamInstanceProfile: wanted } = desired;
  const held = instance.iamInstanceProfileArn;
  if (wanted === undefined && !isOwnedInstance(instance, desired)) {
    return true;
  }
  if (held === undefined || wanted === undefined || wanted.startsWith("arn:")) {
    return held === wanted;
  }
  return held.slice(held.lastIndexOf("/") + 1) === wanted;
}
