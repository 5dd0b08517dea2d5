/** What will become of the instance, as far as the recorded outputs can tell. (pure) */
import type { Properties } from "../model/properties";
import type { Change } from "./changes";
import { driftIn } from "./on-record";
import { OUTDATED, RETYPED } from "../engine/planning/drift";
import { type LaunchPart, partOf } from "../engine/record/specification";
import type { Instance, Lifecycle, NetworkInterface } from "../model/things";
import type { Strategy } from "../model/desired";
import { type Hindrances, keepsInstance, type Path, pathOf } from "../engine/situation/strategy";

export type Outlook =
  /** It stays as it is. */
  | { kind: "in-place" }
  /** It is stopped, and is started. */
  | { kind: "starts" }
  /** There is none, and one is launched. */
  | { kind: "launches" }
  /** It makes way for another, or is changed, on this path. */
  | { kind: "replaces"; path: Path }
  /** The machine is paused: it is stopped, or ended. */
  | { kind: "stops" }
  | { kind: "ends" }
  /** The machine is paused and stays so. */
  | { kind: "waits" };

/** The instance that is there, and its interfaces that are not the machine's. */
export interface Held {
  instance: Instance;
  further: NetworkInterface[];
}

/** The names of what {@link lookedAt} adds. */
const WAITING = "waitingParts";
const DIFFERENT = "differentParts";
const HELD = "held";
const TRIED_AGAIN = "isTriedAgain";
const HINDRANCES = "hindrances";

/**
 * The recorded outputs, and what a look at EC2 told: the instance that is there, in what it differs from what is wanted, if that
 * is known, and whether the latest generation is what is wanted. Inputs may change and name what it has.
 */
export function lookedAt(
  recorded: Properties,
  different?: readonly LaunchPart[],
  held?: Held,
  { isTriedAgain = false, hindrances = {} }: { isTriedAgain?: boolean; hindrances?: Hindrances } = {},
): Properties {
  return {
    ...recorded,
    [TRIED_AGAIN]: isTriedAgain,
    [HELD]: held,
    [HINDRANCES]: hindrances,
    [DIFFERENT]: different,
    ...(isUntold(recorded) ? { [WAITING]: different ?? [] } : {}),
  };
}

/** What a look found. */
export function heldIn(recorded: Properties): Held | undefined {
  return recorded[HELD] as Held | undefined;
}

/** Whether a replacement that was rolled back is what is wanted again, and not another one. */
export function isTriedAgain(recorded: Properties): boolean {
  return recorded[TRIED_AGAIN] === true;
}

/** What changed while there was no running instance to change, or while nobody looked. */
export function waitingParts(recorded: Properties): readonly LaunchPart[] {
  const told = recorded[WAITING] as readonly LaunchPart[] | undefined;
  return told ?? (isOutdated(recorded) ? ["other"] : []);
}

export function isOutdated(recorded: Properties): boolean {
  const drift = driftIn(recorded);
  return drift.includes(OUTDATED) || drift.includes(RETYPED);
}

/** Whether an image is needed for it: to launch from, or as what the instance is to boot. */
export function needsImage(outlook: Outlook): boolean {
  return outlook.kind === "launches" || (outlook.kind === "replaces" && outlook.path !== "stop-start");
}

/** Whether the instance that is there will not be there any more. */
export function endsInstance(outlook: Outlook): boolean {
  return outlook.kind === "ends" || (outlook.kind === "replaces" && !keepsInstance(outlook.path));
}

function isUntold(recorded: Properties): boolean {
  return (recorded.state === "paused" && textOf(recorded.instanceId) !== "") || isOutdated(recorded);
}

/**
 * @param recorded the outputs as last recorded
 * @param wanted the checked inputs
 */
export function outlookFor(changes: Change[], recorded: Properties, wanted: Properties): Outlook {
  const instanceId = textOf(recorded.instanceId);
  const moves = changes.some((it) => it.class === "moves");
  if (wanted.desiredState === "paused") {
    return pauseOutlook(recorded, wanted, moves);
  }
  const isReplaced = moves || differentParts(changes, recorded).length > 0;
  const isGone = recorded.state === "missing" || recorded.state === "failed";
  const hasNone = instanceId === "" && recorded.state === "paused";
  if (isGone || hasNone) {
    return instanceId !== "" && isReplaced ? { kind: "replaces", path: "terminate-first" } : comesBack(recorded);
  }
  if (isReplaced) {
    return { kind: "replaces", path: pathFor(changes, recorded, wanted) };
  }
  return { kind: recorded.state === "paused" ? "starts" : "in-place" };
}

function comesBack(recorded: Properties): Outlook {
  return { kind: heldIn(recorded)?.instance.state === "stopped" ? "starts" : "launches" };
}

function pauseOutlook(recorded: Properties, { pauseBehavior }: Properties, moves: boolean): Outlook {
  const isThere = textOf(recorded.instanceId) !== "";
  const canStop = pauseBehavior === "stop" && recorded.lifecycle !== "spot" && !moves;
  if (!isThere) {
    return { kind: "waits" };
  }
  if (!canStop) {
    return { kind: "ends" };
  }
  return { kind: recorded.state === "paused" ? "waits" : "stops" };
}

function pathFor(changes: Change[], recorded: Properties, { replacement, market, cpuOptions }: Properties): Path {
  const { strategy = "terminate-first" } = (replacement ?? {}) as { strategy?: Strategy };
  const { lifecycle = "on-demand" } = (market ?? {}) as { lifecycle?: Lifecycle };
  return pathOf({
    strategy,
    parts: differentParts(changes, recorded),
    moves: changes.some((it) => it.class === "moves"),
    isRunning: recorded.state === "running",
    runsAs: recorded.lifecycle === "spot" ? "spot" : "on-demand",
    wantedAs: lifecycle,
    pinsCpu: cpuOptions !== undefined,
    ...(recorded[HINDRANCES] as Hindrances | undefined),
  });
}

/** In what the instance differs from what is wanted: as a look told, else as what changed has it. */
function differentParts(changes: Change[], recorded: Properties): readonly LaunchPart[] {
  const replacing = changes.filter((it) => it.class === "replaces-instance");
  const told = recorded[DIFFERENT] as readonly LaunchPart[] | undefined;
  return told ?? [...replacing.map((it) => partOf(it.input)), ...waitingParts(recorded)];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
