/** What happens between two runs of `up`: machines come back by themselves, and the next `up` finds nothing to do. */
import assert from "node:assert/strict";
import { StopInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider/handlers";
import { type Stack } from "../provider/support";
import { settled, somebody, up } from "../provider/world";
import { outages, pass } from "./support";

const MINUTE = 60_000;
const SPOT = { market: { lifecycle: "spot" } };
/** Fewer leaps: the time itself is looked at. */
const EXACT = { leapMs: 0 };

const idOf = (owner: Stack): string => String(owner.outputs.instanceId);

async function isBack(owner: Stack, inputs: Properties, was: Properties): Promise<void> {
  await owner.refresh();
  for (const name of ["networkInterfaceId", "privateIp", "macAddress", "publicIp", "allocationId"]) {
    assert.equal(owner.outputs[name], was[name], name);
  }
  assert.equal(owner.outputs.state, "running");
  assert.deepEqual(owner.outputs.drift, []);
  await settled(owner, inputs);
}

describe("the controller", () => {
  for (const [strategy, atMost] of [
    ["terminate-first", 60],
    ["overlap", 20],
  ] as const) {
    it(`brings back what AWS took, by ${strategy}, in little more than EC2's own time`, async () => {
      const inputs = { ...SPOT, elasticIp: true, replacement: { strategy } };
      const owner = await up(inputs, EXACT);
      const was = owner.outputs;
      await pass(owner, 10 * MINUTE);
      owner.simulator.interrupt({ instanceId: idOf(owner) });
      const outcomes = await pass(owner, 10 * MINUTE);
      const dark = outages(owner, was.privateIp);
      assert.equal(dark.length, 1);
      assert.ok((dark[0] ?? 999) <= atMost, dark.join());
      assert.equal(
        outcomes.reduce((sum, it) => sum + it.metrics.replacements, 0),
        1,
      );
      await isBack(owner, inputs, was);
      assert.notEqual(owner.outputs.instanceId, was.instanceId);
    });
  }

  it("brings back what was stopped, and what was ended, by hand", async () => {
    const inputs = { elasticIp: true };
    const owner = await up(inputs, EXACT);
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [idOf(owner)] }));
    let outcomes = await pass(owner, 5 * MINUTE);
    assert.deepEqual(
      outcomes.filter((it) => it.kind === "done").map((it) => it.reason),
      ["stopped"],
    );
    await isBack(owner, inputs, was);
    assert.equal(owner.outputs.instanceId, was.instanceId);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [idOf(owner)] }));
    outcomes = await pass(owner, 5 * MINUTE);
    assert.deepEqual(
      outcomes.filter((it) => it.kind === "done").map((it) => it.reason),
      ["ended"],
    );
    await isBack(owner, inputs, was);
    assert.notEqual(owner.outputs.instanceId, was.instanceId);
  });
});
