/** Tries to bring a machine back: when the next one begins, and when no more are made. (pure) */
import { isFor, type LastReplacement, type ReplacementReason } from "../provider/engine/record/last-replacement";
import type { Instance } from "../provider/model/things";

/** After this many replacements in a row by instances that did not work, no other will help. */
export const MOST_IN_A_ROW = 3;
const FIRST_PAUSE_MS = 60_000;
/** Longest pause between tries: a machine is back within this time after the end of whatever kept it down. */
const LONGEST_PAUSE_MS = 9 * 60_000;

/** AWS takes the instance back: this says nothing about the machine, and is always answered. */
const OF_AWS: readonly ReplacementReason[] = ["interruption", "interruption-warning"];
/** The instance works, and stays if the replacement comes to nothing. */
const OF_CHOICE: readonly ReplacementReason[] = ["rebalance", "revert-to-spot"];
const WHILE_IT_WORKS: readonly ReplacementReason[] = [...OF_CHOICE, "interruption-warning"];

export interface Question {
  reason: ReplacementReason;
  /** The instance that is to be replaced, or that ran last; absent where EC2 shows none any more. */
  instance?: Instance;
  /** Time for which the instance worked, at most. */
  workedMs: number;
  last?: LastReplacement;
  /** An instance that worked for this long was no failure. */
  boundMs: number;
  /** The least time between two replacements. */
  intervalMs: number;
  /** When the newest generation was recorded. */
  recordedAt: number;
  /** Whether a run that was cut off goes on. */
  isContinued: boolean;
  now: number;
}

export type Answer =
  | { kind: "go"; replacement: LastReplacement }
  /** `isLeft`: whoever tried last looks again. `isLong`: the machine has been down for several tries. */
  | { kind: "wait"; until: number; because: string; isLeft: boolean; isLong: boolean }
  | { kind: "give-up"; because: string; replacement: LastReplacement; isKnown: boolean };

const NEVER: LastReplacement = { at: 0, reason: "by-hand", instanceId: "never", inARow: 0, tries: 0, gaveUp: false };

export function tryAgain(question: Question): Answer {
  const { reason, instance, now } = question;
  const last = question.last ?? NEVER;
  const isAgain = isAnotherTry(question, last);
  if (isOfMachine(reason) && isAgain && last.gaveUp) {
    return giveUp(last, true);
  }
  const counts = countsOf(question, last, isAgain);
  const replacement: LastReplacement = { at: now, reason, instanceId: instance?.id ?? "", ...counts, gaveUp: false };
  if (isOfMachine(reason) && counts.inARow > MOST_IN_A_ROW) {
    return giveUp({ ...replacement, inARow: MOST_IN_A_ROW }, false);
  }
  const until = last.at + pauseAfter(question, counts.tries, isAgain && !last.gaveUp);
  return now < until
    ? {
        kind: "wait",
        until,
        because: `the last try (${last.reason}) was a moment ago`,
        isLeft: isAgain,
        isLong: counts.tries >= MOST_IN_A_ROW,
      }
    : { kind: "go", replacement };
}

/** Whether a failure may be the machine's own fault. */
function isOfMachine(reason: ReplacementReason): boolean {
  return !OF_AWS.includes(reason) && !OF_CHOICE.includes(reason);
}

/** Pause after a try that came to nothing: a minute at first, then longer with each. */
export function pauseAfterTries(tries: number): number {
  return Math.min(Math.max(FIRST_PAUSE_MS, (FIRST_PAUSE_MS * tries) / 8), LONGEST_PAUSE_MS);
}

/** Whether a person, a run of ours, or AWS ended the instance: that says nothing about whether it works. */
export function isNoVerdict({ stateReason }: Pick<Instance, "stateReason">): boolean {
  const code = stateReason?.code ?? "";
  return code.startsWith("Server.") || code === "Client.UserInitiatedShutdown";
}

/** Whether this is another try to bring the instance back. Tries while the instance worked do not count. */
function isAnotherTry({ reason, instance }: Question, last: LastReplacement): boolean {
  const isForSame = reason === last.reason || !WHILE_IT_WORKS.includes(last.reason);
  return last !== NEVER && isFor(last, instance) && isForSame;
}

function countsOf(
  { reason, instance, workedMs, boundMs, recordedAt }: Question,
  last: LastReplacement,
  isAgain: boolean,
): Pick<LastReplacement, "inARow" | "tries"> {
  const tries = WHILE_IT_WORKS.includes(last.reason) && reason !== last.reason ? 0 : last.tries;
  const same = { inARow: Math.max(1, last.inARow), tries };
  if (isAgain) {
    return same;
  }
  // Whoever records a generation tries anew: what did not work before says nothing about it.
  if (instance === undefined || workedMs >= boundMs || recordedAt > last.at) {
    return { inARow: 1, tries: 0 };
  }
  return isOfMachine(reason) && isFailed(reason, instance) ? { inARow: last.inARow + 1, tries: 0 } : same;
}

/** Whether an instance failed. A running instance has failed only where its status checks say so. */
function isFailed(reason: ReplacementReason, instance: Instance): boolean {
  return (reason === "status-checks" || instance.state !== "running") && !isNoVerdict(instance);
}

function pauseAfter({ reason, intervalMs, isContinued }: Question, tries: number, isAgain: boolean): number {
  if (isContinued) {
    return 0;
  }
  if (tries > 0 || isAgain) {
    return pauseAfterTries(tries);
  }
  return OF_AWS.includes(reason) ? 0 : intervalMs;
}

function giveUp(replacement: LastReplacement, isKnown: boolean): Answer {
  const { reason, inARow } = replacement;
  const because = `${inARow} replacements in a row (the last for: ${reason}) did not help, and nothing more is tried; \`pulumi up\`, or a recycle by hand, tries again`;
  return { kind: "give-up", because, replacement: { ...replacement, tries: 0, gaveUp: true }, isKnown };
}
