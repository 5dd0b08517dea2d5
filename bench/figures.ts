/** Figures as a reader wants them. */

/** The quantile of a list in any order: the nearest value that is in it. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0;
}

/** Median, p95, p99 and the largest. */
export const QUANTILES = { median: 0.5, p95: 0.95, p99: 0.99, longest: 1 } as const;

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function decimal(value: number, digits = 2): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function percent(share: number, digits = 0): string {
  return `${decimal(share * 100, digits)} %`;
}
