/** Metrics, as CloudWatch takes them out of a log line (embedded metric format): no call, no right, no agent. (pure) */

/** Custom metrics cost by the name and by each set of dimensions: these have none, so there are seven of them, however many machines. */
export const METRICS = {
  /** Instances that were replaced or brought back. */
  Replacements: "Count",
  /** Time for which the addresses of those machines were dark. */
  OutageSeconds: "Seconds",
  /** Launches that found no capacity. */
  CapacityMisses: "Count",
  /** Machines that were given up: nothing more is tried for them, from now on. */
  GaveUp: "Count",
  /** Machines that wait for a person, counted by every tick, so that the metric goes back to none by itself. */
  NeedsAttention: "Count",
  /** Work that failed, and is tried again. */
  Failed: "Count",
  /** Events about instances that are no managed instance's. */
  Ignored: "Count",
} as const;

type MetricName = keyof typeof METRICS;
export type Counts = Partial<Record<MetricName, number>>;

const NAMESPACE = "ManagedInstance";

/** @returns undefined where there is nothing to count: a metric is paid for by the hours in which it is sent */
export function metricsLine(counts: Counts, at: number): string | undefined {
  const some = (Object.keys(METRICS) as MetricName[]).filter((name) => (counts[name] ?? 0) > 0);
  if (some.length === 0) {
    return undefined;
  }
  const described = some.map((Name) => ({ Name, Unit: METRICS[Name] }));
  return JSON.stringify({
    _aws: {
      Timestamp: Math.round(at),
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[]], Metrics: described }],
    },
    ...Object.fromEntries(some.map((name) => [name, counts[name]])),
  });
}

export function added(all: readonly Counts[]): Counts {
  const total: Counts = {};
  for (const counts of all) {
    for (const name of Object.keys(counts) as MetricName[]) {
      total[name] = (total[name] ?? 0) + (counts[name] ?? 0);
    }
  }
  return total;
}
