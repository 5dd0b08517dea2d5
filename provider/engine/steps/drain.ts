/** Time for a guest to finish what it is doing. It can read that it is being drained in its tags, from the metadata service. */
import { TAG } from "../../ec2/tags";
import type { Run } from "./run";
import type { Instance } from "../../model/things";

export async function drain(run: Run, instance: Instance): Promise<void> {
  const { drainSeconds } = run.desired.replacement;
  const begun = Date.parse(instance.tags[TAG.draining] ?? "");
  const since = Number.isNaN(begun) ? run.clock.now() : begun;
  if (Number.isNaN(begun)) {
    await run.ec2.createTags([instance.id], { [TAG.draining]: new Date(since).toISOString() });
    run.say(`draining ${instance.id} for ${drainSeconds} s`);
  }
  // A run that died in the middle has waited for a part of it.
  const left = Math.min(since + drainSeconds * 1000 - run.clock.now(), drainSeconds * 1000);
  if (left > 0) {
    await run.clock.sleep(left);
  }
}
