/** Events that are due to happen by themselves, in order of time. */

export type DueKind =
  | "instance-running"
  | "instance-launch-failed"
  | "instance-stopped"
  | "instance-terminated"
  | "instance-forgotten"
  | "attachment-attached"
  | "attachment-detached"
  | "public-address-due"
  | "instance-rebooted"
  | "volume-detached"
  | "volume-modified"
  | "root-volume-replacing"
  | "root-volume-replaced"
  | "spot-interruption"
  | "spot-evaluation"
  | "spot-forgotten";

export interface Due {
  at: number;
  kind: DueKind;
  /** The instance, the network interface or the spot request that it is about. */
  id: string;
  /** Facts that the transition needs, such as the reason of a failed launch. */
  detail?: string;
}

export class Schedule {
  private queue: Due[];

  constructor(queue: readonly Due[] = []) {
    this.queue = [...queue].sort((a, b) => a.at - b.at);
  }

  /** Entries of the same time stay in the order in which they were added. */
  add(due: Due): void {
    let low = 0;
    let high = this.queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.queue[middle]?.at ?? Infinity) <= due.at) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, due);
  }

  /** The next entry that is due at `now`, taken off; undefined when none is. */
  take(now: number): Due | undefined {
    const next = this.queue[0];
    if (next === undefined || next.at > now) return undefined;
    return this.queue.shift();
  }

  /** When the next entry is due. */
  nextAt(): number | undefined {
    return this.queue[0]?.at;
  }

  entries(): readonly Due[] {
    return this.queue;
  }
}
