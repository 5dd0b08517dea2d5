/** Many runs, as few figures: a hundred and one quantiles each. */
import type { Draws, Floor } from "./draws";
import type { Replaced } from "./machine";

/** One way to replace an instance, and what it took. Outages in seconds. JSON. */
export interface Series {
  name: string;
  /** Whether it is one of our strategies; else one of the ways that people use instead. */
  isOurs: boolean;
  runs: number;
  /** Quantiles of the outage, from 0 to 100 %. */
  outage: number[];
  /** Quantiles of the floor, for the same draws. */
  floor: number[];
  /** Quantiles of the outage of a run divided by the floor of the same run. */
  paired: number[];
  /** The same where the floor has no call in it. */
  pairedWithoutCall: number[];
  /** Calls of one replacement, from its first look on. */
  describes: { mean: number; most: number };
  others: number;
}

export interface Many {
  name: string;
  isOurs: boolean;
  floor: Floor;
  runs: number;
  one: (seed: number) => Promise<{ draws: Draws; replaced: Replaced }>;
}

export async function seriesOf({ name, isOurs, floor, runs, one }: Many): Promise<Series> {
  const seen: { outage: number; floor: number; bare: number; describes: number; others: number }[] = [];
  for (let seed = 1; seed <= runs; seed++) {
    const { draws, replaced } = await one(seed);
    const least = floor.of(draws);
    seen.push({ ...replaced, floor: least, bare: least - (floor.call?.(draws) ?? 0) });
  }
  const describes = seen.map((it) => it.describes);
  return {
    name,
    isOurs,
    runs,
    outage: quantiles(seen.map((it) => it.outage / 1000)),
    floor: quantiles(seen.map((it) => it.floor / 1000)),
    paired: quantiles(seen.map((it) => it.outage / it.floor)),
    pairedWithoutCall: quantiles(seen.map((it) => it.outage / it.bare)),
    describes: { mean: rounded(mean(describes)), most: Math.max(...describes) },
    others: rounded(mean(seen.map((it) => it.others))),
  };
}

export function quantile(quantiles: readonly number[], percent: number): number {
  return quantiles[percent] ?? NaN;
}

function quantiles(values: number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: 101 }, (_, percent) =>
    rounded(sorted[Math.round(((sorted.length - 1) * percent) / 100)] ?? NaN),
  );
}

function mean(values: number[]): number {
  return values.reduce((sum, it) => sum + it, 0) / values.length;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
