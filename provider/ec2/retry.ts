import type { Clock } from "../clock";
import { isEc2Error } from "./errors";

/** Throttling passes: EC2's buckets refill within seconds, so it is waited out for this long. */
const THROTTLED_FOR_MS = 5 * 60_000;
/** What does not get through is tried again this often, if a repeat is harmless. */
const UNREACHABLE_RETRIES = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

export interface Retry {
  clock: Clock;
  /** Whether the call may be sent again when it is unknown if it took effect. */
  repeatable: boolean;
  /** 0 to 1: spreads the retries of many machines. */
  random: () => number;
}

/**
 * The retry policy of the product, in place of the SDK's, which takes a lack of capacity (HTTP 500) for a passing fault
 * (hashicorp/terraform-provider-aws#21293) and does not wait by an injected clock.
 */
export async function withRetries<T>(call: () => Promise<T>, retry: Retry): Promise<T> {
  const start = retry.clock.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const throttled = isEc2Error(error, "throttled") && retry.clock.now() - start < THROTTLED_FOR_MS;
      const lost = isEc2Error(error, "unreachable") && retry.repeatable && attempt < UNREACHABLE_RETRIES;
      if (!throttled && !lost) {
        throw error;
      }
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
    await retry.clock.sleep(pause * (0.5 + retry.random() / 2));
  }
}
