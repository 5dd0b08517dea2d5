/** The one line on what will happen to a machine. (pure) */
import type { FoundAdoption } from "./adoption";
import { type Change, driftIn, isHeld } from "./changes";
import type { DataVolume, Desired, Instance } from "./engine/state";
import { keepsInstance, type Path } from "./engine/strategy";
import { OUTDATED } from "./engine/drift";
import { endsInstance, heldInstance, type Outlook, outlookFor, waitingParts } from "./outlook";
import { losesInterface } from "./surviving-outputs";
import { isUnknown } from "./validation";

/**
 * What EC2 itself takes, rounded: to end an instance and start another, to boot one again from another volume, to stop and start one,
 * to detach an interface and attach it again (ec2-behaviour.md, section 5).
 */
const TYPICAL_OUTAGE_S: Readonly<Record<Path, number>> = {
  "terminate-first": 60,
  "root-volume": 40,
  "stop-start": 50,
  overlap: 10,
};

/** Of which the end of the old instance. */
const SHUTDOWN_S = 40;

type Properties = Readonly<Record<string, unknown>>;

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
  const { instanceId, networkInterfaceId } = (isUnknown(adopt) ? {} : adopt) as Partial<NonNullable<Desired["adopt"]>>;
  return textOf(instanceId ?? networkInterfaceId) || "what is not made yet";
}

/** What is taken over, and whether the instance on it can stay. */
export function announceAdoption(found: FoundAdoption, wanted: Properties): string {
  const { adoption, misfits, publicIp, isBegun } = found;
  const { instance, networkInterface } = adoption;
  const addresses = [networkInterface?.privateIp, publicIp].filter((it) => it !== undefined).join(", ");
  const place = `${networkInterface?.id ?? ""} with ${addresses}`;
  if (isBegun) {
    return `goes on with what the last run began: adopts ${place}`;
  }
  if (instance === undefined) {
    return wanted.desiredState === "paused"
      ? `adopts ${place}; launches nothing while it is paused`
      : `adopts ${place} and launches ${textOf(wanted.instanceType)} on it`;
  }
  const what = `adopts ${instance.id} on ${place}`;
  if (wanted.desiredState === "paused") {
    return `${what}; ${announcePause(instance, wanted)}`;
  }
  if (misfits.length === 0) {
    return instance.state === "stopped" ? `${what}; it fits, and is started` : `${what}; it fits and keeps running`;
  }
  const changes = misfits.map(({ input }) => ({ input, class: "replaces-instance" }) as const);
  const recorded = { instanceId: instance.id, state: instance.state, lifecycle: instance.lifecycle };
  const outlook = outlookFor(changes, recorded, wanted);
  const because = misfits.map((it) => it.input).join(", ");
  return [
    what,
    sentenceFor(outlook, recorded, because),
    ...(endsInstance(outlook) ? goesWith(instance, wanted) : []),
  ].join("; ");
}

function announcePause(instance: Instance, wanted: Properties): string {
  const state = instance.state === "stopped" || instance.state === "stopping" ? "paused" : "running";
  const { kind } = outlookFor([], { instanceId: instance.id, state, lifecycle: instance.lifecycle }, wanted);
  if (kind === "waits") {
    return "it stays stopped";
  }
  return kind === "stops"
    ? `pauses it: stops ${instance.id}`
    : [`pauses it: ends ${instance.id}`, ...goesWith(instance, wanted)].join("; ");
}

/** The volumes that EC2 deletes with an instance; those that are held as data volumes are kept before. */
function goesWith({ devices }: Instance, { dataVolumes }: Properties): string[] {
  const held = Array.isArray(dataVolumes) ? (dataVolumes as Partial<DataVolume>[]).map((it) => it.volumeId) : [];
  const volumes = devices
    .filter((it) => it.deleteOnTermination && !held.includes(it.volumeId))
    .map((it) => it.volumeId);
  return volumes.length === 0 ? [] : [`${volumes.join(", ")} would be deleted with it`];
}

/**
 * @param changes the inputs that change
 * @param recorded the outputs as last recorded
 * @param wanted the checked inputs
 */
export function announceUpdate(changes: Change[], recorded: Properties, wanted: Properties): string {
  if (recorded.networkInterfaceId === "" && !isHeld(recorded) && recorded.state !== "paused") {
    return `goes on with what the last run began: ${announceCreate(wanted)}`;
  }
  const drift = driftIn(recorded);
  const names = changes.map((it) => it.input).join(", ");
  const wasPaused = !drift.includes(OUTDATED) && waitingParts(recorded).length > 0;
  const because = [
    ...(names === "" ? [] : [names]),
    ...(wasPaused ? ["what changed while it was paused"] : []),
    ...drift,
  ].join("; ");
  if (changes.some((it) => it.class === "replaces-resource")) {
    return `deletes everything in ${textOf(recorded.region)} and makes it anew in ${textOf(wanted.region) || "the new region"} (${because}); no address is kept`;
  }
  const outlook = outlookFor(changes, recorded, wanted);
  return [
    sentenceFor(outlook, recorded, because),
    ...fate(changes, outlook, { recorded, wanted }),
    ...volumesThatGo(recorded, wanted),
    ...(endsInstance(outlook) ? volumesOfAdopted(recorded, wanted) : []),
  ].join("; ");
}

/** What we launch has nothing on it but what the image says; what somebody else launched may have his data. */
function volumesOfAdopted(recorded: Properties, wanted: Properties): string[] {
  const held = heldInstance(recorded);
  const { adopt } = recorded as Partial<Pick<Desired, "adopt">>;
  return held === undefined || held.id !== adopt?.instanceId ? [] : goesWith(held, wanted);
}

function sentenceFor(outlook: Outlook, recorded: Properties, because: string): string {
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
      const dark = outage(outlook.path, recorded);
      return `${verb} ${instanceId} (${because}), ${outlook.path}, about ${dark} s dark`;
    }
  }
}

function outage(path: Path, recorded: Properties): number {
  return path === "overlap" && !isMovable(recorded) ? SHUTDOWN_S : TYPICAL_OUTAGE_S[path];
}

/** What was launched by another strategy has the interface as its primary one, and what has data volumes must end before they move. */
function isMovable({ replacement, dataVolumes }: Properties): boolean {
  const { strategy } = (replacement ?? {}) as Partial<Desired["replacement"]>;
  return strategy === "overlap" && !(Array.isArray(dataVolumes) && dataVolumes.length > 0);
}

/**
 * What a refresh found, when the machine is not as it was recorded.
 *
 * @param isMendable whether nothing of somebody else's is in the way
 */
export function announceDrift(drift: string[], recorded: Properties, isMendable = true): string {
  const instanceId = textOf(recorded.instanceId);
  const was = instanceId === "" ? "" : ` (recorded: ${instanceId})`;
  const outlook = isMendable ? "the next `pulumi up` puts it right" : "until then `pulumi up` changes nothing";
  return `found that ${drift.join(" and ")}${was}; ${outlook}`;
}

interface Pair {
  recorded: Properties;
  wanted: Properties;
}

/** Which addresses stay, and which go. */
function fate(changes: Change[], outlook: Outlook, { recorded, wanted }: Pair): string[] {
  const moves = losesInterface(changes, outlook, wanted);
  const elasticChanges = changes.some((it) => it.input === "elasticIp");
  const identity = [textOf(recorded.networkInterfaceId), textOf(recorded.privateIp)];
  const elastic = textOf(recorded.allocationId) === "" ? [] : [textOf(recorded.publicIp)];
  const keeps = [...(moves ? [] : identity), ...(elasticChanges ? [] : elastic)].filter((it) => it !== "");
  const goes = [
    ...(moves ? identity : []),
    ...(elasticChanges ? elasticGoes(elastic, recorded, wanted) : []),
    ...addressesThatGo(recorded, wanted),
  ].filter((it) => it !== "");
  return [
    ...(keeps.length === 0 ? [] : [`keeps ${keeps.join(", ")}`]),
    ...(goes.length === 0 ? [] : [`gives up ${goes.join(", ")}`]),
  ];
}

/** Secondary addresses that are held and not named any more. */
function addressesThatGo(recorded: Properties, wanted: Properties): string[] {
  return (["secondaryPrivateIps", "ipv6Addresses"] as const).flatMap((name) => {
    const [held, named] = [recorded[name], wanted[name]];
    return Array.isArray(held) && Array.isArray(named)
      ? (held as unknown[]).filter((it) => !named.includes(it)).map(textOf)
      : [];
  });
}

function volumesThatGo(recorded: Properties, wanted: Properties): string[] {
  const ids = (recorded.dataVolumeIds ?? {}) as Record<string, string>;
  const named = Array.isArray(wanted.dataVolumes) ? (wanted.dataVolumes as Partial<DataVolume>[]) : undefined;
  const { dataVolumes: retention } = (wanted.deletion ?? {}) as Partial<Desired["deletion"]>;
  const held = Array.isArray(recorded.dataVolumes) ? (recorded.dataVolumes as Partial<DataVolume>[]) : [];
  if (named === undefined || isUnknown(named)) {
    return [];
  }
  return Object.entries(ids)
    .filter(([name]) => !named.some((it) => it.name === name))
    .map(([name, id]) => {
      const isGiven = held.some((it) => it.name === name && it.volumeId !== undefined);
      return `${retention === "delete" && !isGiven ? "deletes" : "detaches and keeps"} the data volume ${name} (${id})`;
    });
}

/** Naming the address that was allocated here keeps it. */
function elasticGoes(elastic: string[], recorded: Properties, wanted: Properties): string[] {
  return wanted.elasticIp === recorded.allocationId || wanted.elasticIp === recorded.publicIp ? [] : elastic;
}
