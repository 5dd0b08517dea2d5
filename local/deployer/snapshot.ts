import { setImmediate, setTimeout } from "node:timers/promises";
import type { Operation, ResourceState, StackState, StackStateFile } from "./state";
import { STACK_TYPE } from "./urn";

/** How many times as long as a write took the next one waits: a state of a thousand resources takes tens of milliseconds. */
const REST = 4;

/** The resources as they are known at this moment of a run. A preview changes its own copy and writes nothing. */
export class StackSnapshot {
  private nextWrite: Promise<void> | undefined;
  private restsUntil = 0;

  constructor(
    private readonly state: StackState,
    private readonly file: StackStateFile | undefined,
  ) {}

  get resources(): readonly ResourceState[] {
    return this.state.resources;
  }

  /** The resource of that name; one that only waits for its deletion does not count. */
  find(urn: string): ResourceState | undefined {
    return this.state.resources.find((resource) => resource.urn === urn && resource.delete !== true);
  }

  root(): ResourceState | undefined {
    return this.state.resources.find((resource) => resource.type === STACK_TYPE);
  }

  /** Puts `next` in the place of `old`, or at the end. */
  put(next: ResourceState, old?: ResourceState): void {
    const index = old === undefined ? -1 : this.state.resources.indexOf(old);
    if (index === -1) this.state.resources.push(next);
    else this.state.resources[index] = next;
    this.writeSoon();
  }

  remove(gone: ResourceState): void {
    const index = this.state.resources.indexOf(gone);
    if (index !== -1) this.state.resources.splice(index, 1);
    this.writeSoon();
  }

  /** Takes a resource out that no longer exists, and what others say about it. */
  forget(gone: ResourceState): void {
    for (const resource of this.state.resources) {
      resource.dependencies = resource.dependencies.filter((urn) => urn !== gone.urn);
      for (const [key, urns] of Object.entries(resource.propertyDependencies))
        resource.propertyDependencies[key] = urns.filter((urn) => urn !== gone.urn);
    }
    this.remove(gone);
  }

  /** Remembers, for the case that we are killed, that something may come into being that isn't recorded. */
  async begin(operation: Operation, urn: string): Promise<() => void> {
    const pending = { operation, urn };
    this.state.pending.push(pending);
    await this.written();
    return () => {
      this.state.pending = this.state.pending.filter((one) => one !== pending);
    };
  }

  /** Once all that is known now is on disk. Who asks at about the same time shares one write. */
  written(): Promise<void> {
    this.nextWrite ??= this.writeNext();
    return this.nextWrite;
  }

  save(): void {
    this.file?.save(this.state);
  }

  /** Starts a write. A state that cannot be written is tried again at the end, which reports the error. */
  private writeSoon(): void {
    this.written().catch(() => undefined);
  }

  private async writeNext(): Promise<void> {
    const rest = this.restsUntil - performance.now();
    await (rest > 0 ? setTimeout(rest) : setImmediate());
    this.nextWrite = undefined;
    const start = performance.now();
    this.save();
    const end = performance.now();
    this.restsUntil = end + (end - start) * REST;
  }
}

/** Everything that must exist before this resource can, and must not be deleted before it. */
export function dependenciesOf(resource: ResourceState): Set<string> {
  const urns = new Set([...resource.dependencies, ...Object.values(resource.propertyDependencies).flat()]);
  if (resource.parent !== "") urns.add(resource.parent);
  return urns;
}

/** All that depends on `root`, directly or not, each after what it depends on. */
export function dependentsOf(root: ResourceState, resources: readonly ResourceState[]): ResourceState[] {
  const found: ResourceState[] = [];
  const reached = new Set([root.urn]);
  for (let before = -1; before !== found.length;) {
    before = found.length;
    for (const resource of resources) {
      if (reached.has(resource.urn) || resource.delete === true) continue;
      if (![...dependenciesOf(resource)].some((urn) => reached.has(urn))) continue;
      reached.add(resource.urn);
      found.push(resource);
    }
  }
  return inDependencyOrder(found);
}

function inDependencyOrder(resources: readonly ResourceState[]): ResourceState[] {
  const ordered = new Set<ResourceState>();
  const visit = (resource: ResourceState, path: Set<ResourceState>): void => {
    if (ordered.has(resource) || path.has(resource)) return;
    path.add(resource);
    const urns = dependenciesOf(resource);
    for (const other of resources) if (urns.has(other.urn)) visit(other, path);
    ordered.add(resource);
  };
  for (const resource of resources) visit(resource, new Set());
  return [...ordered];
}
