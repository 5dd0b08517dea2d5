/** What a controller writes on record for the next look. */
import { TAG } from "../provider/ec2/tags";
import { type LastReplacement, replacementText } from "../provider/engine/record/last-replacement";
import type { Tags } from "../provider/model/things";
import type { Looking } from "./outcome";
import type { Machine } from "./record";
import { COSTS, orWithout } from "./rights";

/** So that other writers, the next look and `status` know it. */
export async function remember(
  controller: Looking,
  machine: Machine,
  replacement: LastReplacement | undefined,
): Promise<void> {
  if (replacement !== undefined) {
    await isNoted(controller, machine, { [TAG.lastReplacement]: replacementText(replacement) });
  }
}

/** @returns whether it is on record: where the credentials may not write there, the controller goes on without */
export function isNoted({ ec2, missing }: Looking, { template }: Machine, tags: Tags): Promise<boolean> {
  const costs = TAG.lastTick in tags ? COSTS.schedules : COSTS.history;
  const noted = ec2.createTags([template.id], tags).then(() => true);
  return orWithout(noted, { costs, instead: false, missing });
}
