import type { Instance } from "../../model/things";

/** The instance that was launched last, dead or alive. (pure) */
export function latestInstance(instances: readonly Instance[]): Instance | undefined {
  return [...instances].sort((a, b) => b.launchedAt - a.launchedAt || (a.id < b.id ? 1 : -1))[0];
}
