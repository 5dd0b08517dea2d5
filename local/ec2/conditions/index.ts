import type { Clock } from "../clock";
import { ClockSkew } from "./clock-skew";
import { Consistency } from "./consistency";
import { Faults } from "./faults";
import { Iam } from "./iam";
import { Latency } from "./latency";
import { Random } from "../model/random";
import type { World } from "../model/world";
import { Throttling } from "./throttling";
import { Params } from "../wire/params";

export interface ArrivingCall {
  action: string;
  mutating: boolean;
  params: Params;
  headers?: Record<string, string>;
}

/** All that can stand between a caller and the account; nothing does unless it is ordered. */
export class Conditions {
  readonly faults: Faults;
  readonly latency: Latency;
  readonly throttling = new Throttling();
  readonly consistency: Consistency;
  readonly iam = new Iam();
  readonly clockSkew = new ClockSkew();

  /** Generators of their own, so that neither a fault nor a describe changes the ids of what is made. */
  constructor(
    seed: number,
    private readonly clock: Clock,
  ) {
    this.faults = new Faults(new Random(seed + 1));
    this.latency = new Latency(new Random(seed + 3));
    this.consistency = new Consistency(new Random(seed + 4));
  }

  /** Makes the checks that EC2 makes before it looks at the request itself. */
  admit(world: World, { action, mutating, params, headers }: ArrivingCall): void {
    // Read apart, so that what is looked at here does not count as understood.
    const apart = new Params(params.tree);
    this.throttling.admit({ action, mutating, params: apart }, this.clock.now());
    this.clockSkew.check(headers);
    this.iam.check(action, apart, world);
    this.faults.strike(action, "before");
  }

  clear(): void {
    this.faults.clear();
    this.latency.clear();
    this.throttling.off();
    this.iam.clear();
    this.clockSkew.set(0);
  }
}
