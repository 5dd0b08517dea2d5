import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { differences, type Found, isOfItsType } from "../../../../provider/engine/situation/launched";
import { changingHash, launchHash } from "../../../../provider/engine/record/specification";
import { desired, ID, instance, volume } from "../things";

type Properties = Record<string, unknown>;

const HAS = instance({
  keyName: "demo",
  ebsOptimized: true,
  tenancy: "dedicated",
  placementGroup: "demo",
  cpuOptions: { coreCount: 2, threadsPerCore: 1 },
  userData: Buffer.from("hello").toString("base64"),
});
const ROOT = volume({ id: "vol-1", size: 8 });

function differ(before: Properties, after: Properties, found: Partial<Found> = {}): string[] {
  const [launched, wanted] = [desired(before), desired(after)];
  const all = { instance: HAS, rootVolume: ROOT, isGiven: false, ...found };
  return differences(all, launchHash(ID, launched), launchHash(ID, wanted), wanted);
}

describe("the differences between an instance and what is wanted of it", () => {
  it("are none for what it has, though it was not launched with it", () => {
    const named = {
      keyName: "demo",
      ebsOptimized: true,
      tenancy: "dedicated",
      placementGroup: "demo",
      cpuOptions: { coreCount: 2, threadsPerCore: 1 },
      rootVolume: { size: 8, type: "gp3" },
    };
    assert.deepEqual(differ({}, named), []);
  });

  for (const named of [
    { keyName: "ops" },
    { tenancy: "default", ebsOptimized: false, placementGroup: "ops" },
    { cpuOptions: { coreCount: 2, threadsPerCore: 2 } },
    { rootVolume: { size: 8, encrypted: true } },
    { cpuCredits: "standard" },
    { recycleTriggers: { at: "1" } },
    { imageId: "ami-0a1b2c3d" },
  ]) {
    it(`are what it has not, of ${JSON.stringify(named)}`, () => {
      const [input = ""] = Object.keys(named).slice(-1);
      assert.deepEqual(differ({}, named), [input]);
    });
  }

  it("are its root volume where nobody looked at it", () => {
    assert.deepEqual(differ({}, { rootVolume: { size: 8 } }, { rootVolume: undefined }), ["rootVolume"]);
  });

  it("are what is taken out, but for an instance that was given: that is as good as it is", () => {
    const named = { keyName: "demo", rootVolume: { size: 8 }, userData: "hello" };
    assert.deepEqual(differ(named, {}), ["userData", "keyName", "rootVolume"]);
    assert.deepEqual(differ(named, {}, { isGiven: true }), []);
  });

  it("are the image also where it seems to be there: a root volume that was replaced is of another", () => {
    const was = { imageId: "ami-0a1b2c3d" };
    assert.deepEqual(differ(was, {}), ["imageId"]);
  });

  it("are the market unless it runs on demand, as is wanted: EC2 tells no price", () => {
    const spot = { market: { lifecycle: "spot" } };
    assert.deepEqual(differ(spot, {}), []);
    const limited = { market: { lifecycle: "spot", maxPrice: "0.05" } };
    const found = { instance: instance({ lifecycle: "spot" }) };
    assert.deepEqual(differ(limited, spot, found), ["market"]);
    assert.deepEqual(differ(spot, limited, found), ["market"]);
    assert.deepEqual(differ({}, spot), ["market"]);
  });

  it("are what is being changed, whatever EC2 shows of it", () => {
    const wanted = desired();
    const changing = changingHash(launchHash(ID, wanted), ["instanceType"]);
    const found = { instance: HAS, rootVolume: ROOT, isGiven: false };
    assert.deepEqual(differences(found, changing, launchHash(ID, wanted), wanted), ["instanceType"]);
  });

  it("are a type that is neither wanted nor the one that it was launched as", () => {
    assert.deepEqual(differ({}, {}, { instance: { ...HAS, type: "c6i.large" } }), ["instanceType"]);
    assert.deepEqual(differ({}, { instanceType: "c6i.large" }, { instance: { ...HAS, type: "c6i.large" } }), []);
  });
});

describe("an instance is of its type", () => {
  const of = (type: string, tag: string | undefined, wanted: Properties = {}): boolean => {
    const { [TAG.type]: _, ...tags } = HAS.tags;
    const own = tag === undefined ? tags : { ...tags, [TAG.type]: tag };
    return isOfItsType({ ...HAS, type, tags: own }, desired(wanted));
  };

  it("if it is wanted, a fallback, or what its tag says", () => {
    assert.ok(of("m7i.large", "c6i.large"));
    assert.ok(of("c6i.large", "m7i.large", { fallbackInstanceTypes: ["m6i.large", "c6i.large"] }));
    assert.ok(of("c6i.large", "c6i.large"));
    assert.ok(!of("c6i.large", "m7i.large"));
  });

  it("if nothing tells otherwise", () => {
    assert.ok(of("c6i.large", undefined));
  });
});
