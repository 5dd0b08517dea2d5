import { Ec2Error } from "./errors";
import type { World } from "./world";

/** Where something is launched: what capacity is counted by. */
export interface Pool {
  type: string;
  zone: string;
  lifecycle: "spot" | "on-demand";
}

const keyOf = ({ type, zone, lifecycle }: Pool) => `${type}/${zone}/${lifecycle}`;

export function setCapacity(world: World, pool: Pool, left: number): void {
  world.account.capacity.set(keyOf(pool), left);
}

/**
 * How many of `wanted` can be had, taken off what is left; an error when that is less than `least`. What an instance gives up
 * goes back to everybody's pool, so it is not counted as left for the next launch here.
 */
export function takeCapacity(world: World, pool: Pool, least: number, wanted = least): number {
  const left = world.account.capacity.get(keyOf(pool));
  if (left === undefined) return wanted;
  if (left < least) throw insufficient(pool);
  const taken = Math.min(left, wanted);
  setCapacity(world, pool, left - taken);
  return taken;
}

function insufficient({ type, zone, lifecycle }: Pool): Ec2Error {
  const message =
    lifecycle === "spot"
      ? `There is no Spot capacity available that matches your request.`
      : `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity. You can currently get ${type} capacity by not specifying an Availability Zone in your request or choosing another one.`;
  return new Ec2Error("InsufficientInstanceCapacity", message);
}
