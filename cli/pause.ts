/** `managed-instance pause NAME|ID`: gives up the instance, keeps the addresses. */
import { recordState } from "../controller/by-hand";
import { staysStopped } from "../provider/engine/situation/instances";
import { actByHand, type ActOptions, instanceHeldBy, staying, type Verb } from "./act";
import type { Shell } from "./connection";

const PAUSE: Verb = {
  name: "pause",
  nothingToDo: (machine) => {
    const { desired } = machine;
    const held = instanceHeldBy(machine);
    const isDown = held === undefined || (held.state === "stopped" && staysStopped(held, desired));
    return desired.desiredState === "paused" && isDown ? "is paused already" : undefined;
  },
  consequence: (machine) => {
    const held = instanceHeldBy(machine);
    if (held === undefined) {
      return undefined;
    }
    const isStopped = staysStopped(held, { ...machine.desired, desiredState: "paused" });
    return `It ${isStopped ? "stops" : "ends"} ${held.id}. ${staying(machine, held, !isStopped)}`;
  },
  record: (machine, { ec2, clock }) => recordState(machine, ec2, "paused", { by: "hand", at: clock.now() }),
  goesOn: "the same command",
  hint: "`managed-instance resume` brings it back; so does the next `pulumi up` after a refresh, unless the program says it is to be paused.",
};

export function pauseCommand(shell: Shell, idOrName: string, options: ActOptions): Promise<void> {
  return actByHand(shell, PAUSE, idOrName, options);
}
