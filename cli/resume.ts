/** `managed-instance resume NAME|ID`: starts or launches an instance on the addresses that were kept. */
import { recordState } from "../controller/by-hand";
import { castOf } from "../provider/engine/situation/cast";
import { fits } from "../provider/engine/situation/fit";
import { actByHand, type ActOptions, instanceHeldBy, type Verb } from "./act";
import type { Shell } from "./connection";

const RESUME: Verb = {
  name: "resume",
  nothingToDo: (machine) => {
    const held = instanceHeldBy(machine);
    // An instance that a recycle was to replace, and did not yet, is not the wanted one.
    const isUp = held?.state === "running" && fits(held, castOf(machine));
    return isUp && machine.desired.desiredState === "running" ? `runs already (${held.id})` : undefined;
  },
  // No question to ask: a resume takes nothing away that works.
  consequence: () => undefined,
  record: (machine, { ec2, clock }) => recordState(machine, ec2, "running", { by: "hand", at: clock.now() }),
  goesOn: "the same command",
};

export function resumeCommand(shell: Shell, idOrName: string, options: ActOptions): Promise<void> {
  return actByHand(shell, RESUME, idOrName, options);
}
