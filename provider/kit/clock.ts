/** Time, injected: the engine never looks at the real clock. */
import { setMaxListeners } from "node:events";

export interface Clock {
  /** Milliseconds; at scale 1 since the epoch, so that what one process notes another can read. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/**
 * The real clock, run `scale` times as fast.
 *
 * @param scale 1 against AWS; a simulator that runs faster than the world needs a provider that waits as fast
 * @param origin when it began to, for processes that are to agree on the time; else each begins by itself
 */
export function scaledClock(scale: number, origin = performance.timeOrigin): Clock {
  return {
    now: () => origin + (performance.timeOrigin - origin + performance.now()) * scale,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / scale)),
  };
}

/** For a simulator that runs faster than the world; the real one where nothing is set. */
export function clockFromEnvironment(env = process.env): Clock {
  return scaledClock(scaleFromEnvironment(env), positive(env.MANAGED_INSTANCE_TIME_ORIGIN));
}

/** How many times as fast as the world the simulator runs that the environment names; else 1. */
export function scaleFromEnvironment(env = process.env): number {
  return positive(env.MANAGED_INSTANCE_TIME_SCALE) ?? 1;
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return number > 0 && Number.isFinite(number) ? number : undefined;
}

/** The user ended the run (Ctrl-C): no step answers that with another attempt, all that waits ends. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** The clock of runs that the user can end: once `cancelled` is aborted, no pause goes on or begins. */
export function cancellable(clock: Clock, cancelled: AbortSignal): Clock {
  // A thousand machines may pause at once; Node takes more than ten for a leak, and says so to the user.
  setMaxListeners(0, cancelled);
  return {
    now: () => clock.now(),
    sleep: async (ms) => {
      let stop = (): void => undefined;
      const stopped = new Promise<void>((resolve) => {
        stop = resolve;
      });
      if (!cancelled.aborted) {
        cancelled.addEventListener("abort", stop);
        await Promise.race([clock.sleep(ms), stopped]);
        cancelled.removeEventListener("abort", stop);
      }
      if (cancelled.aborted) {
        throw new Cancelled("cancelled");
      }
    },
  };
}

/** The clock without the time that is counted out: what bounds EC2 need not bound a queue of our own making. */
export class Stopwatch implements Clock {
  private out = 0;
  private since = 0;
  private outMs = 0;

  constructor(private readonly clock: Clock) {}

  now(): number {
    const current = this.out === 0 ? 0 : this.clock.now() - this.since;
    return this.clock.now() - this.outMs - current;
  }

  sleep(ms: number): Promise<void> {
    return this.clock.sleep(ms);
  }

  /** Time is counted out until `end`; what is counted out at the same time counts once. */
  begin(): void {
    if (this.out++ === 0) {
      this.since = this.clock.now();
    }
  }

  end(): void {
    if (--this.out === 0) {
      this.outMs += this.clock.now() - this.since;
    }
  }
}
