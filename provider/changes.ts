/** What each input change means for the machine. (pure) */
import type { MachineState, Outputs } from "./engine/state";
import { INPUT_NAMES, type InputName } from "./inputs";
import { toBase64 } from "./user-data";
import { isUnknown } from "./validation";

/**
 * - `in-place`: the instance keeps running
 * - `replaces-instance`: a new instance on the same network interface
 * - `moves`: a new network interface, and a new instance on it; the Elastic IP moves along
 * - `replaces-resource`: everything is deleted and made anew
 */
export type ChangeClass = "in-place" | "replaces-instance" | "moves" | "replaces-resource";

export const CHANGE_CLASSES: Readonly<Record<InputName, ChangeClass>> = {
  resourceUrn: "in-place",
  region: "replaces-resource",
  subnetId: "moves",
  persistPrivateIp: "moves",
  privateIp: "moves",
  elasticIp: "in-place",
  securityGroupIds: "in-place",
  sourceDestCheck: "in-place",
  imageId: "replaces-instance",
  instanceType: "replaces-instance",
  market: "replaces-instance",
  userData: "replaces-instance",
  keyName: "replaces-instance",
  iamInstanceProfile: "in-place",
  metadataOptions: "in-place",
  rootVolume: "replaces-instance",
  tags: "in-place",
  recycleTriggers: "replaces-instance",
  deletion: "in-place",
};

export interface Change {
  input: InputName;
  class: ChangeClass;
}

type Properties = Readonly<Record<string, unknown>>;

/** The inputs that differ between what is recorded and what is wanted. What is not known yet counts as different. */
export function changesBetween(olds: Properties, news: Properties): Change[] {
  return INPUT_NAMES.filter((input) => !isSame(input, olds[input], news[input])).map((input) => ({
    input,
    class: classOf(input, olds[input], news[input]),
  }));
}

function isSame(input: InputName, old: unknown, wanted: unknown): boolean {
  if (isUnknown(wanted)) {
    return false;
  }
  if (input === "privateIp" && wanted === undefined) {
    // The address that is held is as good as any.
    return true;
  }
  if (input === "userData" && typeof old === "string" && typeof wanted === "string") {
    return toBase64(old) === toBase64(wanted);
  }
  if (input === "securityGroupIds" && Array.isArray(old) && Array.isArray(wanted)) {
    return canonical(sorted(old)) === canonical(sorted(wanted));
  }
  return canonical(old) === canonical(wanted);
}

function sorted(list: unknown[]): unknown[] {
  return [...list].sort();
}

/** Whether to fall back matters from the next launch on; it is no reason for one. */
function classOf(input: InputName, old: unknown, wanted: unknown): ChangeClass {
  if (input === "market" && canonical(bought(old)) === canonical(bought(wanted))) {
    return "in-place";
  }
  return CHANGE_CLASSES[input];
}

function bought(market: unknown): unknown {
  if (typeof market !== "object" || market === null) {
    return market;
  }
  return { ...market, fallbackToOnDemand: undefined };
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, it: unknown) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}

/** What was found to be wrong with the machine when it was last looked at, as it stands in the recorded outputs. */
export function driftIn(recorded: Properties): string[] {
  const found: string[] = [];
  const { networkInterfaceId, allocationId, elasticIp, state } = recorded as Partial<Outputs> & { elasticIp?: unknown };
  if (networkInterfaceId === "") {
    found.push("its network interface is gone");
  }
  if (allocationId === "" && elasticIp !== false && elasticIp !== undefined) {
    found.push("its Elastic IP is not on its network interface");
  }
  const trouble = state === undefined ? undefined : TROUBLE[state];
  if (trouble !== undefined) {
    found.push(trouble);
  }
  return found;
}

const TROUBLE: Readonly<Record<MachineState, string | undefined>> = {
  running: undefined,
  paused: "its instance is stopped",
  pending: "its instance is still starting",
  failed: "its instance could not be launched",
  missing: "it has no instance",
};

/** Whether the machine will need another instance than the one that is recorded. */
export function needsLaunch(changes: Change[], recorded: Properties): boolean {
  const replaced = changes.some((it) => it.class === "replaces-instance" || it.class === "moves");
  return replaced || recorded.state === "missing" || recorded.state === "failed";
}

const IDENTITY = [
  "networkInterfaceId",
  "privateIp",
  "privateDnsName",
  "macAddress",
  "ipv6Addresses",
  "availabilityZone",
  "vpcId",
] as const satisfies (keyof Outputs)[];
const PUBLIC = ["publicIp", "allocationId"] as const satisfies (keyof Outputs)[];
const INSTANCE = ["instanceId", "lifecycle", "launchedInstanceType"] as const satisfies (keyof Outputs)[];
const RECORD = ["launchTemplateId"] as const satisfies (keyof Outputs)[];
const COUNT = ["generation"] as const satisfies (keyof Outputs)[];
const STATE = ["state"] as const satisfies (keyof Outputs)[];

/** What outlives an instance: what is on record of it stays true until an input changes it. */
const STABLE: readonly string[] = [...IDENTITY, ...PUBLIC, ...RECORD];

/** Without the outputs that the next failure or the next interruption makes untrue. */
export function stableOutputs(recorded: Properties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(recorded).filter(([name]) => STABLE.includes(name) || (INPUT_NAMES as string[]).includes(name)),
  );
}

/**
 * Whether what earlier checks added is not enough to show a preview: they knew nothing of what was made since, and a change in
 * place also shows the instance, which only a look at EC2 tells.
 */
export function needsLook(changes: Change[], olds: Properties): boolean {
  const lacks = (name: keyof Outputs): boolean => typeof olds[name] !== "string" || olds[name] === "";
  const isNew = !isHeld(olds) || lacks("launchTemplateId") || (olds.elasticIp !== false && lacks("allocationId"));
  return isNew || (changes.length > 0 && !needsLaunch(changes, olds));
}

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
  const launches = needsLaunch(changes, recorded);
  const moves = changes.some((it) => it.class === "moves");
  const runs = recorded.state === "running";
  const elastic = elasticIpStays(recorded, wanted);
  const none = recorded.elasticIp === false && wanted.elasticIp === false;
  const groups: [boolean, readonly (keyof Outputs)[]][] = [
    [!moves && isHeld(recorded), IDENTITY],
    [elastic || (none && !launches && runs), ["publicIp"]],
    [elastic || none, ["allocationId"]],
    [!launches && runs, INSTANCE],
    [runs, STATE],
    [true, RECORD],
    [!changes.some(isNewGeneration), COUNT],
  ];
  const names = groups.flatMap(([stays, group]) => (stays ? group : []));
  return Object.fromEntries(
    names.flatMap((name) => (isThere(recorded[name], name, none) ? [[name, recorded[name]]] : [])),
  );
}

/** Whether the Elastic IP that is held is the one that is wanted, by whichever name. */
function elasticIpStays({ allocationId, publicIp, elasticIp }: Properties, wanted: Properties): boolean {
  const isHere = typeof allocationId === "string" && allocationId !== "";
  const names = [elasticIp, allocationId, publicIp];
  return isHere && wanted.elasticIp !== false && names.includes(wanted.elasticIp);
}

/** An empty output is a thing that is missing and will be made, except the public address where none is wanted. */
function isThere(value: unknown, name: keyof Outputs, none: boolean): boolean {
  const mayBeEmpty = none && (name === "allocationId" || name === "publicIp");
  return value !== undefined && (value !== "" || mayBeEmpty);
}

/** Whether the address is, or was, really had: an address alone may be one that was only asked for. */
export function isHeld(recorded: Properties): boolean {
  return typeof recorded.vpcId === "string" && recorded.vpcId !== "";
}

function isNewGeneration({ input, class: kind }: Change): boolean {
  return kind === "replaces-instance" || input === "iamInstanceProfile" || input === "metadataOptions";
}
