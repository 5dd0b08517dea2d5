/** How long EC2 takes, in milliseconds: what people measured (ec2-behaviour.md, section 5). */

export interface Timing {
  mean: number;
  spread: number;
}

export const TIMINGS = {
  /** 4.8 to 17 s measured between RunInstances and running, in different years. */
  launch: { mean: 8_000, spread: 3_000 },
  /** A launch that fails goes straight from pending to terminated. */
  failedLaunch: { mean: 5_000, spread: 2_000 },
  /** "A minute or two" at worst; the guest's own shutdown is most of it. */
  terminate: { mean: 35_000, spread: 12_000 },
  /** With SkipOsShutdown the guest is not waited for. */
  terminateSkippingShutdown: { mean: 12_000, spread: 4_000 },
  stop: { mean: 25_000, spread: 8_000 },
  stopSkippingShutdown: { mean: 10_000, spread: 3_000 },
  attach: { mean: 1_500, spread: 700 },
  detach: { mean: 6_000, spread: 3_000 },
} as const satisfies Record<string, Timing>;

/** Terminated instances stay visible for about an hour (EC2 guide, instance lifecycle). */
export const TERMINATED_VISIBLE_MS = 3_600_000;
