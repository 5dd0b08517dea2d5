/**
 * The lease of an unfinished record: while the provider process that makes a machine lives, and its engine too, the process shows so on
 * the record. Another create takes a record up only after the lease has lapsed, so that no two runs ever work on one unfinished machine.
 */
import { randomBytes } from "node:crypto";
import { Cancelled, type Clock, Stopwatch } from "../../kit/clock";
import type { Ec2 } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";
import { leaseTag } from "./phase";
import type { LaunchTemplate } from "../../model/things";

/** Age at which a lease is renewed. */
export const RENEW_MS = 30_000;

/** Time for which a maker relies on a lease that it could not renew. */
const HOLD_MS = 90_000;

/**
 * Time without a renewal after which another create takes the maker for gone. The half minute more than {@link HOLD_MS} is for reads
 * that EC2 answers with what was true some seconds ago. Both sides measure by their own clocks, and compare none.
 */
export const LAPSED_MS = 120_000;

/** The lease lapsed, as when the computer was asleep: another create may work on the machine by now. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";

  constructor() {
    super("this run was not heard of for so long that another one may have taken its unfinished machine up");
  }
}

/** One create's hold on the record of the machine that it makes. */
export class Lease {
  /** Tells this create from all others; the record keeps it as the name of its owner. */
  readonly nonce = randomBytes(8).toString("hex");
  /** The launch template, once there is one. */
  templateId: string | undefined;
  /** The latest version that this create knows of: a later version is another run's. */
  latestVersion = 0;
  /** Time at which the record last got to know that the maker lives. */
  renewedAt = 0;
  /** Whether the record has a tag of its own for the lease, which goes with it. */
  hasTag = false;

  constructor(private readonly clock: Clock) {}

  /** @param tookMs how long the call took that put it on the record, from when it was first sent */
  begin({ id, latestVersion }: Pick<LaunchTemplate, "id" | "latestVersion">, tookMs: number): void {
    this.templateId = id;
    this.latestVersion = latestVersion;
    this.renewedAt = this.clock.now() - tookMs;
  }

  get isLost(): boolean {
    return this.templateId !== undefined && this.clock.now() - this.renewedAt > HOLD_MS;
  }
}

/** Gives the client that renews leases. The client waits for its turn like every other caller; `queued` is told for how long. */
type Renewer = (queued: Stopwatch) => Pick<Ec2, "createTags">;

/** EC2 takes a thousand resources in a call. */
const MOST_AT_ONCE = 500;

/** The leases of one provider process in one region. They are renewed together, by one call. */
export class Leases {
  private readonly held = new Set<Lease>();
  private renewal: Promise<void> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly renewer: Renewer,
    private readonly isAbandoned: () => boolean,
  ) {}

  take(): Lease {
    const lease = new Lease(this.clock);
    this.held.add(lease);
    return lease;
  }

  /** Ends a lease. When this returns, no renewal is under way any more, and none follows. */
  async end(lease: Lease): Promise<void> {
    this.held.delete(lease);
    await this.renewal;
  }

  /** A run's clock: leases are renewed while the run waits, which is all that a run does for long. */
  renewing(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      sleep: async (ms) => {
        let left = ms;
        do {
          await this.renew();
          const pause = this.held.size === 0 ? left : Math.min(left, RENEW_MS);
          await clock.sleep(pause);
          left -= pause;
        } while (left > 0);
      },
    };
  }

  private async renew(): Promise<void> {
    const now = this.clock.now();
    const due = [...this.held].filter((it) => it.templateId !== undefined && now - it.renewedAt >= RENEW_MS);
    // A lost lease may be another run's by now. An engine that is gone has no maker any more.
    const stillHeld = due.filter((it) => !it.isLost);
    if (this.renewal !== undefined || stillHeld.length === 0 || this.isAbandoned()) {
      return;
    }
    this.renewal = this.renewAll(stillHeld.slice(0, MOST_AT_ONCE));
    try {
      await this.renewal;
    } finally {
      this.renewal = undefined;
    }
  }

  private async renewAll(leases: readonly Lease[]): Promise<void> {
    const queued = new Stopwatch(this.clock);
    const begun = queued.now();
    const ids = leases.flatMap((it) => it.templateId ?? []);
    for (const lease of leases) {
      // The reply may be lost although the tag is there.
      lease.hasTag = true;
    }
    try {
      await this.renewer(queued).createTags(ids, { [TAG.lease]: leaseTag(this.clock.now()) });
      const at = this.clock.now() - (queued.now() - begun);
      for (const lease of leases) {
        lease.renewedAt = at;
      }
    } catch (error) {
      if (error instanceof Cancelled) {
        throw error;
      }
      // The next pause tries again, until the lease is lost.
    }
  }
}
