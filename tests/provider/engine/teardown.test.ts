import assert from "node:assert/strict";
import type { Desired, Observed } from "../../../provider/engine/state";
import type { Step } from "../../../provider/engine/step";
import { planTeardown } from "../../../provider/engine/teardown";
import { elasticIp, eni, givenElasticIp, ID, instance, NOTHING, observed } from "./things";

function steps(world: Observed, deletion: Partial<Desired["deletion"]> = {}): Step[] {
  return planTeardown({
    id: ID,
    observed: world,
    deletion: { networkInterface: "delete", elasticIp: "delete", dataVolumes: "retain", ...deletion },
  });
}

function kinds(world: Observed, deletion: Partial<Desired["deletion"]> = {}): string[] {
  return steps(world, deletion).map((it) => it.kind);
}

const WHOLE = observed({ elasticIps: [elasticIp()] });

describe("planTeardown", () => {
  it("ends the instance, then the Elastic IP, then the interface, and the record last", () => {
    assert.deepEqual(kinds(WHOLE), [
      "retire",
      "disassociate-elastic-ip",
      "release-elastic-ip",
      "delete-network-interface",
      "delete-record",
    ]);
  });

  it("has nothing to do where nothing is", () => {
    assert.deepEqual(steps(NOTHING), []);
  });

  it("takes a given Elastic IP off, and takes our tags off it, and does not release it", () => {
    const found = steps(observed({ elasticIps: [givenElasticIp()] }));
    assert.deepEqual(
      found.map((it) => it.kind),
      ["retire", "disassociate-elastic-ip", "give-back", "delete-network-interface", "delete-record"],
    );
    assert.deepEqual(found[2], {
      kind: "give-back",
      resourceId: "eipalloc-0a1b2c3d",
      what: "the Elastic IP 52.1.2.3",
      remove: ["managed-instance:id", "managed-instance:owned"],
    });
  });

  it("does not take a given Elastic IP off a holder that is not ours", () => {
    const elsewhere = givenElasticIp({ association: { id: "a", networkInterfaceId: "eni-9" } });
    assert.ok(!kinds(observed({ elasticIps: [elsewhere] })).includes("disassociate-elastic-ip"));
  });

  it("keeps what is to be retained, and the Elastic IP on the interface only if both are", () => {
    assert.deepEqual(kinds(WHOLE, { elasticIp: "retain" }), [
      "retire",
      "disassociate-elastic-ip",
      "retain",
      "delete-network-interface",
      "delete-record",
    ]);
    assert.deepEqual(kinds(WHOLE, { networkInterface: "retain" }), [
      "retire",
      "disassociate-elastic-ip",
      "release-elastic-ip",
      "retain",
      "delete-record",
    ]);
    assert.deepEqual(kinds(WHOLE, { networkInterface: "retain", elasticIp: "retain" }), [
      "retire",
      "retain",
      "retain",
      "delete-record",
    ]);
  });

  it("makes an interface that is to be retained outlive its instance first", () => {
    const flipped = eni({
      attachment: { id: "eni-attach-1", instanceId: "i-1", deviceIndex: 0, deleteOnTermination: true },
    });
    const world = observed({ networkInterfaces: [flipped] });
    assert.equal(kinds(world, { networkInterface: "retain" })[0], "keep-on-termination");
    assert.equal(kinds(world)[0], "retire");
  });

  it("waits for an instance that is ending as long as it holds the interface", () => {
    assert.equal(kinds(observed({ instances: [instance({ state: "shutting-down" })] }))[0], "retire");
    const free = eni({ attachment: undefined, status: "available" });
    assert.equal(
      kinds(observed({ networkInterfaces: [free], instances: [instance({ state: "terminated" })] }))[0],
      "delete-network-interface",
    );
    const stranger = instance({ id: "i-9", state: "shutting-down", tags: {} });
    assert.equal(kinds(observed({ instances: [], strangers: [{ ...stranger }] }))[0], "delete-network-interface");
    const held = eni({ attachment: { id: "a", instanceId: "i-9", deviceIndex: 0, deleteOnTermination: false } });
    assert.equal(kinds(observed({ networkInterfaces: [held], instances: [], strangers: [stranger] }))[0], "retire");
  });
});
