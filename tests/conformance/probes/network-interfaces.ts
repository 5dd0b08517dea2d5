import { answers, area, refuses, source } from "../probe";
import { the } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, seen, vpc } = source;
const create = api("CreateNetworkInterface");
const modify = api("ModifyNetworkInterfaceAttribute");

export const networkInterfaces = area("network interfaces", [
  answers({
    id: "eni.create",
    title: "a new interface is in its subnet, VPC and zone, with a MAC address",
    source: create,
    call: async (scene) => {
      const it = await scene.seenEni(await scene.eni());
      const { subnetA, vpcId, zoneA } = scene.here;
      return [
        /^eni-[0-9a-f]{17}$/.test(it.NetworkInterfaceId ?? ""),
        it.SubnetId === subnetA,
        it.VpcId === vpcId,
        it.AvailabilityZone === zoneA,
        /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(it.MacAddress ?? ""),
      ];
    },
    expected: [true, true, true, true, true],
  }),
  answers({
    id: "eni.create.pending",
    title: "the reply to the creation says pending, the next look available",
    source: facts("1"),
    call: async (scene) => {
      const { NetworkInterface } = await scene.ec2.createNetworkInterface({ SubnetId: scene.here.subnetA });
      await scene.settle();
      return [NetworkInterface?.Status, (await scene.seenEni(the(NetworkInterface?.NetworkInterfaceId))).Status];
    },
    expected: ["pending", "available"],
  }),
  answers({
    id: "eni.create.defaults",
    title: "unless told otherwise it has an empty description, the default group and the source/destination check",
    source: create,
    call: async (scene) => {
      const { Description, Groups, SourceDestCheck, InterfaceType, RequesterManaged } = await scene.seenEni(
        await scene.eni(),
      );
      return [Description, Groups?.map(({ GroupName }) => GroupName), SourceDestCheck, InterfaceType, RequesterManaged];
    },
    expected: ["", ["default"], true, "interface", false],
  }),
  answers({
    id: "eni.create.description",
    title: "a description is kept",
    source: create,
    call: async (scene) => (await scene.seenEni(await scene.eni({ Description: "a < b & c" }))).Description,
    expected: "a < b & c",
  }),
  answers({
    id: "eni.create.groups",
    title: "it has the groups that were given",
    source: create,
    call: async (scene) => {
      const { Groups } = await scene.seenEni(await scene.eni({ Groups: [scene.here.otherGroup] }));
      return Groups?.map(({ GroupId }) => GroupId === scene.here.otherGroup);
    },
    expected: [true],
  }),
  answers({
    id: "eni.create.tags",
    title: "tags are given with the creation",
    source: create,
    call: async (scene) => {
      const Tags = [{ Key: "a", Value: "1" }];
      const eni = await scene.eni({ TagSpecifications: [{ ResourceType: "network-interface", Tags }] });
      return (await scene.seenEni(eni)).TagSet;
    },
    expected: [{ Key: "a", Value: "1" }],
  }),
  answers({
    id: "eni.create.no-association",
    title: "an interface without a public address has no association",
    source: api("NetworkInterface"),
    call: async (scene) => {
      const it = await scene.seenEni(await scene.eni());
      return [it.Association ?? "none", it.PrivateIpAddresses?.[0]?.Association ?? "none"];
    },
    expected: ["none", "none"],
  }),
  answers({
    id: "eni.create.dns-name",
    title: "an interface's private DNS name is made of its address",
    source: vpc("DNS attributes"),
    call: async (scene) => (await scene.seenEni(await scene.eni({ PrivateIpAddress: "10.0.1.7" }))).PrivateDnsName,
    expected: "ip-10-0-1-7.ec2.internal",
  }),
  refuses({
    id: "eni.create.no-subnet",
    title: "an interface needs a subnet",
    source: create,
    call: (scene) => scene.ec2.createNetworkInterface({ SubnetId: undefined }),
    code: "MissingParameter",
  }),
  refuses({
    id: "eni.create.subnet.unknown",
    title: "an unknown subnet is refused",
    source: codes,
    call: (scene) => scene.eni({ SubnetId: NOBODYS.subnet }),
    code: "InvalidSubnetID.NotFound",
  }),
  refuses({
    id: "eni.create.group.unknown",
    title: "an unknown security group is refused",
    source: `${codes}; InvalidGroup.NotFound is answered too`,
    call: (scene) => scene.eni({ Groups: [NOBODYS.group] }),
    code: "InvalidGroup.NotFound",
  }),
  refuses({
    id: "eni.create.group.other-vpc",
    title: "a security group of another VPC is refused",
    source: seen("go-hsdp-api#43 (“You have specified two resources that belong to different networks”)"),
    call: (scene) => scene.eni({ Groups: [scene.here.foreignGroup] }),
    code: "InvalidGroup.NotFound",
  }),
  answers({
    id: "eni.delete",
    title: "a deleted interface is gone, and its address is free again",
    source: facts("1"),
    setUp: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.7" }),
    call: async (scene, eni) => {
      await scene.ec2.deleteNetworkInterface({ NetworkInterfaceId: eni });
      return (await scene.seenEni(await scene.eni({ PrivateIpAddress: "10.0.1.7" }))).PrivateIpAddress;
    },
    expected: "10.0.1.7",
  }),
  refuses({
    id: "eni.delete.attached",
    title: "an interface that is attached cannot be deleted",
    source: codes,
    setUp: (scene) => scene.held(),
    call: (scene, { eni }) => scene.ec2.deleteNetworkInterface({ NetworkInterfaceId: eni }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "eni.delete.twice",
    title: "a deleted interface is unknown",
    source: codes,
    setUp: async (scene) => {
      const eni = await scene.eni();
      await scene.ec2.deleteNetworkInterface({ NetworkInterfaceId: eni });
      return eni;
    },
    call: (scene, eni) => scene.ec2.deleteNetworkInterface({ NetworkInterfaceId: eni }),
    code: "InvalidNetworkInterfaceID.NotFound",
  }),
  answers({
    id: "eni.modify.description",
    title: "the description can be changed",
    source: modify,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await scene.ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: eni, Description: { Value: "db" } });
      return (await scene.seenEni(eni)).Description;
    },
    expected: "db",
  }),
  answers({
    id: "eni.modify.groups",
    title: "the groups can be changed while an instance holds it, which then shows them",
    source: modify,
    setUp: (scene) => scene.held(),
    call: async (scene, { eni, instance }) => {
      await scene.ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: eni, Groups: [scene.here.otherGroup] });
      const { SecurityGroups = [] } = await scene.instance(instance);
      return SecurityGroups.map(({ GroupId }) => GroupId === scene.here.otherGroup);
    },
    expected: [true],
  }),
  answers({
    id: "eni.modify.source-dest-check",
    title: "the source/destination check can be switched off",
    source: modify,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await scene.ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: eni, SourceDestCheck: { Value: false } });
      return (await scene.seenEni(eni)).SourceDestCheck;
    },
    expected: false,
  }),
  refuses({
    id: "eni.modify.two",
    title: "two attributes in one call are refused",
    source: modify,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) =>
      scene.ec2.modifyNetworkInterfaceAttribute({
        NetworkInterfaceId: eni,
        Description: { Value: "db" },
        SourceDestCheck: { Value: false },
      }),
    code: "InvalidParameterCombination",
  }),
  refuses({
    id: "eni.modify.group.unknown",
    title: "an unknown group is refused",
    source: codes,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) =>
      scene.ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: eni, Groups: [NOBODYS.group] }),
    code: "InvalidGroup.NotFound",
  }),
  answers({
    id: "eni.modify.delete-on-termination",
    title: "an interface that is told to go with its instance is deleted with it",
    source: facts("1"),
    setUp: (scene) => scene.held(),
    call: async (scene, { eni, instance }) => {
      const AttachmentId = the((await scene.seenEni(eni)).Attachment?.AttachmentId);
      const Attachment = { AttachmentId, DeleteOnTermination: true };
      await scene.ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: eni, Attachment });
      await scene.end(instance);
      const Filters = [{ Name: "network-interface-id", Values: [eni] }];
      return (await scene.ec2.describeNetworkInterfaces({ Filters })).NetworkInterfaces?.length ?? 0;
    },
    expected: 0,
  }),
  refuses({
    id: "eni.modify.attachment.unknown",
    title: "an attachment that is not the interface's is refused",
    source: codes,
    setUp: (scene) => scene.held(),
    call: (scene, { eni }) =>
      scene.ec2.modifyNetworkInterfaceAttribute({
        NetworkInterfaceId: eni,
        Attachment: { AttachmentId: NOBODYS.attachment, DeleteOnTermination: true },
      }),
    code: "InvalidAttachmentID.NotFound",
  }),
  answers({
    id: "eni.describe-attribute",
    title: "one attribute of an interface can be described",
    source: api("DescribeNetworkInterfaceAttribute"),
    setUp: (scene) => scene.eni({ Description: "web" }),
    call: async (scene, eni) => {
      const input = { NetworkInterfaceId: eni, Attribute: "description" as const };
      return (await scene.ec2.describeNetworkInterfaceAttribute(input)).Description?.Value;
    },
    expected: "web",
  }),
]);
