/** Runs that meet on one machine, of which one lets go of its data volumes. */
import assert from "node:assert/strict";
import { program } from "../provider/support";
import { settled, up } from "../provider/world";
import { meet, NIGHT, RECYCLE, RESUME, TICK, upTo, type Verb } from "../reliability/meetings";

const VOLUMES = {
  dataVolumes: [
    { name: "data", deviceName: "/dev/sdf", size: 10 },
    { name: "log", deviceName: "/dev/sdg", size: 5 },
  ],
};
const GIVES_UP = upTo("no data volumes", {});
const MINUTE = 60_000;
/** Nothing of a machine takes so long; a wait that another run made endless does. */
const SOON_MS = 5 * MINUTE;

const OTHERS: [what: string, other: Verb][] = [
  ["a resume", RESUME],
  ["a controller", TICK],
  ["a recycle", RECYCLE],
  ["a pause by schedule", NIGHT],
];

describe("an up that gives up data volumes", function () {
  this.timeout(120_000);

  for (const [what, other] of OTHERS) {
    it(`beside ${what} does not wait for a volume that the other attached again, wherever the other begins`, async () => {
      const owner = await up(VOLUMES);
      owner.clock.advance(10 * MINUTE);
      await owner.refresh();
      const [world, now, { recorded }] = [owner.simulator.snapshot(), owner.clock.now(), owner];
      for (let at = 1, calls = 1; at <= calls; at++) {
        owner.clock.advance(now - owner.clock.now());
        owner.simulator.restore(world);
        owner.recorded = recorded;
        const met = await meet(owner, [GIVES_UP, other], { at });
        calls = met.calls[0];
        assert.ok(met.tookMs < SOON_MS, `${met.tookMs / 1000} s; the other began before call ${at} of the up`);
        assert.ok(
          met.ends.every(({ said = "" }) => !said.includes('600 s')),
          `${JSON.stringify(met.ends)}; the other began before call ${at} of the up`,
        );
      }
      await owner.refresh();
      await owner.up(program());
      await settled(owner, {});
    });
  }
});
