/**
 * What a person, or a schedule, wants of a machine: it is put on record first, so that whoever looks from then on wants the same, and
 * then done.
 */
import type { Ec2 } from "../provider/ec2/ec2";
import { TAG } from "../provider/ec2/tags";
import { plan } from "../provider/engine/planning/plan";
import { castOf } from "../provider/engine/situation/cast";
import { protections } from "../provider/engine/planning/protection";
import { type LastReplacement, replacementText } from "../provider/engine/record/last-replacement";
import { reconcile, ReconcileFailure, tearDown } from "../provider/engine/reconcile";
import { type Asked, desiredStateTag } from "../provider/engine/record/record-grammar";
import type { Deps } from "../provider/engine/steps/run";
import { clientToken, describeGeneration } from "../provider/engine/record/specification";
import { Superseded, Yielded } from "../provider/engine/record/standing";
import type { Desired } from "../provider/model/desired";
import type { Outputs } from "../provider/model/outputs";
import type { Tags } from "../provider/model/things";
import { withRoomForVersion } from "../provider/engine/steps/prune-versions";
import { desiredOf } from "../provider/inputs/inputs";
import { isReadable, type Machine, readMachine, type Reading } from "./record";

export type ByHand = "pause" | "resume" | "recycle";

/** The protections that stand against a pause, a resume or a recycle, in sentences; while there is one, nothing is put on record. */
export function protectionsAgainst(machine: Machine, verb: ByHand, ec2: Ec2): Promise<string[]> {
  return protections(ec2, plan(castOf(after(verb, machine))));
}

/** The machine once the verb is on record. A recycle wants the same of another instance. */
function after(verb: ByHand, machine: Machine): Machine {
  const { desired, purpose } = machine;
  switch (verb) {
    case "pause":
      return { ...machine, desired: { ...desired, desiredState: "paused" } };
    case "resume":
      return { ...machine, desired: { ...desired, desiredState: "running" } };
    case "recycle": {
      const { working, coming } = castOf(machine);
      return { ...machine, purpose: { ...purpose, replaceInstanceId: (working ?? coming)?.id } };
    }
  }
}

async function refuseProtected(machine: Machine, verb: ByHand, ec2: Ec2): Promise<void> {
  const found = await protectionsAgainst(machine, verb, ec2);
  if (found.length > 0) {
    throw new ReconcileFailure(`nothing was changed: ${found.join("; ")}.`, machine.observed, true);
  }
}

/** Who asks for a state. The note is put on record in the same call as the state, so that no run is killed between the two. */
interface Asking extends Pick<Asked, "by"> {
  note?: Tags;
}

const BY_HAND: Asking = { by: "hand" };

/** Gives up the instance and keeps the addresses, until `resume`, or the next `up` that changes something. */
export async function pause(machine: Machine, deps: Deps, asking = BY_HAND): Promise<Outputs> {
  await refuseProtected(machine, "pause", deps.ec2);
  return carryOut(await recordState(machine, deps.ec2, "paused", { ...asking, at: deps.clock.now() }), deps);
}

export async function resume(machine: Machine, deps: Deps, asking = BY_HAND): Promise<Outputs> {
  await refuseProtected(machine, "resume", deps.ec2);
  return carryOut(await recordState(machine, deps.ec2, "running", { ...asking, at: deps.clock.now() }), deps);
}

/** Replaces the instance with nothing else changed. One that is paused gets its new instance when it is resumed. */
export async function recycle(
  machine: Machine,
  deps: Deps,
  reason: "by-hand" | "schedule" = "by-hand",
): Promise<Outputs> {
  await refuseProtected(machine, "recycle", deps.ec2);
  return carryOut(await recordRecycle(machine, deps.ec2, { reason, at: deps.clock.now() }), deps);
}

/** Whether a release deletes or keeps each thing, with the meaning that the input `deletion` has for `destroy`. */
export type Deletion = Desired["deletion"];

/**
 * Gives up a machine that no state has: what was made is deleted, what was given is given back, the record last. A record that cannot
 * be read is enough for that.
 */
export async function release(
  { id, template }: Pick<Reading, "id" | "template">,
  deletion: Deletion,
  deps: Deps & { region: string },
): Promise<void> {
  const resourceUrn = template.tags[TAG.urn] ?? "";
  // Nothing is launched any more, so what would be is left open.
  const open = { subnetId: "", imageId: "", instanceType: "" };
  const desired = { ...desiredOf({ resourceUrn, region: deps.region, deletion }), ...open };
  await tearDown({ id, desired }, deps);
}

/**
 * Brings what is there to what is on record.
 *
 * Two yield to a newer generation by going on with it: who paused or resumed the machine, whose word on that is on record, too; and who
 * took it down, so that it is not left dark.
 */
export async function carryOut(
  { id, desired, purpose }: Pick<Machine, "id" | "desired" | "purpose">,
  deps: Deps,
): Promise<Outputs> {
  try {
    return await reconcile({ id, desired, purpose }, deps);
  } catch (error) {
    const goesOn = isSuperseded(error, (purpose.states ?? []).length > 1);
    const now = goesOn ? await readMachine({ ec2: deps.ec2, region: desired.region }, id) : undefined;
    if (now === undefined || !isReadable(now)) {
      throw error;
    }
    return carryOut(now, deps);
  }
}

function isSuperseded(error: unknown, hasWord: boolean): boolean {
  return error instanceof ReconcileFailure && error.cause instanceof Superseded && (hasWord || error.cause.goesOn);
}

/** @returns the machine as it is wanted from now on */
export async function recordState(
  machine: Machine,
  ec2: Ec2,
  desiredState: Desired["desiredState"],
  { note = {}, ...asked }: Asked & Asking,
): Promise<Machine> {
  const text = desiredStateTag({ ...machine.desired, desiredState }, asked);
  await ec2.createTags([machine.template.id], { ...note, [TAG.desiredState]: text });
  // Whoever does this by hand wants another try.
  if (machine.history.replacement?.gaveUp === true) {
    await ec2.deleteTags([machine.template.id], [TAG.lastReplacement]);
  }
  const { desired, purpose } = machine;
  const states = [...(purpose.states ?? []), text];
  return { ...machine, desired: { ...desired, desiredState }, purpose: { ...purpose, states } };
}

/** More often than this another run does not come first by chance. */
const MOST_TRIES = 4;

/** A new generation that is the present one, and that no instance is of yet. Two at once record one. */
export async function recordRecycle(machine: Machine, ec2: Ec2, recycled: Recycled): Promise<Machine> {
  let current = machine;
  for (let tries = 1; ; tries++) {
    const recorded = await recordCopy(current, ec2, recycled);
    if (recorded !== undefined) {
      return recorded;
    }
    const now = await readMachine({ ec2, region: machine.desired.region }, machine.id);
    if (now === undefined || !isReadable(now) || tries === MOST_TRIES) {
      const why = now === undefined ? "its record is gone" : isReadable(now) ? "" : `: ${now.unreadable}`;
      throw new Yielded(`other runs changed the record of ${machine.id} meanwhile, and their result stands${why}`);
    }
    current = now;
  }
}

type Recycled = Pick<LastReplacement, "reason" | "at">;

/** @returns undefined if another run recorded a version first, which this one would be a copy of an older one of */
async function recordCopy(machine: Machine, ec2: Ec2, { reason, at }: Recycled): Promise<Machine | undefined> {
  const { template, desired, purpose, observed } = machine;
  const present = purpose.generation;
  const expected = template.latestVersion + 1;
  const generation = { ...present, number: expected, replacesBefore: expected };
  const description = describeGeneration(generation);
  const create = (): Promise<number> =>
    ec2.createLaunchTemplateVersion({
      templateId: template.id,
      description,
      // User data and all is taken from there.
      data: { sourceVersion: present.number, imageId: desired.imageId },
      clientToken: clientToken(template.id, "version", template.latestVersion, description),
    });
  if ((await withRoomForVersion(ec2, template, { needed: [present.number], create })) !== expected) {
    return undefined;
  }
  const replaced: LastReplacement = {
    at,
    reason,
    instanceId: observed.instances.find((it) => it.state === "running")?.id ?? "",
    inARow: 0,
    tries: 0,
    gaveUp: false,
  };
  await ec2.createTags([template.id], { [TAG.lastReplacement]: replacementText(replaced) });
  return { ...machine, purpose: { ...purpose, newest: expected, generation } };
}
