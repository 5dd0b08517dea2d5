/** The outage bench compares as it says: the same draws, the floor below everything, and looks that count. */
import assert from "node:assert/strict";
import { BASELINES } from "../../bench/outage/baselines";
import { fckNat } from "../../bench/outage/baselines/fck-nat";
import { drawsOf, FLOORS } from "../../bench/outage/draws";
import { accountOf, type Machine, type Replaced } from "../../bench/outage/machine";
import { operate } from "../../bench/outage/operator";
import { machineFor, replace, STRATEGIES, TERMINATE_FIRST } from "../../bench/outage/strategies";

const SEEDS = [1, 2, 3, 4];

interface Run {
  floor: number;
  replaced: Replaced;
}

const mean = (values: number[]): number => values.reduce((sum, it) => sum + it, 0) / values.length;
const outageOf = (runs: Run[]): number => mean(runs.map((it) => it.replaced.outage));
const floorOf = (runs: Run[]): number => mean(runs.map((it) => it.floor));

async function ours({ name }: Pick<(typeof STRATEGIES)[number], "name">, machine: Machine): Promise<Run[]> {
  const runs: Run[] = [];
  for (const seed of SEEDS) {
    const draws = drawsOf(seed);
    runs.push({ floor: FLOORS[name].of(draws), replaced: await replace(machine, draws) });
  }
  return runs;
}

async function theirs(baseline: (typeof BASELINES)[number], machine: Machine): Promise<Run[]> {
  const runs: Run[] = [];
  for (const seed of SEEDS) {
    const draws = drawsOf(seed);
    const account = accountOf(machine, draws);
    const floor = FLOORS["terminate-first"].of(draws);
    runs.push({ floor, replaced: await operate(baseline, { account, machine, draws }) });
  }
  return runs;
}

describe("the outage bench", function () {
  this.timeout(30_000);

  for (const strategy of STRATEGIES) {
    it(`finds ${strategy.name} at its floor or above it, and close to it`, async () => {
      const runs = await ours(strategy, await machineFor(strategy));
      assert.ok(runs.every(({ floor, replaced }) => replaced.outage >= floor - 1));
      const most = { overlap: 1.2, "stop-start": 1.06 }[strategy.name as string] ?? 1.05;
      assert.ok(outageOf(runs) < most * floorOf(runs), `${outageOf(runs)} ms, and ${floorOf(runs)} ms is the floor`);
    });
  }

  it("finds what launches on the kept interface above the floor, and above terminate-first", async () => {
    const machine = await machineFor(TERMINATE_FIRST);
    const own = outageOf(await ours(TERMINATE_FIRST, machine));
    for (const baseline of BASELINES.filter((it) => it !== fckNat)) {
      const runs = await theirs(baseline, machine);
      assert.ok(
        runs.every(({ floor, replaced }) => replaced.outage >= floor - 1),
        baseline.name,
      );
      assert.ok(outageOf(runs) > own, `${baseline.name}: ${outageOf(runs)} ms, and ours ${own} ms`);
    }
  });

  it("finds what takes the interface in the guest no earlier than it is free", async () => {
    const machine = await machineFor(TERMINATE_FIRST);
    for (const [index, { replaced }] of (await theirs(fckNat, machine)).entries()) {
      const { timings } = drawsOf(SEEDS[index] ?? 0);
      assert.ok(replaced.outage >= timings.terminate);
    }
  });

  it("finds the same again for a seed, and something else for another", async () => {
    const machine = await machineFor(TERMINATE_FIRST);
    const first = await replace(machine, drawsOf(1));
    assert.deepEqual(await replace(machine, drawsOf(1)), first);
    assert.notDeepEqual(await replace(machine, drawsOf(2)), first);
  });
});
