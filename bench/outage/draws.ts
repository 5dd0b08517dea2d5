/** How long EC2 takes in one run. All that is compared is compared on the same draws. */
import type { Ec2Simulator } from "../../local/ec2";
import { EC2_LATENCY } from "../../local/ec2/conditions/latency";
import { type Distribution, sample } from "../../local/ec2/model/distribution";
import { Random } from "../../local/ec2/model/random";
import { type TimingName, TIMINGS } from "../../local/ec2/model/timings";

const DRAWN = [
  "launch",
  "terminate",
  "terminateSkippingShutdown",
  "stop",
  "detach",
  "attach",
  "rootVolumePending",
  "rootVolumeReplacing",
] as const satisfies TimingName[];

/** How long a call takes that stands between what EC2 does and what it does next. */
const CALLS = ["RunInstances", "StartInstances", "AttachNetworkInterface"] as const;

/** From `running` until a guest's own script runs: 17.2 and 17.8 s measured until its port is closed, not silent (ec2-behaviour.md, section 5). */
const BOOT = { mean: 17_000, spread: 3_000 };

/** In milliseconds. */
export interface Draws {
  seed: number;
  timings: Readonly<Record<(typeof DRAWN)[number], number>>;
  calls: Readonly<Record<(typeof CALLS)[number], number>>;
  boot: number;
}

/** @param pace what EC2's own times are multiplied with */
export function drawsOf(seed: number, pace = 1): Draws {
  const random = new Random(seed * 7919);
  const drawn = (of: Distribution): number => sample(random, of);
  const timings = DRAWN.map((name) => [name, Math.round(drawn(TIMINGS[name]) * pace)] as const);
  const calls = CALLS.map((name) => [name, drawn(EC2_LATENCY[name] ?? EC2_LATENCY["*"] ?? 0)] as const);
  return {
    seed,
    timings: Object.fromEntries(timings) as Draws["timings"],
    calls: Object.fromEntries(calls) as Draws["calls"],
    boot: drawn(BOOT),
  };
}

/** From now on EC2 takes as long as was drawn. */
export function impose({ timings, calls }: Draws, { timings: own, latency }: Ec2Simulator): void {
  own.set(timings);
  latency.set({ ...EC2_LATENCY, ...calls });
}

/** The time that EC2 alone takes, with nobody waiting or looking: its own times, and the one call without which the next does not begin. */
export interface Floor {
  /** As the tables name it. */
  what: string;
  of: (draws: Draws) => number;
  /** The call in it. */
  call?: (draws: Draws) => number;
}

export const FLOORS = {
  "terminate-first": {
    what: "shutdown + RunInstances + pending to running",
    of: ({ timings, calls }) => timings.terminate + calls.RunInstances + timings.launch,
    call: ({ calls }) => calls.RunInstances,
  },
  "terminate-first, skipOsShutdown": {
    what: "shutdown without the guest's own + RunInstances + pending to running",
    of: ({ timings, calls }) => timings.terminateSkippingShutdown + calls.RunInstances + timings.launch,
    call: ({ calls }) => calls.RunInstances,
  },
  overlap: {
    what: "detach + AttachNetworkInterface",
    of: ({ timings, calls }) => timings.detach + calls.AttachNetworkInterface,
    call: ({ calls }) => calls.AttachNetworkInterface,
  },
  "root-volume": {
    what: "the exchange of the volume and the boot from it, once EC2 has begun it",
    of: ({ timings }) => timings.rootVolumeReplacing,
  },
  "stop-start": {
    what: "stop + StartInstances + pending to running",
    of: ({ timings, calls }) => timings.stop + calls.StartInstances + timings.launch,
    call: ({ calls }) => calls.StartInstances,
  },
} as const satisfies Record<string, Floor>;

export type FloorName = keyof typeof FLOORS;
