/** What is counted, as CloudWatch takes it out of a log line (embedded metric format): no call, no right, no agent. (pure) */

/** Custom metrics cost by the name and by each set of dimensions: these have none, so there are seven of them, however many machines. */
export const METRICS = {
  /** Instances that were replaced or brought back. */
  Replacements: "Count",
  /** For how long their addresses were dark. */
  OutageSeconds: "Seconds",
  /** Launches that found no capacity. */
  CapacityMisses: "Count",
  /** Machines that nothing more is tried for, from now on. */
  GaveUp: "Count",
  /** Machines that nothing is done for until a person has looked, as every tick finds them: it goes back to none by itself. */
  NeedsAttention: "Count",
  /** What did not come about, and is tried again. */
  Failed: "Count",
  /** Events about what is no managed instance. */
  Ignored: "Count",
} as const;

type MetricName = keyof typeof METRICS;
export type Counts = Partial<Record<MetricName, number>>;

const NAMESPACE = "ManagedInstance";

/** @returns nothing where there is nothing to count: a metric is paid for by the hours in which it is sent */
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
