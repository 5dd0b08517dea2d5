import assert from "node:assert/strict";
import { CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { program, type Stack } from "./support";
import { later, quick, somebody, up } from "./world";

/** Every input at a value that is not its default, for a machine in the dual-stack subnet. */
function everything(volumeId: string): Properties {
  return {
    subnetId: WELL_KNOWN.dualStackSubnet,
    privateIp: "10.0.6.7",
    secondaryPrivateIps: ["10.0.6.8", "10.0.6.9"],
    ipv6Addresses: ["2001:db8:6:600::7"],
    publicIpAssignment: "assign",
    elasticIp: true,
    securityGroupIds: [WELL_KNOWN.otherSecurityGroup, WELL_KNOWN.securityGroup],
    sourceDestCheck: false,
    imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`,
    instanceType: "t3.large",
    fallbackInstanceTypes: ["t3.xlarge"],
    userData: "#!/bin/sh",
    keyName: WELL_KNOWN.keyName,
    iamInstanceProfile: WELL_KNOWN.instanceProfile,
    ebsOptimized: true,
    tenancy: "dedicated",
    cpuCredits: "standard",
    cpuOptions: { coreCount: 1, threadsPerCore: 1 },
    placementGroup: WELL_KNOWN.placementGroup,
    metadataOptions: {
      httpTokens: "optional",
      httpPutResponseHopLimit: 3,
      instanceMetadataTags: "enabled",
    },
    monitoring: true,
    rootVolume: { size: 20, type: "gp3", iops: 4000, throughput: 200, encrypted: true },
    dataVolumes: [
      { name: "data", deviceName: "/dev/sdf", size: 10, type: "gp3", iops: 3500, throughput: 150, encrypted: true },
      { name: "given", deviceName: "/dev/sdg", volumeId },
    ],
    tags: { Name: "db", Team: "a" },
    pauseBehavior: "terminate",
    recycleTriggers: { image: "1" },
    replacement: {
      strategy: "auto",
      drainSeconds: 1,
      skipOsShutdown: true,
      waitFor: "status-ok",
      rollbackOnFailure: false,
      timeoutSeconds: 900,
    },
    deletion: { networkInterface: "retain", elasticIp: "retain", dataVolumes: "delete" },
  };
}

async function volumeByHand(owner: Stack): Promise<string> {
  const AvailabilityZone = "us-east-1a";
  const { VolumeId = "" } = await somebody(owner).send(
    new CreateVolumeCommand({ AvailabilityZone, Size: 5, VolumeType: "gp3" }),
  );
  later(owner);
  return VolumeId;
}

/** Right after an up nothing may be found. */
async function isAsRecorded(owner: Stack, inputs: Properties): Promise<void> {
  const { outputs } = owner;
  await owner.refresh();
  assert.deepEqual(owner.outputs.drift, []);
  assert.deepEqual(owner.outputs, outputs);
  assert.equal(await owner.up(inputs), "same");
}

describe("a read right after an up", () => {
  it("finds nothing of a machine on which everything is set", async () => {
    const owner = quick();
    const inputs = program(everything(await volumeByHand(owner)));
    await owner.up(inputs);
    await isAsRecorded(owner, inputs);
    const recycled = { ...inputs, recycleTriggers: { image: "2" } };
    await owner.up(recycled);
    await isAsRecorded(owner, recycled);
    await owner.up(program());
    await isAsRecorded(owner, program());
  });

  for (const [title, inputs] of [
    ["a spot machine", { market: { lifecycle: "spot", maxPrice: "0.2", fallbackToOnDemand: false } }],
    ["a machine whose address does not persist", { persistPrivateIp: false, elasticIp: true }],
    ["a machine with a number of addresses", { secondaryPrivateIpCount: 2 }],
    ["a machine replaced by overlap", { replacement: { strategy: "overlap" }, elasticIp: true }],
    ["a machine that is stopped", { desiredState: "paused" }],
    [
      "a machine that is paused with no instance",
      { desiredState: "paused", pauseBehavior: "terminate", elasticIp: true },
    ],
    [
      "a machine that is paused with no interface",
      { desiredState: "paused", persistPrivateIp: false, elasticIp: true },
    ],
    ["a machine with no public address", { publicIpAssignment: "none" }],
  ] as [string, Properties][]) {
    it(`finds nothing of ${title}, made so and become so`, async () => {
      await isAsRecorded(await up(inputs), program(inputs));
      const owner = await up({ tags: { Team: "a" } });
      await owner.up(program(inputs));
      await isAsRecorded(owner, program(inputs));
    });
  }
});
