import { compare, type Change } from "./changes";
import { PartialFailure } from "./errors";
import type { InitFailure } from "./init-failure";
import type { Provider } from "./provider";
import type { Run } from "./run";
import type { Operation, ResourceState } from "./state";
import type { StepOp } from "./report";
import { annotateSecrets, markSecret, type Props } from "./values";

/** A resource's record before anything is known of what the provider makes of it. */
export type Draft = Omit<ResourceState, "id" | "outputs">;

/** The provider does not preview: what it would return is taken to be the inputs, all else is unknown. */
const NOT_YET = { id: "", failure: undefined };

/** Creates a resource; `replaced` is the record of an earlier one, and what becomes of it. */
export async function create(
  run: Run,
  draft: Draft,
  replaced?: { state: ResourceState; keep: boolean; diff: Change[] },
) {
  const op: StepOp = replaced === undefined ? "create" : "replace";
  const diff = replaced?.diff ?? compare({}, draft.inputs);
  const since = Date.now();
  run.assertGoing();
  run.report.begin(op, draft.urn, diff);
  const { id, outputs, failure } = await (run.preview ? { ...NOT_YET, outputs: draft.inputs } : callCreate(run, draft));
  const state: ResourceState = {
    ...draft,
    id,
    outputs: secretOutputs(draft, outputs),
    initErrors: initErrors(failure),
  };
  if (replaced?.keep === true) {
    replaced.state.delete = true;
    run.snapshot.put(state);
  } else run.snapshot.put(state, replaced?.state);
  await run.snapshot.written();
  refuseHalfDone("created", failure);
  run.report.done(op, draft.urn, { diff, since });
  return state;
}

function callCreate(run: Run, draft: Draft) {
  return call(run, "create", draft.urn, (provider) => provider.create(draft.urn, draft.inputs));
}

export async function update(run: Run, old: ResourceState, draft: Draft): Promise<ResourceState> {
  const diff = compare(old.inputs, draft.inputs);
  const since = Date.now();
  run.assertGoing();
  run.report.begin("update", draft.urn, diff);
  const { outputs, failure } = await (run.preview
    ? { ...NOT_YET, outputs: draft.inputs }
    : callUpdate(run, old, draft));
  const state: ResourceState = {
    ...draft,
    id: old.id,
    // The new inputs have not been reached: the next run has to see the difference again.
    inputs: failure === undefined ? draft.inputs : old.inputs,
    outputs: secretOutputs(draft, outputs),
    initErrors: initErrors(failure),
  };
  run.snapshot.put(state, old);
  await run.snapshot.written();
  refuseHalfDone("updated", failure);
  run.report.done("update", draft.urn, { diff, since });
  return state;
}

function callUpdate(run: Run, old: ResourceState, draft: Draft) {
  return call(run, "update", draft.urn, (provider) => provider.update(draft.urn, old, draft.inputs));
}

/** Deletes a resource for good, or, with `keepRecord`, to be created anew in the same run. */
export async function remove(run: Run, state: ResourceState, op: StepOp, keepRecord = false): Promise<void> {
  const since = Date.now();
  run.assertGoing();
  if (state.custom && state.pendingReplacement !== true) {
    run.report.begin(op, state.urn);
    if (!run.preview && !state.retainOnDelete) await callDelete(run, state);
    run.report.done(op, state.urn, { since });
  } else if (!state.custom) run.report.done(op, state.urn);
  if (!keepRecord) run.snapshot.remove(state);
  else {
    state.pendingReplacement = true;
  }
  await run.snapshot.written();
}

function callDelete(run: Run, state: ResourceState) {
  return call(run, "delete", state.urn, (provider) => provider.delete(state.urn, state));
}

/** Calls the provider with a note in the state file, which goes with the next thing written there: the result. */
async function call<T>(
  run: Run,
  operation: Operation,
  urn: string,
  work: (provider: Provider) => Promise<T>,
): Promise<T> {
  const provider = await run.provider();
  const end = await run.snapshot.begin(operation, urn);
  try {
    run.assertGoing();
    const result = await work(provider);
    // The last lines that it printed come through another pipe: let them be read first.
    await new Promise((resolve) => setTimeout(resolve, 1));
    end();
    return result;
  } catch (error) {
    end();
    await run.snapshot.written();
    throw error;
  }
}

export function secretOutputs(draft: { inputs: Props; additionalSecretOutputs: string[] }, outputs: Props): Props {
  return markSecret(annotateSecrets(outputs, draft.inputs), draft.additionalSecretOutputs);
}

function initErrors(failure: InitFailure | undefined): string[] {
  if (failure === undefined) return [];
  return failure.reasons.length > 0 ? failure.reasons : [failure.message];
}

function refuseHalfDone(done: string, failure: InitFailure | undefined): void {
  if (failure === undefined) return;
  const reasons = failure.reasons.filter((reason) => reason !== failure.message);
  throw new PartialFailure([
    `${failure.message} (${done} in part; what exists is recorded, and the next up goes on)`,
    ...reasons,
  ]);
}
