/** `replacement.timeoutSeconds`: each wait ends in time, and the next up goes on. */
import assert from "node:assert/strict";
import { type TimingName, WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { holderOf } from "./holder";
import { program } from "./support";
import { failureOf, later, quick, settled, up } from "./world";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const HOUR_MS = 3_600_000;

describe("timeoutSeconds", () => {
  const limited = { timeoutSeconds: 120 };

  const HANGS: [what: string, replacement: Properties, change: Properties, timing: TimingName, waitsFor: RegExp][] = [
    [
      "the end of the old instance",
      {},
      IMAGE,
      "terminate",
      /could not retire i-\w+: still waiting for eni-\w+ to be free/,
    ],
    [
      "the stop of the old instance",
      { strategy: "stop-start" },
      { instanceType: "m6i.large" },
      "stop",
      /still waiting for i-\w+ to stop/,
    ],
    [
      "the stop of a pause",
      {},
      { desiredState: "paused" },
      "stop",
      /could not stop i-\w+: still waiting for i-\w+ to stop/,
    ],
    [
      "a new root volume",
      { strategy: "root-volume" },
      IMAGE,
      "rootVolumeReplacing",
      /still waiting for the replacement of the root volume/,
    ],
    [
      "an interface to come off",
      { strategy: "overlap" },
      IMAGE,
      "detach",
      /could not detach eni-\w+ from i-\w+: still waiting for eni-\w+ to be free/,
    ],
    [
      "the launch of the new instance",
      { rollbackOnFailure: false },
      IMAGE,
      "launch",
      /could not launch .*: still waiting for i-\w+ to run/,
    ],
  ];

  for (const [what, replacement, change, timing, waitsFor] of HANGS) {
    it(`ends the wait for ${what}, and the next up goes on from there`, async () => {
      const base = { elasticIp: true, replacement: { ...limited, ...replacement } };
      const owner = await up(base, { leapMs: 5000 });
      const was = holderOf(owner);
      owner.simulator.timings.set({ [timing]: HOUR_MS });
      const begin = owner.clock.now();
      const failure = await failureOf(owner.up(program({ ...base, ...change })));
      const waited = (owner.clock.now() - begin) / 1000;
      assert.match(failure.message, waitsFor);
      assert.match(failure.message, /after 12\d s; last seen: .*`pulumi up` goes on from here/);
      assert.ok(waited >= 120 && waited < 240, `${waited} s`);
      owner.simulator.timings.reset();
      owner.clock.advance(2 * HOUR_MS);
      await owner.up(program({ ...base, ...change }));
      later(owner);
      if (change.desiredState === "paused") {
        assert.equal(owner.outputs.state, "paused");
      } else {
        assert.deepEqual(holderOf(owner).identity, was.identity);
        assert.equal(
          owner.outputs.instanceId === was.instance.instanceId,
          ["stop", "rootVolumeReplacing"].includes(timing),
        );
        await settled(owner, { ...base, ...change });
      }
    });
  }

  it("goes on as soon as the next up comes, while EC2 is still at it", async () => {
    const base = { replacement: { timeoutSeconds: 30 } };
    const owner = await up(base, { leapMs: 5000 });
    const was = holderOf(owner);
    owner.simulator.timings.set({ terminate: 80_000 });
    let failures = 0;
    for (let runs = 0; runs < 5 && (runs === 0 || owner.recorded?.failed === true); runs++) {
      await owner.up(program({ ...base, ...IMAGE })).catch(() => failures++);
    }
    assert.equal(failures, 2);
    assert.deepEqual(holderOf(owner).identity, was.identity);
  });

  it("limits the wait for the status checks", async () => {
    const owner = quick({ leapMs: 5000 });
    const replacement = { timeoutSeconds: 60, waitFor: "status-ok" };
    const failure = await failureOf(owner.up(program({ replacement })));
    assert.match(failure.message, /still waiting for the status checks of i-\w+ after 6\d s; last seen: initializing/);
  });
});
