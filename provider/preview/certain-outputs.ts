/**
 * The outputs that stay whatever becomes of the instance: all that is certain where no plan can be made, since not all inputs are known
 * or nothing was looked at. (pure)
 */
import type { Change } from "../inputs/changes";
import { COUNTED_ADDRESSES } from "../inputs/inputs";
import { INPUT_NAMES, type InputName } from "../inputs/table";
import { isHeld } from "../inputs/on-record";
import type { Properties } from "../model/properties";
import { ELASTIC, IDENTITY, type OutputName, PLACE } from "./touches";

interface Pair {
  changes: readonly Change[];
  recorded: Properties;
  wanted: Properties;
}

type Rule = readonly [names: readonly OutputName[], isCertain: (pair: Pair) => boolean];

/** Rules that tell when each output is certain. An output that is empty is missing, and is made. */
const CERTAIN: readonly Rule[] = [
  [IDENTITY, keepsInterface],
  [PLACE, (it) => !changed(it, "subnetId")],
  ...COUNTED_ADDRESSES.map(({ list, count }): Rule => [
    [list],
    (it) => keepsInterface(it) && !changed(it, list, count) && isCounted(it.recorded[list], it.wanted[count]),
  ]),
  [ELASTIC, namesHeldElasticIp],
  [["launchTemplateId"], () => true],
  [["dataVolumeIds"], (it) => !changed(it, "dataVolumes") && hasVolumes(it)],
];

/** @param recorded outputs on record, or of them what outlives an instance */
export function certainOutputs(
  changes: readonly Change[],
  recorded: Properties,
  wanted: Properties,
): Record<string, unknown> {
  if (changes.some((it) => it.class === "replaces-resource")) {
    return {};
  }
  const pair = { changes, recorded, wanted };
  const names = CERTAIN.flatMap(([group, isCertain]) => (isCertain(pair) ? group : []));
  const hasNone = recorded.elasticIp === false && wanted.elasticIp === false;
  return {
    ...Object.fromEntries(names.flatMap((name) => (isThere(recorded[name]) ? [[name, recorded[name]]] : []))),
    ...(hasNone && recorded.allocationId === "" ? { allocationId: "" } : {}),
  };
}

/**
 * The outputs that a refresh leaves for the next check, which gets no others. Where it found drift, things may go on changing, and that check is to
 * look: it does so where the zone is missing, by which nothing is found and nothing kept.
 */
export function refreshedOutputs(outputs: Properties, drift: readonly string[]): Record<string, unknown> {
  const { availabilityZone, ...others } = certainOutputs([], outputs, outputs);
  return drift.length === 0 && availabilityZone !== undefined ? { ...others, availabilityZone } : others;
}

/** Leaves out the outputs that the next failure or the next interruption makes untrue. */
export function lastingOutputs(recorded: Properties): Record<string, unknown> {
  const lasting: readonly string[] = [...CERTAIN.flatMap(([names]) => names), ...INPUT_NAMES];
  return Object.fromEntries(Object.entries(recorded).filter(([name]) => lasting.includes(name)));
}

/** Whether what earlier checks, or a refresh, added is too little to show a preview: they knew nothing of what was made since. */
export function isTooLittle(lasting: Properties): boolean {
  const isKept = lasting.persistPrivateIp !== false;
  return (
    ((isKept || lasting.desiredState !== "paused") && !(isHeld(lasting) && isThere(lasting.availabilityZone))) ||
    (isKept && !isThere(lasting.networkInterfaceId)) ||
    !isThere(lasting.launchTemplateId) ||
    (lasting.elasticIp !== false && !isThere(lasting.allocationId))
  );
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== "";
}

function changed({ changes }: Pair, ...inputs: InputName[]): boolean {
  return changes.some((it) => inputs.includes(it.input));
}

/** Whether the interface stays. An interface that is not kept goes with its instance. */
function keepsInterface({ changes, recorded }: Pair): boolean {
  return isHeld(recorded) && recorded.persistPrivateIp !== false && !changes.some((it) => it.class === "moves");
}

function isCounted(held: unknown, count: unknown): boolean {
  return Array.isArray(held) && held.length === (count ?? 0);
}

/** Whether the program names the held Elastic IP, by whichever name. */
function namesHeldElasticIp({ recorded, wanted }: Pair): boolean {
  const { allocationId, publicIp, elasticIp } = recorded;
  return (
    isThere(allocationId) &&
    wanted.elasticIp !== false &&
    [elasticIp, allocationId, publicIp].includes(wanted.elasticIp)
  );
}

function hasVolumes({ recorded, wanted }: Pair): boolean {
  const ids = (recorded.dataVolumeIds ?? {}) as Record<string, string>;
  const named = Array.isArray(wanted.dataVolumes) ? (wanted.dataVolumes as { name: string }[]) : [];
  return named.every((it) => Object.hasOwn(ids, it.name));
}
