/** Tags, and what is left behind on purpose. */
import { explain, isEc2Error } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import type { Deps, Run } from "../run";
import type { Observed, Tags } from "../state";

export async function tag(run: Run, resourceIds: string[], set: Tags, remove: string[]): Promise<void> {
  if (Object.keys(set).length > 0) {
    await run.ec2.createTags(resourceIds, set);
  }
  if (remove.length > 0) {
    await run.ec2.deleteTags(resourceIds, remove);
  }
}

export async function retain(run: Run, resourceId: string, what: string): Promise<void> {
  await run.ec2.createTags([resourceId], { [TAG.retained]: "true" });
  await run.ec2.deleteTags([resourceId], [TAG.id]);
  run.say(`retained ${resourceId}, the ${what}: it stays, and costs what it costs, until somebody deletes it`);
}

/**
 * A state has brought the id, so no `create` may take the machine over any more. Credentials that only read can refresh too:
 * they are told, and the next `up` does it.
 */
export async function markReady({ ec2, say }: Pick<Deps, "ec2" | "say">, { template }: Observed): Promise<void> {
  if (template === undefined || template.tags[TAG.phase] === "ready") {
    return;
  }
  try {
    await ec2.createTags([template.id], { [TAG.phase]: "ready" });
  } catch (error) {
    if (!isEc2Error(error, "denied")) {
      throw error;
    }
    say(`not marked as ready: ${explain(error)}`);
  }
}
