/** Validation and defaults: a program's raw inputs become {@link Desired}, or sentences that say what is wrong. */
import { contradictions } from "./contradictions";
import type { Desired } from "../model/desired";
import {
  clockTime,
  cron,
  deviceName,
  elasticIp,
  id,
  imageId,
  fallbackTypes,
  instanceType,
  ipv4,
  ipv6,
  maxPrice,
  nonEmpty,
  resourceUrn,
  scheduleList,
  strings,
  tags,
  timezone,
  userData,
  userDataBase64,
} from "./formats";
import {
  distinctList,
  type Failure,
  type Field,
  flag,
  integer,
  isObject,
  listOf,
  objectOf,
  oneOf,
  text,
  UNKNOWN,
  known,
  type Validator,
} from "./validation";

/** EC2 has types that take 50 IPv4 addresses on an interface, of which one is the primary, and none that takes more. */
const MOST_ADDRESSES = 49;

const volumeShape: Readonly<Record<string, Field>> = {
  size: { validate: integer(1, 65536) },
  type: { validate: oneOf("gp2", "gp3", "io1", "io2", "sc1", "st1", "standard") },
  iops: { validate: integer(100, 256000) },
  throughput: { validate: integer(125, 2000) },
  encrypted: { validate: flag },
  kmsKeyId: { validate: nonEmpty("the id, alias or ARN of a KMS key") },
};

const anyDataVolume = objectOf({
  name: {
    validate: text(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      "a name of at most 63 letters, digits, dots, dashes and underscores that begins with a letter or a digit",
    ),
    required: true,
  },
  deviceName: { validate: deviceName, required: true },
  volumeId: { validate: id("vol", "a volume id") },
  snapshotId: { validate: id("snap", "a snapshot id") },
  ...volumeShape,
});

/** A volume that is made is gp3 where nothing else is said; a given one is what it is. */
/** What EBS gives without being asked, said so that taking a value out of the program goes back to it. */
const GP3 = { iops: 3000, throughput: 125 };

const dataVolume: Validator = (given, path, report) => {
  const volume = anyDataVolume(given, path, report);
  if (!isObject(volume) || volume.volumeId !== undefined) {
    return volume;
  }
  const { type = "gp3" } = volume;
  return type === "gp3" ? { ...GP3, ...volume, type } : volume;
};

const metadataOptions: Readonly<Record<string, Field>> = {
  httpTokens: { validate: oneOf("required", "optional"), default: "required" },
  httpEndpoint: { validate: oneOf("enabled", "disabled"), default: "enabled" },
  instanceMetadataTags: { validate: oneOf("enabled", "disabled"), default: "disabled" },
  httpPutResponseHopLimit: { validate: integer(1, 64) },
};

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const revertWindow = objectOf({
  days: {
    validate: distinctList(oneOf(...DAYS), `a list of at least one of ${DAYS.join(", ")}`, { atLeast: 1 }),
  },
  from: { validate: clockTime, required: true },
  to: { validate: clockTime, required: true },
  timezone: { validate: timezone, default: "UTC" },
});

const atOnceOrNever = oneOf("never", "always");

const revertToSpot: Validator = known((given, path, report) => {
  if (!isObject(given)) {
    return atOnceOrNever(given, path, report);
  }
  return objectOf({ window: { validate: revertWindow, required: true } })(given, path, report);
});

const market: Readonly<Record<string, Field>> = {
  lifecycle: { validate: oneOf("on-demand", "spot"), required: true },
  maxPrice: { validate: maxPrice },
  fallbackToOnDemand: { validate: flag, default: true },
  revertToSpot: { validate: revertToSpot, default: "never" },
};

const healing: Readonly<Record<string, Field>> = {
  enabled: { validate: flag, default: true },
  graceSeconds: { validate: integer(0, 3600), default: 300 },
  unhealthySeconds: { validate: integer(0, 3600), default: 120 },
};

const schedule = objectOf({
  action: { validate: oneOf("pause", "resume", "recycle"), required: true },
  cron: { validate: cron, required: true },
  timezone: { validate: timezone, default: "UTC" },
});

const cpuOptions: Readonly<Record<string, Field>> = {
  coreCount: { validate: integer(1, 1024) },
  threadsPerCore: { validate: integer(1, 2) },
};

const replacement: Readonly<Record<string, Field>> = {
  strategy: {
    validate: oneOf("terminate-first", "root-volume", "stop-start", "overlap", "auto"),
    default: "terminate-first",
  },
  drainSeconds: { validate: integer(0, 3600), default: 0 },
  skipOsShutdown: { validate: flag, default: false },
  waitFor: { validate: oneOf("running", "status-ok"), default: "running" },
  rollbackOnFailure: { validate: flag, default: true },
  timeoutSeconds: { validate: integer(30, 86400), default: 600 },
};

const adopt: Readonly<Record<string, Field>> = {
  instanceId: { validate: id("i", "an instance id") },
  networkInterfaceId: { validate: id("eni", "a network interface id") },
  managedInstanceId: { validate: id("mi", "a managed instance's id") },
};

const retention = oneOf("delete", "retain");
const deletion: Readonly<Record<string, Field>> = {
  networkInterface: { validate: retention, default: "delete" },
  elasticIp: { validate: retention, default: "delete" },
  dataVolumes: { validate: retention, default: "retain" },
};

/** Where the runtime keeps the provider's text, among the inputs. */
export const SERIALIZED_PROVIDER = "__provider";

/** Every input; the order is the one they are documented in. */
const INPUTS: Readonly<Record<InputName, Field>> = {
  resourceUrn: { validate: resourceUrn, required: true, internal: true },
  region: { validate: text(/^[a-z]{2,8}(-[a-z]{1,16}){1,4}-\d{1,2}$/, "a region, such as eu-central-1") },
  subnetId: { validate: id("subnet", "a subnet id"), required: true },
  persistPrivateIp: { validate: flag, default: true },
  privateIp: { validate: ipv4 },
  secondaryPrivateIps: { validate: distinctList(ipv4, "a list of IPv4 addresses; an empty one means none") },
  secondaryPrivateIpCount: { validate: integer(0, MOST_ADDRESSES) },
  ipv6Addresses: { validate: distinctList(ipv6, "a list of IPv6 addresses; an empty one means none") },
  ipv6AddressCount: { validate: integer(0, MOST_ADDRESSES) },
  publicIpAssignment: { validate: oneOf("subnet-default", "assign", "none"), default: "subnet-default" },
  elasticIp: { validate: elasticIp, default: false },
  securityGroupIds: {
    validate: distinctList(
      id("sg", "a security group id"),
      "a list of at least one security group id (leave it out for the VPC's default group)",
      { atLeast: 1 },
    ),
  },
  sourceDestCheck: { validate: flag, default: true },
  imageId: { validate: imageId, required: true },
  instanceType: { validate: instanceType, required: true },
  fallbackInstanceTypes: { validate: fallbackTypes, default: [] },
  market: { validate: objectOf(market), default: { lifecycle: "on-demand" } },
  userData: { validate: userData },
  userDataBase64: { validate: userDataBase64 },
  userDataIsText: { validate: flag, internal: true },
  keyName: { validate: nonEmpty("the name of a key pair") },
  iamInstanceProfile: { validate: nonEmpty("the name or ARN of an instance profile") },
  ebsOptimized: { validate: flag },
  tenancy: { validate: oneOf("default", "dedicated") },
  cpuCredits: { validate: oneOf("standard", "unlimited") },
  cpuOptions: { validate: objectOf(cpuOptions) },
  placementGroup: { validate: nonEmpty("the name of a placement group") },
  metadataOptions: { validate: objectOf(metadataOptions), default: {} },
  monitoring: { validate: flag, default: false },
  rootVolume: { validate: objectOf(volumeShape) },
  dataVolumes: { validate: listOf(dataVolume, "a list of volumes", { atLeast: 0 }), default: [] },
  tags: { validate: tags, default: {} },
  desiredState: { validate: oneOf("running", "paused"), default: "running" },
  pauseBehavior: { validate: oneOf("terminate", "stop") },
  recycleTriggers: { validate: strings, default: {} },
  replacement: { validate: objectOf(replacement), default: {} },
  adopt: { validate: objectOf(adopt) },
  deletion: { validate: objectOf(deletion), default: {} },
  healing: { validate: objectOf(healing), default: {} },
  schedules: { validate: scheduleList(schedule), default: [] },
  minReplacementInterval: { validate: integer(0, 86400), default: 60 },
};

export type InputName = keyof Desired;
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];
/** The inputs that a program gives; the package adds the others. */
export const PROGRAM_INPUTS = INPUT_NAMES.filter((it) => INPUTS[it].internal !== true);

/** The inputs in their normal form (some perhaps not known yet), and what is wrong with them. */
export interface Checked {
  inputs: Record<string, unknown>;
  failures: Failure[];
}

/**
 * @param given the program's inputs
 * @param region the region to take where the program names none
 */
export function checkInputs(given: Record<string, unknown>, region: string | undefined): Checked {
  const failures: Failure[] = [];
  const report = (failure: Failure): void => void failures.push(failure);
  const { [SERIALIZED_PROVIDER]: _, ...own } = given;
  const inputs = objectOf(INPUTS)({ ...own, region: own.region ?? region }, "", report) as Record<string, unknown>;
  if (inputs.region === undefined) {
    failures.push({
      property: "region",
      reason: "no AWS region is set; set it with `pulumi config set aws:region REGION`, AWS_REGION or the profile",
    });
  }
  inputs.pauseBehavior ??= pauseBehaviorFor(inputs.market);
  failures.push(...contradictions(inputs));
  return { inputs, failures };
}

/** What follows from how the machine is bought: a one-time spot instance cannot be stopped. */
export function pauseBehaviorFor(bought: unknown): string {
  const lifecycle = isObject(bought) ? bought.lifecycle : bought;
  if (lifecycle === UNKNOWN) {
    return UNKNOWN;
  }
  return lifecycle === "on-demand" ? "stop" : "terminate";
}

/**
 * Inputs that `checkInputs` passed and in which nothing is unknown, or such as an older version of this package recorded: what
 * that did not know is as it is by default.
 */
export function desiredOf(inputs: Record<string, unknown>): Desired {
  const known = Object.fromEntries(
    INPUT_NAMES.flatMap((name) => (isAsked(name, inputs) ? [[name, inputs[name]]] : [])),
  );
  return checkInputs(known, undefined).inputs as unknown as Desired;
}

/** Further addresses are named in a list, or only counted. */
export const COUNTED_ADDRESSES = [
  { list: "secondaryPrivateIps", count: "secondaryPrivateIpCount", what: "secondary private IPs" },
  { list: "ipv6Addresses", count: "ipv6AddressCount", what: "IPv6 addresses" },
] as const satisfies readonly { list: InputName; count: InputName; what: string }[];

/** An empty list of addresses asks for nothing: its count does. What is not kept cannot be asked for. */
function isAsked(name: InputName, inputs: Record<string, unknown>): boolean {
  const value = inputs[name];
  const isList = COUNTED_ADDRESSES.some((it) => it.list === name);
  const isEmpty = isList && Array.isArray(value) && value.length === 0;
  return value !== undefined && !isEmpty && !(name === "privateIp" && inputs.persistPrivateIp === false);
}
