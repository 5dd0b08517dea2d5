import type { Filter, Instance, NetworkInterface } from "@aws-sdk/client-ec2";
import { answers, area, refuses, source } from "../probe";
import { on, type Scene, the } from "../scene";
import { NOBODYS } from "../surroundings";
import { interfacesWith } from "./interfaces-with";

const { api, guide } = source;
const filtering = guide("filter your resources");

const instancesWith = async (scene: Scene, Filters: Filter[]): Promise<string[]> => {
  const { Reservations = [] } = await scene.ec2.describeInstances({ Filters });
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = "" }) => InstanceId));
};

/** Two instances that differ in all that is filtered by: the first is to be found, the second is not. */
const twoInstances = async (scene: Scene) => {
  const eni = await scene.eni({
    SubnetId: scene.here.subnetB,
    Groups: [scene.here.otherGroup],
    PrivateIpAddress: "10.0.2.9",
  });
  const wanted = await scene.running({
    ...on(eni),
    InstanceType: "t3.small",
    KeyName: scene.here.keyName,
    IamInstanceProfile: { Name: scene.here.profile },
    ClientToken: `${scene.name}-wanted`,
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: scene.name, Value: "wanted" }] }],
  });
  const allocation = await scene.eip();
  await scene.associate(allocation, eni);
  const other = await scene.stopped({ ImageId: scene.here.otherImage });
  return { wanted, other, seen: await scene.instance(wanted) };
};

/** The values to filter instances by, read from the one that is to be found. */
const INSTANCE_FILTERS: readonly [name: string, read: (it: Instance, scene: Scene) => string | undefined][] = [
  ["instance-id", (it) => it.InstanceId],
  ["instance-state-name", (it) => it.State?.Name],
  ["instance-state-code", (it) => String(it.State?.Code)],
  ["instance-type", (it) => it.InstanceType],
  ["image-id", (it) => it.ImageId],
  ["availability-zone", (it) => it.Placement?.AvailabilityZone],
  ["subnet-id", (it) => it.SubnetId],
  ["private-ip-address", (it) => it.PrivateIpAddress],
  ["private-dns-name", (it) => it.PrivateDnsName],
  ["ip-address", (it) => it.PublicIpAddress],
  ["dns-name", (it) => it.PublicDnsName],
  ["key-name", (it) => it.KeyName],
  ["client-token", (it) => it.ClientToken],
  ["instance.group-id", (it) => it.SecurityGroups?.[0]?.GroupId],
  ["iam-instance-profile.arn", (it) => it.IamInstanceProfile?.Arn],
  ["block-device-mapping.volume-id", (it) => it.BlockDeviceMappings?.[0]?.Ebs?.VolumeId],
  ["network-interface.network-interface-id", (it) => it.NetworkInterfaces?.[0]?.NetworkInterfaceId],
  ["network-interface.subnet-id", (it) => it.NetworkInterfaces?.[0]?.SubnetId],
  ["network-interface.addresses.private-ip-address", (it) => it.NetworkInterfaces?.[0]?.PrivateIpAddress],
  ["network-interface.addresses.association.public-ip", (it) => it.NetworkInterfaces?.[0]?.Association?.PublicIp],
  ["reservation-id", () => undefined],
];

const filtersInstances = INSTANCE_FILTERS.filter(([name]) => name !== "reservation-id").map(([Name, read]) =>
  answers({
    id: `filters.instances.${Name}`,
    title: `instances are found by ${Name}`,
    source: api("DescribeInstances"),
    setUp: twoInstances,
    call: async (scene, { wanted, other, seen }) => {
      const found = await instancesWith(scene, [{ Name, Values: [the(read(seen, scene))] }]);
      return [found.includes(wanted), found.includes(other)];
    },
    expected: [true, false],
  }),
);

/** One interface that an instance holds, with an Elastic IP, and one that differs in all of it. */
const twoInterfaces = async (scene: Scene) => {
  const wanted = await scene.eni({
    SubnetId: scene.here.subnetB,
    Groups: [scene.here.otherGroup],
    Description: scene.name,
    PrivateIpAddress: "10.0.2.9",
    TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: scene.name, Value: "wanted" }] }],
  });
  await scene.running(on(wanted));
  await scene.associate(await scene.eip(), wanted);
  const other = await scene.eni({ Description: "other" });
  return { wanted, other, seen: await scene.seenEni(wanted) };
};

const INTERFACE_FILTERS: readonly [name: string, read: (it: NetworkInterface) => string | undefined][] = [
  ["network-interface-id", (it) => it.NetworkInterfaceId],
  ["subnet-id", (it) => it.SubnetId],
  ["availability-zone", (it) => it.AvailabilityZone],
  ["description", (it) => it.Description],
  ["status", (it) => it.Status],
  ["group-id", (it) => it.Groups?.[0]?.GroupId],
  ["mac-address", (it) => it.MacAddress],
  ["private-ip-address", (it) => it.PrivateIpAddress],
  ["private-dns-name", (it) => it.PrivateDnsName],
  ["addresses.private-ip-address", (it) => it.PrivateIpAddresses?.[0]?.PrivateIpAddress],
  ["association.public-ip", (it) => it.Association?.PublicIp],
  ["association.allocation-id", (it) => it.Association?.AllocationId],
  ["association.association-id", (it) => it.Association?.AssociationId],
  ["addresses.association.public-ip", (it) => it.Association?.PublicIp],
  ["attachment.attachment-id", (it) => it.Attachment?.AttachmentId],
  ["attachment.instance-id", (it) => it.Attachment?.InstanceId],
  ["attachment.device-index", (it) => String(it.Attachment?.DeviceIndex)],
  ["attachment.status", (it) => it.Attachment?.Status],
  ["attachment.delete-on-termination", (it) => String(it.Attachment?.DeleteOnTermination)],
];

const filtersInterfaces = INTERFACE_FILTERS.map(([Name, read]) =>
  answers({
    id: `filters.interfaces.${Name}`,
    title: `interfaces are found by ${Name}`,
    source: api("DescribeNetworkInterfaces"),
    setUp: twoInterfaces,
    call: async (scene, { wanted, other, seen }) => {
      const found = await interfacesWith(scene, [{ Name, Values: [the(read(seen))] }]);
      return [found.includes(wanted), found.includes(other)];
    },
    expected: [true, false],
  }),
);

/** Each describe with a filter that no describe has. */
const UNKNOWN = [{ Name: "no-such-filter", Values: ["x"] }];
const DESCRIBES: readonly [name: string, call: (scene: Scene, Filters: Filter[]) => Promise<unknown>][] = [
  ["DescribeInstances", (scene, Filters) => scene.ec2.describeInstances({ Filters })],
  ["DescribeNetworkInterfaces", (scene, Filters) => scene.ec2.describeNetworkInterfaces({ Filters })],
  ["DescribeAddresses", (scene, Filters) => scene.ec2.describeAddresses({ Filters })],
  ["DescribeVolumes", (scene, Filters) => scene.ec2.describeVolumes({ Filters })],
  ["DescribeLaunchTemplates", (scene, Filters) => scene.ec2.describeLaunchTemplates({ Filters })],
  ["DescribeSubnets", (scene, Filters) => scene.ec2.describeSubnets({ Filters })],
  ["DescribeVpcs", (scene, Filters) => scene.ec2.describeVpcs({ Filters })],
  ["DescribeSecurityGroups", (scene, Filters) => scene.ec2.describeSecurityGroups({ Filters })],
  ["DescribeSpotInstanceRequests", (scene, Filters) => scene.ec2.describeSpotInstanceRequests({ Filters })],
  ["DescribeImages", (scene, Filters) => scene.ec2.describeImages({ Filters })],
  ["DescribeInstanceTypes", (scene, Filters) => scene.ec2.describeInstanceTypes({ Filters })],
];

const unknownFilters = DESCRIBES.map(([name, call]) =>
  refuses({
    id: `filters.unknown.${name}`,
    title: `${name} refuses a filter that it does not have`,
    source: filtering,
    call: (scene) => call(scene, UNKNOWN),
    code: "InvalidParameterValue",
  }),
);

/** Interfaces named a-1, a-2 and b-1 by a tag, to be found by patterns. */
const named = async (scene: Scene) => {
  const ids: Record<string, string> = {};
  for (const name of ["a-1", "a-2", "b-1"]) {
    ids[name] = await scene.eni({
      TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: scene.name, Value: name }] }],
    });
  }
  return ids;
};

const byPattern = (id: string, title: string, Values: string[], expected: string[]) =>
  answers({
    id: `filters.pattern.${id}`,
    title,
    source: filtering,
    setUp: named,
    call: async (scene, ids) => {
      const found = await interfacesWith(scene, [{ Name: `tag:${scene.name}`, Values }]);
      return Object.keys(ids).filter((name) => found.includes(the(ids[name])));
    },
    expected,
  });

export const filters = area("filters", [
  filtersInstances,
  filtersInterfaces,
  unknownFilters,
  byPattern("exact", "a value matches as a whole", ["a-1"], ["a-1"]),
  byPattern("part", "and not a part of it", ["a"], []),
  byPattern("star", "* stands for any text", ["a-*"], ["a-1", "a-2"]),
  byPattern("question", "? stands for one character", ["?-1"], ["a-1", "b-1"]),
  byPattern("several", "any one of several values will do", ["a-2", "b-1"], ["a-2", "b-1"]),
  byPattern("case", "case matters", ["A-1"], []),
  answers({
    id: "filters.all-of-them",
    title: "all of several filters have to fit",
    source: filtering,
    setUp: named,
    call: async (scene, ids) => {
      const Name = `tag:${scene.name}`;
      const found = await interfacesWith(scene, [
        { Name, Values: ["a-*"] },
        { Name: "network-interface-id", Values: [the(ids["a-2"]), the(ids["b-1"])] },
      ]);
      return found.length === 1 && found[0] === ids["a-2"];
    },
    expected: true,
  }),
  answers({
    id: "filters.tag-key",
    title: "tag-key finds what has a tag, whatever its value",
    source: filtering,
    setUp: named,
    call: async (scene) => (await interfacesWith(scene, [{ Name: "tag-key", Values: [scene.name] }])).length,
    expected: 3,
  }),
  answers({
    id: "filters.none-found",
    title: "a filter that nothing fits gives an empty answer and no error",
    source: filtering,
    call: async (scene) =>
      interfacesWith(scene, [{ Name: "network-interface-id", Values: [NOBODYS.networkInterface] }]),
    expected: [],
  }),
  answers({
    id: "filters.with-ids",
    title: "a filter narrows down the ids that are named",
    source: filtering,
    setUp: async (scene) => ({ running: await scene.running(), stopped: await scene.stopped() }),
    call: async (scene, { running, stopped }) => {
      const { Reservations = [] } = await scene.ec2.describeInstances({
        InstanceIds: [running, stopped],
        Filters: [{ Name: "instance-state-name", Values: ["stopped"] }],
      });
      return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId === stopped));
    },
    expected: [true],
  }),
  answers({
    id: "filters.instance-lifecycle",
    title: "instances on spot are found by instance-lifecycle",
    source: api("DescribeInstances"),
    setUp: async (scene) => ({
      spot: await scene.running({ InstanceMarketOptions: { MarketType: "spot" } }),
      other: await scene.running(),
    }),
    call: async (scene, { spot, other }) => {
      const found = await instancesWith(scene, [{ Name: "instance-lifecycle", Values: ["spot"] }]);
      return [found.includes(spot), found.includes(other)];
    },
    expected: [true, false],
  }),
  ...(
    [
      ["allocation-id", "AllocationId"],
      ["public-ip", "PublicIp"],
      ["association-id", "AssociationId"],
      ["network-interface-id", "NetworkInterfaceId"],
      ["private-ip-address", "PrivateIpAddress"],
      ["instance-id", "InstanceId"],
    ] as const
  ).map(([Name, field]) =>
    answers({
      id: `filters.addresses.${Name}`,
      title: `Elastic IPs are found by ${Name}`,
      source: api("DescribeAddresses"),
      setUp: async (scene) => {
        const { eni } = await scene.held();
        const allocation = await scene.eip();
        await scene.associate(allocation, eni);
        await scene.eip();
        const { Addresses } = await scene.ec2.describeAddresses({ AllocationIds: [allocation] });
        return the(Addresses?.[0]);
      },
      call: async (scene, address) => {
        const { Addresses } = await scene.ec2.describeAddresses({ Filters: [{ Name, Values: [the(address[field])] }] });
        return Addresses?.map(({ AllocationId }) => AllocationId === address.AllocationId);
      },
      expected: [true],
    }),
  ),
]);
