/** How fast EC2's token buckets let a number of machines come about, change or go, whoever asks. (pure) */
import { type Bucket, EC2_LIMITS } from "../../local/ec2";

/** The calls that one machine cannot do without. Of the describes, those alone that cannot answer for several machines at once. */
export type Needed = Readonly<Record<string, number>>;

export interface Bound {
  seconds: number;
  /** The bucket that sets it. */
  action: string;
}

function bucketOf(action: string): Bucket {
  const kind = action.startsWith("Describe") ? EC2_LIMITS.nonMutating : EC2_LIMITS.mutating;
  return EC2_LIMITS.actions[action] ?? kind;
}

/** From a full bucket the first calls go at once, the others as it is refilled. */
export function secondsFor(calls: number, { capacity, refillPerSecond }: Bucket): number {
  return Math.max(0, calls - capacity) / refillPerSecond;
}

/**
 * The least time in which `count` machines get the calls that they need, plus what EC2 itself takes for the one that comes last.
 *
 * @param dryRuns of `needed`: RunInstances calls that only ask, which take a request but no instance
 */
export function boundOf(count: number, needed: Needed, ownSeconds: number, dryRuns = 0): Bound {
  const requests = Object.entries(needed).map(([action, calls]) => ({
    action,
    seconds: secondsFor(count * calls, bucketOf(action)),
  }));
  const resources = Object.entries(EC2_LIMITS.resources).map(([action, bucket]) => ({
    action: `${action}, by instances`,
    seconds: secondsFor(count * ((needed[action] ?? 0) - (action === "RunInstances" ? dryRuns : 0)), bucket),
  }));
  const slowest = [...requests, ...resources].reduce((most, it) => (it.seconds > most.seconds ? it : most), {
    action: "",
    seconds: 0,
  });
  return { action: slowest.action, seconds: slowest.seconds + ownSeconds };
}
