/**
 * Decides what is to be done about a machine between two runs of `up`, with one answer to whatever made somebody look. The answer tells
 * what it waits for and why it does nothing; the same look has the same answer, so duplicates and reordering do no harm. (pure)
 */
import { castOf } from "../provider/engine/situation/cast";
import { isAlive, lastLaunched, staysStopped, wantsInstance } from "../provider/engine/situation/instances";
import { TAG } from "../provider/ec2/tags";
import { isFor, isGivenUp, type ReplacementReason } from "../provider/engine/record/last-replacement";
import type { Instance } from "../provider/model/things";
import { nextOpening, openSince } from "../provider/kit/timetable";
import type { Action, Doing, MachineLook } from "./action";
import { leftUndone, recordedAt, underWay } from "./runs-at-work";
import { dueOf } from "./schedules";
import { tryAgain } from "./tries";

/** Least time between two tries to go back to spot: falling back again is no success, and costs an outage. */
const REVERT_MS = 60 * 60_000;
/** AWS takes a spot instance back two minutes after it says so (EC2 user guide, spot interruption notices). */
const NOTICE_MS = 2 * 60_000;
/** Time for which a notice explains an ended instance. EC2 shows the reason while the instance shuts down, at the latest. */
const NOTICE_OF_ENDED_MS = 10 * 60_000;
/** AWS names no end of a recommendation. It counts for as long as a queue tries its message; AWS sends another while the risk lasts. */
const RECOMMENDATION_MS = 15 * 60_000;

export function decide(look: MachineLook): Action {
  const { machine, now } = look;
  const { schedule, tick } = dueOf(machine.desired.schedules, machine.history.tick, now);
  return { ...(scheduled(look, schedule?.action) ?? byState(look)), ...(tick === undefined ? {} : { tick }) };
}

function scheduled(
  { machine: { desired } }: MachineLook,
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

function byState(look: MachineLook): Doing {
  const { machine } = look;
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
      ? (leftUndone(look) ?? { kind: "nothing", because: "it is paused" })
      : { kind: "finish", because: "it is to be paused, and its instance is still there" };
  }
  return held === undefined ? withoutInstance(look) : (givenUp(look, held) ?? withInstance(look, held));
}

function withoutInstance(look: MachineLook): Doing {
  const { machine } = look;
  const last = lastLaunched(machine.observed.instances);
  if (last !== undefined && wasTakenBack(last, look)) {
    return gated(look, "interruption", last);
  }
  const waits = underWay(look, last);
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
    ? gated(look, replacement.reason, last)
    : healed(look, "ended", last);
}

/** Whether AWS took the instance back. EC2 says so of the instance for an hour; at first the warning may be the only sign. */
function wasTakenBack(instance: Instance, look: MachineLook): boolean {
  const isWarned = toldOf(instance, "interruption-warning", { look, forMs: NOTICE_OF_ENDED_MS }) !== undefined;
  return isWarned || (instance.stateReason?.code ?? "").startsWith("Server.Spot");
}

/** Time of the last event of a kind about an instance. An event that is too old, or from before the instance was started, does not count. */
function toldOf(
  { id, launchedAt }: Instance,
  kind: "interruption-warning" | "rebalance",
  { look: { signals, now }, forMs }: { look: MachineLook; forMs: number },
): number | undefined {
  const times = signals.flatMap((it) => (it.kind === kind && it.instanceId === id ? it.at : []));
  const at = Math.max(...times);
  return at >= launchedAt && now < at + forMs ? at : undefined;
}

/** A running instance of a machine that was given up: the mark goes when it works after all. */
function givenUp(look: MachineLook, held: Instance): Doing | undefined {
  const { machine, health } = look;
  if (held.state !== "running" || machine.history.replacement?.gaveUp !== true) {
    return undefined;
  }
  if (health?.status === "ok") {
    return { kind: "recovered", because: `${held.id} passes its status checks: it is not given up any more` };
  }
  return isGivenUp(machine.template, held) ? gated(look, "status-checks", held) : undefined;
}

function withInstance(look: MachineLook, held: Instance): Doing {
  const { machine } = look;
  if (held.state === "pending") {
    return leftUndone(look) ?? { kind: "nothing", because: `${held.id} is starting` };
  }
  if (castOf(machine).kept === undefined) {
    return outdated(look, held);
  }
  if (held.state !== "running") {
    return underWay(look, held) ?? healed(look, "stopped", held);
  }
  const noticeAt = toldOf(held, "interruption-warning", { look, forMs: NOTICE_MS });
  if (noticeAt !== undefined) {
    return warned(look, held, noticeAt);
  }
  const isAtRisk = toldOf(held, "rebalance", { look, forMs: RECOMMENDATION_MS }) !== undefined;
  if (isAtRisk && machine.desired.replacement.strategy === "overlap") {
    return gated(look, "rebalance", held);
  }
  return (
    unwell(look, held) ?? leftUndone(look) ?? reverting(look, held) ?? { kind: "nothing", because: `${held.id} runs` }
  );
}

/** Answers an instance that a newer generation is to replace. A recycle says all that is wanted; an update may have been refused. */
function outdated(look: MachineLook, held: Instance): Doing {
  const { observed, desired, id } = look.machine;
  const isRecycled = held.tags[TAG.launch] === observed.generation?.launchHash;
  if (isRecycled) {
    return (
      underWay(look, held) ?? {
        kind: "finish",
        because: `${held.id} is to be replaced by one of generation ${observed.generation?.number ?? 0}`,
      }
    );
  }
  const isDown = held.state !== "running";
  const why = `${held.id} is not of the newest generation: an update of ${id} is under way, or did not get to its end`;
  return isDown && desired.healing.enabled
    ? (underWay(look, held) ?? gated(look, "stopped", held))
    : { kind: "nothing", because: `${why}; \`pulumi up\` goes on with it` };
}

/**
 * Answers a warning of AWS. With `overlap` another instance is launched at once, and the interface moved before the old one goes. No other
 * strategy can win time: the interface is free when the old instance has ended, and until then the old instance works.
 */
function warned(look: MachineLook, held: Instance, noticeAt: number): Doing {
  return look.machine.desired.replacement.strategy === "overlap"
    ? gated(look, "interruption-warning", held)
    : { kind: "wait", until: noticeAt + NOTICE_MS, because: `AWS takes ${held.id} back; it works until then` };
}

function unwell(look: MachineLook, held: Instance): Doing | undefined {
  const { machine, health, now } = look;
  const { enabled, graceSeconds, unhealthySeconds } = machine.desired.healing;
  if (health?.status !== "impaired" || !enabled) {
    return undefined;
  }
  const since = health.impairedSince ?? now;
  const until = Math.max(held.launchedAt + graceSeconds * 1000, since + unhealthySeconds * 1000);
  return now < until
    ? { kind: "wait", until, because: `${held.id} fails its status checks` }
    : gated(look, "status-checks", held);
}

/** Brings a machine that fell back to on-demand back to spot. */
function reverting(look: MachineLook, held: Instance): Doing | undefined {
  const { machine, now } = look;
  const { lifecycle, revertToSpot } = machine.desired.market;
  if (lifecycle !== "spot" || held.lifecycle === "spot" || revertToSpot === "never") {
    return undefined;
  }
  const { replacement } = machine.history;
  const triedAt = replacement?.reason === "revert-to-spot" ? replacement.at : held.launchedAt;
  const because = `${held.id} is on-demand and is to go back to spot`;
  if (revertToSpot === "always") {
    const until = triedAt + REVERT_MS;
    return now < until ? { kind: "wait", until, because } : gated(look, "revert-to-spot", held);
  }
  const since = openSince(revertToSpot.window, now);
  if (since === undefined) {
    return { kind: "wait", until: nextOpening(revertToSpot.window, now), because };
  }
  const isTried = replacement?.reason === "revert-to-spot" && replacement.at >= since;
  return isTried ? undefined : gated(look, "revert-to-spot", held);
}

function healed(look: MachineLook, reason: "ended" | "stopped", instance: Instance | undefined): Doing {
  return look.machine.desired.healing.enabled
    ? gated(look, reason, instance)
    : { kind: "nothing", because: `its instance was ${reason}, and healing is off` };
}

/** The replacement, if its time has come; else the wait for it, or giving the machine up. */
function gated(look: MachineLook, reason: ReplacementReason, instance: Instance | undefined): Doing {
  const { machine, health, signals, now } = look;
  const { healing, minReplacementInterval } = machine.desired;
  const worksUntil = reason === "status-checks" ? (health?.impairedSince ?? now) : now;
  const answer = tryAgain({
    reason,
    instance,
    workedMs: worksUntil - (instance?.launchedAt ?? 0),
    last: machine.history.replacement,
    boundMs: 2 * (healing.graceSeconds + healing.unhealthySeconds + minReplacementInterval) * 1000,
    intervalMs: minReplacementInterval * 1000,
    recordedAt: recordedAt(machine),
    isContinued: signals.some((it) => it.kind === "continue"),
    now,
  });
  if (answer.kind !== "go") {
    return answer;
  }
  const { replacement } = answer;
  return instance?.state === "running" ? { kind: "replace", instance, replacement } : { kind: "restore", replacement };
}
