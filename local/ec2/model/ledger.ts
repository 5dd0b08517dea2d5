/** The holders of each address over time: kept while things happen, so that an outage is read off and not estimated. */

export type Ending = "shutdown-requested" | "interrupted" | "launch-failed" | "detached" | "address-moved" | "rebooted";

export interface Interval {
  address: string;
  kind: "private" | "public";
  instanceId: string;
  networkInterfaceId: string;
  from: number;
  to: number | null;
  /** Why it ended. "shutdown-requested" is where the retirement of the instance began; "interrupted" where AWS ended it. */
  endedBy: Ending | null;
}

export interface Milestone {
  time: number;
  instanceId: string;
  event:
    | "launched"
    | "started"
    | "running"
    | "interruption-notice"
    | "interrupted"
    | "shutdown-requested"
    | "rebooted"
    | "stopped"
    | "terminated";
}

export interface Holding {
  address: string;
  kind: "private" | "public";
}

/** The newest of each; a simulator that runs for days must not grow without end. */
const LIMIT = 50_000;

export class Ledger {
  private intervals: Interval[];
  private milestones: Milestone[];
  private readonly open = new Map<string, Interval[]>();
  private room = LIMIT * 2;

  constructor(saved: { intervals: Interval[]; milestones: Milestone[] } = { intervals: [], milestones: [] }) {
    this.intervals = saved.intervals;
    this.milestones = saved.milestones;
    for (const interval of this.intervals)
      if (interval.to === null) this.openOf(interval.networkInterfaceId).push(interval);
  }

  note(milestone: Milestone): void {
    this.milestones.push(milestone);
    if (this.milestones.length > LIMIT * 2) this.milestones = this.milestones.slice(-LIMIT);
  }

  /** States what an interface holds from now on; what it held and holds no longer is ended for the given reason. */
  hold(holder: { networkInterfaceId: string; instanceId: string }, held: Holding[], now: number, ending: Ending): void {
    const open = this.openOf(holder.networkInterfaceId);
    const kept = open.filter((interval) => {
      if (interval.instanceId === holder.instanceId && held.some((one) => isOf(interval, one))) return true;
      interval.to = now;
      interval.endedBy = ending;
      return false;
    });
    for (const one of held.filter((candidate) => !kept.some((interval) => isOf(interval, candidate)))) {
      const interval: Interval = { ...one, ...holder, from: now, to: null, endedBy: null };
      this.intervals.push(interval);
      kept.push(interval);
    }
    if (this.intervals.length > this.room) this.forgetOldest();
    if (kept.length === 0) this.open.delete(holder.networkInterfaceId);
    else this.open.set(holder.networkInterfaceId, kept);
  }

  save(): { intervals: Interval[]; milestones: Milestone[] } {
    return { intervals: this.intervals, milestones: this.milestones };
  }

  /** Forgets the oldest intervals. An interval that is still open is kept, however many there are. */
  private forgetOldest(): void {
    const oldest = this.intervals.length - LIMIT;
    this.intervals = this.intervals.filter(({ to }, index) => index >= oldest || to === null);
    this.room = this.intervals.length + LIMIT;
  }

  private openOf(networkInterfaceId: string): Interval[] {
    const known = this.open.get(networkInterfaceId);
    if (known !== undefined) return known;
    const created: Interval[] = [];
    this.open.set(networkInterfaceId, created);
    return created;
  }
}

function isOf(interval: Interval, holding: Holding): boolean {
  return interval.address === holding.address && interval.kind === holding.kind;
}
