import assert from "node:assert/strict";
import { checkInputs, desiredOf } from "../../../provider/inputs/inputs";
import { type Failure, UNKNOWN } from "../../../provider/inputs/validation";
import { program } from "../support";

const REGION = "us-east-1";

function failures(overrides: Record<string, unknown>): Failure[] {
  return checkInputs(program(overrides), REGION).failures;
}

function inputs(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const checked = checkInputs(program(overrides), REGION);
  assert.deepEqual(checked.failures, []);
  return checked.inputs;
}

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "value"]));
}

/** What is wrong, the inputs, the property that is blamed, what was given as it is shown, and what is accepted. */
type Bad = [title: string, given: Record<string, unknown>, property: string, shown: string, accepted: RegExp];

const PAUSE = { action: "pause", cron: "0 20 * * 1-5" };

function spotBack(revertToSpot: unknown): Record<string, unknown> {
  return { lifecycle: "spot", revertToSpot };
}

const BAD: Bad[] = [
  [
    "a subnet id that is too short",
    { subnetId: "subnet-123" },
    "subnetId",
    '"subnet-123"',
    /subnet id, such as subnet-/,
  ],
  ["another kind of id as subnet", { subnetId: "sg-0a1b2c3d4e5f60718" }, "subnetId", '"sg-0a1b', /such as subnet-/],
  ["an upper-case id", { subnetId: "subnet-0A1B2C3D4E5F60718" }, "subnetId", "subnet-0A1B", /such as subnet-/],
  ["a number as subnet id", { subnetId: 7 }, "subnetId", "7", /such as subnet-/],
  ["an image name", { imageId: "ubuntu" }, "imageId", '"ubuntu"', /image id, such as ami-.*resolve:ssm:/],
  ["a malformed image id", { imageId: "ami-xyz" }, "imageId", '"ami-xyz"', /such as ami-/],
  ["an SSM image with no parameter", { imageId: "resolve:ssm:" }, "imageId", "resolve:ssm:", /such as ami-/],
  ["a malformed group id", { securityGroupIds: ["sg-1"] }, "securityGroupIds[0]", '"sg-1"', /such as sg-/],
  ["one group without a list", { securityGroupIds: "sg-0a1b2c3d" }, "securityGroupIds", '"sg-0a1b2c3d"', /a list of/],
  ["an empty list of groups", { securityGroupIds: [] }, "securityGroupIds", "[]", /leave it out/],
  ["a malformed allocation id", { elasticIp: "eipalloc-1" }, "elasticIp", '"eipalloc-1"', /true, false, .* IPv4/],
  ["half an Elastic IP", { elasticIp: "52.1.2" }, "elasticIp", '"52.1.2"', /eipalloc-/],
  ["an Elastic IP that is a word", { elasticIp: "true" }, "elasticIp", '"true"', /true, false/],
  ["half a private IP", { privateIp: "10.0.1" }, "privateIp", '"10.0.1"', /an IPv4 address, such as/],
  ["a private IP beyond 255", { privateIp: "10.0.1.256" }, "privateIp", '"10.0.1.256"', /an IPv4 address/],
  ["an IPv6 address as private IP", { privateIp: "fd00::1" }, "privateIp", '"fd00::1"', /an IPv4 address/],
  ["an empty private IP", { privateIp: "" }, "privateIp", '""', /an IPv4 address/],
  ["a region that is a zone", { region: "us-east-1a" }, "region", '"us-east-1a"', /a region, such as/],
  ["an empty instance type", { instanceType: "" }, "instanceType", '""', /an instance type, such as/],
  ["an instance type with no size", { instanceType: "m7i" }, "instanceType", '"m7i"', /an instance type, such as/],
  ["an instance type with a blank", { instanceType: " m7i.large" }, "instanceType", '" m7i.large"', /such as m7i/],
  ["a persistence that is a word", { persistPrivateIp: "no" }, "persistPrivateIp", '"no"', /true or false/],
  [
    "one secondary IP without a list",
    { secondaryPrivateIps: "10.0.1.8" },
    "secondaryPrivateIps",
    '"10.0.1.8"',
    /a list/,
  ],
  ["half a secondary IP", { secondaryPrivateIps: ["10.0.1.8", "10.0"] }, "secondaryPrivateIps[1]", '"10.0"', /an IPv4/],
  ["a secondary IP that is nothing", { secondaryPrivateIps: [null] }, "secondaryPrivateIps[0]", "null", /an IPv4/],
  [
    "a secondary IP twice",
    { secondaryPrivateIps: ["10.0.1.8", "10.0.1.9", "10.0.1.8"] },
    "secondaryPrivateIps[0]",
    '"10.0.1.8"',
    /^secondaryPrivateIps\[0\] and secondaryPrivateIps\[2\] are both .*; give it once/,
  ],
  [
    "a security group twice",
    { securityGroupIds: ["sg-0a1b2c3d", "sg-0a1b2c3e", "sg-0a1b2c3d"] },
    "securityGroupIds[0]",
    '"sg-0a1b2c3d"',
    /^securityGroupIds\[0\] and securityGroupIds\[2\] are both .*; give it once/,
  ],
  ["fewer than no secondary IPs", { secondaryPrivateIpCount: -1 }, "secondaryPrivateIpCount", "-1", /from 0 to 49/],
  ["50 secondary IPs", { secondaryPrivateIpCount: 50 }, "secondaryPrivateIpCount", "50", /from 0 to 49/],
  ["a number in words", { secondaryPrivateIpCount: "2" }, "secondaryPrivateIpCount", '"2"', /a whole number/],
  ["an IPv4 address as IPv6", { ipv6Addresses: ["10.0.1.8"] }, "ipv6Addresses[0]", '"10.0.1.8"', /an IPv6 address/],
  ["an IPv6 address with a zone", { ipv6Addresses: ["fe80::1%eth0"] }, "ipv6Addresses[0]", "%eth0", /an IPv6 address/],
  ["an IPv6 address in brackets", { ipv6Addresses: ["[::1]"] }, "ipv6Addresses[0]", '"[::1]"', /an IPv6 address/],
  ["an object of IPv6 addresses", { ipv6Addresses: { a: "::1" } }, "ipv6Addresses", '{"a":"::1"}', /a list of IPv6/],
  [
    "an IPv6 address twice, in two spellings",
    { ipv6Addresses: ["2001:db8::7", "2001:DB8:0:0::7"] },
    "ipv6Addresses[0]",
    '"2001:db8::7"',
    /^ipv6Addresses\[0\] and ipv6Addresses\[1\] are both/,
  ],
  ["50 IPv6 addresses", { ipv6AddressCount: 50 }, "ipv6AddressCount", "50", /from 0 to 49/],
  [
    "an unknown assignment",
    { publicIpAssignment: true },
    "publicIpAssignment",
    "true",
    /"subnet-default" or "assign" or/,
  ],
  [
    "one fallback type without a list",
    { fallbackInstanceTypes: "m6i.large" },
    "fallbackInstanceTypes",
    "m6i",
    /a list/,
  ],
  [
    "a fallback with no size",
    { fallbackInstanceTypes: ["m6i"] },
    "fallbackInstanceTypes[0]",
    '"m6i"',
    /an instance type/,
  ],
  [
    "a fallback twice",
    { fallbackInstanceTypes: ["m6i.large", "m6i.large"] },
    "fallbackInstanceTypes[0]",
    '"m6i.large"',
    /^fallbackInstanceTypes\[0\] and fallbackInstanceTypes\[1\] are both/,
  ],
  [
    "a type that falls back to itself",
    { fallbackInstanceTypes: ["m6i.large", "m7i.large"] },
    "fallbackInstanceTypes[1]",
    '"m7i.large"',
    /^fallbackInstanceTypes\[1\] and instanceType are both .*; fall back to other types/,
  ],
  ["an EBS option that is a number", { ebsOptimized: 1 }, "ebsOptimized", "1", /true or false/],
  ["a tenancy of a host", { tenancy: "host" }, "tenancy", '"host"', /"default" or "dedicated"/],
  ["unknown credits", { cpuCredits: "infinite" }, "cpuCredits", '"infinite"', /"standard" or "unlimited"/],
  [
    "no cores",
    { cpuOptions: { coreCount: 0, threadsPerCore: 1 } },
    "cpuOptions.coreCount",
    "0",
    /a whole number from 1/,
  ],
  [
    "three threads",
    { cpuOptions: { coreCount: 1, threadsPerCore: 3 } },
    "cpuOptions.threadsPerCore",
    "3",
    /a whole number from 1 to 2/,
  ],
  [
    "cores without threads",
    { cpuOptions: { coreCount: 2 } },
    "cpuOptions",
    "together",
    /give cpuOptions\.threadsPerCore/,
  ],
  [
    "threads without cores",
    { cpuOptions: { threadsPerCore: 1 } },
    "cpuOptions",
    "together",
    /give cpuOptions\.coreCount/,
  ],
  [
    "no CPU options",
    { cpuOptions: {} },
    "cpuOptions",
    "together",
    /coreCount and .*threadsPerCore too, or leave cpuOp/,
  ],
  ["an empty placement group", { placementGroup: "" }, "placementGroup", '""', /the name of a placement group/],
  ["monitoring that is a word", { monitoring: "detailed" }, "monitoring", '"detailed"', /true or false/],
  ["an unknown state", { desiredState: "stopped" }, "desiredState", '"stopped"', /"running" or "paused"/],
  ["an unknown way to pause", { pauseBehavior: "hibernate" }, "pauseBehavior", '"hibernate"', /"terminate" or "stop"/],
  [
    "an unknown strategy",
    { replacement: { strategy: "blue-green" } },
    "replacement.strategy",
    '"blue-green"',
    /"terminate-first" or "root-volume" or "stop-start" or "overlap" or "auto"/,
  ],
  [
    "a drain over an hour",
    { replacement: { drainSeconds: 3601 } },
    "replacement.drainSeconds",
    "3601",
    /from 0 to 3600/,
  ],
  ["a drain below zero", { replacement: { drainSeconds: -1 } }, "replacement.drainSeconds", "-1", /from 0 to 3600/],
  ["a skip that is a word", { replacement: { skipOsShutdown: "y" } }, "replacement.skipOsShutdown", '"y"', /true or/],
  [
    "more fallbacks than can be recorded",
    { fallbackInstanceTypes: Array.from({ length: 30 }, (_, index) => `m7i.${index}xlarge`) },
    "fallbackInstanceTypes",
    "characters with its spaces",
    /at most 256 can be recorded/,
  ],
  ["an unknown thing to wait for", { replacement: { waitFor: "ssh" } }, "replacement.waitFor", '"ssh"', /"status-ok"/],
  ["a rollback that is 0", { replacement: { rollbackOnFailure: 0 } }, "replacement.rollbackOnFailure", "0", /true or/],
  [
    "a wait under half a minute",
    { replacement: { timeoutSeconds: 29 } },
    "replacement.timeoutSeconds",
    "29",
    /from 30 to 86400/,
  ],
  [
    "a wait over a day",
    { replacement: { timeoutSeconds: 86401 } },
    "replacement.timeoutSeconds",
    "86401",
    /from 30 to 86400/,
  ],
  ["an adopted word", { adopt: "i-0a1b2c3d" }, "adopt", '"i-0a1b2c3d"', /an object of instanceId, networkInterfaceId/],
  [
    "an adoption of nothing",
    { adopt: {} },
    "adopt",
    "nothing",
    /give adopt\.instanceId, adopt\.networkInterfaceId or adopt\.managedInstanceId/,
  ],
  [
    "an adopted thing of another kind",
    { adopt: { instanceId: "eni-0a1b2c3d" } },
    "adopt.instanceId",
    '"eni-0a1b2c3d"',
    /such as i-/,
  ],
  [
    "an adopted interface of another kind",
    { adopt: { networkInterfaceId: "i-0a1b2c3d" } },
    "adopt.networkInterfaceId",
    '"i-0a1b2c3d"',
    /such as eni-/,
  ],
  ["data volumes that are an object", { dataVolumes: {} }, "dataVolumes", "{}", /a list of volumes/],
  [
    "a data volume that is a word",
    { dataVolumes: ["sdf"] },
    "dataVolumes[0]",
    '"sdf"',
    /an object of name, deviceName/,
  ],
  ["a check that is a word", { sourceDestCheck: "false" }, "sourceDestCheck", '"false"', /true or false/],
  ["a market that is a word", { market: "spot" }, "market", '"spot"', /an object of lifecycle/],
  ["an unknown way to buy", { market: { lifecycle: "Spot" } }, "market.lifecycle", '"Spot"', /"on-demand" or "spot"/],
  ["a price in words", { market: { lifecycle: "spot", maxPrice: "cheap" } }, "market.maxPrice", '"cheap"', /a price/],
  ["a price below zero", { market: { lifecycle: "spot", maxPrice: -1 } }, "market.maxPrice", "-1", /a price/],
  ["a price of nothing", { market: { lifecycle: "spot", maxPrice: "0" } }, "market.maxPrice", '"0"', /a price/],
  [
    "a fallback that is a word",
    { market: { lifecycle: "spot", fallbackToOnDemand: "no" } },
    "market.fallbackToOnDemand",
    '"no"',
    /true or false/,
  ],
  [
    "an unknown kind of token",
    { metadataOptions: { httpTokens: "maybe" } },
    "metadataOptions.httpTokens",
    '"maybe"',
    /"required" or "optional"/,
  ],
  [
    "a hop limit beyond 64",
    { metadataOptions: { httpPutResponseHopLimit: 65 } },
    "metadataOptions.httpPutResponseHopLimit",
    "65",
    /a whole number from 1 to 64/,
  ],
  ["a broken size", { rootVolume: { size: 8.5 } }, "rootVolume.size", "8.5", /a whole number from 1/],
  ["an unknown volume type", { rootVolume: { type: "gp9" } }, "rootVolume.type", '"gp9"', /"gp2" or "gp3"/],
  ["tags in a list", { tags: ["a"] }, "tags", '["a"]', /a map of strings/],
  ["a tag key of AWS's own", { tags: { "aws:name": "x" } }, "tags", '"aws:name"', /AWS's own/],
  ["a tag key of AWS's own in capitals", { tags: { "AWS:name": "x" } }, "tags", '"AWS:name"', /AWS's own/],
  [
    "a tag key of this package",
    { tags: { "managed-instance:id": "x" } },
    "tags",
    '"managed-instance:id"',
    /this package's own/,
  ],
  ["an empty tag key", { tags: { "": "x" } }, "tags", '""', /1 to 127 characters/],
  ["a tag key of 128 characters", { tags: { ["k".repeat(128)]: "x" } }, "tags", "kkk", /1 to 127 characters/],
  ["a tag value of 257 characters", { tags: { Team: "x".repeat(257) } }, "tags", "Team", /at most 256 characters/],
  ["38 tags", { tags: many(38) }, "tags", "38", /at most 37/],
  [
    "a way back to spot that is none",
    { market: spotBack("often") },
    "market.revertToSpot",
    '"often"',
    /"never" or "always"/,
  ],
  [
    "a window without an end",
    { market: spotBack({ window: { from: "01:00" } }) },
    "market.revertToSpot.window.to",
    "window.to",
    /is required/,
  ],
  [
    "a time that is none",
    { market: spotBack({ window: { from: "1 a.m.", to: "02:00" } }) },
    "market.revertToSpot.window.from",
    '"1 a.m."',
    /a time of the day, such as "01:30"/,
  ],
  [
    "a window of no length",
    { market: spotBack({ window: { from: "01:00", to: "01:00" } }) },
    "market.revertToSpot.window.to",
    '"01:00"',
    /it is never open; .*"always"/,
  ],
  [
    "a window on no day",
    { market: spotBack({ window: { days: [], from: "01:00", to: "02:00" } }) },
    "market.revertToSpot.window.days",
    "[]",
    /at least one of mon, tue/,
  ],
  [
    "a time zone that is none",
    { market: spotBack({ window: { from: "01:00", to: "02:00", timezone: "Mars/Olympus" } }) },
    "market.revertToSpot.window.timezone",
    '"Mars/Olympus"',
    /the name of a time zone, such as "Europe\/Berlin"/,
  ],
  [
    "an offset for a time zone",
    { schedules: [{ ...PAUSE, timezone: "+02:00" }] },
    "schedules[0].timezone",
    '"+02:00"',
    /the name of a time zone/,
  ],
  [
    "a cron line with four fields, by its position",
    { schedules: [PAUSE, { ...PAUSE, cron: "0 20 * *" }] },
    "schedules[1].cron",
    '"0 20 * *"',
    /five fields .*and this has 4/,
  ],
  [
    "a cron line with seconds",
    { schedules: [{ ...PAUSE, cron: "0 0 20 * * *" }] },
    "schedules[0].cron",
    "0 0 20",
    /five fields .*and this has 6/,
  ],
  [
    "a cron line with a minute that no hour has",
    { schedules: [{ ...PAUSE, cron: "61 20 * * *" }] },
    "schedules[0].cron",
    '"61 20 * * *"',
    /but that is no cron line: Invalid value for minute: 61/,
  ],
  [
    "a cron line that is never due",
    { schedules: [{ ...PAUSE, cron: "0 0 30 2 *" }] },
    "schedules[0].cron",
    '"0 0 30 2 *"',
    /never be due/,
  ],
  ["a cron line that is a number", { schedules: [{ ...PAUSE, cron: 5 }] }, "schedules[0].cron", "got 5", /cron line/],
  [
    "an unknown action",
    { schedules: [{ ...PAUSE, action: "reboot" }] },
    "schedules[0].action",
    '"reboot"',
    /"pause" or "resume" or "recycle"/,
  ],
  [
    "schedules that are longer than a tag",
    { schedules: Array.from({ length: 20 }, () => PAUSE) },
    "schedules",
    "characters",
    /at most 256 can be/,
  ],
  [
    "a grace of a day",
    { healing: { graceSeconds: 86400 } },
    "healing.graceSeconds",
    "86400",
    /a whole number from 0 to 3600/,
  ],
  ["a negative interval", { minReplacementInterval: -1 }, "minReplacementInterval", "-1", /from 0 to 86400/],
  ["a trigger that is a number", { recycleTriggers: { at: 7 } }, "recycleTriggers", "at", /must be a string/],
  ["an unknown way to delete", { deletion: { elasticIp: "keep" } }, "deletion.elasticIp", '"keep"', /"delete" or "re/],
  ["an empty key name", { keyName: "" }, "keyName", '""', /the name of a key pair, not empty/],
  ["a profile with a line break", { iamInstanceProfile: "a\nb" }, "iamInstanceProfile", '"a\\nb"', /control charac/],
];

describe("checkInputs", () => {
  for (const [title, given, property, shown, accepted] of BAD) {
    it(`refuses ${title}: it names ${property}, what was given and what is accepted`, () => {
      const found = failures(given);
      assert.deepEqual(
        found.map((it) => it.property),
        [property],
      );
      const [{ reason } = { reason: "" }] = found;
      assert.ok(reason.includes(shown), reason);
      assert.match(reason, accepted);
      assert.ok(!reason.includes("\n"), "a failure is one line");
    });
  }

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

  describe("whatever it is given", () => {
    const GARBAGE = [
      0,
      "",
      "x\ny",
      true,
      [],
      [null],
      [[]],
      [{}],
      {},
      { a: { b: [7] } },
      JSON.parse('{"__proto__": 1}'),
    ];
    const NAMES = Object.keys(inputs()).concat(
      ["privateIp", "secondaryPrivateIps", "secondaryPrivateIpCount", "ipv6Addresses", "ipv6AddressCount", "adopt"],
      [
        "securityGroupIds",
        "userData",
        "userDataBase64",
        "keyName",
        "iamInstanceProfile",
        "ebsOptimized",
        "tenancy",
        "cpuCredits",
      ],
      ["cpuOptions", "placementGroup", "rootVolume", "constructor", "toString", "hasOwnProperty"],
    );

    it("it answers in single lines and never throws", () => {
      for (const name of NAMES) {
        for (const value of GARBAGE as unknown[]) {
          for (const { property, reason } of failures({ [name]: value })) {
            assert.ok(!`${property}${reason}`.includes("\n"), reason);
            assert.ok(reason.length < 1500, reason);
          }
        }
      }
    });

    it("it takes every name of a prototype for an unknown one", () => {
      const given = JSON.parse('{"__proto__": {"elasticIp": true}, "constructor": 1, "toString": 2}') as object;
      const checked = checkInputs({ ...program(), ...given }, REGION);
      assert.deepEqual(
        checked.failures.map((it) => it.property),
        ["__proto__", "constructor", "toString"],
      );
      assert.equal(checked.inputs.elasticIp, false);
      const nested = failures({ dataVolumes: [JSON.parse('{"__proto__": {"name": "a"}, "constructor": 1}')] });
      assert.deepEqual(
        nested.map((it) => it.property),
        [
          "dataVolumes[0].__proto__",
          "dataVolumes[0].constructor",
          "dataVolumes[0].name",
          "dataVolumes[0].deviceName",
          "dataVolumes[0].size",
        ],
      );
    });

    it("it shows names and values short and escaped", () => {
      const found = failures({
        ["n".repeat(5000)]: 1,
        "a\nb": 1,
        keyName: "\u2028\u202e\u0085",
        privateIp: "x".repeat(5000),
      });
      assert.equal(found.length, 4);
      for (const { property, reason } of found) {
        assert.ok(property.length < 100 && reason.length < 1500);
        assert.match(reason, /^[\x20-\x7e…]+$/);
      }
    });
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

  describe("an unknown name", () => {
    const reasonOf = (given: Record<string, unknown>): string => failures(given)[0]?.reason ?? "";

    it("is answered with the nearest right one", () => {
      for (const [given, meant] of [
        ["instancetype", "instanceType"],
        ["subnet", "subnetId"],
        ["securityGroups", "securityGroupIds"],
        ["elasticIP", "elasticIp"],
      ] as const) {
        assert.match(reasonOf({ [given]: "x" }), new RegExp(`"${given}" is not an input .*did you mean "${meant}"\\?`));
      }
    });

    it("is found at any depth, and named with its path", () => {
      const [failure] = failures({ rootVolume: { sise: 8 } });
      assert.equal(failure?.property, "rootVolume.sise");
      assert.match(failure.reason, /did you mean "size"\?/);
      assert.equal(failures({ market: { lifecycle: "spot", maxprice: 1 } })[0]?.property, "market.maxprice");
      assert.equal(failures({ deletion: { eni: "delete" } })[0]?.property, "deletion.eni");
    });

    it("is answered with all names where none is near, and never with an internal one", () => {
      const reason = reasonOf({ xyzzy: 1 });
      assert.match(reason, /the inputs are region, subnetId/);
      assert.ok(!reason.includes("resourceUrn"));
      assert.ok(!reasonOf({ resourceUrns: "x" }).includes('"resourceUrn"?'));
    });

    it("does not show the value, which may be a secret", () => {
      assert.ok(!reasonOf({ userdata: "hunter2" }).includes("hunter2"));
    });
  });

  describe("user data", () => {
    const SECRET = "hunter2-";

    it("over 16 KB is refused with its size and the limit, and not shown", () => {
      const [failure] = failures({ userData: SECRET.repeat(2049) });
      assert.equal(failure?.property, "userData");
      assert.match(failure.reason, /is 16392 bytes, and EC2 takes at most 16384/);
      assert.ok(!failure.reason.includes("hunter2"));
    });

    it("of another type is refused and not shown", () => {
      for (const userData of [{ password: SECRET }, [SECRET], 7]) {
        const [failure] = failures({ userData });
        assert.equal(failure?.property, "userData");
        assert.match(failure.reason, /must be a string: text, or bytes as userDataBase64/);
        assert.ok(!failure.reason.includes("hunter2"));
      }
    });

    it("in base64 is refused where it is none, is too long, or comes with text, and is not shown", () => {
      const encoded = Buffer.from(SECRET.repeat(2049)).toString("base64");
      for (const [given, reason] of [
        [{ userDataBase64: SECRET }, /^userDataBase64 is not valid base64 .*give text as userData$/],
        [{ userDataBase64: `${encoded.slice(0, 80)}=` }, /is not valid base64/],
        [{ userDataBase64: encoded.slice(0, 81) }, /is not valid base64/],
        [{ userDataBase64: `${encoded.slice(0, 79)}_` }, /is not valid base64/],
        [{ userDataBase64: [SECRET] }, /must be a string: base64 of the bytes/],
        [{ userDataBase64: encoded }, /is 16392 bytes, and EC2 takes at most 16384/],
        [
          { userDataBase64: encoded.slice(0, 80), userData: SECRET },
          /^userData and userDataBase64 contradict each other/,
        ],
      ] as const) {
        const found = failures(given);
        assert.deepEqual(
          found.map((it) => it.property),
          ["userDataBase64"],
        );
        assert.match(found[0]?.reason ?? "", reason);
        assert.ok(!found[0]?.reason.includes("hunter2"));
        assert.ok(!found[0]?.reason.includes(encoded.slice(0, 8)));
      }
    });

    it("in base64 may have line breaks, be empty beside text, and not be known yet", () => {
      const most = Buffer.alloc(16_384, 255).toString("base64");
      for (const given of [
        { userDataBase64: most.replace(/(.{76})/g, "$1\r\n") },
        { userDataBase64: "", userData: "x" },
        { userDataBase64: "eA==", userData: "" },
        { userDataBase64: UNKNOWN, userData: "x" },
      ]) {
        assert.deepEqual(failures(given), []);
      }
    });

    it("is not shown when something else is wrong", () => {
      const found = failures({ userData: SECRET, subnetId: "x", market: "x", tags: "x", foo: 1, rootVolume: 1 });
      assert.equal(found.length, 5);
      assert.ok(!JSON.stringify(found).includes("hunter2"));
    });
  });

  describe("what is not known yet", () => {
    it("is let through in place of any input", () => {
      for (const name of Object.keys(inputs({ privateIp: "10.0.1.7", keyName: "k", userData: "u" }))) {
        assert.equal(inputs({ [name]: UNKNOWN })[name], UNKNOWN, name);
      }
    });

    it("is let through at any depth", () => {
      const given = {
        securityGroupIds: ["sg-0a1b2c3d", UNKNOWN],
        market: { lifecycle: UNKNOWN, maxPrice: UNKNOWN, fallbackToOnDemand: UNKNOWN, revertToSpot: UNKNOWN },
        healing: { enabled: UNKNOWN },
        schedules: [{ action: UNKNOWN, cron: UNKNOWN, timezone: UNKNOWN }],
        metadataOptions: { httpTokens: UNKNOWN, httpPutResponseHopLimit: UNKNOWN },
        rootVolume: { size: UNKNOWN, type: UNKNOWN, encrypted: UNKNOWN, kmsKeyId: UNKNOWN },
        tags: { Team: UNKNOWN },
        recycleTriggers: { image: UNKNOWN },
        deletion: { elasticIp: UNKNOWN },
        secondaryPrivateIps: ["10.0.1.8", UNKNOWN],
        fallbackInstanceTypes: [UNKNOWN],
        cpuOptions: { coreCount: UNKNOWN, threadsPerCore: UNKNOWN },
        dataVolumes: [{ name: UNKNOWN, deviceName: UNKNOWN, size: UNKNOWN }],
        replacement: { strategy: UNKNOWN, timeoutSeconds: UNKNOWN },
        adopt: { instanceId: UNKNOWN },
      };
      const checked = inputs(given);
      assert.deepEqual(checked.securityGroupIds, given.securityGroupIds);
      assert.deepEqual(checked.market, given.market);
      assert.deepEqual(checked.tags, given.tags);
      assert.deepEqual(checked.rootVolume, given.rootVolume);
    });

    it("hides nothing that is wrong beside it", () => {
      assert.equal(failures({ subnetId: UNKNOWN, imageId: "ami-1" })[0]?.property, "imageId");
      assert.equal(failures({ tags: { "aws:x": "1", Team: UNKNOWN } }).length, 1);
    });
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
