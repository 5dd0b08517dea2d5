import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { adoptionConflicts, misfits } from "../../../../provider/engine/situation/adoption";
import type { Adoption } from "../../../../provider/model/observed";
import type { Instance, NetworkInterface } from "../../../../provider/model/things";
import { desired, eni, ID, instance, volume } from "../things";

type Properties = Record<string, unknown>;

const TYPED = { ebsOptimized: true, cpuOptions: { coreCount: 1, threadsPerCore: 2 }, placementGroup: "demo" };

const ROOT = volume({
  id: "vol-1",
  size: 20,
  type: "gp3",
  iops: 3000,
  encrypted: true,
  kmsKeyId: "arn:aws:kms:x:1:key/k",
});

function reasons(inputs: Properties, overrides: Partial<Instance> = {}): string[] {
  return misfits({ instance: instance(overrides), networkInterface: eni() }, [ROOT], desired(inputs)).map(
    (it) => `${it.input} (${it.part})`,
  );
}

describe("misfits", () => {
  it("are none where all that the program names is as it is", () => {
    assert.deepEqual(reasons({}), []);
    assert.deepEqual(
      reasons(
        { ...TYPED, keyName: "demo", tenancy: "dedicated", userData: "hello" },
        { ...TYPED, keyName: "demo", tenancy: "dedicated", userData: Buffer.from("hello").toString("base64") },
      ),
      [],
    );
  });

  it("are none for what the program leaves out", () => {
    assert.deepEqual(reasons({}, { ...TYPED, keyName: "ops", tenancy: "dedicated", userData: "eA==" }), []);
    assert.deepEqual(reasons({ userData: "", rootVolume: {} }, { userData: "eA==" }), []);
  });

  it("are none for a root volume that has what is said of it", () => {
    assert.deepEqual(reasons({ rootVolume: { size: 20, type: "gp3", encrypted: true, kmsKeyId: "k" } }), []);
    assert.deepEqual(reasons({ rootVolume: { encrypted: true, kmsKeyId: "arn:aws:kms:x:1:key/k" } }), []);
  });

  it("are none for an image behind a parameter, which it names at the next launch only", () => {
    assert.deepEqual(reasons({ imageId: "resolve:ssm:/a/b" }), []);
  });

  it("are none of an interface with no instance", () => {
    assert.deepEqual(misfits({ networkInterface: eni() }, [], desired({ imageId: "ami-0a1b2c3d" })), []);
  });

  for (const [said, inputs] of [
    ["imageId (imageId)", { imageId: "ami-0a1b2c3d" }],
    ["instanceType (instanceType)", { instanceType: "m6i.large" }],
    ["market (other)", { market: { lifecycle: "spot" } }],
    ["userData (userData)", { userData: "hello" }],
    ["keyName (other)", { keyName: "demo" }],
    ["rootVolume (other)", { rootVolume: { size: 30 } }],
    ["rootVolume (other)", { rootVolume: { size: 20, iops: 4000 } }],
    ["rootVolume (other)", { rootVolume: { encrypted: true, kmsKeyId: "alias/k" } }],
    ["ebsOptimized (other)", { ebsOptimized: true }],
    ["tenancy (other)", { tenancy: "dedicated" }],
    ["cpuCredits (other)", { instanceType: "m7i.large", cpuCredits: "unlimited" }],
    ["cpuOptions (other)", { cpuOptions: { coreCount: 2 } }],
    ["cpuOptions (other)", { cpuOptions: { threadsPerCore: 1 } }],
    ["placementGroup (other)", { placementGroup: "demo" }],
  ] as const) {
    it(`are ${said} for ${JSON.stringify(inputs)}`, () => {
      assert.deepEqual(reasons(inputs, { cpuOptions: { coreCount: 1, threadsPerCore: 2 } }), [said]);
    });
  }
});

const NOBODYS = eni({ tags: {}, description: "" });
const THE_INSTANCE = instance({ tags: {} });

function conflicts(
  adoption: Partial<Adoption>,
  adopt: Properties = { instanceId: "i-1" },
  recorded?: { networkInterfaceId: string },
): string[] {
  const found = { instance: THE_INSTANCE, networkInterface: NOBODYS, ...adoption };
  return adoptionConflicts(ID, desired({ adopt }), found, recorded);
}

function free(overrides: Partial<NetworkInterface> = {}): Partial<Adoption> {
  return { instance: undefined, networkInterface: { ...NOBODYS, attachment: undefined, ...overrides } };
}

describe("adoptionConflicts", () => {
  const BY_INTERFACE = { networkInterfaceId: "eni-1" };

  it("are none where nobody else has it, or this very machine does", () => {
    assert.deepEqual(conflicts({}), []);
    assert.deepEqual(conflicts(free(), BY_INTERFACE), []);
    const ours = { [TAG.id]: ID, [TAG.owned]: "false" };
    assert.deepEqual(conflicts({ instance: instance({ tags: ours }), networkInterface: eni({ tags: ours }) }), []);
  });

  it("are an instance that is not there, or not for long", () => {
    const said = ["the instance i-1 (adopt.instanceId) does not exist in us-east-1, or has ended"];
    for (const gone of [undefined, instance({ state: "terminated" }), instance({ state: "shutting-down" })]) {
      assert.deepEqual(conflicts({ instance: gone }), said);
    }
    for (const state of ["pending", "running", "stopping", "stopped"] as const) {
      assert.deepEqual(conflicts({ instance: instance({ state, tags: {} }) }), []);
    }
  });

  it("are an interface that is not there", () => {
    assert.deepEqual(conflicts({ instance: undefined, networkInterface: undefined }, BY_INTERFACE), [
      "the network interface eni-1 (adopt) does not exist in us-east-1",
    ]);
    assert.match(conflicts({ networkInterface: undefined })[0] ?? "", /^the network interface eni-1 \(adopt\)/);
  });

  it("are too many tags, with this package's own, on either; AWS's do not count", () => {
    const tagged = (count: number, more: Record<string, string> = {}): Record<string, string> => ({
      ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, ""])),
      ...more,
    });
    assert.deepEqual(
      conflicts({ instance: instance({ tags: tagged(42, { "aws:cloudformation:stack-id": "s" }) }) }),
      [],
    );
    assert.deepEqual(conflicts({ instance: instance({ tags: tagged(45) }) }), [
      "i-1 has 45 tags, and with the 8 of this package that is more than the 50 that EC2 takes; take 3 off it first",
    ]);
    const begun = tagged(45, { [TAG.id]: ID, [TAG.owned]: "false" });
    assert.match(conflicts({ instance: instance({ tags: begun }) })[0] ?? "", /take 3 off it first/);
    const held = (count: number): NetworkInterface => eni({ tags: tagged(count), description: "" });
    assert.deepEqual(conflicts({ networkInterface: held(46) }), []);
    assert.match(conflicts({ networkInterface: held(50) })[0] ?? "", /^eni-1 has 50 tags.* 4 of this .* take 4 off it/);
  });

  it("are another machine's, by the tag of either", () => {
    const theirs = { tags: { [TAG.id]: "mi-9" } };
    const said = [
      'eni-1 belongs to the managed instance mi-9, and a machine has one owner; adopt: { managedInstanceId: "mi-9" } takes over that machine as a whole, from whichever state has it',
    ];
    assert.deepEqual(conflicts({ instance: instance(theirs) }), said);
    assert.deepEqual(conflicts({ networkInterface: eni(theirs) }), said);
  });

  it("are an Auto Scaling group, and an interface that an AWS service manages", () => {
    assert.match(
      conflicts({ instance: instance({ tags: { "aws:autoscaling:groupName": "g" } }) })[0] ?? "",
      /^i-1 is in the Auto Scaling group g, which would replace it; detach it there first$/,
    );
    assert.deepEqual(conflicts(free({ requesterManaged: true }), BY_INTERFACE), [
      "eni-1 is managed by an AWS service, so it cannot be kept",
    ]);
  });

  it("are another subnet, unless it was adopted before and moves from there now", () => {
    const elsewhere = { networkInterface: { ...NOBODYS, subnetId: "subnet-9" } };
    assert.match(conflicts(elsewhere)[0] ?? "", /^eni-1 is in subnet-9, and subnetId is .*; set subnetId to subnet-9$/);
    assert.deepEqual(conflicts(elsewhere, undefined, { networkInterfaceId: "eni-1" }), []);
    assert.equal(conflicts(elsewhere, undefined, { networkInterfaceId: "eni-2" }).length, 1);
  });

  it("are an interface that something holds: by which input both can be had", () => {
    assert.deepEqual(conflicts({ instance: undefined }, BY_INTERFACE), [
      'eni-1 (adopt.networkInterfaceId) is held by i-1; adopt.instanceId: "i-1" takes over both',
    ]);
    const attachment = { id: "ela-1", deviceIndex: 1, deleteOnTermination: false };
    assert.deepEqual(conflicts(free({ attachment }), BY_INTERFACE), [
      "eni-1 (adopt.networkInterfaceId) is held by something that is no instance; free it first",
    ]);
  });
});
