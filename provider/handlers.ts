/** The handlers of the dynamic provider, each a thin shell over the engine. */
import { type FoundAdoption, furtherInterfaces, lookAtAdoption } from "./adoption";
import { adoptionNeedsImage, announceAdoption, announceCreate, announceDrift, announceUpdate } from "./announcement";
import { type Change, changesBetween, driftIn } from "./changes";
import { carryOver, recordedDesired, recordedIn, withHeldAddresses, withHeldOutputs } from "./continuity";
import type { Ec2 } from "./ec2/ec2";
import { explain } from "./ec2/errors";
import { nameOf, TAG, urnTag } from "./ec2/tags";
import { claimId, IdTaken } from "./engine/claim";
import { conflicts } from "./engine/conflicts";
import { keptInstance, type Situation, wantsInstance } from "./engine/current";
import { driftOf, driftSince, observedInputs } from "./engine/drift";
import { observe } from "./engine/observe";
import { heldElasticIp, holdingsOf, isGone, outputsOf } from "./engine/outputs";
import { hindrances, outdatedParts } from "./engine/planning/instance";
import { obstacles } from "./engine/protection";
import { reconcile, ReconcileFailure, tearDown } from "./engine/reconcile";
import type { Deps } from "./engine/run";
import { launchHash } from "./engine/specification";
import type { Desired, MachineState, Recorded } from "./engine/state";
import { markReady } from "./engine/steps/tags";
import { GOES_ON, kept, PartialFailure, PlainFailure, sentence } from "./failure";
import { checkInputs, desiredOf, SERIALIZED_PROVIDER } from "./inputs";
import { leftVolumesSaid, NOTHING_SAID, saidOfImage, type SaidOfImage } from "./image-warnings";
import { lookedAt, needsImage, type Outlook, outlookFor } from "./outlook";
import { printable } from "./printable";
import type { Session } from "./session";
import { needsLook, stableOutputs, survivingOutputs } from "./surviving-outputs";
import { type Failure, isUnknown } from "./validation";

export type Properties = Record<string, unknown>;

export class Handlers {
  /** The URNs of what was read, and not checked since: of these the engine compares what it read, and nothing will be done. */
  private readonly refreshed = new Set<unknown>();

  constructor(private readonly session: Session) {}

  /** Validates, fills in defaults, and adds what is known to stay, so that a preview can show it. */
  async check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: Failure[] }> {
    this.refreshed.delete(news.resourceUrn);
    const checked = checkInputs(news, await this.session.defaultRegion());
    if (checked.failures.length > 0) {
      return { inputs: news, failures: checked.failures.map(onOneLine) };
    }
    try {
      const before = carryOver(olds, news, checked.inputs);
      const { inputs, failures } =
        Object.keys(olds).length === 0
          ? await this.checkNew(news, before)
          : await this.checkChanged(olds, checked.inputs, before);
      return { inputs, failures: failures.map(onOneLine) };
    } catch (error) {
      return {
        inputs: news,
        failures: [{ property: "", reason: sentence(`could not check the inputs: ${explain(error)}`) }],
      };
    }
  }

  /** Of a machine that is to be made. */
  private async checkNew(news: Properties, inputs: Properties): Promise<{ inputs: Properties; failures: Failure[] }> {
    const region = regionOf(inputs);
    await this.session.ec2(region).requireCredentials();
    const isAdopted = inputs.adopt !== undefined && !isUnknown(inputs);
    let found: Promise<FoundAdoption> | undefined;
    const look = (): Promise<FoundAdoption> => (found ??= lookAtAdoption(this.session.ec2(region), news, inputs));
    const failures = await this.session.surroundings(region).failures(
      inputs,
      {},
      () => true,
      async () => !isAdopted || adoptionNeedsImage(await look(), inputs),
    );
    if (failures.length > 0) {
      return { inputs: news, failures };
    }
    if (!isAdopted) {
      const said = [announceCreate(inputs), ...(await this.ofImage(inputs, true)).remarks];
      this.session.announce(`${nameIn(inputs)}: ${said.join("; ")}`);
      return { inputs, failures };
    }
    const adopted = await look();
    if (adopted.failures.length > 0) {
      return { inputs: news, failures: adopted.failures };
    }
    const { remarks } = await this.ofImage(inputs, adoptionNeedsImage(adopted, inputs));
    const said = [announceAdoption(adopted, inputs), ...remarks];
    this.session.announce(`${nameIn(inputs)}: ${said.join("; ")}`);
    return { inputs: adopted.inputs, failures };
  }

  /** Of a machine that there is. `own` is what the program says, `inputs` that with what the past adds. */
  private async checkChanged(
    olds: Properties,
    own: Properties,
    inputs: Properties,
  ): Promise<{ inputs: Properties; failures: Failure[] }> {
    const changes = changesBetween(olds, inputs);
    // Whether there is an interface already, and with which addresses, the old inputs do not tell.
    const isOther = own.adopt !== undefined && JSON.stringify(own.adopt) !== JSON.stringify(olds.adopt);
    const isNewAddress = changes.some((it) => it.input === "privateIp");
    let found: Promise<Properties> | undefined;
    const look = (): Promise<Properties> => (found ??= this.lookUp(olds, inputs));
    const past = isOther || isNewAddress ? { ...olds, ...(await look()) } : olds;
    const failures = await this.session.surroundings(regionOf(inputs)).failures(
      own,
      past,
      (name) => changes.some((it) => it.input === name),
      async () => needsImage(outlookFor(changes, { ...past, ...(await look()) }, inputs)),
    );
    if (failures.length > 0) {
      return { inputs: own, failures };
    }
    const stable = stableOutputs(olds);
    const recorded = needsLook(changes, stable) ? { ...stable, ...(await look()) } : stable;
    return { inputs: { ...survivingOutputs(changes, recorded, inputs), ...inputs }, failures };
  }

  async diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const changes = changesBetween(olds, news);
    const needed = changes.length > 0 || driftIn(olds).length > 0;
    const replaces = changes.filter((it) => it.class === "replaces-resource").map((it) => it.input);
    if (needed && !this.refreshed.has(olds.resourceUrn)) {
      const look =
        replaces.length > 0 ? { recorded: olds, obstacles: [], remarks: [] } : await this.look(id, changes, olds, news);
      const line =
        look.obstacles.length > 0
          ? announceDrift(look.obstacles, olds, false)
          : [announceUpdate(changes, look.recorded, news), ...look.remarks].join("; ");
      this.session.announce(`${nameIn(news)}: ${line}`);
    }
    return { changes: needed, replaces, deleteBeforeReplace: true };
  }

  /**
   * What is on record, put right by what is there by now, and what is in the way of an update. What cannot be looked at is announced
   * as it is on record; that it cannot, `up` says.
   */
  private async look(id: string, changes: Change[], olds: Properties, news: Properties): Promise<Look> {
    try {
      const applied = recordedDesired(olds);
      const recorded = recordedIn(id, olds);
      const ec2 = this.session.ec2(applied.region);
      const observed = await observe(ec2, { id, desired: applied, recorded });
      const situation = { id, desired: applied, observed, recorded };
      const { allocationId, publicIp } = heldElasticIp(situation) ?? {};
      const now = {
        ...olds,
        ...withHeldOutputs(outputsOf(situation), olds),
        ...(allocationId === undefined ? {} : { allocationId, publicIp }),
        drift: driftSince(driftIn(olds), situation),
      };
      const held = observed.instances.find((it) => it.id === now.instanceId);
      const further =
        held === undefined || held.id !== applied.adopt?.instanceId
          ? []
          : await furtherInterfaces(ec2, held, now.networkInterfaceId);
      const things = held === undefined ? undefined : { instance: held, further };
      if (isUnknown(news)) {
        return { recorded: lookedAt(now, undefined, things), obstacles: [], remarks: [] };
      }
      const desired = withHeldAddresses(desiredOf(news), olds);
      const there = isLookedFor(desired, applied) ? await observe(ec2, { id, desired, recorded }) : observed;
      const wanted = { id, desired, observed: there, recorded };
      const looked = lookedAt(now, outdatedParts(wanted), things, {
        isTriedAgain: there.generation?.launchHash === launchHash(id, desired),
        hindrances: hindrances(wanted),
      });
      return { recorded: looked, ...(await this.remarksOn(ec2, wanted, outlookFor(changes, looked, news))) };
    } catch {
      return { recorded: olds, obstacles: [], remarks: [] };
    }
  }

  /** What is in the way of an update, and what is to be known beside it. */
  private async remarksOn(ec2: Ec2, wanted: Situation, outlook: Outlook): Promise<Pick<Look, "obstacles" | "remarks">> {
    const { desired, observed } = wanted;
    const [found, { problems, remarks }] = await Promise.all([
      obstacles(ec2, wanted),
      this.ofImage({ ...desired }, needsImage(outlook)),
    ]);
    return { obstacles: [...found, ...problems], remarks: [...remarks, ...leftVolumesSaid(observed.leftVolumes)] };
  }

  private ofImage(inputs: Properties, isNeeded: boolean): Promise<SaidOfImage> {
    const region = regionOf(inputs);
    const { imageId } = inputs;
    const isTold = typeof imageId === "string" && !isUnknown(imageId) && imageId.startsWith("ami-");
    return isTold
      ? saidOfImage(this.session.surroundings(region), { imageId, region, isNeeded })
      : Promise.resolve(NOTHING_SAID);
  }

  async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    const desired = desiredOf(inputs);
    const deps = this.depsOf(desired);
    const taken = new Set<string>();
    let id: string | undefined;
    for (;;) {
      try {
        id = await claimId(deps.ec2, desired.resourceUrn, taken);
        return { id, outs: await this.reconcile(id, desired, deps) };
      } catch (error) {
        if (id === undefined || !(error instanceof IdTaken)) {
          throw this.failed(error, { id, desired, inputs });
        }
        taken.add(id);
      }
    }
  }

  async update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    const desired = withHeldAddresses(desiredOf(news), olds);
    try {
      return { outs: await this.reconcile(id, desired, this.depsOf(desired), recordedIn(id, olds)) };
    } catch (error) {
      throw this.failed(error, { id, desired, inputs: news, olds, recorded: recordedIn(id, olds) });
    }
  }

  async read(id: string, properties: Properties): Promise<{ id: string; props: Properties; inputs?: Properties }> {
    this.refreshed.add(properties.resourceUrn);
    const desired = recordedDesired(properties);
    const recorded = recordedIn(id, properties);
    const deps = this.depsOf(desired);
    try {
      const observed = await observe(deps.ec2, { id, desired, recorded });
      if (isGone(observed)) {
        return { id: "", props: {} };
      }
      await markReady(deps, observed);
      const situation = { id, desired, observed, recorded };
      const outputs = withHeldOutputs(outputsOf(situation), properties);
      const taken = conflicts(situation);
      const drift = (taken.length > 0 ? taken : driftOf(situation)).map(printable);
      const props = { ...observedInputs(situation), ...outputs, drift };
      if (drift.length > 0) {
        this.session.announce(`${nameIn(properties)}: ${announceDrift(drift, properties, taken.length === 0)}`);
      }
      for (const warning of (await this.ofImage({ ...desired }, false)).remarks) {
        this.session.announce(`${nameIn(properties)}: ${warning}`);
      }
      return { id, props, inputs: { ...survivingOutputs([], stableOutputs(props), props), ...desired } };
    } catch (error) {
      throw new PlainFailure(sentence(`could not read ${id}: ${explain(error)}`));
    }
  }

  async delete(id: string, properties: Properties): Promise<void> {
    const desired = recordedDesired(properties);
    const recorded = recordedIn(id, properties);
    try {
      const deps = this.depsOf(desired);
      await tearDown({ id, desired, recorded, known: true }, deps);
    } catch (error) {
      throw new PlainFailure(
        `${sentence(explain(error))} What is left is still recorded; \`pulumi destroy\` goes on from here.`,
      );
    }
  }

  private depsOf({ region, resourceUrn, replacement: { timeoutSeconds } }: Desired): Deps {
    return this.session.deps({ region, name: nameOf(resourceUrn), timeoutSeconds });
  }

  private async reconcile(id: string, desired: Desired, deps: Deps, recorded?: Recorded): Promise<Properties> {
    const outputs = await reconcile({ id, desired, recorded, known: recorded !== undefined }, deps);
    return { ...desired, ...outputs };
  }

  /** What Pulumi is to record of a failure: nothing, if nothing exists. */
  private failed(error: unknown, { id, desired, inputs, olds, recorded }: Attempt): Error {
    const what = id === undefined ? `could not look whether ${nameIn(inputs)} is there already: ` : "";
    const reason = sentence(`${what}${explain(error)}`);
    if (id === undefined || !(error instanceof ReconcileFailure)) {
      // Nothing was looked at, so nothing was done; an update's state stays as it is.
      return new PlainFailure(`${reason} Nothing was changed. ${GOES_ON}`);
    }
    return this.unfinished(error, reason, { id, desired, inputs, olds, recorded });
  }

  private unfinished(
    { observed, isUntouched }: ReconcileFailure,
    reason: string,
    { id, desired, inputs, olds, recorded }: Attempt & { id: string },
  ): Error {
    const before = olds === undefined ? undefined : recordedDesired(olds);
    if (before === undefined && observed.template === undefined) {
      return new PlainFailure(`${reason} ${GOES_ON}`);
    }
    if (before !== undefined && isUntouched) {
      // What was refused was not applied: what is on record stays what is there.
      return new PlainFailure(`${reason}${kept(holdingsOf({ id, desired: before, observed, recorded }))}`);
    }
    const applied = before === undefined || keptInstance({ id, desired, observed, recorded }) !== undefined;
    // Tags that are to go may still be on things, so they stay on record until a run got to its end.
    const spec = { ...(applied ? desired : before), tags: { ...before?.tags, ...desired.tags } };
    const situation = { id, desired: spec, observed, recorded };
    const outputs = withHeldOutputs(outputsOf(situation), olds ?? {});
    const state = stateAfter(outputs.state, spec);
    // The runtime adds its text to what a handler returns, but not to what one throws; without it nothing could be deleted.
    const provider = { [SERIALIZED_PROVIDER]: inputs[SERIALIZED_PROVIDER] };
    return new PartialFailure(
      id,
      { ...spec, ...outputs, state, ...provider },
      `${reason}${kept(holdingsOf(situation))}`,
    );
  }

  /**
   * The outputs of a machine of which only the inputs are at hand. Pulumi gives `check` the old inputs, not the outputs; what
   * an earlier check added is among them, what was made since is not.
   */
  private async lookUp(olds: Properties, wanted: Properties): Promise<Properties> {
    if (isUnknown(olds)) {
      return {};
    }
    const desired = recordedDesired(olds);
    const ec2 = this.session.ec2(desired.region);
    const found = await ec2.describeLaunchTemplates({ [`tag:${TAG.urn}`]: [urnTag(desired.resourceUrn)] });
    const [template] = found;
    // Two machines of one URN belong to two states; which is this one's, only its id tells.
    if (template === undefined || found.length > 1) {
      return {};
    }
    const id = template.name;
    const next = isUnknown(wanted) ? undefined : desiredOf(wanted);
    const { userData, rootVolume, imageId, replacement } = next ?? desired;
    const looked = { ...desired, userData, rootVolume, imageId, replacement };
    const observed = await observe(ec2, { id, desired: looked, template });
    const outputs: Properties = { ...withHeldOutputs(outputsOf({ id, desired, observed }), olds) };
    if (next === undefined) {
      return outputs;
    }
    const situation = { id, desired: next, observed };
    return lookedAt(outputs, outdatedParts(situation), undefined, { hindrances: hindrances(situation) });
  }
}

/** The inputs that a look looks for by what they name. */
const LOOKED_FOR = [
  "subnetId",
  "privateIp",
  "elasticIp",
  "dataVolumes",
  "adopt",
  "userData",
  "rootVolume",
  "persistPrivateIp",
] as const satisfies (keyof Desired)[];

/** Of an image only a root volume that may be replaced by it makes a look another. */
function isLookedFor(desired: Desired, applied: Desired): boolean {
  const differs = (it: keyof Desired): boolean => JSON.stringify(desired[it]) !== JSON.stringify(applied[it]);
  const isForRoot = ["auto", "root-volume"].includes(desired.replacement.strategy);
  return LOOKED_FOR.some(differs) || (isForRoot && (differs("imageId") || differs("replacement")));
}

/** What a preview found. */
interface Look {
  recorded: Properties;
  obstacles: string[];
  /** What is to be known beside what will be done. */
  remarks: string[];
}

/** A create (without `olds`) or an update that failed. */
interface Attempt {
  id?: string;
  desired: Desired;
  inputs: Properties;
  olds?: Properties;
  recorded?: Recorded;
}

/** What was stopped on the way, and was to run, is not paused. */
function stateAfter(state: MachineState, spec: Pick<Desired, "desiredState">): MachineState {
  return state === "missing" || (state === "paused" && wantsInstance(spec)) ? "failed" : state;
}

function onOneLine({ property, reason }: Failure): Failure {
  return { property: printable(property), reason: printable(reason) };
}

function nameIn(inputs: Properties): string {
  return typeof inputs.resourceUrn === "string" ? nameOf(inputs.resourceUrn) : "managed instance";
}

function regionOf(inputs: Properties): string {
  return String(inputs.region);
}
