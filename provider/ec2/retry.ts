/** The retry policy of the product, all of it: what is sent again, for how long, and with which pauses. */
import { Cancelled, type Clock } from "../kit/clock";
import type { ErrorClass } from "./error-codes";
import { Ec2Error } from "./errors";
import { pauseAfter, PauseNotice, SHORTEST_PAUSE_MS } from "./backoff";
import type { Pace } from "./pace";
import type { Patience } from "./patience";

export interface Policy {
  /** Whether a call that ended so is sent again; `if-repeatable`: it may have taken effect, see REPEATS. */
  again: "always" | "if-repeatable" | "never";
  /** How many tries there are in all, where not only time limits them. */
  tries?: number;
  /** The outcome where the call is not sent again, or no more. */
  then: string;
}

const FATAL = "ends the run, with what to do";

/** The policy for each class of EC2's answers; error-codes.ts has the class of each code. */
export const POLICIES: Readonly<Record<ErrorClass, Policy>> = {
  throttled: { again: "always", then: "ends the run, which the next `up` takes up again" },
  unreachable: {
    again: "if-repeatable",
    tries: 5,
    then: "one more look in a wait; else it ends the run, and the next `up` finds by looking what came of the call",
  },
  "not-found": {
    again: "never",
    then: "of what the run has just made: asked again for up to 2 minutes, as EC2 may not show it yet; of what is to be deleted: done; else it ends the run",
  },
  transition: {
    again: "never",
    then: "looked at and waited for, at most `timeoutSeconds`, where it passes by itself; else it ends the run",
  },
  "in-use": {
    again: "never",
    then: "who holds it is looked up: our own is adopted, one that is coming off is waited for, any other ends the run",
  },
  capacity: { again: "never", then: "the next of `fallbackInstanceTypes`, then on-demand, if that is allowed" },
  quota: { again: "never", then: FATAL },
  denied: { again: "never", then: FATAL },
  "no-credentials": { again: "never", then: FATAL },
  mismatch: { again: "never", then: "sent under another client token, as its parameters have changed" },
  "name-taken": { again: "never", then: "another run made the record: that run is waited out, or another id taken" },
  refused: { again: "never", then: FATAL },
};

/** Told the right time by a refusal, the SDK signs the next request with it. More than once would be another fault. */
const CLOCK_TRIES = 2;

export interface Retry {
  clock: Clock;
  action: string;
  /** Whether the call may be sent again when it is unknown if it took effect. */
  repeatable: boolean;
  /** 0 to 1: spreads the retries of many machines. */
  random: () => number;
  patience: Patience;
  pace: Pick<Pace, "watch">;
  /** Prints one line for the user. */
  say: (line: string) => void;
}

/**
 * The one layer that sends calls again. The SDK makes one attempt: it takes a lack of capacity (HTTP 500) for a passing fault
 * (hashicorp/terraform-provider-aws#21293), and does not wait by an injected clock.
 */
export async function withRetries<T>(call: () => Promise<T>, retry: Retry): Promise<T> {
  const stall = new Stall(retry);
  const over = retry.pace.watch(retry.action, retry);
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await call();
      } catch (error) {
        await stall.orThrow(error, tries);
      }
    }
  } finally {
    over();
    stall.end();
  }
}

/** One call that is held up. */
class Stall {
  private readonly begunAt: number;
  private since: number | undefined;
  private isPausing = false;
  private readonly notice: PauseNotice;

  constructor(private readonly retry: Retry) {
    this.begunAt = retry.clock.now();
    this.notice = new PauseNotice(retry.clock);
  }

  /** Pauses, if the call may be sent again. A throttled call waits where all calls of the action do, in {@link Pace}. */
  async orThrow(error: unknown, tries: number): Promise<void> {
    if (!(error instanceof Ec2Error)) {
      throw error;
    }
    const { action, clock } = this.retry;
    const { isClockCorrected = false, isUnsent = false } = error.details;
    if (isClockCorrected && tries < CLOCK_TRIES) {
      return;
    }
    if (!this.isPassing(error, tries)) {
      throw this.inTheEnd(error, isUnsent ? tries - 1 : tries);
    }
    this.since ??= clock.now();
    if (error.class !== "throttled") {
      await this.pause(tries, `${action} did not get through (${error.code})`);
    }
  }

  end(): void {
    if (this.isPausing) {
      this.retry.patience.end();
    }
  }

  private inTheEnd(error: Ec2Error, sent: number): Ec2Error {
    const isFirst = this.since === undefined && sent > 0;
    return isFirst ? error : error.afterTries(sent, this.retry.clock.now() - (this.since ?? this.begunAt));
  }

  private isPassing(error: Ec2Error, tries: number): boolean {
    const { again, tries: limit = Infinity } = POLICIES[error.class];
    const isSafe = again === "always" || (again === "if-repeatable" && this.retry.repeatable);
    return isSafe && tries < limit && this.retry.patience.leftMs > 0;
  }

  private async pause(tries: number, why: string): Promise<void> {
    const { clock, patience, random, say } = this.retry;
    if (!this.isPausing) {
      this.isPausing = true;
      patience.begin();
    }
    const pause = Math.min(pauseAfter(tries - 1, random()), Math.max(patience.leftMs, SHORTEST_PAUSE_MS));
    this.notice.tell(pause, why, say);
    try {
      await clock.sleep(pause);
    } catch (error) {
      throw error instanceof Cancelled ? new Cancelled(why) : error;
    }
  }
}
