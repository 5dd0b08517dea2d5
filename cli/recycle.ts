/** `managed-instance recycle NAME|ID`: another instance, and nothing else changed. */
import { recordRecycle } from "../controller/by-hand";
import { actByHand, type ActOptions, instanceHeldBy, staying, type Verb } from "./act";
import type { Shell } from "./connection";

const RECYCLE: Verb = {
  name: "recycle",
  nothingToDo: (machine) =>
    instanceHeldBy(machine) === undefined
      ? "has no instance, and `managed-instance resume` launches a new one"
      : undefined,
  consequence: (machine) => {
    const held = instanceHeldBy(machine);
    if (held === undefined) {
      return undefined;
    }
    const then =
      machine.desired.desiredState === "paused"
        ? `At its next resume it ends ${held.id} and launches another.`
        : machine.desired.replacement.strategy === "overlap"
          ? `It launches another instance, moves the addresses to it, and ends ${held.id}.`
          : `It ends ${held.id} and launches another, dark until that runs.`;
    return `${then} ${staying(machine, held, true)}`;
  },
  record: (machine, deps) => recordRecycle(machine, deps, "by-hand"),
  goesOn: "`managed-instance resume`",
};

export function recycleCommand(shell: Shell, idOrName: string, options: ActOptions): Promise<void> {
  return actByHand(shell, RECYCLE, idOrName, options);
}
