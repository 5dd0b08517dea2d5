import { answers, area, refuses, source } from "../probe";
import { on, type Scene, the } from "../scene";

const { api, codes, guide, vpc } = source;
const create = api("CreateNetworkInterface");

const allAddresses = async (scene: Scene, eni: string): Promise<string[]> =>
  ((await scene.seenEni(eni)).PrivateIpAddresses ?? []).map(({ PrivateIpAddress = "" }) => PrivateIpAddress);

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
    title: "a text that is no address is refused",
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
