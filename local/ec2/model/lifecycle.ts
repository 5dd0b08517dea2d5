import { endAttachments } from "./attachments";
import { giveBackCapacity, takeCapacity, type Pool } from "./capacity";
import { Ec2Error } from "./errors";
import { checkFirmware, firmwareOf } from "./firmware";
import { interfacesOf, recordHoldings } from "./holdings";
import { endToken } from "./idempotency";
import { endProfile } from "./instance-profiles";
import { scheduleStart } from "./launch";
import { checkZoneOffers, instanceTypeOf } from "./launch-plan";
import type { Ending, Milestone } from "./ledger";
import { assignChangingPublicIp } from "./public-addresses";
import type { Due } from "./schedule";
import { checkStartable, checkStoppable, onEndOf, onStartOf, onStopOf } from "./spot-requests";
import type { Instance, InstanceState, InterruptionAction } from "./state";
import { TERMINATED_VISIBLE_MS, TIMINGS } from "./timings";
import { endDevices } from "./volumes";
import type { World } from "./world";

export interface StateChange {
  instance: Instance;
  previous: InstanceState;
}

/** From where each request does something, and where it is answered although nothing is left to do. */
const START = { from: ["stopped"], already: ["pending", "running"], word: "started" } as const;
const STOP = { from: ["running"], already: ["stopping", "stopped"], word: "stopped" } as const;

type Legality = typeof START | typeof STOP;

function isDue({ state, instanceId }: Instance, legality: Legality): boolean {
  if (legality.from.some((from) => from === state)) return true;
  if (legality.already.some((already) => already === state)) return false;
  throw new Ec2Error(
    "IncorrectInstanceState",
    `The instance '${instanceId}' is not in a state from which it can be ${legality.word}.`,
  );
}

/** Stop protection refuses a termination too (EC2 user guide, stop protection; the reply is as recorded in cloud-custodian's test data). */
export function checkTerminable(instance: Instance): void {
  if (instance.state === "terminated") return;
  if (instance.disableApiTermination) throw notPermitted(instance, "terminated", "disableApiTermination");
  if (instance.disableApiStop) throw notPermitted(instance, "terminated", "disableApiStop");
}

function notPermitted(
  { instanceId }: Instance,
  what: "terminated" | "stopped",
  attribute: "disableApiTermination" | "disableApiStop",
): Ec2Error {
  return new Ec2Error(
    "OperationNotPermitted",
    `The instance '${instanceId}' may not be ${what}. Modify its '${attribute}' instance attribute and try again.`,
  );
}

export function terminate(world: World, instance: Instance, skipOsShutdown: boolean): StateChange {
  const previous = instance.state;
  if (previous === "shutting-down" || previous === "terminated") return { instance, previous };
  giveUp(world, instance, "shutting-down");
  const timing = skipOsShutdown || previous === "stopped" ? TIMINGS.terminateSkippingShutdown : TIMINGS.terminate;
  world.later(timing, { kind: "instance-terminated", id: instance.instanceId });
  return { instance, previous };
}

export function checkStop(world: World, instance: Instance): void {
  if (instance.disableApiStop) throw notPermitted(instance, "stopped", "disableApiStop");
  if (isDue(instance, STOP)) checkStoppable(world, instance);
}

export function stop(world: World, instance: Instance, skipOsShutdown: boolean): StateChange {
  const previous = instance.state;
  if (!isDue(instance, STOP)) return { instance, previous };
  giveUp(world, instance, "stopping");
  const timing = skipOsShutdown ? TIMINGS.stopSkippingShutdown : TIMINGS.stop;
  world.later(timing, { kind: "instance-stopped", id: instance.instanceId });
  return { instance, previous };
}

export function checkStart(world: World, instance: Instance): void {
  if (!isDue(instance, START)) return;
  checkStartable(world, instance);
  const type = instanceTypeOf(instance.instanceType);
  checkZoneOffers(world, type, instance.availabilityZone);
  // A type that the instance cannot run as is taken while it is stopped, and refused at its start.
  checkFirmware(type, firmwareOf(instance), `your instance '${instance.instanceId}'`);
  if (instance.devices.some(({ deviceName }) => deviceName === instance.rootDeviceName)) return;
  throw new Ec2Error(
    "IncorrectInstanceState",
    `Instance '${instance.instanceId}' does not have a volume attached at root (${instance.rootDeviceName})`,
  );
}

export function start(world: World, instance: Instance): StateChange {
  const previous = instance.state;
  if (isDue(instance, START)) restart(world, instance);
  return { instance, previous };
}

/** Starts what is stopped: for the user, or for EC2 that had interrupted it. */
export function restart(world: World, instance: Instance): void {
  takeCapacity(world, poolOf(instance), 1);
  instance.state = "pending";
  instance.launchTime = world.now;
  instance.transitionReason = "";
  delete instance.stateReason;
  delete instance.interruption;
  assignChangingPublicIp(world, instance);
  onStartOf(world, instance);
  noteChange(world, instance, { event: "started", ending: "address-moved" });
  scheduleStart(world, instance);
}

/** The user's request to end or stop: from here on nobody is behind the addresses. */
function giveUp(world: World, instance: Instance, state: "shutting-down" | "stopping"): void {
  instance.state = state;
  instance.stateReason = {
    code: "Client.UserInitiatedShutdown",
    message: "Client.UserInitiatedShutdown: User initiated shutdown",
  };
  instance.transitionReason = `User initiated (${gmt(world.now)})`;
  noteChange(world, instance, { event: "shutdown-requested", ending: "shutdown-requested" });
}

/**
 * `shutdown` in the guest stops or ends the instance, as its attribute says; no protection keeps it from that (EC2 guide, change the
 * instance initiated shutdown behavior; API reference, StateReason).
 */
export function shutDownFromInside(world: World, instance: Instance): void {
  const ends = instance.shutdownBehavior === "terminate";
  const code = "Client.InstanceInitiatedShutdown";
  instance.state = ends ? "shutting-down" : "stopping";
  instance.stateReason = { code, message: `${code}: Instance initiated shutdown` };
  instance.transitionReason = "";
  noteChange(world, instance, { event: "shutdown-requested", ending: "shutdown-requested" });
  const id = instance.instanceId;
  if (ends) world.later(TIMINGS.terminateSkippingShutdown, { kind: "instance-terminated", id });
  else world.later(TIMINGS.stopSkippingShutdown, { kind: "instance-stopped", id });
}

/** AWS takes a spot instance: the same as when the user ends or stops it, for another reason. */
export function takeAway(world: World, instance: Instance, action: InterruptionAction): void {
  const ends = action === "terminate";
  const code = ends ? "Server.SpotInstanceTermination" : "Server.SpotInstanceShutdown";
  instance.state = ends ? "shutting-down" : "stopping";
  instance.stateReason = { code, message: `${code}: Spot instance ${ends ? "termination" : "shutdown"}` };
  instance.transitionReason = `Service initiated (${gmt(world.now)})`;
  noteChange(world, instance, { event: "interrupted", ending: "interrupted" });
  const id = instance.instanceId;
  if (ends) world.later(TIMINGS.terminate, { kind: "instance-terminated", id });
  else world.later(TIMINGS.stop, { kind: "instance-stopped", id });
}

export function onRunning(world: World, { id }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance?.state !== "pending") return;
  instance.state = "running";
  instance.hasRun = true;
  delete instance.isRebooting;
  noteChange(world, instance, { event: "running", ending: "address-moved" });
}

/** A launch that EC2 took and then gave up: pending to terminated with nothing between, the reason in StateReason. */
export function onLaunchFailed(world: World, { id, detail = "Server.InternalError" }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance?.state !== "pending") return;
  instance.stateReason = { code: detail, message: FAILURE_MESSAGES[detail] ?? `${detail}: Error on launch` };
  instance.transitionReason = detail;
  // A start that fails leaves the instance stopped, as it was; only a launch that fails ends it.
  if (instance.hasRun === true) setStopped(world, instance);
  else end(world, instance, "launch-failed");
}

/** EC2 guide, "instance terminates immediately". */
const FAILURE_MESSAGES: Readonly<Record<string, string>> = {
  "Client.InternalError": "Client.InternalError: Client error on launch",
  "Server.InternalError": "Server.InternalError: Internal error on launch",
  "Server.InsufficientInstanceCapacity":
    "Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request",
  "Client.VolumeLimitExceeded": "Client.VolumeLimitExceeded: Volume limit exceeded",
};

export function onStopped(world: World, { id }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance?.state === "stopping") setStopped(world, instance);
}

function setStopped(world: World, instance: Instance): void {
  instance.state = "stopped";
  // The changing public address is lost on a stop; private addresses and Elastic IPs stay (EC2 guide, stop-start).
  for (const networkInterface of interfacesOf(world, instance)) delete networkInterface.autoPublicIp;
  giveBackCapacity(world, poolOf(instance));
  onStopOf(world, instance);
  noteChange(world, instance, { event: "stopped", ending: "shutdown-requested" });
}

export function onTerminated(world: World, { id }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance?.state !== "shutting-down") return;
  end(world, instance, "shutdown-requested");
}

function end(world: World, instance: Instance, ending: Ending): void {
  instance.state = "terminated";
  noteChange(world, instance, { event: "terminated", ending });
  endAttachments(world, instance);
  endDevices(world, instance);
  giveBackCapacity(world, poolOf(instance));
  onEndOf(world, instance, ending === "launch-failed");
  // A terminated instance no longer says where it was, nor keeps an instance profile.
  delete instance.subnetId;
  delete instance.vpcId;
  endProfile(world, instance);
  endToken(world, instance.clientToken);
  world.schedule.add({ at: world.now + TERMINATED_VISIBLE_MS, kind: "instance-forgotten", id: instance.instanceId });
}

export function onForgotten(world: World, { id }: Due): void {
  world.account.instances.delete(id);
}

function noteChange(world: World, instance: Instance, what: { event: Milestone["event"]; ending: Ending }): void {
  const { instanceId } = instance;
  world.ledger.note({ time: world.now, instanceId, event: what.event });
  world.events.stateChange(instanceId, instance.state);
  for (const networkInterface of interfacesOf(world, instance)) recordHoldings(world, networkInterface, what.ending);
}

function poolOf(instance: Instance): Pool {
  const lifecycle = instance.spotRequestId === undefined ? "on-demand" : "spot";
  return { type: instance.instanceType, zone: instance.availabilityZone, lifecycle };
}

function gmt(time: number): string {
  return new Date(time)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " GMT");
}
