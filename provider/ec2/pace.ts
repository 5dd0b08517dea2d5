/** How fast calls go out, by action. EC2's limits are per account, region and action, so all machines of a process share them. */
import { Cancelled, type Clock } from "../kit/clock";
import { Ec2Error } from "./errors";
import { PauseNotice, SHORTEST_PAUSE_MS } from "./backoff";
import { Bucket } from "./bucket";
import type { Patience } from "./patience";

/**
 * The order of the calls that wait for one action: a call without which an address has no instance; any other; a dry run, which is out
 * of the same bucket.
 */
const RANKS = ["dark", "usual", "dry-run"] as const;
export type Rank = (typeof RANKS)[number];

export interface Asker {
  rank: Rank;
  /** Absent: of several runs, each of which has its own. */
  patience?: Patience;
  /** Belongs to a call over all its tries: a call that EC2 refuses keeps its turn. */
  place?: { order?: number };
  say?: (line: string) => void;
  /** Counts the time in a queue of our own making. */
  queued?: { begin(): void; end(): void };
  /** Asked at the call's turn, before it goes out; what it throws keeps the call back. */
  beforeSending?: (action: string) => Promise<void>;
}

/** Calls of one action at once before any refusal: more than one machine makes, and few of a thousand machines'. */
export const FIRST_LIMIT = 5;

const TOLD_QUEUE_MS = 10_000;

/** EC2's buckets of requests are full again after less. */
const FORGET_MS = 60_000;

export class Pace {
  private readonly lanes = new Map<string, Lane>();

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  /** Sends it when it is its turn. */
  paced<T>(action: string, send: () => Promise<T>, asker: Asker = { rank: "usual" }): Promise<T> {
    return this.lane(action).paced(send, asker);
  }

  /** Counts on the patience the time in which EC2 lets no call of the action pass, until the returned function is called. */
  watch(action: string, watcher: Watcher): () => void {
    return this.lane(action).watch(watcher);
  }

  private lane(action: string): Lane {
    let lane = this.lanes.get(action);
    if (lane === undefined) {
      lane = new Lane(action, this.clock, this.random);
      this.lanes.set(action, lane);
    }
    return lane;
  }
}

/** One run that waits for a call of the action, which may be made for several runs. */
export interface Watcher {
  patience: Patience;
  say: (line: string) => void;
}

interface Waiter {
  asker: Asker;
  go: () => void;
  fail: (error: unknown) => void;
}

/**
 * The calls of one action. Until EC2 refuses one for throttling, a limited number of them is under way. From then on they go out one by
 * one, at the pace of the {@link Bucket}.
 */
class Lane {
  private readonly waiters: Waiter[] = [];
  private readonly watchers = new Set<Watcher>();
  private limit = FIRST_LIMIT;
  private underWay = 0;
  private bucket: Bucket;
  private lastAt = -Infinity;
  /** Calls that were sent before a refusal came tell nothing new by being refused. */
  private epoch = 0;
  private isPumping = false;
  private asked = 0;
  private readonly notice: PauseNotice;

  constructor(
    private readonly action: string,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.bucket = new Bucket(clock, random);
    this.notice = new PauseNotice(clock);
  }

  async paced<T>(send: () => Promise<T>, asker: Asker): Promise<T> {
    await this.turn(asker);
    await this.mayGo(asker);
    const { epoch } = this;
    try {
      const result = await send();
      this.pass();
      return result;
    } catch (error) {
      if (error instanceof Ec2Error && error.class === "throttled") {
        this.refuse(error, epoch);
      } else if (error instanceof Ec2Error && error.class === "unreachable") {
        // The outcome is unknown. The slot is freed, so that queued calls do not wait for its time-out.
        this.limit++;
      } else {
        // Refused for another reason, it passed the bucket.
        this.pass();
      }
      throw error;
    } finally {
      this.underWay--;
      void this.pump();
    }
  }

  private async mayGo({ beforeSending }: Asker): Promise<void> {
    try {
      await beforeSending?.(this.action);
    } catch (error) {
      this.underWay--;
      void this.pump();
      throw error;
    }
  }

  watch({ patience, say }: Watcher): () => void {
    const watcher = { patience, say };
    this.watchers.add(watcher);
    if (this.bucket.isEmpty) {
      patience.begin();
    }
    return () => {
      this.watchers.delete(watcher);
      if (this.bucket.isEmpty) {
        patience.end();
      }
    };
  }

  private turn(asker: Asker): Promise<void> {
    this.forget();
    const place = (asker.place ??= {});
    const order = (place.order ??= this.asked++);
    if (this.waiters.length === 0 && this.pauseMs() === 0) {
      this.leave(true);
      return Promise.resolve();
    }
    asker.queued?.begin();
    const waiting = new Promise<void>((go, fail) => {
      // After those of its rank that came before.
      const at = this.waiters.findIndex(
        ({ asker: { rank, place: other } }) =>
          RANKS.indexOf(rank) > RANKS.indexOf(asker.rank) ||
          (rank === asker.rank && (other?.order ?? Infinity) > order),
      );
      this.waiters.splice(at < 0 ? this.waiters.length : at, 0, { asker, go, fail });
      this.tellOfQueue(asker, at < 0 ? this.waiters.length - 1 : at);
    }).finally(() => asker.queued?.end());
    void this.pump();
    return waiting;
  }

  private forget(): void {
    const now = this.clock.now();
    if (this.underWay === 0 && this.waiters.length === 0 && now - this.lastAt > FORGET_MS) {
      this.endStall();
      this.bucket = new Bucket(this.clock, this.random);
      this.limit = FIRST_LIMIT;
    }
  }

  /** How long the next call has to wait; without end if it waits for another's answer. */
  private pauseMs(): number {
    return this.bucket.isKnown || this.underWay < Math.floor(this.limit) ? this.bucket.pauseMs : Infinity;
  }

  private leave(isAtOnce = false): void {
    this.underWay++;
    this.lastAt = this.clock.now();
    this.bucket.take(isAtOnce);
  }

  private async pump(): Promise<void> {
    if (this.isPumping) {
      return;
    }
    this.isPumping = true;
    try {
      for (let first = this.waiters[0]; first !== undefined; first = this.waiters[0]) {
        const pause = this.pauseMs();
        if (pause === Infinity) {
          break;
        }
        if (pause === 0) {
          this.waiters.shift();
          this.leave();
          first.go();
        } else {
          await this.pause(pause, first.asker);
        }
      }
    } catch (error) {
      const why = error instanceof Cancelled ? new Cancelled(this.why()) : error;
      this.waiters.splice(0).forEach((it) => {
        it.fail(why);
      });
    } finally {
      this.isPumping = false;
    }
  }

  /** No longer than any of those who wait for EC2 to let something pass has patience. */
  private async pause(ms: number, first: Asker): Promise<void> {
    if (!this.bucket.isEmpty) {
      await this.clock.sleep(ms);
      return;
    }
    const left = Math.min(...this.waiters.map((it) => it.asker.patience?.leftMs ?? Infinity));
    const pause = Math.min(ms, Math.max(left, SHORTEST_PAUSE_MS));
    this.tellOfPause(pause, first);
    if (left > 0) {
      await this.clock.sleep(pause);
    }
    for (const waiter of this.waiters.filter((it) => it.asker.patience?.leftMs === 0)) {
      this.waiters.splice(this.waiters.indexOf(waiter), 1);
      waiter.fail(this.bucket.refusal?.unsent());
    }
  }

  private pass(): void {
    this.endStall();
    this.bucket.pass();
    if (!this.bucket.isKnown) {
      this.limit += 1 / this.limit;
    }
  }

  /** Before the bucket is told that a call passed. */
  private endStall(): void {
    if (this.bucket.isEmpty) {
      this.watchers.forEach((it) => {
        it.patience.end();
      });
    }
  }

  private refuse(refusal: Ec2Error, epoch: number): void {
    if (epoch !== this.epoch) {
      return;
    }
    this.epoch++;
    if (!this.bucket.isEmpty) {
      this.watchers.forEach((it) => {
        it.patience.begin();
      });
    }
    this.bucket.refuse(refusal);
  }

  private why(): string {
    const { refusal } = this.bucket;
    return refusal === undefined
      ? `waited for earlier calls of ${this.action}`
      : `EC2 throttles ${this.action} (${refusal.code})`;
  }

  /** A call that is made for several runs is told by the first of them. */
  private tellOfPause(ms: number, { say = [...this.watchers][0]?.say }: Asker): void {
    this.notice.tell(ms, this.why(), say);
  }

  private tellOfQueue({ say }: Asker, ahead: number): void {
    const { rate } = this.bucket;
    if (rate !== undefined && !this.bucket.isEmpty && (1000 * ahead) / rate >= TOLD_QUEUE_MS) {
      const perSecond = rate.toFixed(1);
      say?.(`EC2 allows ${perSecond} ${this.action} a second; ${ahead} are ahead, about ${Math.round(ahead / rate)} s`);
    }
  }
}
