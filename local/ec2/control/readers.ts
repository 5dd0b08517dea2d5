import type { ConsistencyLags } from "../conditions/consistency";
import type { Fields } from "./fields";
import type { Fault } from "../conditions/faults";
import { flawOf, type Distribution } from "../model/distribution";
import type { InterruptionTarget } from "../model/interruption";
import { Refused } from "../refused";
import type { Bucket, ThrottleLimits } from "../conditions/throttle-limits";

/** Readers of the fields of control requests, which use the words of the simulator's own interface. */

export function readDistribution(fields: Fields, name: string): Distribution {
  const value = fields.raw(name);
  const flaw = flawOf(value);
  if (flaw === undefined) return value as Distribution;
  throw new Refused(`"${name}" ${flaw}.`);
}

const FAULT_FIELDS = [
  "action",
  "error",
  "reset",
  "hang",
  "latencyMs",
  "times",
  "skip",
  "probability",
  "when",
  "afterEffect",
];

export function readFault(fields: Fields): Fault {
  fields.only("A fault", FAULT_FIELDS);
  const fault: Fault = {
    action: fields.text("action"),
    error: fields.has("error") ? readError(fields) : undefined,
    reset: fields.optional("reset", "flag"),
    hang: fields.optional("hang", "flag"),
    latencyMs: fields.has("latencyMs") ? readDistribution(fields, "latencyMs") : undefined,
    times: fields.optional("times", "count"),
    skip: fields.optional("skip", "whole"),
    probability: fields.optional("probability", "chance"),
    when: fields.has("when") ? fields.oneOf("when", ["before", "after"] as const) : undefined,
    afterEffect: fields.optional("afterEffect", "flag"),
  };
  const isFailure = fault.error !== undefined || fault.reset === true || fault.hang === true;
  if (isFailure || fault.latencyMs !== undefined) return fault;
  throw new Refused('A fault needs an "error" with a "code", or "reset": true, or "hang": true, or "latencyMs".');
}

function readError(fields: Fields): NonNullable<Fault["error"]> {
  const error = fields.group("error").only("An error", ["code", "message", "status"]);
  return {
    code: error.text("code"),
    message: error.optional("message", "text"),
    status: error.optional("status", "whole"),
  };
}

const LIMIT_CLASSES = ["nonMutating", "unfiltered", "mutating", "resourceIntensive"] as const;

export function readLimits(fields: Fields): Partial<ThrottleLimits> {
  fields.only("Throttling", [...LIMIT_CLASSES, "actions", "resources"]);
  const limits: Partial<ThrottleLimits> = {};
  for (const name of LIMIT_CLASSES) if (fields.has(name)) limits[name] = readBucket(fields, name);
  if (fields.has("actions")) limits.actions = fields.group("actions").entries(readBucket);
  if (fields.has("resources")) limits.resources = fields.group("resources").entries(readBucket);
  return limits;
}

function readBucket(fields: Fields, name: string): Bucket {
  const bucket = fields.group(name).only("A bucket", ["capacity", "refillPerSecond"]);
  return { capacity: bucket.positive("capacity"), refillPerSecond: bucket.positive("refillPerSecond") };
}

export function readLags(fields: Fields): ConsistencyLags {
  fields.only("Consistency", ["unknownMs", "staleMs"]);
  return {
    unknownMs: fields.has("unknownMs") ? readDistribution(fields, "unknownMs") : undefined,
    staleMs: fields.has("staleMs") ? readDistribution(fields, "staleMs") : undefined,
  };
}

export function readTarget(fields: Fields): InterruptionTarget {
  if (fields.has("instanceId")) return { instanceId: fields.text("instanceId") };
  return {
    type: fields.optional("instanceType", "text"),
    zone: fields.optional("availabilityZone", "text"),
  };
}

/** The type and the zone that capacity and prices are set for. */
export function readPool(fields: Fields): [type: string, zone: string] {
  return [fields.text("instanceType"), fields.text("availabilityZone")];
}
