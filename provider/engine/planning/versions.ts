/** Plans when old versions of the launch template record are deleted. (pure) */
import type { Situation } from "../../model/goal";
import type { Step } from "./step";

/** Number of versions that stay, the latest among them. */
export const KEPT_VERSIONS = 20;

/** Steps that make a version, or an instance of one that a recycle made. */
const OF_A_VERSION: readonly Step["kind"][] = [
  "record-generation",
  "launch",
  "launch-beside",
  "prove-candidate",
  "replace-root-volume",
  "change-stopped",
];

/** The step that deletes old versions, last of all: once the run has done its work, nothing would go back to an older version. */
export function planPruning({ observed }: Pick<Situation, "observed">, steps: readonly Step[]): Step[] {
  const { template } = observed;
  const made = steps.filter((it) => it.kind === "record-generation").length;
  const isOver = template !== undefined && template.latestVersion + made > KEPT_VERSIONS;
  return isOver && steps.some((it) => OF_A_VERSION.includes(it.kind)) ? [{ kind: "prune-versions" }] : [];
}
