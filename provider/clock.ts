/** Time, injected: the engine never looks at the real clock. */
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
