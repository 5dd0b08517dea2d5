/** The inputs that are objects: their fields. */
import { clockTime, cron, deviceName, id, maxPrice, nonEmpty, timezone } from "./formats";
import {
  distinctList,
  type Field,
  flag,
  type InputType,
  inputType,
  integer,
  isObject,
  objectOf,
  oneOf,
  text,
} from "./validation";

const volumeShape: Readonly<Record<string, Field>> = {
  size: { type: integer(1, 65536) },
  type: { type: oneOf("gp2", "gp3", "io1", "io2", "sc1", "st1", "standard") },
  iops: { type: integer(100, 256000) },
  throughput: { type: integer(125, 2000) },
  encrypted: { type: flag },
  kmsKeyId: { type: nonEmpty("the id, alias or ARN of a KMS key") },
};

export const rootVolume = objectOf(volumeShape);

const anyDataVolume = objectOf({
  name: {
    type: text(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      "a name of at most 63 letters, digits, dots, dashes and underscores that begins with a letter or a digit",
    ),
    required: true,
  },
  deviceName: { type: deviceName, required: true },
  volumeId: { type: id("vol", "a volume id") },
  snapshotId: { type: id("snap", "a snapshot id") },
  ...volumeShape,
});

/** EBS gives this without being asked. It is said all the same, so that taking a value out of the program goes back to it. */
const GP3 = { iops: 3000, throughput: 125 };

/** A volume that is made is gp3 where nothing else is said; a given one is what it is. */
export const dataVolume: InputType = {
  ...anyDataVolume,
  normal: (given) => {
    const volume = anyDataVolume.normal(given);
    if (!isObject(volume) || volume.volumeId !== undefined) {
      return volume;
    }
    const { type = "gp3" } = volume;
    return type === "gp3" ? { ...GP3, ...volume, type } : volume;
  },
};

export const metadataOptions = objectOf({
  httpTokens: { type: oneOf("required", "optional"), default: "required" },
  httpEndpoint: { type: oneOf("enabled", "disabled"), default: "enabled" },
  instanceMetadataTags: { type: oneOf("enabled", "disabled"), default: "disabled" },
  httpPutResponseHopLimit: { type: integer(1, 64) },
});

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const revertWindow = objectOf({
  days: {
    type: distinctList(oneOf(...DAYS), `a list of at least one of ${DAYS.join(", ")}`, { atLeast: 1 }),
  },
  from: { type: clockTime, required: true },
  to: { type: clockTime, required: true },
  timezone: { type: timezone, default: "UTC" },
});

const atOnceOrNever = oneOf("never", "always");
const inWindow = objectOf({ window: { type: revertWindow, required: true } });

const revertToSpot = inputType(
  { type: "either", of: [atOnceOrNever.schema, inWindow.schema] },
  (given, path, report) => {
    (isObject(given) ? inWindow : atOnceOrNever).check(given, path, report);
  },
  inWindow.normal,
);

export const market = objectOf({
  lifecycle: { type: oneOf("on-demand", "spot"), required: true },
  maxPrice: { type: maxPrice },
  fallbackToOnDemand: { type: flag, default: true },
  revertToSpot: { type: revertToSpot, default: "never" },
});

export const healing = objectOf({
  enabled: { type: flag, default: true },
  graceSeconds: { type: integer(0, 3600), default: 300 },
  unhealthySeconds: { type: integer(0, 3600), default: 120 },
});

export const schedule = objectOf({
  action: { type: oneOf("pause", "resume", "recycle"), required: true },
  cron: { type: cron, required: true },
  timezone: { type: timezone, default: "UTC" },
});

export const cpuOptions = objectOf({
  coreCount: { type: integer(1, 1024) },
  threadsPerCore: { type: integer(1, 2) },
});

export const replacement = objectOf({
  strategy: {
    type: oneOf("terminate-first", "root-volume", "stop-start", "overlap", "auto"),
    default: "terminate-first",
  },
  drainSeconds: { type: integer(0, 3600), default: 0 },
  skipOsShutdown: { type: flag, default: false },
  waitFor: { type: oneOf("running", "status-ok"), default: "running" },
  rollbackOnFailure: { type: flag, default: true },
  timeoutSeconds: { type: integer(30, 86400), default: 600 },
});

export const adopt = objectOf({
  instanceId: { type: id("i", "an instance id") },
  networkInterfaceId: { type: id("eni", "a network interface id") },
  managedInstanceId: { type: id("mi", "a managed instance's id") },
});

const retention = oneOf("delete", "retain");

export const deletion = objectOf({
  networkInterface: { type: retention, default: "delete" },
  elasticIp: { type: retention, default: "delete" },
  dataVolumes: { type: retention, default: "retain" },
});
