/** What the simulated account holds, and whether it is what the stack has on record. */
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

export interface Machine {
  template: Made["templates"][number];
  eni: Made["networkInterfaces"][number];
  eip: Made["elasticIps"][number] | undefined;
  instance: Made["instances"][number];
  /** The root volume. */
  volume: SimVolume;
  /** By name. */
  dataVolumes: ReadonlyMap<string, SimVolume>;
  privateIp: string;
}

export type SimVolume = Made["volumes"][number];

/**
 * The one machine in the account: one template, one network interface, at most one Elastic IP that is on it, one running
 * instance that holds it, its root volume, and on it every data volume that is declared. What the stack has on record must say
 * the same.
 *
 * @param except volumes that are there beside the machine's, by id
 */
export function machineOf(owner: Stack, ...except: string[]): Machine {
  const world = made(owner);
  const template = only(world.templates, "launch template");
  const eni = only(world.networkInterfaces, "network interface");
  const instance = only(world.instances, "instance");
  const { volume, dataVolumes } = volumesOf(
    owner,
    instance,
    world.volumes.filter((it) => !except.includes(it.volumeId)),
  );
  const eip = world.elasticIps.find((it) => it.networkInterfaceId === eni.networkInterfaceId);
  const privateIp = only(
    eni.privateAddresses.filter((it) => it.primary),
    "primary private IP",
  ).address;
  assert.equal(instance.state, "running");
  assert.deepEqual(instance.networkInterfaceIds, [eni.networkInterfaceId]);
  assert.equal(eni.attachment?.instanceId, instance.instanceId);
  assert.equal(eni.attachment.deleteOnTermination, false);
  assert.equal(world.spotRequests.length, instance.spotRequestId === undefined ? 0 : 1);
  const recorded = owner.outputs;
  assert.equal(owner.recorded?.failed, false);
  assert.equal(template.launchTemplateName, owner.recorded.id);
  for (const { tags } of [template, eni, instance, volume]) {
    assert.equal(tags[TAG.id], owner.recorded.id);
  }
  assert.deepEqual(
    {
      networkInterfaceId: recorded.networkInterfaceId,
      privateIp: recorded.privateIp,
      secondaryPrivateIps: recorded.secondaryPrivateIps,
      ipv6Addresses: recorded.ipv6Addresses,
      macAddress: recorded.macAddress,
      publicIp: recorded.publicIp,
      allocationId: recorded.allocationId,
      instanceId: recorded.instanceId,
      state: recorded.state,
      lifecycle: recorded.lifecycle,
      launchedInstanceType: recorded.launchedInstanceType,
      availabilityZone: recorded.availabilityZone,
      vpcId: recorded.vpcId,
      generation: recorded.generation,
      launchTemplateId: recorded.launchTemplateId,
    },
    {
      networkInterfaceId: eni.networkInterfaceId,
      privateIp,
      secondaryPrivateIps: eni.privateAddresses.filter((it) => !it.primary).map((it) => it.address),
      ipv6Addresses: eni.ipv6Addresses,
      macAddress: eni.macAddress,
      publicIp: eip?.publicIp ?? eni.autoPublicIp ?? "",
      allocationId: eip?.allocationId ?? "",
      instanceId: instance.instanceId,
      state: "running",
      lifecycle: instance.spotRequestId === undefined ? "on-demand" : "spot",
      launchedInstanceType: instance.instanceType,
      availabilityZone: eni.availabilityZone,
      vpcId: eni.vpcId,
      generation: latestGenerationOf(template),
      launchTemplateId: template.launchTemplateId,
    },
  );
  return { template, eni, eip, instance, volume, dataVolumes, privateIp };
}

/** Versions that only say who took an unfinished record up are none. */
function latestGenerationOf({ versions }: Made["templates"][number]): number {
  return (
    versions.findLast((it) => !(it.description ?? "").startsWith("managed-instance taken-up "))?.versionNumber ?? 0
  );
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

/** The root volume, and the data volumes as they are declared and recorded; there is no other. */
function volumesOf(
  owner: Stack,
  { instanceId, rootDeviceName }: Made["instances"][number],
  volumes: readonly SimVolume[],
): Pick<Machine, "volume" | "dataVolumes"> {
  const isRoot = ({ attachment }: SimVolume): boolean =>
    attachment?.instanceId === instanceId && attachment.device === rootDeviceName;
  const volume = only(volumes.filter(isRoot), "root volume");
  const others = volumes.filter((it) => it !== volume);
  const dataVolumes = new Map(others.map((it) => [it.tags[TAG.volume] ?? it.volumeId, it]));
  const declared = (owner.outputs.dataVolumes ?? []) as { name: string; deviceName: string; volumeId?: string }[];
  const { dataVolumeIds } = owner.outputs as { dataVolumeIds: Record<string, string> };
  const byName = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);
  assert.deepEqual(
    others
      .map(({ tags, volumeId, attachment }) => [
        tags[TAG.volume],
        volumeId,
        attachment?.device,
        attachment?.instanceId,
        attachment?.deleteOnTermination,
        tags[TAG.id],
        tags[TAG.owned],
        tags[TAG.retained],
      ])
      .sort(byName),
    declared
      .map(({ name, deviceName, volumeId }) => [
        name,
        volumeId ?? dataVolumeIds[name],
        deviceName,
        instanceId,
        false,
        owner.recorded?.id,
        volumeId === undefined ? undefined : "false",
        undefined,
      ])
      .sort(byName),
  );
  assert.deepEqual(Object.keys(dataVolumeIds).sort(), declared.map((it) => it.name).sort());
  return { volume, dataVolumes };
}

/** What must be the same before and after: the network identity. */
export function identityOf({ eni, eip, privateIp }: Machine): unknown {
  return {
    networkInterfaceId: eni.networkInterfaceId,
    macAddress: eni.macAddress,
    privateIp,
    allocationId: eip?.allocationId,
    publicIp: eip?.publicIp,
  };
}

/** The instance kept running all the while. */
export function sameInstance(was: Machine, now: Machine): void {
  assert.equal(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
  assert.equal(now.instance.instanceId, was.instance.instanceId);
  assert.equal(now.instance.launchTime, was.instance.launchTime);
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

/** What `work` fails with, as Pulumi's runtime sees it. */
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
