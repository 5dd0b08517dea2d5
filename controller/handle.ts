/**
 * The loop between two runs of `up`: look → decide → act → say what came of it. Lambda, `watch` and whatever else calls it bring the
 * events and the time; who calls it twice, late, or at the same time as another, does no harm.
 */
import { Cancelled, cancellable, type Clock } from "../provider/kit/clock";
import type { Ec2Client } from "../provider/ec2/client";
import { explain } from "../provider/ec2/errors";
import { TAG } from "../provider/ec2/tags";
import { Abandoned } from "../provider/engine/steps/apply";
import { currentInstance, currentNetworkInterface } from "../provider/engine/situation/current";
import { type LastReplacement, replacementText } from "../provider/engine/record/last-replacement";
import { ReconcileFailure } from "../provider/engine/reconcile";
import { type Deps, depsOf } from "../provider/engine/steps/run";
import { Yielded } from "../provider/engine/record/standing";
import type { Outputs } from "../provider/model/outputs";
import type { Tags } from "../provider/model/things";
import { FailedChecks } from "../provider/engine/steps/prove";
import { EndedAtLaunch } from "../provider/engine/steps/start";
import { carryOut, pause, recycle, resume } from "./by-hand";
import { untilDeadline } from "./deadline";
import { type Action, decide } from "./decide";
import { type Message, type Signal, signalOf } from "./events";
import { tickText } from "./history";
import { isReadable, listMachines, type Machine, machineOf, readMachine, type Reading } from "./record";
import { COSTS, isOfDeed, type MissingRight, missingRight, orWithout, seeing } from "./rights";
import { isNoVerdict, MOST_IN_A_ROW, pauseAfterTries } from "./tries";

/** What the loop runs on. */
export interface Controller {
  region: string;
  ec2: Ec2Client;
  clock: Clock;
  /** Prints one line for whoever watches. */
  say: (line: string) => void;
  /** When it has to have ended, as a Lambda has; absent: never. */
  deadline?: number;
  /** Aborted when the user ends it. */
  cancelled?: AbortSignal;
}

/** A controller that looks at one machine. */
interface Looking extends Controller {
  /** The rights that it finds missing, and goes on without. */
  missing: MissingRight[];
}

export interface Metrics {
  /** Instances that were replaced or brought back. */
  replacements: number;
  /** For how long, all in all, their addresses were dark. */
  outageSeconds: number;
  /** Launches that found no capacity. */
  capacityMisses: number;
  /** Events about what is not ours. */
  ignored: number;
}

/** What was done about one machine. */
export interface Outcome {
  machineId: string;
  name: string;
  /**
   * - `ignored`: it is about nothing of ours
   * - `nothing`: all is as it is to be
   * - `waiting`: something is to be done later
   * - `done`: something was done, and all is as it is to be
   * - `to-be-continued`: the time was up; the follow-up goes on
   * - `failed`: it did not come about; the follow-up tries again
   * - `gave-up`: it will not be tried again; a person has to look
   * - `unreadable`: the record does not tell what is wanted; a person has to look
   */
  kind: "ignored" | "nothing" | "waiting" | "done" | "to-be-continued" | "failed" | "gave-up" | "unreadable";
  /** What was decided. */
  action?: Action["kind"];
  /** Why it was replaced or brought back. */
  reason?: LastReplacement["reason"];
  /** In words. */
  because: string;
  /** Whether giving up is news, to be told loudly. */
  isNew?: boolean;
  /** Whether several tries have failed: a person should know, although the tries go on. */
  isLong?: boolean;
  /** The message to be handled then. */
  followUp?: { at: number; message: Message };
  outputs?: Outputs;
  metrics: Metrics;
  /** Rights that were missing, to be told once for all machines. */
  missing?: readonly MissingRight[];
}

const NONE: Metrics = { replacements: 0, outageSeconds: 0, capacityMisses: 0, ignored: 0 };

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

export function ignored(because: string): Outcome {
  return { machineId: "", name: "", kind: "ignored", because, metrics: { ...NONE, ignored: 1 } };
}

export interface SweepOptions {
  /** Nothing is done here: what is to be done comes as follow-ups, for others to do at the same time. */
  isSurvey?: boolean;
}

/**
 * Looks at every machine, and does what is to be done about them, at the same time. What is only waited for the next sweep finds, so
 * that messages do not become more with each.
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

/** Nothing can be looked at for want of a right. That fails no message: it is told, and each tick looks again. */
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
  let action = await decided(controller, reading, signals);
  // First: a tick that is followed twice is worse than one that is followed late.
  if (action.tick !== undefined && !(await isNoted(controller, reading, { [TAG.lastTick]: tickText(action.tick) }))) {
    action = await decided(controller, { ...reading, desired: { ...reading.desired, schedules: [] } }, signals);
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
  const held = currentInstance(currentNetworkInterface(machine), machine.observed);
  const { enabled, graceSeconds } = machine.desired.healing;
  const isJudged = held?.state === "running" && enabled && now >= held.launchedAt + graceSeconds * 1000;
  const without = { costs: COSTS.health, instead: undefined, missing: controller.missing };
  const health = isJudged ? await orWithout(controller.ec2.describeHealth(held.id), without) : undefined;
  return seenEnough(machine, decide({ machine, health, signals, now }));
}

/** By a look that lacked a right nothing is done: what was not seen could be given up. A schedule that was due then stays due. */
function seenEnough({ unseen: [unseen] = [] }: Machine, action: Action): Action {
  if (unseen === undefined || isIdle(action)) {
    return action;
  }
  const because = `${action.kind} is to be done, once there is the right ${unseen.right} again`;
  return { kind: "wait", until: Infinity, because, isLeft: true };
}

function isIdle(action: Action): action is Action & Idle {
  return action.kind === "nothing" || action.kind === "wait" || action.kind === "give-up";
}

type Idle = Extract<Action, { kind: "nothing" | "wait" | "give-up" }>;

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

function about({ id, name }: Pick<Machine, "id" | "name">): Pick<Outcome, "machineId" | "name"> {
  return { machineId: id, name };
}

/** So that other writers, the next look and `status` know it. */
async function remember(
  controller: Looking,
  machine: Machine,
  replacement: LastReplacement | undefined,
): Promise<void> {
  if (replacement !== undefined) {
    await isNoted(controller, machine, { [TAG.lastReplacement]: replacementText(replacement) });
  }
}

/** @returns whether it is on record: where the credentials may not write there, the controller goes on without */
function isNoted({ ec2, missing }: Looking, { template }: Machine, tags: Tags): Promise<boolean> {
  const costs = TAG.lastTick in tags ? COSTS.schedules : COSTS.history;
  const noted = ec2.createTags([template.id], tags).then(() => true);
  return orWithout(noted, { costs, instead: false, missing });
}

type Deed = Exclude<Action, Idle | { kind: "recovered" }>;

interface Acting {
  action: Deed;
  signals: readonly Signal[];
}

/** What one run of the engine counts. */
interface Count {
  darkMs: number;
  misses: number;
}

async function act(controller: Looking, machine: Machine, { action, signals }: Acting): Promise<Outcome> {
  const count: Count = { darkMs: 0, misses: 0 };
  const deps = depsFor(controller, machine, count);
  const begin = darkSince(action, machine, signals) ?? controller.clock.now();
  const common = { ...about(machine), action: action.kind, reason: reasonOf(action) };
  try {
    const outputs = await carryOutAction(controller, machine, { action, deps });
    const now = controller.clock.now();
    const outageMs = action.kind === "restore" && outputs.state === "running" ? now - begin : count.darkMs;
    return {
      ...common,
      kind: "done",
      because: said(machine, action, outputs),
      outputs,
      metrics: {
        ...NONE,
        replacements: isReplacement(action) ? 1 : 0,
        outageSeconds: Math.round(outageMs / 1000),
        capacityMisses: count.misses,
      },
    };
  } catch (error) {
    return { ...common, ...(await unfinished(controller, machine, { action, error })), metrics: metricsOf(count) };
  }
}

function metricsOf({ misses, darkMs }: Count): Metrics {
  return { ...NONE, capacityMisses: misses, outageSeconds: Math.round(darkMs / 1000) };
}

function isReplacement({ kind }: Deed): boolean {
  return kind === "restore" || kind === "replace" || kind === "recycle";
}

function reasonOf(action: Deed): Outcome["reason"] {
  return action.kind === "restore" || action.kind === "replace" ? action.replacement.reason : undefined;
}

/** The event that tells of the end, if that is what made somebody look, came when the address went dark. */
function darkSince(action: Deed, { observed }: Machine, signals: readonly Signal[]): number | undefined {
  const subject = action.kind === "restore" ? action.replacement.instanceId : "";
  // An event of before the instance was last started tells of another outage.
  const startedAt = observed.instances.find((it) => it.id === subject)?.launchedAt ?? 0;
  return signals
    .flatMap((it) =>
      it.kind === "state-change" && it.instanceId === subject && DOWN.includes(it.state) && it.at >= startedAt
        ? it.at
        : [],
    )
    .at(0);
}

const DOWN: readonly string[] = ["shutting-down", "stopping"];

async function carryOutAction(
  controller: Looking,
  machine: Machine,
  { action, deps }: { action: Deed; deps: Deps },
): Promise<Outputs> {
  switch (action.kind) {
    case "pause":
      return pause(machine, deps, "schedule");
    case "resume":
      return resume(machine, deps, "schedule");
    case "recycle":
      return recycle(machine, deps, "schedule");
    case "finish":
      return carryOut(machine, deps);
    case "restore": {
      // Beside the launch: nobody has to stay in the dark for a note.
      const [outputs] = await Promise.all([carryOut(machine, deps), remember(controller, machine, action.replacement)]);
      return outputs;
    }
    case "replace":
      // A replacement that is not on record would not be counted, and so never be given up.
      await controller.ec2.createTags([machine.template.id], {
        [TAG.lastReplacement]: replacementText(action.replacement),
      });
      return carryOut(makingWay(machine, action), deps);
  }
}

/** The instance that is there is replaced, though it is what is wanted; back to spot only where there is spot, if that can be tried first. */
function makingWay(machine: Machine, { instance, replacement }: Extract<Deed, { kind: "replace" }>): Machine {
  const { desired } = machine;
  const { onRecord, market } = desired;
  const isTriedFirst = replacement.reason === "revert-to-spot" && desired.replacement.strategy === "overlap";
  return {
    ...machine,
    desired: {
      ...desired,
      ...(onRecord === undefined ? {} : { onRecord: { ...onRecord, makesWay: instance.id } }),
      market: isTriedFirst ? { ...market, fallbackToOnDemand: false } : market,
    },
  };
}

function said(
  { name }: Machine,
  action: Deed,
  { instanceId, state, launchedInstanceType, lifecycle }: Outputs,
): string {
  const reason = reasonOf(action);
  const why = reason === undefined ? "" : ` (${reason})`;
  const what = instanceId === "" ? "no instance" : `${instanceId}, ${launchedInstanceType}, ${lifecycle}`;
  return `${action.kind}${why}: ${name} is ${state} with ${what}`;
}

function depsFor({ ec2, clock, ...controller }: Looking, machine: Machine, count: Count): Deps {
  const { deadline, cancelled = new AbortController().signal } = controller;
  const say = (line: string): void => {
    controller.say(`${machine.name}: ${line}`);
  };
  const ending = cancellable(clock, cancelled);
  const bounds =
    deadline === undefined ? { clock: ending, isAbandoned: () => false, cancelled } : untilDeadline(ending, deadline);
  const { timeoutSeconds } = machine.desired.replacement;
  const deps = depsOf(ec2, {
    ...bounds,
    ...(deadline === undefined ? {} : { deadline }),
    timeoutSeconds,
    say,
    meter: {
      dark: (ms) => {
        count.darkMs += ms;
      },
      miss: () => {
        count.misses += 1;
      },
    },
  });
  // A machine without an Elastic IP needs nobody to see any, so the right is not missing for it.
  return machine.desired.elasticIp === false ? { ...deps, ec2: seeing(deps.ec2, [], ["addresses"]) } : deps;
}

type Unfinished = Pick<Outcome, "kind" | "because" | "isLong" | "followUp">;

/** It did not get to its end: it was stopped, found no capacity, or failed. */
async function unfinished(
  controller: Looking,
  machine: Machine,
  { action, error }: { action: Deed; error: unknown },
): Promise<Unfinished> {
  const because = explain(error);
  const now = controller.clock.now();
  const message = { look: machine.id };
  if (isCausedBy(error, Cancelled) || isCausedBy(error, Abandoned)) {
    const followUp = { at: now, message: { continue: machine.id } };
    return { kind: "to-be-continued", because: isByUser(controller) ? because : cutOff(error, because), followUp };
  }
  if (isCausedBy(error, Yielded)) {
    // The other run is at it; whether it got to its end, a look finds later.
    return { kind: "waiting", because, followUp: { at: now + pauseAfterTries(1), message } };
  }
  // A right that is missing fails no message: it is told, and tried again.
  const isDenied = deniedRight(error) !== undefined;
  if (!(error instanceof ReconcileFailure) && !isDenied) {
    throw error;
  }
  const tries = await rememberFailure(controller, machine, { action, error });
  const followUp = { at: now + pauseAfterTries(tries), message };
  return {
    kind: "failed",
    because,
    ...(tries >= MOST_IN_A_ROW ? { isLong: true } : {}),
    ...(isOnRecord(controller, { action, error }) ? { followUp } : {}),
  };
}

/** Whether a note of this try holds off the next look. Else each tick would begin another line of tries, so it is left to the ticks. */
function isOnRecord({ missing }: Looking, { action, error }: { action: Deed; error: unknown }): boolean {
  const isNoted = action.kind === "restore" || action.kind === "replace";
  return isNoted && !missing.some(isOfDeed) && deniedRight(error) !== "ec2:CreateTags";
}

/**
 * An instance that was launched and does not work counts against the machine. All else passes: denied, throttled, no capacity.
 *
 * @returns how often in a row nothing could be launched
 */
async function rememberFailure(
  controller: Looking,
  machine: Machine,
  { action, error }: { action: Deed; error: unknown },
): Promise<number> {
  if (action.kind !== "restore" && action.kind !== "replace") {
    return 0;
  }
  const at = controller.clock.now();
  const { instanceId, inARow, tries } = action.replacement;
  const failed = brokenInstance(error);
  const seen = error instanceof ReconcileFailure ? error.observed.instances : [];
  const stays = seen.some((it) => it.id === instanceId && it.state === "running");
  const replacement: LastReplacement =
    failed === undefined
      ? { ...action.replacement, at, tries: tries + 1 }
      : { ...action.replacement, at, instanceId: stays ? instanceId : failed, inARow: inARow + 1, tries: 0 };
  await remember(controller, machine, replacement);
  return replacement.tries;
}

/** The instance that was launched and does not work, if that is why it failed. */
function brokenInstance(error: unknown): string | undefined {
  if (error instanceof FailedChecks) {
    return error.instanceId;
  }
  if (error instanceof EndedAtLaunch && !isNoVerdict(error.instance)) {
    return error.instance.id;
  }
  return error instanceof Error ? brokenInstance(error.cause) : undefined;
}

function isByUser({ cancelled }: Controller): boolean {
  return cancelled?.aborted === true;
}

/** The engine speaks to who runs Pulumi: here nobody ended it, and no other engine is gone. */
function cutOff(error: unknown, because: string): string {
  const where = isCausedBy(error, Abandoned) ? "stopped at a safe point" : because.replace(/^Cancelled: /, "");
  return `the time was up: ${where}`;
}

/** The right for want of which it failed, if it did. */
function deniedRight(error: unknown): string | undefined {
  return missingRight(error, "")?.right ?? (error instanceof Error ? deniedRight(error.cause) : undefined);
}

function isCausedBy(error: unknown, kind: new (...parts: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && isCausedBy(error.cause, kind));
}
