/** A run that has to end by a time: it stops where the next one goes on. */
import { Cancelled, type Clock } from "../provider/kit/clock";
import type { Deps } from "../provider/engine/steps/run";

/** Time before the deadline in which nothing more is begun, unless the machine is dark: it is brought up first. */
const LAST_START_MS = 60_000;

/** The clock, and what tells the engine, of a run with a deadline. Every pause that would outlast it ends at it. */
export function untilDeadline(clock: Clock, deadline: number): Pick<Deps, "clock" | "isAbandoned" | "cancelled"> {
  const over = new AbortController();
  return {
    clock: {
      now: () => clock.now(),
      sleep: async (ms) => {
        const left = deadline - clock.now();
        if (ms < left) {
          return clock.sleep(ms);
        }
        await clock.sleep(Math.max(0, left));
        over.abort();
        throw new Cancelled("the time is up");
      },
    },
    isAbandoned: () => clock.now() >= deadline - LAST_START_MS,
    cancelled: over.signal,
  };
}
