import { invalidValue } from "../../model/errors";
import { INSTANCE_TYPES, isOffered } from "../../model/instance-types";
import { zonesOf } from "../../model/zones";
import { spotPriceOf } from "../../model/spot-prices";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { zoneId } from "../views/names";

const DAY = 86_400_000;
/** "The past 90 days" (API reference). */
const DAYS_KEPT = 90;
const PRODUCT = "Linux/UNIX";

interface Price {
  instanceType: string;
  availabilityZone: string;
  price: number;
  time: number;
}

const FILTERS: FilterTable<Price> = {
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "availability-zone-id": ({ availabilityZone }) => zoneId(availabilityZone),
  "instance-type": ({ instanceType }) => instanceType,
  "product-description": () => PRODUCT,
  "spot-price": ({ price }) => price.toFixed(6),
  timestamp: ({ time }) => new Date(time).toISOString(),
};

function readTime(params: Params, name: string): number | undefined {
  const text = params.string(name);
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw invalidValue(`Value (${text}) for parameter ${name} is invalid. Invalid date format`);
}

/** Prices change once a day here, at midnight, a few hundredths up or down; what holds now is today's. */
function priceAt(world: World, type: string, zone: string, day: number): number {
  const now = spotPriceOf(world, type, zone);
  if (day >= Math.floor(world.now / DAY)) return now;
  return now * (1 + 0.03 * Math.sin(day + type.length + zone.charCodeAt(zone.length - 1)));
}

/** From the price that held at the start of the time asked for, the latest first. */
function history(
  world: World,
  wanted: { types: readonly string[]; zones: readonly string[] },
  params: Params,
): Price[] {
  const today = Math.floor(world.now / DAY);
  const day = (time: number | undefined, otherwise: number) =>
    time === undefined ? otherwise : Math.max(today - DAYS_KEPT, Math.min(today, Math.floor(time / DAY)));
  const from = day(readTime(params, "StartTime"), today - DAYS_KEPT);
  const to = day(readTime(params, "EndTime"), today);
  const pools = wanted.types.flatMap((instanceType) =>
    wanted.zones
      .filter((zone) => isOffered(instanceType, zone))
      .map((availabilityZone) => ({ instanceType, availabilityZone })),
  );
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => to - index).flatMap((at) =>
    pools.map((pool) => ({
      ...pool,
      time: at * DAY,
      price: priceAt(world, pool.instanceType, pool.availabilityZone, at),
    })),
  );
}

function readPools(world: World, params: Params): { types: string[]; zones: string[] } {
  const types = params.strings("InstanceType");
  const unknown = types.find((type) => !INSTANCE_TYPES.has(type));
  if (unknown !== undefined) throw invalidValue(`Value (${unknown}) for parameter instanceType is invalid.`);
  const [zone, id] = [params.string("AvailabilityZone"), params.string("AvailabilityZoneId")];
  const zones = zonesOf(world).filter((one) => one === (zone ?? one) && zoneId(one) === (id ?? zoneId(one)));
  if (zones.length === 0) throw invalidValue(`Invalid availability zone: [${zone ?? id ?? ""}]`);
  return { types: types.length > 0 ? types : [...INSTANCE_TYPES.keys()], zones };
}

export const spotPriceActions: Actions = {
  DescribeSpotPriceHistory: reads((world, params) => {
    const products = params.strings("ProductDescription");
    const isListed = products.length === 0 || products.some((product) => product.startsWith(PRODUCT));
    const all = filtered(world, params, history(world, readPools(world, params), params), FILTERS);
    const { entries, nextToken } = page(params, isListed ? all : [], { parameter: "-", least: 1, isPaged: true });
    const views = entries.map(({ instanceType, availabilityZone, price, time }) => ({
      instanceType,
      availabilityZone,
      availabilityZoneId: zoneId(availabilityZone),
      productDescription: PRODUCT,
      spotPrice: price.toFixed(6),
      timestamp: new Date(time),
    }));
    return { spotPriceHistorySet: views, nextToken: nextToken ?? "" };
  }),
};
