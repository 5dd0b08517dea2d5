import { answers, area, refuses, source } from "../probe";
import { on, the, type Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, guide, seen, vpc } = source;
const create = api("CreateNetworkInterface");
const modify = api("ModifyNetworkInterfaceAttribute");
const enis = guide("elastic network interfaces");

const allAddresses = async (scene: Scene, eni: string): Promise<string[]> =>
  ((await scene.seenEni(eni)).PrivateIpAddresses ?? []).map(({ PrivateIpAddress = "" }) => PrivateIpAddress);

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

const attach = api("AttachNetworkInterface");

export const attachments = area("attachments", [
  answers({
    id: "attachments.primary",
    title: "the primary interface is attached at index 0, by the launch",
    source: enis,
    setUp: (scene) => scene.held(),
    call: async (scene, { eni, instance }) => {
      const { Status, Attachment } = await scene.seenEni(eni);
      return [Status, Attachment?.Status, Attachment?.DeviceIndex, Attachment?.InstanceId === instance];
    },
    expected: ["in-use", "attached", 0, true],
  }),
  answers({
    id: "attachments.hot",
    title: "an interface can be attached to a running instance",
    source: enis,
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, instance }) => {
      const { Status, Attachment } = await scene.seenEni(eni);
      return [Status, Attachment?.Status, Attachment?.DeviceIndex, Attachment?.InstanceId === instance];
    },
    expected: ["in-use", "attached", 1, true],
  }),
  answers({
    id: "attachments.attaching",
    title: "at first the attachment says attaching",
    source: api("NetworkInterfaceAttachment"),
    setUp: async (scene) => ({ instance: await scene.running(), eni: await scene.eni() }),
    call: async (scene, { eni, instance }) => {
      await scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 });
      return (await scene.seenEni(eni)).Attachment?.Status;
    },
    expected: "attaching",
  }),
  answers({
    id: "attachments.warm",
    title: "an interface can be attached to a stopped instance",
    source: enis,
    setUp: async (scene) => ({ instance: await scene.stopped(), eni: await scene.eni() }),
    call: async (scene, { eni, instance }) => {
      await scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 });
      await scene.settle();
      return (await scene.instance(instance)).NetworkInterfaces?.length;
    },
    expected: 2,
  }),
  answers({
    id: "attachments.hot.kept",
    title: "a hot-attached interface is kept when the instance ends",
    source: facts("1"),
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, instance }) => {
      const { Attachment } = await scene.seenEni(eni);
      await scene.end(instance);
      return [Attachment?.DeleteOnTermination, (await scene.seenEni(eni)).Status];
    },
    expected: [false, "available"],
  }),
  refuses({
    id: "attachments.in-use",
    title: "an interface that is attached cannot be attached again",
    source: codes,
    setUp: async (scene) => ({ held: await scene.held(), other: await scene.running() }),
    call: (scene, { held, other }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: other, NetworkInterfaceId: held.eni, DeviceIndex: 1 }),
    code: "InvalidNetworkInterface.InUse",
  }),
  refuses({
    id: "attachments.index-taken",
    title: "an index that is taken is refused",
    source: seen("“already has an interface attached at device index” in many threads"),
    setUp: async (scene) => ({ instance: await scene.running(), eni: await scene.eni() }),
    call: (scene, { eni, instance }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 0 }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "attachments.zone",
    title: "an interface of another zone is refused",
    source: facts("1"),
    setUp: async (scene) => ({
      instance: await scene.running(),
      eni: await scene.eni({ SubnetId: scene.here.subnetB }),
    }),
    call: (scene, { eni, instance }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 }),
    code: "InvalidParameterCombination",
  }),
  answers({
    id: "attachments.other-subnet",
    title: "an interface of another subnet of the same zone can be attached",
    source: facts("1"),
    setUp: async (scene) => ({
      instance: await scene.running(),
      eni: await scene.eni({ SubnetId: scene.here.tinySubnet }),
    }),
    call: async (scene, { eni, instance }) => {
      await scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 });
      await scene.settle();
      return (await scene.seenEni(eni)).Status;
    },
    expected: "in-use",
  }),
  refuses({
    id: "attachments.limit",
    title: "more interfaces than the type takes are refused (t3.micro: two)",
    source: codes,
    setUp: async (scene) => ({ ...(await scene.secondary()), third: await scene.eni() }),
    call: (scene, { instance, third }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: third, DeviceIndex: 2 }),
    code: "AttachmentLimitExceeded",
  }),
  refuses({
    id: "attachments.instance.terminated",
    title: "nothing can be attached to a terminated instance",
    source: attach,
    setUp: async (scene) => ({ instance: await scene.terminated(), eni: await scene.eni() }),
    call: (scene, { eni, instance }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 }),
    code: "IncorrectInstanceState",
  }),
  answers({
    id: "attachments.detach",
    title: "a secondary interface can be detached, and is available afterwards",
    source: enis,
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, attachment, instance }) => {
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment });
      await scene.settle();
      return [(await scene.seenEni(eni)).Status, (await scene.instance(instance)).NetworkInterfaces?.length];
    },
    expected: ["available", 1],
  }),
  answers({
    id: "attachments.detaching",
    title: "meanwhile the attachment says detaching, and the interface is in use",
    source: api("NetworkInterfaceAttachment"),
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, attachment }) => {
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment });
      const { Status, Attachment } = await scene.seenEni(eni);
      return [Status, Attachment?.Status];
    },
    expected: ["in-use", "detaching"],
  }),
  answers({
    id: "attachments.detach.force",
    title: "a secondary interface can be detached by force",
    source: api("DetachNetworkInterface"),
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, attachment }) => {
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment, Force: true });
      await scene.settle();
      return (await scene.seenEni(eni)).Status;
    },
    expected: "available",
  }),
  ...[false, true].map((Force) =>
    refuses({
      id: `attachments.detach.primary${Force ? ".force" : ""}`,
      title: `the primary interface cannot be detached${Force ? ", not even by force" : ""}`,
      source: `${codes}; ${enis}`,
      setUp: async (scene) => the((await scene.seenEni((await scene.held()).eni)).Attachment?.AttachmentId),
      call: (scene, AttachmentId) => scene.ec2.detachNetworkInterface({ AttachmentId, Force }),
      code: "OperationNotPermitted",
    }),
  ),
  answers({
    id: "attachments.moved",
    title: "a detached interface takes its address to the next instance",
    source: enis,
    setUp: async (scene) => ({ ...(await scene.secondary()), other: await scene.running() }),
    call: async (scene, { eni, attachment, other }) => {
      const before = await scene.seenEni(eni);
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment });
      await scene.settle();
      await scene.ec2.attachNetworkInterface({ InstanceId: other, NetworkInterfaceId: eni, DeviceIndex: 1 });
      await scene.settle();
      const { NetworkInterfaces = [] } = await scene.instance(other);
      return NetworkInterfaces.some(({ PrivateIpAddress }) => PrivateIpAddress === before.PrivateIpAddress);
    },
    expected: true,
  }),
]);

const assign = api("AssignPrivateIpAddresses");

export const privateAddresses = area("private addresses", [
  answers({
    id: "private-ips.given",
    title: "an address of the subnet can be asked for",
    source: create,
    call: async (scene) => (await scene.seenEni(await scene.eni({ PrivateIpAddress: "10.0.1.7" }))).PrivateIpAddress,
    expected: "10.0.1.7",
  }),
  answers({
    id: "private-ips.picked",
    title: "otherwise EC2 picks free ones of the subnet: never a reserved one, never one twice",
    source: vpc("subnet sizing"),
    call: async (scene) => {
      const taken: string[] = [];
      for (let made = 0; made < 11; made += 1) {
        taken.push(the((await scene.seenEni(await scene.eni({ SubnetId: scene.here.tinySubnet }))).PrivateIpAddress));
      }
      return taken.sort((a, b) => Number(a.split(".")[3]) - Number(b.split(".")[3]));
    },
    expected: Array.from({ length: 11 }, (_, index) => `10.0.9.${index + 4}`),
  }),
  refuses({
    id: "private-ips.full",
    title: "a full subnet has no address for one more interface",
    source: codes,
    setUp: (scene) => scene.eni({ SubnetId: scene.here.tinySubnet, SecondaryPrivateIpAddressCount: 10 }),
    call: (scene) => scene.eni({ SubnetId: scene.here.tinySubnet }),
    code: "InsufficientFreeAddressesInSubnet",
  }),
  answers({
    id: "private-ips.free-count",
    title: "a subnet counts its free addresses: five are reserved, and each interface takes its own",
    source: api("Subnet"),
    setUp: async (scene) => {
      await scene.eni({ SubnetId: scene.here.tinySubnet, SecondaryPrivateIpAddressCount: 1 });
    },
    call: async (scene) =>
      (await scene.ec2.describeSubnets({ SubnetIds: [scene.here.tinySubnet] })).Subnets?.[0]?.AvailableIpAddressCount,
    expected: 9,
  }),
  refuses({
    id: "private-ips.taken",
    title: "an address that another interface has is refused",
    source: codes,
    setUp: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.7" }),
    call: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.7" }),
    code: "InvalidIPAddress.InUse",
  }),
  ...(
    [
      ["network", "10.0.1.0", "the subnet's own address"],
      ["router", "10.0.1.1", "the router's address"],
      ["dns", "10.0.1.2", "the DNS server's address"],
      ["future", "10.0.1.3", "the address kept for future use"],
      ["broadcast", "10.0.1.255", "the broadcast address"],
    ] as const
  ).map(([id, PrivateIpAddress, what]) =>
    refuses({
      id: `private-ips.reserved.${id}`,
      title: `${what} is reserved`,
      source: vpc("subnet sizing"),
      call: (scene) => scene.eni({ PrivateIpAddress }),
      code: "InvalidParameterValue",
    }),
  ),
  refuses({
    id: "private-ips.outside",
    title: "an address outside of the subnet is refused",
    source: create,
    call: (scene) => scene.eni({ PrivateIpAddress: "10.0.2.7" }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "private-ips.nonsense",
    title: "what is no address is refused",
    source: create,
    call: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.999" }),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "private-ips.secondary.given",
    title: "secondary addresses can be asked for, beside the primary one",
    source: create,
    call: async (scene) => {
      const eni = await scene.eni({
        PrivateIpAddresses: [
          { PrivateIpAddress: "10.0.1.20", Primary: true },
          { PrivateIpAddress: "10.0.1.21", Primary: false },
        ],
      });
      const { PrivateIpAddress, PrivateIpAddresses } = await scene.seenEni(eni);
      return [PrivateIpAddress, PrivateIpAddresses?.map((it) => [it.PrivateIpAddress, it.Primary])];
    },
    expected: [
      "10.0.1.20",
      [
        ["10.0.1.20", true],
        ["10.0.1.21", false],
      ],
    ],
  }),
  answers({
    id: "private-ips.secondary.count",
    title: "secondary addresses can be asked for by number",
    source: create,
    call: async (scene) => (await allAddresses(scene, await scene.eni({ SecondaryPrivateIpAddressCount: 3 }))).length,
    expected: 4,
  }),
  refuses({
    id: "private-ips.secondary.both",
    title: "secondary addresses and their number at once are refused",
    source: create,
    call: (scene) =>
      scene.eni({ PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.21" }], SecondaryPrivateIpAddressCount: 1 }),
    code: "InvalidParameterCombination",
  }),
  answers({
    id: "private-ips.assign.given",
    title: "a secondary address can be assigned to an interface",
    source: assign,
    setUp: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.20" }),
    call: async (scene, eni) => {
      await scene.ec2.assignPrivateIpAddresses({ NetworkInterfaceId: eni, PrivateIpAddresses: ["10.0.1.21"] });
      await scene.settle();
      return allAddresses(scene, eni);
    },
    expected: ["10.0.1.20", "10.0.1.21"],
  }),
  answers({
    id: "private-ips.assign.count",
    title: "secondary addresses can be assigned by number, and the reply says which",
    source: assign,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      const { AssignedPrivateIpAddresses = [] } = await scene.ec2.assignPrivateIpAddresses({
        NetworkInterfaceId: eni,
        SecondaryPrivateIpAddressCount: 2,
      });
      await scene.settle();
      const all = await allAddresses(scene, eni);
      return AssignedPrivateIpAddresses.map(({ PrivateIpAddress = "" }) => all.includes(PrivateIpAddress));
    },
    expected: [true, true],
  }),
  refuses({
    id: "private-ips.assign.taken",
    title: "an address that another interface has is not assigned without reassignment",
    source: assign,
    setUp: async (scene) => {
      await scene.eni({
        PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.20", Primary: true }, { PrivateIpAddress: "10.0.1.21" }],
      });
      return scene.eni();
    },
    call: (scene, eni) =>
      scene.ec2.assignPrivateIpAddresses({
        NetworkInterfaceId: eni,
        PrivateIpAddresses: ["10.0.1.21"],
        AllowReassignment: false,
      }),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "private-ips.assign.moved",
    title: "with reassignment a secondary address moves over",
    source: assign,
    setUp: async (scene) => ({
      from: await scene.eni({
        PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.20", Primary: true }, { PrivateIpAddress: "10.0.1.21" }],
      }),
      to: await scene.eni({ PrivateIpAddress: "10.0.1.30" }),
    }),
    call: async (scene, { from, to }) => {
      const PrivateIpAddresses = ["10.0.1.21"];
      await scene.ec2.assignPrivateIpAddresses({ NetworkInterfaceId: to, PrivateIpAddresses, AllowReassignment: true });
      await scene.settle();
      return [await allAddresses(scene, from), await allAddresses(scene, to)];
    },
    expected: [["10.0.1.20"], ["10.0.1.30", "10.0.1.21"]],
  }),
  answers({
    id: "private-ips.assign.moves-elastic-ip",
    title: "an Elastic IP on a reassigned address moves along",
    source: assign,
    setUp: async (scene) => {
      const from = await scene.eni({
        PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.20", Primary: true }, { PrivateIpAddress: "10.0.1.21" }],
      });
      const allocation = await scene.eip();
      await scene.ec2.associateAddress({
        AllocationId: allocation,
        NetworkInterfaceId: from,
        PrivateIpAddress: "10.0.1.21",
      });
      return { allocation, to: await scene.eni() };
    },
    call: async (scene, { allocation, to }) => {
      const PrivateIpAddresses = ["10.0.1.21"];
      await scene.ec2.assignPrivateIpAddresses({ NetworkInterfaceId: to, PrivateIpAddresses, AllowReassignment: true });
      await scene.settle();
      const { Addresses = [] } = await scene.ec2.describeAddresses({ AllocationIds: [allocation] });
      return [Addresses[0]?.NetworkInterfaceId === to, Addresses[0]?.PrivateIpAddress];
    },
    expected: [true, "10.0.1.21"],
  }),
  refuses({
    id: "private-ips.assign.limit",
    title: "more addresses than the type takes are refused while an instance holds the interface (t3.micro: two)",
    source: codes,
    setUp: (scene) => scene.held(),
    call: (scene, { eni }) =>
      scene.ec2.assignPrivateIpAddresses({ NetworkInterfaceId: eni, SecondaryPrivateIpAddressCount: 2 }),
    code: "PrivateIpAddressLimitExceeded",
  }),
  answers({
    id: "private-ips.unassign",
    title: "a secondary address can be given up",
    source: api("UnassignPrivateIpAddresses"),
    setUp: (scene) =>
      scene.eni({
        PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.20", Primary: true }, { PrivateIpAddress: "10.0.1.21" }],
      }),
    call: async (scene, eni) => {
      await scene.ec2.unassignPrivateIpAddresses({ NetworkInterfaceId: eni, PrivateIpAddresses: ["10.0.1.21"] });
      await scene.settle();
      return allAddresses(scene, eni);
    },
    expected: ["10.0.1.20"],
  }),
  refuses({
    id: "private-ips.unassign.primary",
    title: "the primary address cannot be given up",
    source: api("UnassignPrivateIpAddresses"),
    setUp: (scene) => scene.eni({ PrivateIpAddress: "10.0.1.20" }),
    call: (scene, eni) =>
      scene.ec2.unassignPrivateIpAddresses({ NetworkInterfaceId: eni, PrivateIpAddresses: ["10.0.1.20"] }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "private-ips.unassign.not-there",
    title: "an address that the interface does not have cannot be given up",
    source: api("UnassignPrivateIpAddresses"),
    setUp: (scene) => scene.eni(),
    call: (scene, eni) =>
      scene.ec2.unassignPrivateIpAddresses({ NetworkInterfaceId: eni, PrivateIpAddresses: ["10.0.1.99"] }),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "private-ips.prefix",
    title: "an IPv4 prefix of 16 addresses can be assigned by number",
    source: guide("prefix delegation"),
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await scene.ec2.assignPrivateIpAddresses({ NetworkInterfaceId: eni, Ipv4PrefixCount: 1 });
      await scene.settle();
      return (await scene.seenEni(eni)).Ipv4Prefixes?.map(({ Ipv4Prefix = "" }) =>
        /^10\.0\.1\.\d+\/28$/.test(Ipv4Prefix),
      );
    },
    expected: [true],
  }),
  answers({
    id: "private-ips.secondary.on-instance",
    title: "an instance shows the secondary addresses of its interface",
    source: api("InstanceNetworkInterface"),
    setUp: async (scene) => {
      const PrivateIpAddresses = [{ PrivateIpAddress: "10.0.1.20", Primary: true }, { PrivateIpAddress: "10.0.1.21" }];
      return scene.running(on(await scene.eni({ PrivateIpAddresses })));
    },
    call: async (scene, id) => {
      const { NetworkInterfaces = [] } = await scene.instance(id);
      return NetworkInterfaces[0]?.PrivateIpAddresses?.map(({ PrivateIpAddress }) => PrivateIpAddress);
    },
    expected: ["10.0.1.20", "10.0.1.21"],
  }),
]);
