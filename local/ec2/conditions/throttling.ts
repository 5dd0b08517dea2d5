import { Ec2Error } from "../model/errors";
import { EC2_LIMITS, RESOURCE_INTENSIVE, type Bucket, type ThrottleLimits } from "./throttle-limits";
import type { Params } from "../wire/params";

export interface ThrottledCall {
  action: string;
  mutating: boolean;
  params: Params;
}

interface Level {
  tokens: number;
  at: number;
}

/** EC2's token buckets. Off unless they are set; what is not said is as EC2 has it. */
export class Throttling {
  private limits: ThrottleLimits | undefined;
  private readonly levels = new Map<string, Level>();

  /** @example throttling.set({}); throttling.set({ actions: { RunInstances: { capacity: 2, refillPerSecond: 1 } } }) */
  set(limits: Partial<ThrottleLimits>): void {
    this.limits = {
      ...EC2_LIMITS,
      ...limits,
      actions: { ...EC2_LIMITS.actions, ...limits.actions },
      resources: { ...EC2_LIMITS.resources, ...limits.resources },
    };
    this.levels.clear();
  }

  off(): void {
    this.limits = undefined;
    this.levels.clear();
  }

  list(): ThrottleLimits | undefined {
    return this.limits;
  }

  /** Takes the call's tokens, or answers as EC2 does when there are none. What was taken stays taken. */
  admit(call: ThrottledCall, now: number): void {
    if (this.limits === undefined) return;
    const { name, bucket } = requestBucket(this.limits, call);
    this.take(name, bucket, { tokens: 1, now });
    const resources = this.limits.resources[call.action];
    if (resources === undefined || call.params.string("DryRun") === "true") return;
    this.take(`${call.action} resources`, resources, { tokens: resourceCount(call.params), now });
  }

  private take(name: string, bucket: Bucket, { tokens, now }: { tokens: number; now: number }): void {
    const level = this.levels.get(name) ?? { tokens: bucket.capacity, at: now };
    const refilled = level.tokens + ((now - level.at) / 1000) * bucket.refillPerSecond;
    level.tokens = Math.min(bucket.capacity, refilled);
    level.at = now;
    this.levels.set(name, level);
    if (level.tokens < tokens) throw new Ec2Error("RequestLimitExceeded", "Request limit exceeded.");
    level.tokens -= tokens;
  }
}

function requestBucket(limits: ThrottleLimits, call: ThrottledCall): { name: string; bucket: Bucket } {
  const { action, mutating } = call;
  const own = limits.actions[action];
  if (own !== undefined) return { name: action, bucket: own };
  if (RESOURCE_INTENSIVE.includes(action)) return { name: action, bucket: limits.resourceIntensive };
  if (mutating) return { name: action, bucket: limits.mutating };
  return isUnfiltered(call.params)
    ? { name: `${action} unfiltered`, bucket: limits.unfiltered }
    : { name: action, bucket: limits.nonMutating };
}

/** Neither a filter, nor a page size, nor anything by name: what is left is the action and the version. */
function isUnfiltered({ tree }: Params): boolean {
  return Object.keys(tree).every((name) => ["Action", "Version", "DryRun"].includes(name));
}

function resourceCount(params: Params): number {
  const ids = params.strings("InstanceId").length;
  return ids > 0 ? ids : Number(params.string("MaxCount") ?? 1) || 1;
}
