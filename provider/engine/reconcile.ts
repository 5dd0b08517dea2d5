/** observe → plan → apply → outputs: the one way in which a managed instance comes about and changes. */
import { randomUUID } from "node:crypto";
import { Cancelled } from "../clock";
import type { Ec2 } from "../ec2/ec2";
import { explain } from "../ec2/errors";
import { apply } from "./apply";
import { IdTaken } from "./claim";
import { conflicts } from "./conflicts";
import { currentNetworkInterface } from "./current";
import { type Lease, LeaseLost } from "./lease";
import { observe, observeTeardown, type Target } from "./observe";
import { outputsOf } from "./outputs";
import { requireOwned, TakenOver } from "./ownership";
import { plan } from "./plan";
import { protections, teardownObstacles } from "./protection";
import { type Deps, ObserveAgain, Refused, type Run, saying } from "./run";
import type { Desired, Observed, Outputs, Recorded } from "./state";
import { planTeardown } from "./teardown";

export interface Request {
  id: string;
  desired: Desired;
  recorded?: Recorded;
  /** Whether a state is known to have the id, because it came from there. */
  known: boolean;
  /** What a create holds the record by. */
  lease?: Lease;
}

/** It did not get to the end: what exists by now, and why it ended. */
export class ReconcileFailure extends Error {
  override readonly name = "ReconcileFailure";

  constructor(
    readonly reason: string,
    readonly observed: Observed,
    /** Whether nothing was changed. */
    readonly isUntouched: boolean,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

/** Other writers can change the world between look and deed; more often than this is a fight. */
const MAX_LOOKS = 4;

export async function reconcile(request: Request, deps: Deps): Promise<Outputs> {
  let observed: Observed | undefined;
  const nonce = randomUUID();
  for (let looks = 1; ; looks++) {
    try {
      observed = await look(deps.ec2, request);
      return await approach({ ...deps, ...request, nonce, observed });
    } catch (error) {
      if (observed === undefined || endsClaim(error)) {
        throw error;
      }
      if (!(error instanceof ObserveAgain) || looks === MAX_LOOKS) {
        const left = await leftBy(error, { observed, request, deps });
        throw new ReconcileFailure(explain(error), left, error instanceof Refused && looks === 1, error);
      }
    }
  }
}

function look(ec2: Ec2, target: Target): Promise<Observed> {
  return saying(`look at what there is of ${target.id}`, () => observe(ec2, target));
}

/** A run that the user ended stopped between two looks, so what it leaves is looked at, as far as one look can tell. */
async function leftBy(
  error: unknown,
  { observed, request, deps }: { observed: Observed; request: Request; deps: Deps },
): Promise<Observed> {
  return error instanceof Cancelled ? observe(deps.ec2, request).catch(() => observed) : observed;
}

/** The machine is not, or not any more, the one that the run is about. */
function endsClaim(error: unknown): boolean {
  return error instanceof IdTaken || error instanceof LeaseLost || error instanceof TakenOver;
}

async function approach(run: Run): Promise<Outputs> {
  requireOwned(run, run.observed);
  refuse("changed", conflicts(run));
  const steps = plan(run);
  refuse("changed", await protections(run.ec2, steps));
  run.chosenInterfaceId = currentNetworkInterface(run)?.id;
  await apply(steps, run);
  return outputsOf(run);
}

/** Ends a managed instance. What is left to do after a failure is found again by the next call. */
export async function tearDown(request: Request, deps: Deps): Promise<void> {
  const { id, desired, recorded } = request;
  const observed = await saying(`look at what there is of ${id}`, () => observeTeardown(deps.ec2, request));
  requireOwned(request, observed);
  refuse("deleted", await teardownObstacles(deps.ec2, { id, desired, observed, recorded }));
  const steps = planTeardown({ id, observed, recorded, deletion: desired.deletion, adopt: desired.adopt });
  await apply(steps, { ...deps, ...request, nonce: randomUUID(), observed });
}

function refuse(what: "changed" | "deleted", found: string[]): void {
  if (found.length > 0) {
    throw new Refused(`nothing was ${what}: ${found.join("; ")}.`);
  }
}
