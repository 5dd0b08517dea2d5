/** The operator that brings machines back: told of an instance that AWS has taken, it runs the product's own update, as a controller will. */
import type { LoggedEvent } from "../../local/ec2";
import type { Handlers } from "../../provider/handlers";
import type { VirtualTime } from "../virtual-time";
import type { Machine } from "./copies";

/** After an update that failed: doubled each time, as controllers do it, up to the longest. */
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 120_000;
/** More failed updates of one machine in a row are not a matter of waiting any more. */
const MAX_TRIES = 50;

export interface Recovery {
  machine: Machine;
  /** When AWS began to end the instance: from here on nobody is behind the address. */
  lostAt: number;
  /** How many updates it took. */
  tries: number;
  /** Why the last one failed, of a machine that was given up. */
  failure?: string;
}

export class Operator {
  readonly recoveries: Promise<Recovery>[] = [];
  private readonly byInstance: Map<string, Machine>;

  constructor(
    machines: readonly Machine[],
    private readonly time: VirtualTime,
    private readonly handlers: Handlers,
  ) {
    this.byInstance = new Map(machines.map((it) => [it.outputs.instanceId, it]));
  }

  readonly onEvent = ({ event: { detail } }: LoggedEvent): void => {
    const machine = detail.state === "shutting-down" ? this.byInstance.get(detail["instance-id"]) : undefined;
    if (machine !== undefined) {
      this.recoveries.push(this.bringBack(machine));
    }
  };

  private async bringBack(machine: Machine): Promise<Recovery> {
    const lostAt = this.time.now();
    for (let tries = 1; ; tries++) {
      try {
        const { outs } = await this.handlers.update(machine.id, machine.outputs, machine.outputs);
        machine.outputs = outs as Machine["outputs"];
        return { machine, lostAt, tries };
      } catch (error) {
        if (tries === MAX_TRIES) {
          return { machine, lostAt, tries, failure: String(error) };
        }
        await this.time.sleep(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS));
      }
    }
  }
}
