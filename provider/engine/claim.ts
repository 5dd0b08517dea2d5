/**
 * Which id a `create` works on. Ids are made from the resource's URN and counted up, so that of two creates at once both
 * come to the same one, and EC2, which takes a launch template's name once, says which of them made the record.
 */
import { createHash } from "node:crypto";
import type { Ec2 } from "../ec2/ec2";
import { TAG, urnTag } from "../ec2/tags";
import type { LaunchTemplate } from "./state";

/** A managed instance's id: `mi-` and 17 hex digits. */
export function idOf(urn: string, count: number): string {
  return `mi-${createHash("sha256").update(`${urn}\n${count}`).digest("hex").slice(0, 17)}`;
}

/** Whether a record was begun for the resource and no state is known to have it: then it is to be finished. */
export function isUnfinished(template: LaunchTemplate, urn: string): boolean {
  return template.tags[TAG.phase] === "creating" && template.tags[TAG.urn] === urnTag(urn);
}

/**
 * The id of the machine that an earlier or another `create` of the resource began; else the first that is free. One that is
 * `ready` is another state's.
 *
 * @param taken ids that were found to belong to something else
 */
export async function claimId(ec2: Ec2, urn: string, taken: ReadonlySet<string>): Promise<string> {
  const ofResource = await ec2.describeLaunchTemplates({ [`tag:${TAG.urn}`]: [urnTag(urn)] });
  const unfinished = ofResource
    .filter((it) => isUnfinished(it, urn))
    .map((it) => it.name)
    .sort();
  const names = new Set([...ofResource.map((it) => it.name), ...taken]);
  let count = 0;
  while (names.has(idOf(urn, count))) {
    count++;
  }
  return unfinished[0] ?? idOf(urn, count);
}

/** The id belongs to another state's machine; the next one has to be tried. */
export class IdTaken extends Error {
  override readonly name = "IdTaken";
}
