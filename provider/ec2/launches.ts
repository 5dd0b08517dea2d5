/** Machines are not taken down faster than EC2 lets launches follow. */
import { Cancelled, type Clock } from "../clock";

/** How long it takes until a machine that is taken down can be launched, before one has been seen: EC2's shutdown. */
const USUAL_MS = 35_000;
/** How much the last one seen counts. */
const SHARE = 0.2;
const TOLD_MS = 10_000;

export interface Down {
  /** Without the time that calls wait in our own queues: that would make room for yet longer queues. */
  unqueued: Clock;
  cancelled: AbortSignal;
  say: (line: string) => void;
}

interface Waiter {
  go: () => void;
  fail: (error: Error) => void;
}

/**
 * How many machines may be down at a time for a launch that is to follow: as many as launches are allowed in the time that one is
 * down. As long as EC2 has refused none, there is no bound. One machine may always be down.
 */
export class Launches {
  private down = 0;
  private usualMs = USUAL_MS;
  private readonly waiters: Waiter[] = [];

  /** @param launchesPerSecond undefined as long as EC2 has not shown it */
  constructor(private readonly launchesPerSecond: () => number | undefined) {}

  /** Waits for room, in turn. What it returns is to be called once the launch is accepted, or given up; again does nothing. */
  async takeDown(run: Down): Promise<() => void> {
    if (this.waiters.length > 0 || !this.hasRoom()) {
      await this.inTurn(run);
    } else {
      this.down++;
    }
    const begin = run.unqueued.now();
    let isOver = false;
    return () => {
      if (isOver) {
        return;
      }
      isOver = true;
      this.usualMs += SHARE * (run.unqueued.now() - begin - this.usualMs);
      this.down--;
      this.goOn();
    };
  }

  private hasRoom(): boolean {
    const rate = this.launchesPerSecond();
    return rate === undefined || this.down < Math.max(1, (rate * this.usualMs) / 1000);
  }

  private async inTurn({ cancelled, say }: Down): Promise<void> {
    this.tell(say);
    let waiter: Waiter | undefined;
    const stop = (): void => waiter?.fail(new Cancelled("waited for its turn to be taken down"));
    cancelled.addEventListener("abort", stop);
    try {
      await new Promise<void>((go, fail) => {
        waiter = { go, fail };
        this.waiters.push(waiter);
        if (cancelled.aborted) {
          stop();
        }
      });
    } finally {
      cancelled.removeEventListener("abort", stop);
      this.waiters.splice(0, this.waiters.length, ...this.waiters.filter((it) => it !== waiter));
    }
  }

  private goOn(): void {
    while (this.hasRoom()) {
      const next = this.waiters.shift();
      if (next === undefined) {
        return;
      }
      this.down++;
      next.go();
    }
  }

  private tell(say: (line: string) => void): void {
    const rate = this.launchesPerSecond() ?? Infinity;
    const ahead = this.waiters.length;
    if ((1000 * (ahead + 1)) / rate >= TOLD_MS) {
      say(
        `stays up until a launch can follow at once: EC2 allows ${rate.toFixed(1)} a second, ${this.down} machines are down, ${ahead} are ahead`,
      );
    }
  }
}
