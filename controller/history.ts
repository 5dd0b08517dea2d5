/** The launch template's record of what was done between two runs of `up`: for `status`, for others, and for the next look. (pure) */
import { createHash } from "node:crypto";
import { TAG } from "../provider/ec2/tags";
import { type LastReplacement, readReplacement } from "../provider/engine/record/last-replacement";
import { schedulesTag } from "../provider/engine/record/record-grammar";
import type { Schedule } from "../provider/model/desired";
import type { Tags } from "../provider/model/things";

/** The time up to which schedules were followed. */
export interface LastTick {
  at: number;
  /** Digest of the schedules that were followed: other schedules are not due for times before they were declared. */
  digest: string;
}

export interface History {
  replacement?: LastReplacement;
  tick?: LastTick;
}

/** Reads the history. A text that we did not write is ignored: that may only delay, or repeat what is harmless to repeat. */
export function readHistory(tags: Tags): History {
  return {
    replacement: readReplacement(tags),
    tick: readTick(tags[TAG.lastTick]),
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
