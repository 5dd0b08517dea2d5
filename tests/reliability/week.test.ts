/** A day of the week of trouble (`npm run week`), with each controller: every quiet hour ends with every machine as declared. */
import assert from "node:assert/strict";
import { KINDS } from "./week/kinds";
import { week } from "./week/week";

/** Rarer looks than by default: a look costs the test more than what it is about, and events and follow-ups tell of most. */
const EVERY_MS = 600_000;
const SEED = 4;

describe("a day of trouble", function () {
  this.timeout(60_000);

  for (const kind of ["watch", "function"] as const) {
    it(`with ${kind} ends each of its quiet hours with every machine as declared`, async () => {
      const { broken, journal, spells, looks } = await week({
        seed: SEED,
        days: 1,
        kind,
        kinds: KINDS,
        everyMs: EVERY_MS,
      });
      const again = `npm run week -- --seed ${SEED} --days 1 --with ${kind} --every ${EVERY_MS / 1000}`;
      assert.deepEqual(broken, [], [...journal.slice(-40), again].join("\n"));
      assert.ok(spells >= 8 && looks > 2_000, "there is trouble, and it is looked at");
    });
  }
});
