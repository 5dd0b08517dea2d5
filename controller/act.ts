/** One deed on one machine, by the engine. */
import { TAG } from "../provider/ec2/tags";
import { replacementText } from "../provider/engine/record/last-replacement";
import { ReconcileFailure } from "../provider/engine/reconcile";
import { type Deps, depsOf } from "../provider/engine/steps/run";
import { cancellable } from "../provider/kit/clock";
import type { Outputs } from "../provider/model/outputs";
import { carryOut, pause, recycle, resume } from "./by-hand";
import { untilDeadline } from "./deadline";
import type { Deed } from "./action";
import type { Signal } from "./events";
import { isNoted, isNotedWithDeed, NotFollowed, remember, tickNote } from "./notes";
import { about, type Looking, type Metrics, type Outcome, NONE } from "./outcome";
import type { Machine } from "./record";
import { COSTS, missingRight, seeing } from "./rights";
import { unfinished } from "./unfinished";

interface Acting {
  action: Deed;
  signals: readonly Signal[];
}

/** The figures of one run of the engine. */
interface Count {
  darkMs: number;
  misses: number;
}

/** @throws NotFollowed */
export async function act(controller: Looking, machine: Machine, { action, signals }: Acting): Promise<Outcome> {
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
    if (isNotedWithDeed(action)) {
      const missing = missingRight(error, COSTS.schedules);
      if (missing?.right === "ec2:CreateTags") {
        controller.missing.push(missing);
        throw new NotFollowed();
      }
      if (error instanceof ReconcileFailure && error.isUntouched) {
        // The obstacle will not be gone in a minute: the next try is at the schedule's next time.
        await isNoted(controller, machine, tickNote(action));
      }
    }
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
      return pause(machine, deps, { by: "schedule", note: tickNote(action) });
    case "resume":
      return resume(machine, deps, { by: "schedule", note: tickNote(action) });
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
  const { desired, purpose } = machine;
  const isTriedFirst = replacement.reason === "revert-to-spot" && desired.replacement.strategy === "overlap";
  return {
    ...machine,
    desired: isTriedFirst ? { ...desired, market: { ...desired.market, fallbackToOnDemand: false } } : desired,
    purpose: { ...purpose, replaceInstanceId: instance.id },
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
