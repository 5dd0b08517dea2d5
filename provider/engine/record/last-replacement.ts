/** The launch template's tag that tells of the last replacement between two runs of `up`, and of giving up. (pure) */
import { TAG } from "../../ec2/tags";
import type { Instance, LaunchTemplate, Tags } from "../../model/things";

const REPLACEMENT_REASONS = [
  "interruption",
  "interruption-warning",
  "rebalance",
  "ended",
  "stopped",
  "status-checks",
  "revert-to-spot",
  "schedule",
  "by-hand",
] as const;
export type ReplacementReason = (typeof REPLACEMENT_REASONS)[number];

/** The last time that an instance was replaced, or brought back, where no `up` asked for it. */
export interface LastReplacement {
  /** Time of the last try. */
  at: number;
  reason: ReplacementReason;
  /** The instance that it was about; empty where there was none. */
  instanceId: string;
  /** How many replacements in a row it is of instances that did not work: 1 where the instance before had worked. */
  inARow: number;
  /** How often in a row it was tried, and nothing could be launched or started. */
  tries: number;
  /** Whether nothing more is tried for that instance. */
  gaveUp: boolean;
}

const GRAMMAR = /^(\S+Z) ([a-z-]+) (i-[0-9a-f]+|none) in-a-row=(\d{1,3})(?: tries=(\d{1,6}))?( gave-up)?$/;

/** Matches, as EC2's filters do, the tags of the machines that were given up. */
export const GIVEN_UP_PATTERN = "* gave-up";

export function replacementText({ at, reason, instanceId, inARow, tries, gaveUp }: LastReplacement): string {
  const words = [new Date(at).toISOString(), reason, instanceId === "" ? "none" : instanceId, `in-a-row=${inARow}`];
  return [...words, ...(tries === 0 ? [] : [`tries=${tries}`]), ...(gaveUp ? ["gave-up"] : [])].join(" ");
}

/** A tag in other words is forgotten: that may only delay, or repeat, what is harmless to repeat. */
export function readReplacement(tags: Tags): LastReplacement | undefined {
  const [, time = "", word, instance = "", inARow, tries = "0", end] =
    GRAMMAR.exec(tags[TAG.lastReplacement] ?? "") ?? [];
  const reason = REPLACEMENT_REASONS.find((it) => it === word);
  const at = Date.parse(time);
  if (reason === undefined || Number.isNaN(at)) {
    return undefined;
  }
  return {
    at,
    reason,
    instanceId: instance === "none" ? "" : instance,
    inARow: Number(inARow),
    tries: Number(tries),
    gaveUp: end !== undefined,
  };
}

/** Whether a replacement was begun for an instance that was not started again since. EC2 forgets an instance an hour after its end. */
export function isFor(
  replacement: LastReplacement,
  instance: Pick<Instance, "id" | "launchedAt"> | undefined,
): boolean {
  return instance === undefined || (replacement.instanceId === instance.id && instance.launchedAt <= replacement.at);
}

/** Whether the machine was given up with that instance, or without one: nothing more is tried until somebody acts. */
export function isGivenUp(
  template: Pick<LaunchTemplate, "tags"> | undefined,
  instance: Pick<Instance, "id" | "launchedAt"> | undefined,
): boolean {
  const replacement = template && readReplacement(template.tags);
  return replacement?.gaveUp === true && isFor(replacement, instance);
}
