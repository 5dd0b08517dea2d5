import { Ec2Error } from "./errors";
import { launch } from "./launch";
import { planLaunch } from "./launch-plan";
import { restart } from "./lifecycle";
import type { Due } from "./schedule";
import { isTooExpensive } from "./spot-prices";
import { setStatus, type SpotStatus } from "./spot-requests";
import type { SpotRequest } from "./state";
import { TIMINGS } from "./timings";
import type { World } from "./world";

/**
 * EC2 looks at a persistent request that has no running instance: one that was leaked launches again by itself, and takes the
 * network interface with it (fck-nat#20, MineCloud#69).
 */
export function onEvaluation(world: World, { id, detail }: Due): void {
  const request = world.account.spotRequests.get(id);
  if (request === undefined || !isWaiting(world, request)) return;
  if (isExpired(world, request)) {
    request.state = "cancelled";
    setStatus(world, request, "schedule-expired");
    return;
  }
  if (request.state === "open" && detail === undefined) {
    setStatus(world, request, "pending-evaluation");
    world.later({ mean: 2_000, spread: 1_000 }, { kind: "spot-evaluation", id, detail: "pending" });
    return;
  }
  const obstacle = isTooExpensive(world, request) ? ({ code: "price-too-low" } as const) : attempt(world, request);
  if (obstacle === undefined) return;
  if (request.state === "open")
    setStatus(world, request, obstacle.code, "message" in obstacle ? ` ${obstacle.message}` : "");
  if (obstacle.code === "bad-parameters") request.state = "failed";
  else world.later(TIMINGS.spotReevaluation, { kind: "spot-evaluation", id, detail: "pending" });
}

/** Open, or disabled by EC2 itself with an instance that waits to be started again. */
function isWaiting(world: World, request: SpotRequest): boolean {
  const instance = world.account.instances.get(request.instanceId);
  if (request.state === "open") return instance === undefined || instance.state === "terminated";
  return request.state === "disabled" && instance?.state === "stopped" && instance.interruption !== undefined;
}

function isExpired(world: World, { validUntil }: SpotRequest): boolean {
  return validUntil !== undefined && Date.parse(validUntil) <= world.now;
}

interface Obstacle {
  code: SpotStatus;
  message?: string;
}

function attempt(world: World, request: SpotRequest): Obstacle | undefined {
  try {
    if (request.state === "disabled") startAgain(world, request);
    else launchAgain(world, request);
    return undefined;
  } catch (error) {
    if (error instanceof Ec2Error) return obstacleOf(error);
    throw error;
  }
}

function startAgain(world: World, request: SpotRequest): void {
  const instance = world.account.instances.get(request.instanceId);
  if (instance !== undefined) restart(world, instance);
}

function launchAgain(world: World, request: SpotRequest): void {
  if (request.again === undefined) return;
  const plan = planLaunch(world, { spec: structuredClone(request.again), minCount: 1, maxCount: 1 });
  const [instance] = launch(world, plan, request);
  if (instance === undefined) return;
  request.instanceId = instance.instanceId;
  request.state = "active";
  setStatus(world, request, "fulfilled");
}

/** Turns the error of the request's own launch into the request's status; which is which is partly a guess. */
function obstacleOf({ code, message }: Ec2Error): Obstacle {
  if (code === "InsufficientInstanceCapacity") return { code: "capacity-not-available" };
  if (code === "SpotMaxPriceTooLow") return { code: "price-too-low" };
  const mayPass = ["InvalidNetworkInterface.InUse", "InvalidIPAddress.InUse", "InsufficientFreeAddressesInSubnet"];
  return { code: mayPass.includes(code) ? "constraint-not-fulfillable" : "bad-parameters", message };
}
