/** Time that passes only when nobody does anything: a minute of EC2's takes no minute of ours. */
import type { Clock } from "../../provider/clock";

interface Sleeper {
  at: number;
  wake: () => void;
}

export class VirtualTime implements Clock {
  private sleepers: Sleeper[] = [];

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      const at = this.time + ms;
      const index = this.sleepers.findIndex((it) => it.at > at);
      this.sleepers.splice(index < 0 ? this.sleepers.length : index, 0, { at, wake });
    });
  }

  /** Lets time pass until the work has ended; what is asleep at the same time sleeps side by side. */
  async during<T>(work: Promise<T>): Promise<T> {
    const seen: { isOver: boolean } = { isOver: false };
    const end = (): void => {
      seen.isOver = true;
    };
    work.then(end, end);
    for (;;) {
      // By then all that can go on without time has gone on.
      await new Promise((resolve) => setImmediate(resolve));
      if (seen.isOver) {
        return work;
      }
      const next = this.sleepers.shift();
      if (next !== undefined) {
        this.time = next.at;
        next.wake();
      }
    }
  }
}
