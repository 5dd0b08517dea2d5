/** Points of no return: before them a run reads the record again, as another run may have recorded something newer. */
import { isAlive } from "../situation/instances";
import { ObserveAgain, type Run } from "./run";
import type { Step } from "../planning/step";

const KINDS: ReadonlySet<Step["kind"]> = new Set([
  "retire",
  "launch",
  "launch-beside",
  "detach-network-interface",
  "attach-network-interface",
  "replace-root-volume",
  "change-stopped",
  "start",
  "stop",
]);

/**
 * Whether a step ends, stops, launches or moves something. An instance that is ending already is only waited for. A run without a program gives
 * the machine an Elastic IP by the words of a record that an `up` may have changed.
 */
function isPointOfNoReturn({ purpose }: Run, step: Step): boolean {
  return step.kind === "allocate-elastic-ip" || step.kind === "associate-elastic-ip"
    ? purpose.kind === "upkeep"
    : KINDS.has(step.kind) && (step.kind !== "retire" || isAlive(step.instance));
}

/** Takes a step. Before a point of no return, and before each try of a call that was held up, the record is read again. */
export function guarded(run: Run, step: Step, take: () => Promise<void>): Promise<void> {
  return isPointOfNoReturn(run, step) ? run.heldUp.during(() => requireUnchanged(run), take) : take();
}

/**
 * Reads the record again.
 *
 * @throws ObserveAgain if it has something newer than what this run has seen
 */
export async function requireUnchanged(run: Run): Promise<void> {
  const { standing, observed } = run;
  if (standing === undefined || observed.template === undefined) {
    return;
  }
  // All that a run wants is on record before it acts.
  standing.record();
  const [now] = await run.ec2.describeLaunchTemplates({ "launch-template-name": [observed.template.name] });
  if (!standing.isSame(observed.template, now)) {
    throw new ObserveAgain(`another run changed the record of ${run.id}`);
  }
  standing.hasMarked = false;
}

/** Between a look at the record and the call after it another run may have come, so a run that acted looks once more at its end. */
export async function requireUnchangedSince(run: Run, steps: readonly Step[]): Promise<void> {
  if (steps.some((it) => isPointOfNoReturn(run, it))) {
    await requireUnchanged(run);
  }
}
