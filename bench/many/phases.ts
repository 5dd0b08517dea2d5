/** What is done to the stack, one thing after the other, and what each needs of EC2. */
import type { Verb } from "../../local/driver";
import { EC2_LATENCY, TIMINGS, WELL_KNOWN } from "../../local/ec2";
import { type Bound, boundOf, type Needed } from "./bound";

const { imageV1: FIRST, imageV2: SECOND } = WELL_KNOWN;

export interface Phase {
  name: string;
  verb: Verb;
  imageId: string;
  needed: Needed;
  /** Of the RunInstances calls, those that only ask. */
  dryRuns?: number;
  /** What EC2 takes for one machine by itself. */
  ownSeconds: number;
}

/** In seconds, as the simulator has them. */
const REPLY = meanOf("*");
const LAUNCH = meanOf("RunInstances") + TIMINGS.launch.mean / 1000;
const END = REPLY + TIMINGS.terminate.mean / 1000;

function meanOf(action: string): number {
  const latency = EC2_LATENCY[action];
  return typeof latency === "object" && "mean" in latency ? latency.mean / 1000 : 0;
}

export const CREATE: Phase = {
  name: "up (create)",
  verb: "up",
  imageId: FIRST,
  needed: { CreateLaunchTemplate: 1, CreateNetworkInterface: 1, RunInstances: 1 },
  ownSeconds: 2 * REPLY + LAUNCH,
};
export const NO_CHANGE: Phase = { name: "up (nothing changed)", verb: "up", imageId: FIRST, needed: {}, ownSeconds: 0 };
/** DescribeInstanceAttribute takes one instance a call: whether its protection is in the way, and what its user data is. */
const ATTRIBUTES = { preview: 1, replace: 2, destroy: 1 };

/** A machine that works is not ended before a dry run has shown that the next one can start. */
export const REPLACE: Phase = {
  name: "up (all replaced)",
  verb: "up",
  imageId: SECOND,
  needed: {
    DescribeInstanceAttribute: ATTRIBUTES.replace,
    CreateLaunchTemplateVersion: 1,
    RunInstances: 2,
    TerminateInstances: 1,
  },
  dryRuns: 1,
  ownSeconds: 2 * REPLY + END + LAUNCH,
};
export const DESTROY: Phase = {
  name: "destroy",
  verb: "destroy",
  imageId: SECOND,
  needed: {
    DescribeInstanceAttribute: ATTRIBUTES.destroy,
    TerminateInstances: 1,
    DeleteNetworkInterface: 1,
    DeleteLaunchTemplate: 1,
  },
  ownSeconds: 2 * REPLY + END,
};

const PREVIEW_CREATE: Phase = { name: "preview (create)", verb: "preview", imageId: FIRST, needed: {}, ownSeconds: 0 };
const PREVIEW_NO_CHANGE: Phase = { ...PREVIEW_CREATE, name: "preview (nothing changed)" };

/** They ask EC2 nothing. */
export const IDLE_PREVIEWS: readonly Phase[] = [PREVIEW_CREATE, PREVIEW_NO_CHANGE];

export const ALL: readonly Phase[] = [
  PREVIEW_CREATE,
  CREATE,
  NO_CHANGE,
  PREVIEW_NO_CHANGE,
  {
    name: "preview (change to all)",
    verb: "preview",
    imageId: SECOND,
    needed: { DescribeInstanceAttribute: ATTRIBUTES.preview },
    ownSeconds: 0,
  },
  REPLACE,
  DESTROY,
];

export function boundOfPhase({ needed, ownSeconds, dryRuns }: Phase, count: number): Bound {
  return boundOf(count, needed, ownSeconds, dryRuns);
}

/** What the guarantee costs: the bound of a replacement that would ask nothing first. */
export function boundWithoutDryRun(count: number): Bound {
  return boundOf(count, { ...REPLACE.needed, RunInstances: 1 }, REPLACE.ownSeconds);
}
