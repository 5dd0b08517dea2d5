/** Property tests: whatever its user, others and EC2 do to a machine, the invariants hold, and in the end it comes to rest. */
import fc from "fast-check";
import { histories, live } from "./history";
import { isOnPage } from "./page";

const RUNS = 40;
/** The most steps of one; half as many on average. */
const LENGTH = 80;

describe("a random history", function () {
  this.timeout(120_000);

  it("loses no address, leaks nothing, and comes to rest", async () => {
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(histories(LENGTH), async (history) => {
        steps += await live(history);
      }),
      { numRuns: RUNS, unbiased: true, seed: Number(process.env.SEED ?? 20_261_122), path: process.env.SEED_PATH },
    );
    isOnPage("histories", { "random steps": steps });
  });
});
