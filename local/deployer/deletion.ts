import { DeployError } from "./errors";
import { remove } from "./operations";
import type { Run } from "./run";
import { dependenciesOf } from "./snapshot";
import type { ResourceState } from "./state";

/** Deletes what is in the state and no longer wanted: each after all that depends on it, and otherwise at once. */
export async function deleteUnwanted(run: Run, wanted: (urn: string) => boolean): Promise<void> {
  const unwanted = run.snapshot.resources.filter((state) => state.delete === true || !wanted(state.urn));
  const guarded = unwanted.filter((state) => state.protect && state.delete !== true);
  for (const { urn } of guarded)
    run.fail(
      new DeployError("it is protected, so it is not deleted: take the option protect away and run up first"),
      urn,
    );
  if (guarded.length === 0) await deleteAll(run, unwanted);
}

async function deleteAll(run: Run, unwanted: readonly ResourceState[]): Promise<void> {
  const waiting = new Set(unwanted);
  const underWay = new Map<ResourceState, Promise<unknown>>();
  const start = (state: ResourceState): void => {
    waiting.delete(state);
    const deletion = deleteOne(run, state).finally(() => underWay.delete(state));
    underWay.set(state, run.track(deletion));
  };
  while (underWay.size > 0 || (waiting.size > 0 && !run.isStopped())) {
    const left = [...waiting, ...underWay.keys()];
    const free = [...waiting].filter(
      (state) => !left.some((other) => other !== state && dependenciesOf(other).has(state.urn)),
    );
    // Records of different times can depend on each other in a circle; then any order is as good.
    const ready = free.length === 0 && underWay.size === 0 ? [...waiting] : free;
    if (!run.isStopped()) ready.forEach(start);
    if (underWay.size > 0) await Promise.race(underWay.values());
  }
}

async function deleteOne(run: Run, state: ResourceState): Promise<void> {
  try {
    await remove(run, state, state.delete === true ? "delete-replaced" : "delete");
  } catch (error) {
    run.fail(error, state.urn);
  }
}
