/** Inputs that an instance is launched with: which it has, as far as EC2 tells, and which it would be replaced for. (pure) */
import { TAG } from "../../ec2/tags";
import { userDataFor } from "../../kit/user-data";
import { askedOf, differentInputs, isChanging, type LaunchInput } from "../record/specification";
import type { CpuOptions, Instance, Volume } from "../../model/things";
import type { Desired, RootVolume } from "../../model/desired";

/** One instance as it was found. */
export interface Found {
  instance: Instance;
  /** Whether it was not launched here. */
  isGiven: boolean;
  /** Its root volume; absent where nobody looked. */
  rootVolume?: Volume;
}

export function rootVolumeOf({ devices, rootDeviceName }: Instance, volumes: readonly Volume[]): Volume | undefined {
  const root = devices.find((it) => it.deviceName === rootDeviceName);
  return volumes.find((it) => it.id === root?.volumeId);
}

/** Whether an instance has just the value of an input; false for an input without a value, and for a value that EC2 does not tell. */
export function has(input: LaunchInput, { instance, rootVolume }: Omit<Found, "isGiven">, desired: Desired): boolean {
  switch (input) {
    case "imageId":
    case "keyName":
    case "ebsOptimized":
    case "tenancy":
    case "placementGroup":
      return desired[input] === instance[input];
    case "instanceType":
      return desired.instanceType === instance.type;
    case "market":
      return desired.market.lifecycle === instance.lifecycle;
    case "userData":
      return hasUserData(instance, userDataFor(desired));
    case "cpuOptions":
      return desired.cpuOptions !== undefined && hasAll(desired.cpuOptions, instance.cpuOptions);
    case "rootVolume":
      return desired.rootVolume !== undefined && rootVolume !== undefined && hasAll(desired.rootVolume, rootVolume);
    default:
      return false;
  }
}

/** EC2 gives back what somebody's tool sent, however that wrote it. */
function hasUserData({ userData }: Instance, wanted: string | undefined): boolean {
  return (
    wanted !== undefined && userData !== undefined && Buffer.from(userData, "base64").toString("base64") === wanted
  );
}

/** KMS keys are named by id, alias or ARN, and told by ARN. */
function hasAll(wanted: RootVolume | CpuOptions, held: Partial<Volume> | CpuOptions): boolean {
  const had: Readonly<Record<string, unknown>> = { ...held };
  const isKey = (name: string, value: unknown): boolean =>
    name === "kmsKeyId" && typeof had[name] === "string" && had[name].endsWith(`:key/${String(value)}`);
  return Object.entries(wanted).every(([name, value]) => value === had[name] || isKey(name, value));
}

/**
 * The inputs in which an instance differs from the wanted one.
 *
 * An instance that was launched without an input, or with another value, may still have the named value: by EC2's own choice, as a fallback,
 * or since before it was adopted. Naming the present value is no change. An input that the program leaves out is right on a given instance,
 * whatever the value is.
 *
 * @param launched the digests of the inputs that the instance was launched with
 * @param wanted the digests of the wanted inputs
 */
export function differences(found: Found, launched: string, wanted: string, desired: Desired): LaunchInput[] {
  const { instance, isGiven } = found;
  const isThere = (input: LaunchInput): boolean => {
    if (isChanging(launched, input)) {
      return false;
    }
    return askedOf(input, desired) === undefined ? isGiven : isTold(input, desired) && has(input, found, desired);
  };
  const different = differentInputs(launched, wanted).filter((input) => !isThere(input));
  const isRetyped = !isOfItsType(instance, desired) && !different.includes("instanceType");
  return isRetyped ? [...different, "instanceType"] : different;
}

/** Whether EC2 tells the value. A replaced root volume has another image than EC2 tells of the instance; and EC2 tells no highest price. */
function isTold(input: LaunchInput, { market }: Desired): boolean {
  return input === "market" ? market.lifecycle === "on-demand" : input !== "imageId";
}

/** Whether it is of the type that it was launched or started as, or of one that is wanted: somebody may have made it another. */
export function isOfItsType({ type, tags }: Instance, { instanceType, fallbackInstanceTypes }: Desired): boolean {
  return [instanceType, ...fallbackInstanceTypes, tags[TAG.type] ?? type].includes(type);
}
