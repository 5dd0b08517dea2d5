import { compare } from "./changes";
import type { Run } from "./run";
import type { ResourceState } from "./state";
import { annotateSecrets, markSecret } from "./values";

/** Reads every resource as it now is into the state. */
export async function refreshAll(run: Run): Promise<void> {
  const known = run.snapshot.resources.filter((state) => state.custom && state.pendingReplacement !== true);
  await Promise.all(
    known.map(async (state) => {
      try {
        await run.track(refreshOne(run, state));
      } catch (error) {
        run.fail(error, state.urn);
      }
    }),
  );
}

async function refreshOne(run: Run, old: ResourceState): Promise<void> {
  if (run.isStopped()) return;
  const since = Date.now();
  const provider = await run.provider();
  const read = await provider.read(old.urn, old);
  if (read.id === "") {
    run.snapshot.forget(old);
    run.report.begin("gone", old.urn);
    run.report.done("gone", old.urn);
    return;
  }
  const outputs = markSecret(annotateSecrets(read.outputs, old.outputs), old.additionalSecretOutputs);
  const inputs = read.inputs === undefined ? old.inputs : annotateSecrets(read.inputs, old.inputs);
  // Pulumi asks for this too, to show what the next up would do; its answer is of no use to us, its failure is.
  await provider.diff(old.urn, { id: read.id, inputs, outputs }, inputs);
  const diff = compare(old.outputs, outputs);
  run.snapshot.put({ ...old, id: read.id, inputs, outputs, initErrors: [] }, old);
  if (diff.length === 0) {
    run.report.done("same", old.urn);
    return;
  }
  run.report.begin("refresh", old.urn, diff);
  run.report.done("refresh", old.urn, { diff, since });
}
