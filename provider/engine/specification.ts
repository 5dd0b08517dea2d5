/** The launch specification: what of the inputs it is made of, and how one version is told from another. (pure) */
import { createHash } from "node:crypto";
import type { LaunchData } from "../ec2/ec2";
import { toBase64 } from "../user-data";
import type { Desired, Generation } from "./state";

/** Short, because it also goes into a tag; long enough that two specifications of one machine never meet. */
const DIGEST_LENGTH = 16;

/** A digest that does not depend on the order of keys. `salt` keeps equal secrets of two machines apart. */
function digest(salt: string, content: unknown): string {
  const canonical = JSON.stringify(content, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(`${salt}\n${canonical}`).digest("hex").slice(0, DIGEST_LENGTH);
}

/** Of all inputs that a running instance cannot take on. */
export function launchHash(id: string, desired: Desired): string {
  const { imageId, instanceType, market, userData, keyName, rootVolume, recycleTriggers } = desired;
  const bought = { lifecycle: market.lifecycle, maxPrice: market.maxPrice };
  const data = userData === undefined ? undefined : toBase64(userData);
  return digest(id, { imageId, instanceType, bought, data, keyName, rootVolume, recycleTriggers });
}

/** Of the launch template's content that a running instance takes on in place. */
export function settingsHash(id: string, desired: Desired): string {
  const { iamInstanceProfile, metadataOptions } = desired;
  return digest(id, { iamInstanceProfile, metadataOptions });
}

const DESCRIPTION = /^managed-instance replaces-before=(\d+) launch=([0-9a-f]+) settings=([0-9a-f]+)$/;

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
  const { imageId, instanceType, userData, keyName, iamInstanceProfile, metadataOptions, rootVolume } = desired;
  return {
    imageId,
    instanceType,
    userData: userData === undefined ? undefined : toBase64(userData),
    keyName,
    iamInstanceProfile,
    metadataOptions,
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
