/** The end of a run: (f) of `up` the world is as declared, and (g) after `destroy` only what was to be retained is left. */
import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import type { Stack } from "../provider/support";
import { type Made, madeNow, only } from "../provider/world";
import { type Ids, idsIn } from "./account-ids";
import { primaryOf } from "./kept-identity";
import type { Properties } from "./purpose";

type Account = Pick<Stack, "simulator" | "clock">;
type SimInstance = Made["instances"][number];

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

/** The things that exist of one machine. */
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
  // An address that is adopted, and of which the program says nothing, is kept.
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

/** The addresses to be kept that the state has on record and that are gone. */
export function lostOf({ simulator, outputs }: Pick<Stack, "simulator" | "outputs">): string[] {
  const { networkInterfaceId, privateIp, persistPrivateIp, allocationId, publicIp } = outputs;
  const { networkInterfaces, elasticIps } = madeNow({ simulator });
  const eni = networkInterfaces.find((it) => it.networkInterfaceId === networkInterfaceId);
  const eip = elasticIps.find((it) => it.allocationId === allocationId);
  const isKept = persistPrivateIp !== false && networkInterfaceId !== "";
  return [
    ...(isKept && (eni && primaryOf(eni)) !== privateIp ? [`${String(networkInterfaceId)}, ${String(privateIp)}`] : []),
    ...(allocationId !== "" && eip?.publicIp !== publicIp ? [`${String(allocationId)}, ${String(publicIp)}`] : []),
  ];
}

/** A run that ended well leaves all that it reported, but for what was lost before. */
export function losesNothing(stack: Stack, wasLost: readonly string[], failure: string | undefined): void {
  const lost = failure === undefined ? lostOf(stack).filter((it) => !wasLost.includes(it)) : [];
  assert.deepEqual(lost, [], "what an `up` reported, and is gone");
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
