/** The outputs that a preview shows, because the plan leaves them as they are or the inputs decide them. (pure) */
import { wantsInstance } from "../engine/situation/instances";
import { heldElasticIp, outputsOf } from "../engine/situation/outputs";
import { COUNTED_ADDRESSES } from "../inputs/inputs";
import { isHeld } from "../inputs/on-record";
import { withoutUndefined } from "../kit/undefined";
import type { Outputs } from "../model/outputs";
import type { Properties } from "../model/properties";
import type { Planned } from "./planned";
import { type OutputName, PLACE, touchedBy } from "./touches";

/**
 * Pulumi shows a program, in the preview of an update, nothing but the checked inputs as outputs. An output among them is
 * known there; any other would make everything that depends on it look changed.
 *
 * @param recorded the outputs on record, put right by what is there by now
 */
export function knownOutputs(planned: Planned, recorded: Properties): Record<string, unknown> {
  const before = outputsBefore(planned);
  const mayFallBack = planned.cast.desired.fallbackInstanceTypes.length > 0;
  const touched = new Set(planned.steps.flatMap((it) => touchedBy(it, { ...before, mayFallBack })));
  const { drift: _, state, ...outputs } = before;
  const untouched = Object.entries(outputs).filter(([name]) => !touched.has(name as OutputName));
  const goal = wantsInstance(planned.cast.desired) ? "running" : "paused";
  const known: Record<string, unknown> = {
    ...Object.fromEntries(untouched),
    ...decided(planned, recorded),
    ...([state, recorded.state].includes(goal) ? { state: goal } : {}),
  };
  return withoutUndefined(withoutUntold(known, { ...planned.cast.desired }));
}

/** The outputs before the plan, with the Elastic IP that the machine has, be it on its interface by now or not. */
function outputsBefore({ cast }: Planned): Outputs {
  const eip = heldElasticIp(cast);
  return { ...outputsOf(cast), ...(eip && { publicIp: eip.publicIp, allocationId: eip.allocationId }) };
}

/** The place of a machine that stays in its subnet, and the addresses that a network interface is made with because they are held. */
function decided({ steps, cast: { desired } }: Planned, recorded: Properties): Properties {
  if (!isHeld(recorded) || recorded.subnetId !== desired.subnetId) {
    return {};
  }
  if (!steps.some((it) => it.kind === "make-network-interface")) {
    return picked(recorded, PLACE);
  }
  const isSame =
    desired.persistPrivateIp && desired.privateIp !== undefined && desired.privateIp === recorded.privateIp;
  const names: OutputName[] = [...PLACE, ...(isSame ? (["privateIp", "privateDnsName"] as const) : [])];
  const lists = COUNTED_ADDRESSES.filter(({ list, count }) => {
    const asked = desired[list] ?? ((desired[count] ?? 0) === 0 ? [] : undefined);
    return JSON.stringify(asked) === JSON.stringify(recorded[list]);
  });
  return picked(recorded, [...names, ...lists.map((it) => it.list)]);
}

function picked(from: Properties, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

/** Addresses that were only found there must not look as if they had been asked for. */
function withoutUntold(outputs: Properties, wanted: Properties): Record<string, unknown> {
  const untold = COUNTED_ADDRESSES.filter(({ list, count }) => !isTold(outputs[list], wanted[count])).map(
    (it): string => it.list,
  );
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !untold.includes(name)));
}

function isTold(held: unknown, count: unknown): boolean {
  return !Array.isArray(held) || held.length === 0 || count !== undefined;
}
