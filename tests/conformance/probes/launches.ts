import { answers, area, source } from "../probe";
import { the } from "../scene";
import { NOBODYS } from "../surroundings";
import { refusedLaunch, runInstancesPage } from "./refused-launch";

const { codes, facts, guide, seen } = source;

export const launches = area("launch parameters", [
  answers({
    id: "launches.reply",
    title: "a launch is answered at once with an instance that is pending",
    source: runInstancesPage,
    call: async (scene) => {
      const { State, InstanceId = "", SubnetId, VpcId, InstanceType, ImageId } = await scene.launched();
      const { subnetA, vpcId, image } = scene.here;
      return [
        State?.Name,
        /^i-[0-9a-f]{17}$/.test(InstanceId),
        SubnetId === subnetA,
        VpcId === vpcId,
        InstanceType,
        ImageId === image,
      ];
    },
    expected: ["pending", true, true, true, "t3.micro", true],
  }),
  answers({
    id: "launches.count.most",
    title: "as many instances are launched as can be had, up to the maximum count",
    source: runInstancesPage,
    call: async (scene) =>
      (await scene.ec2.runInstances(scene.launchInput({ MinCount: 1, MaxCount: 3 }))).Instances?.length,
    expected: 3,
  }),
  refusedLaunch(
    "count.zero",
    "to launch none is refused",
    { MinCount: 0, MaxCount: 0 },
    { code: "InvalidParameterValue" },
  ),
  refusedLaunch(
    "count.reversed",
    "a maximum below the minimum is refused",
    { MinCount: 2, MaxCount: 1 },
    { code: "InvalidParameterCombination", source: codes },
  ),
  refusedLaunch("image.none", "a launch needs an image", { ImageId: undefined }, { code: "MissingParameter" }),
  refusedLaunch(
    "image.unknown",
    "an unknown image is refused",
    { ImageId: NOBODYS.image },
    { code: "InvalidAMIID.NotFound", source: codes },
  ),
  refusedLaunch(
    "image.malformed",
    "a malformed image id is refused",
    { ImageId: "linux" },
    { code: "InvalidAMIID.Malformed", source: codes },
  ),
  refusedLaunch(
    "type.unknown",
    "an unknown instance type is refused",
    { InstanceType: "t99.nano" as "t3.nano" },
    { code: "InvalidParameterValue", source: seen("moto-deviations.md §1.1") },
  ),
  refusedLaunch(
    "type.architecture",
    "an image of another architecture than the type's is refused",
    (scene) => ({ ImageId: scene.here.armImage }),
    { code: "InvalidParameterValue", source: guide("troubleshoot launch issues") },
  ),
  refusedLaunch(
    "key.unknown",
    "an unknown key pair is refused",
    { KeyName: "nobodys" },
    { code: "InvalidKeyPair.NotFound", source: codes },
  ),
  answers({
    id: "launches.key",
    title: "a key pair is shown by its name",
    source: runInstancesPage,
    call: async (scene) => (await scene.launched({ KeyName: scene.here.keyName })).KeyName === scene.here.keyName,
    expected: true,
  }),
  refusedLaunch(
    "subnet.unknown",
    "an unknown subnet is refused",
    { SubnetId: NOBODYS.subnet },
    { code: "InvalidSubnetID.NotFound", source: codes },
  ),
  refusedLaunch(
    "group.unknown",
    "an unknown security group is refused",
    { SecurityGroupIds: [NOBODYS.group] },
    { code: "InvalidGroup.NotFound", source: codes },
  ),
  refusedLaunch(
    "group.other-vpc",
    "a security group of another VPC than the subnet's is refused",
    (scene) => ({ SecurityGroupIds: [scene.here.foreignGroup] }),
    { code: "InvalidParameter", source: `${codes}; ${seen("QT-DevOps/DevOpsIssues#256")}` },
  ),
  refusedLaunch(
    "group.name-with-subnet",
    "a security group by name together with a subnet is refused",
    { SecurityGroups: ["default"] },
    { code: "InvalidParameterCombination", source: seen("aws-cli#2453") },
  ),
  answers({
    id: "launches.group.given",
    title: "an instance has the security groups that it was launched with",
    source: runInstancesPage,
    call: async (scene) => {
      const { SecurityGroups } = await scene.launched({ SecurityGroupIds: [scene.here.otherGroup] });
      return SecurityGroups?.map(({ GroupId }) => GroupId === scene.here.otherGroup);
    },
    expected: [true],
  }),
  answers({
    id: "launches.group.default",
    title: "without one it has the VPC's default security group",
    source: runInstancesPage,
    call: async (scene) => {
      const { SecurityGroups } = await scene.instance(await scene.running());
      return SecurityGroups?.map(({ GroupName }) => GroupName);
    },
    expected: ["default"],
  }),
  answers({
    id: "launches.private-ip",
    title: "a private address of the subnet can be asked for",
    source: runInstancesPage,
    call: async (scene) => (await scene.launched({ PrivateIpAddress: "10.0.1.77" })).PrivateIpAddress,
    expected: "10.0.1.77",
  }),
  refusedLaunch(
    "private-ip.outside",
    "a private address that is outside of the subnet is refused",
    { PrivateIpAddress: "10.0.2.7" },
    { code: "InvalidParameterValue" },
  ),
  refusedLaunch(
    "private-ip.reserved",
    "a reserved address is refused",
    { PrivateIpAddress: "10.0.1.3" },
    { code: "InvalidParameterValue", source: source.vpc("subnet sizing") },
  ),
  refusedLaunch(
    "private-ip.taken",
    "a private address that another interface has is refused",
    async (scene) => {
      await scene.eni({ PrivateIpAddress: "10.0.1.77" });
      return { PrivateIpAddress: "10.0.1.77" };
    },
    { code: "InvalidIPAddress.InUse", source: codes },
  ),
  refusedLaunch(
    "private-ip.two",
    "one private address for two instances is refused",
    { PrivateIpAddress: "10.0.1.77", MinCount: 2, MaxCount: 2 },
    { code: "InvalidParameterCombination" },
  ),
  refusedLaunch(
    "user-data.plain",
    "user data that is not base64 is refused",
    { UserData: "#!/bin/sh !" },
    { code: "InvalidUserData.Malformed", source: facts("2") },
  ),
  refusedLaunch(
    "user-data.long",
    "user data of more than 16 KB is refused",
    { UserData: Buffer.alloc(16_385, "a").toString("base64") },
    { code: "InvalidParameterValue", source: guide("user data") },
  ),
  answers({
    id: "launches.user-data",
    title: "user data comes back as it was given, in base64",
    source: guide("user data"),
    setUp: (scene) => scene.launch({ UserData: Buffer.from("#!/bin/sh\n").toString("base64") }),
    call: async (scene, id) => {
      const { UserData } = await scene.ec2.describeInstanceAttribute({ InstanceId: id, Attribute: "userData" });
      return Buffer.from(the(UserData?.Value), "base64").toString();
    },
    expected: "#!/bin/sh\n",
  }),
  refusedLaunch(
    "zone.unknown",
    "an unknown zone is refused",
    { SubnetId: undefined, Placement: { AvailabilityZone: "us-east-1q" } },
    { code: "InvalidParameterValue", source: seen("“Invalid availability zone” in many threads") },
  ),
  refusedLaunch(
    "zone.not-the-subnets",
    "another zone than the subnet's is refused",
    (scene) => ({ Placement: { AvailabilityZone: scene.here.zoneB } }),
    { code: "InvalidParameterCombination" },
  ),
  answers({
    id: "launches.zone.of-subnet",
    title: "an instance is in its subnet's zone",
    source: runInstancesPage,
    call: async (scene) =>
      (await scene.launched({ SubnetId: scene.here.subnetB })).Placement?.AvailabilityZone === scene.here.zoneB,
    expected: true,
  }),
  answers({
    id: "launches.no-subnet",
    title: "without a subnet it goes to the default VPC",
    source: runInstancesPage,
    call: async (scene) => (await scene.launched({ SubnetId: undefined })).VpcId === scene.here.defaultVpcId,
    expected: true,
  }),
  answers({
    id: "launches.zone.default-subnet",
    title: "with a zone alone it goes to that zone's default subnet",
    source: runInstancesPage,
    call: async (scene) => {
      const launch = { SubnetId: undefined, Placement: { AvailabilityZone: scene.here.zoneA } };
      return (await scene.launched(launch)).SubnetId === scene.here.defaultSubnet;
    },
    expected: true,
  }),
  refusedLaunch(
    "subnet.full",
    "a subnet without enough free addresses is refused",
    (scene) => ({ SubnetId: scene.here.tinySubnet, MinCount: 12, MaxCount: 12 }),
    { code: "InsufficientFreeAddressesInSubnet", source: codes },
  ),
  answers({
    id: "launches.tags",
    title: "tags go to the instance and to its volumes, each as specified",
    source: runInstancesPage,
    setUp: (scene) =>
      scene.running({
        TagSpecifications: [
          { ResourceType: "instance", Tags: [{ Key: "on", Value: "instance" }] },
          { ResourceType: "volume", Tags: [{ Key: "on", Value: "volume" }] },
        ],
      }),
    call: async (scene, id) => {
      const { Volumes = [] } = await scene.ec2.describeVolumes({ VolumeIds: [await scene.rootVolume(id)] });
      return [(await scene.instance(id)).Tags, Volumes[0]?.Tags];
    },
    expected: [[{ Key: "on", Value: "instance" }], [{ Key: "on", Value: "volume" }]],
  }),
  refusedLaunch(
    "tags.wrong-type",
    "tags for what a launch does not make are refused",
    { TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "a", Value: "1" }] }] },
    { code: "InvalidParameterValue" },
  ),
  refusedLaunch(
    "tags.no-spot-request",
    "tags for a spot request are refused when there is none",
    { TagSpecifications: [{ ResourceType: "spot-instances-request", Tags: [{ Key: "a", Value: "1" }] }] },
    { code: "InvalidParameterValue", source: facts("3") },
  ),
  answers({
    id: "launches.tags.interface",
    title: "tags can be given to the interface that the launch makes",
    source: facts("3"),
    setUp: (scene) =>
      scene.launched({ TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "a", Value: "1" }] }] }),
    call: async (scene, { NetworkInterfaces = [] }) =>
      (await scene.seenEni(the(NetworkInterfaces[0]?.NetworkInterfaceId))).TagSet,
    expected: [{ Key: "a", Value: "1" }],
  }),
  answers({
    id: "launches.own-interface.deleted",
    title: "the interface that a launch makes is deleted with the instance",
    source: guide("elastic network interfaces"),
    setUp: async (scene) => {
      const { InstanceId, NetworkInterfaces = [] } = await scene.launched();
      await scene.settle();
      await scene.end(the(InstanceId));
      return the(NetworkInterfaces[0]?.NetworkInterfaceId);
    },
    call: async (scene, eni) => {
      const Filters = [{ Name: "network-interface-id", Values: [eni] }];
      return (await scene.ec2.describeNetworkInterfaces({ Filters })).NetworkInterfaces?.length ?? 0;
    },
    expected: 0,
  }),
]);
