/** observe → plan → apply → outputs: the one way in which a managed instance comes about and changes. */
import { explain } from "../ec2/errors";
import { apply } from "./apply";
import { conflicts, teardownConflicts } from "./conflicts";
import { observe } from "./observe";
import { outputsOf } from "./outputs";
import { plan } from "./plan";
import type { Deps, Run } from "./run";
import type { Desired, Observed, Outputs, Recorded } from "./state";
import { ObserveAgain } from "./steps/launch";
import { Superseded } from "./steps/record";
import { planTeardown } from "./teardown";

export interface Request {
  id: string;
  desired: Desired;
  recorded?: Recorded;
  /** Whether a state is known to have the id, because it came from there. */
  known: boolean;
}

/** It did not get to the end: what exists by now, and why it ended. */
export class ReconcileFailure extends Error {
  override readonly name = "ReconcileFailure";

  constructor(
    readonly reason: string,
    readonly observed: Observed,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

/** Other writers can change the world between look and deed; more often than this is a fight. */
const MAX_LOOKS = 4;

export async function reconcile(request: Request, deps: Deps): Promise<Outputs> {
  const { id, desired, recorded, known } = request;
  for (let look = 1; ; look++) {
    const observed = await observe(deps.ec2, { id, desired, recorded });
    const run: Run = { ...deps, ...request, observed };
    const found = conflicts(desired, observed);
    if (found.length > 0) {
      throw new ReconcileFailure(`nothing was changed: ${found.join("; ")}.`, observed);
    }
    try {
      await apply(plan({ id, desired, observed, recorded, known }), run);
      return outputsOf(desired, run.observed, recorded);
    } catch (error) {
      if (error instanceof Superseded) {
        throw error;
      }
      if (!(error instanceof ObserveAgain) || look === MAX_LOOKS) {
        throw new ReconcileFailure(explain(error), run.observed, error);
      }
    }
  }
}

/** Ends a managed instance. What is left to do after a failure is found again by the next call. */
export async function tearDown(request: Request, deps: Deps): Promise<void> {
  const { id, desired, recorded } = request;
  const observed = await observe(deps.ec2, { id, recorded });
  const found = teardownConflicts(observed, desired.deletion);
  if (found.length > 0) {
    throw new Error(`nothing was deleted: ${found.join("; ")}.`);
  }
  await apply(planTeardown({ observed, deletion: desired.deletion }), { ...deps, ...request, observed });
}
