import type { Reclaim } from "./reclaim";
import type { Refresh } from "./refresh";

/** The cost of so many machines. */
export interface Size {
  machines: number;
  refresh: Refresh;
  /** With capacity all the time. */
  reclaim: Reclaim;
}

export interface Data {
  /** From the smallest to the largest. */
  sizes: Size[];
  /** While spot capacity runs out and comes back. */
  scarce: Reclaim;
}
