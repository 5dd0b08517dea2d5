/** The conditions of the moment: faults and denials of one role or both, and the fate of events. */
import type { Ec2Simulator, Fault } from "../../../local/ec2";
import type { Random } from "../../../local/ec2/model/random";

/** The caller whose rights and luck a call has. */
export type Role = "controller" | "operator";

interface Of {
  /** Absent: everybody's. */
  role?: Role;
}

/** One thing that is wrong for a while. */
export type Condition = Of & ({ fault: Fault } | { denied: string } | { slowMs: number });

/** How EventBridge and the queue deliver an event. */
export interface Delivery {
  /** The share of events that never come. */
  lost: number;
  copies: number;
  /** The longest way, in milliseconds; each takes some of it, so that they come in another order. */
  lateMs: number;
}

const USUAL: Delivery = { lost: 0, copies: 1, lateMs: 2_000 };

/** A time in which something was missing that no controller can do without. */
export interface Missing {
  what: string;
  from: number;
  to: number;
}

export class Weather {
  readonly missing: Missing[] = [];
  private readonly conditions = new Set<Condition>();
  private readonly deliveries: Delivery[] = [];

  constructor(private readonly simulator: Ec2Simulator) {}

  /** Holds while the work lasts. */
  async while(conditions: readonly Condition[], work: () => Promise<void>): Promise<void> {
    conditions.forEach((it) => this.conditions.add(it));
    await work();
    conditions.forEach((it) => this.conditions.delete(it));
  }

  async delivering(delivery: Partial<Delivery>, work: () => Promise<void>): Promise<void> {
    const wanted = { ...USUAL, ...delivery };
    this.deliveries.push(wanted);
    await work();
    this.deliveries.splice(this.deliveries.indexOf(wanted), 1);
  }

  /** Puts on record that for so long nobody could have brought a machine up. */
  async lacking(what: string, now: () => number, work: () => Promise<void>): Promise<void> {
    const entry = { what, from: now(), to: Infinity };
    this.missing.push(entry);
    await work();
    entry.to = now();
  }

  delayOf(role: Role): number {
    return [...this.of(role)].reduce((sum, it) => sum + ("slowMs" in it ? it.slowMs : 0), 0);
  }

  /** One call of a role: EC2 looks at it before this returns, and at nobody else's meanwhile. */
  during<Reply>(role: Role, call: () => Promise<Reply>): Promise<Reply> {
    const { faults, iam } = this.simulator;
    for (const condition of this.of(role)) {
      if ("fault" in condition) {
        faults.add(condition.fault);
      } else if ("denied" in condition) {
        iam.deny(condition.denied);
      }
    }
    try {
      return call();
    } finally {
      faults.clear();
      iam.clear();
    }
  }

  /** When an event arrives, in milliseconds from now; several times, or never. */
  arrivals(random: Random): number[] {
    const { lost, copies, lateMs } = this.deliveries.at(-1) ?? USUAL;
    return random.next() < lost ? [] : Array.from({ length: copies }, () => 300 + random.integer(lateMs));
  }

  private of(role: Role): Condition[] {
    return [...this.conditions].filter((it) => it.role === undefined || it.role === role);
  }
}
