import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import { spotPrice, type InstanceType } from "./instance-types";
import type { Instance, SpotRequest, Tags } from "./state";
import type { World } from "./world";

export interface SpotOptions {
  maxPrice?: string;
  type?: string;
  interruptionBehavior?: string;
  validUntil?: string;
}

/** The combinations that RunInstances takes (ec2-behaviour.md, section 4). */
export function checkSpotOptions(options: SpotOptions, type: InstanceType): void {
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
  checkPrice(options.maxPrice, type);
}

function checkPrice(maxPrice: string | undefined, type: InstanceType): void {
  if (maxPrice === undefined) return;
  const price = Number(maxPrice);
  if (maxPrice.trim() === "" || Number.isNaN(price) || price <= 0) {
    throw invalidValue(`Invalid value '${maxPrice}' for MaxPrice.`);
  }
  if (price >= spotPrice(type)) return;
  throw new Ec2Error(
    "SpotMaxPriceTooLow",
    `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${spotPrice(type)}.`,
  );
}

export function fulfil(
  world: World,
  instance: Instance,
  options: SpotOptions,
  how: { type: InstanceType; tags: Tags },
): void {
  const request: SpotRequest = {
    spotInstanceRequestId: `sir-${world.random.hex(8)}`,
    type: options.type === "persistent" ? "persistent" : "one-time",
    interruptionBehavior: options.interruptionBehavior ?? "terminate",
    maxPrice: options.maxPrice ?? how.type.price.toFixed(6),
    state: "active",
    status: { code: "fulfilled", message: "Your spot request is fulfilled.", updateTime: world.now },
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
    tags: { ...how.tags },
  };
  world.account.spotRequests.set(request.spotInstanceRequestId, request);
  instance.spotRequestId = request.spotInstanceRequestId;
}

function spotRequestOf(world: World, instance: Instance): SpotRequest | undefined {
  return instance.spotRequestId === undefined ? undefined : world.account.spotRequests.get(instance.spotRequestId);
}

/** Only a persistent request keeps its instance over a stop (EC2 guide, stop-spot-instances). */
export function checkStoppable(world: World, instance: Instance): void {
  if (spotRequestOf(world, instance)?.type !== "one-time") return;
  throw new Ec2Error(
    "UnsupportedOperation",
    `You can't stop the Spot Instance '${instance.instanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
  );
}

export function checkStartable(world: World, instance: Instance): void {
  const request = spotRequestOf(world, instance);
  if (request === undefined || request.state === "disabled") return;
  throw new Ec2Error(
    "IncorrectSpotRequestState",
    `The Spot Instance request '${request.spotInstanceRequestId}' of instance '${instance.instanceId}' is ${request.state}.`,
  );
}

type Moment = "stopped-by-user" | "started-by-user" | "terminated-by-user" | "launch-failed";

/** What a request says after its instance was stopped, started or ended by the user (EC2 guide, spot-request-status). */
export function follow(world: World, instance: Instance, moment: Moment): void {
  const request = spotRequestOf(world, instance);
  if (request === undefined) return;
  const isCancelled = request.state === "cancelled";
  if (moment === "started-by-user") {
    request.state = "active";
    setStatus(world, request, "fulfilled", "Your spot request is fulfilled.");
    return;
  }
  const code = moment === "launch-failed" ? "system-error" : `instance-${moment}`;
  setStatus(world, request, code, `Spot instance: ${moment.replaceAll("-", " ")}.`);
  if (isCancelled) return;
  if (moment === "stopped-by-user") request.state = "disabled";
  // A persistent request goes on and is open again; launching anew from it is for the next version to model.
  else request.state = request.type === "persistent" ? "open" : "closed";
}

export function cancel(world: World, request: SpotRequest): void {
  if (request.state === "closed" || request.state === "cancelled" || request.state === "failed") return;
  const wasActive = request.state === "active";
  request.state = "cancelled";
  if (wasActive) {
    setStatus(
      world,
      request,
      "request-canceled-and-instance-running",
      "Your Spot request is canceled, but your instance is still running.",
    );
  } else {
    setStatus(world, request, "canceled-before-fulfillment", "Your Spot request is canceled.");
  }
}

function setStatus(world: World, request: SpotRequest, code: string, message: string): void {
  request.status = { code, message, updateTime: world.now };
}
