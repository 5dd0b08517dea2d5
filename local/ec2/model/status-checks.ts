import type { Instance, StatusCheck } from "./state";
import type { World } from "./world";

export type Health = "not-applicable" | "initializing" | "ok" | "impaired";

/** They pass a few minutes after a boot (EC2 guide, status checks: they run every minute). */
const CHECKS_TAKE_MS = 120_000;

/** An instance boots: its checks begin anew, and one of them will fail where that was ordered. */
export function beginChecks(world: World, instance: Instance): void {
  instance.bootedAt = world.now;
  const failing = world.impairedBoots.shift();
  if (failing === undefined) delete instance.impairedCheck;
  else instance.impairedCheck = failing;
}

/** The checks begin anew with a reboot, too: a guess. */
export function healthOf(world: World, instance: Instance, check: StatusCheck): Health {
  if (instance.state !== "running") return "not-applicable";
  if (instance.isRebooting === true || world.now < checkedAt(instance)) return "initializing";
  return instance.impairedCheck === check ? "impaired" : "ok";
}

/** When the checks of the latest boot are through. */
export function checkedAt({ bootedAt, launchTime }: Instance): number {
  return (bootedAt ?? launchTime) + CHECKS_TAKE_MS;
}
