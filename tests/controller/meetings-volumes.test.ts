/** Runs that meet on one machine while an `up` gives it, or gives up, data volumes. */
import assert from "node:assert/strict";
import { program } from "../provider/support";
import { settled, up } from "../provider/world";
import { neitherWaits } from "../reliability/history-meetings";
import { meet, RECYCLE, RESUME, upTo, type Verb } from "../reliability/meetings";

const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
const LOG = { name: "log", deviceName: "/dev/sdg", size: 5 };
const DELETES = { deletion: { dataVolumes: "delete" } };

const CHANGES: [what: string, before: Record<string, unknown>, after: Record<string, unknown>][] = [
  ["gives up data volumes and retains them", { dataVolumes: [DATA, LOG] }, {}],
  [
    "gives up a data volume and deletes it",
    { ...DELETES, dataVolumes: [DATA, LOG] },
    { ...DELETES, dataVolumes: [DATA] },
  ],
  ["makes a data volume", { ...DELETES, dataVolumes: [DATA] }, { ...DELETES, dataVolumes: [DATA, LOG] }],
];

const OTHERS: [what: string, other: Verb][] = [
  ["a resume", RESUME],
  ["a recycle", RECYCLE],
];

const MINUTE = 60_000;
/** Nothing of a machine takes so long; a wait that another run made endless does. */
const SOON_MS = 5 * MINUTE;

describe("an up", function () {
  this.timeout(120_000);

  for (const [what, before, after] of CHANGES) {
    for (const [who, other] of OTHERS) {
      for (const order of ["in the middle of it", "around it"]) {
        it(`that ${what}, with ${who} ${order}: neither waits for the other, and what is declared comes about`, async () => {
          const owner = await up(before);
          owner.clock.advance(10 * MINUTE);
          await owner.refresh();
          const [world, now, { recorded }] = [owner.simulator.snapshot(), owner.clock.now(), owner];
          const verbs: readonly [Verb, Verb] = [upTo(what, after), other];
          for (let at = 1, calls = 1; at <= calls; at++) {
            owner.clock.advance(now - owner.clock.now());
            owner.simulator.restore(world);
            owner.recorded = recorded;
            const met = await meet(owner, order === "around it" ? [verbs[1], verbs[0]] : verbs, { at });
            calls = met.calls[0];
            assert.ok(met.tookMs < SOON_MS, `${met.tookMs / 1000} s; the second began before call ${at} of the first`);
            neitherWaits(met);
            owner.clock.advance(10 * MINUTE);
            await owner.refresh();
            await owner.up(program(after));
            await settled(owner, after);
          }
        });
      }
    }
  }
});
