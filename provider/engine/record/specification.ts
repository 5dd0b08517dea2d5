/** The launch specification: which inputs it is made of, and how one version is told from another. (pure) */
import { createHash } from "node:crypto";
import type { LaunchData } from "../../ec2/ec2";
import { canonical } from "../../kit/canonical";
import { userDataFor } from "../../kit/user-data";
import type { Desired } from "../../model/desired";
import type { Goal } from "../../model/goal";
import type { Generation } from "../../model/things";
import { settingsIn } from "./settings";

/** Short, because many of them go into a tag; long enough that two specifications of one machine never meet. */
const DIGEST_LENGTH = 12;

/** A digest that does not depend on the order of keys. `salt` keeps equal secrets of two machines apart. */
function digest(salt: string, content: object): string {
  return createHash("sha256")
    .update(`${salt}\n${canonical(content)}`)
    .digest("hex")
    .slice(0, DIGEST_LENGTH);
}

/**
 * The inputs that a running instance cannot take on, each with a digest of its own. The digest of `userData` is over the bytes that the
 * instance gets, whichever input names them. Digests are told apart by their place, so the order stays.
 */
export const LAUNCH_INPUTS = [
  "imageId",
  "instanceType",
  "userData",
  "market",
  "keyName",
  "rootVolume",
  "ebsOptimized",
  "tenancy",
  "cpuCredits",
  "cpuOptions",
  "placementGroup",
  "publicIpAssignment",
  "recycleTriggers",
] as const satisfies (keyof Desired)[];
export type LaunchInput = (typeof LAUNCH_INPUTS)[number];

/** The parts of a launch that some strategy can give an instance anew, and all the rest as `other`. */
export type LaunchPart = "imageId" | "instanceType" | "userData" | "other";

export function partOf(input: string): LaunchPart {
  if (input === "userDataBase64") {
    return "userData";
  }
  return input === "imageId" || input === "instanceType" || input === "userData" ? input : "other";
}

/** The value that an input asks of a launch. A value that EC2 takes unasked asks for nothing, like an input that is left out. */
export function askedOf(input: string, inputs: object): unknown {
  const value = (inputs as Readonly<Record<string, unknown>>)[input];
  switch (input) {
    case "userData":
      return userDataFor(inputs);
    case "tenancy":
      return value === "default" ? undefined : value;
    case "ebsOptimized":
      return value === false ? undefined : value;
    case "rootVolume":
      return Object.keys(value ?? {}).length === 0 ? undefined : value;
    default:
      return value;
  }
}

/** Stands for an input that is being changed: nobody knows whether the old or the new value is there. */
const CHANGING = "changing";

/** A digest of each of {@link LAUNCH_INPUTS}. */
export function launchHash(id: string, desired: Desired): string {
  const { lifecycle, maxPrice } = desired.market;
  const bought = { ...desired, market: { lifecycle, maxPrice } };
  return LAUNCH_INPUTS.map((input) => digest(id, { [input]: askedOf(input, bought) })).join(".");
}

/** The inputs in which two launches differ. */
export function differentInputs(a: string, b: string): LaunchInput[] {
  const [these, those] = [a.split("."), b.split(".")];
  return LAUNCH_INPUTS.filter((_input, index) => these[index] !== those[index] || these[index] === CHANGING);
}

/** Whether an input of a launch is being changed. */
export function isChanging(launched: string, input: LaunchInput): boolean {
  return launched.split(".")[LAUNCH_INPUTS.indexOf(input)] === CHANGING;
}

/** The digest of a launch of which `parts` are being changed. */
export function changingHash(launched: string, parts: readonly LaunchPart[]): string {
  const digests = launched.split(".");
  return LAUNCH_INPUTS.map((input, index) =>
    parts.includes(partOf(input)) ? CHANGING : (digests[index] ?? CHANGING),
  ).join(".");
}

/** A digest of all settings. */
export function settingsHash(id: string, desired: Desired): string {
  return digest(id, settingsIn(desired));
}

/** Digests that tell one launch specification from another. */
export type Digests = Pick<Generation, "launchHash" | "settingsHash">;

/** The digests of the launch specification that is wanted. */
export function digestsOf({ id, desired, purpose }: Omit<Goal, "recorded">): Digests {
  return purpose.kind === "upkeep"
    ? purpose.generation
    : { launchHash: launchHash(id, desired), settingsHash: settingsHash(id, desired) };
}

const DESCRIPTION = /^managed-instance (?:(\d+) )?replaces-before=(\d+) launch=([0-9a-f.]+) settings=([0-9a-f]+)$/;

/**
 * A generation, as the description of its launch template version.
 *
 * @param generation its number is the one that the version gets if nobody records another in between
 */
export function describeGeneration(generation: Generation): string {
  const { number, replacesBefore, launchHash: launch, settingsHash: settings } = generation;
  return `managed-instance ${number} replaces-before=${replacesBefore} launch=${launch} settings=${settings}`;
}

/**
 * Whether a version was made for another number than EC2 gave it: its maker had not seen the version before it, so it is no generation.
 * Versions that name no number were made by an older version of this package, and always count.
 */
export function isVoid(number: number, description: string): boolean {
  const [, expected] = DESCRIPTION.exec(description) ?? [];
  return expected !== undefined && Number(expected) !== number;
}

/** The generation that a launch template version is, or undefined for a version that somebody else made. */
export function readGeneration(number: number, description: string): Generation | undefined {
  const [, , replacesBefore, launch, settings] = DESCRIPTION.exec(description) ?? [];
  if (launch === undefined || settings === undefined) {
    return undefined;
  }
  return { number, replacesBefore: Number(replacesBefore), launchHash: launch, settingsHash: settings };
}

/** The data of the launch template. `rootDeviceName` is the image's, needed only for `rootVolume`. */
export function launchData(desired: Desired, rootDeviceName: string | undefined): LaunchData {
  const rootVolume = askedOf("rootVolume", desired) as Desired["rootVolume"];
  const { imageId, instanceType, keyName } = desired;
  const { ebsOptimized, tenancy, cpuCredits, cpuOptions, placementGroup } = desired;
  return {
    imageId,
    instanceType,
    userData: userDataFor(desired),
    keyName,
    ...settingsIn(desired),
    ebsOptimized,
    tenancy,
    cpuCredits,
    cpuOptions,
    placementGroup,
    rootVolume:
      rootVolume === undefined || rootDeviceName === undefined
        ? undefined
        : { deviceName: rootDeviceName, options: rootVolume },
  };
}

/** A client token: the same for the same intent, so that a repeat is answered with what the first call made. */
export function clientToken(...intent: (string | number | undefined)[]): string {
  return createHash("sha256").update(JSON.stringify(intent)).digest("hex");
}
