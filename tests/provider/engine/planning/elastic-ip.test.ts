import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { desired, elasticIp, givenElasticIp, ID, observed } from "../things";
import { kinds, planned } from "./plans";

describe("the plan of the Elastic IP", () => {
  const wanted = desired({ elasticIp: true });
  const given = desired({ elasticIp: "eipalloc-0a1b2c3d" });

  it("allocates one and puts it on", () => {
    assert.deepEqual(kinds({ desired: wanted }), ["allocate-elastic-ip", "associate-elastic-ip"]);
  });

  it("puts on the one that was allocated before", () => {
    const free = elasticIp({ association: undefined });
    assert.deepEqual(kinds({ desired: wanted, observed: observed({ elasticIps: [free] }) }), ["associate-elastic-ip"]);
  });

  it("takes off and releases one that is no longer wanted", () => {
    assert.deepEqual(kinds({ observed: observed({ elasticIps: [elasticIp()] }) }), [
      "disassociate-elastic-ip",
      "release-elastic-ip",
    ]);
  });

  it("retains one that is no longer wanted where it is told to", () => {
    const steps = kinds({
      desired: desired({ deletion: { elasticIp: "retain" } }),
      observed: observed({ elasticIps: [elasticIp()] }),
    });
    assert.deepEqual(steps, ["disassociate-elastic-ip", "retain"]);
  });

  it("claims a given one before it is put on, tags it as given, and never releases it", () => {
    const free = givenElasticIp({ association: undefined, tags: {} });
    const claims = [
      {
        kind: "elastic-ip",
        id: "eipalloc-0a1b2c3d",
        words: "the Elastic IP 52.1.2.3 (eipalloc-0a1b2c3d)",
        tags: { [TAG.id]: ID, [TAG.owned]: "false" },
      },
    ];
    assert.deepEqual(planned({ desired: given, observed: observed({ givenElasticIp: free }) }), [
      // The claim first, so that it is found and given back however the run ends.
      { kind: "claim-given", claims, isNew: false },
      { kind: "associate-elastic-ip" },
      { kind: "end-claims", claims },
    ]);
    assert.deepEqual(kinds({ observed: observed({ elasticIps: [givenElasticIp()] }) }), [
      "disassociate-elastic-ip",
      "give-back",
    ]);
  });

  it("releases the second of two that were allocated, keeping the one in use", () => {
    const surplus = elasticIp({ allocationId: "eipalloc-0", association: undefined });
    const steps = planned({ desired: wanted, observed: observed({ elasticIps: [surplus, elasticIp()] }) });
    assert.deepEqual(steps, [{ kind: "release-elastic-ip", elasticIp: surplus }]);
  });
});
