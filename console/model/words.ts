/** Words of the page for states, reasons and kinds of trouble. (pure) */
import type { Trouble } from "../../cli/console/wire";

/** Appearance of a state. Each tone has an icon of its own shape, so that colour never tells alone. */
export type Tone = "good" | "rest" | "busy" | "bad" | "warning" | "plain";

const TONES: Readonly<Record<string, Tone>> = {
  running: "good",
  paused: "rest",
  pending: "busy",
  missing: "warning",
  failed: "bad",
};

/** States in the order of urgency; a state that the page does not know comes after `failed`. */
export const STATES: readonly string[] = ["failed", "missing", "pending", "paused", "running"];

export function toneOf(state: string): Tone {
  return Object.hasOwn(TONES, state) ? (TONES[state] ?? "plain") : "plain";
}

/** Rank of a state for sorting: 0 is the most urgent. */
export function urgencyOf(state: string): number {
  const rank = STATES.indexOf(state);
  return rank < 0 ? 0.5 : rank;
}

const REASONS: Readonly<Record<string, string>> = {
  interruption: "spot interruption",
  "interruption-warning": "spot interruption warning",
  rebalance: "rebalance recommendation",
  ended: "instance was terminated",
  stopped: "instance was stopped",
  "status-checks": "status checks failed",
  "revert-to-spot": "back to spot",
  schedule: "schedule",
  "by-hand": "by hand",
};

/** The reason of a replacement in words; a reason that the page does not know is shown as it is. */
export function reasonText(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] ?? reason) : reason;
}

const CHANGE_CLASSES: Readonly<Record<string, string>> = {
  P: "in place",
  I: "replaces the instance",
  N: "gives up the interface",
  R: "replaces the resource",
  C: "at create only",
};

/** The effect of changing an input; a class that the page does not know is shown as it is. */
export function changeText(changeClass: string): string {
  return Object.hasOwn(CHANGE_CLASSES, changeClass) ? (CHANGE_CLASSES[changeClass] ?? changeClass) : changeClass;
}

interface TroubleWords {
  title: string;
  /** The step that ends the trouble. */
  advice: string;
}

const TROUBLES: Readonly<Record<Trouble["kind"], TroubleWords>> = {
  "no-credentials": {
    title: "No usable AWS credentials",
    advice: "Renew them, for example with `aws sso login`. The console picks them up at its next look.",
  },
  denied: {
    title: "A right is missing",
    advice: "`managed-instance iam-policy reader` prints the policy that the console needs.",
  },
  throttled: {
    title: "EC2 throttles requests",
    advice: "Nothing has to be done: the console asks again, more slowly.",
  },
  unreachable: {
    title: "EC2 cannot be reached",
    advice: "Check the network, the region and the endpoint. The console asks again by itself.",
  },
  failed: {
    title: "The last look at EC2 failed",
    advice: "The console asks again by itself. `managed-instance doctor` may say more.",
  },
};

export function troubleWords(kind: string): TroubleWords {
  return Object.hasOwn(TROUBLES, kind) ? TROUBLES[kind as Trouble["kind"]] : TROUBLES.failed;
}

/** `1 machine`, `2 machines`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? singular : plural}`;
}
