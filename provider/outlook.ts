/** What will become of the instance, as far as the recorded outputs can tell. (pure) */
import { type Change, driftIn } from "./changes";
import { OUTDATED } from "./engine/drift";
import type { LaunchPart } from "./engine/specification";
import type { Instance, Lifecycle, Strategy } from "./engine/state";
import { keepsInstance, type Path, pathOf } from "./engine/strategy";

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

type Properties = Readonly<Record<string, unknown>>;

/** The names of what {@link lookedAt} adds. */
const WAITING = "waitingParts";
const HELD = "heldInstance";

/**
 * The recorded outputs, and what a look at EC2 told: the instance that is there, and in what it differs from what is wanted where
 * the record does not tell.
 */
export function lookedAt(recorded: Properties, waiting: readonly LaunchPart[], instance?: Instance): Properties {
  return { ...recorded, [HELD]: instance, ...(isUntold(recorded) ? { [WAITING]: waiting } : {}) };
}

/** The instance that a look found. */
export function heldInstance(recorded: Properties): Instance | undefined {
  return recorded[HELD] as Instance | undefined;
}

/** What changed while there was no running instance to change, or while nobody looked. */
export function waitingParts(recorded: Properties): readonly LaunchPart[] {
  const told = recorded[WAITING] as readonly LaunchPart[] | undefined;
  return told ?? (isOutdated(recorded) ? ["other"] : []);
}

export function isOutdated(recorded: Properties): boolean {
  return driftIn(recorded).includes(OUTDATED);
}

/**
 * Whether only a look at EC2 tells what becomes of the instance: what was launched with other inputs is not on record, nor what
 * an instance that was adopted has on it.
 */
export function needsInstance(changes: Change[], recorded: Properties, wanted: Properties): boolean {
  const { instanceId: adopted } = (recorded.adopt ?? {}) as { instanceId?: unknown };
  const isAdopted = adopted !== undefined && adopted === recorded.instanceId;
  return (
    (isAdopted && endsInstance(outlookFor(changes, recorded, wanted))) ||
    (wanted.desiredState !== "paused" && isUntold(recorded))
  );
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
  const isReplaced =
    moves || changes.some((it) => it.class === "replaces-instance") || waitingParts(recorded).length > 0;
  const isGone = recorded.state === "missing" || recorded.state === "failed";
  const hasNone = instanceId === "" && recorded.state === "paused";
  if (isGone || hasNone) {
    return instanceId === "" || !isReplaced ? { kind: "launches" } : { kind: "replaces", path: "terminate-first" };
  }
  if (isReplaced) {
    return { kind: "replaces", path: pathFor(changes, recorded, wanted) };
  }
  return { kind: recorded.state === "paused" ? "starts" : "in-place" };
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
  const replacing = changes.filter((it) => it.class === "replaces-instance");
  return pathOf({
    strategy,
    parts: [...replacing.map((it) => partOf(it.input)), ...waitingParts(recorded)],
    moves: changes.some((it) => it.class === "moves"),
    isRunning: recorded.state === "running",
    runsAs: recorded.lifecycle === "spot" ? "spot" : "on-demand",
    wantedAs: lifecycle,
    pinsCpu: cpuOptions !== undefined,
  });
}

function partOf(input: Change["input"]): LaunchPart {
  return input === "imageId" || input === "instanceType" || input === "userData" ? input : "other";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
