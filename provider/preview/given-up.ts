/** The machines that a controller gave up: an unchanged program says nothing of them, and its `up` tries them again. */
import type { Clock } from "../kit/clock";
import type { Ec2 } from "../ec2/ec2";
import { TAG } from "../ec2/tags";
import { GIVEN_UP_PATTERN } from "../engine/record/last-replacement";

/** The machines of one run are compared within moments: one call answers for all. */
const KEPT_MS = 10_000;

export class GivenUp {
  private ids: Promise<ReadonlySet<string>> | undefined;
  private askedAt = -Infinity;

  constructor(
    private readonly ec2: () => Ec2,
    private readonly clock: Clock,
  ) {}

  async has(id: string): Promise<boolean> {
    const now = this.clock.now();
    if (this.ids === undefined || now >= this.askedAt + KEPT_MS) {
      this.askedAt = now;
      this.ids = this.look();
    }
    return (await this.ids).has(id);
  }

  /** An update may have brought one back. */
  forget(): void {
    this.ids = undefined;
  }

  /** A preview in which nothing changed works without EC2, too: then none is known. */
  private async look(): Promise<ReadonlySet<string>> {
    try {
      const found = await this.ec2().describeLaunchTemplates({ [`tag:${TAG.lastReplacement}`]: [GIVEN_UP_PATTERN] });
      return new Set(found.map((it) => it.name));
    } catch {
      return new Set();
    }
  }
}
