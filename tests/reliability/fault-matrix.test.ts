/**
 * Every call of EC2 is met by every fault (`faults.ts`), and the run ends well, or says in its error what was being done, what EC2
 * said and how to go on; then, with nothing wrong any more, the same command ends well. The calls are found by runs of all
 * scenarios, so a new one is covered by itself.
 *
 * In `npm test` a fault begins in at most two places for each action: at its first call in the first scenario that makes it, and at
 * its last call in the last scenario of another verb. With RELIABILITY_EVERYWHERE=1 it begins at each call in each scenario.
 */
import assert from "node:assert/strict";
import { type FaultClass, FAULTS, WEATHERS } from "./faults";
import { actionsOf, type Outcome, placesOf, type Stage, staged, type Trial, tryFault, tryWeather } from "./matrix";
import { isOnPage } from "./page";
import { tableOf } from "./table";

const EVERYWHERE = process.env.RELIABILITY_EVERYWHERE === "1";

describe(`the fault matrix, ${EVERYWHERE ? "at every call" : "at two calls of each action"}`, function () {
  this.timeout(EVERYWHERE ? 3_600_000 : 120_000);
  let stages: Stage[] = [];
  let tried = 0;
  /** By fault, then by what it met. */
  const outcomes = new Map<string, Map<string, Set<Outcome>>>();

  before("runs every scenario without a fault", async () => {
    stages = await staged();
  });

  function seen(fault: string, at: string, trial: Trial): string[] {
    const byPlace = outcomes.get(fault) ?? new Map<string, Set<Outcome>>();
    const all = byPlace.get(at) ?? new Set();
    if (trial.outcome !== undefined) {
      all.add(trial.outcome);
      tried++;
    }
    outcomes.set(fault, byPlace.set(at, all));
    return trial.flaws;
  }

  async function everyAction(fault: FaultClass): Promise<string[]> {
    const flaws: string[] = [];
    for (const action of actionsOf(stages)) {
      for (const place of placesOf(action, stages, EVERYWHERE)) {
        flaws.push(...seen(fault.name, action, await tryFault(fault, action, place)));
      }
    }
    return flaws;
  }

  for (const fault of FAULTS) {
    it(`loses nothing by "${fault.name}" at any call: ${fault.what}`, async () => {
      assert.deepEqual(await everyAction(fault), []);
    });
  }

  for (const weather of WEATHERS) {
    it(`loses nothing by ${weather.name} in any run: ${weather.what}`, async () => {
      const flaws: string[] = [];
      for (const stage of stages) {
        flaws.push(...seen(weather.name, "", await tryWeather(weather, stage)));
      }
      assert.deepEqual(flaws, []);
    });
  }

  it("is as docs/reliability.md says", function () {
    if (EVERYWHERE) {
      this.skip();
    }
    assert.ok(tried > 500);
    isOnPage("faults", { "faults in runs": tried }, tableOf(actionsOf(stages), outcomes));
  });

  after("tells how much was tried", () => {
    process.stdout.write(`    ${tried} faults tried\n`);
  });
});
