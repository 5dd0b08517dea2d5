import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";

import { answers, area, refuses, source } from "../probe";
import { on, the, type Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, guide, seen } = source;
const run = api("RunInstances");

type Launch = Partial<RunInstancesCommandInput>;
type Wanted = Launch | ((scene: Scene) => Launch | Promise<Launch>);

/** A launch that is refused, whatever else is there. */
function refusedLaunch(
  id: string,
  title: string,
  wanted: Wanted,
  why: { code: string; source?: string; status?: number },
) {
  return refuses({
    id: `launches.${id}`,
    title,
    source: why.source ?? run,
    setUp: async (scene) => (typeof wanted === "function" ? await wanted(scene) : wanted),
    call: (scene, launch) => scene.launch(launch),
    code: why.code,
    status: why.status,
  });
}

const PASSED = "A passed interface brings its own";

export const launches = area("launch parameters", [
  answers({
    id: "launches.reply",
    title: "a launch is answered at once with an instance that is pending",
    source: run,
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
    source: run,
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
    source: run,
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
    source: run,
    call: async (scene) => {
      const { SecurityGroups } = await scene.launched({ SecurityGroupIds: [scene.here.otherGroup] });
      return SecurityGroups?.map(({ GroupId }) => GroupId === scene.here.otherGroup);
    },
    expected: [true],
  }),
  answers({
    id: "launches.group.default",
    title: "without one it has the VPC's default security group",
    source: run,
    call: async (scene) => {
      const { SecurityGroups } = await scene.instance(await scene.running());
      return SecurityGroups?.map(({ GroupName }) => GroupName);
    },
    expected: ["default"],
  }),
  answers({
    id: "launches.private-ip",
    title: "a private address of the subnet can be asked for",
    source: run,
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
    source: run,
    call: async (scene) =>
      (await scene.launched({ SubnetId: scene.here.subnetB })).Placement?.AvailabilityZone === scene.here.zoneB,
    expected: true,
  }),
  answers({
    id: "launches.no-subnet",
    title: "without a subnet it goes to the default VPC",
    source: run,
    call: async (scene) => (await scene.launched({ SubnetId: undefined })).VpcId === scene.here.defaultVpcId,
    expected: true,
  }),
  answers({
    id: "launches.zone.default-subnet",
    title: "with a zone alone it goes to that zone's default subnet",
    source: run,
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
    source: run,
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
  answers({
    id: "launches.on-interface",
    title: "a launch on an interface takes over its address, groups, subnet and zone",
    source: facts("1"),
    setUp: (scene) =>
      scene.eni({ SubnetId: scene.here.subnetB, Groups: [scene.here.otherGroup], PrivateIpAddress: "10.0.2.9" }),
    call: async (scene, eni) => {
      const it = await scene.instance(await scene.running(on(eni)));
      return [
        it.PrivateIpAddress,
        it.SubnetId === scene.here.subnetB,
        it.Placement?.AvailabilityZone === scene.here.zoneB,
        it.SecurityGroups?.map(({ GroupId }) => GroupId === scene.here.otherGroup),
      ];
    },
    expected: ["10.0.2.9", true, true, [true]],
  }),
  refusedLaunch("on-interface.unknown", "an unknown interface is refused", on(NOBODYS.networkInterface), {
    code: "InvalidNetworkInterfaceID.NotFound",
    source: codes,
  }),
  refusedLaunch(
    "on-interface.in-use",
    "an interface that another instance holds is refused",
    async (scene) => on((await scene.held()).eni),
    { code: "InvalidNetworkInterface.InUse", source: facts("3") },
  ),
  refusedLaunch(
    "on-interface.held-by-stopped",
    "an interface that a stopped instance holds is refused",
    async (scene) => {
      const { eni, instance } = await scene.held();
      await scene.ec2.stopInstances({ InstanceIds: [instance] });
      await scene.settle();
      return on(eni);
    },
    { code: "InvalidNetworkInterface.InUse", source: facts("3") },
  ),
  refusedLaunch(
    "on-interface.delete-on-termination",
    `${PASSED} deletion: to be deleted on termination is refused`,
    async (scene) => ({
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: await scene.eni(), DeleteOnTermination: true }],
    }),
    { code: "InvalidParameterCombination", source: seen("hashicorp/terraform#12933") },
  ),
  answers({
    id: "launches.on-interface.kept",
    title: "a passed interface is not deleted on termination",
    source: facts("1"),
    setUp: (scene) => scene.held(),
    call: async (scene, { eni }) => (await scene.seenEni(eni)).Attachment?.DeleteOnTermination,
    expected: false,
  }),
  refusedLaunch(
    "on-interface.subnet",
    `${PASSED} subnet: one more is refused`,
    async (scene) => ({ ...on(await scene.eni()), SubnetId: scene.here.subnetA }),
    { code: "InvalidParameterCombination", source: facts("1") },
  ),
  refusedLaunch(
    "on-interface.groups",
    `${PASSED} groups: instance-level ones are refused`,
    async (scene) => ({ ...on(await scene.eni()), SecurityGroupIds: [scene.here.group] }),
    { code: "InvalidParameterCombination", source: facts("1") },
  ),
  refusedLaunch(
    "on-interface.private-ip",
    `${PASSED} address: an instance-level one is refused`,
    async (scene) => ({ ...on(await scene.eni()), PrivateIpAddress: "10.0.1.9" }),
    { code: "InvalidParameterCombination", source: facts("1") },
  ),
  ...(
    [
      ["own-subnet", "subnet", (scene: Scene) => ({ SubnetId: scene.here.subnetA })],
      ["own-groups", "groups", (scene: Scene) => ({ Groups: [scene.here.group] })],
      ["own-private-ip", "address", () => ({ PrivateIpAddress: "10.0.1.9" })],
      ["own-description", "description", () => ({ Description: "web" })],
      ["own-public-ip", "public address setting", () => ({ AssociatePublicIpAddress: true })],
    ] as const
  ).map(([id, what, more]) =>
    refusedLaunch(
      `on-interface.${id}`,
      `${PASSED} ${what}: another one in the same specification is refused`,
      async (scene) => ({
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: await scene.eni(), ...more(scene) }],
      }),
      { code: "InvalidParameterCombination", source: api("InstanceNetworkInterfaceSpecification") },
    ),
  ),
  refusedLaunch(
    "on-interface.two-instances",
    "two instances on one interface are refused",
    async (scene) => ({ ...on(await scene.eni()), MinCount: 2, MaxCount: 2 }),
    { code: "InvalidParameterCombination" },
  ),
  refusedLaunch(
    "on-interface.zone",
    "a zone other than the interface's is refused",
    async (scene) => ({ ...on(await scene.eni()), Placement: { AvailabilityZone: scene.here.zoneB } }),
    { code: "InvalidParameterCombination", source: facts("1") },
  ),
  refusedLaunch(
    "on-interface.tags",
    "tags for interfaces are refused when the launch makes none",
    async (scene) => ({
      ...on(await scene.eni()),
      TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "a", Value: "1" }] }],
    }),
    { code: "InvalidParameterValue", source: facts("1") },
  ),
  refusedLaunch(
    "interfaces.no-primary",
    "interfaces without one at index 0 are refused",
    (scene) => ({ NetworkInterfaces: [{ DeviceIndex: 1, SubnetId: scene.here.subnetA }] }),
    { code: "InvalidParameterValue", source: api("InstanceNetworkInterfaceSpecification") },
  ),
  refusedLaunch(
    "interfaces.same-index",
    "two interfaces at one index are refused",
    (scene) => ({ NetworkInterfaces: [0, 0].map((DeviceIndex) => ({ DeviceIndex, SubnetId: scene.here.subnetA })) }),
    { code: "InvalidParameterCombination", source: api("InstanceNetworkInterfaceSpecification") },
  ),
  refusedLaunch(
    "interfaces.zones",
    "interfaces of two zones are refused",
    async (scene) => ({
      NetworkInterfaces: [
        { DeviceIndex: 0, NetworkInterfaceId: await scene.eni() },
        { DeviceIndex: 1, NetworkInterfaceId: await scene.eni({ SubnetId: scene.here.subnetB }) },
      ],
    }),
    { code: "InvalidParameterCombination", source: facts("1") },
  ),
  refusedLaunch(
    "interfaces.too-many",
    "more interfaces than the type takes are refused (t3.micro: two)",
    (scene) => ({ NetworkInterfaces: [0, 1, 2].map((DeviceIndex) => ({ DeviceIndex, SubnetId: scene.here.subnetA })) }),
    { code: "AttachmentLimitExceeded", source: codes },
  ),
  refusedLaunch(
    "interfaces.too-many-addresses",
    "an interface with more addresses than the type takes is refused (t3.micro: two)",
    async (scene) => on(await scene.eni({ SecondaryPrivateIpAddressCount: 2 })),
    { code: "InvalidInterface.IpAddressLimitExceeded", source: codes },
  ),
  refusedLaunch(
    "interfaces.public-ip-of-two",
    "a public address for a launch with two interfaces is refused",
    (scene) => ({
      NetworkInterfaces: [0, 1].map((DeviceIndex) => ({
        DeviceIndex,
        SubnetId: scene.here.subnetA,
        AssociatePublicIpAddress: DeviceIndex === 0,
      })),
    }),
    { code: "InvalidParameterCombination", source: facts("1") },
  ),
  answers({
    id: "launches.interfaces.two",
    title: "a launch can make two interfaces, each at its index",
    source: run,
    call: async (scene) => {
      const NetworkInterfaces = [0, 1].map((DeviceIndex) => ({ DeviceIndex, SubnetId: scene.here.subnetA }));
      const { NetworkInterfaces: made = [] } = await scene.launched({ NetworkInterfaces });
      return made.map(({ Attachment }) => Attachment?.DeviceIndex);
    },
    expected: [0, 1],
  }),
  answers({
    id: "launches.interface.delete-on-termination",
    title: "an interface that is made by a specification is kept if that says so",
    source: api("InstanceNetworkInterfaceSpecification"),
    setUp: async (scene) => {
      const { InstanceId, NetworkInterfaces = [] } = await scene.launched({
        NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: scene.here.subnetA, DeleteOnTermination: false }],
      });
      await scene.settle();
      await scene.end(the(InstanceId));
      return the(NetworkInterfaces[0]?.NetworkInterfaceId);
    },
    call: async (scene, eni) => (await scene.seenEni(eni)).Status,
    expected: "available",
  }),
  refusedLaunch(
    "profile.unknown",
    "an unknown instance profile is refused",
    { IamInstanceProfile: { Name: "nobodys" } },
    { code: "InvalidParameterValue", source: facts("2") },
  ),
  refusedLaunch(
    "profile.both",
    "an instance profile by name and ARN at once is refused",
    (scene) => ({ IamInstanceProfile: { Name: scene.here.profile, Arn: scene.here.profileArn } }),
    { code: "InvalidParameterCombination" },
  ),
  answers({
    id: "launches.profile",
    title: "an instance profile is shown by its ARN",
    source: run,
    call: async (scene) => {
      const { IamInstanceProfile } = await scene.launched({ IamInstanceProfile: { Name: scene.here.profile } });
      return IamInstanceProfile?.Arn === scene.here.profileArn;
    },
    expected: true,
  }),
  refusedLaunch(
    "device.type",
    "an unknown volume type is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeType: "gp99" as "gp3" } }] },
    { code: "InvalidParameterValue" },
  ),
  refusedLaunch(
    "device.small",
    "a root volume that is smaller than its snapshot is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 1 } }] },
    { code: "InvalidBlockDeviceMapping", source: codes },
  ),
  refusedLaunch(
    "device.no-size",
    "a further volume without a size is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeType: "gp3" } }] },
    { code: "MissingParameter" },
  ),
  refusedLaunch(
    "device.iops",
    "an io2 volume without its IOPS is refused",
    { BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeType: "io2", VolumeSize: 8 } }] },
    { code: "MissingParameter", source: api("EbsBlockDevice") },
  ),
  answers({
    id: "launches.device.size",
    title: "the root volume can be larger than the image's",
    source: api("EbsBlockDevice"),
    setUp: (scene) =>
      scene.running({ BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 30, VolumeType: "gp3" } }] }),
    call: async (scene, id) => {
      const { Volumes = [] } = await scene.ec2.describeVolumes({ VolumeIds: [await scene.rootVolume(id)] });
      return [Volumes[0]?.Size, Volumes[0]?.VolumeType];
    },
    expected: [30, "gp3"],
  }),
  answers({
    id: "launches.device.second",
    title: "a launch can bring a second volume",
    source: api("BlockDeviceMapping"),
    setUp: (scene) => scene.running({ BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeSize: 5 } }] }),
    call: async (scene, id) => {
      const { BlockDeviceMappings = [] } = await scene.instance(id);
      return BlockDeviceMappings.map(({ DeviceName }) => DeviceName).sort();
    },
    expected: ["/dev/sdf", "/dev/xvda"],
  }),
  refusedLaunch(
    "placement-group.unknown",
    "an unknown placement group is refused",
    { Placement: { GroupName: "nobodys" } },
    { code: "InvalidPlacementGroup.Unknown", source: codes },
  ),
  refusedLaunch(
    "credits.unknown",
    "an unknown credit option is refused",
    { CreditSpecification: { CpuCredits: "lots" } },
    { code: "InvalidCpuCredits", source: codes },
  ),
  answers({
    id: "launches.cpu-options",
    title: "cores and threads are as asked for",
    source: api("CpuOptionsRequest"),
    call: async (scene) => {
      const { CpuOptions } = await scene.launched({
        InstanceType: "m5.large",
        CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
      });
      return [CpuOptions?.CoreCount, CpuOptions?.ThreadsPerCore];
    },
    expected: [1, 1],
  }),
  answers({
    id: "launches.monitoring",
    title: "detailed monitoring is off unless asked for",
    source: run,
    call: async (scene) => (await scene.instance(await scene.running())).Monitoring?.State,
    expected: "disabled",
  }),
  answers({
    id: "launches.monitoring.on",
    title: "detailed monitoring can be asked for",
    source: run,
    call: async (scene) =>
      (await scene.instance(await scene.running({ Monitoring: { Enabled: true } }))).Monitoring?.State,
    expected: "enabled",
  }),
]);

const attributes = api("ModifyInstanceAttribute");

export const instanceAttributes = area("instance attributes", [
  answers({
    id: "attributes.type",
    title: "the type of a stopped instance can be changed",
    source: attributes,
    setUp: (scene) => scene.stopped(),
    call: async (scene, id) => {
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t3.small" } });
      return (await scene.instance(id)).InstanceType;
    },
    expected: "t3.small",
  }),
  refuses({
    id: "attributes.type.running",
    title: "the type of a running instance cannot be changed",
    source: codes,
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t3.small" } }),
    code: "IncorrectInstanceState",
  }),
  refuses({
    id: "attributes.type.unknown",
    title: "an unknown type is refused",
    source: codes,
    setUp: (scene) => scene.stopped(),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t99.nano" } }),
    code: "InvalidInstanceAttributeValue",
  }),
  refuses({
    id: "attributes.user-data.running",
    title: "the user data of a running instance cannot be changed",
    source: codes,
    setUp: (scene) => scene.running(),
    call: (scene, id) =>
      scene.ec2.modifyInstanceAttribute({ InstanceId: id, UserData: { Value: Buffer.from("aGk=") } }),
    code: "IncorrectInstanceState",
  }),
  refuses({
    id: "attributes.ebs-optimized.running",
    title: "EBS optimization of a running instance cannot be changed",
    source: attributes,
    setUp: (scene) => scene.running({ InstanceType: "m5.large" }),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id, EbsOptimized: { Value: true } }),
    code: "IncorrectInstanceState",
  }),
  answers({
    id: "attributes.shutdown-behavior",
    title: "what a shutdown from within does can be changed, and is shown; it stops unless told",
    source: attributes,
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const Attribute = "instanceInitiatedShutdownBehavior";
      const read = async () =>
        (await scene.ec2.describeInstanceAttribute({ InstanceId: id, Attribute })).InstanceInitiatedShutdownBehavior
          ?.Value;
      const before = await read();
      await scene.ec2.modifyInstanceAttribute({
        InstanceId: id,
        InstanceInitiatedShutdownBehavior: { Value: "terminate" },
      });
      return [before, await read()];
    },
    expected: ["stop", "terminate"],
  }),
  answers({
    id: "attributes.groups",
    title: "the security groups of a running instance can be changed",
    source: attributes,
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, Groups: [scene.here.otherGroup] });
      const { SecurityGroups = [] } = await scene.instance(id);
      return SecurityGroups.map(({ GroupId }) => GroupId === scene.here.otherGroup);
    },
    expected: [true],
  }),
  answers({
    id: "attributes.source-dest-check",
    title: "the source/destination check of an instance is that of its one interface",
    source: attributes,
    setUp: (scene) => scene.held(),
    call: async (scene, { instance, eni }) => {
      await scene.ec2.modifyInstanceAttribute({ InstanceId: instance, SourceDestCheck: { Value: false } });
      return [(await scene.instance(instance)).SourceDestCheck, (await scene.seenEni(eni)).SourceDestCheck];
    },
    expected: [false, false],
  }),
  refuses({
    id: "attributes.source-dest-check.two",
    title: "with two interfaces the instance's source/destination check cannot be changed",
    source: `${codes}; ${seen("terraform#19959")}`,
    setUp: (scene) => scene.secondary(),
    call: (scene, { instance }) =>
      scene.ec2.modifyInstanceAttribute({ InstanceId: instance, SourceDestCheck: { Value: false } }),
    code: "InvalidInstanceID",
  }),
  answers({
    id: "attributes.delete-on-termination",
    title: "whether a volume goes with its instance can be changed",
    source: attributes,
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const volume = await scene.rootVolume(id);
      const BlockDeviceMappings = [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }];
      await scene.ec2.modifyInstanceAttribute({ InstanceId: id, BlockDeviceMappings });
      await scene.end(id);
      return (await scene.ec2.describeVolumes({ VolumeIds: [volume] })).Volumes?.[0]?.State;
    },
    expected: "available",
  }),
  refuses({
    id: "attributes.two",
    title: "two attributes in one call are refused",
    source: seen("“Fields for multiple attribute types specified”"),
    setUp: (scene) => scene.running(),
    call: (scene, id) =>
      scene.ec2.modifyInstanceAttribute({
        InstanceId: id,
        DisableApiTermination: { Value: true },
        SourceDestCheck: { Value: false },
      }),
    code: "InvalidParameterCombination",
  }),
  refuses({
    id: "attributes.none",
    title: "no attribute at all is refused",
    source: seen("“No attributes specified”"),
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.modifyInstanceAttribute({ InstanceId: id }),
    code: "InvalidParameterCombination",
  }),
  ...(
    [
      ["instanceType", { InstanceType: { Value: "t3.micro" } }],
      ["disableApiTermination", { DisableApiTermination: { Value: false } }],
      ["disableApiStop", { DisableApiStop: { Value: false } }],
      ["ebsOptimized", { EbsOptimized: { Value: false } }],
      ["sourceDestCheck", { SourceDestCheck: { Value: true } }],
      ["rootDeviceName", { RootDeviceName: { Value: "/dev/xvda" } }],
    ] as const
  ).map(([Attribute, expected]) =>
    answers({
      id: `attributes.describe.${Attribute}`,
      title: `${Attribute} can be described, and is alone in the answer`,
      source: api("DescribeInstanceAttribute"),
      setUp: (scene) => scene.running(),
      call: async (scene, id) => {
        const reply = await scene.ec2.describeInstanceAttribute({ InstanceId: id, Attribute });
        const others = ["$metadata", "InstanceId"];
        const given = Object.entries(reply).filter(([name, value]) => !others.includes(name) && !isEmpty(value));
        return Object.fromEntries(given);
      },
      expected,
    }),
  ),
]);

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
