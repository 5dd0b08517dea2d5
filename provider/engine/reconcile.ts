/** observe → plan → apply → outputs: the one way in which a managed instance comes about and changes. */
import { saying } from "../ec2/saying";
import { randomUUID } from "node:crypto";
import { Cancelled } from "../kit/clock";
import type { Ec2 } from "../ec2/ec2";
import { explain, isEc2Error } from "../ec2/errors";
import { apply, StepFailure } from "./steps/apply";
import { IdTaken } from "./record/claim";
import { conflicts } from "./planning/conflicts";
import { castOf } from "./situation/cast";
import { type Lease, LeaseLost } from "./record/lease";
import { markedAs } from "./situation/filters";
import { observe, observeTeardown, type Target } from "./situation/observe";
import { outputsOf } from "./situation/outputs";
import { requireOwned, TakenOver } from "./situation/ownership";
import { plan } from "./planning/plan";
import { requireUnchangedSince } from "./steps/points";
import { protections, teardownObstacles } from "./planning/protection";
import { type Deps, ObserveAgain, Refused, type Run } from "./steps/run";
import { Standing, Superseded, Yielded } from "./record/standing";
import type { Goal } from "../model/goal";
import type { Instance } from "../model/things";
import type { Observed } from "../model/observed";
import type { Outputs } from "../model/outputs";
import { takeBack } from "./steps/take-back";
import { readNetworkInterface } from "./steps/network-interface";
import { planTeardown } from "./planning/teardown";

export interface Request extends Goal {
  /** The lease by which a create holds the record. */
  lease?: Lease;
}

/** A run that failed: carries what exists by now, and why the run ended. */
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

/** Looks of one run, at most. Other writers can change the world between a look and a step; more often than this is a fight. */
const MAX_LOOKS = 6;

export async function reconcile(request: Request, deps: Deps): Promise<Outputs> {
  let run: Run | undefined;
  /** The run as it was up to the last look. */
  let before: Run | undefined;
  const nonce = randomUUID();
  const standing = new Standing(request);
  for (let looks = 1; ; looks++) {
    const wanted = { ...request, desired: standing.desired };
    try {
      const observed: Observed = await look(deps.ec2, wanted);
      before = run;
      run = { ...deps, ...wanted, nonce, observed, standing, ...doneIn(before) };
      standing.look(observed, run.darkSince !== undefined);
      run.desired = standing.desired;
      const outputs = await approach(run);
      standing.requireOwn();
      return outputs;
    } catch (error) {
      if (run === undefined || endsClaim(error)) {
        throw error;
      }
      if (error instanceof Superseded && before !== undefined) {
        await takeBack(before, run.observed);
      }
      if (looks === MAX_LOOKS || !(await looksAgain(error, run))) {
        const { observed } = run;
        const left = await leftBy(error, { observed, request, deps });
        const isUntouched = looks === 1 && (error instanceof Refused || error instanceof Yielded);
        throw new ReconcileFailure(explain(error), left, isUntouched, error);
      }
    }
  }
}

/** The deeds that a run remembers over a look. */
function doneIn(before: Partial<Run> = {}): Pick<Run, "darkSince" | "madeInterfaceId" | "madeAllocationId"> {
  const { darkSince, madeInterfaceId, madeAllocationId } = before;
  return { darkSince, madeInterfaceId, madeAllocationId };
}

/**
 * Whether the world differs from what this run saw. A step may also fail because of another run: the record tells of that, or the instances
 * are in another state than this run knows of.
 */
async function looksAgain(error: unknown, run: Run): Promise<boolean> {
  const { ec2, id, observed, standing } = run;
  const { template } = observed;
  if (!(error instanceof StepFailure) || template === undefined || standing === undefined) {
    return error instanceof ObserveAgain;
  }
  try {
    const [now] = await ec2.describeLaunchTemplates({ "launch-template-name": [template.name] });
    return (
      !standing.isSame(template, now) ||
      (await hasLostInterface(run)) ||
      (isAboutState(error) && !hasSeen(run, await ec2.describeInstances(markedAs(id))))
    );
  } catch {
    // The step's own error counts, not this one.
    return false;
  }
}

/** Whether the run's interface is gone: when two runs make one at once, the surplus one is deleted. */
async function hasLostInterface({ ec2, networkInterfaceId: id }: Run): Promise<boolean> {
  return id !== undefined && (await readNetworkInterface(ec2, id)) === undefined;
}

function isAboutState({ cause }: StepFailure): boolean {
  return isEc2Error(cause, "transition", "in-use", "not-found");
}

function hasSeen({ observed }: Run, now: readonly Instance[]): boolean {
  const stateOf = (id: string): string | undefined => observed.instances.find((it) => it.id === id)?.state;
  return now.every(({ id, state }) => stateOf(id) === state);
}

function look(ec2: Ec2, target: Target): Promise<Observed> {
  return saying(`look at what there is of ${target.id}`, () => observe(ec2, target));
}

/** The state that a failed run leaves. A run that the user ended stopped between two looks, so the state is observed once more. */
async function leftBy(
  error: unknown,
  { observed, request, deps }: { observed: Observed; request: Request; deps: Deps },
): Promise<Observed> {
  return error instanceof Cancelled ? observe(deps.ec2, request).catch(() => observed) : observed;
}

/** Whether the machine is not, or not any more, the one that the run is about. */
function endsClaim(error: unknown): boolean {
  return error instanceof IdTaken || error instanceof LeaseLost || error instanceof TakenOver;
}

async function approach(run: Run): Promise<Outputs> {
  requireOwned(run, run.observed);
  const cast = castOf(run);
  refuse("changed", conflicts(cast));
  const steps = plan(cast);
  refuse("changed", await protections(run.ec2, steps));
  run.networkInterfaceId = cast.networkInterface?.id;
  await apply(steps, run);
  await requireUnchangedSince(run, steps);
  return outputsOf(castOf(run));
}

/** Deletes a managed instance. After a failure, the next call finds what is left to do. */
export async function tearDown(ending: Omit<Goal, "purpose">, deps: Deps): Promise<void> {
  const request: Goal = { ...ending, purpose: { kind: "destroy" } };
  const { id } = request;
  const observed = await saying(`look at what there is of ${id}`, () => observeTeardown(deps.ec2, request));
  requireOwned(request, observed);
  refuse("deleted", await teardownObstacles(deps.ec2, { ...request, observed }));
  const steps = planTeardown({ ...request, observed });
  const networkInterfaceId = castOf({ ...request, observed }).networkInterface?.id;
  await apply(steps, { ...deps, ...request, nonce: randomUUID(), observed, networkInterfaceId });
}

function refuse(what: "changed" | "deleted", found: string[]): void {
  if (found.length > 0) {
    throw new Refused(`nothing was ${what}: ${found.join("; ")}.`);
  }
}
