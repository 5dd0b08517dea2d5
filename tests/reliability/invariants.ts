/**
 * What must hold of a managed instance at every moment, whatever happened to it and whoever was killed: written once, looked at after
 * every call. Nothing of the provider is asked: all is read from the account and from what Pulumi has on record.
 *
 * - (a) The private IP, the MAC and the Elastic IP never change while it lives.
 * - (b) At most one running instance holds the identity, and at most one exists outside a replacement.
 * - (c) Nothing that was made is unknown to both the state and a search by tags.
 * - (d) What was not made is never deleted, and no Elastic IP is taken from another holder.
 * - (e) A working instance is not retired unless the preflight passed.
 * - (f) After enough runs of `up` without a fault the world is as declared, and a further `up` changes nothing.
 * - (g) After `destroy` only what was to be retained is left.
 * - (h) No handler changes anything that another state's or resource's machine holds.
 * - (i) Of any two runs that meet, both end well or one says whose result stands: never an older generation after a newer one, never a wait
 *   for oneself. It is looked at in `standing.ts`.
 * - (j) What a preview says and shows comes true. It is looked at in `previewed.ts`.
 */
import assert from "node:assert/strict";
import type { SimState } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { sending } from "../provider/interruptions";
import type { Stack, Through } from "../provider/support";
import { made, type Made, madeNow, only, ownedBy } from "../provider/world";

export type Properties = Record<string, unknown>;
type Invariant = "a" | "b" | "c" | "d" | "e" | "h";
type Account = Pick<Stack, "simulator" | "clock">;

/** Something that must not be, and when it was seen. */
interface Breach {
  invariant: Invariant;
  what: string;
  when: string;
}

/** What a run is about, as far as an invariant depends on it. */
export interface Purpose {
  /** Whether the inputs leave the interface and the Elastic IP as they are. */
  keepsIdentity: boolean;
  /** Whether an instance is wanted: one that is paused or destroyed may end with nothing to follow. */
  wantsInstance: boolean;
  /** The most instances that may exist at a time. */
  instances: 1 | 2 | 3;
}

/** The purpose of a run for each of several machines, by id. */
export type PurposeOf = (machineId: string | undefined) => Purpose;

/** Everything in the account, by id. */
type Ids = ReadonlySet<string>;

const RETIRING = ["TerminateInstances", "StopInstances", "DetachNetworkInterface"];

/** Looks at every call of the provider, and at the account after each of them. */
export class Watch {
  readonly breaches: Breach[] = [];
  /** How often it looked. */
  looks = 0;
  /** What others made, or had before: never ours to delete. */
  private readonly others: Set<string>;

  /** @param states what other states have on record */
  constructor(
    private readonly account: Account,
    others?: Ids,
    private readonly states: () => readonly Stack["recorded"][] = () => [],
  ) {
    this.others = new Set(others ?? idsIn(madeNow(account)));
  }

  /** What others made, so that a look at the same account at another time can be told. */
  get foreign(): Ids {
    return this.others;
  }

  /** What is made meanwhile belongs to others. */
  async byOthers<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = idsIn(madeNow(this.account));
    const result = await work();
    const after = idsIn(madeNow(this.account));
    for (const id of after) {
      if (!before.has(id)) {
        this.others.add(id);
      }
    }
    for (const id of this.others) {
      if (before.has(id) && !after.has(id)) {
        this.others.delete(id);
      }
    }
    return result;
  }

  /**
   * One process of the provider, watched call by call.
   *
   * @param of what the state has on record when it begins; of a controller, each machine that it looks after
   * @param purpose the same for all, or each machine's own at the moment of a call
   */
  process(of: Stack["recorded"] | readonly Stack["recorded"][], purpose: Purpose | PurposeOf): Through {
    const recorded = [of].flat();
    const purposeFor: PurposeOf = typeof purpose === "function" ? purpose : () => purpose;
    const done: Done = { launched: new Set(), checked: new Set(), own: new Set(recorded.map((it) => it?.id ?? "")) };
    const begun = madeNow(this.account);
    const held = recorded.flatMap((it) => (purposeFor(it?.id).keepsIdentity ? (identityIn(begun, it) ?? []) : []));
    return (handler) =>
      sending(handler, async (request, action) => {
        const isRead = /^(dry run of |Describe)/.test(action);
        const before = isRead ? undefined : made(this.account);
        const reply = await handler.handle(request).catch((error: unknown) => error);
        this.looks++;
        if (before !== undefined) {
          this.lookAt({ action, before, after: madeNow(this.account), recorded, held, purposeFor, done });
        } else if (isYes(reply)) {
          done.checked.add(action);
        }
        if (reply instanceof Error) {
          throw reply;
        }
        return reply;
      });
  }

  private lookAt(change: Change): void {
    const { action, before, after, recorded, held, purposeFor, done } = change;
    const add: Add = (invariant, what) => void this.breaches.push({ invariant, what, when: `after ${action}` });
    for (const identity of held) {
      lookAtIdentity(identity, after, add);
    }
    lookAtInstances(after, purposeFor, add);
    for (const id of straysIn(after, [...recorded, ...this.states()], this.others)) {
      add("c", `${id} is known neither to the state nor by its tags`);
    }
    this.lookAtOthers(change, add);
    lookAtStates(change, add);
    if (RETIRING.includes(action)) {
      lookAtRetirement(change, add);
    }
    const ids = idsIn(before);
    for (const id of idsIn(after)) {
      if (!ids.has(id)) {
        done.launched.add(id);
      }
    }
  }

  private lookAtOthers({ before, after, recorded }: Change, add: Add): void {
    const ids = idsIn(after);
    for (const id of notOursToEnd(before)) {
      if (!ids.has(id) && this.others.has(id)) {
        add("d", `${id} was not made by the managed instance, and is gone`);
      }
    }
    for (const { allocationId, networkInterfaceId: holder } of before.elasticIps) {
      const now = after.elasticIps.find((it) => it.allocationId === allocationId)?.networkInterfaceId;
      if (holder !== undefined && now !== holder && !isOurs(before, recorded, holder)) {
        add("d", `${allocationId} was taken from ${holder}`);
      }
    }
  }

  /** @param at the point in question */
  holds(at: string): void {
    assert.deepEqual(this.breaches, [], at);
  }
}

/** A dry run that is allowed is answered by an error. */
function isYes(reply: unknown): boolean {
  if (reply instanceof Error) {
    return false;
  }
  const { response } = reply as { response: { statusCode: number; body: Uint8Array } };
  return (
    response.statusCode === 200 || new TextDecoder().decode(response.body).includes("<Code>DryRunOperation</Code>")
  );
}

/** What one process has done so far. */
interface Done {
  /** The ids of what it made. */
  launched: Set<string>;
  checked: Set<string>;
  /** The machines that are its state's, by id. */
  own: Set<string>;
}

/** One call that may have changed something. */
interface Change {
  action: string;
  before: Made;
  after: Made;
  recorded: readonly Stack["recorded"][];
  held: readonly Identity[];
  purposeFor: PurposeOf;
  done: Done;
}

function lookAtIdentity(held: Identity, now: Made, add: Add): void {
  const eni = now.networkInterfaces.find((it) => it.networkInterfaceId === held.networkInterfaceId);
  if (eni === undefined) {
    add("a", `${held.networkInterfaceId} with ${held.privateIp} was deleted`);
  } else if (eni.macAddress !== held.macAddress || primaryOf(eni) !== held.privateIp) {
    add("a", `${held.networkInterfaceId} changed from ${held.privateIp} to ${primaryOf(eni)}`);
  }
  if (held.allocationId !== undefined && !now.elasticIps.some((it) => it.allocationId === held.allocationId)) {
    add("a", `${held.allocationId} was released`);
  }
}

function lookAtInstances(now: Made, purposeFor: PurposeOf, add: Add): void {
  const byId = new Map<string, string[]>();
  for (const { instanceId, tags, state } of now.instances) {
    const id = tags[TAG.id];
    if (id !== undefined && state !== "shutting-down") {
      byId.set(id, [...(byId.get(id) ?? []), instanceId]);
    }
  }
  for (const [id, instances] of byId) {
    if (instances.length > purposeFor(id).instances) {
      add("b", `${instances.join(" and ")} exist at once for ${id}`);
    }
  }
}

function lookAtRetirement({ action, before, after, purposeFor, done }: Change, add: Add): void {
  const ended = before.instances.find((it) => isWorking(before, it) && !isWorking(after, stateOf(after, it)));
  if (
    ended === undefined ||
    !purposeFor(ended.tags[TAG.id]).wantsInstance ||
    done.launched.has(ended.instanceId) ||
    hasSuccessor(after, ended)
  ) {
    return;
  }
  if (!isChecked(done.checked, action)) {
    add("e", `${ended.instanceId} worked, and ${action} came with no preflight passed`);
  }
}

/** A machine whose record is ready is some state's; this process's only if that had it, or has just been given it. */
function lookAtStates({ action, before, after, done }: Change, add: Add): void {
  const isReady = (it: Made["templates"][number]): boolean => it.tags[TAG.phase]?.startsWith("ready") === true;
  const ready = before.templates.filter(isReady).map((it) => it.launchTemplateName);
  for (const id of ready.filter((it) => !done.own.has(it))) {
    if (JSON.stringify(ownedBy(before, id)) !== JSON.stringify(ownedBy(after, id))) {
      add("h", `${action} changed ${id}, which is another state's`);
    }
  }
  for (const { launchTemplateName: id } of after.templates.filter(isReady)) {
    if (!ready.includes(id)) {
      done.own.add(id);
    }
  }
}

type Add = (invariant: Invariant, what: string) => void;
type SimInstance = Made["instances"][number];

interface Identity {
  networkInterfaceId: string;
  macAddress: string;
  privateIp: string;
  allocationId?: string;
}

export function idsIn({
  templates,
  networkInterfaces,
  elasticIps,
  instances,
  volumes,
  spotRequests,
}: Made): Set<string> {
  return new Set([
    ...templates.map((it) => it.launchTemplateId),
    ...networkInterfaces.map((it) => it.networkInterfaceId),
    ...elasticIps.map((it) => it.allocationId),
    ...instances.map((it) => it.instanceId),
    ...volumes.map((it) => it.volumeId),
    ...spotRequests.map((it) => it.spotInstanceRequestId),
  ]);
}

function primaryOf(eni: Made["networkInterfaces"][number]): string {
  return eni.privateAddresses.find((it) => it.primary)?.address ?? "";
}

/** What the state has on record, if it is still there. */
function identityIn(now: Made, recorded: Stack["recorded"]): Identity | undefined {
  const { networkInterfaceId, allocationId } = recorded?.outputs ?? {};
  const eni = now.networkInterfaces.find((it) => it.networkInterfaceId === networkInterfaceId);
  const eip = now.elasticIps.find((it) => it.allocationId === allocationId);
  return eni === undefined || recorded?.outputs.persistPrivateIp === false
    ? undefined
    : {
        networkInterfaceId: eni.networkInterfaceId,
        macAddress: eni.macAddress,
        privateIp: primaryOf(eni),
        allocationId: eip?.allocationId,
      };
}

/** What others made stays: all but an instance that was adopted, and what EC2 ends with it. */
function notOursToEnd(now: Made): string[] {
  const adopted = new Set(now.instances.filter((it) => TAG.id in it.tags).map((it) => it.instanceId));
  const endsWith = (it: { attachment?: { instanceId: string; deleteOnTermination: boolean } }): boolean =>
    it.attachment?.deleteOnTermination === true && adopted.has(it.attachment.instanceId);
  return [
    ...now.templates.map((it) => it.launchTemplateId),
    ...now.networkInterfaces.filter((it) => !endsWith(it)).map((it) => it.networkInterfaceId),
    ...now.elasticIps.map((it) => it.allocationId),
    ...now.instances.filter((it) => !adopted.has(it.instanceId)).map((it) => it.instanceId),
    ...now.volumes.filter((it) => !endsWith(it)).map((it) => it.volumeId),
  ];
}

/** It has our tag, or is on record, or hangs on an instance that has, and ends with that. */
function isOurs(now: Made, recorded: readonly Stack["recorded"][], id: string): boolean {
  return !straysIn(now, recorded, new Set()).includes(id);
}

/** What neither the state nor a search by tags leads to, and others did not make. */
function straysIn(now: Made, states: readonly Stack["recorded"][], others: Ids): string[] {
  const tagged = (it: { tags: SimState["vpcs"][string]["tags"] }): boolean =>
    TAG.id in it.tags || TAG.retained in it.tags;
  const onRecord = JSON.stringify(states.map((it) => it?.outputs ?? {}));
  const isKnown = (id: string, it: { tags: Record<string, string> }): boolean =>
    tagged(it) || onRecord.includes(`"${id}"`);
  // What is ending by itself needs nobody to know it.
  const instances = new Set(
    now.instances.filter((it) => it.state === "shutting-down" || isKnown(it.instanceId, it)).map((it) => it.instanceId),
  );
  const endsWithOurs = (it: { attachment?: { instanceId: string; deleteOnTermination: boolean } }): boolean =>
    it.attachment !== undefined && it.attachment.deleteOnTermination && instances.has(it.attachment.instanceId);
  const unknown: [string, boolean][] = [
    ...now.templates.map((it): [string, boolean] => [it.launchTemplateId, tagged(it)]),
    ...now.networkInterfaces.map((it): [string, boolean] => [it.networkInterfaceId, tagged(it) || endsWithOurs(it)]),
    ...now.elasticIps.map((it): [string, boolean] => [it.allocationId, tagged(it)]),
    ...now.instances.map((it): [string, boolean] => [it.instanceId, instances.has(it.instanceId)]),
    ...now.volumes.map((it): [string, boolean] => [it.volumeId, tagged(it) || endsWithOurs(it)]),
    ...now.spotRequests.map((it): [string, boolean] => [it.spotInstanceRequestId, instances.has(it.instanceId)]),
  ];
  return unknown
    .filter(([id, isFound]) => !isFound && !others.has(id) && !onRecord.includes(`"${id}"`))
    .map(([id]) => id);
}

/** It runs, has not failed its checks, and the kept address leads to it. */
function isWorking(now: Made, instance: SimInstance | undefined): boolean {
  if (instance?.state !== "running" || !(TAG.id in instance.tags) || instance.impairedCheck !== undefined) {
    return false;
  }
  const [eni] = now.networkInterfaces.filter(
    (it) =>
      it.attachment?.instanceId === instance.instanceId && TAG.id in it.tags && !it.attachment.deleteOnTermination,
  );
  return eni !== undefined;
}

function stateOf(now: Made, { instanceId }: SimInstance): SimInstance | undefined {
  return now.instances.find((it) => it.instanceId === instanceId);
}

/** Better than any preflight: the next one runs already. */
function hasSuccessor(now: Made, { instanceId, tags }: SimInstance): boolean {
  return now.instances.some(
    (it) => it.state === "running" && it.instanceId !== instanceId && it.tags[TAG.id] === tags[TAG.id],
  );
}

/** A stopped instance starts again as it is, or with another type: EC2 takes no dry run of a launch for that. */
function isChecked(checked: ReadonlySet<string>, action: string): boolean {
  return action === "StopInstances"
    ? checked.has("DescribeImages") && checked.has("DescribeInstanceTypes")
    : checked.has("dry run of RunInstances");
}

/** The inputs whose change gives up the interface, or exchanges the Elastic IP. */
const OF_IDENTITY = ["subnetId", "persistPrivateIp", "privateIp", "elasticIp", "adopt"];

/** What an `up` from one program to another is about. */
export function purposeOf(before: Properties | undefined, after: Properties): Purpose {
  const isSame = (name: string): boolean => JSON.stringify(before?.[name]) === JSON.stringify(after[name]);
  const { strategy } = (after.replacement ?? {}) as { strategy?: string };
  return {
    keepsIdentity: before !== undefined && OF_IDENTITY.every(isSame),
    wantsInstance: after.desiredState !== "paused",
    instances: strategy === "overlap" || strategy === "auto" ? 2 : 1,
  };
}

/** Of a destroy. */
export const ENDING: Purpose = { keepsIdentity: false, wantsInstance: false, instances: 2 };

/** (f) What the program says is what there is, and Pulumi has it on record. */
export function isAsDeclared(owner: Stack, inputs: Properties, others: Ids): void {
  const { recorded } = owner;
  assert.ok(recorded !== undefined && !recorded.failed, "the last `up` ended well");
  const { outputs, id } = recorded;
  const now = madeNow(owner);
  const own = <T extends { tags: Record<string, string> }>(list: T[]): T[] =>
    list.filter((it) => it.tags[TAG.id] === id);
  const [template, ...templates] = own(now.templates);
  assert.equal(template?.launchTemplateName, id);
  assert.deepEqual(templates, []);
  const ours: Ours = {
    now,
    outputs,
    instances: own(now.instances).filter((it) => it.state !== "shutting-down"),
    eni: now.networkInterfaces.find((it) => it.networkInterfaceId === outputs.networkInterfaceId),
    elasticIps: own(now.elasticIps),
    volumes: own(now.volumes),
  };
  isAttended(ours, inputs);
  if (inputs.persistPrivateIp !== false) {
    hasItsInterface(ours, inputs);
  }
  hasItsElasticIp(ours, inputs);
  hasItsVolumes(ours, inputs);
  hasNoMore(ours, others);
}

/** What there is of one machine. */
interface Ours {
  now: Made;
  outputs: Properties;
  instances: SimInstance[];
  eni: Made["networkInterfaces"][number] | undefined;
  elasticIps: Made["elasticIps"];
  volumes: Made["volumes"];
}

/** There is the instance that is wanted, or none. */
function isAttended({ outputs, instances, eni }: Ours, inputs: Properties): void {
  const isPaused = inputs.desiredState === "paused";
  assert.equal(outputs.state, isPaused ? "paused" : "running");
  if (isPaused) {
    assert.ok(instances.length <= (outputs.pauseBehavior === "stop" ? 1 : 0));
    assert.ok(instances.every((it) => it.state === "stopped"));
    return;
  }
  const instance = only(instances, "instance");
  assert.equal(instance.state, "running");
  assert.equal(outputs.instanceId, instance.instanceId);
  assert.equal(eni?.attachment?.instanceId, instance.instanceId);
  const types = [inputs.instanceType, ...((inputs.fallbackInstanceTypes ?? []) as string[])];
  assert.ok(types.includes(instance.instanceType), `${instance.instanceType} is none of ${types.join(", ")}`);
}

function hasItsInterface({ outputs, eni }: Ours, inputs: Properties): void {
  assert.ok(eni !== undefined, "the interface on record is there");
  assert.equal(eni.subnetId, inputs.subnetId);
  assert.equal(primaryOf(eni), inputs.privateIp ?? outputs.privateIp);
  assert.equal(eni.macAddress, outputs.macAddress);
  assert.equal(eni.sourceDestCheck, inputs.sourceDestCheck ?? true);
  assert.equal(eni.attachment?.deleteOnTermination ?? false, false);
  assert.deepEqual(eni.groupIds, inputs.securityGroupIds ?? eni.groupIds);
  const secondary = eni.privateAddresses.filter((it) => !it.primary).map((it) => it.address);
  assert.deepEqual(secondary, outputs.secondaryPrivateIps);
  assert.equal(secondary.length, inputs.secondaryPrivateIpCount ?? secondary.length);
}

function hasItsElasticIp({ now, outputs, eni, elasticIps }: Ours, inputs: Properties): void {
  // Who adopts an address, and says nothing of it, keeps it.
  const wanted = inputs.elasticIp ?? (inputs.adopt !== undefined && outputs.allocationId !== "");
  if (wanted === false) {
    assert.deepEqual(elasticIps, []);
    return;
  }
  const eip = now.elasticIps.find((it) => it.allocationId === outputs.allocationId);
  assert.equal(eip?.publicIp, outputs.publicIp);
  assert.equal(eip?.networkInterfaceId, eni?.networkInterfaceId);
  assert.ok(wanted === true || wanted === eip?.allocationId || wanted === eip?.publicIp);
  assert.equal(elasticIps.length, 1);
}

function hasItsVolumes({ instances, volumes }: Ours, inputs: Properties): void {
  for (const { name, size, deviceName } of (inputs.dataVolumes ?? []) as DeclaredVolume[]) {
    const volume = only(
      volumes.filter((it) => it.tags[TAG.volume] === name),
      `volume ${name}`,
    );
    // EC2 makes no volume smaller.
    assert.ok(volume.size >= (size ?? 0));
    if (inputs.desiredState !== "paused") {
      const { instanceId, device } = volume.attachment ?? {};
      assert.deepEqual([instanceId, device], [instances[0]?.instanceId, deviceName]);
    }
  }
}

function hasNoMore({ now, outputs, instances }: Ours, others: Ids): void {
  const endsWith = (it: { attachment?: { instanceId: string } }): boolean =>
    instances.some((one) => one.instanceId === it.attachment?.instanceId);
  const isRetained = (it: { tags: Record<string, string> }): boolean => TAG.retained in it.tags;
  const kept = [
    ...now.networkInterfaces.filter((it) => !endsWith(it) && !isRetained(it)).map((it) => it.networkInterfaceId),
    ...now.elasticIps.filter((it) => !isRetained(it)).map((it) => it.allocationId),
  ];
  const known = [outputs.networkInterfaceId, outputs.allocationId];
  assert.deepEqual(
    kept.filter((id) => !known.includes(id) && !others.has(id)),
    [],
    "nothing else is kept",
  );
}

interface DeclaredVolume {
  name: string;
  deviceName: string;
  size?: number;
}

/** (g) What was there before is there, and of all else only what was to be retained. */
export function onlyRetainedIsLeft(account: Account, others: Ids): void {
  const now = madeNow(account);
  const isRetained = new Set(
    [...now.networkInterfaces, ...now.elasticIps, ...now.volumes].flatMap((it) =>
      TAG.retained in it.tags ? [idOf(it)] : [],
    ),
  );
  const left = [...idsIn(now)].filter((id) => !others.has(id) && !isRetained.has(id));
  assert.deepEqual(left, [], "only what was to be retained is left");
}

function idOf(it: Made["networkInterfaces" | "elasticIps" | "volumes"][number]): string {
  return "allocationId" in it ? it.allocationId : "volumeId" in it ? it.volumeId : it.networkInterfaceId;
}
