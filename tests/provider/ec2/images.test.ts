import assert from "node:assert/strict";
import { account } from "./account";

describe("the EC2 client and what a launch names", () => {
  it("knows those of some types that the region has, and their zones", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeInstanceTypes(["m7g.medium", "m99.large", "t3.xlarge"]), [
      {
        name: "m7g.medium",
        architectures: ["arm64"],
        ena: "required",
        bootModes: ["uefi"],
        virtualizationTypes: ["hvm"],
        maxNetworkInterfaces: 2,
        ipv4AddressesPerInterface: 4,
        ipv6AddressesPerInterface: 4,
        isBurstable: false,
        canBeEbsOptimized: true,
        validCores: [1],
        validThreadsPerCore: [1],
        placementStrategies: ["cluster", "partition", "spread"],
      },
      {
        name: "t3.xlarge",
        architectures: ["x86_64"],
        ena: "required",
        bootModes: ["legacy-bios", "uefi"],
        virtualizationTypes: ["hvm"],
        maxNetworkInterfaces: 4,
        ipv4AddressesPerInterface: 15,
        ipv6AddressesPerInterface: 15,
        isBurstable: true,
        canBeEbsOptimized: true,
        validCores: [1, 2],
        validThreadsPerCore: [1, 2],
        placementStrategies: ["partition", "spread"],
      },
    ]);
    assert.deepEqual(await ec2.findZonesWith("m7i.large"), ["us-east-1a", "us-east-1c"]);
    assert.deepEqual(await ec2.findZonesWith("m99.large"), []);
  });

  it("finds a key pair and a placement group by name, and nothing where there is none", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeKeyPair("demo"), { name: "demo" });
    assert.deepEqual(await ec2.describePlacementGroup("demo"), { name: "demo", strategy: "spread" });
    assert.equal(await ec2.describeKeyPair("nobody"), undefined);
    assert.equal(await ec2.describePlacementGroup("nowhere"), undefined);
  });
});
