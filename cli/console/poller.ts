/** When the fleet is looked at: often while a page is open, seldom while none is, and never before the first. */
import type { Fleet } from "./fleet";

const PERIOD_MS = 10_000;
const UNWATCHED_PERIOD_MS = 60_000;
/** However fast a simulator is. */
const LEAST_PERIOD_MS = 1000;

/** Calls back later; `clear` prevents that. */
export interface Timer {
  set(work: () => void, ms: number): NodeJS.Timeout;
  clear(timeout: NodeJS.Timeout | undefined): void;
}

const REAL: Timer = { set: setTimeout, clear: clearTimeout };

/** Milliseconds from one look to the next while a page is open. */
export function watchedPeriodMs(scale: number): number {
  return Math.max(LEAST_PERIOD_MS, PERIOD_MS / scale);
}

export class Poller {
  private watchers = 0;
  private next: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly fleet: Pick<Fleet, "look">,
    /** How many times as fast as the world EC2 is. */
    private readonly scale = 1,
    private readonly timer = REAL,
  ) {}

  /**
   * A page is open: it is looked at once, and often from then on.
   *
   * @returns notes that the page is closed
   */
  watch(): () => void {
    this.watchers++;
    if (this.watchers === 1) {
      this.look();
    }
    return () => {
      this.watchers--;
    };
  }

  close(): void {
    this.isClosed = true;
    this.timer.clear(this.next);
  }

  private look(): void {
    this.timer.clear(this.next);
    void this.fleet.look().then(() => {
      this.timer.clear(this.next);
      if (!this.isClosed) {
        this.next = this.timer.set(
          () => {
            this.look();
          },
          this.watchers > 0 ? watchedPeriodMs(this.scale) : Math.max(LEAST_PERIOD_MS, UNWATCHED_PERIOD_MS / this.scale),
        );
      }
    });
  }
}
