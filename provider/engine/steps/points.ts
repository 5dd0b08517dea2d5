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

/** Whether a step ends, stops, launches or moves something. An instance that is ending already is only waited for. */
export function isPointOfNoReturn(step: Step): boolean {
  return KINDS.has(step.kind) && (step.kind !== "retire" || isAlive(step.instance));
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
  if (steps.some(isPointOfNoReturn)) {
    await requireUnchanged(run);
  }
}
