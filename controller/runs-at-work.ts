/** Changes that other runs are at work on are left to them for a while; what a dead run left undone is finished. (pure) */
import { plan } from "../provider/engine/planning/plan";
import type { Step } from "../provider/engine/planning/step";
import { castOf } from "../provider/engine/situation/cast";
import { generationOf, isAlive } from "../provider/engine/situation/instances";
import type { Instance } from "../provider/model/things";
import type { Doing, MachineLook } from "./action";
import type { Machine } from "./record";

/** Waits for a change that is under way: an `up`, or a recycle by hand, records a generation, drains the instance and terminates it. */
export function underWay({ machine, signals, now }: MachineLook, last: Instance | undefined): Doing | undefined {
  const { desired, observed } = machine;
  const isOlder = last === undefined || (generationOf(last) ?? 0) < (observed.generation?.number ?? 0);
  const { healing, replacement } = desired;
  const until = recordedAt(machine) + (healing.graceSeconds + replacement.drainSeconds) * 1000;
  const isContinued = signals.some((it) => it.kind === "continue");
  return isOlder && !isContinued && now < until
    ? { kind: "wait", until, because: "a new generation was recorded a moment ago, and is left to whoever did that" }
    : undefined;
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
export function leftUndone({ machine, signals, now }: MachineLook): Doing | undefined {
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

export function recordedAt({ template }: Machine): number {
  return template.latestVersionAt ?? template.createdAt;
}
