/** One snapshot of what exists, found by tag, and by recorded id where a tag was taken off. */
import type { Ec2 } from "../../ec2/ec2";
import { findImage } from "../../ec2/lookups";
import { TAG } from "../../ec2/tags";
import { userDataFor } from "../../kit/user-data";
import { adoptsThings } from "./adoption";
import { withAttachments } from "./attachments";
import { holds, isAlive } from "./instances";
import { isOwnedInstance, isOwnedInterface } from "./belongings";
import { holdersOf, markedAs } from "./filters";
import { withAdoption } from "./observe-adoption";
import { elasticIpsOfOthers, findElasticIp, observeElasticIps, observeOtherElasticIps } from "./observe-elastic-ips";
import { isOfAnother } from "./ownership";
import { observeOtherMachines } from "./other-machines";
import { differentInputs, launchHash, readGeneration } from "../record/specification";
import type { Purpose } from "../../model/goal";
import type { Observed, Recorded } from "../../model/observed";
import type { Desired } from "../../model/desired";
import type { Generation, Instance, LaunchTemplate, NetworkInterface, Volume } from "../../model/things";
import { latestGeneration } from "../record/versions";

export interface Target {
  id: string;
  desired?: Desired;
  recorded?: Recorded;
  /** Absent: a program's. */
  purpose?: Purpose;
  /** The record, where the same look has found it already. */
  template?: LaunchTemplate;
}

export async function observe(ec2: Ec2, target: Target): Promise<Observed> {
  const { id, desired, recorded } = target;
  const [record, marks, elasticIps, givenElasticIp, tagged, { marked, ...volumes }] = await Promise.all([
    observeRecord(ec2, target),
    observeNetworkInterfaces(ec2, id, recorded?.networkInterfaceId),
    observeElasticIps(ec2, id, recorded),
    typeof desired?.elasticIp === "string" ? findElasticIp(ec2, desired.elasticIp) : undefined,
    ec2.describeInstances(markedAs(id)),
    observeVolumes(ec2, target),
  ]);
  const networkInterfaces = [...marks, ...(await observeInterfacesOf(ec2, id, tagged, marks))];
  const holders = await observeHolders(ec2, networkInterfaces, volumes.volumes, tagged);
  // Launched between the two looks, or with its tags taken off.
  const isOurs = (it: Instance): boolean =>
    it.tags[TAG.id] === id || (it.id === recorded?.instanceId && !isOfAnother(id, it));
  const observed: Observed = {
    ...record,
    networkInterfaces,
    elasticIps,
    givenElasticIp,
    otherElasticIps: await observeOtherElasticIps(
      ec2,
      networkInterfaces,
      givenElasticIp === undefined ? elasticIps : [...elasticIps, givenElasticIp],
      target,
    ),
    instances: withAttachments([...tagged, ...holders.filter(isOurs)], networkInterfaces),
    otherMachines: await observeOtherMachines(ec2, id, {
      elasticIp: givenElasticIp,
      volumes: volumes.volumes.filter((it) => desired?.dataVolumes.some(({ volumeId }) => volumeId === it.id)),
    }),
    strangers: holders.filter((it) => !isOurs(it) && isOn(it, networkInterfaces)),
    ...volumes,
    rootVolumes: [],
    launchedVolumes: [],
    place: await observePlace(ec2, desired, networkInterfaces),
    addressTaker: networkInterfaces.length > 0 ? undefined : await observeTaker(ec2, target),
  };
  return withInstances(ec2, target, await withAdoption(ec2, target, observed), marked);
}

/** Observes for a deletion, which has to know whose Elastic IPs would come off with the interfaces that go. */
export async function observeTeardown(
  ec2: Ec2,
  { id, desired, recorded }: Target & { desired: Desired },
): Promise<Observed> {
  const seen = await observe(ec2, { id, recorded, desired: { ...desired, adopt: undefined } });
  const deleted = desired.deletion.networkInterface === "retain" ? [] : seen.networkInterfaces;
  const owned = deleted.filter((it) => isOwnedInterface(it, { id, desired, observed: seen }));
  return { ...seen, otherElasticIps: await elasticIpsOfOthers(ec2, owned, seen.elasticIps) };
}

async function observeRecord(
  ec2: Ec2,
  { id, template: known, purpose }: Target,
): Promise<{ template?: LaunchTemplate; generation?: Generation }> {
  const [template] =
    known === undefined ? await ec2.describeLaunchTemplates({ "launch-template-name": [id] }) : [known];
  if (template === undefined) {
    return {};
  }
  const latest = await latestGeneration(ec2, template.id, known?.latestVersion);
  const newest = readGeneration(latest.number, latest.description);
  return {
    template: { ...template, latestVersion: latest.latestNumber, newest, latestVersionAt: latest.createdAt },
    // The generation to go by may not be the latest.
    generation: purpose?.kind === "upkeep" ? purpose.generation : newest,
  };
}

async function observeNetworkInterfaces(
  ec2: Ec2,
  id: string,
  recordedId: string | undefined,
): Promise<NetworkInterface[]> {
  const tagged = await ec2.describeNetworkInterfaces(markedAs(id));
  if (recordedId === undefined || recordedId === "" || tagged.some((eni) => eni.id === recordedId)) {
    return tagged;
  }
  const recorded = await ec2.describeNetworkInterfaces({ "network-interface-id": [recordedId] });
  return [...tagged, ...recorded.filter((it) => !isOfAnother(id, it))];
}

/** Another run may have made an interface, and launched on it, between the look at the interfaces and the look at the instances. */
async function observeInterfacesOf(
  ec2: Ec2,
  id: string,
  instances: readonly Instance[],
  seen: readonly NetworkInterface[],
): Promise<NetworkInterface[]> {
  const ids = instances
    .filter((it) => isAlive(it) && !seen.some((eni) => holds(it, eni)))
    .flatMap((it) => [
      ...(it.networkInterfaceId === undefined ? [] : [it.networkInterfaceId]),
      ...it.secondaryNetworkInterfaceIds,
    ]);
  const found = ids.length === 0 ? [] : await ec2.describeNetworkInterfaces({ "network-interface-id": ids });
  return found.filter(({ tags }) => tags[TAG.id] === id);
}

/** Observes the volumes, by tag, by id, and by recorded id. */
async function observeVolumes(
  ec2: Ec2,
  { id, desired, recorded }: Target,
): Promise<Pick<Observed, "volumes" | "leftVolumes"> & { marked: Volume[] }> {
  const wanted = desired?.dataVolumes ?? [];
  const recordedIds = Object.values(recorded?.dataVolumeIds ?? {});
  const all = await ec2.describeVolumes(markedAs(id));
  const tagged = all.filter((it) => it.tags[TAG.volume] !== undefined);
  const ids = new Set([...wanted.flatMap((it) => it.volumeId ?? []), ...recordedIds]);
  const others = [...ids].filter((it) => it !== "" && !tagged.some((volume) => volume.id === it));
  const found = others.length === 0 ? [] : await ec2.describeVolumes({ "volume-id": others });
  const volumes = [...tagged, ...found];
  const leftVolumes = all.filter((it) => isLeft(it) && !volumes.some((volume) => volume.id === it.id));
  return { volumes, leftVolumes, marked: all };
}

/** Whether it has the tags of an instance that it was launched with. */
function isLaunched({ tags }: Volume): boolean {
  return tags[TAG.generation] !== undefined && tags[TAG.volume] === undefined;
}

/** Whether the instance of a launched volume let go of it. */
function isLeft(volume: Volume): boolean {
  return isLaunched(volume) && volume.attachment === undefined && volume.status === "available";
}

/** The interface that has the address of a machine that is to be made, or whose own interface is gone. */
async function observeTaker(ec2: Ec2, { desired }: Target): Promise<NetworkInterface | undefined> {
  if (desired?.privateIp === undefined || !desired.persistPrivateIp || adoptsThings(desired)) {
    return undefined;
  }
  const { privateIp, subnetId } = desired;
  return (await ec2.describeNetworkInterfaces(holdersOf(privateIp, subnetId)))[0];
}

/** Observes the place of a machine that has, or is to have, no interface to tell it. */
async function observePlace(
  ec2: Ec2,
  desired: Target["desired"],
  networkInterfaces: NetworkInterface[],
): Promise<Observed["place"]> {
  const { subnetId, persistPrivateIp, desiredState } = desired ?? {};
  if (subnetId === undefined || persistPrivateIp !== false || desiredState !== "paused") {
    return undefined;
  }
  return networkInterfaces.find((eni) => eni.subnetId === subnetId) ?? (await ec2.describeSubnet(subnetId));
}

/** The attachment of an interface, or a data volume, is the truth about who holds it, tag or no tag. */
async function observeHolders(
  ec2: Ec2,
  networkInterfaces: readonly NetworkInterface[],
  volumes: readonly Volume[],
  tagged: readonly Instance[],
): Promise<Instance[]> {
  const ids = [...networkInterfaces, ...volumes]
    .flatMap(({ attachment }) => attachment?.instanceId ?? [])
    .filter((id) => !tagged.some((it) => it.id === id));
  return ids.length === 0 ? [] : ec2.describeInstances({ "instance-id": [...new Set(ids)] });
}

function isOn({ id }: Instance, networkInterfaces: readonly NetworkInterface[]): boolean {
  return networkInterfaces.some((eni) => eni.attachment?.instanceId === id);
}

/** Facts of the instances that only another call tells, where they matter. */
async function withInstances(
  ec2: Ec2,
  { id, desired }: Target,
  observed: Observed,
  marked: readonly Volume[],
): Promise<Observed> {
  const alive = observed.instances.filter(isAlive);
  const isGiven = (it: Instance): boolean => !isOwnedInstance(it, { adopt: desired?.adopt });
  const roots = alive
    .filter((it) => !isGiven(it) || desired?.rootVolume !== undefined)
    .flatMap((it) => it.devices.filter(({ deviceName }) => deviceName === it.rootDeviceName))
    .map((it) => it.volumeId);
  const isMarked = (volumeId: string): boolean => marked.some((it) => it.id === volumeId);
  const others = roots.filter((it) => !isMarked(it));
  const [unmarked] = await Promise.all([
    others.length === 0 ? [] : ec2.describeVolumes({ "volume-id": others }),
    ...alive.filter(isGiven).map(async (it) => {
      it.userData = asksForUserData(id, it, desired) ? await ec2.describeUserData(it.id) : undefined;
    }),
  ]);
  const rootVolumes = [...marked.filter((it) => roots.includes(it.id)), ...unmarked];
  const launchedVolumes = marked.filter(
    (it) => isLaunched(it) && observed.instances.some(({ id: on }) => on === it.attachment?.instanceId),
  );
  const seen = { ...observed, rootVolumes, launchedVolumes };
  return { ...seen, wantedImage: await observeImage(ec2, desired, seen) };
}

/** The image, where it may come to a running instance by its root volume, which EC2 does not do with every image. */
async function observeImage(
  ec2: Ec2,
  desired: Desired | undefined,
  { instances }: Observed,
): Promise<Observed["wantedImage"]> {
  if (desired === undefined || desired.imageId.startsWith("resolve:")) {
    return undefined;
  }
  const { imageId, replacement, desiredState } = desired;
  const mayReplace = desiredState === "running" && ["auto", "root-volume"].includes(replacement.strategy);
  const isOther = instances.some((it) => it.state === "running" && it.imageId !== imageId);
  return mayReplace && isOther ? findImage(ec2, imageId) : undefined;
}

/** Whether an instance was not launched with the user data that the inputs name, and so may have it only since before it was given. */
function asksForUserData(id: string, { tags }: Instance, desired: Desired | undefined): boolean {
  return (
    desired !== undefined &&
    userDataFor(desired) !== undefined &&
    differentInputs(tags[TAG.launch] ?? "", launchHash(id, desired)).includes("userData")
  );
}
