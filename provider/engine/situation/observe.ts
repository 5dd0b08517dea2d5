/** One snapshot of what exists, found by tag, and by recorded id where a tag was taken off. */
import type { Ec2, Filters } from "../../ec2/ec2";
import { findImage } from "../../ec2/lookups";
import { TAG } from "../../ec2/tags";
import { userDataFor } from "../../kit/user-data";
import { adoptsThings } from "./adoption";
import { withAttachments } from "./attachments";
import { holds, isAlive, isAtHome, isOwnedInstance, isOwnedInterface } from "./current";
import { isOfAnother } from "./ownership";
import { observeOtherMachines } from "./other-machines";
import { differentInputs, launchHash, readGeneration } from "../record/specification";
import type { Adoption, Observed, Recorded } from "../../model/observed";
import type { Desired } from "../../model/desired";
import type { ElasticIp, Generation, Instance, LaunchTemplate, NetworkInterface, Volume } from "../../model/things";
import { latestGeneration } from "../record/versions";

export interface Target {
  id: string;
  desired?: Desired;
  recorded?: Recorded;
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
      [...elasticIps, ...listed(givenElasticIp)],
      desired,
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

/** What a deletion has to know beside that: whose Elastic IPs would come off with the interfaces that go. */
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
  { id, template: known, desired }: Target,
): Promise<{ template?: LaunchTemplate; generation?: Generation }> {
  // The generation to go by, where it is not the latest.
  const chosen = desired?.onRecord?.generation;
  const [template] =
    known === undefined ? await ec2.describeLaunchTemplates({ "launch-template-name": [id] }) : [known];
  if (template === undefined) {
    return {};
  }
  const latest = await latestGeneration(ec2, template.id, known?.latestVersion);
  const newest = readGeneration(latest.number, latest.description);
  return {
    template: { ...template, latestVersion: latest.latestNumber, newest, latestVersionAt: latest.createdAt },
    generation: chosen ?? newest,
  };
}

/** What finds all that carries a machine's id. */
export function markedAs(id: string): Filters {
  return { [`tag:${TAG.id}`]: [id] };
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
    .flatMap((it) => [...listed(it.networkInterfaceId), ...it.secondaryNetworkInterfaceIds]);
  const found = ids.length === 0 ? [] : await ec2.describeNetworkInterfaces({ "network-interface-id": ids });
  return found.filter(({ tags }) => tags[TAG.id] === id);
}

/** An address is still ours when its tags were taken off: one that was allocated here, or a given one that is on our interface. */
async function observeElasticIps(ec2: Ec2, id: string, recorded: Recorded | undefined): Promise<ElasticIp[]> {
  const tagged = await ec2.describeAddresses(markedAs(id));
  const { allocationId = "", ownsElasticIp = false, networkInterfaceId = "" } = recorded ?? {};
  if (allocationId === "" || tagged.some((it) => it.allocationId === allocationId)) {
    return tagged;
  }
  const all = await ec2.describeAddresses({ "allocation-id": [allocationId] });
  const found = all.filter((it) => !isOfAnother(id, it));
  const ofUs = ownsElasticIp
    ? found
    : found
        .filter((it) => it.association?.networkInterfaceId === networkInterfaceId)
        .map((it) => ({ ...it, tags: { ...it.tags, [TAG.owned]: "false" } }));
  return [...tagged, ...ofUs];
}

function listed<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one];
}

/**
 * Those of others on our interfaces, where that may matter: somebody who moved an Elastic IP of ours to a further address may have put
 * another in its place, and what is on an address that is given up would come off.
 */
async function observeOtherElasticIps(
  ec2: Ec2,
  networkInterfaces: NetworkInterface[],
  ours: ElasticIp[],
  desired: Desired | undefined,
): Promise<ElasticIp[]> {
  const places = networkInterfaces.filter(
    (eni) =>
      ours.some((it) => it.association?.networkInterfaceId === eni.id && !isAtHome(it, eni)) ||
      (desired !== undefined && mayGiveUp(eni, desired)),
  );
  return elasticIpsOfOthers(ec2, places, ours);
}

function mayGiveUp(eni: NetworkInterface, { subnetId, privateIp, persistPrivateIp, onRecord }: Desired): boolean {
  const isRight = eni.subnetId === subnetId && (privateIp === undefined || eni.privateIp === privateIp);
  return onRecord === undefined && (!isRight || !persistPrivateIp || eni.secondaryPrivateIps.length > 0);
}

async function elasticIpsOfOthers(
  ec2: Ec2,
  places: readonly NetworkInterface[],
  ours: readonly ElasticIp[],
): Promise<ElasticIp[]> {
  const ids = places.map((it) => it.id);
  const found = ids.length === 0 ? [] : await ec2.describeAddresses({ "network-interface-id": ids });
  return found.filter((it) => !ours.some(({ allocationId }) => allocationId === it.allocationId));
}

/** @param given an allocation id or an address */
export async function findElasticIp(ec2: Ec2, given: string): Promise<ElasticIp | undefined> {
  const filter = given.startsWith("eipalloc-") ? "allocation-id" : "public-ip";
  const [found] = await ec2.describeAddresses({ [filter]: [given] });
  return found;
}

/** By tag, by id, and by recorded id. */
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

/** That instance let go of it. */
function isLeft(volume: Volume): boolean {
  return isLaunched(volume) && volume.attachment === undefined && volume.status === "available";
}

/** Of a machine that is to be made, or whose interface is gone: who has its address. */
async function observeTaker(ec2: Ec2, { desired }: Target): Promise<NetworkInterface | undefined> {
  if (desired?.privateIp === undefined || !desired.persistPrivateIp || adoptsThings(desired)) {
    return undefined;
  }
  const { privateIp, subnetId } = desired;
  return (await ec2.describeNetworkInterfaces(holdersOf(privateIp, subnetId)))[0];
}

/** What finds the interface that has an address. */
export function holdersOf(address: string, subnetId: string): Filters {
  const filter = address.includes(":") ? "ipv6-addresses.ipv6-address" : "addresses.private-ip-address";
  return { [filter]: [address], "subnet-id": [subnetId] };
}

/** Where a machine is that has, or is to have, no interface to tell it. */
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
  networkInterfaces: NetworkInterface[],
  volumes: Volume[],
  tagged: Instance[],
): Promise<Instance[]> {
  const ids = [...networkInterfaces, ...volumes]
    .flatMap(({ attachment }) => attachment?.instanceId ?? [])
    .filter((id) => !tagged.some((it) => it.id === id));
  return ids.length === 0 ? [] : ec2.describeInstances({ "instance-id": [...new Set(ids)] });
}

function isOn({ id }: Instance, networkInterfaces: readonly NetworkInterface[]): boolean {
  return networkInterfaces.some((eni) => eni.attachment?.instanceId === id);
}

/** What is to be adopted counts as ours from the first look on; the inputs name it until it has all its tags. */
async function withAdoption(ec2: Ec2, target: Target, observed: Observed): Promise<Observed> {
  const { desired, recorded } = target;
  // What is adopted is kept: a machine that keeps no interface, or kept none, has given it back.
  const isOver = desired?.persistPrivateIp === false || recorded?.persistPrivateIp === false;
  if (
    desired?.adopt === undefined ||
    !adoptsThings(desired) ||
    isOver ||
    isAdopted(desired.adopt, observed, recorded)
  ) {
    return observed;
  }
  const adoption = await observeAdoption(ec2, desired);
  const { instance, networkInterface } = adoption;
  return {
    ...observed,
    adoption,
    networkInterfaces: withOne(observed.networkInterfaces, networkInterface),
    instances: withOne(
      observed.instances.filter((it) => it.id !== instance?.id),
      instance,
    ),
    strangers: observed.strangers.filter((it) => it.id !== instance?.id),
  };
}

function withOne<T extends { id: string }>(list: T[], one: T | undefined): T[] {
  return one === undefined || list.some((it) => it.id === one.id) ? list : [...list, one];
}

/** What the inputs say is to be adopted. */
async function observeAdoption(ec2: Ec2, { adopt }: Pick<Desired, "adopt">): Promise<Adoption> {
  const instance = adopt?.instanceId === undefined ? undefined : await describeInstance(ec2, adopt.instanceId);
  const interfaceId = adopt?.networkInterfaceId ?? instance?.networkInterfaceId;
  const [networkInterface] =
    interfaceId === undefined ? [] : await ec2.describeNetworkInterfaces({ "network-interface-id": [interfaceId] });
  return { instance, networkInterface };
}

/** What only another call tells of the instances, where it matters. */
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

/** It has what it is known by: its interface, and if the instance still lives, what that was brought to. */
function isAdopted(
  adopt: NonNullable<Desired["adopt"]>,
  { networkInterfaces, instances }: Observed,
  recorded: Recorded | undefined,
): boolean {
  const instance = instances.find((it) => it.id === adopt.instanceId && isAlive(it));
  if (instance !== undefined) {
    return instance.tags[TAG.launch] !== undefined;
  }
  return networkInterfaces.length > 0 || (recorded?.networkInterfaceId ?? "") !== "";
}

async function describeInstance(ec2: Ec2, id: string): Promise<Instance | undefined> {
  return (await ec2.describeInstances({ "instance-id": [id] }))[0];
}
