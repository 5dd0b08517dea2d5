/** A random history is lived, from nothing to nothing, and the invariants are looked at after each step. */
import assert from "node:assert/strict";
import { AllocateAddressCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { interfaceByHand } from "../provider/by-hand";
import { goingOn, killedAt, wasKilled } from "../provider/kills";
import { type InProcess, program, type Stack, URN } from "../provider/support";
import { type Made, made, quick, settled, somebody, unheardOf } from "../provider/world";
import { FALLBACK, GIVEN, OTHER_URN, type Trouble } from "./choices";
import { doDeed, giveBackTaken } from "./deeds-of-others";
import type { Act, History } from "./history";
import { isSentence, type Meets, neitherWaits, verbOf } from "./history-meetings";
import { ENDING, type Properties, type Purpose, purposeOf } from "./purpose";
import { isAsDeclared, losesNothing, lostOf, onlyRetainedIsLeft } from "./outcome";
import { Watch } from "./invariants";
import { meet, upTo } from "./meetings";
import { cameTrue, previewOf } from "./previewed";

/** One machine, from nothing to nothing. */
class Life {
  private readonly owner: Stack = quick();
  /** Another backend's state of the same program, whose machine is to stay whole, and whose user touches nothing of this one. */
  private readonly second: Stack = goingOn(this.owner);
  private watch!: Watch;
  private inputs: Properties = program({ instanceType: "m6i.large" });
  /** The program of the last `up` that ended well. */
  private applied: Properties | undefined;
  private hasOverlapped = false;
  /** The other resource in the state, while a resource is replaced. */
  private beside: Stack["recorded"];
  /** The machine that another one is made in the place of. */
  private replaced: string | undefined;
  private given = "";
  private foreignInterfaceId = "";

  async begin(): Promise<void> {
    const { networkInterfaceId } = await interfaceByHand(this.owner, WELL_KNOWN.subnetA, { elastic: false });
    const { AllocationId = "" } = await somebody(this.owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
    this.given = AllocationId;
    this.foreignInterfaceId = networkInterfaceId;
    this.watch = new Watch(this.owner, undefined, () => [this.owner.recorded, this.second.recorded, this.beside]);
  }

  async take(step: Act): Promise<void> {
    switch (step.act) {
      case "up":
        return this.up(this.with(step.change), step.trouble);
      case "destroy":
        return this.destroy(step.trouble);
      case "preview":
        return this.preview(this.with(step.change));
      case "refresh":
        return this.owner.refresh();
      case "others":
        return this.watch.byOthers(() => doDeed(this.owner, step.deed, this.foreignInterfaceId));
      case "rename":
        this.inputs = { ...this.inputs, resourceUrn: this.inputs.resourceUrn === URN ? OTHER_URN : URN };
        return this.up(this.inputs);
      case "replace":
        return this.replace(step.deletesFirst, step.trouble);
      case "second":
        return this.ofSecond(step.command, step.trouble);
      case "meet":
        return this.meet(step);
      case "pass":
        this.owner.clock.advance(step.minutes * 60_000);
    }
  }

  /** No fault any more, and nobody holds what the machine needs: it comes to rest, and then to an end. */
  async end(): Promise<void> {
    const { owner } = this;
    await this.ofSecond("up");
    await this.ofSecond("destroy");
    owner.clock.advance(10 * 60_000);
    assert.deepEqual(this.second.recorded, undefined, "the second state comes to its end");
    await this.letGo();
    let failure: unknown;
    for (let tries = 0; tries < 3; tries++) {
      owner.clock.advance(10 * 60_000);
      failure = await this.attempt((stack) => stack.up(this.inputs), this.purpose(this.inputs));
      await owner.refresh();
    }
    assert.equal(failure instanceof Error ? failure.message : failure, undefined, "it comes to rest");
    this.watch.holds("at the end");
    owner.clock.advance(10 * 60_000);
    await owner.refresh();
    await owner.up(this.inputs);
    // A type that is not to fall back to any more still runs where it was fallen back to.
    isAsDeclared(owner, { ...this.inputs, fallbackInstanceTypes: FALLBACK }, this.watch.foreign);
    await settled(owner, this.inputs);
    await owner.destroy();
    owner.clock.advance(10 * 60_000);
    onlyRetainedIsLeft(owner, this.watch.foreign);
  }

  private with(change: Properties): Properties {
    const { privateIp = this.inputs.privateIp } = change;
    const inputs: Properties = {
      ...this.inputs,
      ...change,
      ...(this.isElsewhere(privateIp) ? { privateIp: undefined } : {}),
    };
    return { ...inputs, elasticIp: inputs.elasticIp === GIVEN ? this.given : inputs.elasticIp };
  }

  /** EC2 may have given the address to another interface by chance; nobody asks for one that is taken. */
  private isElsewhere(address: unknown): boolean {
    return made(this.owner).networkInterfaces.some(
      (it) =>
        it.networkInterfaceId !== this.owner.outputs.networkInterfaceId &&
        it.privateAddresses.some((held) => held.address === address),
    );
  }

  private purpose(inputs: Properties): Purpose {
    const { instances, ...purpose } = purposeOf(this.applied, inputs);
    this.hasOverlapped ||= instances === 2;
    return { ...purpose, instances: this.hasOverlapped ? 2 : 1 };
  }

  private async up(inputs: Properties, trouble?: Trouble): Promise<void> {
    const said = await previewOf(this.owner, inputs);
    if (said.failures.length > 0) {
      // The user reads it, and takes it back.
      assert.ok(said.failures.every((it) => isSentence(it.reason)));
      return;
    }
    this.inputs = inputs;
    this.owner.calls();
    const failure = await this.attempt((stack) => stack.up(inputs), this.purpose(inputs), { trouble });
    if (trouble === undefined) {
      cameTrue(said, this.owner, this.owner.calls("mutating"), failure);
    }
    // A run that was refused before it began left all as it was.
    const isRefused = failure !== undefined && !wasKilled(failure) && this.owner.recorded?.failed === false;
    if (!isRefused) {
      this.applied = failure === undefined ? inputs : undefined;
    }
  }

  /** Somebody else's run, or the controller, comes into an `up`. */
  private async meet(step: Meets): Promise<void> {
    const { owner, watch } = this;
    const inputs = this.with(step.change);
    const { failures } = await goingOn(owner).preview(inputs);
    if (owner.recorded === undefined || failures.length > 0) {
      return;
    }
    this.inputs = inputs;
    const { instances, ...alone } = this.purpose(inputs);
    // The other one may pause it, and of two that overlap each has launched one before the older yields and takes its own away.
    const purpose: Purpose = { ...alone, wantsInstance: false, instances: instances === 2 ? 3 : 1 };
    const wasLost = lostOf(owner);
    const met = await meet(owner, [upTo("", inputs), verbOf(step)], step, () => watch.process(owner.recorded, purpose));
    neitherWaits(met);
    watch.holds("after two runs that met");
    this.applied = met.ends[0].said === undefined ? inputs : undefined;
    losesNothing(owner, wasLost, met.ends[0].said);
  }

  private async destroy(trouble?: Trouble): Promise<void> {
    await this.attempt((stack) => stack.destroy(), ENDING, { trouble });
    this.applied = undefined;
  }

  /** As the engine does it, with another call of create; what that cannot have, the user takes back. */
  private async replace(deletesFirst: boolean, trouble?: Trouble): Promise<void> {
    const { owner } = this;
    if (owner.recorded === undefined) {
      return;
    }
    if (deletesFirst) {
      await this.destroy();
      return this.owner.recorded === undefined ? this.up(this.inputs, trouble) : undefined;
    }
    const next = withoutState(owner);
    this.replaced = owner.recorded.id;
    await this.attempt((stack) => stack.up(this.inputs), this.purpose(this.inputs), { trouble, of: next });
    const [made] = [next.recorded];
    if (made === undefined) {
      return;
    }
    const [stays, goes] = made.failed ? [owner.recorded, made] : [made, owner.recorded];
    owner.recorded = goes;
    this.beside = stays;
    await this.letGo();
    await this.destroy();
    this.beside = undefined;
    // The engine would try again to delete what could not be deleted.
    assert.deepEqual(owner.recorded, undefined, "the replaced machine comes to its end");
    owner.recorded = stays;
    this.applied = made.failed ? this.applied : this.inputs;
  }

  /** @param trouble what goes wrong meanwhile */
  private async ofSecond(command: "up" | "refresh" | "destroy", trouble?: Trouble): Promise<void> {
    const inputs = program({ instanceType: "m6i.large" });
    await this.attempt(
      (stack) => (command === "up" ? stack.up(inputs) : command === "destroy" ? stack.destroy() : stack.refresh()),
      command === "destroy" ? ENDING : purposeOf(undefined, inputs),
      { trouble, of: this.second },
    );
  }

  /** Killed between the mark and the engine's hearing of it, a machine is in no state: its user finds it, and gives it up. */
  private async giveUpUnheard(): Promise<void> {
    for (;;) {
      const id = unheardOf(this.owner, this.owner.recorded?.id, this.second.recorded?.id, this.replaced);
      if (id === undefined) {
        return;
      }
      const found = withoutState(this.owner);
      await found.up(program({ instanceType: "m6i.large", adopt: { managedInstanceId: id } }));
      await found.destroy();
      this.owner.clock.advance(10 * 60_000);
    }
  }

  private async preview(inputs: Properties): Promise<void> {
    this.owner.calls();
    await goingOn(this.owner).preview(inputs);
    assert.deepEqual(this.owner.calls("mutating"), [], "a preview changes nothing");
  }

  /** @returns what it failed with, if it did: in words that a user can read */
  private async attempt(
    work: (stack: Stack) => Promise<unknown>,
    purpose: Purpose,
    { trouble, of = this.owner }: { trouble?: Trouble; of?: Stack } = {},
  ): Promise<unknown> {
    const { owner, watch } = this;
    const watched = watch.process(of.recorded, purpose);
    const stack = goingOn(of, {
      through:
        trouble !== undefined && "killedAtCall" in trouble
          ? (handler) =>
              killedAt((_action, calls) => calls === trouble.killedAtCall, trouble.when)(watched(handler) as InProcess)
          : watched,
    });
    if (trouble !== undefined && "fault" in trouble) {
      owner.simulator.faults.add(trouble.fault);
    }
    try {
      await work(stack);
      of.recorded = stack.recorded;
      return undefined;
    } catch (error) {
      if (!wasKilled(error)) {
        assert.ok(error instanceof Error && isSentence(error.message), String(error));
        of.recorded = stack.recorded;
      }
      return error;
    } finally {
      owner.simulator.faults.clear();
      watch.holds("after a command");
      if (of.recorded === undefined && trouble !== undefined) {
        await this.giveUpUnheard();
      }
    }
  }

  /** Others give back the things of the machine's that they took, and AWS has capacity again. */
  private async letGo(): Promise<void> {
    const { owner, watch } = this;
    for (const lifecycle of ["on-demand", "spot"] as const) {
      owner.simulator.capacity.clear("m6i.large", "us-east-1a", lifecycle);
    }
    await watch.byOthers(async () => {
      const now = made(owner);
      await giveBackTaken(owner, watch, this.foreignInterfaceId);
      await this.giveAgain(now);
    });
  }

  /** A given Elastic IP that somebody released does not come back: there is another. */
  private async giveAgain(now: Made): Promise<void> {
    if (now.elasticIps.some((it) => it.allocationId === this.given)) {
      return;
    }
    const { AllocationId = "" } = await somebody(this.owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
    this.inputs = this.inputs.elasticIp === this.given ? { ...this.inputs, elasticIp: AllocationId } : this.inputs;
  }
}

/** A state of its own in the same account, with nothing in it yet. */
function withoutState(owner: Stack): Stack {
  return quick({ on: owner });
}

/** Lives it to its end; fails where an invariant does not hold. @returns how many steps there were */
export async function live(history: History): Promise<number> {
  const life = new Life();
  await life.begin();
  for (const step of history) {
    await life.take(step);
  }
  await life.end();
  return history.length;
}
