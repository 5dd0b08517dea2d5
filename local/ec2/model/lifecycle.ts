import { endAttachments } from "./attachments";
import { takeCapacity, type Pool } from "./capacity";
import { Ec2Error } from "./errors";
import { interfacesOf, recordHoldings } from "./holdings";
import { endProfile } from "./instance-profiles";
import { assignChangingPublicIp, scheduleStart } from "./launch";
import type { Ending, Milestone } from "./ledger";
import type { Due } from "./schedule";
import { checkStartable, checkStoppable, follow } from "./spot-requests";
import type { Instance, InstanceState } from "./state";
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

export function checkTerminable(instance: Instance): void {
  if (!instance.disableApiTermination || instance.state === "terminated") return;
  throw new Ec2Error(
    "OperationNotPermitted",
    `The instance '${instance.instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
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
  if (instance.disableApiStop) {
    throw new Ec2Error(
      "OperationNotPermitted",
      `The instance '${instance.instanceId}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
    );
  }
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
  if (isDue(instance, START)) checkStartable(world, instance);
}

export function start(world: World, instance: Instance): StateChange {
  const previous = instance.state;
  if (!isDue(instance, START)) return { instance, previous };
  takeCapacity(world, poolOf(instance), 1);
  instance.state = "pending";
  instance.launchTime = world.now;
  instance.transitionReason = "";
  delete instance.stateReason;
  assignChangingPublicIp(world, instance);
  follow(world, instance, "started-by-user");
  scheduleStart(world, instance);
  return { instance, previous };
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

export function onRunning(world: World, { id }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance?.state !== "pending") return;
  instance.state = "running";
  noteChange(world, instance, { event: "running", ending: "address-moved" });
}

/** A launch that EC2 took and then gave up: pending to terminated with nothing between, the reason in StateReason. */
export function onLaunchFailed(world: World, { id, detail = "Server.InternalError" }: Due): void {
  const instance = world.account.instances.get(id);
  if (instance?.state !== "pending") return;
  instance.stateReason = { code: detail, message: FAILURE_MESSAGES[detail] ?? `${detail}: Error on launch` };
  instance.transitionReason = detail;
  end(world, instance, "launch-failed");
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
  if (instance?.state !== "stopping") return;
  instance.state = "stopped";
  // The changing public address is lost on a stop; private addresses and Elastic IPs stay (EC2 guide, stop-start).
  for (const networkInterface of interfacesOf(world, instance)) delete networkInterface.autoPublicIp;
  follow(world, instance, "stopped-by-user");
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
  follow(world, instance, ending === "launch-failed" ? ending : "terminated-by-user");
  // A terminated instance no longer says where it was, nor keeps an instance profile.
  delete instance.subnetId;
  delete instance.vpcId;
  endProfile(world, instance);
  world.schedule.add({ at: world.now + TERMINATED_VISIBLE_MS, kind: "instance-forgotten", id: instance.instanceId });
}

export function onForgotten(world: World, { id }: Due): void {
  world.account.instances.delete(id);
}

function noteChange(world: World, instance: Instance, what: { event: Milestone["event"]; ending: Ending }): void {
  const { instanceId } = instance;
  world.ledger.note({ time: world.now, instanceId, event: what.event });
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
