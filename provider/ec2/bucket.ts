/** EC2's bucket of requests for one action, as far as its answers tell: what it is filled with, and when the next call may go out. */
import type { Clock } from "../kit/clock";
import { pauseAfter } from "./backoff";
import type { Ec2Error } from "./errors";

/** The learned rate is taken up a little below, and left behind the faster the longer nothing is refused. */
const CAUTION = 0.95;
const GROWTH = 0.1;
const GROWTH_CALLS = 30;
/** The first rate is no more than a guess, and left behind sooner. */
const GROWTH_CALLS_OF_A_GUESS = 10;
/** Multiple of the calls of growth after which we were too slow for so long that the bucket was full in between. */
const WAS_FULL = 3;
/** Time without a refusal that counts as a call of growth, where so few calls are made that they tell nothing. */
const GROWTH_MS = 1000;
/** Calls a second that are so few. */
const SELDOM = 1;
/** The burst before the first refusal was faster than EC2 allows for long; calls long before it teach nothing. */
const FIRST_CUT = 0.75;
const RECENT_MS = 10_000;
/** The cut where calls went out without a wait: the bucket may have been full in between, and then fewer calls passed than it was filled with. */
const SOFT_CUT = 0.9;
/** Slowest rate that is taken for a bucket's: the refills that EC2 documents are 2 a second and more (ec2-behaviour.md, section on throttling). */
const SLOWEST = 0.2;
/** A busy process wakes late: calls that came due within this time until now go at once. */
const LATE_MS = 1000;

/** The lesson of EC2's refusals. */
interface Learned {
  /** Calls a second that passed between the last two refusals: what the bucket is filled with. */
  rate: number;
  /** Whether the rate is from the first refusal alone. */
  isGuess: boolean;
  /** Time at which the bucket was last empty. */
  emptyAt: number;
  refusal: Ec2Error;
}

/**
 * Paces calls. After the first refusal, calls go out one by one, about as fast as they passed since the refusal before: a bucket that was
 * empty then and is empty now has let pass what it was filled with. While no call passes, the next is tried after a pause that doubles.
 */
export class Bucket {
  private learned: Learned | undefined;
  /** Passed since the last refusal, or since the first call. */
  private passed = 0;
  /** When, of those of the last {@link RECENT_MS}. */
  private recent: number[] = [];
  /** Whether a call went out without a wait since the last refusal. */
  private hadRoom = false;
  private refusedInARow = 0;
  private readonly begunAt: number;
  private nextAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.begunAt = clock.now();
  }

  /** Whether EC2 has refused a call, so that something is known of the bucket. */
  get isKnown(): boolean {
    return this.learned !== undefined;
  }

  /** Whether the last answer was a refusal: EC2 lets no call pass. */
  get isEmpty(): boolean {
    return this.refusedInARow > 0;
  }

  get refusal(): Ec2Error | undefined {
    return this.learned?.refusal;
  }

  /** Calls a second that it is filled with. */
  get rate(): number | undefined {
    return this.learned?.rate;
  }

  /** How long the next call has to wait. */
  get pauseMs(): number {
    return Math.max(0, this.nextAt - this.clock.now());
  }

  /** A call goes out. */
  take(isAtOnce: boolean): void {
    this.hadRoom ||= isAtOnce;
    if (this.learned !== undefined) {
      const interval = 1000 / (Math.max(SLOWEST, this.learned.rate) * this.growth(this.learned));
      this.nextAt = Math.max(this.nextAt, this.clock.now() - LATE_MS) + interval;
    }
  }

  /** A call has passed. */
  pass(): void {
    this.passed++;
    this.refusedInARow = 0;
    const now = this.clock.now();
    this.recent = [...this.recentBefore(now), now];
  }

  refuse(refusal: Ec2Error): void {
    const now = this.clock.now();
    this.learned = { rate: this.measured(now), isGuess: this.learned === undefined, emptyAt: now, refusal };
    this.passed = 0;
    this.recent = [];
    this.hadRoom = false;
    this.nextAt = now + pauseAfter(this.refusedInARow++, this.random());
  }

  /** Growth since the last refusal, in calls of growth. */
  private get grown(): number {
    return this.passed / this.growthCalls;
  }

  private get growthCalls(): number {
    return this.learned?.isGuess === true ? GROWTH_CALLS_OF_A_GUESS : GROWTH_CALLS;
  }

  /** How far the rate is left behind by now. */
  private growth({ rate, emptyAt }: Learned): number {
    const inTime = rate < SELDOM ? (this.clock.now() - emptyAt) / GROWTH_MS / this.growthCalls : 0;
    return CAUTION + GROWTH * Math.max(this.grown, inTime) ** 2;
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
}
