import assert from "node:assert/strict";

import {
  CreateRouteTableCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { refused } from "./scenes";
import { simulated } from "./support";

describe("the fresh account", () => {
  it("has a default VPC and one for examples, with ids that are well formed and stay", async () => {
    for (const seed of [1, 2]) {
      const { ec2 } = simulated({ seed });
      const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
      assert.deepEqual(
        Vpcs.map(({ VpcId, CidrBlock, IsDefault }) => [VpcId, CidrBlock, IsDefault]),
        [
          [WELL_KNOWN.defaultVpcId, "172.31.0.0/16", true],
          [WELL_KNOWN.vpcId, "10.0.0.0/16", false],
        ],
      );
      const SubnetIds = [WELL_KNOWN.subnetA, WELL_KNOWN.subnetB, WELL_KNOWN.tinySubnet, ...WELL_KNOWN.defaultSubnets];
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
      assert.deepEqual(
        Subnets.map(({ CidrBlock, AvailabilityZone, AvailableIpAddressCount, MapPublicIpOnLaunch }) =>
          [CidrBlock, AvailabilityZone, AvailableIpAddressCount, MapPublicIpOnLaunch].join(" "),
        ),
        [
          "10.0.1.0/24 us-east-1a 251 false",
          "10.0.2.0/24 us-east-1b 251 false",
          "10.0.9.0/28 us-east-1a 11 false",
          "172.31.0.0/20 us-east-1a 4091 true",
          "172.31.16.0/20 us-east-1b 4091 true",
          "172.31.32.0/20 us-east-1c 4091 true",
        ],
      );
    }
  });

  it("has security groups, a key pair and images to launch", async () => {
    const { ec2 } = simulated();
    const GroupIds = [WELL_KNOWN.securityGroup, WELL_KNOWN.otherSecurityGroup];
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    assert.deepEqual(
      SecurityGroups.map(({ GroupName }) => GroupName),
      ["default", "demo"],
    );
    const { KeyPairs } = await ec2.send(new DescribeKeyPairsCommand({ KeyNames: [WELL_KNOWN.keyName] }));
    assert.equal(KeyPairs?.[0]?.KeyType, "ed25519");
    const ImageIds = [WELL_KNOWN.imageV1, WELL_KNOWN.imageV2, WELL_KNOWN.imageArm];
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds }));
    assert.deepEqual(
      Images.map(({ Architecture, State, RootDeviceName }) => [Architecture, State, RootDeviceName].join(" ")),
      ["x86_64 available /dev/xvda", "x86_64 available /dev/xvda", "arm64 available /dev/xvda"],
    );
  });

  it("has images that are found by owner and name", async () => {
    const { ec2 } = simulated();
    const Filters = [{ Name: "name", Values: ["al2023-ami-*-x86_64"] }];
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ["amazon"], Filters }));
    assert.deepEqual(Images.map(({ ImageId }) => ImageId).sort(), [WELL_KNOWN.imageV1, WELL_KNOWN.imageV2]);
    assert.deepEqual((await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }))).Images, []);
  });

  it("lies in a region with three zones", async () => {
    const { ec2 } = simulated({ region: "eu-west-1" });
    const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
    assert.deepEqual(
      AvailabilityZones.map(({ ZoneName, ZoneId, State }) => [ZoneName, ZoneId, State].join(" ")),
      ["eu-west-1a euw1-az1 available", "eu-west-1b euw1-az2 available", "eu-west-1c euw1-az3 available"],
    );
    const { Regions } = await ec2.send(new DescribeRegionsCommand({}));
    assert.deepEqual(
      Regions?.map(({ RegionName }) => RegionName),
      ["eu-west-1"],
    );
  });
});

describe("instance types", () => {
  it("tell their architecture, size and network limits", async () => {
    const { ec2 } = simulated();
    const { InstanceTypes } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ["t4g.micro"] }));
    const type = InstanceTypes?.[0];
    assert.deepEqual(type?.ProcessorInfo?.SupportedArchitectures, ["arm64"]);
    assert.deepEqual(type.SupportedUsageClasses, ["on-demand", "spot"]);
    assert.equal(type.VCpuInfo?.DefaultVCpus, 2);
    assert.equal(type.MemoryInfo?.SizeInMiB, 1024);
    assert.equal(type.NetworkInfo?.MaximumNetworkInterfaces, 2);
    assert.equal(type.NetworkInfo.Ipv4AddressesPerInterface, 2);
  });

  it("are not offered in every zone", async () => {
    const { ec2 } = simulated();
    const zones = async (name: string) => {
      const { InstanceTypeOfferings = [] } = await ec2.send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: "availability-zone",
          Filters: [{ Name: "instance-type", Values: [name] }],
        }),
      );
      return InstanceTypeOfferings.map(({ Location }) => Location);
    };
    assert.deepEqual(await zones("t3.micro"), ["us-east-1a", "us-east-1b", "us-east-1c"]);
    assert.deepEqual(await zones("m7i.large"), ["us-east-1a", "us-east-1c"]);
  });

  it("that there are not are an error", async () => {
    const { ec2 } = simulated();
    const describe = new DescribeInstanceTypesCommand({ InstanceTypes: ["t3.huge" as "t3.nano"] });
    await refused(ec2.send(describe), "InvalidInstanceType", /t3\.huge/);
  });
});

describe("a thing that does not exist", () => {
  it("has a code of its own for each kind", async () => {
    const { ec2 } = simulated();
    const hex = "0bbbbbbbbbbbbbbbb";
    await refused(ec2.send(new DescribeVpcsCommand({ VpcIds: [`vpc-${hex}`] })), "InvalidVpcID.NotFound");
    await refused(ec2.send(new DescribeSubnetsCommand({ SubnetIds: [`subnet-${hex}`] })), "InvalidSubnetID.NotFound");
    await refused(ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [`sg-${hex}`] })), "InvalidGroup.NotFound");
    await refused(ec2.send(new DescribeImagesCommand({ ImageIds: [`ami-${hex}`] })), "InvalidAMIID.NotFound");
    await refused(ec2.send(new DescribeVolumesCommand({ VolumeIds: [`vol-${hex}`] })), "InvalidVolume.NotFound");
    await refused(ec2.send(new DescribeKeyPairsCommand({ KeyNames: ["lost"] })), "InvalidKeyPair.NotFound");
  });

  it("in the simulator is an invalid action", async () => {
    const { ec2 } = simulated();
    await refused(
      ec2.send(new CreateRouteTableCommand({ VpcId: WELL_KNOWN.vpcId })),
      "InvalidAction",
      /The action CreateRouteTable is not valid for this web service/,
    );
  });
});
