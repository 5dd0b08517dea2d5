import { answers, area, refuses, source } from "../probe";

const { api, guide, seen } = source;

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
