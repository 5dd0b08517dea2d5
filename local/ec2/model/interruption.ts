import { takeAway } from "./lifecycle";
import type { Due } from "./schedule";
import { isTooExpensive, setSpotPrice } from "./spot-prices";
import { setStatus, spotRequestOf } from "./spot-requests";
import type { Instance, InterruptionAction, InterruptionCause, SpotRequest } from "./state";
import { TIMINGS } from "./timings";
import type { World } from "./world";

/** One instance, or all of a type, a zone, or a type in a zone. */
export type InterruptionTarget = { instanceId: string } | { type?: string; zone?: string };

/** The spot instances that a target means, of those that run and are not being interrupted yet. */
export function interruptible(world: World, target: InterruptionTarget): Instance[] {
  if ("instanceId" in target) {
    const instance = world.account.instances.get(target.instanceId);
    return instance !== undefined && isInterruptible(instance) ? [instance] : [];
  }
  const { type, zone } = target;
  return [...world.account.instances.values()].filter(
    (one) =>
      isInterruptible(one) &&
      (type === undefined || one.instanceType === type) &&
      (zone === undefined || one.availabilityZone === zone),
  );
}

function isInterruptible({ state, spotRequestId, interruption }: Instance): boolean {
  return spotRequestId !== undefined && interruption === undefined && (state === "running" || state === "pending");
}

/**
 * AWS wants an instance back: the request says so at once, the instance goes on for two minutes. Only hibernation begins at
 * once (UG, spot-instance-termination-notices).
 */
export function interrupt(world: World, instance: Instance, cause: InterruptionCause = "no-capacity"): void {
  const request = spotRequestOf(world, instance);
  const action = actionOf(request);
  instance.interruption = { action, cause };
  if (request !== undefined) giveNotice(world, request, { action, cause });
  world.events.interruptionWarning(instance.instanceId, action);
  world.ledger.note({ time: world.now, instanceId: instance.instanceId, event: "interruption-notice" });
  const notice = action === "hibernate" ? 0 : world.durationOf(TIMINGS.interruptionNotice);
  world.schedule.add({ at: world.now + notice, kind: "spot-interruption", id: instance.instanceId });
}

function actionOf(request: SpotRequest | undefined): InterruptionAction {
  const behavior = request?.interruptionBehavior;
  return behavior === "stop" || behavior === "hibernate" ? behavior : "terminate";
}

/** UG, spot-request-status: for want of capacity a terminated one is never marked, it says the end of it at once. */
function giveNotice(
  world: World,
  request: SpotRequest,
  { action, cause }: { action: InterruptionAction; cause: InterruptionCause },
): void {
  if (action !== "terminate") setStatus(world, request, "marked-for-stop");
  else if (cause === "by-price") setStatus(world, request, "marked-for-termination");
  else {
    setStatus(world, request, "instance-terminated-no-capacity");
    if (request.state === "active") request.state = request.type === "persistent" ? "open" : "closed";
  }
}

/** The notice has run out. Who ended or stopped the instance meanwhile was faster. */
export function onInterruption(world: World, { id }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance?.interruption === undefined) return;
  if (instance.state === "running" || instance.state === "pending")
    takeAway(world, instance, instance.interruption.action);
}

/** A price above somebody's limit takes their instances back. */
export function changePrice(world: World, pool: { type: string; zone: string }, price: number): void {
  setSpotPrice(world, pool.type, pool.zone, price);
  for (const instance of interruptible(world, pool)) {
    const request = spotRequestOf(world, instance);
    if (request !== undefined && isTooExpensive(world, request)) interrupt(world, instance, "by-price");
  }
}
