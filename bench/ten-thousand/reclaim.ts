/** AWS takes back all spot instances of a zone within two minutes. */
import type { Ec2Simulator } from "../../local/ec2";
import { Random } from "../../local/ec2/model/random";
import type { Counts } from "./counted";
import { type Fleet, TYPE, ZONE } from "./fleet";
import { floorOf, type Lost } from "./floor";
import { Operator, type Recovery } from "./operator";

/** Within this time all of them have their notice, and two minutes later their end. */
const WITHIN_MS = 120_000;

/** The zone's spot capacity, from when on: seconds after the first notice, and how many may be launched; none is no limit. */
export type Capacity = readonly { at: number; left?: number }[];

export const CAPACITY: Readonly<Record<"plenty" | "scarce", Capacity>> = {
  plenty: [],
  scarce: [{ at: 0, left: 0 }, { at: 480, left: 200 }, { at: 900 }],
};

export interface Reclaim {
  lost: number;
  /** Seconds from when AWS began to end the instance until its successor was running, in the order in which they were lost. */
  outages: number[];
  /** The same, if the account's launch bucket had been handed out in the order in which interfaces came free, and nothing but EC2 had taken time. */
  floor: number[];
  neverBack: string[];
  /** How many machines have another address than before. */
  moved: number;
  onDemand: number;
  /** Updates that failed and were repeated, in all, and of the one that had most. */
  failed: number;
  mostFailed: number;
  counts: Counts;
  cpuSeconds: number;
  /** From the first notice until the last one is back, in simulated seconds. */
  seconds: number;
}

export async function reclaim(fleet: Fleet, capacity: Capacity, seed = 7): Promise<Reclaim> {
  const { time, simulator, handlers, counter, machines } = fleet;
  const lost = [...(machines.get("spot-first") ?? []), ...(machines.get("spot-only") ?? [])];
  const addresses = new Map(lost.map((it) => [it.id, it.outputs.privateIp]));
  const operator = new Operator(lost, time, handlers);
  const unsubscribe = simulator.events.subscribe(operator.onEvent);
  const cpu = process.cpuUsage();
  const start = time.now();
  const random = new Random(seed);
  const recoveries = await time.until(
    (async () => {
      await Promise.all([
        limit(fleet, capacity),
        ...lost.map(async ({ outputs: { instanceId } }) => {
          await time.sleep(random.next() * WITHIN_MS);
          simulator.interrupt({ instanceId });
        }),
      ]);
      // The last notice was given: two minutes later nobody is left who may still get his end.
      await time.sleep(WITHIN_MS + 1_000);
      return Promise.all(operator.recoveries);
    })(),
  );
  unsubscribe();
  const { user, system } = process.cpuUsage(cpu);
  recoveries.sort((a, b) => a.lostAt - b.lostAt);
  return {
    lost: lost.length,
    ...timesOf(simulator, recoveries),
    neverBack: recoveries.flatMap((it) => it.failure ?? []),
    moved: recoveries.filter(({ machine: { id, outputs } }) => addresses.get(id) !== outputs.privateIp).length,
    onDemand: recoveries.filter((it) => it.machine.outputs.lifecycle === "on-demand").length,
    failed: recoveries.reduce((sum, it) => sum + it.tries - 1, 0),
    mostFailed: Math.max(0, ...recoveries.map((it) => it.tries - 1)),
    counts: counter.take(),
    cpuSeconds: (user + system) / 1e6,
    seconds: Math.round((time.now() - start) / 1000),
  };
}

async function limit({ time, simulator }: Fleet, capacity: Capacity): Promise<void> {
  const start = time.now();
  for (const { at, left } of capacity) {
    await time.sleep(start + at * 1000 - time.now());
    if (left === undefined) {
      simulator.capacity.clear(TYPE, ZONE, "spot");
    } else {
      simulator.capacity.set(TYPE, ZONE, "spot", left);
    }
  }
}

/** As the simulator noted them, which is not what the product says. */
function timesOf(simulator: Ec2Simulator, recoveries: readonly Recovery[]): Pick<Reclaim, "outages" | "floor"> {
  const { privateIps, events } = simulator.timeline();
  const times = (event: string): Map<string, number> =>
    new Map(events.filter((it) => it.event === event).map((it) => [it.instanceId, it.time]));
  const [launched, terminated] = [times("launched"), times("terminated")];
  const outages: number[] = [];
  const lost: Lost[] = [];
  for (const { machine, lostAt } of recoveries) {
    const tenures = privateIps[machine.outputs.privateIp]?.tenures ?? [];
    const index = tenures.findIndex((it) => it.to !== null && it.to >= lostAt);
    const [old, next] = [tenures[index], tenures[index + 1]];
    const freeAt = terminated.get(old?.instanceId ?? "");
    const launchedAt = launched.get(next?.instanceId ?? "");
    if (next !== undefined && freeAt !== undefined && launchedAt !== undefined) {
      outages.push(tenth((next.from - lostAt) / 1000));
      lost.push({ lostAt, freeAt, launchMs: next.from - launchedAt });
    }
  }
  return { outages, floor: floorOf(lost).map(tenth) };
}

function tenth(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
