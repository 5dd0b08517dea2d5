/**
 * The machines of an account and region from EC2 alone: what the launch template, its tags and what hangs on the machine say is
 * enough to observe, plan and apply without Pulumi's state (docs/decisions/0032-the-record-is-enough.md).
 */
import type { Ec2, RecordedLaunch, TemplateVersion } from "../provider/ec2/ec2";
import { explain, isEc2Error, isUnauthorized } from "../provider/ec2/errors";
import { isOwned, nameOf, OWN_TAG_PREFIX, TAG } from "../provider/ec2/tags";
import { type Cast, castOf } from "../provider/engine/situation/cast";
import { generationOf, holds, isAlive, lastLaunched } from "../provider/engine/situation/instances";
import { observe } from "../provider/engine/situation/observe";
import {
  readDesiredState,
  readMarket,
  readNetwork,
  readReplacement,
  readSchedules,
  readSecurityGroups,
  UnknownGrammar,
} from "../provider/engine/record/record-grammar";
import {
  differentInputs,
  isChanging,
  LAUNCH_INPUTS,
  launchHash,
  readGeneration,
} from "../provider/engine/record/specification";
import type { DataVolume, Desired, Market } from "../provider/model/desired";
import type { Situation, Upkeep } from "../provider/model/goal";
import type { Generation, Instance, LaunchTemplate, Tags } from "../provider/model/things";
import type { Observed } from "../provider/model/observed";
import { latestVersion } from "../provider/engine/record/versions";
import { type History, readHistory } from "./history";
import { COSTS, type MissingRight, missingRight, seeing } from "./rights";

/** A machine as the record has it, and as it is. */
export interface Machine extends Situation {
  name: string;
  template: LaunchTemplate;
  purpose: Upkeep;
  history: History;
  /** Rights without which this look did not see all of it: nothing may be done to the machine by it. */
  unseen?: readonly MissingRight[];
}

/** A machine of which the record does not tell enough, or not in words that this version knows: nothing is done to it. */
interface Unreadable {
  id: string;
  name: string;
  template: LaunchTemplate;
  /** Why, and what to do, as a sentence. */
  unreadable: string;
  /** The right that the look lacked, if that is why. */
  unseen?: readonly MissingRight[];
}

export type Reading = Machine | Unreadable;

export function isReadable(reading: Reading): reading is Machine {
  return "desired" in reading;
}

/** Why a record cannot be read, as the end of "its record cannot be read: …". */
class BadRecord extends Error {
  override readonly name = "BadRecord";
}

/** Where to look. */
export interface Place {
  ec2: Ec2;
  region: string;
  /** Whether to go on where a right is missing, for who minds `unseen`; else that is an error. */
  isPatchy?: boolean;
}

/** All of them, by name. One that cannot be read is among them, and says why. */
export async function listMachines(place: Place): Promise<Reading[]> {
  const templates = await place.ec2.describeLaunchTemplates({ "tag-key": [TAG.id] });
  // At the same time: what all of them ask for goes together, in a few calls.
  const readings = (await Promise.all(templates.filter(isRecord).map((it) => lookAt(place, it)))).flat();
  return readings.sort((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1));
}

/** One of many: that it cannot be looked at is no reason to look at none; one that is gone meanwhile is left out. */
async function lookAt(place: Place, template: LaunchTemplate): Promise<Reading[]> {
  try {
    return [await readTemplate(place, template)];
  } catch (error) {
    if (!isEc2Error(error)) {
      throw error;
    }
    return isEc2Error(error, "not-found") ? [] : [unlookedAt(template, error)];
  }
}

function unlookedAt(template: LaunchTemplate, error: unknown): Unreadable {
  const unseen = missingRight(error, COSTS.look);
  const why = unreadable(template, `it could not be looked at: ${explain(error)}`);
  return unseen === undefined ? why : { ...why, unseen: [unseen] };
}

/**
 * The one of that id or name.
 *
 * @returns undefined if there is none, or it is gone meanwhile
 * @throws AmbiguousName if several have the name
 */
export async function readMachine(place: Place, idOrName: string): Promise<Reading | undefined> {
  const template = await findRecord(place.ec2, idOrName);
  try {
    return template === undefined ? undefined : await readTemplate(place, template);
  } catch (error) {
    if (isEc2Error(error, "not-found")) {
      return undefined;
    }
    if (template !== undefined && place.isPatchy === true && isUnauthorized(error)) {
      return unlookedAt(template, error);
    }
    throw error;
  }
}

/** A name that several machines have, as in two stacks of one program. */
export class AmbiguousName extends Error {
  override readonly name = "AmbiguousName";

  constructor(
    name: string,
    readonly ids: readonly string[],
  ) {
    super(`several machines are called ${name}: ${ids.join(", ")}; give the id of one`);
  }
}

/** The names and ids of all, readable or not, in one call. */
export async function listNames(ec2: Ec2): Promise<{ id: string; name: string }[]> {
  const all = await ec2.describeLaunchTemplates({ "tag-key": [TAG.id] });
  return all.filter(isRecord).map((it) => ({ id: it.name, name: nameIn(it) }));
}

/** The record of that id or name. */
async function findRecord(ec2: Ec2, idOrName: string): Promise<LaunchTemplate | undefined> {
  if (/^mi-[0-9a-f]{17}$/.test(idOrName)) {
    const found = await ec2.describeLaunchTemplates({ "launch-template-name": [idOrName] });
    return found.find(isRecord);
  }
  const all = await ec2.describeLaunchTemplates({ "tag-key": [TAG.id] });
  const named = all.filter((it) => isRecord(it) && nameIn(it) === idOrName);
  if (named.length > 1) {
    throw new AmbiguousName(idOrName, named.map((it) => it.name).sort());
  }
  return named[0];
}

/** The id of the machine that an instance belongs to; nothing if it is none of ours, or EC2 does not show it any more. */
export async function machineOf(ec2: Ec2, instanceId: string): Promise<string | undefined> {
  const [instance] = await ec2.describeInstances({ "instance-id": [instanceId] });
  return instance?.tags[TAG.id];
}

/** Somebody may have tagged a template of theirs. */
function isRecord({ name, tags }: LaunchTemplate): boolean {
  return tags[TAG.id] === name;
}

function nameIn({ name, tags }: LaunchTemplate): string {
  const urn = tags[TAG.urn] ?? "";
  // What is hashed has its name only there.
  return urn === "" || urn.startsWith("sha256:") ? (tags.Name ?? name) : nameOf(urn);
}

function unreadable(template: LaunchTemplate, why: string): Unreadable {
  return { id: template.name, name: nameIn(template), template, unreadable: why };
}

async function readTemplate(place: Place, template: LaunchTemplate): Promise<Reading> {
  const id = template.name;
  const { region, isPatchy = false } = place;
  const missing: MissingRight[] = [];
  const ec2 = isPatchy ? seeing(place.ec2, missing, ["addresses", "volumes"]) : place.ec2;
  try {
    const latest = await latestVersion(ec2, template.id, { listed: template.latestVersion });
    const newest = fromVersion(latest);
    const asked = { ...fromTags(template.tags), ...newest.compute, region };
    const record: Upkeep = {
      kind: "upkeep",
      generation: newest.generation,
      newest: latest.number,
      states: [template.tags[TAG.desiredState] ?? ""],
    };
    const seen = await observe(ec2, { id, desired: asked, purpose: record, template });
    const chosen = await rolledBackTo(ec2, seen);
    const { compute, generation } = chosen === undefined ? newest : fromVersion(chosen.version);
    const read = { ...asked, ...compute };
    const bought = chosen === undefined ? read : asBoughtFor(id, read, { ...chosen, generation });
    const purpose = { ...record, generation };
    const desired = withWhatIsThere({ id, desired: bought, purpose, observed: seen });
    const observed = { ...seen, generation };
    checkConsistency(castOf({ id, desired, purpose, observed }));
    return {
      id,
      name: nameIn(template),
      // The next version is to follow the one that was read, and not one that another run made meanwhile.
      template: { ...(observed.template ?? template), latestVersion: latest.latestNumber },
      desired,
      purpose,
      observed,
      history: readHistory(template.tags),
      // A machine without an Elastic IP has none to see.
      unseen: missing.filter((it) => it.costs !== COSTS.addresses || desired.elasticIp !== false),
    };
  } catch (error) {
    if (error instanceof BadRecord) {
      return unreadable(template, `its record cannot be read: ${error.message}`);
    }
    throw error;
  }
}

type Compute = Pick<
  Desired,
  | "imageId"
  | "instanceType"
  | "keyName"
  | "iamInstanceProfile"
  | "ebsOptimized"
  | "tenancy"
  | "cpuCredits"
  | "cpuOptions"
  | "placementGroup"
  | "metadataOptions"
  | "monitoring"
  | "rootVolume"
>;

/** The compute part. User data stays where it is: a launch takes it from the version, and so does a new version. */
function fromVersion({ number, description, data }: TemplateVersion): { compute: Compute; generation: Generation } {
  const generation = readGeneration(number, description);
  if (generation === undefined || data === undefined) {
    throw new BadRecord(
      `version ${number} of its launch template was not made by this package, or an update ended as it made it; run \`pulumi up\``,
    );
  }
  const { rootVolume, tenancy, cpuCredits, ...same }: RecordedLaunch = data;
  const compute = {
    ...same,
    tenancy: tenancy as Desired["tenancy"],
    cpuCredits: cpuCredits as Desired["cpuCredits"],
    rootVolume: rootVolume?.options,
  };
  return { compute, generation };
}

/** What no run of ours would take as it is: what is there decides, or nothing is to be given up. */
const LEFT_OPEN = {
  dataVolumes: [],
  recycleTriggers: {},
  deletion: { networkInterface: "retain", elasticIp: "retain", dataVolumes: "retain" },
} as const satisfies Partial<Record<keyof Desired, unknown>>;

function fromTags(tags: Tags): Omit<Desired, keyof Compute | "region"> {
  const network = read(tags, TAG.network, readNetwork);
  const groups = tags[TAG.securityGroups];
  return {
    ...LEFT_OPEN,
    dataVolumes: [],
    // Of what is hashed, the hash is what else carries, too.
    resourceUrn: read(tags, TAG.urn, (it) => it),
    ...network,
    securityGroupIds: groups === undefined ? undefined : read(tags, TAG.securityGroups, readSecurityGroups),
    market: read(tags, TAG.market, readMarket),
    fallbackInstanceTypes: read(tags, TAG.fallback, (it) => it.split(" ").filter((type) => type !== "")),
    ...read(tags, TAG.replacement, readReplacement),
    ...read(tags, TAG.desiredState, readDesiredState),
    schedules: tags[TAG.schedules] === undefined ? [] : read(tags, TAG.schedules, readSchedules),
    tags: Object.fromEntries(
      Object.entries(tags).filter(([key]) => !key.startsWith(OWN_TAG_PREFIX) && !key.startsWith("aws:")),
    ),
  };
}

function read<T>(tags: Tags, key: string, reader: (text: string) => T): T {
  const text = tags[key];
  if (text === undefined) {
    throw new BadRecord(
      `its launch template has no tag ${key}, as if it was made by an older version or somebody took it off; run \`pulumi up\``,
    );
  }
  try {
    return reader(text);
  } catch (error) {
    if (error instanceof UnknownGrammar) {
      throw new BadRecord(
        `the tag ${key} of its launch template is in words that this version does not know; if a newer one wrote it, update this one, else run \`pulumi up\``,
      );
    }
    throw error;
  }
}

interface Chosen {
  version: TemplateVersion;
  instance: Instance;
}

/**
 * The generation to go by where the latest did not work and the last run went back: that of the instance which was launched after
 * the latest was recorded.
 */
async function rolledBackTo(ec2: Ec2, { template, generation, ...observed }: Observed): Promise<Chosen | undefined> {
  const instance = lastOnIdentity(observed);
  const number = instance && generationOf(instance);
  if (template === undefined || generation === undefined || instance === undefined || number === undefined) {
    return undefined;
  }
  // An instance that is stopped, changed and started again belongs to no generation until that has ended.
  const isBack = instance.launchedAt > (template.latestVersionAt ?? Infinity) && !isBeingChanged(instance);
  return isBack && number < generation.number && number < generation.replacesBefore
    ? { version: await ec2.describeLatestVersion(template.id, { version: number }), instance }
    : undefined;
}

/** The instance on the interface, else the latest: a candidate that never got the interface says nothing about a roll-back. */
function lastOnIdentity({
  instances,
  networkInterfaces,
}: Pick<Observed, "instances" | "networkInterfaces">): Instance | undefined {
  return (
    instances.find((it) => isAlive(it) && networkInterfaces.some((eni) => holds(it, eni))) ?? lastLaunched(instances)
  );
}

function isBeingChanged({ tags }: Instance): boolean {
  return LAUNCH_INPUTS.some((input) => isChanging(tags[TAG.launch] ?? "", input));
}

/** How it was bought then, the tags do not tell any more: what they say, unless it was otherwise. */
function asBoughtFor(
  id: string,
  desired: Desired,
  { instance, generation }: Chosen & { generation: Generation },
): Desired {
  const { lifecycle } = instance;
  const bought: Market[] = [
    desired.market,
    { lifecycle: "on-demand", fallbackToOnDemand: true, revertToSpot: "never" },
    { lifecycle: "spot", fallbackToOnDemand: true, revertToSpot: "never" },
  ];
  const market = bought.find((it) => isOfHash(id, { ...desired, market: it }, generation, "market"));
  return { ...desired, market: market ?? { ...desired.market, lifecycle, maxPrice: undefined } };
}

function isOfHash(
  id: string,
  desired: Desired,
  generation: Generation,
  input: "market" | "publicIpAssignment",
): boolean {
  return !differentInputs(launchHash(id, desired), generation.launchHash).includes(input);
}

/** Whatever is there stays. */
function withWhatIsThere(situation: Situation): Desired {
  const { id, desired, observed } = situation;
  const { networkInterface: eni } = castOf(situation);
  const isKept = desired.persistPrivateIp && eni !== undefined;
  return {
    ...desired,
    ...(isKept
      ? { securityGroupIds: eni.securityGroups.map((it) => it.id), sourceDestCheck: eni.sourceDestCheck }
      : {}),
    dataVolumes: observed.volumes
      .filter((it) => it.tags[TAG.id] === id && !it.status.startsWith("delet"))
      .map(({ id: volumeId, tags, attachment }): DataVolume => {
        const name = tags[TAG.volume] ?? "";
        const deviceName = tags[TAG.device] ?? attachment?.deviceName;
        if (deviceName === undefined) {
          throw new BadRecord(
            `no device is on record for the data volume ${name} (${volumeId}), and it is attached to nothing; run \`pulumi up\``,
          );
        }
        return { name, deviceName, ...(isOwned({ tags }) ? {} : { volumeId }) };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

const UNFINISHED = "an update was not finished; run `pulumi up`";

/** In the middle of an update, what is wanted is only in the program: acting on half of it could end what the other half needs. */
function checkConsistency({ id, desired, observed, surplusElasticIps }: Cast): void {
  const enis = observed.networkInterfaces;
  if (desired.persistPrivateIp && enis.length > 1) {
    throw new BadRecord(`${enis.map((it) => it.id).join(" and ")} are both its network interface: ${UNFINISHED}`);
  }
  const [other] = surplusElasticIps;
  if (other !== undefined) {
    throw new BadRecord(
      `the Elastic IP ${other.publicIp} is marked as its own, and not the one on record: ${UNFINISHED}`,
    );
  }
  const { generation, template } = observed;
  const isLatest = generation?.number === template?.newest?.number;
  if (generation !== undefined && isLatest && !isConsistent(id, desired, generation)) {
    throw new BadRecord(`its launch template's tags are not of its latest version: ${UNFINISHED}`);
  }
}

function isConsistent(id: string, desired: Desired, generation: Generation): boolean {
  return isOfHash(id, desired, generation, "market") && isOfHash(id, desired, generation, "publicIpAssignment");
}
