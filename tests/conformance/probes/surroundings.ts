import { answers, area, refuses, source } from "../probe";
import { on, tagsOf, the, type Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, guide, seen, vpc } = source;
const prefixes = guide("prefix delegation");

/** A subnet that has IPv6: the simulator's and moto's accounts begin without one. */
const ipv6Subnet = async (scene: Scene): Promise<string> => {
  const { Vpc } = await scene.ec2.createVpc({ CidrBlock: "10.1.0.0/16", AmazonProvidedIpv6CidrBlock: true });
  const VpcId = the(Vpc?.VpcId);
  await scene.settle();
  const { Vpcs } = await scene.ec2.describeVpcs({ VpcIds: [VpcId] });
  const block = the(Vpcs?.[0]?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock).replace(/\/\d+$/, "/64");
  const { Subnet } = await scene.ec2.createSubnet({
    VpcId,
    CidrBlock: "10.1.1.0/24",
    Ipv6CidrBlock: block,
    AvailabilityZone: scene.here.zoneA,
  });
  await scene.settle();
  return the(Subnet?.SubnetId);
};

const ipv6Count = async (scene: Scene, eni: string) => (await scene.seenEni(eni)).Ipv6Addresses?.length ?? 0;

export const ipv6 = area("IPv6", [
  answers({
    id: "ipv6.none",
    title: "an interface has no IPv6 address unless it is asked for",
    source: api("CreateNetworkInterface"),
    setUp: (scene) => scene.eni(),
    call: ipv6Count,
    expected: 0,
  }),
  answers({
    id: "ipv6.count",
    title: "addresses can be asked for by number",
    source: api("CreateNetworkInterface"),
    setUp: async (scene) => scene.eni({ SubnetId: await ipv6Subnet(scene), Ipv6AddressCount: 2 }),
    call: ipv6Count,
    expected: 2,
  }),
  answers({
    id: "ipv6.assign",
    title: "addresses can be assigned later, and the reply says which",
    source: api("AssignIpv6Addresses"),
    setUp: async (scene) => scene.eni({ SubnetId: await ipv6Subnet(scene) }),
    call: async (scene, eni) => {
      const { AssignedIpv6Addresses } = await scene.ec2.assignIpv6Addresses({
        NetworkInterfaceId: eni,
        Ipv6AddressCount: 1,
      });
      return [AssignedIpv6Addresses?.length, await ipv6Count(scene, eni)];
    },
    expected: [1, 1],
  }),
  answers({
    id: "ipv6.unassign",
    title: "an address can be given up",
    source: api("UnassignIpv6Addresses"),
    setUp: async (scene) => scene.eni({ SubnetId: await ipv6Subnet(scene), Ipv6AddressCount: 1 }),
    call: async (scene, eni) => {
      const { Ipv6Addresses = [] } = await scene.seenEni(eni);
      const addresses = Ipv6Addresses.map(({ Ipv6Address = "" }) => Ipv6Address);
      await scene.ec2.unassignIpv6Addresses({ NetworkInterfaceId: eni, Ipv6Addresses: addresses });
      return ipv6Count(scene, eni);
    },
    expected: 0,
  }),
  answers({
    id: "ipv6.over.terminate",
    title: "an address stays with the interface over a termination",
    source: facts("1"),
    setUp: async (scene) => {
      const eni = await scene.eni({ SubnetId: await ipv6Subnet(scene), Ipv6AddressCount: 1 });
      const before = (await scene.seenEni(eni)).Ipv6Addresses;
      await scene.end(await scene.running(on(eni)));
      return { eni, before };
    },
    call: async (scene, { eni, before }) =>
      (await scene.seenEni(eni)).Ipv6Addresses?.[0]?.Ipv6Address === the(before?.[0]?.Ipv6Address),
    expected: true,
  }),
  answers({
    id: "ipv6.prefix",
    title: "a prefix of 80 bits can be asked for",
    source: prefixes,
    setUp: async (scene) => scene.eni({ SubnetId: await ipv6Subnet(scene), Ipv6PrefixCount: 1 }),
    call: async (scene, eni) =>
      (await scene.seenEni(eni)).Ipv6Prefixes?.map(({ Ipv6Prefix = "" }) => Ipv6Prefix.endsWith("/80")),
    expected: [true],
  }),
  refuses({
    id: "ipv6.subnet-without",
    title: "an address is refused in a subnet without IPv6",
    source: api("CreateNetworkInterface"),
    call: (scene) => scene.eni({ Ipv6AddressCount: 1 }),
    code: "InvalidParameterValue",
  }),
]);

const types = api("DescribeInstanceTypes");

export const typesAndOfferings = area("types and offerings", [
  ...(
    [
      ["t3.micro", ["x86_64"], 2, 1024, 2, 2],
      ["m5.large", ["x86_64"], 2, 8192, 3, 10],
      ["t4g.micro", ["arm64"], 2, 1024, 2, 2],
      ["m6i.large", ["x86_64"], 2, 8192, 3, 10],
      ["c6i.xlarge", ["x86_64"], 4, 8192, 4, 15],
    ] as const
  ).map(([name, architectures, vcpus, memory, interfaces, addresses]) =>
    answers({
      id: `types.${name}`,
      title: `${name}: ${architectures.join()}, ${vcpus} vCPU, ${memory} MiB, ${interfaces} interfaces with ${addresses} addresses each`,
      source: `${types}; ${guide("instance types")}`,
      call: async (scene) => {
        const { InstanceTypes = [] } = await scene.ec2.describeInstanceTypes({ InstanceTypes: [name] });
        return InstanceTypes.map(({ ProcessorInfo, VCpuInfo, MemoryInfo, NetworkInfo }) => [
          ProcessorInfo?.SupportedArchitectures,
          VCpuInfo?.DefaultVCpus,
          MemoryInfo?.SizeInMiB,
          NetworkInfo?.MaximumNetworkInterfaces,
          NetworkInfo?.Ipv4AddressesPerInterface,
        ]);
      },
      expected: [[architectures, vcpus, memory, interfaces, addresses]],
    }),
  ),
  refuses({
    id: "types.unknown",
    title: "an unknown type is refused",
    source: seen("moto-deviations.md §1.1"),
    call: (scene) => scene.ec2.describeInstanceTypes({ InstanceTypes: ["t99.nano" as "t3.nano"] }),
    code: "InvalidInstanceType",
  }),
  answers({
    id: "types.filter",
    title: "types are found by their architecture",
    source: types,
    call: async (scene) => {
      const Filters = [
        { Name: "processor-info.supported-architecture", Values: ["arm64"] },
        { Name: "instance-type", Values: ["t3.micro", "t4g.micro"] },
      ];
      const { InstanceTypes = [] } = await scene.ec2.describeInstanceTypes({ Filters });
      return InstanceTypes.map(({ InstanceType }) => InstanceType);
    },
    expected: ["t4g.micro"],
  }),
  answers({
    id: "offerings.region",
    title: "a type is offered in the region",
    source: api("DescribeInstanceTypeOfferings"),
    call: async (scene) => {
      const Filters = [{ Name: "instance-type", Values: ["m5.large"] }];
      const { InstanceTypeOfferings = [] } = await scene.ec2.describeInstanceTypeOfferings({ Filters });
      return InstanceTypeOfferings.map(({ InstanceType, LocationType, Location }) => [
        InstanceType,
        LocationType,
        Location,
      ]);
    },
    expected: [["m5.large", "region", "us-east-1"]],
  }),
  answers({
    id: "offerings.zone",
    title: "a type is offered in a zone",
    source: api("DescribeInstanceTypeOfferings"),
    call: async (scene) => {
      const { InstanceTypeOfferings = [] } = await scene.ec2.describeInstanceTypeOfferings({
        LocationType: "availability-zone",
        Filters: [
          { Name: "instance-type", Values: ["m5.large"] },
          { Name: "location", Values: [scene.here.zoneA] },
        ],
      });
      return InstanceTypeOfferings.map(({ InstanceType, Location }) => [InstanceType, Location === scene.here.zoneA]);
    },
    expected: [["m5.large", true]],
  }),
  answers({
    id: "zones.describe",
    title: "zones are available and have ids",
    source: api("DescribeAvailabilityZones"),
    call: async (scene) => {
      const input = { ZoneNames: [scene.here.zoneA] };
      const { AvailabilityZones = [] } = await scene.ec2.describeAvailabilityZones(input);
      return AvailabilityZones.map(({ State, RegionName, ZoneId = "" }) => [
        State,
        RegionName,
        /^use1-az\d$/.test(ZoneId),
      ]);
    },
    expected: [["available", "us-east-1", true]],
  }),
  refuses({
    id: "zones.unknown",
    title: "an unknown zone is refused",
    source: seen("“Invalid availability zone” in many threads"),
    call: (scene) => scene.ec2.describeAvailabilityZones({ ZoneNames: ["us-east-1q"] }),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "regions.describe",
    title: "the region is among the regions, with its endpoint",
    source: api("DescribeRegions"),
    call: async (scene) => {
      const Filters = [{ Name: "region-name", Values: [scene.here.region] }];
      const { Regions = [] } = await scene.ec2.describeRegions({ Filters });
      return Regions.map(({ RegionName, Endpoint }) => [RegionName, Endpoint]);
    },
    expected: [["us-east-1", "ec2.us-east-1.amazonaws.com"]],
  }),
]);

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

const metadata = api("ModifyInstanceMetadataOptions");

export const metadataOptions = area("metadata options", [
  answers({
    id: "metadata.defaults",
    title: "the endpoint is on, tags are not in the metadata, and options are applied",
    source: api("InstanceMetadataOptionsResponse"),
    setUp: (scene) => scene.running(),
    call: async (scene, id) => {
      const { State, HttpEndpoint, InstanceMetadataTags } = the((await scene.instance(id)).MetadataOptions);
      return [State, HttpEndpoint, InstanceMetadataTags];
    },
    expected: ["applied", "enabled", "disabled"],
  }),
  answers({
    id: "metadata.at-launch",
    title: "options are given at the launch",
    source: api("InstanceMetadataOptionsRequest"),
    setUp: (scene) =>
      scene.running({
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 3, InstanceMetadataTags: "enabled" },
      }),
    call: async (scene, id) => {
      const { HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags } = the(
        (await scene.instance(id)).MetadataOptions,
      );
      return [HttpTokens, HttpPutResponseHopLimit, InstanceMetadataTags];
    },
    expected: ["required", 3, "enabled"],
  }),
  answers({
    id: "metadata.modify",
    title: "one option of a running instance can be changed, and the others stay",
    source: metadata,
    setUp: (scene) => scene.running({ MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 3 } }),
    call: async (scene, id) => {
      await scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpTokens: "optional" });
      await scene.settle();
      const { HttpTokens, HttpPutResponseHopLimit } = the((await scene.instance(id)).MetadataOptions);
      return [HttpTokens, HttpPutResponseHopLimit];
    },
    expected: ["optional", 3],
  }),
  refuses({
    id: "metadata.unknown-value",
    title: "an unknown value is refused",
    source: metadata,
    setUp: (scene) => scene.running(),
    call: (scene, id) =>
      scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpTokens: "sometimes" as "optional" }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "metadata.hop-limit",
    title: "a hop limit above 64 is refused",
    source: metadata,
    setUp: (scene) => scene.running(),
    call: (scene, id) => scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpPutResponseHopLimit: 65 }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "metadata.terminated",
    title: "options of a terminated instance cannot be changed",
    source: codes,
    setUp: (scene) => scene.terminated(),
    call: (scene, id) => scene.ec2.modifyInstanceMetadataOptions({ InstanceId: id, HttpTokens: "optional" }),
    code: "IncorrectInstanceState",
  }),
]);

const association = async (scene: Scene, id: string) => {
  const Filters = [{ Name: "instance-id", Values: [id] }];
  const reply = await scene.ec2.describeIamInstanceProfileAssociations({ Filters });
  return reply.IamInstanceProfileAssociations?.[0];
};

const profiled = async (scene: Scene) => {
  const id = await scene.running({ IamInstanceProfile: { Name: scene.here.profile } });
  return { id, AssociationId: the((await association(scene, id))?.AssociationId) };
};

export const instanceProfiles = area("instance profiles", [
  answers({
    id: "profiles.at-launch",
    title: "a profile that came with the launch is an association of its own",
    source: api("DescribeIamInstanceProfileAssociations"),
    setUp: (scene) => scene.running({ IamInstanceProfile: { Name: scene.here.profile } }),
    call: async (scene, id) => {
      const it = await association(scene, id);
      return [it?.State, it?.IamInstanceProfile?.Arn === scene.here.profileArn];
    },
    expected: ["associated", true],
  }),
  answers({
    id: "profiles.associate",
    title: "a profile can be given to a running instance",
    source: api("AssociateIamInstanceProfile"),
    setUp: (scene) => scene.running(),
    call: async (scene, InstanceId) => {
      const IamInstanceProfile = { Name: scene.here.profile };
      const reply = await scene.ec2.associateIamInstanceProfile({ InstanceId, IamInstanceProfile });
      await scene.settle();
      const { IamInstanceProfile: shown } = await scene.instance(InstanceId);
      return [reply.IamInstanceProfileAssociation?.State, shown?.Arn === scene.here.profileArn];
    },
    expected: ["associating", true],
  }),
  refuses({
    id: "profiles.associate.second",
    title: "an instance that has a profile gets no second one",
    source: seen("cloudemu#797, cloud-custodian#2601"),
    setUp: profiled,
    call: (scene, { id }) =>
      scene.ec2.associateIamInstanceProfile({ InstanceId: id, IamInstanceProfile: { Name: scene.here.profile } }),
    code: "IncorrectState",
  }),
  refuses({
    id: "profiles.associate.unknown-instance",
    title: "an unknown instance is refused",
    source: codes,
    call: (scene) =>
      scene.ec2.associateIamInstanceProfile({
        InstanceId: NOBODYS.instance,
        IamInstanceProfile: { Name: scene.here.profile },
      }),
    code: "InvalidInstanceID.NotFound",
  }),
  answers({
    id: "profiles.replace",
    title: "a running instance's profile can be replaced, under a new association",
    source: api("ReplaceIamInstanceProfileAssociation"),
    setUp: profiled,
    call: async (scene, { AssociationId, id }) => {
      const IamInstanceProfile = { Name: scene.here.profile };
      await scene.ec2.replaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile });
      await scene.settle();
      const now = the((await association(scene, id))?.AssociationId);
      return now === AssociationId;
    },
    expected: false,
  }),
  refuses({
    id: "profiles.replace.stopped",
    title: "a stopped instance's profile cannot be replaced",
    source: seen("aws-cli#5251"),
    setUp: async (scene) => {
      const it = await profiled(scene);
      await scene.ec2.stopInstances({ InstanceIds: [it.id] });
      await scene.settle();
      return it;
    },
    call: (scene, { AssociationId }) =>
      scene.ec2.replaceIamInstanceProfileAssociation({
        AssociationId,
        IamInstanceProfile: { Name: scene.here.profile },
      }),
    code: "IncorrectState",
  }),
  answers({
    id: "profiles.disassociate",
    title: "a profile can be taken away",
    source: api("DisassociateIamInstanceProfile"),
    setUp: profiled,
    call: async (scene, { AssociationId, id }) => {
      const reply = await scene.ec2.disassociateIamInstanceProfile({ AssociationId });
      await scene.settle();
      const left = (await scene.instance(id)).IamInstanceProfile?.Arn ?? "none";
      return [reply.IamInstanceProfileAssociation?.State, left];
    },
    expected: ["disassociating", "none"],
  }),
  refuses({
    id: "profiles.malformed",
    title: "what is no association id is refused",
    source: seen("aws-cli#2570 (“Invalid value for associationId”)"),
    call: (scene) => scene.ec2.disassociateIamInstanceProfile({ AssociationId: "i-0123456789abcdef0" }),
    code: "InvalidParameterValue",
  }),
]);

const create = api("CreateTags");
const restrictions = guide("tag restrictions");

const tag = (scene: Scene, id: string, Tags: { Key?: string; Value?: string }[]) =>
  scene.ec2.createTags({ Resources: [id], Tags });

const eniTags = async (scene: Scene, eni: string) => tagsOf((await scene.seenEni(eni)).TagSet);

const many = (length: number) => Array.from({ length }, (_, index) => ({ Key: `k${index}`, Value: "1" }));

export const tags = area("tags", [
  answers({
    id: "tags.create",
    title: "a tag is put on, and a second one with its key replaces it",
    source: create,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await tag(scene, eni, [{ Key: "a", Value: "1" }]);
      await tag(scene, eni, [
        { Key: "a", Value: "2" },
        { Key: "b", Value: "" },
      ]);
      return eniTags(scene, eni);
    },
    expected: { a: "2", b: "" },
  }),
  answers({
    id: "tags.create.several",
    title: "one call tags resources of several kinds",
    source: create,
    setUp: async (scene) => ({ eni: await scene.eni(), allocation: await scene.eip() }),
    call: async (scene, { eni, allocation }) => {
      await scene.ec2.createTags({ Resources: [eni, allocation], Tags: [{ Key: "a", Value: "1" }] });
      const { Addresses } = await scene.ec2.describeAddresses({ AllocationIds: [allocation] });
      return [await eniTags(scene, eni), tagsOf(Addresses?.[0]?.Tags)];
    },
    expected: [{ a: "1" }, { a: "1" }],
  }),
  answers({
    id: "tags.create.all-or-none",
    title: "where one resource is unknown none is tagged",
    source: create,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      const input = { Resources: [eni, NOBODYS.networkInterface], Tags: [{ Key: "a", Value: "1" }] };
      const error = await scene.ec2.createTags(input).catch((it: unknown) => it);
      return [error instanceof Error && error.name, await eniTags(scene, eni)];
    },
    expected: ["InvalidNetworkInterfaceID.NotFound", {}],
  }),
  refuses({
    id: "tags.create.unknown",
    title: "an unknown resource is refused",
    source: codes,
    call: (scene) => tag(scene, NOBODYS.instance, [{ Key: "a", Value: "1" }]),
    code: "InvalidInstanceID.NotFound",
  }),
  refuses({
    id: "tags.create.no-id",
    title: "what is no id is refused",
    source: codes,
    call: (scene) => tag(scene, "something", [{ Key: "a", Value: "1" }]),
    code: "InvalidID",
  }),
  refuses({
    id: "tags.key.aws",
    title: "keys that begin with aws: are reserved",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) => tag(scene, eni, [{ Key: "aws:a", Value: "1" }]),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "tags.key.long",
    title: "a key of more than 128 characters is refused",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) => tag(scene, eni, [{ Key: "k".repeat(129), Value: "1" }]),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "tags.value.long",
    title: "a value of more than 256 characters is refused",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) => tag(scene, eni, [{ Key: "k", Value: "v".repeat(257) }]),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "tags.fifty",
    title: "a resource takes 50 tags",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await tag(scene, eni, many(50));
      return Object.keys(await eniTags(scene, eni)).length;
    },
    expected: 50,
  }),
  refuses({
    id: "tags.fifty-one",
    title: "and no more",
    source: codes,
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, many(50));
      return eni;
    },
    call: (scene, eni) => tag(scene, eni, [{ Key: "one-more", Value: "1" }]),
    code: "TagLimitExceeded",
  }),
  answers({
    id: "tags.delete.key",
    title: "a tag is taken off by its key",
    source: api("DeleteTags"),
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ]);
      return eni;
    },
    call: async (scene, eni) => {
      await scene.ec2.deleteTags({ Resources: [eni], Tags: [{ Key: "a" }] });
      return eniTags(scene, eni);
    },
    expected: { b: "2" },
  }),
  answers({
    id: "tags.delete.value",
    title: "with a value it is taken off only if it has that value",
    source: api("DeleteTags"),
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, [{ Key: "a", Value: "1" }]);
      return eni;
    },
    call: async (scene, eni) => {
      await scene.ec2.deleteTags({ Resources: [eni], Tags: [{ Key: "a", Value: "2" }] });
      return eniTags(scene, eni);
    },
    expected: { a: "1" },
  }),
  answers({
    id: "tags.delete.absent",
    title: "to take off a tag that is not there is no error",
    source: api("DeleteTags"),
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await scene.ec2.deleteTags({ Resources: [eni], Tags: [{ Key: "a" }] });
      return eniTags(scene, eni);
    },
    expected: {},
  }),
  answers({
    id: "tags.describe",
    title: "tags are described by the resource that has them",
    source: api("DescribeTags"),
    setUp: async (scene) => {
      const eni = await scene.eni();
      await tag(scene, eni, [{ Key: "a", Value: "1" }]);
      return eni;
    },
    call: async (scene, eni) => {
      const { Tags = [] } = await scene.ec2.describeTags({ Filters: [{ Name: "resource-id", Values: [eni] }] });
      return Tags.map(({ Key, Value, ResourceType, ResourceId }) => [Key, Value, ResourceType, ResourceId === eni]);
    },
    expected: [["a", "1", "network-interface", true]],
  }),
  answers({
    id: "tags.text",
    title: "any text comes back as it was given",
    source: restrictions,
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await tag(scene, eni, [{ Key: "ünï → 🙂", Value: 'a < b & "c"' }]);
      return eniTags(scene, eni);
    },
    expected: { "ünï → 🙂": 'a < b & "c"' },
  }),
]);
