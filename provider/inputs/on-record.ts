/** How a machine was when it was last looked at, as the outputs on record tell. (pure) */
import type { Properties } from "../model/properties";
import { OUTDATED, RETYPED, SENTENCES } from "../engine/planning/drift";
import type { MachineState, Outputs } from "../model/outputs";

/** Drift that the last look at the machine found, as the recorded outputs tell it. */
export function driftIn(recorded: Properties): string[] {
  if (Array.isArray(recorded.drift) && recorded.drift.length > 0) {
    return recorded.drift as string[];
  }
  const found: string[] = [];
  const { networkInterfaceId, allocationId, elasticIp, state, persistPrivateIp, desiredState } =
    recorded as Partial<Outputs> & { elasticIp?: unknown; persistPrivateIp?: unknown; desiredState?: unknown };
  const hasNone = persistPrivateIp === false && state === "paused";
  if (networkInterfaceId === "" && !hasNone) {
    found.push(SENTENCES["make-network-interface"]);
  }
  if (allocationId === "" && elasticIp !== false && elasticIp !== undefined) {
    found.push(SENTENCES["associate-elastic-ip"]);
  }
  const trouble = state === undefined ? undefined : (desiredState === "paused" ? PAUSED : TROUBLE)[state];
  if (trouble !== undefined) {
    found.push(trouble);
  }
  return found;
}

const TROUBLE: Readonly<Record<MachineState, string | undefined>> = {
  running: undefined,
  paused: SENTENCES.start,
  pending: SENTENCES["await-running"],
  failed: "its instance could not be launched",
  missing: SENTENCES.launch,
};

/** The same of a machine that is to be paused. */
const PAUSED: Readonly<Record<MachineState, string | undefined>> = {
  running: SENTENCES.stop,
  paused: undefined,
  pending: SENTENCES.stop,
  failed: "it could not be paused",
  missing: undefined,
};

/** Whether the address is, or was, really had: an address alone may be one that was only asked for. */
export function isHeld(recorded: Properties): boolean {
  return typeof recorded.vpcId === "string" && recorded.vpcId !== "";
}

/** Whether the instance was found to be another than the one that is declared. */
export function isOutdated(drift: readonly string[]): boolean {
  return drift.includes(OUTDATED) || drift.includes(RETYPED);
}
