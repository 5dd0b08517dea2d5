/** An instance that a run waits with, and that another run may have ended by then. */
import { findInstance } from "../../ec2/lookups";
import { isAlive } from "../situation/instances";
import { ObserveAgain, type Run } from "./run";
import type { Instance } from "../../model/things";

/** @throws ObserveAgain if it was terminated */
export function refuseEnded(instance: Instance | undefined): void {
  if (instance !== undefined && !isAlive(instance)) {
    throw new ObserveAgain(`${instance.id} was terminated meanwhile`);
  }
}

/** Refuses an instance that has ended, as EC2 shows it now. */
export async function requireAlive({ ec2 }: Pick<Run, "ec2">, { id }: Pick<Instance, "id">): Promise<void> {
  refuseEnded(await findInstance(ec2, id));
}
