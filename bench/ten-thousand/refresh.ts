/** `pulumi refresh` of everything, with nothing changed: what looking costs. */
import type { Counts } from "./counted";
import type { Fleet } from "./fleet";

export interface Refresh {
  counts: Counts;
  cpuSeconds: number;
  seconds: number;
  /** Machines of which it says that something is not as declared: none, or the fleet is not what it should be. */
  drifted: number;
}

export async function refresh({ time, handlers, counter, machines }: Fleet): Promise<Refresh> {
  const cpu = process.cpuUsage();
  const start = time.now();
  const all = [...machines.values()].flat();
  const found = await time.until(Promise.all(all.map(({ id, outputs }) => handlers.read(id, outputs))));
  const { user, system } = process.cpuUsage(cpu);
  return {
    counts: counter.take(),
    cpuSeconds: (user + system) / 1e6,
    seconds: Math.round((time.now() - start) / 1000),
    drifted: found.filter(({ props }) => !Array.isArray(props.drift) || props.drift.length > 0).length,
  };
}
