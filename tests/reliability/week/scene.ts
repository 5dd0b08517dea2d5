/** One spell of trouble as it sees the account: its end, its machines, and its own chance. */
import type { Random } from "../../../local/ec2/model/random";
import { TAG } from "../../../provider/ec2/tags";
import type { Account } from "./account";
import type { Controller } from "./controller";
import type { Machine } from "./machine";

/** Why a machine's address goes dark, as the table of outages names it. */
export type Cause =
  | "interruption"
  | "stopped by hand"
  | "ended by hand"
  | "detached by hand"
  | "impaired"
  | "up"
  | "an image that does not work"
  | "recycle by hand"
  | "pause by hand";

export class Scene {
  constructor(
    readonly account: Account,
    readonly controller: Controller,
    readonly end: number,
    readonly random: Random,
  ) {}

  get isOver(): boolean {
    return this.account.now() >= this.end;
  }

  /** Until the end of the spell. */
  rest(): Promise<void> {
    return this.account.time.sleep(this.end - this.account.now());
  }

  /** A pause of about so long, and no longer than the spell. */
  async pause(meanMs: number): Promise<void> {
    const ms = meanMs * (0.3 + 1.4 * this.random.next());
    await this.account.time.sleep(Math.min(ms, Math.max(0, this.end - this.account.now())));
  }

  /** Again and again, about so often, as long as the spell lasts. */
  async repeatedly(meanMs: number, work: () => void | Promise<void>): Promise<void> {
    await this.pause(meanMs / 3);
    while (!this.isOver) {
      await work();
      await this.pause(meanMs);
    }
  }

  one<T>(list: readonly T[]): T {
    const found = list[this.random.integer(list.length)];
    if (found === undefined) {
      throw new Error("there is nothing to choose from");
    }
    return found;
  }

  chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  machine(fits: (it: Machine) => boolean = () => true): Machine {
    return this.one(this.account.fleet.machines.filter(fits));
  }

  /** A machine with an instance that runs, and that instance. */
  running(fits: (it: Machine) => boolean = () => true): { machine: Machine; instanceId: string } | undefined {
    const { instances } = this.account.made;
    const found = this.account.fleet.machines.filter(fits).flatMap((machine) => {
      const instance = instances.find((it) => it.tags[TAG.id] === machine.id && it.state === "running");
      return instance === undefined ? [] : [{ machine, instanceId: instance.instanceId }];
    });
    return found.length === 0 ? undefined : this.one(found);
  }

  /** Puts on record why the address of a machine may go dark from now on. */
  causes(machine: Machine, cause: Cause): void {
    machine.causes.push({ at: this.account.now(), cause });
  }
}
