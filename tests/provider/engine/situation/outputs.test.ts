import assert from "node:assert/strict";
import { castOf } from "../../../../provider/engine/situation/cast";
import * as engine from "../../../../provider/engine/situation/outputs";
import { NOTHING_OBSERVED, type Observed } from "../../../../provider/model/observed";
import type { Desired } from "../../../../provider/model/desired";
import type { InstanceState } from "../../../../provider/model/things";
import type { Outputs } from "../../../../provider/model/outputs";
import { desired, elasticIp, eni, generation, givenElasticIp, instance, observed, situation } from "../things";

const { isGone } = engine;

function outputsOf(wanted: Desired, world: Observed): Outputs {
  return engine.outputsOf(castOf(situation({ desired: wanted, observed: world })));
}

describe("outputsOf", () => {
  it("tells the whole of a machine that is up", () => {
    assert.deepEqual(outputsOf(desired({ elasticIp: true }), observed({ elasticIps: [elasticIp()] })), {
      networkInterfaceId: "eni-1",
      privateIp: "10.0.1.7",
      privateDnsName: "ip-10-0-1-7.ec2.internal",
      macAddress: "0a:00:00:00:00:01",
      secondaryPrivateIps: [],
      ipv6Addresses: [],
      publicIp: "52.1.2.3",
      allocationId: "eipalloc-1",
      instanceId: "i-1",
      state: "running",
      lifecycle: "on-demand",
      launchedInstanceType: "m7i.large",
      availabilityZone: "us-east-1a",
      vpcId: "vpc-1",
      generation: 1,
      launchTemplateId: "lt-1",
      dataVolumeIds: {},
      drift: [],
    });
  });

  it("has no undefined, whatever is missing", () => {
    for (const world of [NOTHING_OBSERVED, observed({ networkInterfaces: [] }), observed({ instances: [] })]) {
      assert.ok(Object.values(outputsOf(desired({ elasticIp: true }), world)).every((it) => it !== undefined));
    }
  });

  it("tells the state in one word", () => {
    const states: Record<InstanceState, string> = {
      pending: "pending",
      running: "running",
      stopping: "paused",
      stopped: "paused",
      "shutting-down": "missing",
      terminated: "missing",
    };
    for (const [state, word] of Object.entries(states)) {
      const world = observed({ instances: [instance({ state: state as InstanceState })] });
      assert.equal(outputsOf(desired(), world).state, word);
      assert.equal(outputsOf(desired(), world).instanceId, word === "missing" ? "" : "i-1");
    }
  });

  it("tells a given Elastic IP only while it is on the interface, else the instance's changing address", () => {
    const off = observed({ givenElasticIp: { ...givenElasticIp(), association: undefined } });
    assert.equal(outputsOf(desired({ elasticIp: "52.1.2.3" }), off).allocationId, "");
    assert.equal(outputsOf(desired({ elasticIp: "52.1.2.3" }), off).publicIp, "");
    const changing = observed({ instances: [instance({ publicIp: "198.18.0.1" })] });
    assert.equal(outputsOf(desired(), changing).publicIp, "198.18.0.1");
    const given = observed({ givenElasticIp: givenElasticIp() });
    assert.equal(outputsOf(desired({ elasticIp: "52.1.2.3" }), given).allocationId, "eipalloc-0a1b2c3d");
  });

  it("tells an Elastic IP that was allocated here wherever it is, so that it is never forgotten", () => {
    const off = observed({ elasticIps: [elasticIp({ association: undefined })] });
    assert.equal(outputsOf(desired({ elasticIp: true }), off).allocationId, elasticIp().allocationId);
    assert.equal(outputsOf(desired({ elasticIp: true }), off).publicIp, elasticIp().publicIp);
  });

  it("tells what really runs, not what was asked for", () => {
    const fallback = observed({ instances: [instance({ lifecycle: "on-demand", type: "m6i.large" })] });
    const outputs = outputsOf(desired({ market: { lifecycle: "spot" } }), fallback);
    assert.deepEqual([outputs.lifecycle, outputs.launchedInstanceType], ["on-demand", "m6i.large"]);
  });

  it("counts a template version that somebody else made too", () => {
    assert.equal(outputsOf(desired(), observed({ generation: generation({ number: 4 }) })).generation, 4);
    assert.equal(outputsOf(desired(), observed({ generation: undefined })).generation, 1);
  });
});

describe("isGone", () => {
  it("is so only when nothing is left", () => {
    assert.ok(isGone(NOTHING_OBSERVED));
    assert.ok(isGone({ ...NOTHING_OBSERVED, instances: [instance({ state: "terminated" })] }));
    assert.ok(!isGone({ ...NOTHING_OBSERVED, instances: [instance({ state: "shutting-down" })] }));
    assert.ok(!isGone({ ...NOTHING_OBSERVED, networkInterfaces: [eni()] }));
    assert.ok(!isGone({ ...NOTHING_OBSERVED, elasticIps: [elasticIp()] }));
    assert.ok(!isGone(observed({ networkInterfaces: [], instances: [] })));
  });
});
