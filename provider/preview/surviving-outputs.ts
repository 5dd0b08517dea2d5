/** Which outputs a preview can show, because the changes leave them as they are. (pure) */
import type { Properties } from "../model/properties";
import type { Change } from "../inputs/changes";
import { isHeld } from "../inputs/on-record";
import type { Outputs } from "../model/outputs";
import { keepsInstance } from "../engine/situation/strategy";
import { INPUT_NAMES, type InputName } from "../inputs/inputs";
import { outlookFor, type Outlook } from "../inputs/outlook";

const IDENTITY = [
  "networkInterfaceId",
  "privateIp",
  "privateDnsName",
  "macAddress",
] as const satisfies (keyof Outputs)[];
/** What the subnet decides. */
const PLACE = ["availabilityZone", "vpcId"] as const satisfies (keyof Outputs)[];
const SECONDARY = ["secondaryPrivateIps"] as const satisfies (keyof Outputs)[];
const IPV6 = ["ipv6Addresses"] as const satisfies (keyof Outputs)[];
const PUBLIC = ["publicIp", "allocationId"] as const satisfies (keyof Outputs)[];
const INSTANCE = ["instanceId", "lifecycle"] as const satisfies (keyof Outputs)[];
const TYPE = ["launchedInstanceType"] as const satisfies (keyof Outputs)[];
const RECORD = ["launchTemplateId"] as const satisfies (keyof Outputs)[];
const COUNT = ["generation"] as const satisfies (keyof Outputs)[];
const STATE = ["state"] as const satisfies (keyof Outputs)[];
const VOLUMES = ["dataVolumeIds"] as const satisfies (keyof Outputs)[];

/** What outlives an instance: what is on record of it stays true until an input changes it. */
const STABLE: readonly string[] = [...IDENTITY, ...PLACE, ...SECONDARY, ...IPV6, ...PUBLIC, ...RECORD, ...VOLUMES];

/** Without the outputs that the next failure or the next interruption makes untrue. */
export function stableOutputs(recorded: Properties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(recorded).filter(([name]) => STABLE.includes(name) || (INPUT_NAMES as string[]).includes(name)),
  );
}

/**
 * Whether what earlier checks added is not enough to show a preview: they knew nothing of what was made since, nor of how the
 * instance is doing, which decides what a change does to it.
 */
export function needsLook(changes: Change[], olds: Properties): boolean {
  const lacks = (name: keyof Outputs): boolean => typeof olds[name] !== "string" || olds[name] === "";
  const hasInterface = olds.persistPrivateIp !== false || olds.desiredState !== "paused";
  const isNew =
    (hasInterface && !isHeld(olds)) || lacks("launchTemplateId") || (olds.elasticIp !== false && lacks("allocationId"));
  return isNew || changes.length > 0;
}

/** What a preview knows of the changes: the outlook, and what it means for each kind of output. */
interface Prospect {
  changed: (...inputs: InputName[]) => boolean;
  recorded: Properties;
  wanted: Properties;
  outlook: Outlook;
  runs: boolean;
  isPaused: boolean;
  interfaceStays: boolean;
  instanceStays: boolean;
  elasticIpStays: boolean;
  /** Whether there is and will be no Elastic IP. */
  hasNone: boolean;
}

function prospectOf(changes: Change[], recorded: Properties, wanted: Properties): Prospect {
  const outlook = outlookFor(changes, recorded, wanted);
  return {
    changed: (...inputs) => changes.some((it) => inputs.includes(it.input)),
    recorded,
    wanted,
    outlook,
    runs: recorded.state === "running",
    isPaused: outlook.kind === "waits" && recorded.state === "paused",
    interfaceStays: keepsItsInterface(recorded, wanted) && !losesInterface(changes, outlook, wanted),
    instanceStays: !NEW_INSTANCE.includes(outlook.kind) || isChanged(outlook),
    elasticIpStays: isHeldElasticIp(recorded, wanted),
    hasNone: recorded.elasticIp === false && wanted.elasticIp === false,
  };
}

/** One that is not kept is only there for an instance: paused without one, the machine has, or will have, none. */
function keepsItsInterface(recorded: Properties, wanted: Properties): boolean {
  const hasNone = wanted.persistPrivateIp === false && wanted.desiredState === "paused";
  const isEmpty = recorded.networkInterfaceId === "" && recorded.state === "paused";
  return hasNone && (isEmpty || recorded.instanceId === "") ? isEmpty : isHeld(recorded);
}

/** When each output is the same after the changes. */
const SURVIVAL: readonly [readonly (keyof Outputs)[], (prospect: Prospect, changes: Change[]) => boolean][] = [
  [IDENTITY, ({ interfaceStays }) => interfaceStays],
  [PLACE, (it) => !it.changed("subnetId")],
  [
    SECONDARY,
    (it) =>
      it.interfaceStays &&
      !it.changed("secondaryPrivateIps", "secondaryPrivateIpCount") &&
      isTold(it.recorded.secondaryPrivateIps, it.wanted.secondaryPrivateIpCount),
  ],
  [
    IPV6,
    (it) =>
      it.interfaceStays &&
      !it.changed("ipv6Addresses", "ipv6AddressCount") &&
      isTold(it.recorded.ipv6Addresses, it.wanted.ipv6AddressCount),
  ],
  [
    ["publicIp"],
    (it) => it.elasticIpStays || (it.hasNone && (it.isPaused || (it.runs && it.outlook.kind === "in-place"))),
  ],
  [["allocationId"], (it) => it.elasticIpStays || it.hasNone],
  [INSTANCE, ({ instanceStays }) => instanceStays],
  [TYPE, (it) => it.instanceStays && !(isChanged(it.outlook) && it.changed("instanceType"))],
  [STATE, (it) => it.isPaused || (it.runs && ["in-place", "replaces"].includes(it.outlook.kind))],
  [RECORD, () => true],
  [COUNT, (_it, changes) => !changes.some(isNewGeneration)],
  [VOLUMES, (it) => !it.changed("dataVolumes") && hasVolumes(it)],
];

/**
 * The recorded outputs that will be the same after the changes.
 *
 * Pulumi shows a program, in the preview of an update, nothing but the checked inputs as outputs. What is among them is
 * known there; all else would make everything that depends on it look changed.
 */
export function survivingOutputs(changes: Change[], recorded: Properties, wanted: Properties): Record<string, unknown> {
  if (changes.some((it) => it.class === "replaces-resource")) {
    return {};
  }
  const prospect = prospectOf(changes, recorded, wanted);
  const names = SURVIVAL.flatMap(([group, survives]) => (survives(prospect, changes) ? group : []));
  const empty = emptyOnPurpose(prospect);
  const isThere = (name: keyof Outputs): boolean =>
    recorded[name] !== undefined && (recorded[name] !== "" || empty.includes(name));
  return Object.fromEntries(names.filter(isThere).map((name) => [name, recorded[name]]));
}

/** One that is gone will be made anew. */
function hasVolumes({ recorded, wanted }: Prospect): boolean {
  const ids = (recorded.dataVolumeIds ?? {}) as Record<string, string>;
  const named = Array.isArray(wanted.dataVolumes) ? (wanted.dataVolumes as { name: string }[]) : [];
  return named.every((it) => Object.hasOwn(ids, it.name));
}

/** Any other empty output is a thing that is missing, and will be made. */
function emptyOnPurpose({ hasNone, isPaused, wanted }: Prospect): (keyof Outputs)[] {
  return [
    ...(hasNone ? PUBLIC : []),
    ...(isPaused ? [...INSTANCE, ...TYPE, ...(wanted.persistPrivateIp === false ? IDENTITY : [])] : []),
  ];
}

const NEW_INSTANCE: readonly Outlook["kind"][] = ["launches", "replaces", "ends"];

/** Whether the instance is not replaced but changed. */
function isChanged(outlook: Outlook): boolean {
  return outlook.kind === "replaces" && keepsInstance(outlook.path);
}

/** One that need not be kept goes with its instance. */
export function losesInterface(changes: Change[], outlook: Outlook, { persistPrivateIp }: Properties): boolean {
  const goesAlong = persistPrivateIp === false && NEW_INSTANCE.includes(outlook.kind) && !isChanged(outlook);
  return goesAlong || changes.some((it) => it.class === "moves");
}

/** Addresses that were only found there must not look as if they had been asked for. */
function isTold(held: unknown, count: unknown): boolean {
  return !Array.isArray(held) || held.length === 0 || count !== undefined;
}

/** Whether the Elastic IP that is held is the one that is wanted, by whichever name. */
function isHeldElasticIp({ allocationId, publicIp, elasticIp }: Properties, wanted: Properties): boolean {
  const isHere = typeof allocationId === "string" && allocationId !== "";
  const names = [elasticIp, allocationId, publicIp];
  return isHere && wanted.elasticIp !== false && names.includes(wanted.elasticIp);
}

function isNewGeneration({ input, class: kind }: Change): boolean {
  return (
    kind === "replaces-instance" ||
    input === "iamInstanceProfile" ||
    input === "metadataOptions" ||
    input === "monitoring"
  );
}
