/**
 * `create`: which record it works on, and when that is given to the state that asked for it.
 *
 * The record becomes `ready` right before a living engine gets its answer. From then on no create may take the machine over; before that
 * no state knows it. One instant stays between the two: docs/decisions/0053-whose-machine-it-is.md.
 */
import type { Properties } from "./model/properties";
import { explain, isEc2Error } from "./ec2/errors";
import { nameOf, TAG } from "./ec2/tags";
import { claimId, IdTaken, MadeElsewhere, ownerOf, takeOver } from "./engine/record/claim";
import { descriptionOf } from "./engine/record/labels";
import { type Lease, LeaseLost } from "./engine/record/lease";
import { reconcile } from "./engine/reconcile";
import { phaseTag, readPhase } from "./engine/record/phase";
import { type Deps, oncePropagated } from "./engine/steps/run";
import type { Desired } from "./model/desired";
import type { Outputs } from "./model/outputs";
import { GOES_ON, PartialFailure, PlainFailure, sentence } from "./failure";
import type { Session } from "./session";
import { failureOf } from "./unfinished";

export class Creation {
  private readonly deps: Deps;
  /** Ids that were found to be another machine's, or another run's. */
  private readonly tried = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly desired: Desired,
    private readonly inputs: Properties,
  ) {
    const { region, resourceUrn, replacement } = desired;
    const { timeoutSeconds } = replacement;
    this.deps = {
      ...session.depsOfCreate({ region, name: nameOf(resourceUrn), timeoutSeconds }),
      namedByOther: (names) => session.claims.namedByOther(resourceUrn, region, names),
    };
  }

  async run(): Promise<{ id: string; outs: Properties }> {
    try {
      return await this.untilClaimed();
    } finally {
      this.session.claims.forget(this.desired.resourceUrn);
    }
  }

  private async untilClaimed(): Promise<{ id: string; outs: Properties }> {
    for (;;) {
      const lease = this.leases.take();
      try {
        return await this.attempt(lease);
      } catch (error) {
        if (!(error instanceof IdTaken) && !(error instanceof LeaseLost)) {
          throw error;
        }
      } finally {
        await this.leases.end(lease);
      }
    }
  }

  private get leases(): ReturnType<Session["leases"]> {
    return this.session.leases(this.desired.region);
  }

  private async attempt(lease: Lease): Promise<{ id: string; outs: Properties }> {
    const { desired, inputs, deps } = this;
    const purpose = { kind: "create" } as const;
    let id: string | undefined;
    let outputs: Outputs;
    try {
      id = await this.claim(lease);
      outputs = await reconcile({ id, desired, purpose, lease }, deps);
    } catch (error) {
      if (id !== undefined && error instanceof IdTaken) {
        this.tried.add(id);
      }
      if (error instanceof IdTaken || error instanceof LeaseLost) {
        throw error;
      }
      const failure = failureOf(error, { id, desired, purpose, inputs, claim: lease.nonce });
      if (failure instanceof PartialFailure) {
        await this.giveToState(lease, failure.id, `${failure.message} `);
      }
      throw failure;
    }
    await this.giveToState(lease, id);
    return { id, outs: { ...desired, ...outputs, claim: lease.nonce } };
  }

  private async claim(lease: Lease): Promise<string> {
    const { desired, deps, session } = this;
    const { resourceUrn: urn, adopt, replacement } = desired;
    const claimant = { ...deps, lease, timeoutMs: replacement.timeoutSeconds * 1000 };
    const named = adopt?.managedInstanceId;
    if (named === undefined) {
      const id = await claimId(claimant, urn, this.tried);
      await this.requireUnused(id, lease);
      return id;
    }
    const other = session.machines.get(named);
    if (other !== undefined && other !== urn) {
      throw new MadeElsewhere(
        `${named} (adopt.managedInstanceId) is ${nameOf(other)}'s in this very run; name each machine in one resource`,
      );
    }
    session.machines.set(named, urn);
    await takeOver(claimant, named, urn);
    return named;
  }

  /**
   * Somebody may have deleted the record of a machine that another state has, and taken the tags off its things: the description of its
   * network interface still tells.
   */
  private async requireUnused(id: string, lease: Lease): Promise<void> {
    if (lease.templateId !== undefined) {
      return;
    }
    const found = await this.deps.ec2.describeNetworkInterfaces({ description: [descriptionOf(id)] });
    if (found.some(({ tags }) => tags[TAG.id] === undefined && tags[TAG.retained] === undefined)) {
      this.tried.add(id);
      throw new IdTaken(`${id} is another machine's`);
    }
  }

  /**
   * The engine is about to hear of the machine. If the record cannot say so, the engine does not hear of it either: the next create
   * then finds an unfinished machine, and goes on with it.
   *
   * @param before what went wrong before that
   * @throws LeaseLost if another create may have taken the machine up by now
   */
  private async giveToState(lease: Lease, id: string, before = ""): Promise<void> {
    const { leases, session, deps, desired } = this;
    const { templateId } = lease;
    if (templateId === undefined || session.isAbandoned) {
      return;
    }
    if (lease.isLost) {
      throw new LeaseLost();
    }
    const ready = phaseTag({ state: "ready", by: lease.nonce });
    try {
      await oncePropagated({ ...deps, desired }, templateId, () =>
        deps.ec2.createTags([templateId], { [TAG.phase]: ready }),
      );
    } catch (error) {
      if (!(await this.isReady(id, error))) {
        const why = sentence(`could not mark the record of ${id} as this stack's: ${explain(error)}`);
        throw new PlainFailure(`${before}${why} Nothing is lost: ${GOES_ON}`);
      }
    }
    await leases.end(lease);
    // The mark may have been held up for longer than the lease lasts.
    if (await this.wasTakenUp(lease, id)) {
      throw new LeaseLost();
    }
    session.machines.set(id, desired.resourceUrn);
    if (lease.hasTag) {
      // The next update takes it off, if this does not.
      await deps.ec2.deleteTags([templateId], [TAG.lease]).catch(() => undefined);
    }
  }

  /** Whether the reply alone was lost; a record that somebody deleted is made again by the next update. */
  private async isReady(id: string, error: unknown): Promise<boolean> {
    if (isEc2Error(error, "not-found")) {
      return true;
    }
    const [record] = await this.deps.ec2.describeLaunchTemplates({ "launch-template-name": [id] }).catch(() => []);
    return record !== undefined && readPhase(record.tags[TAG.phase]).state === "ready";
  }

  private async wasTakenUp(lease: Lease, id: string): Promise<boolean> {
    const { nonce, latestVersion, isLost } = lease;
    if (!isLost) {
      return false;
    }
    const [record] = await this.deps.ec2.describeLaunchTemplates({ "launch-template-name": [id] });
    return record !== undefined && (ownerOf(record) !== nonce || record.latestVersion !== latestVersion);
  }
}
