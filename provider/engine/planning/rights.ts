import { isAlive } from "../situation/instances";
import type { Step } from "./step";

/**
 * Steps that bring back what an earlier step took out of use, so that a refusal would come too late. EC2 has no dry run of the calls that
 * move private IPs and IPv6 addresses.
 */
const BRINGS_BACK: readonly Step["kind"][] = [
  "change-stopped",
  "disassociate-elastic-ip",
  "associate-elastic-ip",
  "exchange-elastic-ip",
  "set-public-ip-assignment",
  "attach-network-interface",
  "modify-volume",
  "attach-volumes",
];

/** The steps that take out of use what they bring back. */
const BRINGS_BACK_ITS_OWN: readonly Step["kind"][] = ["change-stopped", "exchange-elastic-ip"];

/** Before anything is taken out of use, or a machine launched for it, it is asked whether what brings it back is allowed. */
export function withRightsChecked(steps: Step[]): Step[] {
  const taken = steps.findIndex(takesOutOfUse);
  const needed = steps.filter(
    (step, index) => index >= taken && (isLate(step, index > taken) || isEndPrepared(step, steps.slice(0, index))),
  );
  if (taken < 0 || needed.length === 0) {
    return steps;
  }
  const looked = steps.findIndex((it) => it.kind === "preflight");
  const begun = steps[taken - 1]?.kind === "drain" ? taken - 1 : taken;
  const at = looked < 0 ? begun : looked + 1;
  return [...steps.slice(0, at), { kind: "check-rights", steps: needed }, ...steps.slice(at)];
}

function takesOutOfUse(step: Step): boolean {
  switch (step.kind) {
    case "retire":
      return isAlive(step.instance);
    case "stop":
    case "change-stopped":
    case "detach-network-interface":
    case "disassociate-elastic-ip":
    case "exchange-elastic-ip":
    case "detach-volume":
      return true;
    default:
      return false;
  }
}

/** A step that an instance was drained for, or another launched for, is not to be refused then. */
function isEndPrepared(step: Step, before: Step[]): boolean {
  const ends =
    (step.kind === "retire" && isAlive(step.instance)) || step.kind === "stop" || step.kind === "change-stopped";
  return ends && before.some((it) => it.kind === "drain" || it.kind === "launch-beside");
}

/** The first step that takes something is itself refused in time, unless it is what brings that back too. */
function isLate(step: Step, isAfter: boolean): boolean {
  return BRINGS_BACK.includes(step.kind) && (isAfter || BRINGS_BACK_ITS_OWN.includes(step.kind));
}
