import { TAG } from "../../ec2/tags";
import type { Cast } from "../situation/cast";
import { holdsOurs, isAlive, wantsInstance } from "../situation/instances";
import { isOwnedInstance } from "../situation/belongings";
import { hindrancesOf } from "../situation/fit";
import type { Desired } from "../../model/desired";
import type { Instance, NetworkInterface } from "../../model/things";
import { type Setting, SETTING_NAMES, SETTINGS } from "../record/settings";
import type { LaunchPart } from "../record/specification";
import type { Step } from "./step";
import type { Hindrances } from "../situation/strategy";
import { planElasticIpMove } from "./elastic-ip";
import { planAddressMove, planPublicIpAssignment, wantsInterface } from "./network-interface";

export function planInstance(cast: Cast): Step[] {
  if (!wantsInstance(cast.desired)) {
    return planPause(cast);
  }
  return cast.kept === undefined ? planReplacement(cast) : planKept(cast.kept, cast);
}

/** The instances that are to end, and those that are ending and still hold an interface of ours. */
function planRetirement({ desired, observed }: Cast, ...stay: (Instance | undefined)[]): Step[] {
  return [...observed.instances, ...observed.strangers]
    .filter((it) => !stay.includes(it) && (isAlive(it) || holdsOurs(it, observed)))
    .flatMap((instance): Step[] => [...planDrain(instance, desired), { kind: "retire", instance }]);
}

function planDrain(instance: Instance, desired: Desired): Step[] {
  const isDrained = desired.replacement.drainSeconds > 0 && instance.state === "running";
  return isDrained ? [{ kind: "drain", instance }] : [];
}

/** Addresses follow the machine from an interface that is given up, and all is set that has to be before a launch. */
function planMove(cast: Cast): Step[] {
  return [
    ...(wantsInterface(cast) ? planAddressMove(cast) : []),
    ...planElasticIpMove(cast),
    ...(wantsInterface(cast) ? planPublicIpAssignment(cast) : []),
  ];
}

function planKept(kept: Instance, cast: Cast): Step[] {
  const steps = [...planRetirement(cast, kept), ...planMove(cast)];
  if (kept.state === "stopped" || kept.state === "stopping") {
    steps.push({ kind: "start", instance: kept });
  }
  if (kept.state === "pending") {
    steps.push({ kind: "await-running", instance: kept });
  }
  if (kept.state === "running" && kept.tags[TAG.unproven] !== undefined) {
    steps.push({ kind: "prove", instance: kept });
  }
  return [...steps, ...planSettings(kept, cast)];
}

/** The identity stays; the instance stops, or ends where that is wanted or EC2 cannot stop it. */
function planPause(cast: Cast): Step[] {
  const { desired, staying } = cast;
  const stops: Step[] =
    staying === undefined || staying.state === "stopped"
      ? []
      : [...planDrain(staying, desired), { kind: "stop", instance: staying }];
  return [...stops, ...planRetirement(cast, staying), ...planMove(cast)];
}

/** The working instance that has to make way, its way out, and a new one, by the path that fits the change. */
function planReplacement(cast: Cast): Step[] {
  const { coming, working: old, path, networkInterface } = cast;
  const looks: Step[] = old === undefined || coming !== undefined ? [] : [{ kind: "preflight", instance: old, path }];
  if (coming?.state === "running" && old === undefined && isFree(networkInterface)) {
    return planAttachment(cast, coming);
  }
  if (path === "overlap") {
    return [...looks, ...planOverlap(cast)];
  }
  if (old === undefined || path === "terminate-first") {
    return [...looks, ...planRetirement(cast), ...planMove(cast), { kind: "launch" }];
  }
  const change: Step =
    path === "root-volume"
      ? { kind: "replace-root-volume", instance: old }
      : { kind: "change-stopped", instance: old, parts: cast.differences };
  return [
    ...looks,
    ...planRetirement(cast, old),
    ...planDrain(old, cast.desired),
    ...planMove(cast),
    change,
    ...planSettings(old, cast),
  ];
}

/** Reasons against keeping the instance that is there. */
export function hindrances(cast: Cast): Hindrances {
  return cast.working === undefined ? {} : hindrancesOf(cast.working, cast);
}

/** The parts in which the present instance differs from the wanted one; none if it may stay, or there is no instance. */
export function outdatedParts({ working, coming, kept, differences }: Cast): readonly LaunchPart[] {
  const held = working ?? coming;
  if (held === undefined || held === kept) {
    return [];
  }
  return differences.length === 0 ? ["other"] : differences;
}

function isFree(eni: NetworkInterface | undefined): boolean {
  return eni?.attachment === undefined;
}

/**
 * The instance that runs lost its interface, and nothing else works: the address is lit first. The instance is not ended for a check that
 * cannot be made.
 */
function planAttachment(cast: Cast, instance: Instance): Step[] {
  return [
    { kind: "attach-network-interface" },
    ...planRetirement(cast, instance),
    ...planMove(cast),
    { kind: "prove", instance },
  ];
}

/**
 * The new instance is launched and proven beside the old one. Then the interface is moved; an old one that has it as its primary
 * interface, or has data volumes, must have ended before. Where the interface is another one than that of the old instance, it
 * works on until all is on the new one.
 */
function planOverlap(cast: Cast): Step[] {
  const { observed, coming, working: old, networkInterface: eni } = cast;
  const launched: Step =
    coming === undefined ? { kind: "launch-beside" } : { kind: "prove-candidate", instance: coming };
  const hasVolumes = observed.volumes.some((volume) => volume.attachment?.instanceId === old?.id);
  const isMovable = old !== undefined && eni !== undefined && old.secondaryNetworkInterfaceIds.includes(eni.id);
  if ((isMovable || (old !== undefined && isFree(eni))) && !hasVolumes) {
    const handOver: Step[] = [
      ...(isMovable ? [{ kind: "detach-network-interface", instance: old } as const] : []),
      { kind: "attach-network-interface" },
    ];
    return [launched, ...handOver, ...planMove(cast), ...planRetirement(cast, coming)];
  }
  return [launched, ...planRetirement(cast, coming), ...planMove(cast), { kind: "attach-network-interface" }];
}

function planSettings(instance: Instance, cast: Cast): Step[] {
  return settingsOff(instance, cast).map((setting) => ({
    kind: "change-setting",
    setting,
    instanceId: instance.id,
  }));
}

/** The settings that the instance has otherwise than wanted. */
export function settingsOff(instance: Instance, { desired, recorded }: Cast): Setting[] {
  const past = { isAdopted: !isOwnedInstance(instance, desired), hopLimit: recorded?.hopLimit };
  return SETTING_NAMES.filter((name) => !SETTINGS[name].isOn(instance, desired, past));
}
