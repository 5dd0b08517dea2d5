import assert from "node:assert/strict";
import { driftIn } from "../../../provider/inputs/on-record";

/** The outputs of a machine that is up, with an Elastic IP. */
function recorded(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    elasticIp: true,
    desiredState: "running",
    networkInterfaceId: "eni-1",
    allocationId: "eipalloc-1",
    instanceId: "i-1",
    state: "running",
    ...overrides,
  };
}

describe("driftIn", () => {
  it("finds nothing wrong with a machine that runs", () => {
    assert.deepEqual(driftIn(recorded()), []);
    assert.deepEqual(driftIn(recorded({ elasticIp: false, allocationId: "", publicIp: "" })), []);
  });

  it("says in words what is wrong", () => {
    assert.deepEqual(driftIn(recorded({ networkInterfaceId: "" })), ["its network interface is gone"]);
    assert.deepEqual(driftIn(recorded({ allocationId: "" })), ["its Elastic IP is not on its primary private IP"]);
    assert.deepEqual(driftIn(recorded({ state: "paused" })), ["its instance is stopped"]);
    assert.deepEqual(driftIn(recorded({ state: "pending" })), ["its instance is still starting"]);
    assert.deepEqual(driftIn(recorded({ state: "failed" })), ["its instance could not be launched"]);
    assert.deepEqual(driftIn(recorded({ state: "missing" })), ["it has no instance"]);
  });
});
