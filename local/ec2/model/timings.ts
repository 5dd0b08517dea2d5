import { Refused } from "../refused";
import { flawOf, type Distribution } from "./distribution";

/** How long EC2 takes for what it does by itself, in milliseconds: what people measured (ec2-behaviour.md, section 5). */
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
  forcedDetach: { mean: 2_000, spread: 1_000 },
  /** From the end of an instance until its interfaces are free: at once, as far as is known; people saw minutes (TF #45835). */
  release: { mean: 0, spread: 0 },
  /** "Within a few minutes" after an Elastic IP was taken off (VPC guide, vpc-eips). */
  publicAddress: { mean: 60_000, spread: 20_000 },
  /** A guest's restart: Linux is back within half a minute or so (no figure of AWS's; a guess). */
  reboot: { mean: 25_000, spread: 8_000 },
  /** The parts of a root volume replacement: making the volume, then detach, attach and boot (no figure found; a guess). */
  rootVolumePending: { mean: 8_000, spread: 3_000 },
  rootVolumeReplacing: { mean: 30_000, spread: 8_000 },
  volumeCreation: { mean: 2_500, spread: 1_000 },
  volumeAttach: { mean: 1_500, spread: 700 },
  volumeDetach: { mean: 3_000, spread: 1_500 },
  /** "Modifying" takes seconds to minutes, "optimizing" minutes to hours (EBS guide, monitor volume modifications). */
  volumeModifying: { mean: 10_000, spread: 4_000 },
  volumeOptimizing: { mean: 300_000, spread: 120_000 },
  snapshot: { mean: 60_000, spread: 20_000 },
  image: { mean: 90_000, spread: 30_000 },
  /** Until EC2 looks at a persistent request whose instance ended: a guess, "there might be a delay" (UG, spot-request-status). */
  spotEvaluation: { mean: 20_000, spread: 8_000 },
  /** Until it looks again at one that cannot be fulfilled: a guess. */
  spotReevaluation: { mean: 60_000, spread: 15_000 },
  /** The notice before a spot instance is stopped or terminated (UG, spot-instance-termination-notices). */
  interruptionNotice: { mean: 120_000, spread: 0 },
} as const satisfies Record<string, Timing>;

export type TimingName = keyof typeof TIMINGS;

/** Terminated instances stay visible for about an hour (EC2 guide, instance lifecycle). */
export const TERMINATED_VISIBLE_MS = 3_600_000;

/** "Deleted four hours after they are canceled and their instances are terminated" (API, DescribeSpotInstanceRequests). */
export const REQUEST_VISIBLE_MS = 4 * 3_600_000;

/** The timings with what was set over them: other means and spreads, or exact values for tests. */
export class Timings {
  private readonly changed = new Map<string, Distribution>();

  /** @example timings.set({ launch: 5_000, terminate: { mean: 60_000, spread: 20_000 } }) */
  set(timings: Readonly<Partial<Record<TimingName, Distribution>>>): void {
    for (const [name, timing] of Object.entries(timings)) {
      if (!isTimingName(name))
        throw new Refused(`There is no timing "${name}". There is: ${timingNames().join(", ")}.`);
      const flaw = flawOf(timing);
      if (flaw !== undefined) throw new Refused(`The timing "${name}" ${flaw}.`);
      this.changed.set(name, timing);
    }
  }

  /** Back to what was measured. */
  reset(): void {
    this.changed.clear();
  }

  list(): Record<string, Distribution> {
    return { ...TIMINGS, ...Object.fromEntries(this.changed) };
  }

  /** The distribution that holds for one of TIMINGS now. */
  of(timing: Timing): Distribution {
    if (this.changed.size === 0) return timing;
    const name = Object.entries(TIMINGS).find(([, one]) => one === timing)?.[0];
    return (name === undefined ? undefined : this.changed.get(name)) ?? timing;
  }
}

function timingNames(): string[] {
  return Object.keys(TIMINGS);
}

function isTimingName(name: string): boolean {
  return Object.hasOwn(TIMINGS, name);
}
