/** One replacement by each strategy, through the handlers as Pulumi calls them. */
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import type { Draws, FloorName } from "./draws";
import { accountOf, handlersOn, type Machine, machineWith, replaced, type Replaced } from "./machine";

export interface Strategy {
  name: FloorName;
  replacement: Properties;
  change: Properties;
}

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const TYPE = { instanceType: "m6i.large" };

export const TERMINATE_FIRST: Strategy = { name: "terminate-first", replacement: {}, change: IMAGE };

export const STRATEGIES: readonly Strategy[] = [
  TERMINATE_FIRST,
  { name: "terminate-first, skipOsShutdown", replacement: { skipOsShutdown: true }, change: IMAGE },
  { name: "overlap", replacement: { strategy: "overlap" }, change: IMAGE },
  { name: "root-volume", replacement: { strategy: "root-volume" }, change: IMAGE },
  { name: "stop-start", replacement: { strategy: "stop-start" }, change: TYPE },
];

export function machineFor({ replacement, change }: Strategy): Promise<Machine> {
  return machineWith({ replacement }, change);
}

/** In a process that has replaced nothing before, so with nothing learned. */
export async function replace(machine: Machine, draws: Draws): Promise<Replaced> {
  const owner = accountOf(machine, draws);
  await owner.time.until(handlersOn(owner).update(machine.id, machine.outputs, machine.next));
  return replaced(owner, machine);
}
