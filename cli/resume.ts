/** `managed-instance resume NAME|ID`: starts or launches an instance on the addresses that were kept. */
import { recordState } from "../controller/by-hand";
import { act, type ActOptions, heldBy, type Verb } from "./act";
import type { Shell } from "./connection";

const RESUME: Verb = {
  name: "resume",
  nothingToDo: (machine) => {
    const held = heldBy(machine);
    const isUp = machine.desired.desiredState === "running" && held?.state === "running";
    return isUp ? `runs already (${held.id})` : undefined;
  },
  // Nothing that works is taken away.
  consequence: () => undefined,
  record: (machine, ec2) => recordState(machine, ec2, "running"),
};

export function resume(shell: Shell, idOrName: string, options: ActOptions): Promise<void> {
  return act(shell, RESUME, idOrName, options);
}
