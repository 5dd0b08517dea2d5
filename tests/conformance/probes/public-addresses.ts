import { answers, area, source } from "../probe";
import { on, the } from "../scene";
import { describedAddress, eips } from "./seen-address";

const { api, facts, guide } = source;

const addressing = guide("instance IP addressing");

export const publicAddresses = area("public addresses", [
  answers({
    id: "public-ip.subnet",
    title: "in a subnet that maps public addresses an instance gets one",
    source: addressing,
    call: async (scene) => {
      const { PublicIpAddress, PublicDnsName = "" } = await scene.instance(
        await scene.running({ SubnetId: scene.here.defaultSubnet }),
      );
      return [PublicIpAddress !== undefined, PublicDnsName.startsWith("ec2-")];
    },
    expected: [true, true],
  }),
  answers({
    id: "public-ip.subnet.none",
    title: "in a subnet that does not it gets none",
    source: addressing,
    call: async (scene) => (await scene.instance(await scene.running())).PublicIpAddress ?? "none",
    expected: "none",
  }),
  answers({
    id: "public-ip.asked",
    title: "a launch can ask for one where the subnet gives none",
    source: addressing,
    call: async (scene) => {
      const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId: scene.here.subnetA, AssociatePublicIpAddress: true }];
      return (await scene.instance(await scene.running({ NetworkInterfaces }))).PublicIpAddress !== undefined;
    },
    expected: true,
  }),
  answers({
    id: "public-ip.refused",
    title: "a launch can do without one where the subnet gives one",
    source: addressing,
    call: async (scene) => {
      const NetworkInterfaces = [
        { DeviceIndex: 0, SubnetId: scene.here.defaultSubnet, AssociatePublicIpAddress: false },
      ];
      return (await scene.instance(await scene.running({ NetworkInterfaces }))).PublicIpAddress ?? "none";
    },
    expected: "none",
  }),
  answers({
    id: "public-ip.stop",
    title: "a stop takes it away",
    source: facts("1"),
    setUp: (scene) => scene.stopped({ SubnetId: scene.here.defaultSubnet }),
    call: async (scene, id) => (await scene.instance(id)).PublicIpAddress ?? "none",
    expected: "none",
  }),
  answers({
    id: "public-ip.start",
    title: "a start brings a new one",
    source: addressing,
    setUp: async (scene) => {
      const id = await scene.running({ SubnetId: scene.here.defaultSubnet });
      return { id, before: (await scene.instance(id)).PublicIpAddress };
    },
    call: async (scene, { id, before }) => {
      await scene.ec2.stopInstances({ InstanceIds: [id] });
      await scene.settle();
      await scene.ec2.startInstances({ InstanceIds: [id] });
      await scene.settle();
      const after = (await scene.instance(id)).PublicIpAddress;
      return [after !== undefined, after !== before];
    },
    expected: [true, true],
  }),
  answers({
    id: "public-ip.interface.inherited",
    title: "an interface that was made in such a subnet gives its instance one",
    source: facts("0.4"),
    setUp: (scene) => scene.eni({ SubnetId: scene.here.defaultSubnet }),
    call: async (scene, eni) => (await scene.instance(await scene.running(on(eni)))).PublicIpAddress !== undefined,
    expected: true,
  }),
  answers({
    id: "public-ip.interface.set",
    title: "an interface can be told to give its instance one",
    source: facts("0.4"),
    setUp: (scene) => scene.eni(),
    call: async (scene, eni) => {
      await scene.ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: eni, AssociatePublicIpAddress: true });
      return (await scene.instance(await scene.running(on(eni)))).PublicIpAddress !== undefined;
    },
    expected: true,
  }),
  answers({
    id: "public-ip.elastic-wins",
    title: "an Elastic IP takes its place",
    source: eips,
    setUp: async (scene) => {
      const { InstanceId, NetworkInterfaces = [] } = await scene.launched({ SubnetId: scene.here.defaultSubnet });
      await scene.settle();
      const allocation = await scene.eip();
      await scene.associate(allocation, the(NetworkInterfaces[0]?.NetworkInterfaceId));
      return { allocation, id: the(InstanceId) };
    },
    call: async (scene, { allocation, id }) =>
      (await scene.instance(id)).PublicIpAddress === (await describedAddress(scene, allocation)).PublicIp,
    expected: true,
  }),
  answers({
    id: "public-ip.owner",
    title: "it is Amazon's, where an Elastic IP is the account's",
    source: api("NetworkInterfaceAssociation"),
    setUp: (scene) => scene.running({ SubnetId: scene.here.defaultSubnet }),
    call: async (scene, id) => (await scene.instance(id)).NetworkInterfaces?.[0]?.Association?.IpOwnerId,
    expected: "amazon",
  }),
]);
