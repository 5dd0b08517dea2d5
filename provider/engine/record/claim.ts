/**
 * Decides which id a `create` works on, and whose an existing record is.
 *
 * Ids are made from the resource's URN and counted up, so that two creates at once both come to the same id, and EC2, which takes a
 * launch template's name once, says which of them made the record. A record that is `ready`, or that carries another URN, is another's:
 * it is never taken over without being asked for.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../kit/clock";
import type { Ec2 } from "../../ec2/ec2";
import { isEc2Error } from "../../ec2/errors";
import { TAG, urnTag } from "../../ec2/tags";
import { waitFor, type Waiting, WaitTimeout } from "../../ec2/wait";
import { type Lease, LAPSED_MS } from "./lease";
import { phaseTag, readLease, readPhase } from "./phase";
import { clientToken } from "./specification";
import type { LaunchTemplate } from "../../model/things";
import { describeTakeUp, latestGeneration } from "./versions";

/** A managed instance's id: `mi-` and 17 hex digits. */
export function idOf(urn: string, count: number): string {
  return `mi-${createHash("sha256").update(`${urn}\n${count}`).digest("hex").slice(0, 17)}`;
}

/**
 * Whether a create of the resource began the record, and did not get to give the machine to a state. A record that an older version began
 * may be a state's: older versions left it `creating` when they were done.
 */
export function isUnfinished(template: LaunchTemplate, urn: string): boolean {
  return template.tags[TAG.urn] === urnTag(urn) && isBegun(template);
}

/** Whether a create of any resource began the record, and did not get to its end. */
export function isBegun({ tags }: LaunchTemplate): boolean {
  const phase = readPhase(tags[TAG.phase]);
  return phase.state === "creating" && phase.by !== undefined;
}

/** The create that a record names as its owner; nothing where an older version wrote it. */
export function ownerOf(template: LaunchTemplate | undefined): string | undefined {
  return readPhase(template?.tags[TAG.phase]).by;
}

/** The id belongs to another machine; the next one has to be tried. */
export class IdTaken extends Error {
  override readonly name = "IdTaken";
}

/** Another run makes, or has taken, the machine that this create is about. */
export class MadeElsewhere extends Error {
  override readonly name = "MadeElsewhere";
}

export interface Claimant extends Waiting {
  ec2: Ec2;
  /** The clock without the time in which calls wait for their turn. */
  unqueued: Clock;
  lease: Lease;
  /** Prints one line for the user. */
  say: (line: string) => void;
  timeoutMs: number;
}

/** The caller that watches whether a maker lives. */
type Observer = Pick<Claimant, "clock" | "expectations" | "say" | "timeoutMs">;

/** Whether the maker of an unfinished record is gone; false if the record is finished, or gone, by then. */
export async function isMakerGone(ec2: Ec2, observer: Observer, record: LaunchTemplate): Promise<boolean> {
  const read = (): Promise<LaunchTemplate[]> => ec2.describeLaunchTemplates({ "launch-template-name": [record.name] });
  return (await abandoned(observer, [record], async () => (await read()).filter(isBegun))) !== undefined;
}

/**
 * The id of the machine that an earlier `create` of the resource began and whose maker is gone; it is this create's from then on. Else
 * the first id that is free.
 *
 * @param tried ids that this create cannot have, or could not have a moment ago
 * @throws MadeElsewhere if another create of the resource is still at it when the time is up
 */
export async function claimId(claimant: Claimant, urn: string, tried: ReadonlySet<string>): Promise<string> {
  for (;;) {
    const records = await recordsOf(claimant.ec2, urn, tried);
    const begun = records.filter((it) => isUnfinished(it, urn));
    if (begun.length === 0) {
      return freeId(urn, new Set([...records.map((it) => it.name), ...tried]));
    }
    const read = async (): Promise<LaunchTemplate[]> =>
      (await recordsOf(claimant.ec2, urn, tried)).filter((it) => isUnfinished(it, urn));
    const left = await abandoned(claimant, begun, read);
    if (left !== undefined && (await takeUp(claimant, left))) {
      return left.name;
    }
  }
}

/** The records that carry the URN, and the tried ids' records, which EC2 may not find by the URN yet. */
async function recordsOf(ec2: Ec2, urn: string, tried: ReadonlySet<string>): Promise<LaunchTemplate[]> {
  const [marked, named] = await Promise.all([
    ec2.describeLaunchTemplates({ [`tag:${TAG.urn}`]: [urnTag(urn)] }),
    tried.size === 0 ? [] : ec2.describeLaunchTemplates({ "launch-template-name": [...tried] }),
  ]);
  return [...marked, ...named.filter((it) => !marked.some(({ id }) => id === it.id))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/**
 * Takes over the machine of an id, whoever made it and whichever state may have it, because the program asks for just that.
 *
 * @throws MadeElsewhere if another run is at it
 */
export async function takeOver(claimant: Claimant, id: string, urn: string): Promise<void> {
  const read = (): Promise<LaunchTemplate[]> => claimant.ec2.describeLaunchTemplates({ "launch-template-name": [id] });
  const [record] = await read();
  if (record === undefined) {
    throw new MadeElsewhere(
      `${id} (adopt.managedInstanceId) is no managed instance of this account and region; \`managed-instance list\` shows those that there are`,
    );
  }
  const left = isBegun(record)
    ? await abandoned(claimant, [record], async () => (await read()).filter(isBegun))
    : record;
  if (left === undefined || !(await takeUp(claimant, left, urn))) {
    throw new MadeElsewhere(`another run was at ${id} (adopt.managedInstanceId) at the same time. Nothing was changed`);
  }
}

/** The id that a create of the resource would come to, as far as a look tells: nothing is taken up by it. */
export async function likelyId(ec2: Ec2, urn: string): Promise<string> {
  const records = await recordsOf(ec2, urn, new Set());
  const [begun] = records.filter((it) => isUnfinished(it, urn));
  return begun?.name ?? freeId(urn, new Set(records.map((it) => it.name)));
}

function freeId(urn: string, names: ReadonlySet<string>): string {
  let count = 0;
  while (names.has(idOf(urn, count))) {
    count++;
  }
  return idOf(urn, count);
}

/** Age after which an unfinished record needs no further look: no clock is that wrong, or EC2 would take no call. */
const LONG_AGO_MS = 60 * 60_000;

/** The first of the records whose maker is gone; nothing if all of them are finished, or gone, by then. */
async function abandoned(
  claimant: Observer,
  begun: readonly LaunchTemplate[],
  read: () => Promise<LaunchTemplate[]>,
): Promise<LaunchTemplate | undefined> {
  const { clock, say, timeoutMs } = claimant;
  const seen = new Map<string, { shown: string; since: number }>();
  /** Whether the record has shown nothing new for as long as a lease lasts. */
  const hasLapsed = (record: LaunchTemplate): boolean => {
    const shown = shownBy(record);
    const before = seen.get(record.id);
    if (before?.shown === shown) {
      return clock.now() - before.since >= LAPSED_MS;
    }
    seen.set(record.id, { shown, since: clock.now() });
    return clock.now() - lastSignOf(record) >= LONG_AGO_MS;
  };
  const lapsedAlready = begun.find(hasLapsed);
  if (lapsedAlready !== undefined) {
    return lapsedAlready;
  }
  const names = begun.map((it) => it.name).join(" and ");
  say(
    `an earlier run began ${names} and did not finish; waiting up to ${LAPSED_MS / 1000} s to see whether that run is still alive`,
  );
  let lapsed: LaunchTemplate | undefined;
  try {
    await waitFor<LaunchTemplate[]>(
      {
        kind: "under-way",
        what: `another run to finish ${names}`,
        read,
        isReady: (records) => {
          lapsed = records.find(hasLapsed);
          return lapsed !== undefined || records.length === 0;
        },
        describe: (records) => `${records.map((it) => it.name).join(" and ")} unfinished, and its run alive`,
        timeoutMs: Math.max(timeoutMs, 2 * LAPSED_MS),
      },
      claimant,
    );
  } catch (error) {
    if (error instanceof WaitTimeout) {
      throw new MadeElsewhere(
        `another run is making ${names}, a machine of this very name, and is not done yet (${error.message}). Nothing was changed. Run again when that run has ended`,
        { cause: error },
      );
    }
    throw error;
  }
  return lapsed;
}

/** Whether a record says of its maker what it said before. */
function isSame({ tags: now }: LaunchTemplate, { tags: before }: LaunchTemplate): boolean {
  return now[TAG.phase] === before[TAG.phase] && now[TAG.lease] === before[TAG.lease];
}

/** The parts of a record that a living maker changes. */
function shownBy({ tags, latestVersion }: LaunchTemplate): string {
  return JSON.stringify([tags[TAG.phase], tags[TAG.lease], latestVersion]);
}

function lastSignOf({ tags, createdAt }: LaunchTemplate): number {
  const phase = readPhase(tags[TAG.phase]);
  const begunAt = phase.state === "creating" ? (phase.at ?? createdAt) : createdAt;
  return Math.max(begunAt, readLease(tags[TAG.lease]) ?? 0);
}

/**
 * Makes a record this create's. EC2 numbers a launch template's versions in the order in which they are made, so that the version next
 * after those that were seen is the lock: of several that try, one gets that number. A maker that was slow, and marks its machine as
 * ready at the same time, either has done so before this looks once more, or sees this version.
 *
 * @param urn whose it is from then on, where that changes
 * @returns whether it is; if not, another run acted on the record since it was looked at
 */
async function takeUp(
  { ec2, lease, clock, unqueued }: Claimant,
  record: LaunchTemplate,
  urn?: string,
): Promise<boolean> {
  let begun: number;
  try {
    const { number, imageId } = await latestGeneration(ec2, record.id);
    const version = await ec2.createLaunchTemplateVersion({
      templateId: record.id,
      description: describeTakeUp(lease.nonce),
      data: { sourceVersion: number, imageId: imageId ?? "" },
      clientToken: clientToken(record.id, "take up", lease.nonce, record.latestVersion),
    });
    const [now] = await ec2.describeLaunchTemplates({ "launch-template-name": [record.name] });
    if (version !== record.latestVersion + 1 || now === undefined || !isSame(now, record)) {
      return false;
    }
    begun = unqueued.now();
    await ec2.createTags([record.id], {
      [TAG.phase]: phaseTag({ state: "creating", by: lease.nonce, at: clock.now() }),
      ...(urn === undefined ? {} : { [TAG.urn]: urnTag(urn) }),
    });
  } catch (error) {
    if (isEc2Error(error, "not-found")) {
      return false;
    }
    throw error;
  }
  lease.begin({ id: record.id, latestVersion: record.latestVersion + 1 }, unqueued.now() - begun);
  lease.hasTag ||= TAG.lease in record.tags;
  return true;
}
