/** Two runs that launch for a machine that keeps no interface (`persistPrivateIp: false`): the one that they make is the lock between them. */
import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { interposed } from "../provider/interruptions";
import { program, type Through } from "../provider/support";
import { madeNow, only, settled, somebody, up } from "../provider/world";
import { meet, PAUSE, RECYCLE, RESUME, TICK, upTo, type Verb } from "../reliability/meetings";

const INPUTS = { persistPrivateIp: false, pauseBehavior: "terminate" };
const TAGGED = { ...INPUTS, tags: { Team: "db" } };
const UP = upTo("", INPUTS);
const MINUTE = 60_000;
const alone: Through = (handler) => handler;

type State = "runs" | "is paused" | "has lost its instance";

const MEETINGS: [what: string, verbs: readonly [Verb, Verb], state: State][] = [
  ["a resume beside an up", [UP, RESUME], "is paused"],
  ["an up beside a resume", [RESUME, UP], "is paused"],
  ["an up beside a controller", [TICK, UP], "has lost its instance"],
  ["two controllers", [TICK, TICK], "has lost its instance"],
  ["a recycle beside an up that changes the tags", [upTo("", TAGGED), RECYCLE], "runs"],
  ["an up that changes the tags beside a recycle", [RECYCLE, upTo("", TAGGED)], "runs"],
];

describe("two runs that launch for a machine that keeps no interface", function () {
  this.timeout(120_000);

  for (const [what, verbs, state] of MEETINGS) {
    it(`launch one instance, wherever the second begins: ${what}, on a machine that ${state}`, async () => {
      const owner = await up(INPUTS);
      if (state === "is paused") {
        await PAUSE.run(owner, alone);
      } else if (state === "has lost its instance") {
        const { instanceId } = only(madeNow(owner).instances);
        await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
      }
      owner.clock.advance(10 * MINUTE);
      // Before, an `up` knows of nothing to do.
      await owner.refresh();
      const [world, now, { recorded }] = [owner.simulator.snapshot(), owner.clock.now(), owner];
      for (let at = 1, calls = 1; at <= calls; at++) {
        // It goes to its end there, or makes the interface, and launches only after the first has ended.
        for (const until of [undefined, "RunInstances"]) {
          owner.clock.advance(now - owner.clock.now());
          owner.simulator.restore(world);
          owner.recorded = recorded;
          let most = 0;
          const count = (): void => {
            const alive = madeNow(owner).instances.filter((it) => it.state === "pending" || it.state === "running");
            most = Math.max(most, alive.length);
          };
          const met = await meet(owner, verbs, { at, until }, () => interposed({ after: count }));
          calls = met.calls[0];
          const { instances, networkInterfaces } = madeNow(owner);
          const where = `the second began before call ${at} of the first, and went to ${until ?? "its end"}`;
          assert.deepEqual(
            { most, instances: instances.length, networkInterfaces: networkInterfaces.length },
            { most: 1, instances: 1, networkInterfaces: 1 },
            where,
          );
        }
      }
      await owner.refresh();
      await owner.up(program(INPUTS));
      await settled(owner, INPUTS);
    });
  }
});
