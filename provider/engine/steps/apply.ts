/** One loop over the steps. */
import { Cancelled } from "../../kit/clock";
import { explain } from "../../ec2/errors";
import { IdTaken } from "../record/claim";
import { LeaseLost } from "../record/lease";
import { guarded } from "./points";
import { findNetworkInterface, ObserveAgain, Refused, type Run } from "./run";
import type { Step } from "../planning/step";
import { entryOf } from ".";

/** A step that failed, as a sentence. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}

/** The engine is gone; what was begun is finished by the next run. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";
}

export async function apply(steps: Step[], run: Run): Promise<void> {
  for (const step of steps) {
    refuseToBegin(run, step);
    const take = (): Promise<void> => entryOf(step).take(run, step);
    await inWords(run, step, () => guarded(run, step, take));
  }
}

function refuseToBegin(run: Run, step: Step): void {
  if (run.lease?.isLost === true) {
    throw new LeaseLost();
  }
  // A machine that this run took down is brought up again first, with its data, heard or unheard.
  if (run.darkSince === undefined && step.kind !== "attach-volumes" && run.isAbandoned()) {
    throw new Abandoned(
      "the Pulumi engine is gone; stopped at a safe point, and the next `pulumi up` goes on from there",
    );
  }
  if (run.cancelled.aborted) {
    throw cancelled(run, `before it would ${entryOf(step).doing(run, step)}`);
  }
}

async function inWords(run: Run, step: Step, take: () => Promise<void>): Promise<void> {
  try {
    await take();
  } catch (error) {
    if (
      error instanceof ObserveAgain ||
      error instanceof IdTaken ||
      error instanceof LeaseLost ||
      error instanceof Refused
    ) {
      throw error;
    }
    const doing = entryOf(step).doing(run, step);
    if (error instanceof Cancelled) {
      throw cancelled(run, `as it was to ${doing} (${error.message})`);
    }
    throw new StepFailure(`could not ${doing}: ${explain(error)}`, { cause: error });
  }
}

/** Unlike an engine that is gone, a user who ends the run is there to read what it leaves, and decides what comes next. */
function cancelled(run: Run, when: string): Cancelled {
  const address = findNetworkInterface(run)?.privateIp ?? "its address";
  const dark = run.darkSince === undefined ? "" : ` No instance runs behind ${address} until it is run again.`;
  return new Cancelled(`Cancelled: stopped ${when}.${dark}`);
}
