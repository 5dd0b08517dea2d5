/** Where the simulator gets its time from; it never looks at the machine's own clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A clock that can also be moved forward: what `/_sim/advance` needs. */
export interface AdjustableClock extends Clock {
  advance(ms: number): void;
}

/** Real time, run `scale` times as fast, starting at `start`. */
export function scaledClock(scale: number, start = Date.now()): AdjustableClock {
  const realStart = performance.now();
  let skipped = 0;
  return {
    now: () => Math.floor(start + skipped + (performance.now() - realStart) * scale),
    advance: (ms) => {
      skipped += ms;
    },
  };
}
