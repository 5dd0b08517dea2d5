import { Cancelled, type Clock } from "../kit/clock";
import { explain, isEc2Error } from "./errors";
import type { Expectations, Kind } from "./expectations";

export interface Wait<T> {
  /** The kind of wait, by which the usual time is known. */
  kind: Kind;
  /** The end of "waiting for …". */
  what: string;
  /** One look. */
  read: () => Promise<T>;
  isReady: (seen: T) => boolean;
  /** A sentence if `seen` can never become ready. */
  failure?: (seen: T) => string | undefined;
  /** Describes what was seen, for the error on time-out. */
  describe: (seen: T) => string;
  timeoutMs: number;
}

/** The clock and the usual times, which all waits of a run share. */
export interface Waiting {
  clock: Clock;
  expectations: Expectations;
}

export class WaitTimeout extends Error {
  override readonly name = "WaitTimeout";
}

export class WaitFailure extends Error {
  override readonly name = "WaitFailure";
}

/**
 * Looks until it is ready, fails, or the time is up. The only loop of the engine that waits.
 *
 * A look that is throttled or does not get through is one look missed; every other error ends the wait.
 */
export async function waitFor<T>(wait: Wait<T>, { clock, expectations }: Waiting): Promise<T> {
  const start = clock.now();
  for (let looks = 1; ; looks++) {
    let last: string;
    let cause: unknown;
    try {
      const seen = await wait.read();
      if (wait.isReady(seen)) {
        if (looks > 1) {
          expectations.learn(wait.kind, clock.now() - start);
        }
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
    const elapsed = clock.now() - start;
    if (elapsed >= wait.timeoutMs) {
      const seconds = String(Math.round(elapsed / 1000));
      throw new WaitTimeout(`still waiting for ${wait.what} after ${seconds} s; last seen: ${last}`, { cause });
    }
    try {
      // The last look is made when the time is up.
      const pause = Math.min(expectations.pauseAfter(wait.kind, elapsed), wait.timeoutMs - elapsed);
      await expectations.during(() => clock.sleep(pause));
    } catch (error) {
      throw error instanceof Cancelled ? new Cancelled(`waited for ${wait.what}; last seen: ${last}`) : error;
    }
  }
}
