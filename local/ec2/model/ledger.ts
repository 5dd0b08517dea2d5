/** Who held which address and when: kept while things happen, so that an outage is read off and not estimated. */

export type Ending = "shutdown-requested" | "launch-failed" | "detached" | "address-moved";

export interface Interval {
  address: string;
  kind: "private" | "public";
  instanceId: string;
  networkInterfaceId: string;
  from: number;
  to: number | null;
  /** Why it ended. "shutdown-requested" is where the retirement of the instance began. */
  endedBy: Ending | null;
}

export interface Milestone {
  time: number;
  instanceId: string;
  event: "launched" | "running" | "shutdown-requested" | "stopped" | "terminated";
}

export interface Holding {
  address: string;
  kind: "private" | "public";
}

export class Ledger {
  private readonly intervals: Interval[];
  private readonly milestones: Milestone[];
  private readonly open = new Map<string, Interval[]>();

  constructor(saved: { intervals: Interval[]; milestones: Milestone[] } = { intervals: [], milestones: [] }) {
    this.intervals = saved.intervals;
    this.milestones = saved.milestones;
    for (const interval of this.intervals)
      if (interval.to === null) this.openOf(interval.networkInterfaceId).push(interval);
  }

  note(milestone: Milestone): void {
    this.milestones.push(milestone);
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
    if (kept.length === 0) this.open.delete(holder.networkInterfaceId);
    else this.open.set(holder.networkInterfaceId, kept);
  }

  save(): { intervals: Interval[]; milestones: Milestone[] } {
    return { intervals: this.intervals, milestones: this.milestones };
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
