import { Ec2Error } from "./errors";
import type { World } from "./world";

/** Where something is launched: what capacity is counted by. */
export interface Pool {
  type: string;
  zone: string;
  lifecycle: "spot" | "on-demand";
}

const keyOf = ({ type, zone, lifecycle }: Pool) => `${type}/${zone}/${lifecycle}`;

/** Sets the room that is left. An instance that ends gives its room to everybody's pool, or, if `isGivenBack`, to this account's. */
export function setCapacity(world: World, pool: Pool, left: number, isGivenBack = false): void {
  world.account.capacity.set(keyOf(pool), { left, isGivenBack });
}

/** From now on there is always room again. */
export function freeCapacity(world: World, pool: Pool): void {
  world.account.capacity.delete(keyOf(pool));
}

/** How many of `wanted` can be had, taken off what is left; an error when that is less than `least`. */
export function takeCapacity(world: World, pool: Pool, least: number, wanted = least): number {
  const capacity = world.account.capacity.get(keyOf(pool));
  if (capacity === undefined) return wanted;
  if (capacity.left < least) throw insufficient(pool);
  const taken = Math.min(capacity.left, wanted);
  capacity.left -= taken;
  return taken;
}

/** An instance of the pool has ended or stopped. */
export function giveBackCapacity(world: World, pool: Pool): void {
  const capacity = world.account.capacity.get(keyOf(pool));
  if (capacity?.isGivenBack === true) capacity.left += 1;
}

function insufficient({ type, zone, lifecycle }: Pool): Ec2Error {
  const message =
    lifecycle === "spot"
      ? `There is no Spot capacity available that matches your request.`
      : `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity. You can currently get ${type} capacity by not specifying an Availability Zone in your request or choosing another one.`;
  return new Ec2Error("InsufficientInstanceCapacity", message);
}
