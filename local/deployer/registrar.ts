import { compare, text } from "./changes";
import { DeployError } from "./errors";
import { recordOf, type Goal } from "./goal";
import { keepIgnored } from "./ignore-changes";
import { create, remove, secretOutputs, update } from "./operations";
import type { Run } from "./run";
import { dependentsOf } from "./snapshot";
import type { ResourceState } from "./state";
import { makeUrn, nameOf } from "./urn";
import { annotateSecrets, isSecret, PROVIDER_KEY, redact, sameValue, secretTexts, UNKNOWN, type Props } from "./values";

/** Takes the resources that the program declares, one by one, and brings each about. */
export class Registrar {
  /** The URNs that the program has declared so far. */
  readonly seen = new Set<string>();
  private readonly beingDeleted = new Map<string, Promise<void>>();

  /** @param replaced the URNs of resources that are to be replaced whatever their diff says */
  constructor(
    private readonly run: Run,
    private readonly replaced: ReadonlySet<string> = new Set(),
  ) {}

  urnOf({ type, name, parent }: Goal): string {
    return makeUrn({ project: this.run.project.name, stack: this.run.project.stack, type, name, parent });
  }

  async register(goal: Goal): Promise<ResourceState> {
    const urn = this.urnOf(goal);
    this.run.report.hide(secretTexts(goal.inputs));
    if (this.seen.has(urn)) throw new DeployError(`the program declares two resources of this type and name (${urn})`);
    this.seen.add(urn);
    await this.beingDeleted.get(urn);
    const old = this.findOld(goal, urn);
    return goal.custom ? this.registerCustom(goal, urn, old) : this.registerComponent(goal, urn, old);
  }

  private findOld(goal: Goal, urn: string): ResourceState | undefined {
    const names = [urn, ...goal.aliases];
    const old = names.map((name) => this.run.snapshot.find(name)).find((state) => state !== undefined);
    if (old !== undefined) this.seen.add(old.urn);
    return old;
  }

  private registerComponent(goal: Goal, urn: string, old: ResourceState | undefined): ResourceState {
    const next: ResourceState = {
      ...recordOf(goal, urn),
      id: old?.id ?? "",
      inputs: goal.inputs,
      outputs: old?.outputs ?? {},
    };
    this.run.snapshot.put(next, old);
    this.run.report.done(old === undefined ? "create" : "same", urn);
    return next;
  }

  private async registerCustom(goal: Goal, urn: string, old: ResourceState | undefined): Promise<ResourceState> {
    const record = recordOf(goal, urn);
    if (old === undefined) return create(this.run, { ...record, inputs: await this.check(urn, {}, goal.inputs) });
    if (old.pendingReplacement === true) return this.createAnew(goal, urn, old);
    // The engine asks the provider nothing of it: of what is deleted first, only the resource option tells.
    if (this.replaced.has(urn)) return this.replace(goal, urn, old, false);
    const inputs = await this.check(urn, old.inputs, keepIgnored(goal.inputs, old.inputs, goal.ignoreChanges));
    const draft = { ...record, inputs };
    const provider = await this.run.provider();
    const diff = await provider.diff(urn, old, inputs);
    const changed = diff.changes ?? !sameValue(old.inputs, inputs);
    if (changed && diff.replaces.length > 0) return this.replace(goal, urn, old, diff.deleteBeforeReplace);
    if (changed || old.initErrors.length > 0) return update(this.run, old, draft);
    const same: ResourceState = { ...draft, id: old.id, outputs: secretOutputs(draft, old.outputs) };
    this.run.snapshot.put(same, old);
    this.run.report.done("same", urn);
    return same;
  }

  private async check(urn: string, olds: Props, news: Props): Promise<Props> {
    const provider = await this.run.provider();
    const { inputs, failures } = await provider.check(urn, olds, news);
    if (failures.length > 0)
      throw new DeployError(failures.map(({ property, reason }) => this.checkFailure(property, reason, news)));
    return annotateSecrets(inputs, news);
  }

  private checkFailure(property: string, reason: string, inputs: Props): string {
    if (property === "") return reason;
    const value = inputs[property];
    const shown = value === undefined ? "" : ` value {${isSecret(value) ? "[secret]" : text(redact(value))}}`;
    return `property ${property}${shown} has a problem: ${reason}`;
  }

  private async replace(goal: Goal, urn: string, old: ResourceState, deletesFirst: boolean): Promise<ResourceState> {
    if (goal.protect && old.protect)
      throw new DeployError("it would have to be replaced, but is protected: take the option protect away first");
    if (goal.deleteBeforeReplace ?? deletesFirst) {
      await this.deleteWithDependents(old);
      return this.createAnew(goal, urn, old);
    }
    // The defaults that check took over from the old resource are not the new one's.
    const inputs = await this.check(urn, {}, goal.inputs);
    const draft = { ...recordOf(goal, urn), inputs };
    return create(this.run, draft, { state: old, keep: true, diff: compare(old.inputs, inputs) });
  }

  private async createAnew(goal: Goal, urn: string, old: ResourceState): Promise<ResourceState> {
    const inputs = await this.check(urn, {}, goal.inputs);
    const draft = { ...recordOf(goal, urn), inputs };
    return create(this.run, draft, { state: old, keep: false, diff: compare(old.inputs, inputs) });
  }

  /** Before a resource can be deleted, so must be what would have to be replaced with it. */
  private async deleteWithDependents(root: ResourceState): Promise<void> {
    const condemned = [root];
    for (const dependent of dependentsOf(root, this.run.snapshot.resources)) {
      if (!dependent.custom || dependent.pendingReplacement === true || this.seen.has(dependent.urn)) continue;
      if (await this.needsReplacement(dependent, condemned)) condemned.push(dependent);
    }
    const [guarded] = condemned.filter((state) => state !== root && state.protect);
    if (guarded !== undefined)
      throw new DeployError(
        `${nameOf(guarded.urn)} would have to be replaced with it, but is protected: take the option protect away first`,
      );
    for (const state of condemned.reverse()) {
      const deletion = remove(this.run, state, "delete-replaced", true);
      this.beingDeleted.set(
        state.urn,
        deletion.catch(() => undefined),
      );
      await deletion;
    }
  }

  private async needsReplacement(dependent: ResourceState, condemned: readonly ResourceState[]): Promise<boolean> {
    const urns = new Set(condemned.map((state) => state.urn));
    const touched = Object.entries(dependent.propertyDependencies).filter(([, deps]) =>
      deps.some((urn) => urns.has(urn)),
    );
    if (touched.length === 0) return false;
    const inputs = { ...dependent.inputs };
    for (const [key] of touched) if (key in inputs && key !== PROVIDER_KEY) inputs[key] = UNKNOWN;
    const provider = await this.run.provider();
    const { replaces } = await provider.diff(dependent.urn, dependent, inputs);
    return replaces.length > 0;
  }
}
