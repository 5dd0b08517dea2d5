import assert from "node:assert/strict";
import { checkInputs, desiredOf } from "../../../provider/inputs/inputs";
import { UNKNOWN } from "../../../provider/inputs/validation";
import { program } from "../support";
import { failures, inputs, PAUSE, REGION, spotBack } from "./checking";

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "value"]));
}

describe("checkInputs", () => {
  it("passes a program that names only what must be named, and fills in the defaults", () => {
    const { resourceUrn: _, ...rest } = inputs();
    assert.deepEqual(rest, {
      region: REGION,
      subnetId: program().subnetId,
      persistPrivateIp: true,
      publicIpAssignment: "subnet-default",
      elasticIp: false,
      sourceDestCheck: true,
      imageId: program().imageId,
      instanceType: "m7i.large",
      fallbackInstanceTypes: [],
      market: { lifecycle: "on-demand", fallbackToOnDemand: true, revertToSpot: "never" },
      metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", instanceMetadataTags: "disabled" },
      monitoring: false,
      dataVolumes: [],
      tags: {},
      desiredState: "running",
      pauseBehavior: "stop",
      recycleTriggers: {},
      replacement: {
        strategy: "terminate-first",
        drainSeconds: 0,
        skipOsShutdown: false,
        waitFor: "running",
        rollbackOnFailure: true,
        timeoutSeconds: 600,
      },
      deletion: { networkInterface: "delete", elasticIp: "delete", dataVolumes: "retain" },
      healing: { enabled: true, graceSeconds: 300, unhealthySeconds: 120 },
      schedules: [],
      minReplacementInterval: 60,
    });
  });

  it("passes what EC2 takes", () => {
    for (const given of [
      { subnetId: "subnet-0a1b2c3d" },
      { imageId: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64:3" },
      { instanceType: "u-6tb1.112xlarge" },
      { instanceType: "mac2-m2pro.metal" },
      { instanceType: "m7i.metal-24xl" },
      { elasticIp: "52.1.2.3" },
      { region: "us-gov-west-1" },
      { iamInstanceProfile: "arn:aws:iam::123456789012:instance-profile/path/name" },
      { rootVolume: { encrypted: true, kmsKeyId: "alias/disk" } },
      { tags: many(37) },
      { market: spotBack("always") },
      { market: spotBack({ window: { days: ["sat"], from: "22:00", to: "04:00", timezone: "America/New_York" } }) },
      { schedules: [PAUSE, { action: "recycle", cron: "*/15 1-5 1,15 JAN-MAR MON#1", timezone: "Asia/Kolkata" }] },
      { healing: { enabled: false, graceSeconds: 0, unhealthySeconds: 3600 }, minReplacementInterval: 0 },
      { tags: { ["k".repeat(127)]: "v".repeat(256) } },
      { userData: "x".repeat(16_384) },
      { secondaryPrivateIps: [] },
      { secondaryPrivateIps: ["10.0.1.8", "10.0.1.9"] },
      { secondaryPrivateIpCount: 0 },
      { secondaryPrivateIpCount: 49 },
      { ipv6Addresses: [] },
      { ipv6AddressCount: 0 },
      { ipv6AddressCount: 49 },
      { publicIpAssignment: "assign", elasticIp: true },
      { publicIpAssignment: "none" },
      { fallbackInstanceTypes: [] },
      { fallbackInstanceTypes: ["m6i.large", "m5.large"] },
      { ebsOptimized: true, tenancy: "dedicated", cpuCredits: "unlimited", placementGroup: "rack 7", monitoring: true },
      { cpuOptions: { coreCount: 1, threadsPerCore: 2 } },
      { desiredState: "paused", pauseBehavior: "terminate" },
      { replacement: { strategy: "overlap", drainSeconds: 3600, waitFor: "status-ok", timeoutSeconds: 86400 } },
      { replacement: { timeoutSeconds: 30, rollbackOnFailure: false, skipOsShutdown: true } },
      { adopt: { instanceId: "i-0a1b2c3d4e5f60718" } },
      { adopt: { networkInterfaceId: "eni-0a1b2c3d4e5f60718" }, secondaryPrivateIps: ["10.0.1.8"] },
      { persistPrivateIp: false, secondaryPrivateIpCount: 2, ipv6AddressCount: 1 },
      { persistPrivateIp: false, secondaryPrivateIps: [], ipv6Addresses: [] },
      { deletion: { dataVolumes: "delete" } },
    ]) {
      assert.deepEqual(failures(given), [], JSON.stringify(given).slice(0, 100));
    }
  });

  it("says of everything that is wrong, not only of the first", () => {
    const found = failures({ subnetId: "x", instanceType: "", tags: { "aws:a": "1", "aws:b": "2" } });
    assert.deepEqual(
      found.map((it) => it.property),
      ["subnetId", "instanceType", "tags", "tags"],
    );
  });

  it("names each required input that is missing", () => {
    const found = failures({ subnetId: undefined, imageId: undefined, instanceType: undefined });
    assert.deepEqual(
      found.map((it) => it.reason),
      ["subnetId is required", "imageId is required", "instanceType is required"],
    );
    assert.deepEqual(failures({ market: {} }), [
      { property: "market.lifecycle", reason: "market.lifecycle is required" },
    ]);
  });

  it("takes null for absent", () => {
    const given = { privateIp: null, elasticIp: null, market: null, userData: null, tags: null, rootVolume: null };
    assert.deepEqual(inputs(given), inputs());
    assert.deepEqual(failures({ subnetId: null }), [{ property: "subnetId", reason: "subnetId is required" }]);
    assert.deepEqual(inputs({ market: { lifecycle: "spot", maxPrice: null } }).market, {
      lifecycle: "spot",
      fallbackToOnDemand: true,
      revertToSpot: "never",
    });
  });

  it("keeps a price as text, as it was written", () => {
    assert.equal(
      (inputs({ market: { lifecycle: "spot", maxPrice: 0.05 } }).market as { maxPrice: string }).maxPrice,
      "0.05",
    );
    assert.equal(
      (inputs({ market: { lifecycle: "spot", maxPrice: "0.050" } }).market as { maxPrice: string }).maxPrice,
      "0.050",
    );
  });

  it("puts IPv6 addresses into the spelling of EC2", () => {
    for (const [given, spelt] of [
      ["2001:0DB8:0000:0000:0000:0000:0000:0007", "2001:db8::7"],
      ["2001:db8:0:1:0:0:0:7", "2001:db8:0:1::7"],
      ["2001:db8:1:0:2:3:4:5", "2001:db8:1:0:2:3:4:5"],
      ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
      ["::", "::"],
    ]) {
      assert.deepEqual(inputs({ ipv6Addresses: [given] }).ipv6Addresses, [spelt]);
    }
  });

  it("keeps an empty list apart from none: it says that there is to be none", () => {
    assert.deepEqual(inputs({ secondaryPrivateIps: [] }).secondaryPrivateIps, []);
    assert.deepEqual(inputs({ ipv6Addresses: [] }).ipv6Addresses, []);
    assert.ok(!("secondaryPrivateIps" in inputs()) && !("ipv6Addresses" in inputs()));
    assert.ok(!("secondaryPrivateIpCount" in inputs()) && !("ipv6AddressCount" in inputs()));
  });

  it("pauses by what the market allows, where the program does not say how", () => {
    for (const [market, pauseBehavior] of [
      [undefined, "stop"],
      [{ lifecycle: "on-demand" }, "stop"],
      [{ lifecycle: "spot" }, "terminate"],
      [{ lifecycle: UNKNOWN }, UNKNOWN],
      [UNKNOWN, UNKNOWN],
    ] as const) {
      assert.equal(inputs({ market }).pauseBehavior, pauseBehavior, JSON.stringify(market));
    }
    assert.equal(inputs({ market: UNKNOWN, pauseBehavior: "stop" }).pauseBehavior, "stop");
    assert.equal(inputs({ pauseBehavior: "terminate" }).pauseBehavior, "terminate");
  });

  it("takes the region of the stack where the program names none, and says how to set one where nobody does", () => {
    assert.equal(checkInputs(program(), "eu-central-1").inputs.region, "eu-central-1");
    assert.equal(checkInputs(program({ region: "ap-south-1" }), "eu-central-1").inputs.region, "ap-south-1");
    const [failure] = checkInputs(program(), undefined).failures;
    assert.equal(failure?.property, "region");
    assert.match(failure.reason, /pulumi config set aws:region/);
  });

  it("leaves out the provider's text, which the runtime passes among the inputs", () => {
    assert.ok(!("__provider" in inputs({ __provider: "exports.handler = …" })));
  });

  it("takes the region of the European Sovereign Cloud", () => {
    assert.deepEqual(failures({ region: "eusc-de-east-1" }), []);
  });

  it("lets a price through that is not known yet: it may turn out to be none", () => {
    assert.deepEqual(failures({ market: { lifecycle: "on-demand", maxPrice: UNKNOWN } }), []);
  });

  it("shows what was given for a tag and for a trigger", () => {
    assert.match(failures({ tags: { Team: 4711 } })[0]?.reason ?? "", /4711/);
    assert.match(failures({ recycleTriggers: { at: 4711 } })[0]?.reason ?? "", /4711/);
  });

  it("takes a resource whose name is not ASCII, which the user did not give as an input", () => {
    assert.deepEqual(failures({ resourceUrn: "urn:pulumi:dev::shop::t::größe" }), []);
  });
});

describe("desiredOf", () => {
  it("takes the inputs out of recorded outputs, and nothing else", () => {
    const checked = inputs({ privateIp: "10.0.1.7" });
    assert.deepEqual(
      desiredOf({ ...checked, instanceId: "i-1", networkInterfaceId: "eni-1", __provider: "x" }),
      checked,
    );
  });

  it("fills in what an older version did not record, field by field, and judges nothing", () => {
    const { monitoring: _, ...known } = inputs();
    const older = { ...known, privateIp: "10.0.1.999", replacement: { strategy: "overlap" }, healing: undefined };
    const desired = desiredOf(older);
    assert.equal(desired.monitoring, false);
    assert.deepEqual(desired.healing, { enabled: true, graceSeconds: 300, unhealthySeconds: 120 });
    assert.equal(desired.replacement.strategy, "overlap");
    assert.equal(desired.replacement.timeoutSeconds, 600);
    assert.equal(desired.privateIp, "10.0.1.999");
  });
});
