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
  const holds = new Holds(unwanted);
  let underWay = 0;
  let ended = (): void => undefined;
  const start = (state: ResourceState): void => {
    waiting.delete(state);
    underWay++;
    const deletion = deleteOne(run, state).finally(() => {
      underWay--;
      holds.release(state);
      ended();
    });
    void run.track(deletion);
  };
  while (underWay > 0 || (waiting.size > 0 && !run.isStopped())) {
    const free = [...waiting].filter((state) => holds.isFree(state));
    // Records of different times can depend on each other in a circle; then any order is as good.
    const ready = free.length === 0 && underWay === 0 ? [...waiting] : free;
    if (!run.isStopped()) ready.forEach(start);
    if (underWay > 0) await new Promise<void>((resolve) => (ended = resolve));
  }
}

/** How many of what is not deleted yet depend on each name. */
class Holds {
  private readonly dependencies: ReadonlyMap<ResourceState, ReadonlySet<string>>;
  private readonly counts = new Map<string, number>();

  constructor(states: readonly ResourceState[]) {
    this.dependencies = new Map(states.map((state) => [state, dependenciesOf(state)]));
    for (const urns of this.dependencies.values()) for (const urn of urns) this.count(urn, 1);
  }

  isFree(state: ResourceState): boolean {
    const ownShare = this.dependencies.get(state)?.has(state.urn) === true ? 1 : 0;
    return (this.counts.get(state.urn) ?? 0) === ownShare;
  }

  release(state: ResourceState): void {
    for (const urn of this.dependencies.get(state) ?? []) this.count(urn, -1);
  }

  private count(urn: string, change: number): void {
    this.counts.set(urn, (this.counts.get(urn) ?? 0) + change);
  }
}

async function deleteOne(run: Run, state: ResourceState): Promise<void> {
  try {
    await remove(run, state, state.delete === true ? "delete-replaced" : "delete");
  } catch (error) {
    run.fail(error, state.urn);
  }
}
