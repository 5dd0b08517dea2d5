/** A call that was held up, as by EC2's throttling, goes out long after the run read the record. Another run may have come between. */
import type { Clock } from "../../kit/clock";

/** Calls that cannot be undone: they end, stop, start, launch or move something. */
const OF_NO_RETURN: ReadonlySet<string> = new Set([
  "TerminateInstances",
  "StopInstances",
  "StartInstances",
  "RunInstances",
  "AttachNetworkInterface",
  "DetachNetworkInterface",
  "CreateReplaceRootVolumeTask",
]);

/** A look at the record that is older than this is made again. */
const LONGEST_MS = 5_000;

export class HeldUp {
  private look: (() => Promise<void>) | undefined;
  private lookedAt = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Does work of which some calls cannot be taken back, after a look at the record; before a call that is held up `look` is asked again. */
  async during(look: () => Promise<void>, work: () => Promise<void>): Promise<void> {
    this.look = look;
    try {
      await this.ask();
      await work();
    } finally {
      this.look = undefined;
    }
  }

  /** Asked before each call of a run. */
  async before(action: string): Promise<void> {
    if (OF_NO_RETURN.has(action) && this.clock.now() - this.lookedAt > LONGEST_MS) {
      await this.ask();
    }
  }

  private async ask(): Promise<void> {
    const { look } = this;
    this.lookedAt = this.clock.now();
    await look?.();
  }
}
