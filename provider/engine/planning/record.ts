import { TAG } from "../../ec2/tags";
import { generationOf } from "../situation/instances";
import { keptInstance, type Situation } from "../situation/current";
import { launchHash, settingsHash } from "../record/specification";
import type { Step } from "./step";
import { comingInstance } from "./instance";

export function planRecord(situation: Situation): Step[] {
  const { id, desired, observed } = situation;
  const kept = keptInstance(situation) ?? comingInstance(situation);
  if (observed.template === undefined) {
    // Its generation counted versions of a template that somebody deleted; the new one begins at 1.
    const counts = kept !== undefined && generationOf(kept) !== undefined;
    const recount: Step[] = counts
      ? [{ kind: "tag", resourceIds: [kept.id], set: { [TAG.generation]: "1" }, remove: [] }]
      : [];
    return [...recount, { kind: "record" }];
  }
  const latest = observed.generation;
  if (latest?.launchHash !== launchHash(id, desired)) {
    return [{ kind: "record-generation", replacesBefore: (kept && generationOf(kept)) ?? "this" }];
  }
  return latest.settingsHash === settingsHash(id, desired)
    ? []
    : [{ kind: "record-generation", replacesBefore: latest.replacesBefore }];
}
