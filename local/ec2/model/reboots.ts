import { Ec2Error } from "./errors";
import { interfacesOf, recordHoldings } from "./holdings";
import type { Due } from "./schedule";
import type { Instance } from "./state";
import { beginChecks } from "./status-checks";
import { TIMINGS } from "./timings";
import type { World } from "./world";

/** The code is that of a start or stop from a wrong state; the page of RebootInstances names none. */
export function checkRebootable({ state, instanceId }: Instance): void {
  if (state === "running") return;
  throw new Ec2Error(
    "IncorrectInstanceState",
    `The instance '${instanceId}' is not in a state from which it can be rebooted.`,
  );
}

/** The instance stays `running` and keeps all that it has; for a while nobody is behind its addresses. */
export function reboot(world: World, instance: Instance): void {
  goDark(world, instance);
  world.later(TIMINGS.reboot, { kind: "instance-rebooted", id: instance.instanceId });
}

export function onRebooted(world: World, { id }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance !== undefined) comeBack(world, instance);
}

export function goDark(world: World, instance: Instance): void {
  instance.isRebooting = true;
  world.ledger.note({ time: world.now, instanceId: instance.instanceId, event: "rebooted" });
  recordAll(world, instance);
}

export function comeBack(world: World, instance: Instance): void {
  delete instance.isRebooting;
  beginChecks(world, instance);
  recordAll(world, instance);
}

function recordAll(world: World, instance: Instance): void {
  for (const networkInterface of interfacesOf(world, instance)) recordHoldings(world, networkInterface, "rebooted");
}
