/** A deed that did not get to its end: what is told, what is put on record, and when it is tried again. */
import { explain } from "../provider/ec2/errors";
import { ReconcileFailure } from "../provider/engine/reconcile";
import type { LastReplacement } from "../provider/engine/record/last-replacement";
import { Yielded } from "../provider/engine/record/standing";
import { Abandoned } from "../provider/engine/steps/apply";
import { FailedChecks } from "../provider/engine/steps/prove";
import { EndedAtLaunch } from "../provider/engine/steps/start";
import { Cancelled } from "../provider/kit/clock";
import { remember } from "./notes";
import type { Deed } from "./action";
import type { Controller, Looking, Outcome } from "./outcome";
import type { Machine } from "./record";
import { isOfDeed, missingRight } from "./rights";
import { isNoVerdict, MOST_IN_A_ROW, pauseAfterTries } from "./tries";

type Unfinished = Pick<Outcome, "kind" | "because" | "isLong" | "followUp">;

/** It did not get to its end: it was stopped, found no capacity, or failed. */
export async function unfinished(
  controller: Looking,
  machine: Machine,
  { action, error }: { action: Deed; error: unknown },
): Promise<Unfinished> {
  const because = explain(error);
  const now = controller.clock.now();
  const message = { look: machine.id };
  if (isCausedBy(error, Cancelled) || isCausedBy(error, Abandoned)) {
    const followUp = { at: now, message: { continue: machine.id } };
    return { kind: "to-be-continued", because: isByUser(controller) ? because : cutOff(error, because), followUp };
  }
  if (isCausedBy(error, Yielded)) {
    // The other run is at it; whether it got to its end, a look finds later.
    return { kind: "waiting", because, followUp: { at: now + pauseAfterTries(1), message } };
  }
  // A right that is missing fails no message: it is told, and tried again.
  const isDenied = deniedRight(error) !== undefined;
  if (!(error instanceof ReconcileFailure) && !isDenied) {
    throw error;
  }
  const tries = await rememberFailure(controller, machine, { action, error });
  const followUp = { at: now + pauseAfterTries(tries), message };
  return {
    kind: "failed",
    because,
    ...(tries >= MOST_IN_A_ROW ? { isLong: true } : {}),
    ...(isOnRecord(controller, { action, error }) ? { followUp } : {}),
  };
}

/** Whether a note of this try holds off the next look. Else each tick would begin another line of tries, so it is left to the ticks. */
function isOnRecord({ missing }: Looking, { action, error }: { action: Deed; error: unknown }): boolean {
  const isNoted = action.kind === "restore" || action.kind === "replace";
  return isNoted && !missing.some(isOfDeed) && deniedRight(error) !== "ec2:CreateTags";
}

/**
 * An instance that was launched and does not work counts against the machine. All else passes: denied, throttled, no capacity.
 *
 * @returns how often in a row nothing could be launched
 */
async function rememberFailure(
  controller: Looking,
  machine: Machine,
  { action, error }: { action: Deed; error: unknown },
): Promise<number> {
  if (action.kind !== "restore" && action.kind !== "replace") {
    return 0;
  }
  const at = controller.clock.now();
  const { instanceId, inARow, tries } = action.replacement;
  const failed = brokenInstance(error);
  const seen = error instanceof ReconcileFailure ? error.observed.instances : [];
  const stays = seen.some((it) => it.id === instanceId && it.state === "running");
  const replacement: LastReplacement =
    failed === undefined
      ? { ...action.replacement, at, tries: tries + 1 }
      : { ...action.replacement, at, instanceId: stays ? instanceId : failed, inARow: inARow + 1, tries: 0 };
  await remember(controller, machine, replacement);
  return replacement.tries;
}

/** The instance that was launched and does not work, if that is why it failed. */
function brokenInstance(error: unknown): string | undefined {
  if (error instanceof FailedChecks) {
    return error.instanceId;
  }
  if (error instanceof EndedAtLaunch && !isNoVerdict(error.instance)) {
    return error.instance.id;
  }
  return error instanceof Error ? brokenInstance(error.cause) : undefined;
}

function isByUser({ cancelled }: Controller): boolean {
  return cancelled?.aborted === true;
}

/** The engine speaks to who runs Pulumi: here nobody ended it, and no other engine is gone. */
function cutOff(error: unknown, because: string): string {
  const where = isCausedBy(error, Abandoned) ? "stopped at a safe point" : because.replace(/^Cancelled: /, "");
  return `the time was up: ${where}`;
}

/** The right for want of which it failed, if it did. */
function deniedRight(error: unknown): string | undefined {
  return missingRight(error, "")?.right ?? (error instanceof Error ? deniedRight(error.cause) : undefined);
}

function isCausedBy(error: unknown, kind: new (...parts: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && isCausedBy(error.cause, kind));
}
