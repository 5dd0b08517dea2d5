/** The desired state of a machine, as its launch template, its tags and the things that hang on it say it. */
import type { Ec2, RecordedLaunch, TemplateVersion } from "../provider/ec2/ec2";
import { isOwned, OWN_TAG_PREFIX, TAG } from "../provider/ec2/tags";
import {
  readDesiredState,
  readMarket,
  readNetwork,
  readReplacementTag,
  readSchedules,
  readSecurityGroups,
} from "../provider/engine/record/record-grammar";
import type { Setting } from "../provider/engine/record/settings";
import { networkWords } from "../provider/engine/record/standing";
import { UnknownGrammar } from "../provider/engine/record/tag-text";
import {
  differentInputs,
  isChanging,
  LAUNCH_INPUTS,
  launchHash,
  readGeneration,
} from "../provider/engine/record/specification";
import { latestVersion } from "../provider/engine/record/versions";
import { isBeingDeleted } from "../provider/engine/situation/belongings";
import { type Cast, castOf } from "../provider/engine/situation/cast";
import { generationOf, holds, isAlive, lastLaunched } from "../provider/engine/situation/instances";
import { observe } from "../provider/engine/situation/observe";
import type { DataVolume, Desired, Market } from "../provider/model/desired";
import type { Situation, Upkeep } from "../provider/model/goal";
import type { Observed } from "../provider/model/observed";
import type { Generation, Instance, LaunchTemplate, Tags } from "../provider/model/things";

/** Why a record cannot be read, as the end of "its record cannot be read: …". */
export class BadRecord extends Error {
  override readonly name = "BadRecord";
}

/** A machine as its record says that it is wanted, and as it is. */
interface Recorded extends Situation {
  purpose: Upkeep;
  latestNumber: number;
}

/**
 * Reads the desired state of the machine, and the things that it has.
 *
 * @throws BadRecord where the record does not tell enough, or not in words that this version knows
 */
export async function readDesired(ec2: Ec2, template: LaunchTemplate, region: string): Promise<Recorded> {
  const id = template.name;
  const latest = await latestVersion(ec2, template.id, { listed: template.latestVersion });
  const newest = fromVersion(latest);
  const asked = { ...fromTags(template.tags), ...newest.compute, region };
  const record: Upkeep = {
    kind: "upkeep",
    generation: newest.generation,
    newest: latest.number,
    states: [template.tags[TAG.desiredState] ?? ""],
    network: networkWords(template.tags),
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
  return { id, desired, purpose, observed, latestNumber: latest.latestNumber };
}

type Compute = Pick<
  Desired,
  | Setting
  | "imageId"
  | "instanceType"
  | "keyName"
  | "ebsOptimized"
  | "tenancy"
  | "cpuCredits"
  | "cpuOptions"
  | "placementGroup"
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

/** Inputs that no run of ours takes as they are: the things that are there decide, or nothing is to be given up. */
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
    // A URN that is too long is a hash here, as it is on all else.
    resourceUrn: read(tags, TAG.urn, (it) => it),
    ...network,
    securityGroupIds: groups === undefined ? undefined : read(tags, TAG.securityGroups, readSecurityGroups),
    market: read(tags, TAG.market, readMarket),
    fallbackInstanceTypes: read(tags, TAG.fallback, (it) => it.split(" ").filter((type) => type !== "")),
    ...read(tags, TAG.replacement, readReplacementTag),
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

/** Puts in the market of the launch. The tags may have changed since; the digest of the launch tells. */
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
      // An `up` that lets a volume go marks it as retained first.
      .filter((it) => it.tags[TAG.id] === id && it.tags[TAG.retained] === undefined && !isBeingDeleted(it))
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

/** Refuses a record in the middle of an update: only the program knows the rest, and acting on half of it could delete what the other half needs. */
function checkConsistency({ id, desired, observed, surplusElasticIps }: Cast): void {
  // An interface that is not kept belongs to an earlier launch, and goes with the next.
  const enis = observed.networkInterfaces.filter((it) => it.tags[TAG.kept] !== "false");
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
