import assert from "node:assert/strict";
import type { Instance, InstanceState } from "../../../../provider/model/things";
import { desired, eni, generation, instance, observed } from "../things";
import { FREE, kinds, OLD, planned } from "./plans";

describe("the plan by the state of the instance", () => {
  function onState(state: InstanceState, overrides: Partial<Instance> = {}): string[] {
    return kinds({ observed: observed({ instances: [instance({ state, ...overrides })] }) });
  }

  it("leaves one that is running", () => {
    assert.deepEqual(onState("running"), []);
  });

  it("waits for one that is starting", () => {
    assert.deepEqual(onState("pending"), ["await-running"]);
  });

  it("starts one that is stopped or stopping", () => {
    assert.deepEqual(onState("stopped"), ["start"]);
    assert.deepEqual(onState("stopping"), ["start"]);
  });

  it("waits for one that is ending to let go of the interface, then launches", () => {
    assert.deepEqual(onState("shutting-down"), ["retire", "launch"]);
  });

  it("launches at once where the last one has ended", () => {
    const ended = [instance({ state: "terminated", networkInterfaceId: undefined })];
    assert.deepEqual(kinds({ observed: observed({ networkInterfaces: [FREE], instances: ended }) }), ["launch"]);
    assert.deepEqual(kinds({ observed: observed({ networkInterfaces: [FREE], instances: [] }) }), ["launch"]);
  });

  it("retires one of ours that is alive and does not hold the interface", () => {
    const astray = instance({ id: "i-2", networkInterfaceId: undefined });
    assert.deepEqual(kinds({ observed: observed({ instances: [instance(), astray] }) }), ["retire"]);
  });
});

describe("the plan of a machine that is to be paused", () => {
  const stop = desired({ desiredState: "paused" });
  const end = desired({ desiredState: "paused", pauseBehavior: "terminate" });
  const onState = (wanted: typeof stop, overrides: Partial<Instance>): string[] =>
    kinds({ desired: wanted, observed: observed({ instances: [instance(overrides, wanted)] }, wanted) });

  it("stops or ends what runs, and nothing once that is done", () => {
    for (const state of ["running", "pending", "stopping"] as const) {
      assert.deepEqual(onState(stop, { state }), ["stop"]);
      assert.deepEqual(onState(end, { state }), ["retire"]);
    }
    assert.deepEqual(onState(stop, { state: "stopped" }), []);
    assert.deepEqual(onState(end, { state: "stopped" }), ["retire"]);
  });

  it("ends a spot instance, which EC2 does not stop", () => {
    assert.deepEqual(onState(stop, { lifecycle: "spot" }), ["retire"]);
  });

  it("keeps a stopped one that does not fit, with no settings of its own until it starts", () => {
    const wanted = desired({ desiredState: "paused", ...OLD, monitoring: true });
    const world = observed({ instances: [instance({ state: "stopped" })] }, wanted);
    assert.deepEqual(kinds({ desired: wanted, observed: world }), []);
  });

  it("ends a candidate that the interface was to be moved to", () => {
    const wanted = desired({ desiredState: "paused", replacement: { strategy: "overlap" } });
    const candidate = instance({ id: "i-2", networkInterfaceId: "eni-2" }, wanted);
    const world = observed({ instances: [instance({ state: "stopped" }, wanted), candidate] }, wanted);
    assert.deepEqual(kinds({ desired: wanted, observed: world }), ["retire"]);
  });
});

describe("the plan by overlap", () => {
  const wanted = desired({ replacement: { strategy: "overlap" }, ...OLD });
  const DETACHABLE = { networkInterfaceId: "eni-0", secondaryNetworkInterfaceIds: ["eni-1"] };
  const candidate = instance({ id: "i-2", networkInterfaceId: "eni-2" }, wanted);
  const planOf = (instances: Instance[], networkInterfaces = [eni()]): string[] =>
    kinds({ desired: wanted, observed: observed({ instances, networkInterfaces }, wanted) });

  it("moves the interface from an old one that it can be taken off, and ends that last", () => {
    assert.deepEqual(planOf([instance(DETACHABLE)]), [
      "preflight",
      "check-rights",
      "launch-beside",
      "detach-network-interface",
      "attach-network-interface",
      "retire",
    ]);
  });

  it("ends an old one that it cannot be taken off only after the new one is proven", () => {
    assert.deepEqual(planOf([instance()]), [
      "preflight",
      "check-rights",
      "launch-beside",
      "retire",
      "attach-network-interface",
    ]);
  });

  it("goes on with the one that an earlier run launched", () => {
    assert.deepEqual(planOf([instance(DETACHABLE), candidate]), [
      "prove-candidate",
      "check-rights",
      "detach-network-interface",
      "attach-network-interface",
      "retire",
    ]);
  });

  it("attaches before it ends the old one, where an earlier run took the interface off", () => {
    const old = instance({ networkInterfaceId: "eni-0" });
    assert.deepEqual(planOf([old, candidate], [FREE]), ["prove-candidate", "attach-network-interface", "retire"]);
  });

  it("does not take an interface that is coming off for one that is held", () => {
    const attachment = { id: "a", instanceId: "i-1", deviceIndex: 1, deleteOnTermination: false, isDetaching: true };
    const old = instance(DETACHABLE, wanted);
    assert.deepEqual(planOf([old], [eni({ attachment })]), ["prove-candidate", "attach-network-interface"]);
  });

  it("keeps the generation of the one that the interface comes back to, when the change is taken back", () => {
    const failed = generation({ number: 2, replacesBefore: 2 });
    const world = observed(
      {
        instances: [instance({ networkInterfaceId: "eni-0" }, wanted)],
        networkInterfaces: [FREE],
        generation: failed,
      },
      wanted,
    );
    assert.deepEqual(planned({ desired: wanted, observed: world })[0], {
      kind: "record-generation",
      replacesBefore: 1,
    });
  });

  it("launches where there is nothing to take the interface off", () => {
    assert.deepEqual(planOf([], [FREE]), ["launch-beside", "attach-network-interface"]);
  });
});
