/** The outputs that are certain without a plan. */
import assert from "node:assert/strict";
import { UNKNOWN } from "../../../provider/inputs/validation";
import type { Properties } from "../../../provider/model/properties";
import { certainOutputs, isTooLittle, lastingOutputs } from "../../../provider/preview/certain-outputs";
import { scene } from "./scene";

const ELASTIC = { elasticIp: true };

function certain(after: Properties, before: Properties = ELASTIC): Properties {
  const { changes, recorded, wanted } = scene(before, after);
  return certainOutputs(changes, recorded, wanted);
}

describe("the outputs that are certain without a plan", () => {
  it("are none of the instance", () => {
    const known = certain({ ...ELASTIC, tags: UNKNOWN });
    assert.deepEqual([known.networkInterfaceId, known.publicIp, known.launchTemplateId], ["eni-1", "52.1.2.3", "lt-1"]);
    for (const name of ["instanceId", "state", "lifecycle", "launchedInstanceType", "generation"]) {
      assert.ok(!(name in known), name);
    }
  });

  it("are no address that an input which is not known may exchange", () => {
    assert.ok(!("privateIp" in certain({ ...ELASTIC, subnetId: UNKNOWN })));
    assert.ok(!("publicIp" in certain({ elasticIp: UNKNOWN })));
    assert.ok(!("secondaryPrivateIps" in certain({ ...ELASTIC, secondaryPrivateIpCount: 2 })));
    assert.ok(!("dataVolumeIds" in certain({ ...ELASTIC, dataVolumes: UNKNOWN })));
  });

  it("are not the interface of a machine that keeps none", () => {
    assert.ok(!("networkInterfaceId" in certain({ persistPrivateIp: false }, { persistPrivateIp: false })));
  });

  it("are none when the resource is replaced, or nothing is on record", () => {
    assert.deepEqual(certain({ ...ELASTIC, region: "eu-central-1" }), {});
    assert.deepEqual(certainOutputs([], {}, {}), {});
  });

  it("are enough to ask EC2 nothing as long as none of them is missing", () => {
    const { recorded } = scene(ELASTIC, ELASTIC);
    const lasting = lastingOutputs(recorded);
    assert.ok(!("instanceId" in lasting) && !("state" in lasting));
    assert.equal(isTooLittle(lasting), false);
    for (const name of ["networkInterfaceId", "vpcId", "allocationId", "launchTemplateId"]) {
      assert.equal(isTooLittle({ ...lasting, [name]: undefined }), true, name);
    }
  });
});
