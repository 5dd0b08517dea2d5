import assert from "node:assert/strict";

import * as sdk from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { LONG, associated, idOf, launched, launchedOn, madeAddress, madeInterface, present } from "./scenes";
import { simulated, type Simulated } from "./support";

/** Values in the XML, but for those that are not part of a reply's own data. */
function valuesInXml(xml: string): string[] {
  const leaves = xml.matchAll(/<(\w+)>([^<]+)<\/\1>/g);
  return [...leaves].map(([, name = ""]) => name).filter((name) => !["requestId", "return"].includes(name));
}

function countValues(value: unknown): number {
  if (value === undefined || value === "") return 0;
  if (value === null || typeof value !== "object" || value instanceof Date) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + countValues(member), 0);
}

/** A client that remembers the XML it was answered with. */
function listening(): Simulated & { lastXml(): string } {
  const scene = simulated();
  let xml = "";
  const inner = scene.simulator.requestHandler();
  const requestHandler: typeof inner = {
    ...inner,
    handle: async (request) => {
      const answer = await inner.handle(request);
      xml = new TextDecoder().decode(answer.response.body);
      return answer;
    },
  };
  const ec2 = new sdk.EC2Client({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler,
  });
  return { ...scene, ec2, lastXml: () => xml };
}

/** An account in which every kind of object is there, with all that it can have. */
async function furnished(ec2: sdk.EC2Client, clock: Simulated["clock"]) {
  const tags = (ResourceType: sdk.ResourceType) => ({ ResourceType, Tags: [{ Key: "a", Value: "1" }] });
  const { NetworkInterfaceId: id } = await madeInterface(ec2, {
    Description: "web",
    SecondaryPrivateIpAddressCount: 1,
    TagSpecifications: [tags("network-interface")],
  });
  const { allocationId } = await madeAddress(ec2);
  await associated(ec2, allocationId, id);
  const instance = await launchedOn(ec2, id, {
    KeyName: "demo",
    IamInstanceProfile: { Name: "demo" },
    InstanceMarketOptions: { MarketType: "spot" },
    TagSpecifications: [tags("instance"), tags("volume"), tags("spot-instances-request")],
  });
  const other = await launched(ec2, { SubnetId: WELL_KNOWN.defaultSubnets[0], UserData: "aGk=" });
  await ec2.send(
    new sdk.CreateLaunchTemplateCommand({
      LaunchTemplateName: "web",
      VersionDescription: "first",
      LaunchTemplateData: {
        ImageId: WELL_KNOWN.imageV1,
        InstanceType: "t3.micro",
        BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 9, Encrypted: false } }],
        NetworkInterfaces: [
          { DeviceIndex: 0, Groups: [WELL_KNOWN.securityGroup], PrivateIpAddresses: [{ Primary: true }] },
        ],
        TagSpecifications: [tags("instance")],
        InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice: "1" } },
        SecurityGroups: ["default"],
      },
      TagSpecifications: [tags("launch-template")],
    }),
  );
  clock.advance(LONG);
  return { instance, other };
}

describe("every reply", () => {
  let scene: ReturnType<typeof listening>;
  let instanceId = "";
  let otherId = "";

  before(async () => {
    scene = listening();
    const { instance, other } = await furnished(scene.ec2, scene.clock);
    instanceId = idOf(instance);
    otherId = idOf(other);
  });

  const calls: [name: string, call: () => Promise<object>][] = [
    ["DescribeInstances", () => scene.ec2.send(new sdk.DescribeInstancesCommand({}))],
    ["DescribeInstanceStatus", () => scene.ec2.send(new sdk.DescribeInstanceStatusCommand({}))],
    ["DescribeNetworkInterfaces", () => scene.ec2.send(new sdk.DescribeNetworkInterfacesCommand({}))],
    ["DescribeAddresses", () => scene.ec2.send(new sdk.DescribeAddressesCommand({}))],
    ["DescribeLaunchTemplates", () => scene.ec2.send(new sdk.DescribeLaunchTemplatesCommand({}))],
    [
      "DescribeLaunchTemplateVersions",
      () => scene.ec2.send(new sdk.DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: "web" })),
    ],
    ["DescribeSpotInstanceRequests", () => scene.ec2.send(new sdk.DescribeSpotInstanceRequestsCommand({}))],
    ["DescribeTags", () => scene.ec2.send(new sdk.DescribeTagsCommand({}))],
    ["DescribeVolumes", () => scene.ec2.send(new sdk.DescribeVolumesCommand({}))],
    ["DescribeImages", () => scene.ec2.send(new sdk.DescribeImagesCommand({}))],
    ["DescribeInstanceTypes", () => scene.ec2.send(new sdk.DescribeInstanceTypesCommand({}))],
    ["DescribeInstanceTypeOfferings", () => scene.ec2.send(new sdk.DescribeInstanceTypeOfferingsCommand({}))],
    ["DescribeVpcs", () => scene.ec2.send(new sdk.DescribeVpcsCommand({}))],
    ["DescribeSubnets", () => scene.ec2.send(new sdk.DescribeSubnetsCommand({}))],
    ["DescribeSecurityGroups", () => scene.ec2.send(new sdk.DescribeSecurityGroupsCommand({}))],
    ["DescribeKeyPairs", () => scene.ec2.send(new sdk.DescribeKeyPairsCommand({}))],
    ["DescribeAvailabilityZones", () => scene.ec2.send(new sdk.DescribeAvailabilityZonesCommand({}))],
    ["DescribeRegions", () => scene.ec2.send(new sdk.DescribeRegionsCommand({}))],
    [
      "DescribeIamInstanceProfileAssociations",
      () => scene.ec2.send(new sdk.DescribeIamInstanceProfileAssociationsCommand({})),
    ],
    ...(
      ["blockDeviceMapping", "disableApiTermination", "ebsOptimized", "groupSet", "instanceType", "userData"] as const
    ).map((Attribute): [string, () => Promise<object>] => [
      `DescribeInstanceAttribute ${Attribute}`,
      () => scene.ec2.send(new sdk.DescribeInstanceAttributeCommand({ InstanceId: otherId, Attribute })),
    ]),
    [
      "CreateNetworkInterface",
      () => scene.ec2.send(new sdk.CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA })),
    ],
    ["AllocateAddress", () => scene.ec2.send(new sdk.AllocateAddressCommand({}))],
    [
      "CreateLaunchTemplateVersion",
      () =>
        scene.ec2.send(
          new sdk.CreateLaunchTemplateVersionCommand({
            LaunchTemplateName: "web",
            SourceVersion: "1",
            LaunchTemplateData: { InstanceType: "t3.small" },
          }),
        ),
    ],
    [
      "ModifyInstanceMetadataOptions",
      () =>
        scene.ec2.send(new sdk.ModifyInstanceMetadataOptionsCommand({ InstanceId: otherId, HttpTokens: "optional" })),
    ],
    ["StopInstances", () => scene.ec2.send(new sdk.StopInstancesCommand({ InstanceIds: [otherId] }))],
    ["TerminateInstances", () => scene.ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [instanceId] }))],
  ];

  for (const [name, call] of calls) {
    it(`has nothing in it that the SDK does not know: ${name}`, async () => {
      const { $metadata, ...output } = (await call()) as sdk.EC2ServiceException;
      const inXml = valuesInXml(scene.lastXml());
      assert.ok(inXml.length > 0 && $metadata.requestId);
      assert.equal(countValues(output), inXml.length, inXml.join(" "));
    });
  }
});

describe("text in a reply", () => {
  it("comes back as it was sent, whatever it is", async () => {
    const { ec2 } = simulated();
    for (const Description of ["a < b & c > d", 'say "hi"', "it's", "  spaces  ", "ünï → 🙂", "1.0", "true"]) {
      const made = await madeInterface(ec2, { Description });
      assert.equal(present(made.Description), Description);
    }
  });
});
