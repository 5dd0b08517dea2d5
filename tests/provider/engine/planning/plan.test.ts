import assert from "node:assert/strict";
import { NOTHING_OBSERVED } from "../../../../provider/model/observed";
import { desired, generation, instance, observed } from "../things";
import { kinds, OLD, planned } from "./plans";

describe("plan", () => {
  it("has no step where everything is as it is wanted", () => {
    assert.deepEqual(planned(), []);
  });

  it("makes the record first, then the identity, then the instance, where nothing is", () => {
    assert.deepEqual(kinds({ observed: NOTHING_OBSERVED, purpose: { kind: "create" } }), [
      "record",
      "make-network-interface",
      "launch",
    ]);
    assert.deepEqual(
      kinds({
        observed: NOTHING_OBSERVED,
        purpose: { kind: "create" },
        desired: desired({ elasticIp: true, sourceDestCheck: false }),
      }),
      [
        "record",
        "make-network-interface",
        "set-source-dest-check",
        "allocate-elastic-ip",
        "associate-elastic-ip",
        "launch",
      ],
    );
  });

  it("records a new specification and looks before it ends the instance of the old one", () => {
    const steps = planned({ desired: desired(OLD) });
    assert.deepEqual(
      steps.map((it) => it.kind),
      ["record-generation", "preflight", "retire", "launch"],
    );
    assert.deepEqual(steps[0], { kind: "record-generation", replacesBefore: "this" });
  });

  it("does not end an instance that fits after all, when a specification that failed is taken back", () => {
    const failed = generation({ number: 2, replacesBefore: 2 }, desired(OLD));
    assert.deepEqual(planned({ observed: observed({ generation: failed }) }), [
      { kind: "record-generation", replacesBefore: 1 },
    ]);
  });

  it("changes in place what a running instance takes on", () => {
    const steps = planned({
      desired: desired({ iamInstanceProfile: "p", metadataOptions: { httpTokens: "optional" } }),
    });
    assert.deepEqual(steps, [
      { kind: "record-generation", replacesBefore: 1 },
      { kind: "change-setting", setting: "metadataOptions", instanceId: "i-1" },
      { kind: "change-setting", setting: "iamInstanceProfile", instanceId: "i-1" },
    ]);
  });

  it("knows a profile that is wanted by name by its ARN, with or without a path", () => {
    const held = instance({ iamInstanceProfileArn: "arn:aws:iam::1:instance-profile/team/p" });
    const wanted = desired({ iamInstanceProfile: "p" });
    const world = observed({ instances: [held], generation: generation({}, wanted) }, wanted);
    assert.deepEqual(planned({ desired: wanted, observed: { ...world, instances: [held] } }), []);
    const other = desired({ iamInstanceProfile: "q" });
    assert.deepEqual(
      planned({ desired: other, observed: { ...world, instances: [held] } }).filter(
        (it) => it.kind === "change-setting",
      ),
      [{ kind: "change-setting", setting: "iamInstanceProfile", instanceId: "i-1" }],
    );
  });

  it("compares a hop limit only where one is wanted", () => {
    const wanted = desired({ metadataOptions: { httpPutResponseHopLimit: 3 } });
    assert.equal(instance().metadataOptions.httpPutResponseHopLimit, 2);
    assert.deepEqual(kinds(), []);
    assert.deepEqual(kinds({ desired: wanted, observed: observed({}, wanted) }), ["change-setting"]);
  });

  it("makes a record anew that somebody deleted, and counts the instance's generation from there", () => {
    const lost = observed({ template: undefined, generation: undefined });
    assert.deepEqual(kinds({ observed: lost }), ["tag", "record"]);
  });
});
