import { TAG } from "../../ec2/tags";
import { generationOf } from "../situation/instances";
import type { Cast } from "../situation/cast";
import type { Step } from "./step";

export function planRecord(cast: Cast): Step[] {
  const { observed, digests } = cast;
  const kept = cast.kept ?? cast.coming;
  if (observed.template === undefined) {
    // The instance's generation counted versions of a template that somebody deleted; the new template begins at 1.
    const counts = kept !== undefined && generationOf(kept) !== undefined;
    const recount: Step[] = counts
      ? [{ kind: "tag", resourceIds: [kept.id], set: { [TAG.generation]: "1" }, remove: [] }]
      : [];
    return [...recount, { kind: "record" }];
  }
  const latest = observed.generation;
  if (latest?.launchHash !== digests.launchHash) {
    return [{ kind: "record-generation", replacesBefore: (kept && generationOf(kept)) ?? "this" }];
  }
  return latest.settingsHash === digests.settingsHash
    ? []
    : [{ kind: "record-generation", replacesBefore: latest.replacesBefore }];
}
