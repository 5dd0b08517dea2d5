/** The calls that a machine cannot do without, by what is done to it, in their order. */
import type { Step } from "./bound";

export const CREATE: readonly Step[] = [
  { action: "CreateLaunchTemplate" },
  { action: "CreateNetworkInterface" },
  { action: "RunInstances", then: "launch" },
];

/** It takes one instance and one attribute a call: a termination is refused by termination protection and by stop protection. */
const ATTRIBUTE: Step = { action: "DescribeInstanceAttribute" };
const PROTECTION: readonly Step[] = [ATTRIBUTE, ATTRIBUTE];
const DRY_RUN: Step = { action: "RunInstances" };

export const PREVIEW_OF_A_CHANGE: readonly Step[] = PROTECTION;

/** A machine that works is not ended before a dry run has shown that the next one can start. */
export const REPLACE: readonly Step[] = [
  ...PROTECTION,
  { action: "CreateLaunchTemplateVersion" },
  ...PROTECTION,
  DRY_RUN,
  { action: "TerminateInstances", then: "terminate" },
  { action: "RunInstances", then: "launch" },
];

/** The same without that guarantee, to tell what it costs. */
export const REPLACE_WITHOUT_DRY_RUN: readonly Step[] = REPLACE.filter((it) => it !== DRY_RUN);

export const DESTROY: readonly Step[] = [
  ...PROTECTION,
  { action: "TerminateInstances", then: "terminate" },
  { action: "DeleteNetworkInterface" },
  { action: "DeleteLaunchTemplate" },
];

/** The first one after a machine was made marks it as one that a state has. */
export const FIRST_REFRESH: readonly Step[] = [{ action: "CreateTags" }];
