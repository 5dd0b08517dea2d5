/**
 * Runs that meet: the second begins at each call of the first, as the crash matrix has kills, and goes to its end there, or stands still at
 * a call of its own until the first has ended.
 */
import assert from "node:assert/strict";
import { now, putBack } from "../provider/kills";
import { later } from "../provider/world";
import { ENCOUNTERS } from "./meeting-scenes";
import { type Meeting, meet } from "./meetings";
import { isOnPage } from "./page";
import { flawsOf } from "./standing";

/** `RELIABILITY_EVERYWHERE=1` has the second run begin at each call; else at each of so many, every pair from another one on. */
const EVERY = process.env.RELIABILITY_EVERYWHERE === "1" ? 1 : 13;
/** Every so manieth stands still on the way, each at another call. */
const STILL_EVERY = 3;

const tried = { pairs: 0, meetings: 0 };

/** Spread over the calls of both. */
function meetings([first, second]: readonly [number, number], begin: number): Meeting[] {
  const found: Meeting[] = [];
  for (let at = 1 + (begin % EVERY); at <= first; at += EVERY) {
    const isStill = found.length % STILL_EVERY === 1;
    found.push({ at, ...(isStill ? { until: 1 + ((at * 11) % Math.max(1, second)) } : {}) });
  }
  return found;
}

describe("runs that meet", function () {
  this.timeout(120_000);

  for (const [scene, { name, prepare, pairs }] of ENCOUNTERS.entries()) {
    describe(name, () => {
      for (const [index, pair] of pairs.entries()) {
        const [first, second] = pair;
        it(`${second.name} in the middle of ${first.name}: both end well, or one says whose result stands`, async () => {
          const owner = await prepare();
          const start = now(owner, name);
          const { recorded } = owner;
          // The second begins only when the first has ended.
          const apart = await meet(owner, pair, { at: Infinity });
          const flaws: string[] = [];
          for (const meeting of meetings(apart.calls, scene + index)) {
            putBack(owner, start);
            owner.recorded = recorded;
            const met = await meet(owner, pair, meeting);
            later(owner);
            const found = await flawsOf(owner, pair, met, apart.tookMs);
            flaws.push(...found.map((it) => `${JSON.stringify(meeting)}: ${it}`));
            tried.meetings++;
          }
          tried.pairs++;
          assert.deepEqual(flaws, []);
        });
      }
    });
  }

  describe("all of them", () => {
    it("are as docs/reliability.md says", () => {
      if (EVERY > 1) {
        isOnPage("meetings", { "pairs of runs": tried.pairs, meetings: tried.meetings });
      }
    });
  });
});
