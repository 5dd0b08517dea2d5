/** Notes of a controller on the record, for the next look. */
import { TAG } from "../provider/ec2/tags";
import { type LastReplacement, replacementText } from "../provider/engine/record/last-replacement";
import type { Tags } from "../provider/model/things";
import type { Action } from "./action";
import { tickText } from "./history";
import type { Looking } from "./outcome";
import type { Machine } from "./record";
import { COSTS, orWithout } from "./rights";

/** Puts a replacement on record, for other writers, the next look and `status`. */
export async function remember(
  controller: Looking,
  machine: Machine,
  replacement: LastReplacement | undefined,
): Promise<void> {
  if (replacement !== undefined) {
    await isNoted(controller, machine, { [TAG.lastReplacement]: replacementText(replacement) });
  }
}

/** A schedule's time is not followed, for want of the right to put that on record. */
export class NotFollowed extends Error {
  override readonly name = "NotFollowed";
}

/** The note that the schedules were followed up to a time. */
export function tickNote({ tick }: Pick<Action, "tick">): Tags {
  return tick === undefined ? {} : { [TAG.lastTick]: tickText(tick) };
}

/** A pause or resume goes on record in one call with the note. A recycle is noted first: one too many costs an outage. */
export function isNotedWithDeed({ kind }: Action): boolean {
  return kind === "pause" || kind === "resume";
}

/** @returns whether it is on record: where the credentials may not write there, the controller goes on without */
export function isNoted({ ec2, missing }: Looking, { template }: Machine, tags: Tags): Promise<boolean> {
  const costs = TAG.lastTick in tags ? COSTS.schedules : COSTS.history;
  const noted = ec2.createTags([template.id], tags).then(() => true);
  return orWithout(noted, { costs, instead: false, missing });
}
