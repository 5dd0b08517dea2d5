/**
 * The loop between two runs of `up`: look → decide → act → say what came of it. Lambda, `watch` and whatever else calls it bring the
 * events and the time; who calls it twice, late, or at the same time as another, does no harm.
 */
import { explain } from "../provider/ec2/errors";
import { TAG } from "../provider/ec2/tags";
import { castOf } from "../provider/engine/situation/cast";
import { act } from "./act";
import { type Action, type Idle, isIdle } from "./action";
import { decide } from "./decide";
import { type Signal, signalOf } from "./events";
import { isNoted, isNotedWithDeed, NotFollowed, remember, tickNote } from "./notes";
import { about, type Controller, type Looking, NONE, type Outcome } from "./outcome";
import { isReadable, listMachines, type Machine, machineOf, type Reading, readMachine } from "./record";
import { COSTS, type MissingRight, missingRight, orWithout } from "./rights";

/**
 * One message of EventBridge's or of the controller's own.
 *
 * @throws BadMessage for what is none: to be put aside with the reason
 */
export async function handleMessage(controller: Controller, message: unknown): Promise<Outcome[]> {
  const signal = signalOf(message);
  if (signal === undefined) {
    return [ignored("the event is about nothing that a machine has to do with")];
  }
  switch (signal.kind) {
    case "sweep":
      return sweep(controller);
    case "look":
    case "continue":
      return [await handleMachine(controller, signal.machineId, [signal])];
    default: {
      const missing: MissingRight[] = [];
      const owner = machineOf(controller.ec2, signal.instanceId);
      const id = await orWithout(owner, { costs: COSTS.events, instead: undefined, missing });
      return id === undefined
        ? [{ ...ignored(`${signal.instanceId} is of no managed instance`), missing }]
        : [await handleMachine(controller, id, [signal])];
    }
  }
}

function ignored(because: string): Outcome {
  return { machineId: "", name: "", kind: "ignored", because, metrics: { ...NONE, ignored: 1 } };
}

export interface SweepOptions {
  /** Whether to do nothing here: the work comes as follow-ups, for others to do at the same time. */
  isSurvey?: boolean;
}

/**
 * Looks at every machine, and does what is to be done about them, at the same time. The next sweep finds what only waits, so that
 * messages do not become more with each sweep.
 */
export async function sweep(controller: Controller, { isSurvey = false }: SweepOptions = {}): Promise<Outcome[]> {
  const readings = await listMachines({ ...controller, isPatchy: true }).catch(unlisted);
  if ("kind" in readings) {
    return [readings];
  }
  const outcomes = await Promise.all(
    readings.map((reading) =>
      patchily(controller, (looking) => (isSurvey ? survey(looking, reading) : handleReading(looking, reading, []))),
    ),
  );
  return outcomes.map((it) => (it.kind === "waiting" && it.action === "wait" ? { ...it, followUp: undefined } : it));
}

/** The outcome when a missing right hides all machines. This fails no message: it is told, and each tick looks again. */
function unlisted(error: unknown): Outcome {
  const missing = missingRight(error, COSTS.listing);
  if (missing === undefined) {
    throw error;
  }
  return { machineId: "", name: "", kind: "unreadable", because: explain(error), metrics: NONE, missing: [missing] };
}

/** @returns what came of it, with the rights that were missing */
async function patchily(controller: Controller, work: (looking: Looking) => Promise<Outcome>): Promise<Outcome> {
  const missing: MissingRight[] = [];
  return { ...(await work({ ...controller, missing })), missing };
}

async function survey(controller: Looking, reading: Reading): Promise<Outcome> {
  controller.missing.push(...(reading.unseen ?? []));
  if (!isReadable(reading)) {
    return unreadable(reading);
  }
  const now = controller.clock.now();
  const action = await decided(controller, reading, []);
  return isIdle(action) && action.tick === undefined && !isToBeTold(action)
    ? idle(reading, action)
    : {
        ...about(reading),
        kind: "waiting",
        action: action.kind,
        because: "there is something to be done",
        followUp: { at: now, message: { look: reading.id } },
        metrics: NONE,
      };
}

/** Giving up is put on record once, so that the next look, `status` and the next `up` know it. */
function isToBeTold(action: Action): boolean {
  return action.kind === "give-up" && !action.isKnown;
}

/** @param idOrName of one machine */
export async function handleMachine(
  controller: Controller,
  idOrName: string,
  signals: readonly Signal[] = [],
): Promise<Outcome> {
  const reading = await readMachine({ ...controller, isPatchy: true }, idOrName).catch(unlisted);
  if (reading === undefined) {
    return ignored(`there is no managed instance ${idOrName}`);
  }
  return "kind" in reading ? reading : patchily(controller, (looking) => handleReading(looking, reading, signals));
}

async function handleReading(controller: Looking, reading: Reading, signals: readonly Signal[]): Promise<Outcome> {
  controller.missing.push(...(reading.unseen ?? []));
  if (!isReadable(reading)) {
    return unreadable(reading);
  }
  try {
    return await answered(controller, reading, await decided(controller, reading, signals), signals);
  } catch (error) {
    if (!(error instanceof NotFollowed)) {
      throw error;
    }
  }
  const unscheduled = { ...reading, desired: { ...reading.desired, schedules: [] } };
  return answered(controller, reading, await decided(controller, unscheduled, signals), signals);
}

/** @throws NotFollowed */
async function answered(
  controller: Looking,
  reading: Machine,
  action: Action,
  signals: readonly Signal[],
): Promise<Outcome> {
  const isFirst = action.tick !== undefined && !isNotedWithDeed(action);
  if (isFirst && !(await isNoted(controller, reading, tickNote(action)))) {
    throw new NotFollowed();
  }
  switch (action.kind) {
    case "nothing":
    case "wait":
      return idle(reading, action);
    case "recovered":
      await controller.ec2.deleteTags([reading.template.id], [TAG.lastReplacement]);
      return { ...about(reading), kind: "done", action: action.kind, because: action.because, metrics: NONE };
    case "give-up":
      await remember(controller, reading, action.isKnown ? undefined : action.replacement);
      return idle(reading, action);
    default:
      return act(controller, reading, { action, signals });
  }
}

async function decided(controller: Looking, machine: Machine, signals: readonly Signal[]): Promise<Action> {
  const now = controller.clock.now();
  const { holder: held } = castOf(machine);
  const { enabled, graceSeconds } = machine.desired.healing;
  const isJudged = held?.state === "running" && enabled && now >= held.launchedAt + graceSeconds * 1000;
  const without = { costs: COSTS.health, instead: undefined, missing: controller.missing };
  const health = isJudged ? await orWithout(controller.ec2.describeHealth(held.id), without) : undefined;
  return seenEnough(machine, decide({ machine, health, signals, now }));
}

/** Does nothing after a look that lacked a right: unseen things could be given up. A schedule that was due then stays due. */
function seenEnough({ unseen: [unseen] = [] }: Machine, action: Action): Action {
  if (unseen === undefined || isIdle(action)) {
    return action;
  }
  const because = `${action.kind} is to be done, once there is the right ${unseen.right} again`;
  return { kind: "wait", until: Infinity, because, isLeft: true };
}

function idle(machine: Machine, action: Idle): Outcome {
  const { kind, because } = action;
  const common = { ...about(machine), action: kind, because, metrics: NONE };
  switch (kind) {
    case "nothing":
      return { ...common, kind };
    case "wait":
      return {
        ...common,
        kind: "waiting",
        ...(action.isLong === true ? { isLong: true } : {}),
        ...(action.isLeft === true ? {} : { followUp: { at: action.until, message: { look: machine.id } } }),
      };
    case "give-up":
      return { ...common, kind: "gave-up", isNew: !action.isKnown };
  }
}

function unreadable(reading: Exclude<Reading, Machine>): Outcome {
  return { ...about(reading), kind: "unreadable", because: reading.unreadable, metrics: NONE };
}
