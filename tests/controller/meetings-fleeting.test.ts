/** Two runs that launch for a machine that keeps no interface (`persistPrivateIp: false`): the one that they make is the lock between them. */
import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { interposed } from "../provider/interruptions";
import type { Through } from "../provider/support";
import { madeNow, only, settled, somebody, up } from "../provider/world";
import { meet, PAUSE, RESUME, TICK, upTo, type Verb } from "../reliability/meetings";

const INPUTS = { persistPrivateIp: false, pauseBehavior: "terminate" };
const UP = upTo("", INPUTS);
const MINUTE = 60_000;
const alone: Through = (handler) => handler;

const MEETINGS: [what: string, verbs: readonly [Verb, Verb], isPaused: boolean][] = [
  ["a resume beside an up of a paused machine", [UP, RESUME], true],
  ["an up beside a resume of a paused machine", [RESUME, UP], true],
  ["an up beside a controller, after the instance was ended by hand", [TICK, UP], false],
  ["two controllers, after the instance was ended by hand", [TICK, TICK], false],
];

describe("two runs that launch for a machine that keeps no interface", function () {
  this.timeout(120_000);

  for (const [what, verbs, isPaused] of MEETINGS) {
    it(`launch one instance, wherever the second begins: ${what}`, async () => {
      const owner = await up(INPUTS);
      if (isPaused) {
        await PAUSE.run(owner, alone);
      } else {
        const { instanceId } = only(madeNow(owner).instances);
        await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
      }
      owner.clock.advance(10 * MINUTE);
      // Before, an `up` knows of nothing to do.
      await owner.refresh();
      const [world, now, { recorded }] = [owner.simulator.snapshot(), owner.clock.now(), owner];
      for (let at = 1, calls = 1; at <= calls; at++) {
        owner.clock.advance(now - owner.clock.now());
        owner.simulator.restore(world);
        owner.recorded = recorded;
        let most = 0;
        const count = (): void => {
          const alive = madeNow(owner).instances.filter((it) => it.state === "pending" || it.state === "running");
          most = Math.max(most, alive.length);
        };
        const met = await meet(owner, verbs, { at }, () => interposed({ after: count }));
        calls = met.calls[0];
        assert.equal(most, 1, `${most} instances at once; the second began before call ${at} of the first`);
        const { instances, networkInterfaces } = madeNow(owner);
        assert.equal(
          instances.length,
          1,
          `${instances.length} instances; the second began before call ${at} of the first`,
        );
        assert.equal(networkInterfaces.length, 1, `interfaces; the second began before call ${at} of the first`);
      }
      await owner.refresh();
      await settled(owner, INPUTS);
    });
  }
});
