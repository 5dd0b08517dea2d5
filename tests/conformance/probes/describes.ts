import type { Filter, Instance, NetworkInterface } from "@aws-sdk/client-ec2";

import { answers, area, refuses, source } from "../probe";
import { on, the, type Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, guide } = source;
const filtering = guide("filter your resources");

const instancesWith = async (scene: Scene, Filters: Filter[]): Promise<string[]> => {
  const { Reservations = [] } = await scene.ec2.describeInstances({ Filters });
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = "" }) => InstanceId));
};

const interfacesWith = async (scene: Scene, Filters: Filter[]): Promise<string[]> => {
  const { NetworkInterfaces = [] } = await scene.ec2.describeNetworkInterfaces({ Filters });
  return NetworkInterfaces.map(({ NetworkInterfaceId = "" }) => NetworkInterfaceId);
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

/** What to filter instances by, read from the one that is to be found. */
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
    title: "of several filters all have to fit",
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

const pages = api("Paginating results");

const seven = async (scene: Scene) => {
  for (let made = 0; made < 7; made += 1) await scene.eni({ Description: scene.name });
  return [{ Name: "description", Values: [scene.name] }];
};

export const pagination = area("pagination", [
  answers({
    id: "pages.interfaces",
    title: "seven interfaces in pages of five: five, a token, two and no token",
    source: pages,
    setUp: seven,
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeNetworkInterfaces({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeNetworkInterfaces({
        Filters,
        MaxResults: 5,
        NextToken: the(first.NextToken),
      });
      return [first.NetworkInterfaces?.length, second.NetworkInterfaces?.length, second.NextToken ?? "none"];
    },
    expected: [5, 2, "none"],
  }),
  answers({
    id: "pages.none-twice",
    title: "no interface is on two pages",
    source: pages,
    setUp: seven,
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeNetworkInterfaces({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeNetworkInterfaces({
        Filters,
        MaxResults: 5,
        NextToken: the(first.NextToken),
      });
      const all = [...(first.NetworkInterfaces ?? []), ...(second.NetworkInterfaces ?? [])];
      return new Set(all.map(({ NetworkInterfaceId }) => NetworkInterfaceId)).size;
    },
    expected: 7,
  }),
  answers({
    id: "pages.instances",
    title: "six instances in pages of five",
    source: pages,
    setUp: async (scene) => {
      await scene.ec2.runInstances(scene.launchInput({ MinCount: 6, MaxCount: 6 }));
      return [{ Name: "subnet-id", Values: [scene.here.subnetA] }];
    },
    call: async (scene, Filters) => {
      const count = (found: { Instances?: unknown[] }[] = []) =>
        found.reduce((sum, { Instances = [] }) => sum + Instances.length, 0);
      const first = await scene.ec2.describeInstances({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeInstances({ Filters, MaxResults: 5, NextToken: the(first.NextToken) });
      return [count(first.Reservations), count(second.Reservations)];
    },
    expected: [5, 1],
  }),
  answers({
    id: "pages.all",
    title: "without a page size everything is answered at once",
    source: pages,
    setUp: seven,
    call: async (scene, Filters) => {
      const { NetworkInterfaces, NextToken } = await scene.ec2.describeNetworkInterfaces({ Filters });
      return [NetworkInterfaces?.length, NextToken ?? "none"];
    },
    expected: [7, "none"],
  }),
  refuses({
    id: "pages.too-small",
    title: "a page of fewer than five instances is refused",
    source: api("DescribeInstances"),
    call: (scene) => scene.ec2.describeInstances({ MaxResults: 4 }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "pages.with-ids",
    title: "instance ids together with a page size are refused",
    source: api("DescribeInstances"),
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.describeInstances({ InstanceIds: [id], MaxResults: 5 }),
    code: "InvalidParameterCombination",
  }),
  ...(
    [
      ["instances", (scene: Scene) => scene.ec2.describeInstances({ MaxResults: 5, NextToken: "made-up" })],
      ["interfaces", (scene: Scene) => scene.ec2.describeNetworkInterfaces({ MaxResults: 5, NextToken: "made-up" })],
      ["volumes", (scene: Scene) => scene.ec2.describeVolumes({ MaxResults: 5, NextToken: "made-up" })],
    ] as const
  ).map(([id, call]) =>
    refuses({
      id: `pages.token.${id}`,
      title: `a token that nobody gave out is refused (${id})`,
      source: codes,
      call,
      code: "InvalidNextToken",
    }),
  ),
  answers({
    id: "pages.templates",
    title: "launch templates come in pages of one if asked",
    source: api("DescribeLaunchTemplates"),
    setUp: async (scene) => {
      for (const end of ["1", "2"]) {
        await scene.ec2.createLaunchTemplate({
          LaunchTemplateName: `${scene.name}-${end}`,
          LaunchTemplateData: { InstanceType: "t3.micro" },
        });
      }
      return [{ Name: "launch-template-name", Values: [`${scene.name}-*`] }];
    },
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeLaunchTemplates({ Filters, MaxResults: 1 });
      const second = await scene.ec2.describeLaunchTemplates({
        Filters,
        MaxResults: 1,
        NextToken: the(first.NextToken),
      });
      return [first.LaunchTemplates?.length, second.LaunchTemplates?.length];
    },
    expected: [1, 1],
  }),
  answers({
    id: "pages.volumes",
    title: "volumes come in pages",
    source: api("DescribeVolumes"),
    setUp: async (scene) => {
      const tags = [{ ResourceType: "volume" as const, Tags: [{ Key: scene.name, Value: "1" }] }];
      await scene.ec2.runInstances(scene.launchInput({ MinCount: 6, MaxCount: 6, TagSpecifications: tags }));
      return [{ Name: "tag-key", Values: [scene.name] }];
    },
    call: async (scene, Filters) => {
      const first = await scene.ec2.describeVolumes({ Filters, MaxResults: 5 });
      const second = await scene.ec2.describeVolumes({ Filters, MaxResults: 5, NextToken: the(first.NextToken) });
      return [first.Volumes?.length, second.Volumes?.length];
    },
    expected: [5, 1],
  }),
]);

const dry = { DryRun: true } as const;

/** A call as a dry run, and what it needs. */
const DRY_RUNS: readonly [
  name: string,
  call: (scene: Scene, id: string) => Promise<unknown>,
  setUp?: (scene: Scene) => Promise<string>,
][] = [
  ["RunInstances", (scene) => scene.ec2.runInstances({ ...scene.launchInput(), ...dry })],
  [
    "TerminateInstances",
    (scene, id) => scene.ec2.terminateInstances({ InstanceIds: [id], ...dry }),
    (scene) => scene.running(),
  ],
  ["StopInstances", (scene, id) => scene.ec2.stopInstances({ InstanceIds: [id], ...dry }), (scene) => scene.running()],
  [
    "StartInstances",
    (scene, id) => scene.ec2.startInstances({ InstanceIds: [id], ...dry }),
    (scene) => scene.stopped(),
  ],
  ["CreateNetworkInterface", (scene) => scene.ec2.createNetworkInterface({ SubnetId: scene.here.subnetA, ...dry })],
  [
    "DeleteNetworkInterface",
    (scene, id) => scene.ec2.deleteNetworkInterface({ NetworkInterfaceId: id, ...dry }),
    (scene) => scene.eni(),
  ],
  ["AllocateAddress", (scene) => scene.ec2.allocateAddress({ Domain: "vpc", ...dry })],
  ["ReleaseAddress", (scene, id) => scene.ec2.releaseAddress({ AllocationId: id, ...dry }), (scene) => scene.eip()],
  [
    "CreateTags",
    (scene, id) => scene.ec2.createTags({ Resources: [id], Tags: [{ Key: "a", Value: "1" }], ...dry }),
    (scene) => scene.eni(),
  ],
  [
    "CreateLaunchTemplate",
    (scene) =>
      scene.ec2.createLaunchTemplate({
        LaunchTemplateName: scene.name,
        LaunchTemplateData: { InstanceType: "t3.micro" },
        ...dry,
      }),
  ],
  [
    "DeleteLaunchTemplate",
    (scene, id) => scene.ec2.deleteLaunchTemplate({ LaunchTemplateId: id, ...dry }),
    (scene) => scene.template(),
  ],
  ["DescribeInstances", (scene) => scene.ec2.describeInstances(dry)],
  [
    "ModifyInstanceAttribute",
    (scene, id) =>
      scene.ec2.modifyInstanceAttribute({ InstanceId: id, DisableApiTermination: { Value: true }, ...dry }),
    (scene) => scene.running(),
  ],
];

export const dryRun = area("dry run", [
  ...DRY_RUNS.map(([name, call, setUp]) =>
    refuses({
      id: `dry-run.${name}`,
      title: `${name} that would succeed answers DryRunOperation with HTTP 412`,
      source: `${codes}; ${facts("2")}`,
      setUp: async (scene) => (setUp === undefined ? "" : setUp(scene)),
      call,
      code: "DryRunOperation",
      status: 412,
    }),
  ),
  answers({
    id: "dry-run.nothing-made",
    title: "a dry run makes nothing",
    source: api("CreateNetworkInterface"),
    call: async (scene) => {
      await scene.eni({ Description: scene.name, ...dry }).catch(() => undefined);
      return interfacesWith(scene, [{ Name: "description", Values: [scene.name] }]);
    },
    expected: [],
  }),
  answers({
    id: "dry-run.nothing-ended",
    title: "a dry run ends nothing",
    source: api("TerminateInstances"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      await scene.ec2.terminateInstances({ InstanceIds: [id], ...dry }).catch(() => undefined);
      await scene.settle();
      return scene.state(id);
    },
    expected: "running",
  }),
  refuses({
    id: "dry-run.bad",
    title: "a dry run of what would be refused answers with that",
    source: facts("2"),
    call: (scene) => scene.launch({ ImageId: NOBODYS.image, ...dry }),
    code: "InvalidAMIID.NotFound",
  }),
]);

/** For each kind of id: how it is described, one that nobody has and one that is none, and what EC2 answers. */
const ID_KINDS: readonly {
  kind: string;
  describe: (scene: Scene, id: string) => Promise<unknown>;
  unknown: [id: string, code: string];
  malformed?: [id: string, code: string];
}[] = [
  {
    kind: "instance",
    describe: (scene, id) => scene.ec2.describeInstances({ InstanceIds: [id] }),
    unknown: [NOBODYS.instance, "InvalidInstanceID.NotFound"],
    malformed: ["i-nonsense", "InvalidInstanceID.Malformed"],
  },
  {
    kind: "network interface",
    describe: (scene, id) => scene.ec2.describeNetworkInterfaces({ NetworkInterfaceIds: [id] }),
    unknown: [NOBODYS.networkInterface, "InvalidNetworkInterfaceID.NotFound"],
    malformed: ["eni-nonsense", "InvalidNetworkInterfaceId.Malformed"],
  },
  {
    kind: "subnet",
    describe: (scene, id) => scene.ec2.describeSubnets({ SubnetIds: [id] }),
    unknown: [NOBODYS.subnet, "InvalidSubnetID.NotFound"],
    malformed: ["subnet-nonsense", "InvalidSubnetID.Malformed"],
  },
  {
    kind: "VPC",
    describe: (scene, id) => scene.ec2.describeVpcs({ VpcIds: [id] }),
    unknown: [NOBODYS.vpc, "InvalidVpcID.NotFound"],
    malformed: ["vpc-nonsense", "InvalidVpcID.Malformed"],
  },
  {
    kind: "security group",
    describe: (scene, id) => scene.ec2.describeSecurityGroups({ GroupIds: [id] }),
    unknown: [NOBODYS.group, "InvalidGroup.NotFound"],
    malformed: ["sg-nonsense", "InvalidGroupId.Malformed"],
  },
  {
    kind: "image",
    describe: (scene, id) => scene.ec2.describeImages({ ImageIds: [id] }),
    unknown: [NOBODYS.image, "InvalidAMIID.NotFound"],
    malformed: ["ami-nonsense", "InvalidAMIID.Malformed"],
  },
  {
    kind: "allocation",
    describe: (scene, id) => scene.ec2.describeAddresses({ AllocationIds: [id] }),
    unknown: [NOBODYS.allocation, "InvalidAllocationID.NotFound"],
  },
  {
    kind: "attachment",
    describe: (scene, id) => scene.ec2.detachNetworkInterface({ AttachmentId: id }),
    unknown: [NOBODYS.attachment, "InvalidAttachmentID.NotFound"],
    malformed: ["eni-0123456789abcdef0", "InvalidNetworkInterfaceAttachmentId.Malformed"],
  },
  {
    kind: "volume",
    describe: (scene, id) => scene.ec2.describeVolumes({ VolumeIds: [id] }),
    unknown: [NOBODYS.volume, "InvalidVolume.NotFound"],
    malformed: ["vol-nonsense", "InvalidVolumeID.Malformed"],
  },
  {
    kind: "snapshot",
    describe: (scene, id) => scene.ec2.describeSnapshots({ SnapshotIds: [id] }),
    unknown: [NOBODYS.snapshot, "InvalidSnapshot.NotFound"],
    malformed: ["snap-nonsense", "InvalidSnapshotID.Malformed"],
  },
  {
    kind: "launch template",
    describe: (scene, id) => scene.ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] }),
    unknown: [NOBODYS.template, "InvalidLaunchTemplateId.NotFound"],
    malformed: ["lt-nonsense", "InvalidLaunchTemplateId.Malformed"],
  },
  {
    kind: "spot request",
    describe: (scene, id) => scene.ec2.describeSpotInstanceRequests({ SpotInstanceRequestIds: [id] }),
    unknown: [NOBODYS.spotRequest, "InvalidSpotInstanceRequestID.NotFound"],
    malformed: ["sir-no", "InvalidSpotInstanceRequestID.Malformed"],
  },
];

export const ids = area("ids", [
  ...ID_KINDS.flatMap(({ kind, describe, unknown, malformed }) =>
    Object.entries({ unknown, malformed }).flatMap(([what, pair]) =>
      pair === undefined
        ? []
        : refuses({
            id: `ids.${kind.replaceAll(" ", "-").toLowerCase()}.${what}`,
            title: `the id of ${/^[aio]/.test(kind) ? "an" : "a"} ${kind} that is ${what} is refused`,
            source: codes,
            call: (scene) => describe(scene, pair[0]),
            code: pair[1],
          }),
    ),
  ),
  ...(
    [
      ["StopInstances", (scene: Scene) => scene.ec2.stopInstances({ InstanceIds: [NOBODYS.instance] })],
      ["StartInstances", (scene: Scene) => scene.ec2.startInstances({ InstanceIds: [NOBODYS.instance] })],
      ["RebootInstances", (scene: Scene) => scene.ec2.rebootInstances({ InstanceIds: [NOBODYS.instance] })],
      [
        "ModifyInstanceAttribute",
        (scene: Scene) =>
          scene.ec2.modifyInstanceAttribute({ InstanceId: NOBODYS.instance, DisableApiStop: { Value: true } }),
      ],
      [
        "ModifyInstanceMetadataOptions",
        (scene: Scene) =>
          scene.ec2.modifyInstanceMetadataOptions({ InstanceId: NOBODYS.instance, HttpTokens: "required" }),
      ],
      [
        "DescribeInstanceAttribute",
        (scene: Scene) =>
          scene.ec2.describeInstanceAttribute({ InstanceId: NOBODYS.instance, Attribute: "instanceType" }),
      ],
    ] as const
  ).map(([name, call]) =>
    refuses({
      id: `ids.instance.${name}`,
      title: `${name} refuses an instance that nobody has`,
      source: codes,
      call,
      code: "InvalidInstanceID.NotFound",
    }),
  ),
  refuses({
    id: "ids.one-of-two",
    title: "a describe by two ids, one of them unknown, is refused as a whole",
    source: api("DescribeInstances"),
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.describeInstances({ InstanceIds: [id, NOBODYS.instance] }),
    code: "InvalidInstanceID.NotFound",
  }),
  answers({
    id: "ids.twice",
    title: "a describe that names an id twice answers it once",
    source: api("DescribeInstances"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const { Reservations = [] } = await scene.ec2.describeInstances({ InstanceIds: [id, id] });
      return Reservations.flatMap(({ Instances = [] }) => Instances).length;
    },
    expected: 1,
  }),
]);

const queries = api("Query requests");
const VERSION = "Version=2016-11-15";

export const protocol = area("protocol", [
  answers({
    id: "protocol.unknown-action",
    title: "an unknown action is InvalidAction, HTTP 400, in EC2's XML, with a request id",
    source: codes,
    call: async (scene) => {
      const { status, body } = await scene.raw(`Action=DoNothing&${VERSION}`);
      return [status, body.includes("<Code>InvalidAction</Code>"), /<RequestID>[0-9a-f-]{36}<\/RequestID>/.test(body)];
    },
    expected: [400, true, true],
  }),
  answers({
    id: "protocol.no-action",
    title: "a request without an action is MissingAction",
    source: codes,
    call: async (scene) => /<Code>(\w+)<\/Code>/.exec((await scene.raw(VERSION)).body)?.[1],
    expected: "MissingAction",
  }),
  answers({
    id: "protocol.request-id",
    title: "each reply has a request id",
    source: queries,
    call: async (scene) => {
      const { body } = await scene.raw(`Action=DescribeVpcs&${VERSION}`);
      return /<requestId>[0-9a-f-]{36}<\/requestId>/.test(body);
    },
    expected: true,
  }),
  answers({
    id: "protocol.root",
    title: "a reply's root is named after the action, in the API version's namespace",
    source: queries,
    call: async (scene) => {
      const { body } = await scene.raw(`Action=DescribeVpcs&${VERSION}`);
      return body.includes('<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">');
    },
    expected: true,
  }),
  answers({
    id: "protocol.return",
    title: "a call with nothing to tell answers return true",
    source: api("DeleteNetworkInterface"),
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      const { body } = await scene.raw(`Action=DeleteNetworkInterface&${VERSION}&NetworkInterfaceId=${eni}`);
      return body.includes("<return>true</return>");
    },
    expected: true,
  }),
  answers({
    id: "protocol.not-a-number",
    title: "a count that is no number is refused",
    source: codes,
    call: async (scene) => {
      const { image, subnetA } = scene.here;
      const launch = `ImageId=${image}&InstanceType=t3.micro&SubnetId=${subnetA}&MinCount=one&MaxCount=1`;
      const { status, body } = await scene.raw(`Action=RunInstances&${VERSION}&${launch}`);
      return [status, /<Code>(\w+)<\/Code>/.exec(body)?.[1]];
    },
    expected: [400, "InvalidParameterValue"],
  }),
  answers({
    id: "protocol.missing-parameter",
    title: "what has to be given and is not is named",
    source: codes,
    call: async (scene) => {
      const { status, body } = await scene.raw(`Action=DeleteNetworkInterface&${VERSION}`);
      return [status, /<Code>(\w+)<\/Code>/.exec(body)?.[1], /networkInterfaceId/i.test(body)];
    },
    expected: [400, "MissingParameter", true],
  }),
]);
