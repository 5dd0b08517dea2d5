/**
 * Decides what is to be done about a machine between two runs of `up`, with one answer to whatever made somebody look. The answer tells
 * what it waits for and why it does nothing; the same look has the same answer, so duplicates and reordering do no harm. (pure)
 */
import { castOf } from "../provider/engine/situation/cast";
import {
  generationOf,
  isAlive,
  lastLaunched,
  staysStopped,
  wantsInstance,
} from "../provider/engine/situation/instances";
import { TAG } from "../provider/ec2/tags";
import {
  isFor,
  isGivenUp,
  type LastReplacement,
  type ReplacementReason,
} from "../provider/engine/record/last-replacement";
import { plan } from "../provider/engine/planning/plan";
import type { Instance } from "../provider/model/things";
import type { Step } from "../provider/engine/planning/step";
import { nextOpening, openSince } from "../provider/kit/timetable";
import type { Signal } from "./events";
import type { LastTick } from "./history";
import type { Machine } from "./record";
import { dueOf } from "./schedules";
import { tryAgain } from "./tries";

export type Action = Doing & {
  /** Time up to which the schedules were followed with this action; to be remembered first. */
  tick?: LastTick;
};

type Doing =
  | { kind: "nothing"; because: string }
  /** The machine was given up, and works all the same: the mark goes. */
  | { kind: "recovered"; because: string }
  /**
   * Look again at `until`. `isLeft`: whoever works on the machine looks, so that only one of several goes on. `isLong`: a person should know.
   */
  | { kind: "wait"; until: number; because: string; isLeft?: boolean; isLong?: boolean }
  /** There is no running instance: one is launched or started as the record has it. */
  | { kind: "restore"; replacement: LastReplacement }
  /** The present instance makes way for another of the same kind. */
  | { kind: "replace"; instance: Instance; replacement: LastReplacement }
  /** An earlier run began something, or left it undone. */
  | { kind: "finish"; because: string }
  | { kind: "pause" | "resume" | "recycle" }
  /** Nothing more is tried. `isKnown`: this was said before. */
  | { kind: "give-up"; because: string; replacement?: LastReplacement; isKnown: boolean };

/** An action that changes nothing. */
export type Idle = Extract<Action, { kind: "nothing" | "wait" | "give-up" }>;

export function isIdle(action: Action): action is Action & Idle {
  return action.kind === "nothing" || action.kind === "wait" || action.kind === "give-up";
}

/** An action that changes something, rather than waits. */
export type Deed = Exclude<Action, Idle | { kind: "recovered" }>;

export interface Situation {
  machine: Machine;
  /** The status checks of the instance that runs. */
  health?: { status: "ok" | "impaired" | "initializing"; impairedSince?: number };
  /** The signals that made somebody look. */
  signals: readonly Signal[];
  now: number;
}

/** Least time between two tries to go back to spot: falling back again is no success, and costs an outage. */
const REVERT_MS = 60 * 60_000;
/** AWS takes a spot instance back two minutes after it says so (EC2 user guide, spot interruption notices). */
const NOTICE_MS = 2 * 60_000;
/** Time for which a notice explains an ended instance. EC2 shows the reason while the instance shuts down, at the latest. */
const NOTICE_OF_ENDED_MS = 10 * 60_000;
/** AWS names no end of a recommendation. It counts for as long as a queue tries its message; AWS sends another while the risk lasts. */
const RECOMMENDATION_MS = 15 * 60_000;

export function decide(situation: Situation): Action {
  const { machine, now } = situation;
  const { schedule, tick } = dueOf(machine.desired.schedules, machine.history.tick, now);
  return { ...(scheduled(situation, schedule?.action) ?? byState(situation)), ...(tick === undefined ? {} : { tick }) };
}

function scheduled(
  { machine: { desired } }: Situation,
  action: "pause" | "resume" | "recycle" | undefined,
): Doing | undefined {
  const isRunning = wantsInstance(desired);
  switch (action) {
    case "pause":
      return isRunning ? { kind: "pause" } : undefined;
    case "resume":
      return isRunning ? undefined : { kind: "resume" };
    case "recycle":
      return isRunning ? { kind: "recycle" } : undefined;
    case undefined:
      return undefined;
  }
}

function byState(situation: Situation): Doing {
  const { machine } = situation;
  const { networkInterface: eni, holder: held } = castOf(machine);
  if (eni === undefined && machine.desired.persistPrivateIp) {
    const because =
      "its network interface is gone, and only a program can say what is to come in its place; run `pulumi up`";
    return { kind: "give-up", because, isKnown: true };
  }
  const stranger = machine.observed.strangers.find(isAlive);
  if (stranger !== undefined) {
    return {
      kind: "give-up",
      because: `${stranger.id}, which it did not launch, holds its network interface`,
      isKnown: true,
    };
  }
  if (!wantsInstance(machine.desired)) {
    return held === undefined || (held.state === "stopped" && staysStopped(held, machine.desired))
      ? (unfinished(situation) ?? { kind: "nothing", because: "it is paused" })
      : { kind: "finish", because: "it is to be paused, and its instance is still there" };
  }
  return held === undefined ? withoutInstance(situation) : (givenUp(situation, held) ?? withInstance(situation, held));
}

function withoutInstance(situation: Situation): Doing {
  const { machine } = situation;
  const last = lastLaunched(machine.observed.instances);
  if (last !== undefined && wasTakenBack(last, situation)) {
    return gated(situation, "interruption", last);
  }
  const waits = underWay(situation, last);
  if (waits !== undefined) {
    return waits;
  }
  const { coming } = castOf(machine);
  if (coming !== undefined) {
    return { kind: "finish", because: `its network interface is not on ${coming.id}, which works` };
  }
  // An instance that was terminated for a replacement is replaced, whether the machine is to be healed or not.
  const { replacement } = machine.history;
  return replacement !== undefined && isFor(replacement, last)
    ? gated(situation, replacement.reason, last)
    : healed(situation, "ended", last);
}

/** Whether AWS took the instance back. EC2 says so of the instance for an hour; at first the warning may be the only sign. */
function wasTakenBack(instance: Instance, situation: Situation): boolean {
  const isWarned = toldOf(instance, "interruption-warning", { situation, forMs: NOTICE_OF_ENDED_MS }) !== undefined;
  return isWarned || (instance.stateReason?.code ?? "").startsWith("Server.Spot");
}

/** Time of the last event of a kind about an instance. An event that is too old, or from before the instance was started, does not count. */
function toldOf(
  { id, launchedAt }: Instance,
  kind: "interruption-warning" | "rebalance",
  { situation: { signals, now }, forMs }: { situation: Situation; forMs: number },
): number | undefined {
  const times = signals.flatMap((it) => (it.kind === kind && it.instanceId === id ? it.at : []));
  const at = Math.max(...times);
  return at >= launchedAt && now < at + forMs ? at : undefined;
}

/** Waits for a change that is under way: an `up`, or a recycle by hand, records a generation, drains the instance and terminates it. */
function underWay({ machine, signals, now }: Situation, last: Instance | undefined): Doing | undefined {
  const { desired, observed } = machine;
  const isOlder = last === undefined || (generationOf(last) ?? 0) < (observed.generation?.number ?? 0);
  const { healing, replacement } = desired;
  const until = recordedAt(machine) + (healing.graceSeconds + replacement.drainSeconds) * 1000;
  const isContinued = signals.some((it) => it.kind === "continue");
  return isOlder && !isContinued && now < until
    ? { kind: "wait", until, because: "a new generation was recorded a moment ago, and is left to whoever did that" }
    : undefined;
}

/** A running instance of a machine that was given up: the mark goes when it works after all. */
function givenUp(situation: Situation, held: Instance): Doing | undefined {
  const { machine, health } = situation;
  if (held.state !== "running" || machine.history.replacement?.gaveUp !== true) {
    return undefined;
  }
  if (health?.status === "ok") {
    return { kind: "recovered", because: `${held.id} passes its status checks: it is not given up any more` };
  }
  return isGivenUp(machine.template, held) ? gated(situation, "status-checks", held) : undefined;
}

function withInstance(situation: Situation, held: Instance): Doing {
  const { machine } = situation;
  if (held.state === "pending") {
    return unfinished(situation) ?? { kind: "nothing", because: `${held.id} is starting` };
  }
  if (castOf(machine).kept === undefined) {
    return outdated(situation, held);
  }
  if (held.state !== "running") {
    return underWay(situation, held) ?? healed(situation, "stopped", held);
  }
  const noticeAt = toldOf(held, "interruption-warning", { situation, forMs: NOTICE_MS });
  if (noticeAt !== undefined) {
    return warned(situation, held, noticeAt);
  }
  const isAtRisk = toldOf(held, "rebalance", { situation, forMs: RECOMMENDATION_MS }) !== undefined;
  if (isAtRisk && machine.desired.replacement.strategy === "overlap") {
    return gated(situation, "rebalance", held);
  }
  return (
    unwell(situation, held) ??
    unfinished(situation) ??
    reverting(situation, held) ?? { kind: "nothing", because: `${held.id} runs` }
  );
}

/** Answers an instance that a newer generation is to replace. A recycle says all that is wanted; an update may have been refused. */
function outdated(situation: Situation, held: Instance): Doing {
  const { observed, desired, id } = situation.machine;
  const isRecycled = held.tags[TAG.launch] === observed.generation?.launchHash;
  if (isRecycled) {
    return (
      underWay(situation, held) ?? {
        kind: "finish",
        because: `${held.id} is to be replaced by one of generation ${observed.generation?.number ?? 0}`,
      }
    );
  }
  const isDown = held.state !== "running";
  const why = `${held.id} is not of the newest generation: an update of ${id} is under way, or did not get to its end`;
  return isDown && desired.healing.enabled
    ? (underWay(situation, held) ?? gated(situation, "stopped", held))
    : { kind: "nothing", because: `${why}; \`pulumi up\` goes on with it` };
}

/**
 * Answers a warning of AWS. With `overlap` another instance is launched at once, and the interface moved before the old one goes. No other
 * strategy can win time: the interface is free when the old instance has ended, and until then the old instance works.
 */
function warned(situation: Situation, held: Instance, noticeAt: number): Doing {
  return situation.machine.desired.replacement.strategy === "overlap"
    ? gated(situation, "interruption-warning", held)
    : { kind: "wait", until: noticeAt + NOTICE_MS, because: `AWS takes ${held.id} back; it works until then` };
}

function unwell(situation: Situation, held: Instance): Doing | undefined {
  const { machine, health, now } = situation;
  const { enabled, graceSeconds, unhealthySeconds } = machine.desired.healing;
  if (health?.status !== "impaired" || !enabled) {
    return undefined;
  }
  const since = health.impairedSince ?? now;
  const until = Math.max(held.launchedAt + graceSeconds * 1000, since + unhealthySeconds * 1000);
  return now < until
    ? { kind: "wait", until, because: `${held.id} fails its status checks` }
    : gated(situation, "status-checks", held);
}

/** Steps that a dead run may leave undone, and that take nothing from anybody: the instance that works stays. */
const LEFT_UNDONE: readonly Step["kind"][] = [
  "attach-volumes",
  "attach-network-interface",
  "associate-elastic-ip",
  "await-running",
  "keep-on-termination",
  "keep-volume-on-termination",
  "end-volume-with-instance",
  "retire",
];

/** Finishes steps that were left undone. For a while after a launch, or a new generation, they are left to the run that is at work. */
function unfinished({ machine, signals, now }: Situation): Doing | undefined {
  const { graceSeconds } = machine.desired.healing;
  const step = plan(castOf(machine)).find((it) => LEFT_UNDONE.includes(it.kind));
  if (step === undefined) {
    return undefined;
  }
  const until = lastBegunAt(machine) + 1000 * (step.kind === "retire" ? overlapSeconds(machine) : graceSeconds);
  return now < until && !signals.some((it) => it.kind === "continue")
    ? { kind: "wait", until, because: `${step.kind} is left to whoever is at it` }
    : { kind: "finish", because: `left undone: ${step.kind}` };
}

function lastBegunAt(machine: Machine): number {
  const alive = machine.observed.instances.filter(isAlive);
  return Math.max(recordedAt(machine), ...alive.map((it) => it.launchedAt));
}

/** Seconds that a living run may need until the instance that it launched beside another has the interface. */
function overlapSeconds({ desired }: Machine): number {
  const { timeoutSeconds, drainSeconds } = desired.replacement;
  return desired.healing.graceSeconds + 2 * timeoutSeconds + drainSeconds;
}

function recordedAt({ template }: Machine): number {
  return template.latestVersionAt ?? template.createdAt;
}

/** Brings a machine that fell back to on-demand back to spot. */
function reverting(situation: Situation, held: Instance): Doing | undefined {
  const { machine, now } = situation;
  const { lifecycle, revertToSpot } = machine.desired.market;
  if (lifecycle !== "spot" || held.lifecycle === "spot" || revertToSpot === "never") {
    return undefined;
  }
  const { replacement } = machine.history;
  const triedAt = replacement?.reason === "revert-to-spot" ? replacement.at : held.launchedAt;
  const because = `${held.id} is on-demand and is to go back to spot`;
  if (revertToSpot === "always") {
    const until = triedAt + REVERT_MS;
    return now < until ? { kind: "wait", until, because } : gated(situation, "revert-to-spot", held);
  }
  const since = openSince(revertToSpot.window, now);
  if (since === undefined) {
    return { kind: "wait", until: nextOpening(revertToSpot.window, now), because };
  }
  const isTried = replacement?.reason === "revert-to-spot" && replacement.at >= since;
  return isTried ? undefined : gated(situation, "revert-to-spot", held);
}

function healed(situation: Situation, reason: "ended" | "stopped", instance: Instance | undefined): Doing {
  return situation.machine.desired.healing.enabled
    ? gated(situation, reason, instance)
    : { kind: "nothing", because: `its instance was ${reason}, and healing is off` };
}

/** The replacement, if its time has come; else the wait for it, or giving the machine up. */
function gated(situation: Situation, reason: ReplacementReason, instance: Instance | undefined): Doing {
  const { machine, health, signals, now } = situation;
  const { healing, minReplacementInterval } = machine.desired;
  const worksUntil = reason === "status-checks" ? (health?.impairedSince ?? now) : now;
  const answer = tryAgain({
    reason,
    instance,
    workedMs: worksUntil - (instance?.launchedAt ?? 0),
    last: machine.history.replacement,
    boundMs: 2 * (healing.graceSeconds + healing.unhealthySeconds + minReplacementInterval) * 1000,
    intervalMs: minReplacementInterval * 1000,
    isContinued: signals.some((it) => it.kind === "continue"),
    now,
  });
  if (answer.kind !== "go") {
    return answer;
  }
  const { replacement } = answer;
  return instance?.state === "running" ? { kind: "replace", instance, replacement } : { kind: "restore", replacement };
}
