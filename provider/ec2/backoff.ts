/** How long a call that was refused waits before it is sent again, and when its user is told. */
import type { Clock } from "../kit/clock";

const FIRST_PAUSE_MS = 500;
export const LONGEST_PAUSE_MS = 20_000;
/** Full jitter may come to nothing, and a clock that stands still would never get on. */
export const SHORTEST_PAUSE_MS = 50;

/**
 * "Full jitter": anything up to the longest, so that what was refused together does not come back together.
 *
 * @param doublings how often the first pause has been doubled
 * @param random 0 to 1
 */
export function pauseAfter(doublings: number, random: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** doublings, LONGEST_PAUSE_MS);
  return Math.max(longest * random, SHORTEST_PAUSE_MS);
}

/** A pause that the user would notice is told, and not more often than this. */
const TOLD_PAUSE_MS = 1000;
const TELL_EVERY_MS = 15_000;

/** Tells a user of pauses. */
export class PauseNotice {
  private toldAt = -Infinity;

  constructor(private readonly clock: Pick<Clock, "now">) {}

  /** @param why the reason for the pause, as the beginning of a sentence */
  tell(ms: number, why: string, say: ((line: string) => void) | undefined): void {
    const now = this.clock.now();
    if (ms >= TOLD_PAUSE_MS && now - this.toldAt >= TELL_EVERY_MS) {
      this.toldAt = now;
      say?.(`${why}; trying again in ${Math.round(ms / 1000)} s`);
    }
  }
}
