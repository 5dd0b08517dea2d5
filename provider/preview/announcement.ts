/** The one line on what will happen to a machine. (pure) */
import type { Properties } from "../model/properties";
import type { FoundAdoption } from "./adoption";
import type { Change } from "../inputs/changes";
import { driftIn, isHeld } from "../inputs/on-record";
import { nameOf } from "../ec2/tags";
import { ROLLED_BACK } from "../engine/planning/drift";
import type { LaunchInput } from "../engine/record/specification";
import type { DataVolume, Desired } from "../model/desired";
import type { Instance, NetworkInterface } from "../model/things";
import { keepsInstance } from "../engine/situation/strategy";
import { reattaches } from "./in-place";
import { COUNTED_ADDRESSES } from "../inputs/inputs";
import {
  endsInstance,
  type Held,
  heldIn,
  isOutdated,
  isTriedAgain,
  needsImage,
  type Outlook,
  outlookFor,
  waitingParts,
} from "../inputs/outlook";
import { losesInterface } from "./surviving-outputs";
import type { Told } from "./told";
import { isUnknown } from "../inputs/validation";

/** What is not known yet, as another resource's id in a first preview, is said as if it were not there. */
const textOf = (value: unknown): string => (typeof value === "string" && !isUnknown(value) ? value : "");

export function announceCreate(inputs: Properties): string {
  const { privateIp, elasticIp, subnetId, instanceType, desiredState, adopt } = inputs;
  if (adopt !== undefined) {
    return `adopts ${adoptedIn(adopt)}; whether it fits is looked at once all inputs are known`;
  }
  const address = textOf(privateIp) || "an address that EC2 picks";
  const elastic =
    elasticIp === true
      ? " and a new Elastic IP"
      : elasticIp === false
        ? ""
        : ` and ${textOf(elasticIp) || "an Elastic IP"}`;
  const place = `a new network interface in ${textOf(subnetId) || "the subnet"}, with ${address}${elastic}`;
  return desiredState === "paused"
    ? `makes ${place}; launches nothing while it is paused`
    : `launches ${textOf(instanceType) || "an instance"} on ${place}`;
}

function adoptedIn(adopt: unknown): string {
  const { instanceId, networkInterfaceId, managedInstanceId } = (isUnknown(adopt) ? {} : adopt) as Partial<
    NonNullable<Desired["adopt"]>
  >;
  return textOf(instanceId ?? networkInterfaceId ?? managedInstanceId) || "what is not made yet";
}

/** What is taken over, and whether the instance on it can stay. */
export function announceAdoption(found: FoundAdoption, wanted: Properties): string {
  const { adoption, misfits, publicIp, isBegun, inPlace } = found;
  const { instance, networkInterface } = adoption;
  const also = inPlace.map((it) => `; ${it}`).join("");
  const addresses = [networkInterface?.privateIp, publicIp].filter((it) => it !== undefined).join(", ");
  const place = `${networkInterface?.id ?? ""} with ${addresses}`;
  if (isBegun) {
    return `goes on with what the last run began: adopts ${place}`;
  }
  if (instance === undefined) {
    return wanted.desiredState === "paused"
      ? `adopts ${place}; launches nothing while it is paused${also}`
      : `adopts ${place} and launches ${textOf(wanted.instanceType)} on it${also}`;
  }
  const what = `adopts ${instance.id} on ${place}`;
  if (wanted.desiredState === "paused") {
    return `${what}; ${announcePause(found, instance, wanted)}${also}`;
  }
  if (misfits.length === 0) {
    const then = instance.state === "stopped" ? "it fits, and is started" : "it fits and keeps running";
    return [what, then, ...inPlace, ...laterGoes(found.further)].join("; ");
  }
  const changes = misfits.map(({ input }) => ({ input, class: "replaces-instance" }) as const);
  const recorded = { instanceId: instance.id, state: instance.state, lifecycle: instance.lifecycle };
  const outlook = outlookFor(changes, recorded, wanted);
  const because = misfits.map(({ input }) => nameIn(wanted, input)).join(", ");
  return [
    what,
    sentenceFor({ outlook, recorded, because, told: found.told }),
    ...(endsInstance(outlook) ? goesWith({ instance, further: found.further }, wanted) : laterGoes(found.further)),
    ...inPlace,
  ].join("; ");
}

/** The name that the program has for what user data it gives. */
function nameIn({ userDataBase64 }: Properties, input: LaunchInput): string {
  return input === "userData" && textOf(userDataBase64) !== "" ? "userDataBase64" : input;
}

/** Whether the image that the inputs name is needed to adopt what was found. */
export function adoptionNeedsImage(
  { adoption, misfits, failures, isBegun }: FoundAdoption,
  wanted: Properties,
): boolean {
  if (failures.length > 0 || isBegun || wanted.desiredState === "paused") {
    return false;
  }
  const { instance } = adoption;
  if (instance === undefined) {
    return true;
  }
  const changes = misfits.map(({ input }) => ({ input, class: "replaces-instance" }) as const);
  const recorded = { instanceId: instance.id, state: instance.state, lifecycle: instance.lifecycle };
  return needsImage(outlookFor(changes, recorded, wanted));
}

function announcePause({ further }: FoundAdoption, instance: Instance, wanted: Properties): string {
  const state = instance.state === "stopped" || instance.state === "stopping" ? "paused" : "running";
  const { kind } = outlookFor([], { instanceId: instance.id, state, lifecycle: instance.lifecycle }, wanted);
  if (kind === "waits") {
    return "it stays stopped";
  }
  return kind === "stops"
    ? `pauses it: stops ${instance.id}`
    : [`pauses it: ends ${instance.id}`, ...goesWith({ instance, further }, wanted)].join("; ");
}

/** The volumes and interfaces that EC2 deletes with an instance, or leaves on none; data volumes and the machine's own are kept before. */
function goesWith({ instance, further }: Held, wanted: Properties): string[] {
  const held = declaredVolumes(wanted).map((it) => it.volumeId);
  const volumes = instance.devices
    .filter((it) => it.deleteOnTermination && !held.includes(it.volumeId))
    .map((it) => it.volumeId);
  const [deleted, left] = parted(further);
  return [
    ...([...volumes, ...deleted].length === 0
      ? []
      : [`${[...volumes, ...deleted].join(", ")} would be deleted with it`]),
    ...(left.length === 0 ? [] : [`${left.join(", ")} would be left without an instance`]),
  ];
}

/** What a later replacement means for the interfaces that are not the machine's. */
function laterGoes(further: NetworkInterface[]): string[] {
  const [deleted, left] = parted(further);
  const goes = [
    ...(deleted.length === 0 ? [] : [`${deleted.join(", ")} would be deleted`]),
    ...(left.length === 0 ? [] : [`${left.join(", ")} would be left without an instance`]),
  ];
  return goes.length === 0 ? [] : [`at its first replacement ${goes.join(" and ")}, which this machine does not keep`];
}

function parted(further: NetworkInterface[]): [deleted: string[], left: string[]] {
  const named = ({ id, privateIp }: NetworkInterface): string => `${id} (${privateIp})`;
  const isDeleted = (it: NetworkInterface): boolean => it.attachment?.deleteOnTermination === true;
  return [further.filter(isDeleted).map(named), further.filter((it) => !isDeleted(it)).map(named)];
}

/**
 * @param changes the inputs that change
 * @param recorded the outputs as last recorded
 * @param wanted the checked inputs
 * @param told what the plan means for the addresses; absent where EC2 was not asked, or not all inputs are known
 */
export function announceUpdate(changes: Change[], recorded: Properties, wanted: Properties, told?: Told): string {
  const others = changes.filter((it) => it.input !== "resourceUrn");
  if (others.length === changes.length) {
    return announceChanges(changes, { recorded, wanted, told });
  }
  const renamed = announceRename(recorded, wanted);
  const isAll = others.length === 0 && driftIn(recorded).length === 0;
  const instanceId = textOf(recorded.instanceId);
  const stays = instanceId === "" ? "" : `; ${instanceId} keeps running`;
  return `${renamed}${isAll ? stays : `; ${announceChanges(others, { recorded, wanted, told })}`}`;
}

/** Under another URN it is the same machine: the tags say so, and nothing else changes. */
function announceRename({ resourceUrn: from }: Properties, { resourceUrn: to }: Properties): string {
  const [before, after] = [textOf(from), textOf(to)].map(nameOf);
  return before === after ? `is now ${textOf(to)}` : `is now called ${after ?? ""}`;
}

function announceChanges(changes: Change[], { recorded, wanted, told }: Pair): string {
  if (isBegun(recorded)) {
    return `goes on with what the last run began: ${announceCreate(wanted)}`;
  }
  const because = reasonsFor(changes, recorded, wanted);
  if (changes.some((it) => it.class === "replaces-resource")) {
    return `deletes everything in ${textOf(recorded.region)} and makes it anew in ${textOf(wanted.region) || "the new region"} (${because}); no address is kept`;
  }
  const outlook = outlookFor(changes, recorded, wanted);
  return [
    sentenceFor({ outlook, recorded, because, told }),
    ...triesAgain(recorded, outlook),
    ...fate(changes, outlook, { recorded, wanted, told }),
    ...volumesThatGo(recorded, wanted),
    ...(recorded.state === "running" && !endsInstance(outlook) ? volumesThatComeOff(recorded, wanted) : []),
    ...(endsInstance(outlook) ? partsOfOthers(recorded, wanted) : []),
  ].join("; ");
}

/** Whether no run has got to an interface yet. Where none is kept, one that is gone is nothing of note. */
function isBegun(recorded: Properties): boolean {
  const isKept = recorded.persistPrivateIp !== false;
  return isKept && recorded.networkInterfaceId === "" && !isHeld(recorded) && recorded.state !== "paused";
}

function reasonsFor(changes: Change[], recorded: Properties, wanted: Properties): string {
  const names = namesOf(changes, wanted);
  const resumes = recorded.desiredState === "paused" && wanted.desiredState !== "paused";
  const wasPaused = resumes && !isOutdated(recorded) && waitingParts(recorded).length > 0;
  return [
    ...(names === "" ? [] : [names]),
    ...(wasPaused ? ["what changed while it was paused"] : []),
    ...driftIn(recorded),
  ].join("; ");
}

/** The inputs that change, by the names that the program has for them: what counts a list of addresses may only follow from it. */
function namesOf(changes: Change[], wanted: Properties): string {
  const named = changes.map(({ input }) => {
    const counted = COUNTED_ADDRESSES.find((it) => it.count === input);
    if (counted === undefined) {
      return input;
    }
    if (Array.isArray(wanted[counted.list])) {
      return counted.list;
    }
    // Left out, or given as none: of what is named no more, only what it was about is sure.
    return wanted[input] === 0 ? counted.what : input;
  });
  return [...new Set(named)].join(", ");
}

/** What was launched here ends with what its image says; what somebody else launched, or attached, may be somebody's. */
function partsOfOthers(recorded: Properties, wanted: Properties): string[] {
  const held = heldIn(recorded);
  const { adopt } = recorded as Partial<Pick<Desired, "adopt">>;
  if (held === undefined) {
    return [];
  }
  return held.instance.id === adopt?.instanceId ? goesWith(held, wanted) : attachedByOthers(held, recorded, wanted);
}

function attachedByOthers({ instance, further }: Held, recorded: Properties, wanted: Properties): string[] {
  const own = [
    ...Object.values((recorded.dataVolumeIds ?? {}) as Record<string, string>),
    ...declaredVolumes(wanted).map((it) => it.volumeId),
  ];
  const volumes = instance.devices
    .filter((it) => !it.deleteOnTermination && it.deviceName !== instance.rootDeviceName && !own.includes(it.volumeId))
    .map((it) => it.volumeId);
  // Launched to have the machine's interface handed over, an instance has a primary one of its own, which is nobody's.
  const [deleted, left] = parted(further.filter((it) => it.id !== instance.networkInterfaceId));
  return [
    ...(deleted.length === 0 ? [] : [`${deleted.join(", ")} would be deleted with it`]),
    ...([...volumes, ...left].length === 0
      ? []
      : [`${[...volumes, ...left].join(", ")} would be left without an instance`]),
  ];
}

interface Sentence {
  outlook: Outlook;
  recorded: Properties;
  because: string;
  told: Told | undefined;
}

function sentenceFor({ outlook, recorded, because, told }: Sentence): string {
  const instanceId = textOf(recorded.instanceId);
  switch (outlook.kind) {
    case "in-place":
      return `changes in place (${because})${instanceId === "" ? "" : `; ${instanceId} keeps running`}`;
    case "starts":
      return `changes in place (${because}); starts ${instanceId}`;
    case "waits":
      return `changes in place (${because}); stays paused`;
    case "stops":
      return `pauses ${instanceId} (${because}), stops it`;
    case "ends":
      return `pauses ${instanceId} (${because}), ends it`;
    case "launches":
      return `launches an instance (${because})`;
    case "replaces": {
      const verb = keepsInstance(outlook.path) ? "changes" : "replaces";
      return `${verb} ${instanceId} (${because}), ${outlook.path}${told === undefined ? "" : `, ${darkness(told, recorded)}`}`;
    }
  }
}

/** It is dark already, since it was stopped or lost. */
function isDown({ state }: Properties): boolean {
  return ["paused", "stopped", "missing", "failed"].includes(textOf(state));
}

/** A second is what remains where only an Elastic IP goes from one instance to the other. */
function darkness({ darkMs }: Told, recorded: Properties): string {
  return `about ${Math.max(1, Math.round(darkMs / 1000))} s ${isDown(recorded) ? "until it runs" : "dark"}`;
}

/**
 * What a refresh found, when the machine is not as it was recorded.
 *
 * @param isMendable whether nothing of somebody else's is in the way
 */
export function announceDrift(drift: string[], recorded: Properties, isMendable = true): string {
  const instanceId = textOf(recorded.instanceId);
  const was = instanceId === "" ? "" : ` (recorded: ${instanceId})`;
  const mends = drift.some(isRolledBack)
    ? "the next `pulumi up` tries it again, with an outage, unless the program takes the change back"
    : "the next `pulumi up` puts it right";
  const outlook = isMendable ? mends : "until then `pulumi up` changes nothing";
  return `found that ${drift.join(" and ")}${was}; ${outlook}`;
}

/** EC2 cannot be asked for capacity, so whether it goes better this time, only another try tells. */
function triesAgain(recorded: Properties, outlook: Outlook): string[] {
  return driftIn(recorded).some(isRolledBack) && isTriedAgain(recorded) && outlook.kind === "replaces"
    ? ["tries again what was rolled back: should it fail again, it is dark until the previous generation is back"]
    : [];
}

function isRolledBack(found: string): boolean {
  return found.startsWith(ROLLED_BACK);
}

interface Pair {
  recorded: Properties;
  wanted: Properties;
  told: Told | undefined;
}

/** Which addresses stay, and which go. */
function fate(changes: Change[], outlook: Outlook, pair: Pair): string[] {
  const { recorded, told } = pair;
  const { networkInterfaceId, privateIp, allocationId, publicIp } = recorded;
  const [identity, elastic] =
    told === undefined ? kept(changes, outlook, pair) : [isKept(networkInterfaceId, told), isKept(allocationId, told)];
  const held = textOf(allocationId) === "" ? "" : textOf(publicIp);
  const keeps = [...(identity ? [textOf(networkInterfaceId), textOf(privateIp)] : []), ...(elastic ? [held] : [])];
  const goes = told?.goes ?? [
    ...(identity ? [] : [textOf(networkInterfaceId), textOf(privateIp)]),
    ...(elastic || held === "" ? [] : [released(held, recorded, pair.wanted)]),
  ];
  return [...listed("keeps", keeps), ...listed("gives up", goes)];
}

function isKept(id: unknown, { ids }: Told): boolean {
  return !ids.includes(textOf(id));
}

/** Whether the interface and the Elastic IP stay, as far as the inputs tell. */
function kept(
  changes: Change[],
  outlook: Outlook,
  { recorded, wanted }: Pair,
): [identity: boolean, elasticIp: boolean] {
  const elasticGoes = changes.some((it) => it.input === "elasticIp") && !namesElasticIp(recorded, wanted);
  return [!losesInterface(changes, outlook, wanted), !elasticGoes];
}

function listed(verb: string, addresses: string[]): string[] {
  const named = addresses.filter((it) => it !== "");
  return named.length === 0 ? [] : [`${verb} ${named.join(", ")}`];
}

/** One that was allocated goes back to AWS, and does not come again. */
function released(publicIp: string, { elasticIp }: Properties, { deletion }: Properties): string {
  const { elasticIp: retention } = (deletion ?? {}) as Partial<Desired["deletion"]>;
  return elasticIp === true && retention !== "retain" ? `${publicIp} (released for good)` : publicIp;
}

/** Those that get another device name. */
function volumesThatComeOff(recorded: Properties, wanted: Properties): string[] {
  const ids = (recorded.dataVolumeIds ?? {}) as Record<string, string>;
  return declaredVolumes(wanted).flatMap(({ name, deviceName, volumeId }) => {
    const before = declaredVolumes(recorded).find((it) => it.name === name);
    const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
    const isSame = id !== undefined && (volumeId === undefined || volumeId === id);
    return isSame && before !== undefined && before.deviceName !== deviceName && !isUnknown(deviceName)
      ? [reattaches({ name, deviceName }, id, before.deviceName)]
      : [];
  });
}

function declaredVolumes({ dataVolumes }: Properties): DataVolume[] {
  return Array.isArray(dataVolumes) ? (dataVolumes as DataVolume[]) : [];
}

function volumesThatGo(recorded: Properties, wanted: Properties): string[] {
  const ids = (recorded.dataVolumeIds ?? {}) as Record<string, string>;
  const { dataVolumes: retention } = (wanted.deletion ?? {}) as Partial<Desired["deletion"]>;
  if (!Array.isArray(wanted.dataVolumes) || isUnknown(wanted.dataVolumes)) {
    return [];
  }
  const held = declaredVolumes(recorded);
  const named = declaredVolumes(wanted);
  return Object.entries(ids)
    .filter(([name]) => !named.some((it) => it.name === name))
    .map(([name, id]) => {
      const isGiven = held.some((it) => it.name === name && it.volumeId !== undefined);
      return `${retention === "delete" && !isGiven ? "deletes" : "detaches and keeps"} the data volume ${name} (${id})`;
    });
}

/** Whether the one that is held stays: naming the address that was allocated here keeps it. */
function namesElasticIp(recorded: Properties, wanted: Properties): boolean {
  return wanted.elasticIp === recorded.allocationId || wanted.elasticIp === recorded.publicIp;
}
