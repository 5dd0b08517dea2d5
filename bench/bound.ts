/** How fast a number of machines come about, change or go if nothing but EC2 takes time: its token buckets, and what it does by itself. */
import { type Bucket, EC2_LATENCY, EC2_LIMITS, type Timeline, TIMINGS } from "../local/ec2";
import { Latency } from "../local/ec2/conditions/latency";
import { Random } from "../local/ec2/model/random";
import { VirtualTime } from "./virtual-time";

/**
 * A call that a machine cannot do without. Of the describes, only those that cannot answer for several machines at once. EC2 counts
 * instances too, but of calls for one instance each that never makes anybody wait longer.
 */
export interface Step {
  action: string;
  /** EC2's own work once the call is accepted, before the next call can be made. */
  then?: keyof OwnTimes;
}

/** How long EC2 took for it, in milliseconds, in the order in which it began; for those that are missing, the mean. */
export interface OwnTimes {
  launch: readonly number[];
  terminate: readonly number[];
}

export interface Bound {
  seconds: number;
  /** The bucket that the calls wait for longest; empty if none makes them wait. */
  action: string;
}

/** The times of work that began after `since`, in the order in which it began. */
export function ownTimesIn({ events }: Timeline, since: number): OwnTimes {
  const noted = events.filter((it) => it.time > since);
  const took = (from: string, to: string): number[] => {
    const ends = new Map(noted.filter((it) => it.event === to).map((it) => [it.instanceId, it.time]));
    return noted
      .filter((it) => it.event === from)
      .flatMap(({ instanceId, time }) => {
        const end = ends.get(instanceId);
        return end === undefined ? [] : end - time;
      });
  };
  return { launch: took("launched", "running"), terminate: took("shutdown-requested", "terminated") };
}

/**
 * Each machine makes its calls one after the other, each as soon as its bucket lets it; who has come further goes first, so that no
 * machine that is down waits for one that is up. Nobody looks whether something is done, and nothing is refused.
 *
 * @param took in the run that is held against it: the slowest shutdown of a hundred takes twice as long as most, and is nobody's fault
 */
export async function boundOf(count: number, steps: readonly Step[], took: OwnTimes): Promise<Bound> {
  const latency = new Latency(new Random(1));
  latency.set(EC2_LATENCY);
  const time = new VirtualTime({ start: 0 });
  const lanes = new Map(steps.map(({ action }) => [action, new Lane(action, time)]));
  const begun = { launch: 0, terminate: 0 };
  const machine = async (): Promise<void> => {
    for (const [index, { action, then }] of steps.entries()) {
      await lanes.get(action)?.turn(index);
      const own = then === undefined ? 0 : (took[then][begun[then]++] ?? TIMINGS[then].mean);
      await time.sleep(latency.of(action) + own);
    }
  };
  await time.until(Promise.all(Array.from({ length: count }, machine)));
  return { seconds: time.now() / 1000, action: slowestOf(count, steps) };
}

function bucketOf(action: string): Bucket {
  const kind = action.startsWith("Describe") ? EC2_LIMITS.nonMutating : EC2_LIMITS.mutating;
  return EC2_LIMITS.actions[action] ?? kind;
}

/** From a full bucket the first calls go at once, the others as it is refilled. */
export function secondsFor(calls: number, { capacity, refillPerSecond }: Bucket): number {
  return Math.max(0, calls - capacity) / refillPerSecond;
}

function slowestOf(count: number, steps: readonly Step[]): string {
  const waits = steps.map(({ action }) => {
    const calls = count * steps.filter((it) => it.action === action).length;
    return { action, seconds: secondsFor(calls, bucketOf(action)) };
  });
  return waits.reduce((most, it) => (it.seconds > most.seconds ? it : most), { action: "", seconds: 0 }).action;
}

/** The callers that wait for one action, and the tokens left in its bucket. */
class Lane {
  private readonly waiting: { rank: number; go: () => void }[] = [];
  private readonly bucket: Bucket;
  private tokens: number;
  private at: number;
  private isServing = false;

  constructor(
    action: string,
    private readonly time: VirtualTime,
  ) {
    this.bucket = bucketOf(action);
    this.tokens = this.bucket.capacity;
    this.at = time.now();
  }

  turn(rank: number): Promise<void> {
    return new Promise((go) => {
      const after = this.waiting.findIndex((it) => it.rank < rank);
      this.waiting.splice(after < 0 ? this.waiting.length : after, 0, { rank, go });
      void this.serve();
    });
  }

  private async serve(): Promise<void> {
    if (this.isServing) {
      return;
    }
    this.isServing = true;
    while (this.waiting.length > 0) {
      const wait = this.msUntilToken();
      if (wait > 0) {
        // Somebody who goes first may have come until then.
        await this.time.sleep(wait);
      } else {
        this.tokens--;
        this.waiting.shift()?.go();
      }
    }
    this.isServing = false;
  }

  private msUntilToken(): number {
    const { capacity, refillPerSecond } = this.bucket;
    const now = this.time.now();
    this.tokens = Math.min(capacity, this.tokens + ((now - this.at) / 1000) * refillPerSecond);
    this.at = now;
    // Nobody waits for a token that a rounding error keeps from being whole.
    return this.tokens > 1 - 1e-9 ? 0 : ((1 - this.tokens) / refillPerSecond) * 1000;
  }
}
