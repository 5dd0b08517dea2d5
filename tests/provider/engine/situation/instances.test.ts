import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { generationOf, holderOf, isAlive, lastLaunched } from "../../../../provider/engine/situation/instances";
import type { InstanceState } from "../../../../provider/model/things";
import { eni, instance, observed } from "../things";

describe("isAlive", () => {
  for (const [state, alive] of Object.entries({
    pending: true,
    running: true,
    stopping: true,
    stopped: true,
    "shutting-down": false,
    terminated: false,
  })) {
    it(`is ${alive} of an instance that is ${state}, which holds its interface accordingly`, () => {
      const one = instance({ state: state as InstanceState });
      assert.equal(isAlive(one), alive);
      assert.equal(holderOf(eni(), observed({ instances: [one] })) !== undefined, alive);
    });
  }
});

describe("holderOf", () => {
  it("is the instance that is alive and has the interface, unless that is coming off", () => {
    assert.equal(holderOf(eni(), observed())?.id, "i-1");
    assert.equal(holderOf(eni({ id: "eni-2" }), observed()), undefined);
    assert.equal(
      holderOf(undefined, observed({ instances: [instance({ networkInterfaceId: undefined })] })),
      undefined,
    );
    const attachment = { id: "a", instanceId: "i-1", deviceIndex: 1, deleteOnTermination: false, isDetaching: true };
    assert.equal(holderOf(eni({ attachment }), observed()), undefined);
  });
});

describe("lastLaunched", () => {
  it("is the latest, and of two at one time the one with the higher id, in whatever order they come", () => {
    const [a, b, c] = [{ launchedAt: 1 }, { id: "i-2", launchedAt: 2 }, { id: "i-3", launchedAt: 2 }].map((it) =>
      instance(it),
    );
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    assert.equal(lastLaunched([a, b])?.id, "i-2");
    assert.equal(lastLaunched([b, c, a])?.id, "i-3");
    assert.equal(lastLaunched([c, b, a])?.id, "i-3");
    assert.equal(lastLaunched([]), undefined);
  });
});

describe("generationOf", () => {
  it("is the number in the tag, if it is one", () => {
    assert.equal(generationOf(instance({ tags: { [TAG.generation]: "12" } })), 12);
    assert.equal(generationOf(instance({ tags: {} })), undefined);
    assert.equal(generationOf(instance({ tags: { [TAG.generation]: "1x" } })), undefined);
  });
});
