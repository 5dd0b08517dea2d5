import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import type { InstanceType } from "./instance-types";
import type { LaunchSpec } from "./launch-spec";
import type { Due } from "./schedule";
import { checkPriceForm } from "./spot-prices";
import type { Instance, SpotOptions, SpotRequest } from "./state";
import { REQUEST_VISIBLE_MS, TIMINGS } from "./timings";
import type { World } from "./world";

/** The combinations that RunInstances takes (ec2-behaviour.md, section 4). */
export function checkSpotOptions(options: SpotOptions): void {
  const kind = options.type ?? "one-time";
  const behavior = options.interruptionBehavior ?? "terminate";
  if (!["one-time", "persistent"].includes(kind)) {
    throw invalidValue(`Value (${kind}) for parameter spotInstanceType is invalid.`);
  }
  if (!["terminate", "stop", "hibernate"].includes(behavior)) {
    throw invalidValue(`Value (${behavior}) for parameter instanceInterruptionBehavior is invalid.`);
  }
  if ((kind === "one-time") !== (behavior === "terminate")) {
    throw invalidCombination(
      `The request with type '${kind}' is not supported when instanceInterruptionBehavior is set to '${behavior}'`,
    );
  }
  checkPriceForm(options.maxPrice);
}

/** UG, spot-request-status: the status codes and what they say. */
const MESSAGES = {
  "pending-evaluation": "Your Spot request has been submitted for review, and is pending evaluation.",
  fulfilled: "Your spot request is fulfilled.",
  "capacity-not-available": "There is no Spot capacity available that matches your request.",
  "price-too-low": "Your Spot request price is lower than the minimum required Spot request fulfillment price.",
  "constraint-not-fulfillable": "Your Spot request cannot be fulfilled due to one or more constraints.",
  "bad-parameters": "Your Spot request is not valid.",
  "schedule-expired": "Your Spot request expired before it could be fulfilled.",
  "canceled-before-fulfillment": "Your Spot request is canceled before it was fulfilled.",
  "request-canceled-and-instance-running": "Your Spot request is canceled, but your instance is still running.",
  "marked-for-stop": "Your Spot Instance is marked for stopping.",
  "marked-for-termination": "Your Spot Instance is marked for termination.",
  "instance-stopped-by-user": "Your Spot Instance was stopped by you.",
  "instance-stopped-by-price": "Your Spot Instance was stopped because the Spot price exceeded your maximum price.",
  "instance-stopped-no-capacity": "Your Spot Instance was stopped because there is no Spot capacity available.",
  "instance-terminated-by-user": "Your Spot Instance was terminated by you.",
  "instance-terminated-by-price":
    "Your Spot Instance was terminated because the Spot price exceeded your maximum price.",
  "instance-terminated-no-capacity":
    "Your Spot Instance was terminated because there is no Spot capacity available at this time.",
  "system-error": "Your Spot request failed due to an unexpected error.",
} as const;

export type SpotStatus = keyof typeof MESSAGES;

export function setStatus(world: World, request: SpotRequest, code: SpotStatus, more = ""): void {
  request.status = { code, message: `${MESSAGES[code]}${more}`, updateTime: world.now };
}

/** RunInstances answers with the instance, so its request is fulfilled from the start. */
export function fulfil(world: World, instance: Instance, how: { type: InstanceType; spec: LaunchSpec }): void {
  const { spot: options = {}, tags } = how.spec;
  const isPersistent = options.type === "persistent";
  const request: SpotRequest = {
    spotInstanceRequestId: `sir-${world.random.hex(8)}`,
    type: isPersistent ? "persistent" : "one-time",
    interruptionBehavior: options.interruptionBehavior ?? "terminate",
    maxPrice: options.maxPrice ?? how.type.price.toFixed(6),
    state: "active",
    status: { code: "fulfilled", message: MESSAGES.fulfilled, updateTime: world.now },
    createTime: world.now,
    validUntil: options.validUntil,
    instanceId: instance.instanceId,
    availabilityZone: instance.availabilityZone,
    launch: {
      imageId: instance.imageId,
      instanceType: instance.instanceType,
      keyName: instance.keyName,
      subnetId: instance.subnetId,
    },
    again: isPersistent ? structuredClone(how.spec) : undefined,
    tags: { ...tags["spot-instances-request"] },
  };
  world.account.spotRequests.set(request.spotInstanceRequestId, request);
  instance.spotRequestId = request.spotInstanceRequestId;
}

/** The request of an instance, as long as this is the instance that fulfils it. */
export function spotRequestOf(world: World, instance: Instance): SpotRequest | undefined {
  const request = world.account.spotRequests.get(instance.spotRequestId ?? "");
  return request?.instanceId === instance.instanceId ? request : undefined;
}

/** Only a persistent request keeps its instance over a stop (EC2 guide, stop-spot-instances). */
export function checkStoppable(world: World, instance: Instance): void {
  if (spotRequestOf(world, instance)?.type !== "one-time") return;
  throw new Ec2Error(
    "UnsupportedOperation",
    `You can't stop the Spot Instance '${instance.instanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
  );
}

/** Refuses to start an instance that EC2 stopped: only EC2 can start it again (EC2 guide, spot-interruptions). */
export function checkStartable(world: World, instance: Instance): void {
  const request = spotRequestOf(world, instance);
  if (request === undefined) return;
  if (request.state === "disabled" && instance.interruption === undefined) return;
  const why = instance.interruption === undefined ? request.state : request.status.code;
  throw new Ec2Error(
    "IncorrectSpotRequestState",
    `The Spot Instance request '${request.spotInstanceRequestId}' of instance '${instance.instanceId}' is ${why}.`,
  );
}

export function onStartOf(world: World, instance: Instance): void {
  const request = spotRequestOf(world, instance);
  if (request === undefined) return;
  request.state = "active";
  setStatus(world, request, "fulfilled");
}

export function onStopOf(world: World, instance: Instance): void {
  const request = spotRequestOf(world, instance);
  if (request === undefined) return;
  const cause = instance.interruption?.cause ?? "by-user";
  setStatus(world, request, `instance-stopped-${cause}`);
  if (request.state !== "cancelled") request.state = "disabled";
  if (cause !== "by-user") evaluateLater(world, request);
}

/** A one-time request is done with its instance; a persistent one is open again and launches the next. */
export function onEndOf(world: World, instance: Instance, hasFailed: boolean): void {
  const request = spotRequestOf(world, instance);
  if (request === undefined) return;
  const cause = instance.interruption?.cause ?? "by-user";
  setStatus(world, request, hasFailed ? "system-error" : `instance-terminated-${cause}`);
  if (request.state !== "cancelled") {
    request.state = request.type === "persistent" && !hasFailed ? "open" : "closed";
  }
  if (request.state === "open") evaluateLater(world, request);
  else forgetLater(world, request);
}

function forgetLater(world: World, { spotInstanceRequestId: id }: SpotRequest): void {
  world.schedule.add({ at: world.now + REQUEST_VISIBLE_MS, kind: "spot-forgotten", id });
}

export function onRequestForgotten(world: World, { id }: Due): void {
  world.account.spotRequests.delete(id);
}

function evaluateLater(world: World, { spotInstanceRequestId: id }: SpotRequest): void {
  world.later(TIMINGS.spotEvaluation, { kind: "spot-evaluation", id });
}

export function cancel(world: World, request: SpotRequest): void {
  const { state } = request;
  if (state === "closed" || state === "cancelled" || state === "failed") return;
  request.state = "cancelled";
  const instance = world.account.instances.get(request.instanceId);
  if (state === "active") setStatus(world, request, "request-canceled-and-instance-running");
  // During its notice an instance still runs, and the request says why it will end.
  else if (instance === undefined || instance.state === "terminated") {
    setStatus(world, request, "canceled-before-fulfillment");
    forgetLater(world, request);
  }
}
