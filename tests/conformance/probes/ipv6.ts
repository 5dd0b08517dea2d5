import { answers, area, refuses, source } from "../probe";
import { on, type Scene, the } from "../scene";

const { api, facts, guide } = source;
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
