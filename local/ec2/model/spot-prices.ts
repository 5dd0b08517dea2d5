import { Ec2Error, invalidValue } from "./errors";
import { INSTANCE_TYPES, spotPrice } from "./instance-types";
import type { SpotRequest } from "./state";
import type { World } from "./world";

/** The price of one hour now: the one that was set for the type in the zone, else a fixed part of the on-demand price. */
export function spotPriceOf(world: World, type: string, zone: string): number {
  const set = world.account.spotPrices.get(`${type}/${zone}`);
  if (set !== undefined) return set;
  const known = INSTANCE_TYPES.get(type);
  return known === undefined ? 0 : spotPrice(known);
}

export function setSpotPrice(world: World, type: string, zone: string, price: number): void {
  world.account.spotPrices.set(`${type}/${zone}`, price);
}

/** Makes the checks of a price limit that need no zone. */
export function checkPriceForm(maxPrice: string | undefined): void {
  if (maxPrice === undefined) return;
  if (!/^(\d+\.?\d*|\.\d+)$/.test(maxPrice) || Number(maxPrice) <= 0) {
    throw invalidValue(`Invalid value '${maxPrice}' for MaxPrice.`);
  }
}

/** Without a limit of its own a launch pays up to the on-demand price. */
export function checkPrice(world: World, maxPrice: string | undefined, type: string, zone: string): void {
  const limit = Number(maxPrice ?? INSTANCE_TYPES.get(type)?.price ?? Infinity);
  const price = spotPriceOf(world, type, zone);
  if (limit >= price) return;
  throw new Ec2Error(
    "SpotMaxPriceTooLow",
    `Your Spot request price of ${limit} is lower than the minimum required Spot request fulfillment price of ${price}.`,
  );
}

export function isTooExpensive(world: World, { maxPrice, launch, availabilityZone }: SpotRequest): boolean {
  return Number(maxPrice) < spotPriceOf(world, launch.instanceType, availabilityZone);
}
