import assert from "node:assert/strict";
import { TAG } from "../../../provider/ec2/tags";
import { keysNotForMetadata } from "../../../provider/inputs/metadata-tags";
import { type Failure, UNKNOWN } from "../../../provider/inputs/validation";
import { failures } from "./checking";

describe("inputs that do not go together", () => {
  describe("tags in the instance metadata", () => {
    const shown = (tags: Record<string, unknown>, instanceMetadataTags: unknown = "enabled"): Failure[] =>
      failures({ tags, metadataOptions: { instanceMetadataTags } });

    it("have keys that are parts of paths: any other is refused by name, with the rule and what to do", () => {
      const found = shown({ "kubernetes.io/cluster/prod": "owned", "Patch Group": "a", größe: "l", Team: "a" });
      assert.deepEqual(
        found.map((it) => it.property),
        ["tags", "tags", "tags"],
      );
      assert.equal(
        found[0]?.reason,
        'the tag key "kubernetes.io/cluster/prod" cannot be in the instance metadata, where metadataOptions.instanceMetadataTags: "enabled" puts it: keys there have letters, digits and + - = . , _ : @ only, and not ".", ".." or "_index"; rename it, or take instanceMetadataTags out',
      );
      for (const key of [".", "..", "_index", "a b", "a/b", "a*"]) {
        assert.equal(shown({ [key]: "" }).length, 1, key);
      }
    });

    it("take all keys that EC2 takes there, this package's own among them, and any where they are not shown", () => {
      assert.deepEqual(shown({ "a:b+c-d=e.f,g_h@1": "", Name: "web", "..a": "", _index2: "" }), []);
      assert.deepEqual(keysNotForMetadata([...Object.values(TAG), "Name"]), []);
      assert.deepEqual(shown({ "Patch Group": "a" }, "disabled"), []);
      assert.deepEqual(shown({ "Patch Group": "a" }, UNKNOWN), []);
    });
  });

  it("are no more security groups than EC2 ever takes on an interface", () => {
    const ids = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `sg-0a0000000000000${String(index).padStart(2, "0")}`);
    assert.deepEqual(failures({ securityGroupIds: ids(16) }), []);
    assert.deepEqual(failures({ securityGroupIds: ids(17) }), [
      {
        property: "securityGroupIds",
        reason: "securityGroupIds has 17 groups, and EC2 takes at most 16 on a network interface; name fewer",
      },
    ]);
  });

  it("are a KMS key and a root volume that is not to be encrypted", () => {
    const [failure] = failures({ rootVolume: { kmsKeyId: "alias/a" } });
    assert.match(failure?.reason ?? "", /^rootVolume\.kmsKeyId needs rootVolume\.encrypted: true$/);
  });

  it("are two names of one device, of Windows' as well", () => {
    const volume = (name: string, deviceName: string) => ({ name, deviceName, size: 1 });
    for (const [one, other] of [
      ["/dev/sdf", "xvdf"],
      ["/dev/xvdf", "xvdf"],
    ] as const) {
      assert.equal(failures({ dataVolumes: [volume("a", one), volume("b", other)] }).length, 1);
    }
    assert.deepEqual(failures({ dataVolumes: [volume("a", "xvdf"), volume("b", "xvdca")] }), []);
    for (const wrong of ["xvda", "xvdf1", "xvddz", "sdf", "/dev/xvdea"]) {
      assert.equal(failures({ dataVolumes: [volume("a", wrong)] }).length, 1, wrong);
    }
  });

  describe("a contradiction", () => {
    const SPOT = { lifecycle: "spot" };
    const ADOPT = { networkInterfaceId: "eni-0a1b2c3d" };
    for (const [first, second, given] of [
      ["publicIpAssignment", "elasticIp", { publicIpAssignment: "none", elasticIp: true }],
      ["publicIpAssignment", "elasticIp", { publicIpAssignment: "none", elasticIp: "52.1.2.3" }],
      ["pauseBehavior", "market.lifecycle", { pauseBehavior: "stop", market: SPOT }],
      ["replacement.strategy", "persistPrivateIp", { replacement: { strategy: "overlap" }, persistPrivateIp: false }],
      ["adopt", "privateIp", { adopt: ADOPT, privateIp: "10.0.1.7" }],
      ["adopt", "persistPrivateIp", { adopt: ADOPT, persistPrivateIp: false }],
      [
        "adopt.instanceId",
        "adopt.networkInterfaceId",
        { adopt: { instanceId: "i-0a1b2c3d", networkInterfaceId: "eni-0a1b2c3d" } },
      ],
      ["privateIp", "secondaryPrivateIps[1]", { privateIp: "10.0.1.7", secondaryPrivateIps: ["10.0.1.8", "10.0.1.7"] }],
      ["persistPrivateIp", "privateIp", { persistPrivateIp: false, privateIp: "10.0.1.7" }],
      ["persistPrivateIp", "secondaryPrivateIps", { persistPrivateIp: false, secondaryPrivateIps: ["10.0.1.8"] }],
      ["persistPrivateIp", "ipv6Addresses", { persistPrivateIp: false, ipv6Addresses: ["2001:db8::7"] }],
      [
        "secondaryPrivateIps",
        "secondaryPrivateIpCount",
        { secondaryPrivateIps: ["10.0.1.8"], secondaryPrivateIpCount: 1 },
      ],
      ["secondaryPrivateIps", "secondaryPrivateIpCount", { secondaryPrivateIps: [], secondaryPrivateIpCount: 0 }],
      ["ipv6Addresses", "ipv6AddressCount", { ipv6Addresses: ["2001:db8::7"], ipv6AddressCount: 1 }],
      ["market.maxPrice", "market.lifecycle", { market: { lifecycle: "on-demand", maxPrice: "1" } }],
      ["market.revertToSpot", "market.lifecycle", { market: { lifecycle: "on-demand", revertToSpot: "always" } }],
      [
        "market.revertToSpot",
        "market.fallbackToOnDemand",
        { market: { lifecycle: "spot", revertToSpot: "always", fallbackToOnDemand: false } },
      ],
    ] as const) {
      it(`between ${first} and ${second} names both, in one line, with what to do: ${JSON.stringify(given)}`, () => {
        const found = failures(given);
        assert.deepEqual(
          found.map((it) => it.property),
          [first],
        );
        const [{ reason } = { reason: "" }] = found;
        assert.ok(reason.startsWith(`${first}: `) && reason.includes(` ${second}`), reason);
        assert.match(reason, /^[^\n]+(; |: [a-z]+ [^:]+ or )[^\n]+$/);
      });
    }

    it("is none of what is not known yet", () => {
      for (const given of [
        { publicIpAssignment: "none", elasticIp: UNKNOWN },
        { publicIpAssignment: UNKNOWN, elasticIp: true },
        { pauseBehavior: "stop", market: UNKNOWN },
        { pauseBehavior: "stop", market: { lifecycle: UNKNOWN } },
        { pauseBehavior: UNKNOWN, market: SPOT },
        { replacement: { strategy: UNKNOWN }, persistPrivateIp: false },
        { replacement: UNKNOWN, persistPrivateIp: false },
        { replacement: { strategy: "overlap" }, persistPrivateIp: UNKNOWN },
        { adopt: UNKNOWN, privateIp: "10.0.1.7" },
        { adopt: { instanceId: UNKNOWN }, privateIp: "10.0.1.7" },
        { adopt: { instanceId: UNKNOWN, networkInterfaceId: "eni-0a1b2c3d" } },
        { adopt: ADOPT, privateIp: UNKNOWN },
        { adopt: ADOPT, persistPrivateIp: UNKNOWN },
        { privateIp: UNKNOWN, secondaryPrivateIps: [UNKNOWN] },
        { privateIp: "10.0.1.7", secondaryPrivateIps: UNKNOWN },
        { persistPrivateIp: false, privateIp: UNKNOWN },
        { persistPrivateIp: UNKNOWN, privateIp: "10.0.1.7" },
        { persistPrivateIp: false, secondaryPrivateIps: UNKNOWN, ipv6Addresses: [UNKNOWN] },
        { secondaryPrivateIps: ["10.0.1.8"], secondaryPrivateIpCount: UNKNOWN },
        { secondaryPrivateIps: [UNKNOWN], secondaryPrivateIpCount: 1 },
        { ipv6Addresses: UNKNOWN, ipv6AddressCount: 1 },
        { market: { lifecycle: UNKNOWN, maxPrice: "1" } },
        { cpuOptions: { coreCount: UNKNOWN } },
        { fallbackInstanceTypes: [UNKNOWN, UNKNOWN], instanceType: UNKNOWN },
      ]) {
        assert.deepEqual(failures(given), [], JSON.stringify(given));
      }
    });

    it("is none of what goes together", () => {
      for (const given of [
        { publicIpAssignment: "none", elasticIp: false },
        { pauseBehavior: "terminate", market: SPOT },
        { pauseBehavior: "stop", market: { lifecycle: "on-demand" } },
        { replacement: { strategy: "auto" }, persistPrivateIp: false },
        { privateIp: "10.0.1.7", secondaryPrivateIps: ["10.0.1.8"] },
        { market: { lifecycle: "spot", maxPrice: "1" } },
        { market: { lifecycle: "on-demand", revertToSpot: "never" } },
      ]) {
        assert.deepEqual(failures(given), [], JSON.stringify(given));
      }
    });
  });
});
