/** The page's one clock: every relative time is of it, so that all change together. */
import { signal } from "@preact/signals";

const TICK_MS = 1000;

/** Milliseconds since 1970, as of the last tick. */
export const now = signal(Date.now());

export function startClock(): void {
  const tick = (): void => {
    now.value = Date.now();
  };
  setInterval(tick, TICK_MS);
  // A hidden tab's timers are slowed down; it is right again as soon as somebody looks.
  document.addEventListener("visibilitychange", tick);
}
