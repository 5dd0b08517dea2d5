/** One loop over the steps. */
import { explain } from "../ec2/errors";
import { IdTaken } from "./claim";
import { ObserveAgain, type Run } from "./run";
import type { Step } from "./step";
import { entryOf } from "./steps";

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
    // A machine that this run took down is brought up again first, with its data, heard or unheard.
    if (run.darkSince === undefined && step.kind !== "attach-volumes" && run.isAbandoned()) {
      throw new Abandoned(
        "the Pulumi engine is gone; stopped at a safe point, and the next `pulumi up` goes on from there",
      );
    }
    try {
      await entryOf(step).take(run, step);
    } catch (error) {
      if (error instanceof ObserveAgain || error instanceof IdTaken) {
        throw error;
      }
      throw new StepFailure(`could not ${entryOf(step).doing(run, step)}: ${explain(error)}`, { cause: error });
    }
  }
}
