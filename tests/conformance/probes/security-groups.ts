import { answers, area, refuses, source } from "../probe";

const { api, seen, vpc } = source;

export const securityGroups = area("security groups", [
  answers({
    id: "groups.describe",
    title: "a group says its name and VPC",
    source: api("DescribeSecurityGroups"),
    call: async (scene) => {
      const { SecurityGroups = [] } = await scene.ec2.describeSecurityGroups({ GroupIds: [scene.here.group] });
      return SecurityGroups.map(({ GroupName, VpcId }) => [GroupName, VpcId === scene.here.vpcId]);
    },
    expected: [["default", true]],
  }),
  answers({
    id: "groups.default-of-vpc",
    title: "each VPC has one group named default",
    source: vpc("default security groups"),
    call: async (scene) => {
      const { SecurityGroups = [] } = await scene.ec2.describeSecurityGroups({
        Filters: [
          { Name: "vpc-id", Values: [scene.here.vpcId] },
          { Name: "group-name", Values: ["default"] },
        ],
      });
      return SecurityGroups.map(({ GroupId }) => GroupId === scene.here.group);
    },
    expected: [true],
  }),
  answers({
    id: "groups.default.rules",
    title: "a default group lets everything out and lets in its own members",
    source: vpc("default security groups"),
    call: async (scene) => {
      const { SecurityGroups = [] } = await scene.ec2.describeSecurityGroups({ GroupIds: [scene.here.group] });
      const [group] = SecurityGroups;
      return [
        group?.IpPermissions?.map(({ IpProtocol, UserIdGroupPairs }) => [
          IpProtocol,
          UserIdGroupPairs?.map(({ GroupId }) => GroupId === scene.here.group),
        ]),
        group?.IpPermissionsEgress?.map(({ IpProtocol, IpRanges }) => [
          IpProtocol,
          IpRanges?.map(({ CidrIp }) => CidrIp),
        ]),
      ];
    },
    expected: [[["-1", [true]]], [["-1", ["0.0.0.0/0"]]]],
  }),
  refuses({
    id: "groups.unknown-name",
    title: "a name that no group in the default VPC has is refused",
    source: seen("aws-sdk#402 (“does not exist in default VPC”)"),
    call: (scene) => scene.ec2.describeSecurityGroups({ GroupNames: ["nobodys"] }),
    code: "InvalidGroup.NotFound",
  }),
  answers({
    id: "groups.of-interface",
    title: "interfaces are found by their group",
    source: api("DescribeNetworkInterfaces"),
    setUp: (scene) => scene.eni({ Groups: [scene.here.otherGroup] }),
    call: async (scene, eni) => {
      const Filters = [{ Name: "group-id", Values: [scene.here.otherGroup] }];
      const { NetworkInterfaces = [] } = await scene.ec2.describeNetworkInterfaces({ Filters });
      return NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId === eni);
    },
    expected: [true],
  }),
]);
