import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { interposed } from "./interruptions";
import { program, type Stack } from "./support";
import { failureOf, made, only, quick } from "./world";
import { machineOf } from "./machine";

describe("an engine that is gone", () => {
  /** The engine is gone from right after a call of `action` on. */
  function abandonedAfter(action: string): { owner: Stack; arm: () => void } {
    let armed = false;
    let gone = false;
    const owner = quick({
      isAbandoned: () => gone,
      through: interposed({
        after: (called) => {
          gone ||= armed && called === action;
        },
      }),
    });
    const arm = (): void => {
      armed = true;
    };
    return { owner, arm };
  }

  it("stops a create at the next safe point, and the next up finishes it", async () => {
    const { owner, arm } = abandonedAfter("CreateNetworkInterface");
    arm();
    const failure = await failureOf(owner.up(program({ elasticIp: true })));
    assert.match(failure.message, /the Pulumi engine is gone; stopped at a safe point/);
    assert.ok(!owner.calls().includes("AllocateAddress"));
    const next = quick({ on: owner });
    await next.up(program({ elasticIp: true }));
    machineOf(next);
  });

  it("stops an update before the instance is ended", async () => {
    const { owner, arm } = abandonedAfter("CreateLaunchTemplateVersion");
    await owner.up(program());
    const was = machineOf(owner);
    arm();
    await failureOf(owner.up(program({ imageId: WELL_KNOWN.imageV2 })));
    const instance = only(made(owner).instances);
    assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
  });

  for (const action of ["TerminateInstances", "CancelSpotInstanceRequests", "RunInstances"]) {
    it(`never stops between the end of the old instance and the new one running: gone after ${action}`, async () => {
      const { owner, arm } = abandonedAfter(action);
      const market = { lifecycle: "spot" };
      await owner.up(program({ market, elasticIp: true }));
      const was = machineOf(owner);
      arm();
      await owner.up(program({ market, elasticIp: true, imageId: WELL_KNOWN.imageV2 })).catch(() => undefined);
      const instance = only(made(owner).instances);
      assert.notEqual(instance.instanceId, was.instance.instanceId);
      assert.equal(instance.state, "running");
      assert.deepEqual(instance.networkInterfaceIds, [was.eni.networkInterfaceId]);
    });
  }

  it("never stops a move in between either", async () => {
    const { owner, arm } = abandonedAfter("TerminateInstances");
    await owner.up(program({ elasticIp: true, privateIp: "10.0.1.7" }));
    arm();
    await owner.up(program({ elasticIp: true, privateIp: "10.0.1.8" })).catch(() => undefined);
    const instance = only(made(owner).instances);
    assert.equal(instance.state, "running");
    assert.equal(only(made(owner).elasticIps).networkInterfaceId, instance.networkInterfaceIds[0]);
  });
});
