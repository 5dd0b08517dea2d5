import assert from "node:assert/strict";
import { castOf } from "../../../../provider/engine/situation/cast";
import * as engine from "../../../../provider/engine/planning/conflicts";
import { NOTHING_OBSERVED, type Observed } from "../../../../provider/model/observed";
import type { Desired } from "../../../../provider/model/desired";
import { desired, elasticIp, givenElasticIp, instance, observed, situation } from "../things";

const ELSEWHERE = { id: "eipassoc-9", networkInterfaceId: "eni-9", instanceId: "i-9" };
const KEEP = { networkInterface: "delete", elasticIp: "retain", dataVolumes: "retain" } as const;
const DELETE = { networkInterface: "delete", elasticIp: "delete", dataVolumes: "retain" } as const;

const { teardownConflicts } = engine;

function conflicts(wanted: Desired, world: Observed): string[] {
  return engine.conflicts(castOf(situation({ desired: wanted, observed: world })));
}

describe("conflicts", () => {
  it("are none for a machine that nobody else touched, nor for one that is not there yet", () => {
    assert.deepEqual(conflicts(desired(), observed()), []);
    assert.deepEqual(conflicts(desired({ elasticIp: true }), NOTHING_OBSERVED), []);
    assert.deepEqual(conflicts(desired({ elasticIp: "52.1.2.3" }), observed({ givenElasticIp: givenElasticIp() })), []);
  });

  it("are a given Elastic IP that is not there or not ours, by the name that it was given", () => {
    const [sentence] = conflicts(desired({ elasticIp: "52.9.9.9" }), NOTHING_OBSERVED);
    assert.match(
      sentence ?? "",
      /^the Elastic IP 52\.9\.9\.9 \(elasticIp\) does not exist in us-east-1, or is not this/,
    );
  });

  it("are an Elastic IP that is in use elsewhere, given or allocated, by its holder", () => {
    const given = givenElasticIp({ association: ELSEWHERE });
    const wanted = desired({ elasticIp: "eipalloc-0a1b2c3d" });
    assert.deepEqual(conflicts(wanted, observed({ givenElasticIp: given, elasticIps: [given] })), [
      "the Elastic IP 52.1.2.3 (eipalloc-0a1b2c3d) is in use by eni-9 (instance i-9); it is never taken from its holder: disassociate it there first, or change elasticIp",
    ]);
    const allocated = elasticIp({ association: ELSEWHERE });
    assert.equal(conflicts(desired({ elasticIp: true }), observed({ elasticIps: [allocated] })).length, 1);
  });

  it("are an instance that holds the interface and was not launched here, while it is alive", () => {
    const stranger = instance({ id: "i-9", tags: {} });
    assert.match(
      conflicts(desired(), observed({ strangers: [stranger] }))[0] ?? "",
      /eni-1 is held by i-9, which this managed instance did not launch/,
    );
    assert.deepEqual(conflicts(desired(), observed({ strangers: [{ ...stranger, state: "terminated" }] })), []);
  });
});

describe("teardownConflicts", () => {
  it("are an allocated Elastic IP in use elsewhere that would have to be released", () => {
    const taken = observed({ elasticIps: [elasticIp({ association: ELSEWHERE })] });
    assert.match(teardownConflicts(taken, DELETE)[0] ?? "", /in use by eni-9 .*set deletion\.elasticIp to "retain"/);
    assert.deepEqual(teardownConflicts(taken, KEEP), []);
  });

  it("are none for a given Elastic IP, wherever it is", () => {
    assert.deepEqual(
      teardownConflicts(observed({ elasticIps: [givenElasticIp({ association: ELSEWHERE })] }), DELETE),
      [],
    );
  });

  it("are an instance of somebody else's on the interface", () => {
    assert.equal(teardownConflicts(observed({ strangers: [instance({ id: "i-9", tags: {} })] }), DELETE).length, 1);
  });
});
