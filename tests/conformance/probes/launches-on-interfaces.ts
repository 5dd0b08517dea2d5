import { answers, area, source } from "../probe";
import { on, type Scene, the } from "../scene";
import { NOBODYS } from "../surroundings";
import { refusedLaunch, runInstancesPage } from "./refused-launch";

const { api, codes, facts, seen } = source;

const PASSED = "A passed interface brings its own";

export const launchesOnInterfaces = area("launch parameters", [
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
    source: runInstancesPage,
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
]);
