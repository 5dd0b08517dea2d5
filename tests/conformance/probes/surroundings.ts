import { answers, area, refuses, source } from "../probe";

const { api, codes, vpc } = source;

export const surroundings = area("surroundings", [
  answers({
    id: "vpcs.describe",
    title: "a VPC says its block and that it is not the default",
    source: api("DescribeVpcs"),
    call: async (scene) => {
      const { Vpcs = [] } = await scene.ec2.describeVpcs({ VpcIds: [scene.here.vpcId] });
      return Vpcs.map(({ CidrBlock, IsDefault, State }) => [CidrBlock, IsDefault, State]);
    },
    expected: [["10.0.0.0/16", false, "available"]],
  }),
  answers({
    id: "vpcs.default",
    title: "there is one default VPC, 172.31.0.0/16",
    source: vpc("default VPCs"),
    call: async (scene) => {
      const { Vpcs = [] } = await scene.ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
      return Vpcs.map(({ CidrBlock, VpcId }) => [CidrBlock, VpcId === scene.here.defaultVpcId]);
    },
    expected: [["172.31.0.0/16", true]],
  }),
  answers({
    id: "subnets.describe",
    title: "a subnet says its block, zone and VPC",
    source: api("DescribeSubnets"),
    call: async (scene) => {
      const { Subnets = [] } = await scene.ec2.describeSubnets({ SubnetIds: [scene.here.subnetB] });
      return Subnets.map(({ CidrBlock, AvailabilityZone, VpcId, MapPublicIpOnLaunch, DefaultForAz }) => [
        CidrBlock,
        AvailabilityZone === scene.here.zoneB,
        VpcId === scene.here.vpcId,
        MapPublicIpOnLaunch,
        DefaultForAz,
      ]);
    },
    expected: [["10.0.2.0/24", true, true, false, false]],
  }),
  answers({
    id: "subnets.default",
    title: "a zone's default subnet maps public addresses",
    source: vpc("default VPCs"),
    call: async (scene) => {
      const { Subnets = [] } = await scene.ec2.describeSubnets({
        Filters: [
          { Name: "default-for-az", Values: ["true"] },
          { Name: "availability-zone", Values: [scene.here.zoneA] },
        ],
      });
      return Subnets.map(({ SubnetId, MapPublicIpOnLaunch }) => [
        SubnetId === scene.here.defaultSubnet,
        MapPublicIpOnLaunch,
      ]);
    },
    expected: [[true, true]],
  }),
  answers({
    id: "subnets.of-vpc",
    title: "subnets are found by their VPC",
    source: api("DescribeSubnets"),
    call: async (scene) => {
      const Filters = [{ Name: "vpc-id", Values: [scene.here.vpcId] }];
      const { Subnets = [] } = await scene.ec2.describeSubnets({ Filters });
      const { subnetA, subnetB, tinySubnet, defaultSubnet } = scene.here;
      const wanted = [subnetA, subnetB, tinySubnet, defaultSubnet];
      return wanted.map((id) => Subnets.some(({ SubnetId }) => SubnetId === id));
    },
    expected: [true, true, true, false],
  }),
  answers({
    id: "keys.describe",
    title: "a key pair says its name and has an id",
    source: api("DescribeKeyPairs"),
    call: async (scene) => {
      const { KeyPairs = [] } = await scene.ec2.describeKeyPairs({ KeyNames: [scene.here.keyName] });
      return KeyPairs.map(({ KeyName, KeyPairId = "" }) => [
        KeyName === scene.here.keyName,
        KeyPairId.startsWith("key-"),
      ]);
    },
    expected: [[true, true]],
  }),
  refuses({
    id: "keys.unknown",
    title: "an unknown key pair is refused",
    source: codes,
    call: (scene) => scene.ec2.describeKeyPairs({ KeyNames: ["nobodys"] }),
    code: "InvalidKeyPair.NotFound",
  }),
  refuses({
    id: "keys.unknown-id",
    title: "an unknown key pair id is refused",
    source: codes,
    call: (scene) => scene.ec2.describeKeyPairs({ KeyPairIds: ["key-0123456789abcdef0"] }),
    code: "InvalidKeyPair.NotFound",
  }),
]);
