import type { Random } from "./random";

/**
 * How long something takes, in milliseconds: exactly; anything between two values; or spread around a mean with a long tail
 * upwards (log-normal), as services do.
 */
export type Distribution =
  number | { uniform: readonly [least: number, most: number] } | { mean: number; spread: number };

export function sample(random: Random, distribution: Distribution): number {
  if (typeof distribution === "number") return distribution;
  if ("mean" in distribution) return random.longTailed(distribution.mean, distribution.spread);
  const [least, most] = distribution.uniform;
  return Math.round(least + random.next() * (most - least));
}

/** Describes the flaw of something that should be a distribution; undefined when it is one. */
export function flawOf(value: unknown): string | undefined {
  if (isTime(value) || isSpread(value)) return undefined;
  if (!isRange(value))
    return 'must be a number of milliseconds, {"uniform": [least, most]} or {"mean": …, "spread": …}';
  const [least, most] = value.uniform;
  return least <= most ? undefined : "must have its least value first";
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isSpread(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "mean" in value && isTime(value.mean) && "spread" in value && isTime(value.spread);
}

function isRange(value: unknown): value is { uniform: [number, number] } {
  if (typeof value !== "object" || value === null || !("uniform" in value)) return false;
  const { uniform } = value;
  return Array.isArray(uniform) && uniform.length === 2 && uniform.every(isTime);
}
