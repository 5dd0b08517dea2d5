/** How fast calls go out, by action. EC2's limits are per account, region and action, so all machines of a process share them. */
import { Cancelled, type Clock } from "../kit/clock";
import { Ec2Error } from "./errors";
import { LONGEST_PAUSE_MS, pauseAfter, SHORTEST_PAUSE_MS, TELL_EVERY_MS, TOLD_PAUSE_MS } from "./backoff";
import type { Patience } from "./patience";

/**
 * Whose call goes first, of those that wait for one action: an address has no instance until it passes; any other; one that asks
 * for what is not to happen yet, out of the same bucket.
 */
const RANKS = ["dark", "usual", "dry-run"] as const;
export type Rank = (typeof RANKS)[number];

export interface Asker {
  rank: Rank;
  /** Absent: of several runs, each of which has its own. */
  patience?: Patience;
  /** Of a call, over all its tries: one that EC2 refuses keeps its turn. */
  place?: { order?: number };
  say?: (line: string) => void;
  /** Counts the time in a queue of our own making. */
  queued?: { begin(): void; end(): void };
  /** Asked at the call's turn, before it goes out; what it throws keeps the call back. */
  beforeSending?: (action: string) => Promise<void>;
}

/** As many calls of one action at once as nobody has said no to: more than a machine makes, and few of a thousand machines. */
export const FIRST_LIMIT = 5;

const TOLD_QUEUE_MS = 10_000;

/** EC2's buckets of requests are full again after less. */
const FORGET_MS = 60_000;

/** What was learned is taken up a little below, and left behind the faster the longer nothing is refused. */
const CAUTION = 0.95;
const GROWTH = 0.1;
const GROWTH_CALLS = 30;
/** The first rate is no more than a guess, and left behind sooner. */
const GROWTH_CALLS_OF_A_GUESS = 10;
/** After so many times the calls of growth, we were too slow for long enough that the bucket was full in between. */
const WAS_FULL = 3;
/** The burst before the first refusal was faster than EC2 allows for long; of what was long before it, nothing is to be learned. */
const FIRST_CUT = 0.75;
const RECENT_MS = 10_000;
/** Where calls went out without a wait, the bucket may have been full in between, and then less passed than it was filled with. */
const SOFT_CUT = 0.9;
const SLOWEST = 1000 / LONGEST_PAUSE_MS;
/** A process that is busy wakes late: what was due in so long until now goes at once. */
const LATE_MS = 1000;

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

/** What EC2's refusals have told of a bucket. */
interface Learned {
  /** Calls a second that passed between the last two refusals: what the bucket is filled with. */
  rate: number;
  /** From the first refusal alone. */
  isGuess: boolean;
  /** When it was last empty. */
  emptyAt: number;
  refusal: Ec2Error;
}

/**
 * One action. Until EC2 refuses a call for throttling, a limited number of them is under way. From then on they go out one by one,
 * about as fast as they passed since the refusal before: a bucket that was empty then and is empty now has let pass what it was
 * filled with. While none passes, the next is tried after a pause that doubles.
 */
class Lane {
  private readonly waiters: Waiter[] = [];
  private readonly watchers = new Set<Watcher>();
  private limit = FIRST_LIMIT;
  private underWay = 0;
  private learned: Learned | undefined;
  /** Passed since the last refusal, or since the first call. */
  private passed = 0;
  /** When, of those of the last {@link RECENT_MS}. */
  private recent: number[] = [];
  /** Whether a call went out without a wait since the last refusal. */
  private hadRoom = false;
  private refusedInARow = 0;
  /** Of the first call, and of the last. */
  private begunAt = 0;
  private lastAt = -Infinity;
  private nextAt = -Infinity;
  /** Calls that were sent before a refusal came tell nothing new by being refused. */
  private epoch = 0;
  private isPumping = false;
  private asked = 0;
  private toldAt = -Infinity;

  constructor(
    private readonly action: string,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

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
        // Of it nobody knows. Those behind it do not wait until each before them has been given up as lost.
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
    if (this.isStuck) {
      patience.begin();
    }
    return () => {
      this.watchers.delete(watcher);
      if (this.isStuck) {
        patience.end();
      }
    };
  }

  private get isStuck(): boolean {
    return this.refusedInARow > 0;
  }

  private turn(asker: Asker): Promise<void> {
    this.forget();
    const place = (asker.place ??= {});
    const order = (place.order ??= this.asked++);
    if (this.waiters.length === 0 && this.pauseMs() === 0) {
      this.hadRoom = true;
      this.leave();
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
      this.unstick();
      this.learned = undefined;
      this.limit = FIRST_LIMIT;
      this.passed = 0;
      this.recent = [];
      this.begunAt = now;
      this.nextAt = -Infinity;
    }
  }

  /** How long the next call has to wait; without end if it waits for another's answer. */
  private pauseMs(): number {
    if (this.learned === undefined) {
      return this.underWay < Math.floor(this.limit) ? 0 : Infinity;
    }
    return Math.max(0, this.nextAt - this.clock.now());
  }

  private leave(): void {
    const now = this.clock.now();
    this.underWay++;
    this.lastAt = now;
    if (this.learned !== undefined) {
      const interval = 1000 / Math.max(SLOWEST, this.learned.rate * (CAUTION + GROWTH * this.grown ** 2));
      this.nextAt = Math.max(this.nextAt, now - LATE_MS) + interval;
    }
  }

  /** Since the last refusal, in calls of growth. */
  private get grown(): number {
    return this.passed / (this.learned?.isGuess === true ? GROWTH_CALLS_OF_A_GUESS : GROWTH_CALLS);
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
    if (!this.isStuck) {
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
      waiter.fail(this.learned?.refusal.unsent());
    }
  }

  private pass(): void {
    this.passed++;
    this.unstick();
    this.recent = [...this.recentBefore(this.clock.now()), this.clock.now()];
    if (this.learned === undefined) {
      this.limit += 1 / this.limit;
    }
  }

  private unstick(): void {
    if (this.isStuck) {
      this.refusedInARow = 0;
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
    const now = this.clock.now();
    this.learned = { rate: this.measured(now), isGuess: this.learned === undefined, emptyAt: now, refusal };
    this.passed = 0;
    this.recent = [];
    this.hadRoom = false;
    if (!this.isStuck) {
      this.watchers.forEach((it) => {
        it.patience.begin();
      });
    }
    this.nextAt = now + pauseAfter(this.refusedInARow++, this.random());
  }

  private measured(now: number): number {
    const { learned, passed } = this;
    if (learned === undefined) {
      return FIRST_CUT * this.recentRate(now, this.begunAt);
    }
    const whole = passed === 0 ? learned.rate : (1000 * passed) / Math.max(1, now - learned.emptyAt);
    // A full bucket loses what it is filled with: that is more than what passed in the whole time, and less than what did at last.
    const rate = this.grown > WAS_FULL ? (whole + this.recentRate(now, learned.emptyAt)) / 2 : whole;
    return this.hadRoom ? Math.max(rate, SOFT_CUT * learned.rate) : rate;
  }

  private recentRate(now: number, since: number): number {
    return this.recentBefore(now).length / Math.max(1, Math.min(now - since, RECENT_MS) / 1000);
  }

  private recentBefore(now: number): number[] {
    return this.recent.filter((at) => at > now - RECENT_MS);
  }

  private why(): string {
    const { refusal } = this.learned ?? {};
    return refusal === undefined
      ? `waited for earlier calls of ${this.action}`
      : `EC2 throttles ${this.action} (${refusal.code})`;
  }

  /** A call that is made for several runs is told by the first of them. */
  private tellOfPause(ms: number, { say = [...this.watchers][0]?.say }: Asker): void {
    const now = this.clock.now();
    if (ms >= TOLD_PAUSE_MS && now - this.toldAt >= TELL_EVERY_MS) {
      this.toldAt = now;
      say?.(`${this.why()}; trying again in ${Math.round(ms / 1000)} s`);
    }
  }

  private tellOfQueue({ say }: Asker, ahead: number): void {
    const { rate } = this.learned ?? {};
    if (rate !== undefined && !this.isStuck && (1000 * ahead) / rate >= TOLD_QUEUE_MS) {
      const perSecond = rate.toFixed(1);
      say?.(`EC2 allows ${perSecond} ${this.action} a second; ${ahead} are ahead, about ${Math.round(ahead / rate)} s`);
    }
  }
}
