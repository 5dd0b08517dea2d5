import assert from "node:assert/strict";
import {
  changingHash,
  clientToken,
  describeGeneration,
  differentInputs,
  launchData,
  launchHash,
  readGeneration,
  settingsHash,
} from "../../../../provider/engine/record/specification";
import { desired, ID } from "../things";

describe("launchHash", () => {
  const LAUNCHED: Record<string, unknown> = {
    imageId: "ami-0a1b2c3d",
    instanceType: "m6i.large",
    market: { lifecycle: "spot" },
    userData: "#!/bin/sh",
    keyName: "key",
    rootVolume: { size: 20 },
    recycleTriggers: { at: "1" },
  };

  for (const [name, value] of Object.entries(LAUNCHED)) {
    it(`is another one for another ${name}, which a running instance cannot take on`, () => {
      assert.notEqual(launchHash(ID, desired()), launchHash(ID, desired({ [name]: value })));
    });
  }

  it("is the same whatever a running instance takes on in place", () => {
    const other = desired({
      tags: { Team: "a" },
      elasticIp: true,
      sourceDestCheck: false,
      securityGroupIds: ["sg-0a1b2c3d"],
      iamInstanceProfile: "p",
      metadataOptions: { httpTokens: "optional" },
      market: { lifecycle: "on-demand", fallbackToOnDemand: false },
      deletion: { elasticIp: "retain" },
    });
    assert.equal(launchHash(ID, desired()), launchHash(ID, other));
  });

  it("does not depend on the order of keys, nor on how user data is written", () => {
    const plain = desired({ userData: "#!/bin/sh", recycleTriggers: { a: "1", b: "2" } });
    const encoded = desired({ userDataBase64: "IyEvYmluL3No", recycleTriggers: { b: "2", a: "1" } });
    assert.equal(launchHash(ID, plain), launchHash(ID, encoded));
  });

  it("takes what an older version decoded for the bytes that the instance got, and marked text for text", () => {
    const bytes = launchHash(ID, desired({ userDataBase64: "IyEvYmluL3No" }));
    assert.equal(launchHash(ID, desired({ userData: "IyEvYmluL3No" })), bytes);
    const text = launchHash(ID, desired({ userData: "IyEvYmluL3No", userDataIsText: true }));
    assert.deepEqual(differentInputs(text, bytes), ["userData"]);
    const twice = Buffer.from("IyEvYmluL3No").toString("base64");
    assert.equal(launchHash(ID, desired({ userDataBase64: twice })), text);
  });

  it("differs between two machines with the same secret", () => {
    const wanted = desired({ userData: "hunter2" });
    assert.notEqual(launchHash("mi-1", wanted), launchHash("mi-2", wanted));
    assert.match(launchHash(ID, wanted), /^[0-9a-f]{12}(\.[0-9a-f]{12}){12}$/);
  });
});

describe("differentInputs", () => {
  const before = launchHash(ID, desired());
  const inputs = (overrides: Record<string, unknown>): string[] =>
    differentInputs(before, launchHash(ID, desired(overrides)));

  it("names the inputs in which two launches differ", () => {
    assert.deepEqual(inputs({}), []);
    assert.deepEqual(inputs({ instanceType: "m7i.xlarge", userData: "a" }), ["instanceType", "userData"]);
    for (const other of [
      { imageId: "ami-0a1b2c3d" },
      { keyName: "k" },
      { market: { lifecycle: "spot" } },
      { rootVolume: { size: 9 } },
      { recycleTriggers: { at: "1" } },
      { publicIpAssignment: "assign" },
      { ebsOptimized: true },
      { tenancy: "dedicated" },
      { cpuCredits: "standard" },
      { cpuOptions: { coreCount: 1, threadsPerCore: 1 } },
      { placementGroup: "p" },
    ]) {
      assert.deepEqual(inputs(other), Object.keys(other));
    }
  });

  for (const nothing of [{ userData: "" }, { tenancy: "default" }, { ebsOptimized: false }, { rootVolume: {} }]) {
    it(`names none for ${JSON.stringify(nothing)}, which asks for what EC2 does unasked`, () => {
      assert.deepEqual(inputs(nothing), []);
    });
  }

  it("counts an input that is being changed as different from everything, also from itself", () => {
    const changing = changingHash(before, ["imageId"]);
    assert.deepEqual(differentInputs(changing, before), ["imageId"]);
    assert.deepEqual(differentInputs(changing, changing), ["imageId"]);
    assert.deepEqual(differentInputs(changingHash(before, ["other"]), before).length, 10);
  });
});

describe("settingsHash", () => {
  it("is another one for another profile or other metadata options, and for nothing else", () => {
    const hash = settingsHash(ID, desired());
    assert.notEqual(hash, settingsHash(ID, desired({ iamInstanceProfile: "p" })));
    assert.notEqual(hash, settingsHash(ID, desired({ metadataOptions: { httpTokens: "optional" } })));
    assert.notEqual(hash, settingsHash(ID, desired({ monitoring: true })));
    assert.equal(hash, settingsHash(ID, desired({ imageId: "ami-0a1b2c3d", tags: { a: "b" } })));
  });
});

describe("a generation", () => {
  const written = {
    replacesBefore: 3,
    launchHash: launchHash(ID, desired()),
    settingsHash: "fedcba9876543210",
  };

  it("is read back from the description that it was written as", () => {
    assert.deepEqual(readGeneration(7, describeGeneration({ number: 7, ...written })), { number: 7, ...written });
  });

  it("is none in a version that somebody else made", () => {
    assert.equal(readGeneration(7, ""), undefined);
    assert.equal(readGeneration(7, "by hand"), undefined);
  });

  it("fits into a version's description, which has at most 255 characters", () => {
    assert.ok(describeGeneration({ ...written, number: 999_999, replacesBefore: 999_999 }).length < 255);
  });
});

describe("launchData", () => {
  it("has the compute part of the inputs, user data in base64", () => {
    const placed = { ebsOptimized: true, tenancy: "dedicated", placementGroup: "g", monitoring: true };
    const cpu = { cpuCredits: "unlimited", cpuOptions: { coreCount: 1, threadsPerCore: 1 } };
    const wanted = desired({ userData: "#!/bin/sh", keyName: "key", iamInstanceProfile: "p", ...placed, ...cpu });
    assert.deepEqual(launchData(wanted, undefined), {
      imageId: wanted.imageId,
      instanceType: "m7i.large",
      userData: "IyEvYmluL3No",
      keyName: "key",
      iamInstanceProfile: "p",
      metadataOptions: wanted.metadataOptions,
      ...placed,
      ...cpu,
      rootVolume: undefined,
    });
  });

  it("has the root volume under the image's own device name", () => {
    assert.deepEqual(launchData(desired({ rootVolume: { size: 20 } }), "/dev/sda1").rootVolume, {
      deviceName: "/dev/sda1",
      options: { size: 20 },
    });
  });
});

describe("clientToken", () => {
  it("is the same for the same intent, and another for another", () => {
    assert.equal(clientToken(ID, 1, "a", undefined), clientToken(ID, 1, "a", undefined));
    assert.notEqual(clientToken(ID, 1, "a"), clientToken(ID, 2, "a"));
    assert.notEqual(clientToken("ab", "c"), clientToken("a", "bc"));
    assert.notEqual(clientToken("a", undefined), clientToken("a", "undefined"));
  });

  it("is what EC2 takes: at most 64 ASCII characters", () => {
    assert.match(clientToken(ID, 1), /^[0-9a-f]{64}$/);
  });
});
