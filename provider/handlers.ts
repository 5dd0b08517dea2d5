/** The handlers of the dynamic provider, each a thin shell over the engine. */
import type { Properties } from "./model/properties";
import { type FoundAdoption, furtherInterfaces, lookAtAdoption } from "./preview/adoption";
import { announceTakeOver, findNamesakes } from "./preview/announce-machines";
import {
  adoptionNeedsImage,
  announceAdoption,
  announceCreate,
  announceDrift,
  announceUpdate,
} from "./preview/announcement";
import { type Change, changesBetween } from "./inputs/changes";
import {
  carryOver,
  claimIn,
  recordedDesired,
  recordedIn,
  withHeldAddresses,
  withHeldOutputs,
} from "./inputs/continuity";
import { Creation } from "./creation";
import type { Ec2 } from "./ec2/ec2";
import { explain } from "./ec2/errors";
import { nameOf, TAG, urnTag } from "./ec2/tags";
import { conflicts } from "./engine/planning/conflicts";
import type { Situation } from "./engine/situation/current";
import { driftOf, driftSince, observedInputs } from "./engine/planning/drift";
import { findElasticIp, observe, observeTeardown } from "./engine/situation/observe";
import { heldElasticIp, isGone, outputsOf } from "./engine/situation/outputs";
import { isSucceeded, requireOwned, TakenOver } from "./engine/situation/ownership";
import { hindrances, outdatedParts } from "./engine/planning/instance";
import { obstacles, teardownObstacles } from "./engine/planning/protection";
import { reconcile, tearDown } from "./engine/reconcile";
import type { Deps } from "./engine/steps/run";
import { launchHash } from "./engine/record/specification";
import type { Desired } from "./model/desired";
import { markReady } from "./engine/steps/tags";
import { PlainFailure, sentence } from "./failure";
import { leftVolumesSaid, NOTHING_SAID, saidOfImage, type SaidOfImage } from "./preview/image-warnings";
import { checkInputs, desiredOf } from "./inputs/inputs";
import { driftIn } from "./inputs/on-record";
import { lookedAt, needsImage, type Outlook, outlookFor } from "./inputs/outlook";
import { printable } from "./kit/printable";
import type { Session } from "./session";
import { type FoundMachine, lookAtTakeOver } from "./preview/take-over";
import { type Told, toldOf } from "./preview/told";
import { plan } from "./engine/planning/plan";
import type { Step } from "./engine/planning/step";
import { needsLook, stableOutputs, survivingOutputs } from "./preview/surviving-outputs";
import { failureOf } from "./unfinished";
import { isText, userDataWarning } from "./kit/user-data";
import { type Failure, isGiven, isUnknown } from "./inputs/validation";
import { waitsIn, waitsOfNew } from "./preview/waits";

export class Handlers {
  /** The URNs of what was read, and not checked since: of these the engine compares what it read, and nothing will be done. */
  private readonly refreshed = new Set<unknown>();
  /** The machines that the state is known to have. */
  private readonly ids = new Set<string>();

  constructor(private readonly session: Session) {}

  /** Validates, fills in defaults, and adds what is known to stay, so that a preview can show it. */
  async check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: Failure[] }> {
    this.refreshed.delete(news.resourceUrn);
    const checked = checkInputs({ ...news, userDataIsText: isText(olds, news) }, await this.session.defaultRegion());
    if (checked.failures.length > 0) {
      return { inputs: news, failures: checked.failures.map(onOneLine) };
    }
    try {
      const shared = await this.checkShared(olds, checked.inputs);
      if (shared.length > 0) {
        return { inputs: news, failures: shared.map(onOneLine) };
      }
      const before = carryOver(olds, news, checked.inputs);
      const { inputs, failures } =
        Object.keys(olds).length === 0
          ? await this.checkNew(news, before)
          : await this.checkChanged(olds, checked.inputs, before);
      this.warn(checked.inputs);
      return { inputs, failures: failures.map(onOneLine) };
    } catch (error) {
      return {
        inputs: news,
        failures: [{ property: "", reason: sentence(`could not check the inputs: ${explain(error)}`) }],
      };
    }
  }

  /** What two resources of one run name. */
  private checkShared(olds: Properties, inputs: Properties): Promise<Failure[]> {
    return this.session.claims.refusals(inputs, Object.keys(olds).length === 0, async (given) => {
      const found = await findElasticIp(this.session.ec2(regionOf(inputs)), given);
      return found?.allocationId === given ? found.publicIp : found?.allocationId;
    });
  }

  private warn(inputs: Properties): void {
    const warning = userDataWarning(inputs);
    if (warning !== undefined) {
      this.session.announce(`${nameIn(inputs)}: ${warning}`);
    }
  }

  /** Of a machine that is to be made. */
  private async checkNew(news: Properties, inputs: Properties): Promise<{ inputs: Properties; failures: Failure[] }> {
    const region = regionOf(inputs);
    await this.session.ec2(region).requireCredentials();
    const isAdopted = inputs.adopt !== undefined && !isUnknown(inputs);
    let found: Promise<FoundAdoption> | undefined;
    const ec2 = this.session.ec2(region);
    const look = (): Promise<FoundAdoption> => (found ??= lookAtAdopted(ec2, news, inputs));
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
      const waits = isUnknown(inputs) ? [] : await waitsOfNew(ec2, desiredOf(inputs));
      const { remarks } = await this.ofImage(inputs, true);
      const line = await this.creation(region, inputs);
      this.session.announce(`${nameIn(inputs)}: ${[line, ...waits, ...remarks].join("; ")}`);
      return { inputs, failures };
    }
    const adopted = await look();
    if (adopted.failures.length > 0) {
      return { inputs: news, failures: await this.withNamesakes(adopted.failures, inputs) };
    }
    const { remarks } = await this.ofImage(inputs, adoptionNeedsImage(adopted, inputs));
    const said = [announceAdoption(adopted, inputs), ...remarks].join("; ");
    const line = isMachine(adopted) ? announceTakeOver(adopted, said) : said;
    this.session.announce(`${nameIn(inputs)}: ${line}`);
    return { inputs: adopted.inputs, failures };
  }

  /** A refusal to adopt says which machines of this name are there: one may be what an unheard create made of it. */
  private async withNamesakes([first, ...others]: Failure[], inputs: Properties): Promise<Failure[]> {
    const { lines } = await findNamesakes(this.session.ec2(regionOf(inputs)), String(inputs.resourceUrn), this.ids);
    return first === undefined ? [] : [{ ...first, reason: [first.reason, ...lines].join("; ") }, ...others];
  }

  /** The line on a machine that is to be made, and on those of its name that are there. */
  private async creation(region: string, inputs: Properties): Promise<string> {
    const urn = String(inputs.resourceUrn);
    const { begun, lines } = isGiven(inputs.region)
      ? await findNamesakes(this.session.ec2(region), urn, this.ids)
      : { begun: undefined, lines: [] };
    const line = announceCreate(inputs);
    const first = begun === undefined ? line : `goes on with ${begun}, which a run began that did not finish: ${line}`;
    return [first, ...lines].join("; ");
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
    this.ids.add(id);
    const changes = changesBetween(olds, news);
    const isOff = changes.length > 0 || driftIn(olds).length > 0;
    const needed = isOff || (await this.session.givenUp(regionOf(olds)).has(id));
    const replaces = changes.filter((it) => it.class === "replaces-resource").map((it) => it.input);
    if (needed && !this.refreshed.has(olds.resourceUrn)) {
      const look = await (replaces.length > 0 ? this.lookBeforeDeletion(id, olds) : this.look(id, changes, olds, news));
      const line =
        look.obstacles.length > 0
          ? announceDrift(look.obstacles, olds, false)
          : [announceUpdate(changes, look.recorded, news, look.told), ...look.remarks].join("; ");
      // A machine that is renamed is known by the name that it has.
      this.session.announce(`${nameIn(olds)}: ${line}`);
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
      const further = await furtherInterfaces(ec2, held, now.networkInterfaceId);
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
      const steps = plan({ ...wanted, known: true });
      const outlook = outlookFor(changes, looked, news);
      const remarks = await this.remarksOn(ec2, wanted, { steps, outlook });
      return { recorded: looked, told: toldOf(steps, wanted), ...remarks };
    } catch {
      return { recorded: olds, obstacles: [], remarks: [] };
    }
  }

  /** Obstacles to a resource replacement, which begins with a deletion. */
  private async lookBeforeDeletion(id: string, olds: Properties): Promise<Look> {
    try {
      const desired = recordedDesired(olds);
      const recorded = recordedIn(id, olds);
      const ec2 = this.session.ec2(desired.region);
      const observed = await observeTeardown(ec2, { id, desired, recorded });
      return {
        recorded: olds,
        obstacles: await teardownObstacles(ec2, { id, desired, observed, recorded }),
        remarks: [],
      };
    } catch {
      return { recorded: olds, obstacles: [], remarks: [] };
    }
  }

  /** What is in the way of an update, and what is to be known beside it. */
  private async remarksOn(
    ec2: Ec2,
    wanted: Situation,
    { steps, outlook }: { steps: Step[]; outlook: Outlook },
  ): Promise<Pick<Look, "obstacles" | "remarks">> {
    const { desired, observed } = wanted;
    const [found, { problems, remarks }] = await Promise.all([
      obstacles(ec2, wanted, steps),
      this.ofImage({ ...desired }, needsImage(outlook)),
    ]);
    return {
      obstacles: [...found, ...problems],
      remarks: [...waitsIn(wanted), ...remarks, ...leftVolumesSaid(observed.leftVolumes)],
    };
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
    return new Creation(this.session, desired, inputs).run();
  }

  async update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    const desired = withHeldAddresses(desiredOf(news), olds);
    const recorded = recordedIn(id, olds);
    try {
      const outputs = await reconcile({ id, desired, recorded, known: true }, this.sharing(desired));
      return { outs: { ...desired, ...outputs, ...claimIn(olds) } };
    } catch (error) {
      throw failureOf(error, { id, desired, inputs: news, olds, recorded });
    } finally {
      this.session.givenUp(desired.region).forget();
      this.session.claims.forget(desired.resourceUrn);
    }
  }

  async read(id: string, properties: Properties): Promise<{ id: string; props: Properties; inputs?: Properties }> {
    this.refreshed.add(properties.resourceUrn);
    this.ids.add(id);
    const desired = recordedDesired(properties);
    const recorded = recordedIn(id, properties);
    const deps = this.depsOf(desired);
    try {
      const observed = await observe(deps.ec2, { id, desired, recorded });
      if (isGone(observed) || isSucceeded({ recorded }, observed)) {
        return { id: "", props: {} };
      }
      requireOwned({ id, recorded }, observed);
      await markReady(deps, observed, recorded);
      const situation = { id, desired, observed, recorded };
      const outputs = withHeldOutputs(outputsOf(situation), properties);
      const taken = conflicts(situation);
      const drift = (taken.length > 0 ? taken : driftOf(situation)).map(printable);
      const props = { ...observedInputs(situation), ...outputs, ...claimIn(properties), drift };
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
    this.ids.add(id);
    const desired = recordedDesired(properties);
    const recorded = recordedIn(id, properties);
    try {
      const deps = this.depsOf(desired);
      await tearDown({ id, desired, recorded, known: true }, deps);
    } catch (error) {
      if (error instanceof TakenOver) {
        // Nothing of it is this state's any more, so there is nothing to delete.
        this.session.announce(
          `${nameIn(properties)}: ${id} belongs to another resource or stack by now; nothing of it was deleted`,
        );
        return;
      }
      throw new PlainFailure(
        `${sentence(explain(error))} What is left is still recorded; \`pulumi destroy\` goes on from here.`,
      );
    }
  }

  private depsOf({ region, resourceUrn, replacement: { timeoutSeconds } }: Desired): Deps {
    return this.session.deps({ region, name: nameOf(resourceUrn), timeoutSeconds });
  }

  /** A machine that goes with its resource leaves nothing to another: that one was updated before. */
  private sharing(desired: Desired): Deps {
    const { resourceUrn, region } = desired;
    const namedByOther = (names: readonly string[]): string | undefined =>
      this.session.claims.namedByOther(resourceUrn, region, names);
    return { ...this.depsOf(desired), namedByOther };
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
    const recorded = found.filter((it) => it.id === olds.launchTemplateId);
    const [template, ...others] = recorded.length > 0 ? recorded : found;
    // Two machines of one URN belong to two states; which is this one's, only its record tells.
    if (template === undefined || others.length > 0) {
      return {};
    }
    const id = template.name;
    const next = isUnknown(wanted) ? undefined : desiredOf(wanted);
    const { userData, userDataBase64, userDataIsText, rootVolume, imageId, replacement } = next ?? desired;
    const named = { ...desired, userData, userDataBase64, userDataIsText, rootVolume, imageId, replacement };
    const observed = await observe(ec2, { id, desired: named, template });
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
  "userDataBase64",
  "userDataIsText",
  "rootVolume",
  "persistPrivateIp",
] as const satisfies (keyof Desired)[];

/** Of an image only a root volume that may be replaced by it makes a look another. */
function isLookedFor(desired: Desired, applied: Desired): boolean {
  const differs = (it: keyof Desired): boolean => JSON.stringify(desired[it]) !== JSON.stringify(applied[it]);
  const isForRoot = ["auto", "root-volume"].includes(desired.replacement.strategy);
  return LOOKED_FOR.some(differs) || (isForRoot && (differs("imageId") || differs("replacement")));
}

/** What `adopt` names: a whole machine by its record, else an instance or an interface. */
function lookAtAdopted(ec2: Ec2, given: Properties, inputs: Properties): Promise<FoundAdoption | FoundMachine> {
  const { managedInstanceId } = desiredOf(inputs).adopt ?? {};
  return managedInstanceId === undefined
    ? lookAtAdoption(ec2, given, inputs)
    : lookAtTakeOver(ec2, managedInstanceId, given, inputs);
}

function isMachine(found: FoundAdoption): found is FoundMachine {
  return "id" in found;
}

/** What a preview found. */
interface Look {
  recorded: Properties;
  /** What the plan means for the addresses; absent where there is none, or none could be made. */
  told?: Told;
  obstacles: string[];
  /** What is to be known beside what will be done, and what another machine has to let go of first. */
  remarks: string[];
}

/** Inputs that often are secrets. The engine prints the value of the property that a failure names, secret or not. */
const NEVER_SHOWN = /^(userData|userDataBase64|recycleTriggers)\b/;

function onOneLine({ property, reason }: Failure): Failure {
  return { property: NEVER_SHOWN.test(property) ? "" : printable(property), reason: printable(reason) };
}

function nameIn(inputs: Properties): string {
  return typeof inputs.resourceUrn === "string" ? nameOf(inputs.resourceUrn) : "managed instance";
}

function regionOf(inputs: Properties): string {
  return String(inputs.region);
}
