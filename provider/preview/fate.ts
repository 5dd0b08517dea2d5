/** Fate of the machine's instance under a plan. (pure) */
import { isAlive, wantsInstance } from "../engine/situation/instances";
import { keepsInstance, type Path } from "../engine/situation/strategy";
import type { Instance } from "../model/things";
import { type Planned, stepsOfKind } from "./planned";

export type Fate =
  /** The instance that exists keeps running. */
  | { kind: "stays"; instance?: Instance }
  /** The machine is paused and stays so. */
  | { kind: "waits" }
  | { kind: "starts"; instance: Instance }
  | { kind: "launches" }
  /** The instance runs already, and gets the network interface. */
  | { kind: "attaches"; instance?: Instance }
  /** The instance makes way for another. */
  | { kind: "replaces"; instance: Instance; path: Path }
  /** The instance stays, and gets another root volume, type or user data. */
  | { kind: "changes"; instance: Instance; path: Path }
  /** The machine is paused. */
  | { kind: "stops"; instance: Instance }
  | { kind: "ends"; instance: Instance };

export function fateOf({ steps, cast }: Planned): Fate {
  const [preflight] = stepsOfKind(steps, "preflight");
  if (preflight !== undefined) {
    const { instance, path } = preflight;
    return { kind: keepsInstance(path) ? "changes" : "replaces", instance, path };
  }
  return wantsInstance(cast.desired) ? whileRunning({ steps, cast }) : whilePaused({ steps, cast });
}

function whilePaused({ steps, cast }: Planned): Fate {
  const [stop] = stepsOfKind(steps, "stop");
  const [ended] = endedBy({ steps, cast });
  if (stop !== undefined) {
    return { kind: "stops", instance: stop.instance };
  }
  return ended === undefined ? { kind: "waits" } : { kind: "ends", instance: ended };
}

function whileRunning({ steps, cast }: Planned): Fate {
  const [start] = stepsOfKind(steps, "start");
  if (start !== undefined) {
    return { kind: "starts", instance: start.instance };
  }
  if (steps.some((it) => it.kind === "launch" || it.kind === "launch-beside")) {
    return { kind: "launches" };
  }
  if (steps.some((it) => it.kind === "attach-network-interface")) {
    const [coming] = [...stepsOfKind(steps, "prove-candidate"), ...stepsOfKind(steps, "prove")];
    const [ended] = endedBy({ steps, cast });
    const isReplaced = ended !== undefined && steps.some((it) => it.kind === "prove-candidate");
    return isReplaced
      ? { kind: "replaces", instance: ended, path: "overlap" }
      : { kind: "attaches", instance: coming?.instance };
  }
  return { kind: "stays", instance: cast.staying };
}

/** The instances that are terminated. */
export function endedBy({ steps }: Planned): Instance[] {
  return stepsOfKind(steps, "retire")
    .map((it) => it.instance)
    .filter(isAlive);
}

/** The instances that are terminated beside the one that the fate is about. */
export function endedBeside(planned: Planned): Instance[] {
  const fate = fateOf(planned);
  const subject = "instance" in fate ? fate.instance?.id : undefined;
  return endedBy(planned).filter((it) => it.id !== subject);
}
