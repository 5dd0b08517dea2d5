import assert from "node:assert/strict";
import { CreatePlacementGroupCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { UNKNOWN } from "../../../../provider/inputs/validation";
import { BURSTABLE, ofCreate, ofUpdate, only, scene } from "./scene";

describe("an option that a type does not take", () => {
  for (const [option, given, property, reason] of [
    [
      "cpuCredits with a fallback type that is not burstable",
      { ...BURSTABLE, fallbackInstanceTypes: ["t3a.medium", "m5.large"] },
      "cpuCredits",
      'cpuCredits is "unlimited", but fallbackInstanceTypes[1]: m5.large is not burstable and has no CPU credits; take cpuCredits out, or name burstable types only (T2, T3, T3a, T4g)',
    ],
    [
      "cpuCredits with a type that is not burstable",
      { instanceType: "m5.large", cpuCredits: "standard" },
      "cpuCredits",
      'cpuCredits is "standard", but instanceType: m5.large is not burstable and has no CPU credits; take cpuCredits out, or name burstable types only (T2, T3, T3a, T4g)',
    ],
    [
      "cpuOptions with a fallback type that has fewer cores",
      {
        instanceType: "m5.2xlarge",
        fallbackInstanceTypes: ["m5.large"],
        cpuOptions: { coreCount: 2, threadsPerCore: 1 },
      },
      "cpuOptions",
      "cpuOptions asks for 2 cores with 1 threads each, but fallbackInstanceTypes[0]: m5.large takes 1 cores with 1 or 2 threads each; give what each type takes, or take cpuOptions out",
    ],
    [
      "cpuOptions with T2",
      { instanceType: "t2.micro", cpuOptions: { coreCount: 1, threadsPerCore: 1 } },
      "cpuOptions",
      "cpuOptions asks for 1 cores with 1 threads each, but instanceType: t2.micro takes no CPU options; give what each type takes, or take cpuOptions out",
    ],
    [
      "ebsOptimized",
      { ebsOptimized: true, fallbackInstanceTypes: ["t2.medium"] },
      "ebsOptimized",
      "ebsOptimized is true, but fallbackInstanceTypes[0]: t2.medium cannot be EBS-optimized; take ebsOptimized out, or name types that can be (the newer ones always are)",
    ],
    [
      "tenancy",
      { tenancy: "dedicated", fallbackInstanceTypes: ["t2.medium"] },
      "tenancy",
      'tenancy is "dedicated", but fallbackInstanceTypes[0]: t2.medium cannot be a Dedicated Instance; take tenancy out, or name other types',
    ],
  ] as const) {
    it(`is refused, with the input and the type: ${option}`, async () => {
      assert.deepEqual(await only(ofCreate(scene(), given)), { property, reason });
    });
  }

  it("is refused of a placement group by its strategy", async () => {
    const the = scene();
    await the.somebody.send(new CreatePlacementGroupCommand({ GroupName: "close", Strategy: "cluster" }));
    const given = { placementGroup: "close", fallbackInstanceTypes: ["t3.large"] };
    assert.deepEqual(await only(ofCreate(the, given)), {
      property: "placementGroup",
      reason:
        "placementGroup: close is a cluster placement group, but fallbackInstanceTypes[0]: t3.large takes partition and spread placement groups only; name another placement group, or types that its strategy takes",
    });
  });

  it("is fine where each type takes it", async () => {
    const the = scene();
    assert.deepEqual(await ofCreate(the, { ...BURSTABLE, fallbackInstanceTypes: ["t3a.medium"] }), []);
    const given = {
      instanceType: "m5.large",
      ebsOptimized: true,
      tenancy: "dedicated",
      placementGroup: WELL_KNOWN.placementGroup,
      cpuOptions: { coreCount: 1, threadsPerCore: 2 },
    };
    assert.deepEqual(await ofCreate(the, given), []);
    assert.deepEqual(await ofCreate(the, { instanceType: "t2.micro", ebsOptimized: false, tenancy: "default" }), []);
  });

  it("is judged as soon as it or a type changes, and never by what is not known yet", async () => {
    const wrong = { ...BURSTABLE, fallbackInstanceTypes: ["m5.large"] };
    const the = scene();
    assert.equal((await ofUpdate(the, { instanceType: "m5.large" }, { cpuCredits: "standard" })).length, 1);
    assert.equal((await ofUpdate(the, BURSTABLE, { fallbackInstanceTypes: ["m5.large"] })).length, 1);
    assert.deepEqual(await ofUpdate(the, wrong, { tags: { Team: "a" } }), []);
    assert.deepEqual(await ofCreate(the, { ...BURSTABLE, fallbackInstanceTypes: [UNKNOWN] }), []);
    assert.deepEqual(await ofCreate(the, { instanceType: "m5.large", cpuCredits: UNKNOWN }), []);
  });
});

describe("a key pair and a placement group", () => {
  it("have to exist", async () => {
    const the = scene();
    assert.deepEqual(await only(ofCreate(the, { keyName: "nobody" })), {
      property: "keyName",
      reason: "keyName: nobody does not exist in us-east-1; check it, and the region: key pairs are regional",
    });
    assert.deepEqual(await only(ofCreate(the, { placementGroup: "nowhere" })), {
      property: "placementGroup",
      reason: "placementGroup: nowhere does not exist in us-east-1; check it, and the region",
    });
    const there = { keyName: WELL_KNOWN.keyName, placementGroup: WELL_KNOWN.placementGroup };
    assert.deepEqual(await ofCreate(the, there), []);
  });
});
