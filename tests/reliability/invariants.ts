/**
 * The invariants of a managed instance at every moment, whatever happened to it and whoever was killed: written once, looked at after
 * every call. Nothing of the provider is asked: all is read from the account and from what Pulumi has on record.
 *
 * - (a) The private IP, the MAC and the Elastic IP never change while it lives.
 * - (b) At most one running instance holds the identity, and at most one exists outside a replacement.
 * - (c) Nothing that was made is unknown to both the state and a search by tags.
 * - (d) What was not made is never deleted, and no Elastic IP is taken from another holder.
 * - (e) A working instance is not retired unless the preflight passed.
 * - (f) After enough runs of `up` without a fault the world is as declared, and a further `up` changes nothing.
 * - (g) After `destroy` only what was to be retained is left. Both are looked at in `outcome.ts`.
 * - (h) No handler changes anything that another state's or resource's machine holds.
 * - (i) Of any two runs that meet, both end well or one says whose result stands: never an older generation after a newer one, never a wait
 *   for oneself. It is looked at in `standing.ts`.
 * - (j) What a preview says and shows comes true. It is looked at in `previewed.ts`.
 */
import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import { sending } from "../provider/interruptions";
import type { Stack, Through } from "../provider/support";
import { made, type Made, madeNow, ownedBy } from "../provider/world";
import { type Ids, idsIn, isOurs, notOursToEnd, straysIn } from "./account-ids";
import type { Add, Breach } from "./breach";
import { type Identity, identityIn, lookAtIdentity } from "./kept-identity";
import type { Purpose, PurposeOf } from "./purpose";

type Account = Pick<Stack, "simulator" | "clock">;

const RETIRING = ["TerminateInstances", "StopInstances", "DetachNetworkInterface"];

/** Looks at every call of the provider, and at the account after each of them. */
export class Watch {
  readonly breaches: Breach[] = [];
  /** How often it looked. */
  looks = 0;
  /** Ids that others made, or had before: never ours to delete. */
  private readonly others: Set<string>;

  /** @param states what other states have on record */
  constructor(
    private readonly account: Account,
    others?: Ids,
    private readonly states: () => readonly Stack["recorded"][] = () => [],
  ) {
    this.others = new Set(others ?? idsIn(madeNow(account)));
  }

  /** Ids that others made, so that a look at the same account at another time can be told. */
  get foreign(): Ids {
    return this.others;
  }

  /** Does work whose results belong to others. */
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

/** The deeds of one process so far. */
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
type SimInstance = Made["instances"][number];

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
