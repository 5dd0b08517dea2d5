/** The contents of the simulated account, and whether they are what the stack has on record. */
import assert from "node:assert/strict";
import { CreateTagsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { SimState } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { CALLER } from "../local/ec2/support";
import { program, stack, type Stack, type StackOptions } from "./support";

type Account = Pick<Stack, "simulator" | "clock">;
type Table<Name extends keyof SimState> = SimState[Name] extends Record<string, infer Row> ? Row[] : never;

/** Everything that somebody made in the account and that is not gone. */
export interface Made {
  templates: Table<"launchTemplates">;
  networkInterfaces: Table<"networkInterfaces">;
  elasticIps: Table<"addresses">;
  instances: Table<"instances">;
  volumes: Table<"volumes">;
  spotRequests: Table<"spotRequests">;
}

export function made(account: Pick<Account, "simulator">): Made {
  return structuredClone(madeNow(account));
}

/** The same without a copy: it changes with the next call. */
export function madeNow({ simulator }: Pick<Account, "simulator">): Made {
  return simulator.read(({ account, accountId }) => ({
    templates: [...account.launchTemplates.values()],
    networkInterfaces: [...account.networkInterfaces.values()],
    elasticIps: [...account.addresses.values()].filter((it) => it.ownerId === accountId),
    instances: [...account.instances.values()].filter((it) => it.state !== "terminated"),
    volumes: [...account.volumes.values()],
    spotRequests: [...account.spotRequests.values()].filter((it) => it.state === "active" || it.state === "open"),
  }));
}

const NOTHING: Made = {
  templates: [],
  networkInterfaces: [],
  elasticIps: [],
  instances: [],
  volumes: [],
  spotRequests: [],
};

/** @param except what the test itself made, by id */
export function nothingIsLeft(account: Pick<Account, "simulator">, ...except: string[]): void {
  const left = made(account);
  left.elasticIps = left.elasticIps.filter((it) => !except.includes(it.allocationId));
  left.networkInterfaces = left.networkInterfaces.filter((it) => !except.includes(it.networkInterfaceId));
  left.volumes = left.volumes.filter((it) => !except.includes(it.volumeId));
  assert.deepEqual(left, NOTHING);
}

export function only<T>(list: readonly T[], what = "thing"): T {
  const [first, ...others] = list;
  assert.ok(first !== undefined && others.length === 0, `there should be one ${what}, and there are ${list.length}`);
  return first;
}

/** All that carries a machine's id. */
export function holdingsOf(account: Pick<Account, "simulator">, id: string | undefined): Made {
  return ownedBy(made(account), id);
}

export function ownedBy(now: Made, id: string | undefined): Made {
  const own = <T extends { tags: Readonly<Record<string, string>> }>(list: T[]): T[] =>
    list.filter((it) => it.tags[TAG.id] === id);
  return {
    templates: own(now.templates),
    networkInterfaces: own(now.networkInterfaces),
    elasticIps: own(now.elasticIps),
    instances: own(now.instances),
    volumes: own(now.volumes),
    spotRequests: own(now.spotRequests),
  };
}

/** The machine that a create gave to its state, of which the state did not hear. */
export function unheardOf(account: Pick<Account, "simulator">, ...known: (string | undefined)[]): string | undefined {
  return madeNow(account).templates.find(
    ({ launchTemplateName: id, tags }) => tags[TAG.phase]?.startsWith("ready") === true && !known.includes(id),
  )?.launchTemplateName;
}

/** As older versions left a machine: its record stayed `creating`, and its state has no claim. */
export async function asMadeBefore(owner: Stack): Promise<void> {
  const { launchTemplateId, claim: _, ...outputs } = owner.outputs;
  const Tags = [{ Key: TAG.phase, Value: "creating" }];
  await somebody(owner).send(new CreateTagsCommand({ Resources: [String(launchTemplateId)], Tags }));
  owner.recorded &&= { ...owner.recorded, outputs: { ...outputs, launchTemplateId } };
}

/** Long enough for every change of state in EC2, and looked at rarely. */
const LEAP_MS = 60_000;

/** A stack in which time passes in leaps: for all that is not about time. */
export function quick(options: StackOptions = {}): Stack {
  return stack({ leapMs: LEAP_MS, ...options });
}

/** A stack and its account as they are now, as often as they are wanted: each in an account of its own, and in another process. */
export function keeping(owner: Stack, options: StackOptions = {}): () => Stack {
  const { simulator, clock } = owner;
  const world = simulator.snapshot();
  const at = clock.now();
  const recorded = structuredClone(owner.recorded);
  const lines = [...owner.lines];
  return () => {
    const again = quick(options);
    again.clock.advance(at - again.clock.now());
    again.simulator.restore(world);
    again.recorded = structuredClone(recorded);
    again.lines.push(...lines);
    return again;
  };
}

/** Machines that are up, by what they were asked for. A seed decides all that EC2 chooses: the same `up` ends in the same world. */
const begun = new Map<string, Promise<() => Stack>>();

async function begin(inputs: Record<string, unknown>, leapMs: number | undefined): Promise<() => Stack> {
  const owner = quick({ leapMs });
  await owner.up(program(inputs));
  return keeping(owner, { leapMs });
}

/** A machine that is up, and its stack, in another process than the one that made it. */
export async function up(inputs: Record<string, unknown> = {}, { leapMs = LEAP_MS } = {}): Promise<Stack> {
  const key = JSON.stringify([inputs, leapMs], (_key, value: unknown) => value ?? String(value));
  const first = begun.get(key) ?? begin(inputs, leapMs);
  begun.set(key, first);
  return (await first)();
}

/** Somebody else with rights in the same account, who uses the SDK as it is. */
export function somebody({ simulator }: Pick<Account, "simulator">): EC2Client {
  return new EC2Client({
    region: "us-east-1",
    ...CALLER,
    requestHandler: simulator.requestHandler(),
    maxAttempts: 1,
  });
}

/** Lets everything that EC2 has begun come to its end. */
export function later({ clock }: Pick<Account, "clock">): void {
  clock.advance(5 * 60_000);
}

/** Nothing is to be done: not by another `up`, and not after a refresh, which sees no drift. */
export async function settled(owner: Stack, inputs: Record<string, unknown>): Promise<void> {
  owner.calls();
  assert.equal(await owner.up(program(inputs)), "same");
  await owner.refresh();
  assert.deepEqual(owner.outputs.drift, []);
  assert.deepEqual(owner.calls("mutating"), []);
  assert.equal(await owner.up(program(inputs)), "same");
  assert.deepEqual(owner.calls("mutating"), []);
}

/** The error that `work` fails with, as Pulumi's runtime sees it. */
export async function failureOf(
  work: Promise<unknown>,
): Promise<Error & { id?: string; properties?: Record<string, unknown>; reasons?: string[] }> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new assert.AssertionError({ message: "it should have failed" });
}
