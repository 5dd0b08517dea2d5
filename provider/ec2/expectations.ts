/** The usual times of waits, which tell when a look is worth it: a table, moved by what the process sees. */

/** Milliseconds: one wait of a hundred is over by `earliest`, fifty by `typical`. */
interface Usual {
  earliest: number;
  typical: number;
  /** The shortest pause that is made, where it is not {@link SHORTEST_MS}. */
  shortest?: number;
}

/** Figures with a source are those of ec2-behaviour.md, section 5; where it has none they are assumed, and learned from. */
export const USUAL = {
  /** Assumed: "a minute or two" at worst (int128/terraform-aws-nat-instance#57), 105 s for a create and a destroy (TF PR #43953). */
  shutdown: { earliest: 12_000, typical: 33_000 },
  /** Assumed: the same without the guest's part. A stopped instance takes as long. */
  "shutdown-skipping-os": { earliest: 5_000, typical: 11_000 },
  /** Assumed, as a shutdown. */
  stop: { earliest: 10_000, typical: 24_000 },
  "stop-skipping-os": { earliest: 4_000, typical: 9_500 },
  /** Pending to running: 4.8, 4.9, 16.4 and 17.8 s measured. */
  launch: { earliest: 3_000, typical: 7_500 },
  /** Assumed: at once as AWS sees it, minutes as some saw it (TF #45835). An overlap is dark for nothing else: a second is much of it. */
  detach: { earliest: 1_500, typical: 5_500, shortest: 500 },
  /** Assumed; up to 10 s until a guest sees it (CNI docs). */
  attach: { earliest: 500, typical: 1_500 },
  /** No figure found. Assumed: a volume is made, exchanged, and booted from. */
  "root-volume": { earliest: 20_000, typical: 37_000 },
  /** Status checks run each minute (EC2 guide, status checks). Assumed: the second round is the first to pass. */
  "status-checks": { earliest: 60_000, typical: 120_000 },
  /** Assumed: EC2 does not show at once what it has just done. */
  propagation: { earliest: 500, typical: 1_500 },
  /** Assumed, all of a volume. */
  "volume-creation": { earliest: 1_000, typical: 2_500 },
  "volume-attach": { earliest: 500, typical: 1_500 },
  "volume-detach": { earliest: 1_000, typical: 3_000 },
  "volume-modification": { earliest: 4_000, typical: 9_500 },
  /** Work that somebody else began at an unknown time: it may be done at any moment. The longest is the end of an instance. */
  "under-way": { earliest: 1_000, typical: 35_000 },
} as const satisfies Record<string, Usual>;

export type Kind = keyof typeof USUAL;

/** How many waits the table stands for, and how many are remembered at most, so that a change in EC2 is noticed. */
const TABLE_COUNTS_FOR = 2;
const REMEMBERED = 20;

/** A little after the typical moment, the pauses between looks are about this share of the time waited so far. */
const SHARE = 0.025;
const SHORTEST_MS = 1000;
const LONGEST_MS = 10_000;

/** The time of the process that a look may cost where many wait: read from EC2's XML it takes a millisecond or two. */
const LOOK_MS = 5;

/** The times that all machines of a process find out together. */
export class Expectations {
  /** The logarithm of how much longer than in the table a kind takes here, and the number of waits that it is from. */
  private readonly seen = new Map<Kind, { shift: number; count: number }>();

  /** Number of waits that pause until their next look. */
  private pausing = 0;

  async during(pause: () => Promise<void>): Promise<void> {
    this.pausing++;
    try {
      await pause();
    } finally {
      this.pausing--;
    }
  }

  /** A wait of a known beginning has ended. A logarithm, because one that hangs for minutes says little of the others. */
  learn(kind: Kind, tookMs: number): void {
    const { shift, count } = this.seen.get(kind) ?? { shift: 0, count: 0 };
    const weight = 1 / (Math.min(count, REMEMBERED) + TABLE_COUNTS_FOR + 1);
    const other = Math.log(Math.max(tookMs, 1) / USUAL[kind].typical);
    this.seen.set(kind, { shift: shift + (other - shift) * weight, count: count + 1 });
  }

  of(kind: Kind): Usual {
    const usual: Usual = USUAL[kind];
    const scale = Math.exp(this.seen.get(kind)?.shift ?? 0);
    return { ...usual, earliest: usual.earliest * scale, typical: usual.typical * scale };
  }

  /**
   * The pause until the next look: no look before the earliest moment, and from then on as looks pay. The cost is lateness as a
   * share of the time waited, squared, so that the worst cases count most; then the best pause is that share by the cube root
   * of how unlikely the change is by now, here by a log-logistic distribution, whose tail is long as that of services is.
   * An overdue change is looked for less, the longer it is overdue; and where hundreds wait, each looks less often, so that the process has
   * time for the changes that they wait for.
   */
  pauseAfter(kind: Kind, elapsedMs: number): number {
    const { earliest, typical, shortest: alone = SHORTEST_MS } = this.of(kind);
    const shortest = Math.min(Math.max(alone, this.pausing * LOOK_MS), LONGEST_MS);
    if (elapsedMs < earliest) {
      return Math.round(Math.max(earliest - elapsedMs, shortest));
    }
    const shape = Math.log(99) / Math.log(typical / earliest);
    const early = Math.cbrt(1 + (typical / elapsedMs) ** shape);
    const overdue = elapsedMs / typical;
    const pause = SHARE * elapsedMs * Math.max(early, overdue);
    return Math.round(Math.min(Math.max(pause, shortest), LONGEST_MS));
  }
}
