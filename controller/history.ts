/** What the launch template remembers of what was done between two runs of `up`: for `status`, for others, and for the next look. (pure) */
import { createHash } from "node:crypto";
import { TAG } from "../provider/ec2/tags";
import { schedulesTag } from "../provider/engine/record-grammar";
import type { Schedule, Tags } from "../provider/engine/state";

export const REPLACEMENT_REASONS = [
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
  at: number;
  reason: ReplacementReason;
  /** The instance that it was about; empty where there was none. */
  instanceId: string;
  /** How many in a row came so soon after the one before that it cannot have helped. */
  inARow: number;
  /** Whether nothing more is tried for that instance. */
  gaveUp: boolean;
}

/** Up to when the schedules were followed. */
export interface LastTick {
  at: number;
  /** Of the schedules that were followed: other ones are not due for times before they were there. */
  digest: string;
}

export interface History {
  replacement?: LastReplacement;
  tick?: LastTick;
}

/** What is not written as we write it is forgotten: it may only delay or repeat what is harmless to repeat. */
export function readHistory(tags: Tags): History {
  return {
    replacement: readReplacement(tags[TAG.lastReplacement]),
    tick: readTick(tags[TAG.lastTick]),
  };
}

const REPLACEMENT = /^(\S+Z) ([a-z-]+) (i-[0-9a-f]+|none) in-a-row=(\d{1,3})( gave-up)?$/;

export function replacementText({ at, reason, instanceId, inARow, gaveUp }: LastReplacement): string {
  return `${timeText(at)} ${reason} ${instanceId === "" ? "none" : instanceId} in-a-row=${inARow}${gaveUp ? " gave-up" : ""}`;
}

function readReplacement(text = ""): LastReplacement | undefined {
  const [, time = "", word, instance = "", count, end] = REPLACEMENT.exec(text) ?? [];
  const reason = REPLACEMENT_REASONS.find((it) => it === word);
  const at = Date.parse(time);
  if (reason === undefined || Number.isNaN(at)) {
    return undefined;
  }
  return {
    at,
    reason,
    instanceId: instance === "none" ? "" : instance,
    inARow: Number(count),
    gaveUp: end !== undefined,
  };
}

const TICK = /^(\S+Z) ([0-9a-f]{12})$/;

export function tickText({ at, digest }: LastTick): string {
  return `${timeText(at)} ${digest}`;
}

function readTick(text = ""): LastTick | undefined {
  const [, time = "", digest = ""] = TICK.exec(text) ?? [];
  const at = Date.parse(time);
  return digest === "" || Number.isNaN(at) ? undefined : { at, digest };
}

export function digestOf(schedules: readonly Schedule[]): string {
  return createHash("sha256").update(schedulesTag(schedules)).digest("hex").slice(0, 12);
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
