/** The line on a machine that there is: what `up` does to it, read off the plan. (pure) */
import { nameOf } from "../ec2/tags";
import { ROLLED_BACK } from "../engine/planning/drift";
import { partOf } from "../engine/record/specification";
import type { Change } from "../inputs/changes";
import { COUNTED_ADDRESSES } from "../inputs/inputs";
import { isHeld, isOutdated } from "../inputs/on-record";
import { isUnknown } from "../inputs/validation";
import type { Properties } from "../model/properties";
import { announceCreate, textIfKnown } from "./announce-create";
import { partsOfOthers } from "./belongings";
import { certainOutputs } from "./certain-outputs";
import { endedBy, fateOf } from "./fate";
import { volumesReattached } from "./in-place";
import type { Look } from "./look";
import type { Planned } from "./planned";
import { sentencesFor } from "./sentence";
import { type Told, toldOf, volumesGivenUp } from "./told";

/**
 * @param changes the inputs that change
 * @param look what there is by now, and the plan
 * @param wanted the checked inputs
 */
export function announceUpdate(changes: Change[], look: Look, wanted: Properties): string {
  const others = changes.filter((it) => it.input !== "resourceUrn");
  if (others.length === changes.length) {
    return announceChanges(changes, look, wanted);
  }
  const renamed = announceRename(look.recorded, wanted);
  const isAll = others.length === 0 && look.drift.length === 0;
  const instanceId = textIfKnown(look.recorded.instanceId);
  const stays = instanceId === "" ? "" : `; ${instanceId} keeps running`;
  return `${renamed}${isAll ? stays : `; ${announceChanges(others, look, wanted)}`}`;
}

/** The machine stays the same under another URN: the tags say so, and nothing else changes. */
function announceRename({ resourceUrn: from }: Properties, { resourceUrn: to }: Properties): string {
  const [before, after] = [textIfKnown(from), textIfKnown(to)].map(nameOf);
  return before === after ? `is now ${textIfKnown(to)}` : `is now called ${after ?? ""}`;
}

function announceChanges(changes: Change[], look: Look, wanted: Properties): string {
  const { recorded, planned } = look;
  if (isBegun(recorded)) {
    return `goes on with what the last run began: ${announceCreate(wanted)}`;
  }
  if (changes.some((it) => it.class === "replaces-resource")) {
    return `deletes everything in ${textIfKnown(recorded.region)} and makes it anew in ${textIfKnown(wanted.region) || "the new region"} (${[...namesOf(changes, wanted), ...look.drift].join("; ")}); no address is kept`;
  }
  return planned === undefined
    ? announceUnplanned(changes, look, wanted)
    : announcePlanned(changes, look, wanted, planned);
}

/** Whether no run has got to an interface yet. Where none is kept, one that is gone is nothing of note. */
function isBegun(recorded: Properties): boolean {
  const isKept = recorded.persistPrivateIp !== false;
  return isKept && recorded.networkInterfaceId === "" && !isHeld(recorded) && recorded.state !== "paused";
}

function announcePlanned(changes: Change[], look: Look, wanted: Properties, planned: Planned): string {
  const { recorded, drift, further } = look;
  const told = toldOf(planned);
  const because = [...namesOf(changes, wanted), ...changedWhilePaused(changes, look, wanted, planned), ...drift];
  return [
    ...sentencesFor(planned, because.join("; "), told),
    ...triesAgain(drift, planned),
    ...addresses(recorded, told, planned),
    ...volumesGivenUp(planned),
    ...volumesReattached(planned),
    ...endedBy(planned).flatMap((instance) => partsOfOthers(instance, further, planned.cast)),
  ].join("; ");
}

/** Says all that is certain without a plan. */
function announceUnplanned(changes: Change[], { recorded, drift }: Look, wanted: Properties): string {
  const because = [...namesOf(changes, wanted), ...drift].join("; ");
  const instance = textIfKnown(recorded.instanceId) || "the machine's instance";
  if (!isUnknown(wanted)) {
    return `changes (${because}); EC2 could not be asked, so whether ${instance} and its addresses stay is not known`;
  }
  const { networkInterfaceId, privateIp, allocationId, publicIp } = certainOutputs(changes, recorded, wanted);
  const keeps = [networkInterfaceId, privateIp, ...(textIfKnown(allocationId) === "" ? [] : [publicIp])].map(
    textIfKnown,
  );
  return [
    `changes (${because})`,
    `whether ${instance} stays is told once all inputs are known`,
    ...listed("keeps", keeps),
  ].join("; ");
}

/** The inputs that change, by the names that the program has for them: what counts a list of addresses may only follow from it. */
function namesOf(changes: Change[], wanted: Properties): string[] {
  const named = changes.map(({ input }) => {
    const counted = COUNTED_ADDRESSES.find((it) => it.count === input);
    if (counted === undefined) {
      return input;
    }
    if (Array.isArray(wanted[counted.list])) {
      return counted.list;
    }
    // A count of 0 may be given or follow from an input left out, so only what it counts is named.
    return wanted[input] === 0 ? counted.what : input;
  });
  return named.length === 0 ? [] : [[...new Set(named)].join(", ")];
}

/** A stopped instance that is resumed may differ in more than what changes now. */
function changedWhilePaused(
  changes: Change[],
  { recorded, drift }: Look,
  wanted: Properties,
  { steps, cast }: Planned,
): string[] {
  const resumes = recorded.desiredState === "paused" && wanted.desiredState !== "paused";
  const isReplaced = steps.some((it) => it.kind === "preflight");
  if (!resumes || !isReplaced || isOutdated(drift)) {
    return [];
  }
  const now = changes.filter((it) => it.class !== "in-place");
  const parts = cast.differences;
  const isAllOfNow =
    parts.length === 0 ? now.length > 0 : parts.every((part) => now.some((it) => partOf(it.input) === part));
  return isAllOfNow ? [] : ["what changed while it was paused"];
}

function isRolledBack(found: string): boolean {
  return found.startsWith(ROLLED_BACK);
}

/** EC2 cannot be asked for capacity, so whether it goes better this time, only another try tells. */
function triesAgain(drift: readonly string[], planned: Planned): string[] {
  const { digests, observed } = planned.cast;
  const isSame = observed.generation?.launchHash === digests.launchHash;
  const { kind } = fateOf(planned);
  return isSame && drift.some(isRolledBack) && (kind === "replaces" || kind === "changes")
    ? ["tries again what was rolled back: should it fail again, it is dark until the previous generation is back"]
    : [];
}

/** Says which addresses stay, and which go. */
function addresses(recorded: Properties, told: Told, { cast: { desired } }: Planned): string[] {
  const [eni, privateIp, allocationId, publicIp] = [
    recorded.networkInterfaceId,
    recorded.privateIp,
    recorded.allocationId,
    recorded.publicIp,
  ].map(textIfKnown) as [string, string, string, string];
  // An interface that is gone is made anew, on the address that it had if that is wanted.
  const keepsAddress = eni === "" ? desired.privateIp === privateIp : !told.ids.includes(eni);
  const keepsElastic = allocationId !== "" && !told.ids.includes(allocationId);
  return [
    ...listed("keeps", [...(keepsAddress ? [eni, privateIp] : []), ...(keepsElastic ? [publicIp] : [])]),
    ...listed("gives up", told.goes),
  ];
}

function listed(verb: string, things: string[]): string[] {
  const named = things.filter((it) => it !== "");
  return named.length === 0 ? [] : [`${verb} ${named.join(", ")}`];
}

/**
 * Says what a refresh found, when the machine is not as it was recorded.
 *
 * @param isMendable whether nothing of somebody else's is in the way
 */
export function announceDrift(drift: readonly string[], recorded: Properties, isMendable = true): string {
  const instanceId = textIfKnown(recorded.instanceId);
  const was = instanceId === "" ? "" : ` (recorded: ${instanceId})`;
  const mends = drift.some(isRolledBack)
    ? "the next `pulumi up` tries it again, with an outage, unless the program takes the change back"
    : "the next `pulumi up` puts it right";
  const outlook = isMendable ? mends : "until then `pulumi up` changes nothing";
  return `found that ${drift.join(" and ")}${was}; ${outlook}`;
}
