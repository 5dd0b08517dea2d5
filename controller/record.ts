/**
 * Reads the machines of an account and region from EC2 alone: the launch template, its tags and the machine's things say enough to
 * observe, plan and apply without Pulumi's state (docs/decisions/0032-the-record-is-enough.md).
 */
import type { Ec2 } from "../provider/ec2/ec2";
import { explain, isEc2Error, isUnauthorized } from "../provider/ec2/errors";
import { findInstance } from "../provider/ec2/lookups";
import { nameOf, TAG } from "../provider/ec2/tags";
import type { Situation, Upkeep } from "../provider/model/goal";
import type { LaunchTemplate } from "../provider/model/things";
import { type History, readHistory } from "./history";
import { BadRecord, readDesired } from "./recorded-desired";
import { COSTS, type MissingRight, missingRight, seeing } from "./rights";

/** A machine as the record has it, and as EC2 shows it. */
export interface Machine extends Situation {
  name: string;
  template: LaunchTemplate;
  purpose: Upkeep;
  history: History;
  /** Missing rights, without which this look did not see the whole machine: nothing may be done to the machine by it. */
  unseen?: readonly MissingRight[];
}

/** A machine whose record does not tell enough, or has a format that this version cannot read: nothing is done to it. */
interface Unreadable {
  id: string;
  name: string;
  template: LaunchTemplate;
  /** Says why, and what to do, as a sentence. */
  unreadable: string;
  /** The right that the look lacked, if that is why. */
  unseen?: readonly MissingRight[];
}

export type Reading = Machine | Unreadable;

export function isReadable(reading: Reading): reading is Machine {
  return "desired" in reading;
}

/** The account and region to look in. */
export interface Place {
  ec2: Ec2;
  region: string;
  /** Whether to go on where a right is missing, for callers that heed `unseen`; else a missing right is an error. */
  isPatchy?: boolean;
}

/** All machines, by name. A machine that cannot be read is among them, and says why. */
export async function listMachines(place: Place): Promise<Reading[]> {
  const templates = await place.ec2.describeLaunchTemplates({ "tag-key": [TAG.id] });
  // At the same time, so that the reads of all machines go together in a few calls.
  const readings = (await Promise.all(templates.filter(isRecord).map((it) => lookAt(place, it)))).flat();
  return readings.sort((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1));
}

/** Reads one of many machines: a machine that cannot be read does not end the list; one that is gone meanwhile is left out. */
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
 * Reads the machine of an id or name.
 *
 * @returns undefined if there is no such machine, or it is gone meanwhile
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

/** The names and ids of all machines, readable or not, in one call. */
export async function listNames(ec2: Ec2): Promise<{ id: string; name: string }[]> {
  const all = await ec2.describeLaunchTemplates({ "tag-key": [TAG.id] });
  return all.filter(isRecord).map((it) => ({ id: it.name, name: nameIn(it) }));
}

/** Finds the record of an id or name. */
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

/** The id of the machine that an instance belongs to; undefined if there is none, or EC2 does not show the instance any more. */
export async function machineOf(ec2: Ec2, instanceId: string): Promise<string | undefined> {
  return (await findInstance(ec2, instanceId))?.tags[TAG.id];
}

/** Whether a template is a record: somebody may have tagged a template of their own. */
function isRecord({ name, tags }: LaunchTemplate): boolean {
  return tags[TAG.id] === name;
}

function nameIn({ name, tags }: LaunchTemplate): string {
  const urn = tags[TAG.urn] ?? "";
  // A hashed URN does not show the name; the tag `Name` does.
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
    const { desired, purpose, observed, latestNumber } = await readDesired(ec2, template, region);
    return {
      id,
      name: nameIn(template),
      // The next version is to follow the version that was read, not one that another run made meanwhile.
      template: { ...(observed.template ?? template), latestVersion: latestNumber },
      desired,
      purpose,
      observed,
      history: readHistory(template.tags),
      // A machine without an Elastic IP has no address to see.
      unseen: missing.filter((it) => it.costs !== COSTS.addresses || desired.elasticIp !== false),
    };
  } catch (error) {
    if (error instanceof BadRecord) {
      return unreadable(template, `its record cannot be read: ${error.message}`);
    }
    throw error;
  }
}
