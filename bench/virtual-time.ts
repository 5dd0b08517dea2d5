/** Time for many runs that wait at the same time: it stands still while any of them works, then goes on to who wakes next. */
import { setImmediate as allIsDone } from "node:timers/promises";

export interface VirtualTimeOptions {
  start?: number;
  /** When something happens next by itself, beside who sleeps: time stops there too. */
  nextChangeAt?: () => number | undefined;
  /** Called when time has come to that moment. */
  onChange?: () => void;
}

interface Sleeper {
  at: number;
  wake: () => void;
}

/** How often nobody may be seen asleep: what is loaded or read from a disk is work that no clock knows of. */
const PATIENCE = 1_000;

export class VirtualTime {
  /** The sleepers: the first to wake is last; of those that wake at the same time, the one that lay down first. */
  private readonly sleepers: Sleeper[] = [];
  private time: number;

  constructor(private readonly options: VirtualTimeOptions = {}) {
    this.time = options.start ?? Date.UTC(2026, 10, 22, 12);
  }

  now(): number {
    return this.time;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.add({ at: this.time + Math.max(0, ms), wake });
    });
  }

  /** Lets time pass until the work is done. Nothing but microtasks may lie between two sleeps of it, or the order is not the same each time. */
  async until<T>(work: Promise<T>): Promise<T> {
    const ended = { isSo: false };
    const end = (): void => {
      ended.isSo = true;
    };
    work.then(end, end);
    let idle = 0;
    for (;;) {
      await allIsDone();
      if (ended.isSo) {
        return work;
      }
      idle = this.goOn() ? 0 : idle + 1;
      if (idle === PATIENCE) {
        throw new Error("nobody sleeps, nothing is due, and the work is not done");
      }
    }
  }

  /** To the next thing that happens; false if nothing does. */
  private goOn(): boolean {
    const { nextChangeAt, onChange } = this.options;
    const change = nextChangeAt?.() ?? Infinity;
    const wakes = this.sleepers.at(-1)?.at ?? Infinity;
    if (change === Infinity && wakes === Infinity) {
      return false;
    }
    this.time = Math.max(this.time, Math.min(change, wakes));
    if (change <= wakes) {
      onChange?.();
    } else {
      this.sleepers.pop()?.wake();
    }
    return true;
  }

  private add(sleeper: Sleeper): void {
    let low = 0;
    let high = this.sleepers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sleepers[middle]?.at ?? -Infinity) > sleeper.at) low = middle + 1;
      else high = middle;
    }
    this.sleepers.splice(low, 0, sleeper);
  }
}
