/** The launch specification: what of the inputs it is made of, and how one version is told from another. (pure) */
import { createHash } from "node:crypto";
import type { LaunchData } from "../ec2/ec2";
import { toBase64 } from "../user-data";
import type { Desired, Generation } from "./state";

/** Short, because four of them go into a tag; long enough that two specifications of one machine never meet. */
const DIGEST_LENGTH = 12;

/** A digest that does not depend on the order of keys. `salt` keeps equal secrets of two machines apart. */
function digest(salt: string, content: unknown): string {
  const canonical = JSON.stringify(content, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(`${salt}\n${canonical}`).digest("hex").slice(0, DIGEST_LENGTH);
}

/** The parts of a launch that have a digest of their own, because an instance can be given another one of them. */
const PARTS = ["imageId", "instanceType", "userData", "other"] as const;
export type LaunchPart = (typeof PARTS)[number];

/** Stands for a part that is being changed: whether the old or the new one is there, is not known. */
const CHANGING = "changing";

/** Of all inputs that a running instance cannot take on: a digest of each {@link LaunchPart}. */
export function launchHash(id: string, desired: Desired): string {
  const { imageId, instanceType, market, userData, keyName, rootVolume, recycleTriggers } = desired;
  const { publicIpAssignment, ebsOptimized, tenancy, cpuCredits, cpuOptions, placementGroup } = desired;
  const bought = { lifecycle: market.lifecycle, maxPrice: market.maxPrice };
  const data = userData === undefined ? undefined : toBase64(userData);
  const compute = { keyName, rootVolume, ebsOptimized, tenancy, cpuCredits, cpuOptions, placementGroup };
  const other = { ...compute, bought, recycleTriggers, publicIpAssignment };
  return [{ imageId }, { instanceType }, { data }, other].map((part) => digest(id, part)).join(".");
}

/** In which parts two launch digests differ. */
export function differentParts(a: string, b: string): LaunchPart[] {
  const [these, those] = [a.split("."), b.split(".")];
  return PARTS.filter((_part, index) => these[index] !== those[index] || these[index] === CHANGING);
}

/** The digest of a launch of which `parts` are being changed. */
export function changingHash(launched: string, parts: LaunchPart[]): string {
  const digests = launched.split(".");
  return PARTS.map((part, index) => (parts.includes(part) ? CHANGING : (digests[index] ?? CHANGING))).join(".");
}

/** Of the launch template's content that a running instance takes on in place. */
export function settingsHash(id: string, desired: Desired): string {
  const { iamInstanceProfile, metadataOptions, monitoring } = desired;
  return digest(id, { iamInstanceProfile, metadataOptions, monitoring });
}

const DESCRIPTION = /^managed-instance replaces-before=(\d+) launch=([0-9a-f.]+) settings=([0-9a-f]+)$/;

/** A generation, as the description of its launch template version. */
export function describeGeneration(generation: Omit<Generation, "number">): string {
  const { replacesBefore, launchHash: launch, settingsHash: settings } = generation;
  return `managed-instance replaces-before=${replacesBefore} launch=${launch} settings=${settings}`;
}

/** The generation that a launch template version is, or undefined for a version that somebody else made. */
export function readGeneration(number: number, description: string): Generation | undefined {
  const [, replacesBefore, launch, settings] = DESCRIPTION.exec(description) ?? [];
  if (launch === undefined || settings === undefined) {
    return undefined;
  }
  return { number, replacesBefore: Number(replacesBefore), launchHash: launch, settingsHash: settings };
}

/** What the launch template holds. `rootDeviceName` is the image's, needed only for `rootVolume`. */
export function launchData(desired: Desired, rootDeviceName: string | undefined): LaunchData {
  const { userData, rootVolume } = desired;
  const { imageId, instanceType, keyName, iamInstanceProfile, metadataOptions, monitoring } = desired;
  const { ebsOptimized, tenancy, cpuCredits, cpuOptions, placementGroup } = desired;
  return {
    imageId,
    instanceType,
    userData: userData === undefined ? undefined : toBase64(userData),
    keyName,
    iamInstanceProfile,
    metadataOptions,
    monitoring,
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
