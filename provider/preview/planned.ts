/** The plan of a preview, and the cast that it is for: all that a preview says is read off the two. (pure) */
import { plan } from "../engine/planning/plan";
import type { Step } from "../engine/planning/step";
import type { Cast } from "../engine/situation/cast";

export interface Planned {
  cast: Cast;
  steps: Step[];
}

export type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

export function planFor(cast: Cast): Planned {
  return { cast, steps: plan(cast) };
}

export function stepsOfKind<K extends Step["kind"]>(steps: readonly Step[], kind: K): StepOf<K>[] {
  return steps.filter((it): it is StepOf<K> => it.kind === kind);
}

const FROM_IMAGE: readonly Step["kind"][] = ["launch", "launch-beside", "replace-root-volume"];

/** Whether an instance is launched from the image, or boots from it. */
export function needsImage({ steps }: Planned): boolean {
  return steps.some((it) => FROM_IMAGE.includes(it.kind));
}
