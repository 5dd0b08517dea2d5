/** An instance that a run launched beside the machine's, and died before it handed over: nobody pays for it for ever. */
import assert from "node:assert/strict";
import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { made, only, settled, somebody, up } from "../provider/world";
import { pass } from "./support";

const MINUTE = 60_000;

describe("an instance that was launched to overlap, and is left over", function () {
  this.timeout(60_000);

  for (const strategy of ["overlap", "terminate-first"]) {
    it(`is retired once no run can be at it any more, and the working one stays: ${strategy}`, async () => {
      const inputs = { replacement: { strategy } };
      const owner = await up(inputs, { leapMs: 0 });
      await pass(owner, 20 * MINUTE);
      const { instanceId, tags } = only(made(owner).instances);
      const Tags = Object.entries(tags)
        .filter(([Key]) => !Key.startsWith("aws:"))
        .map(([Key, Value]) => ({ Key, Value }));
      await somebody(owner).send(
        new RunInstancesCommand({
          LaunchTemplate: { LaunchTemplateId: String(owner.outputs.launchTemplateId) },
          MinCount: 1,
          MaxCount: 1,
          SubnetId: WELL_KNOWN.subnetA,
          TagSpecifications: [{ ResourceType: "instance", Tags }],
        }),
      );
      const alive = (): string[] =>
        made(owner)
          .instances.filter((it) => it.state === "running")
          .map((it) => it.instanceId);
      await pass(owner, 10 * MINUTE);
      assert.equal(alive().length, 2, "the run that launched it may still be at it");
      await pass(owner, 30 * MINUTE);
      assert.deepEqual(alive(), [instanceId]);
      await owner.refresh();
      await settled(owner, inputs);
    });
  }
});
