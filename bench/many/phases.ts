/** What is done to the stack, one thing after the other, and what each needs of EC2. */
import type { Verb } from "../../local/driver";
import { WELL_KNOWN } from "../../local/ec2";
import { type Bound, boundOf, type OwnTimes, type Step } from "./bound";

const { imageV1: FIRST, imageV2: SECOND } = WELL_KNOWN;

export interface Phase {
  name: string;
  verb: Verb;
  imageId: string;
  /** The calls that each machine cannot do without, in their order. */
  needed: readonly Step[];
}

export const CREATE: Phase = {
  name: "up (create)",
  verb: "up",
  imageId: FIRST,
  needed: [
    { action: "CreateLaunchTemplate" },
    { action: "CreateNetworkInterface" },
    { action: "RunInstances", then: "launch" },
  ],
};
export const NO_CHANGE: Phase = { name: "up (nothing changed)", verb: "up", imageId: FIRST, needed: [] };

/** It takes one instance a call: what its user data is, and whether its protection is in the way. */
const ATTRIBUTE: Step = { action: "DescribeInstanceAttribute" };
const DRY_RUN: Step = { action: "RunInstances", isDryRun: true };

/** A machine that works is not ended before a dry run has shown that the next one can start. */
export const REPLACE: Phase = {
  name: "up (all replaced)",
  verb: "up",
  imageId: SECOND,
  needed: [
    ATTRIBUTE,
    { action: "CreateLaunchTemplateVersion" },
    ATTRIBUTE,
    DRY_RUN,
    { action: "TerminateInstances", then: "terminate" },
    { action: "RunInstances", then: "launch" },
  ],
};
export const DESTROY: Phase = {
  name: "destroy",
  verb: "destroy",
  imageId: SECOND,
  needed: [
    ATTRIBUTE,
    { action: "TerminateInstances", then: "terminate" },
    { action: "DeleteNetworkInterface" },
    { action: "DeleteLaunchTemplate" },
  ],
};

const PREVIEW_CREATE: Phase = { name: "preview (create)", verb: "preview", imageId: FIRST, needed: [] };
const PREVIEW_NO_CHANGE: Phase = { ...PREVIEW_CREATE, name: "preview (nothing changed)" };

/** They ask EC2 nothing. */
export const IDLE_PREVIEWS: readonly Phase[] = [PREVIEW_CREATE, PREVIEW_NO_CHANGE];

export const ALL: readonly Phase[] = [
  PREVIEW_CREATE,
  CREATE,
  NO_CHANGE,
  PREVIEW_NO_CHANGE,
  { name: "preview (change to all)", verb: "preview", imageId: SECOND, needed: [ATTRIBUTE] },
  REPLACE,
  DESTROY,
];

export function boundOfPhase({ needed }: Phase, count: number, took: OwnTimes): Promise<Bound> {
  return boundOf(count, needed, took);
}

/** What the guarantee costs: the bound of a replacement that would ask nothing first. */
export function boundWithoutDryRun(count: number, took: OwnTimes): Promise<Bound> {
  const needed = REPLACE.needed.filter((it) => it !== DRY_RUN);
  return boundOf(count, needed, took);
}
