/**
 * Carries out what a person, or a schedule, wants of a machine. The wish is put on record first, so that whoever looks from then on wants
 * the same, and then done.
 */
import type { Ec2 } from "../provider/ec2/ec2";
import { TAG } from "../provider/ec2/tags";
import { plan } from "../provider/engine/planning/plan";
import { castOf } from "../provider/engine/situation/cast";
import { protections } from "../provider/engine/planning/protection";
import { type LastReplacement, replacementText } from "../provider/engine/record/last-replacement";
import { reconcile, ReconcileFailure, tearDown } from "../provider/engine/reconcile";
import { type Asked, desiredStateTag } from "../provider/engine/record/record-grammar";
import { awaitVersion } from "../provider/engine/steps/record";
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

/** The machine once the verb is on record. A recycle wants the same state of another instance. */
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

/** The person or schedule that asks for a state. The note is recorded in the same call as the state, so that no run is killed between the two. */
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

type RecycleReason = "by-hand" | "schedule";

/** Replaces the instance with nothing else changed. A paused machine gets its new instance when it is resumed. */
export async function recycle(machine: Machine, deps: Deps, reason: RecycleReason = "by-hand"): Promise<Outputs> {
  await refuseProtected(machine, "recycle", deps.ec2);
  return carryOut(await recordRecycle(machine, deps, reason), deps);
}

/** Whether a release deletes or keeps each thing, with the meaning that the input `deletion` has for `destroy`. */
export type Deletion = Desired["deletion"];

/**
 * Gives up a machine that no state has: deletes what was made, gives back what was given, and deletes the record last. A record that cannot
 * be read is enough for that.
 */
export async function release(
  { id, template }: Pick<Reading, "id" | "template">,
  deletion: Deletion,
  deps: Deps & { region: string },
): Promise<void> {
  const resourceUrn = template.tags[TAG.urn] ?? "";
  // Nothing is launched any more, so the launch specification is left open.
  const open = { subnetId: "", imageId: "", instanceType: "" };
  const desired = { ...desiredOf({ resourceUrn, region: deps.region, deletion }), ...open };
  await tearDown({ id, desired }, deps);
}

/**
 * Brings a machine to what is on record.
 *
 * Two kinds of run yield to a newer generation by going on with it: a pause or resume, because its wish is on record too; and a run that
 * took the machine down, so that the machine is not left dark.
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
  // A person who does this by hand wants another try.
  if (machine.history.replacement?.gaveUp === true) {
    await ec2.deleteTags([machine.template.id], [TAG.lastReplacement]);
  }
  const { desired, purpose } = machine;
  const states = [...(purpose.states ?? []), text];
  return { ...machine, desired: { ...desired, desiredState }, purpose: { ...purpose, states } };
}

/** Tries to record a version: another run does not come first more often than this by chance. */
const MOST_TRIES = 4;

/** Records a new generation, a copy of the present one, that no instance is of yet. Two recycles at once record one. */
export async function recordRecycle(machine: Machine, deps: Deps, reason: RecycleReason): Promise<Machine> {
  let current = machine;
  for (let tries = 1; ; tries++) {
    const recorded = await recordCopy(current, deps.ec2, { reason, at: deps.clock.now() });
    if (typeof recorded !== "number") {
      return recorded;
    }
    await awaitVersion(deps, { ...current.template, latestVersion: recorded });
    const now = await readMachine({ ec2: deps.ec2, region: machine.desired.region }, machine.id);
    if (now === undefined || !isReadable(now) || tries === MOST_TRIES) {
      const why = now === undefined ? "its record is gone" : isReadable(now) ? "" : `: ${now.unreadable}`;
      throw new Yielded(`other runs changed the record of ${machine.id} meanwhile, and their result stands${why}`);
    }
    current = now;
  }
}

/** @returns the number that the version got if another run recorded one first: then the copy is one of an older version */
async function recordCopy(
  machine: Machine,
  ec2: Ec2,
  { reason, at }: Pick<LastReplacement, "reason" | "at">,
): Promise<Machine | number> {
  const { template, desired, purpose, observed } = machine;
  const present = purpose.generation;
  const expected = template.latestVersion + 1;
  const generation = { ...present, number: expected, replacesBefore: expected };
  const description = describeGeneration(generation);
  const create = (): Promise<number> =>
    ec2.createLaunchTemplateVersion({
      templateId: template.id,
      description,
      // The whole specification, with the user data, is copied from that version.
      data: { sourceVersion: present.number, imageId: desired.imageId },
      clientToken: clientToken(template.id, "version", template.latestVersion, description),
    });
  const number = await withRoomForVersion(ec2, template, { needed: [present.number], create });
  if (number !== expected) {
    return number;
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
