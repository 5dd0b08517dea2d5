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
 */
export function scaledClock(scale: number): Clock {
  return {
    now: () => performance.timeOrigin + performance.now() * scale,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / scale)),
  };
}

/** The user ended the run (Ctrl-C): no step answers that with another attempt, all that waits ends. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** The clock of runs that the user can end: once `cancelled` is aborted, no pause goes on or begins. */
export function cancellable(clock: Clock, cancelled: AbortSignal): Clock {
  // All machines of a stack may pause at the same time: Node would warn the user of a leak from the eleventh on.
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
