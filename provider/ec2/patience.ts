/** How long calls may be held up. */
import type { Clock } from "../kit/clock";

/** How long calls may be held up that belong to no run of a machine, such as those of a preview. */
export const OTHER_PATIENCE_MS = 5 * 60_000;

/**
 * How long the calls of one run may be held up by retries, all together; what is held up at the same time counts once. From `deadline` on,
 * where a run has to have ended by a time, none is held up any more.
 */
export class Patience {
  private heldUp = 0;
  private since = 0;
  private usedMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly totalMs: number,
    private readonly deadline = Infinity,
  ) {}

  get leftMs(): number {
    const now = this.clock.now();
    const current = this.heldUp === 0 ? 0 : now - this.since;
    return Math.max(0, Math.min(this.totalMs - this.usedMs - current, this.deadline - now));
  }

  begin(): void {
    if (this.heldUp++ === 0) {
      this.since = this.clock.now();
    }
  }

  end(): void {
    if (--this.heldUp === 0) {
      this.usedMs += this.clock.now() - this.since;
    }
  }
}
