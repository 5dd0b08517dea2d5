import { Cancelled, type Clock } from "../clock";
import { explain, isEc2Error } from "./errors";

export interface Wait<T> {
  /** What is waited for, as the end of "waiting for …". */
  what: string;
  /** One look. */
  read: () => Promise<T>;
  isReady: (seen: T) => boolean;
  /** A sentence if `seen` can never become ready. */
  failure?: (seen: T) => string | undefined;
  /** What was seen, for the error on time-out. */
  describe: (seen: T) => string;
  timeoutMs: number;
  clock: Clock;
}

export class WaitTimeout extends Error {
  override readonly name = "WaitTimeout";
}

export class WaitFailure extends Error {
  override readonly name = "WaitFailure";
}

const FIRST_POLL_MS = 1000;
const LAST_POLL_MS = 5000;
/** Polling each tenth of the time waited so far finds a change at most a tenth late, in few calls. */
const POLL_SHARE = 0.1;

/**
 * Looks until it is ready, fails, or the time is up. The only loop of the engine that waits.
 *
 * A look that is throttled or does not get through is one look missed; every other error ends the wait.
 */
export async function waitFor<T>(wait: Wait<T>): Promise<T> {
  const start = wait.clock.now();
  for (;;) {
    let last: string;
    let cause: unknown;
    try {
      const seen = await wait.read();
      if (wait.isReady(seen)) {
        return seen;
      }
      const failure = wait.failure?.(seen);
      if (failure !== undefined) {
        throw new WaitFailure(failure);
      }
      last = wait.describe(seen);
    } catch (error) {
      if (!isEc2Error(error, "throttled", "unreachable")) {
        throw error;
      }
      last = explain(error);
      cause = error;
    }
    const elapsed = wait.clock.now() - start;
    if (elapsed >= wait.timeoutMs) {
      const seconds = String(Math.round(elapsed / 1000));
      throw new WaitTimeout(`still waiting for ${wait.what} after ${seconds} s; last seen: ${last}`, { cause });
    }
    try {
      await wait.clock.sleep(Math.min(Math.max(FIRST_POLL_MS, elapsed * POLL_SHARE), LAST_POLL_MS));
    } catch (error) {
      throw error instanceof Cancelled ? new Cancelled(`waited for ${wait.what}; last seen: ${last}`) : error;
    }
  }
}
