/** One snapshot of what exists, found by tag, and by recorded id where a tag was taken off. */
import type { Ec2, Filters } from "../ec2/ec2";
import { TAG } from "../ec2/tags";
import { isAlive } from "./current";
import { readGeneration } from "./specification";
import type {
  Adoption,
  Desired,
  ElasticIp,
  Generation,
  Instance,
  LaunchTemplate,
  NetworkInterface,
  Observed,
  Recorded,
  Volume,
} from "./state";

export interface Target {
  id: string;
  desired?: Pick<Desired, "elasticIp" | "dataVolumes" | "adopt" | "userData">;
  recorded?: Recorded;
}

export async function observe(ec2: Ec2, target: Target): Promise<Observed> {
  const { id, desired, recorded } = target;
  const ours: Filters = { [`tag:${TAG.id}`]: [id] };
  const [record, networkInterfaces, elasticIps, givenElasticIp, tagged, volumes] = await Promise.all([
    observeRecord(ec2, id),
    observeNetworkInterfaces(ec2, ours, recorded?.networkInterfaceId),
    observeElasticIps(ec2, ours, recorded),
    observeGivenElasticIp(ec2, desired?.elasticIp),
    ec2.describeInstances(ours),
    observeVolumes(ec2, target),
  ]);
  const holders = await observeHolders(ec2, networkInterfaces, tagged);
  // Launched between the two looks, or with its tags taken off.
  const isOurs = (it: Instance): boolean => it.tags[TAG.id] === id || it.id === recorded?.instanceId;
  const observed: Observed = {
    ...record,
    networkInterfaces,
    elasticIps,
    givenElasticIp,
    instances: [...tagged, ...holders.filter(isOurs)],
    strangers: holders.filter((it) => !isOurs(it)),
    ...volumes,
  };
  return withAdoption(ec2, target, observed);
}

async function observeRecord(ec2: Ec2, id: string): Promise<{ template?: LaunchTemplate; generation?: Generation }> {
  const [template] = await ec2.describeLaunchTemplates({ "launch-template-name": [id] });
  if (template === undefined) {
    return {};
  }
  const latest = await ec2.describeLatestVersion(template.id);
  return {
    template: { ...template, latestVersion: latest.number },
    generation: readGeneration(latest.number, latest.description),
  };
}

async function observeNetworkInterfaces(
  ec2: Ec2,
  ours: Filters,
  recordedId: string | undefined,
): Promise<NetworkInterface[]> {
  const tagged = await ec2.describeNetworkInterfaces(ours);
  if (recordedId === undefined || recordedId === "" || tagged.some((eni) => eni.id === recordedId)) {
    return tagged;
  }
  return [...tagged, ...(await ec2.describeNetworkInterfaces({ "network-interface-id": [recordedId] }))];
}

/** An address is still ours when its tags were taken off: one that was allocated here, or a given one that is on our interface. */
async function observeElasticIps(ec2: Ec2, ours: Filters, recorded: Recorded | undefined): Promise<ElasticIp[]> {
  const tagged = await ec2.describeAddresses(ours);
  const { allocationId = "", ownsElasticIp = false, networkInterfaceId = "" } = recorded ?? {};
  if (allocationId === "" || tagged.some((it) => it.allocationId === allocationId)) {
    return tagged;
  }
  const found = await ec2.describeAddresses({ "allocation-id": [allocationId] });
  const ofUs = ownsElasticIp
    ? found
    : found
        .filter((it) => it.association?.networkInterfaceId === networkInterfaceId)
        .map((it) => ({ ...it, tags: { ...it.tags, [TAG.owned]: "false" } }));
  return [...tagged, ...ofUs];
}

async function observeGivenElasticIp(
  ec2: Ec2,
  elasticIp: boolean | string | undefined,
): Promise<ElasticIp | undefined> {
  if (typeof elasticIp !== "string") {
    return undefined;
  }
  const filter = elasticIp.startsWith("eipalloc-") ? "allocation-id" : "public-ip";
  const [found] = await ec2.describeAddresses({ [filter]: [elasticIp] });
  return found;
}

/** By tag, by id, and by recorded id. */
async function observeVolumes(
  ec2: Ec2,
  { id, desired, recorded }: Target,
): Promise<Pick<Observed, "volumes" | "leftVolumes">> {
  const wanted = desired?.dataVolumes ?? [];
  const recordedIds = Object.values(recorded?.dataVolumeIds ?? {});
  const all = await ec2.describeVolumes({ [`tag:${TAG.id}`]: [id] });
  const tagged = all.filter((it) => it.tags[TAG.volume] !== undefined);
  const ids = new Set([...wanted.flatMap((it) => it.volumeId ?? []), ...recordedIds]);
  const others = [...ids].filter((it) => it !== "" && !tagged.some((volume) => volume.id === it));
  const found = others.length === 0 ? [] : await ec2.describeVolumes({ "volume-id": others });
  const volumes = [...tagged, ...found];
  return { volumes, leftVolumes: all.filter((it) => isLeft(it) && !volumes.some((volume) => volume.id === it.id)) };
}

/** It has the tags of the instance that it was launched with, and that instance let go of it. */
function isLeft({ tags, attachment, status }: Volume): boolean {
  return tags[TAG.generation] !== undefined && attachment === undefined && status === "available";
}

/** The interface's attachment is the truth about who holds it, tag or no tag. */
async function observeHolders(
  ec2: Ec2,
  networkInterfaces: NetworkInterface[],
  tagged: Instance[],
): Promise<Instance[]> {
  const ids = networkInterfaces
    .flatMap((eni) => eni.attachment?.instanceId ?? [])
    .filter((id) => !tagged.some((it) => it.id === id));
  return ids.length === 0 ? [] : ec2.describeInstances({ "instance-id": ids });
}

/** What is to be adopted counts as ours from the first look on; the inputs name it until it has all its tags. */
async function withAdoption(ec2: Ec2, target: Target, observed: Observed): Promise<Observed> {
  const { desired, recorded } = target;
  if (desired?.adopt === undefined || isAdopted(desired.adopt, observed, recorded)) {
    return observed;
  }
  const adoption = await observeAdoption(ec2, desired);
  const { instance, networkInterface } = adoption;
  return {
    ...observed,
    adoption,
    networkInterfaces: withOne(observed.networkInterfaces, networkInterface),
    instances: withOne(observed.instances, instance),
    strangers: observed.strangers.filter((it) => it.id !== instance?.id),
  };
}

function withOne<T extends { id: string }>(list: T[], one: T | undefined): T[] {
  return one === undefined || list.some((it) => it.id === one.id) ? list : [...list, one];
}

/** What the inputs say is to be adopted. */
async function observeAdoption(
  ec2: Ec2,
  { adopt, userData: wanted }: Pick<Desired, "adopt" | "userData">,
): Promise<Adoption> {
  const instance = adopt?.instanceId === undefined ? undefined : await describeInstance(ec2, adopt.instanceId);
  const interfaceId = adopt?.networkInterfaceId ?? instance?.networkInterfaceId;
  const [networkInterface] =
    interfaceId === undefined ? [] : await ec2.describeNetworkInterfaces({ "network-interface-id": [interfaceId] });
  const isCompared = instance !== undefined && isAlive(instance) && wanted !== undefined;
  const userData = isCompared ? await ec2.describeUserData(instance.id) : undefined;
  return { instance, networkInterface, userData };
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
