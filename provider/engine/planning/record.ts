import { TAG } from "../../ec2/tags";
import { generationOf, holds } from "../situation/instances";
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
  return latest.settingsHash === digests.settingsHash && !isMovedFrom(cast, latest.number)
    ? []
    : [{ kind: "record-generation", replacesBefore: latest.replacesBefore }];
}

/**
 * Whether the machine moves to another interface than the one that its newest generation runs on. What it moves to is no part of the launch
 * specification; a run that is at work for the same generation finds by the next one that it was overtaken. The old instance is not of the
 * past by that: the program may take the move back.
 */
function isMovedFrom({ working, networkInterface, desired, purpose, observed }: Cast, latest: number): boolean {
  const old = observed.networkInterfaces.find((it) => it.id !== networkInterface?.id && it.tags[TAG.kept] !== "false");
  return (
    purpose.kind !== "upkeep" &&
    desired.persistPrivateIp &&
    old !== undefined &&
    working !== undefined &&
    holds(working, old) &&
    generationOf(working) === latest
  );
}
