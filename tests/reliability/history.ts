/**
 * Random histories of one managed machine, beside one that another state has under the same URN: what their users do, what others do to
 * the one, and what goes wrong meanwhile.
 */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DetachVolumeCommand,
  DisassociateAddressCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ReleaseAddressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { type Fault, WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { interfaceByHand } from "../provider/by-hand";
import { goingOn, killedAt, wasKilled } from "../provider/kills";
import { type InProcess, program, type Stack, URN } from "../provider/support";
import { type Made, made, quick, settled, somebody, unheardOf } from "../provider/world";
import { meeting, type Meets, neitherWaits, verbOf } from "./history-meetings";
import { ENDING, type Properties, type Purpose, purposeOf } from "./purpose";
import { isAsDeclared, onlyRetainedIsLeft } from "./outcome";
import { Watch } from "./invariants";
import { meet, upTo } from "./meetings";
import { cameTrue, previewOf } from "./previewed";

/** What goes wrong while a command runs. */
type Trouble = { killedAtCall: number; when: "before" | "after" } | { fault: Fault };

export type Act =
  | { act: "up"; change: Properties; trouble?: Trouble }
  | { act: "destroy"; trouble?: Trouble }
  | { act: "preview"; change: Properties }
  | { act: "refresh" }
  | { act: "others"; deed: Deed }
  /** The resource gets its other name. */
  | { act: "rename" }
  /** Pulumi makes another one in its place, by `--replace` or taint: before it deletes this one, or after. */
  | { act: "replace"; deletesFirst: boolean; trouble?: Trouble }
  /** The other state's user does something. */
  | { act: "second"; command: "up" | "refresh" | "destroy"; trouble?: Trouble }
  | { act: "pass"; minutes: number }
  | Meets;

export type History = readonly Act[];

const VOLUME = { name: "data", deviceName: "/dev/sdf", size: 10 };
/** Stands for an Elastic IP of somebody's, which is there from the beginning. */
const GIVEN = "(given)";

const FALLBACK = ["m5.large"];
const OTHER_URN = URN.replace(/web$/, "site");

/** What a user may change; each by itself a thing that `check` may also refuse beside the others. */
const CHANGES: Readonly<Record<string, readonly unknown[]>> = {
  imageId: [WELL_KNOWN.imageV1, WELL_KNOWN.imageV2],
  // Of those that both zones have.
  instanceType: ["m6i.large", "m6i.xlarge"],
  fallbackInstanceTypes: [undefined, FALLBACK],
  userData: [undefined, "#!/bin/sh\n"],
  recycleTriggers: [undefined, { at: "1" }, { at: "2" }],
  elasticIp: [undefined, true, GIVEN],
  secondaryPrivateIpCount: [undefined, 0, 1, 2],
  privateIp: [undefined, "10.0.1.77", "10.0.1.78"],
  subnetId: [WELL_KNOWN.subnetA, WELL_KNOWN.subnetB],
  persistPrivateIp: [undefined, true, false],
  publicIpAssignment: [undefined, "assign", "none"],
  sourceDestCheck: [undefined, false],
  securityGroupIds: [undefined, [WELL_KNOWN.otherSecurityGroup]],
  market: [undefined, { lifecycle: "spot" }],
  monitoring: [undefined, true],
  metadataOptions: [undefined, { httpTokens: "optional" }],
  iamInstanceProfile: [undefined, WELL_KNOWN.instanceProfile],
  dataVolumes: [undefined, [VOLUME], [VOLUME, { name: "log", deviceName: "/dev/sdg", size: 5 }]],
  tags: [undefined, { Team: "db" }],
  desiredState: [undefined, "paused"],
  pauseBehavior: [undefined, "terminate"],
  replacement: [
    undefined,
    ...["root-volume", "stop-start", "overlap", "auto"].map((strategy) => ({ strategy })),
    { drainSeconds: 20, waitFor: "status-ok" },
    { rollbackOnFailure: false },
  ],
  deletion: [undefined, { networkInterface: "retain", elasticIp: "retain" }, { dataVolumes: "delete" }],
};

const change = fc.oneof(
  ...Object.entries(CHANGES).map(([name, values]) =>
    fc.constantFrom(...values).map((value): Properties => ({ [name]: value })),
  ),
);
const changes = fc
  .array(change, { maxLength: 3 })
  .map((parts): Properties => Object.assign({}, ...parts) as Properties);

const FAULTS: readonly Fault[] = [
  { action: "*", error: { code: "RequestLimitExceeded", status: 503 }, probability: 0.3 },
  { action: "*", reset: true, probability: 0.05 },
  { action: "*", reset: true, afterEffect: true, probability: 0.05 },
  { action: "Describe*", error: { code: "InternalError", status: 500 }, probability: 0.2 },
  { action: "RunInstances", error: { code: "InsufficientInstanceCapacity", status: 500 }, times: 2 },
  { action: "RunInstances", error: { code: "UnauthorizedOperation", status: 403 } },
  { action: "CreateNetworkInterface", error: { code: "NetworkInterfaceLimitExceeded", status: 400 } },
  { action: "AssociateAddress", error: { code: "UnauthorizedOperation", status: 403 } },
  { action: "TerminateInstances", hang: true, times: 1, afterEffect: true },
  { action: "CreateTags", error: { code: "InternalError", status: 500 }, probability: 0.5 },
  { action: "AttachNetworkInterface", error: { code: "IncorrectState", status: 400 }, times: 1 },
  { action: "AttachVolume", error: { code: "VolumeInUse", status: 400 }, times: 1 },
];

const trouble = fc.option(
  fc.oneof(
    fc.record({ killedAtCall: fc.integer({ min: 1, max: 45 }), when: fc.constantFrom("before", "after") }),
    fc.record({ fault: fc.constantFrom(...FAULTS) }),
  ),
  { nil: undefined, freq: 1 },
);

/** What others with rights in the account do to the machine. */
const DEEDS = {
  terminate: async ({ ec2, instanceId }) => {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  },
  stop: async ({ ec2, instanceId }) => {
    await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  },
  start: async ({ ec2, instanceId }) => {
    await ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
  },
  interrupt: async ({ owner, instanceId }) => {
    await Promise.resolve(instanceId).then((it) => owner.simulator.interrupt({ instanceId: it }));
  },
  "delete the interface": async ({ ec2, eni }) => {
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni?.networkInterfaceId }));
  },
  "delete the interface and take its address": async ({ ec2, eni }) => {
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni?.networkInterfaceId }));
    const PrivateIpAddress = eni?.privateAddresses.find((it) => it.primary)?.address;
    await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: eni?.subnetId, PrivateIpAddress }));
  },
  "take the Elastic IP off": async ({ ec2, eip }) => {
    await ec2.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
  },
  "put the Elastic IP elsewhere": async ({ ec2, eip, foreignInterfaceId }) => {
    const AllocationId = eip?.allocationId;
    await ec2.send(
      new AssociateAddressCommand({ AllocationId, NetworkInterfaceId: foreignInterfaceId, AllowReassociation: true }),
    );
  },
  "release the Elastic IP": async ({ ec2, eip }) => {
    await ec2.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
    await ec2.send(new ReleaseAddressCommand({ AllocationId: eip?.allocationId }));
  },
  "take the tags off": async ({ ec2, recorded }) => {
    const Tags = Object.values(TAG).map((Key) => ({ Key }));
    for (const id of recorded) {
      await ec2.send(new DeleteTagsCommand({ Resources: [id], Tags })).catch(() => undefined);
    }
  },
  "tag it otherwise": async ({ ec2, recorded }) => {
    for (const id of recorded) {
      await ec2
        .send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "Name", Value: "mine" }] }))
        .catch(() => undefined);
    }
  },
  "turn the source/destination check": async ({ ec2, eni }) => {
    const SourceDestCheck = { Value: !(eni?.sourceDestCheck ?? true) };
    const NetworkInterfaceId = eni?.networkInterfaceId;
    await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck }));
  },
  "exchange the security groups": async ({ ec2, eni }) => {
    const NetworkInterfaceId = eni?.networkInterfaceId;
    const Groups = [WELL_KNOWN.otherSecurityGroup];
    await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));
  },
  "let the interface end with its instance": async ({ ec2, eni }) => {
    const NetworkInterfaceId = eni?.networkInterfaceId;
    const Attachment = { AttachmentId: eni?.attachment?.attachmentId, DeleteOnTermination: true };
    await ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Attachment }));
  },
  "delete the launch template": async ({ ec2, owner }) => {
    const LaunchTemplateId = String(owner.outputs.launchTemplateId);
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
  },
  "take a volume off": async ({ ec2, owner }) => {
    const [VolumeId] = Object.values((owner.outputs.dataVolumeIds ?? {}) as Record<string, string>);
    await ec2.send(new DetachVolumeCommand({ VolumeId }));
  },
  "use up the capacity": ({ owner }) => {
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "spot", 0);
    return Promise.resolve();
  },
} satisfies Record<string, (scene: Scene) => Promise<void>>;
type Deed = keyof typeof DEEDS;

interface Scene {
  owner: Stack;
  ec2: ReturnType<typeof somebody>;
  instanceId: string;
  eni: ReturnType<typeof made>["networkInterfaces"][number] | undefined;
  eip: ReturnType<typeof made>["elasticIps"][number] | undefined;
  /** The ids on record that are tagged. */
  recorded: string[];
  foreignInterfaceId: string;
}

const deed = fc.constantFrom(...(Object.keys(DEEDS) as Deed[]));
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant("up" as const), change: changes, trouble }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("destroy" as const), trouble }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("preview" as const), change: changes }) },
  { weight: 2, arbitrary: fc.constant({ act: "refresh" as const }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("others" as const), deed }) },
  { weight: 1, arbitrary: fc.constant({ act: "rename" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("replace" as const), deletesFirst: fc.boolean(), trouble }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("second" as const),
      command: fc.constantFrom("up" as const, "refresh" as const, "destroy" as const),
      trouble,
    }),
  },
  { weight: 3, arbitrary: meeting(changes) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("pass" as const), minutes: fc.integer({ min: 1, max: 30 }) }) },
);

export function histories(maxLength: number): fc.Arbitrary<History> {
  return fc.array(act, { minLength: 1, maxLength, size: "max" });
}

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
  /** What the state has beside it, while a resource is replaced. */
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
        return this.others(step.deed);
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
    // One that was refused before it began left all as it was.
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
    const met = await meet(owner, [upTo("", inputs), verbOf(step)], step, () => watch.process(owner.recorded, purpose));
    neitherWaits(met, isSentence);
    watch.holds("after two runs that met");
    this.applied = met.ends[0].said === undefined ? inputs : undefined;
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
      return this.hasMachine() ? undefined : this.up(this.inputs, trouble);
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
    // What could not be deleted the engine would try again.
    assert.deepEqual(owner.recorded, undefined, "the replaced machine comes to its end");
    owner.recorded = stays;
    this.applied = made.failed ? this.applied : this.inputs;
  }

  private hasMachine(): boolean {
    return this.owner.recorded !== undefined;
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

  private async others(deed: Deed): Promise<void> {
    const { owner, foreignInterfaceId } = this;
    const { outputs } = owner;
    const now = made(owner);
    const scene: Scene = {
      owner,
      ec2: somebody(owner),
      instanceId: String(outputs.instanceId),
      eni: now.networkInterfaces.find((it) => it.networkInterfaceId === outputs.networkInterfaceId),
      eip: now.elasticIps.find((it) => it.allocationId === outputs.allocationId),
      recorded: [outputs.networkInterfaceId, outputs.instanceId, outputs.launchTemplateId, outputs.allocationId]
        .map(String)
        .filter((it) => it !== "" && it !== "undefined"),
      foreignInterfaceId,
    };
    // EC2 refuses some of it, as when there is nothing to do it to.
    await this.watch.byOthers(() => DEEDS[deed](scene).catch(() => undefined));
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

  /** Others give back what they took of the machine's, and AWS has capacity again. */
  private async letGo(): Promise<void> {
    const { owner, watch } = this;
    const ec2 = somebody(owner);
    for (const lifecycle of ["on-demand", "spot"] as const) {
      owner.simulator.capacity.clear("m6i.large", "us-east-1a", lifecycle);
    }
    await watch.byOthers(async () => {
      for (const { networkInterfaceId: id, tags } of made(owner).networkInterfaces) {
        const isTheirs = id !== this.foreignInterfaceId && watch.foreign.has(id);
        if (isLeft(tags) || (isTheirs && !(TAG.id in tags))) {
          await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
        }
      }
      const now = made(owner);
      for (const { allocationId, associationId, networkInterfaceId, tags } of now.elasticIps) {
        if (networkInterfaceId === this.foreignInterfaceId) {
          await ec2.send(new DisassociateAddressCommand({ AssociationId: associationId }));
        } else if (isLeft(tags) && associationId === undefined) {
          // An account may have five.
          await ec2.send(new ReleaseAddressCommand({ AllocationId: allocationId }));
        }
      }
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

/** It was to be retained, and is nobody's. */
function isLeft(tags: Record<string, string>): boolean {
  return TAG.retained in tags && !(TAG.id in tags);
}

/** Written for a user, and not what a fault of the program leaves. */
function isSentence(text: string): boolean {
  return text.length > 10 && !/undefined|\[object|TypeError|is not a function|fault of pulumi/.test(text);
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
