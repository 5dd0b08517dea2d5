/** The handlers of the dynamic provider, each a thin shell over the engine. */
import type { Properties } from "./model/properties";
import { CheckHandler, nameIn, regionOf } from "./check";
import { announceDrift, announceUpdate } from "./preview/announce-update";
import { refreshedOutputs } from "./preview/certain-outputs";
import { leftVolumesSaid, saidOfImage, type SaidOfImage } from "./preview/image-warnings";
import { type Look, lookAtMachine, withoutLook } from "./preview/look";
import { needsImage, type Planned } from "./preview/planned";
import { waitsIn } from "./preview/waits";
import { changesBetween } from "./inputs/changes";
import { claimIn, recordedDesired, recordedIn, withHeldAddresses, withHeldOutputs } from "./inputs/continuity";
import { driftIn } from "./inputs/on-record";
import { Creation } from "./creation";
import type { Ec2 } from "./ec2/ec2";
import { explain } from "./ec2/errors";
import { nameOf } from "./ec2/tags";
import { conflicts } from "./engine/planning/conflicts";
import { castOf } from "./engine/situation/cast";
import { driftOf, observedInputs } from "./engine/planning/drift";
import { observe, observeTeardown } from "./engine/situation/observe";
import { isGone, outputsOf } from "./engine/situation/outputs";
import { isSucceeded, requireOwned, TakenOver } from "./engine/situation/ownership";
import { obstacles, teardownObstacles } from "./engine/planning/protection";
import { reconcile, tearDown } from "./engine/reconcile";
import type { Deps } from "./engine/steps/run";
import type { Desired } from "./model/desired";
import { markReady } from "./engine/steps/tags";
import { PlainFailure, sentence } from "./failure";
import { type Checked, desiredOf } from "./inputs/inputs";
import { printable } from "./kit/printable";
import type { Session } from "./session";
import { failureOf } from "./unfinished";

export class Handlers {
  /** The URNs of what was read, and not checked since: of these the engine compares what it read, and nothing will be done. */
  private readonly refreshed = new Set<unknown>();
  /** The machines that the state is known to have. */
  private readonly ids = new Set<string>();

  constructor(private readonly session: Session) {}

  check(olds: Properties, news: Properties): Promise<Checked> {
    this.refreshed.delete(news.resourceUrn);
    return new CheckHandler(this.session, this.ids).run(olds, news);
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
      const look = await (replaces.length > 0 ? this.lookBeforeDeletion(id, olds) : this.look(id, olds, news));
      const line =
        look.obstacles.length > 0
          ? announceDrift(look.obstacles, olds, false)
          : [announceUpdate(changes, look, news), ...look.remarks].join("; ");
      // A machine that is renamed is known by the name that it has.
      this.session.announce(`${nameIn(olds)}: ${line}`);
    }
    return { changes: needed, replaces, deleteBeforeReplace: true };
  }

  /** The machine as it is by now, with what is in the way of an update. If that look fails, the outputs on record are told; `up` says why it fails. */
  private async look(id: string, olds: Properties, news: Properties): Promise<Look & Beside> {
    try {
      const ec2 = this.session.ec2(recordedDesired(olds).region);
      const look = await lookAtMachine(ec2, id, olds, news);
      return { ...look, ...(look.planned === undefined ? NOTHING_BESIDE : await this.beside(ec2, look.planned)) };
    } catch {
      return { ...withoutLook(olds), ...NOTHING_BESIDE };
    }
  }

  /** Obstacles to a resource replacement, which begins with a deletion. */
  private async lookBeforeDeletion(id: string, olds: Properties): Promise<Look & Beside> {
    try {
      const desired = recordedDesired(olds);
      const recorded = recordedIn(id, olds);
      const ec2 = this.session.ec2(desired.region);
      const observed = await observeTeardown(ec2, { id, desired, recorded });
      const found = await teardownObstacles(ec2, { id, desired, observed, recorded });
      return { ...withoutLook(olds), obstacles: found, remarks: [] };
    } catch {
      return { ...withoutLook(olds), ...NOTHING_BESIDE };
    }
  }

  /** Obstacles to an update, and the remarks beside them. */
  private async beside(ec2: Ec2, planned: Planned): Promise<Beside> {
    const { cast, steps } = planned;
    const [found, { problems, remarks }] = await Promise.all([
      obstacles(ec2, cast, steps),
      this.ofImage(cast.desired, needsImage(planned)),
    ]);
    return {
      obstacles: [...found, ...problems],
      remarks: [...waitsIn(cast), ...remarks, ...leftVolumesSaid(cast.observed.leftVolumes)],
    };
  }

  private ofImage(desired: Desired, isNeeded: boolean): Promise<SaidOfImage> {
    return saidOfImage((region) => this.session.surroundings(region), { ...desired }, isNeeded);
  }

  async create(inputs: Properties): Promise<{ id: string; outs: Properties }> {
    const desired = desiredOf(inputs);
    return new Creation(this.session, desired, inputs).run();
  }

  async update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }> {
    const desired = withHeldAddresses(desiredOf(news), olds);
    const recorded = recordedIn(id, olds);
    const purpose = { kind: "update" } as const;
    try {
      const outputs = await reconcile({ id, desired, recorded, purpose }, this.sharing(desired));
      return { outs: { ...desired, ...outputs, ...claimIn(olds) } };
    } catch (error) {
      throw failureOf(error, { id, desired, purpose, inputs: news, olds, recorded });
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
      const situation = castOf({ id, desired, observed, recorded, purpose: { kind: "refresh" } });
      const outputs = withHeldOutputs(outputsOf(situation), properties);
      const taken = conflicts(situation);
      const drift = (taken.length > 0 ? taken : driftOf(situation)).map(printable);
      const props = { ...observedInputs(situation), ...outputs, ...claimIn(properties), drift };
      if (drift.length > 0) {
        this.session.announce(`${nameIn(properties)}: ${announceDrift(drift, properties, taken.length === 0)}`);
      }
      for (const warning of (await this.ofImage(desired, false)).remarks) {
        this.session.announce(`${nameIn(properties)}: ${warning}`);
      }
      return { id, props, inputs: { ...refreshedOutputs(props, drift), ...desired } };
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
      await tearDown({ id, desired, recorded }, deps);
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
}

/** Sentences of a preview beside what will be done. */
interface Beside {
  obstacles: string[];
  /** Facts to be known, and what another machine has to let go of first. */
  remarks: string[];
}

const NOTHING_BESIDE: Beside = { obstacles: [], remarks: [] };
