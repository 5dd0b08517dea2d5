import { answers, area, refuses, source } from "../probe";
import { on, the, type Scene } from "../scene";
import { NOBODYS } from "../surroundings";

const { api, codes, facts, guide, vpc } = source;
const allocate = api("AllocateAddress");
const associate = api("AssociateAddress");
const eips = vpc("Elastic IP addresses");

const seenAddress = async (scene: Scene, allocation: string) =>
  the((await scene.ec2.describeAddresses({ AllocationIds: [allocation] })).Addresses?.[0]);

/** An Elastic IP on an interface that nobody holds. */
const placed = async (scene: Scene) => {
  const eni = await scene.eni();
  const allocation = await scene.eip();
  return { eni, allocation, association: await scene.associate(allocation, eni) };
};

/** An Elastic IP on the interface of a running instance. */
const held = async (scene: Scene) => {
  const it = await placed(scene);
  return { ...it, instance: await scene.running(on(it.eni)) };
};

export const elasticIps = area("Elastic IPs", [
  answers({
    id: "eip.allocate",
    title: "an address is allocated for VPCs, with an id",
    source: allocate,
    call: async (scene) => {
      const { AllocationId = "", Domain, PublicIp = "" } = await scene.ec2.allocateAddress({ Domain: "vpc" });
      return [/^eipalloc-[0-9a-f]{17}$/.test(AllocationId), Domain, /^\d+\.\d+\.\d+\.\d+$/.test(PublicIp)];
    },
    expected: [true, "vpc", true],
  }),
  answers({
    id: "eip.allocate.public",
    title: "it is not in a loopback or private range",
    source: eips,
    call: async (scene) => {
      const { PublicIp = "" } = await scene.ec2.allocateAddress({ Domain: "vpc" });
      return /^(127|10|0|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(PublicIp);
    },
    expected: false,
  }),
  answers({
    id: "eip.allocate.tags",
    title: "tags are given with the allocation",
    source: allocate,
    call: async (scene) => {
      const Tags = [{ Key: "a", Value: "1" }];
      const TagSpecifications = [{ ResourceType: "elastic-ip" as const, Tags }];
      const { AllocationId } = await scene.ec2.allocateAddress({ Domain: "vpc", TagSpecifications });
      return (await seenAddress(scene, the(AllocationId))).Tags;
    },
    expected: [{ Key: "a", Value: "1" }],
  }),
  refuses({
    id: "eip.allocate.quota",
    title: "a sixth address is over the quota",
    source: `${codes}; ${facts("1")}`,
    setUp: async (scene) => {
      for (let made = 0; made < 5; made += 1) await scene.eip();
    },
    call: (scene) => scene.eip(),
    code: "AddressLimitExceeded",
  }),
  answers({
    id: "eip.describe.free",
    title: "an address that is not associated shows neither association nor interface nor instance",
    source: api("Address"),
    setUp: (scene) => scene.eip(),
    call: async (scene, allocation) => {
      const it = await seenAddress(scene, allocation);
      return [it.AssociationId ?? "none", it.NetworkInterfaceId ?? "none", it.InstanceId ?? "none", it.Domain];
    },
    expected: ["none", "none", "none", "vpc"],
  }),
  answers({
    id: "eip.associate.interface",
    title: "it can be associated with an interface that nobody holds",
    source: facts("1"),
    setUp: placed,
    call: async (scene, { eni, allocation, association }) => {
      const it = await seenAddress(scene, allocation);
      const { Association, PrivateIpAddress } = await scene.seenEni(eni);
      return [
        it.AssociationId === association,
        it.NetworkInterfaceId === eni,
        it.PrivateIpAddress === PrivateIpAddress,
        Association?.PublicIp === it.PublicIp,
        Association?.AllocationId === allocation,
        Association?.AssociationId === association,
      ];
    },
    expected: [true, true, true, true, true, true],
  }),
  answers({
    id: "eip.associate.instance-shown",
    title: "an address on an interface shows the instance that holds the interface",
    source: api("Address"),
    setUp: held,
    call: async (scene, { allocation, instance }) => (await seenAddress(scene, allocation)).InstanceId === instance,
    expected: true,
  }),
  answers({
    id: "eip.associate.on-instance",
    title: "the instance shows the address as its public one",
    source: api("Instance"),
    setUp: held,
    call: async (scene, { allocation, instance }) =>
      (await scene.instance(instance)).PublicIpAddress === (await seenAddress(scene, allocation)).PublicIp,
    expected: true,
  }),
  answers({
    id: "eip.associate.by-instance",
    title: "it can be associated with a running instance by that one's id",
    source: associate,
    setUp: async (scene) => ({ ...(await scene.held()), allocation: await scene.eip() }),
    call: async (scene, { instance, eni, allocation }) => {
      await scene.ec2.associateAddress({ AllocationId: allocation, InstanceId: instance });
      return (await seenAddress(scene, allocation)).NetworkInterfaceId === eni;
    },
    expected: true,
  }),
  refuses({
    id: "eip.associate.by-instance.pending",
    title: "an instance that is pending cannot be named",
    source: `${facts("1")} (terraform-provider-aws#21228)`,
    setUp: async (scene) => ({ allocation: await scene.eip(), instance: await scene.launch() }),
    call: (scene, { instance, allocation }) =>
      scene.ec2.associateAddress({ AllocationId: allocation, InstanceId: instance }),
    code: "InvalidInstanceID",
  }),
  refuses({
    id: "eip.associate.pending",
    title: "nor can the interface of an instance that is pending",
    source: `${codes} (IncorrectInstanceState)`,
    setUp: async (scene) => {
      const eni = await scene.eni();
      const allocation = await scene.eip();
      await scene.launch(on(eni));
      return { eni, allocation };
    },
    call: (scene, { eni, allocation }) => scene.associate(allocation, eni),
    code: "IncorrectInstanceState",
  }),
  refuses({
    id: "eip.associate.by-instance.two",
    title: "an instance with two interfaces cannot be named",
    source: facts("1"),
    setUp: async (scene) => ({ ...(await scene.secondary()), allocation: await scene.eip() }),
    call: (scene, { instance, allocation }) =>
      scene.ec2.associateAddress({ AllocationId: allocation, InstanceId: instance }),
    code: "InvalidInstanceID",
  }),
  answers({
    id: "eip.associate.secondary",
    title: "it can be associated with a secondary address, which then shows it",
    source: associate,
    setUp: async (scene) => ({
      eni: await scene.eni({
        PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.20", Primary: true }, { PrivateIpAddress: "10.0.1.21" }],
      }),
      allocation: await scene.eip(),
    }),
    call: async (scene, { eni, allocation }) => {
      const PrivateIpAddress = "10.0.1.21";
      await scene.ec2.associateAddress({ AllocationId: allocation, NetworkInterfaceId: eni, PrivateIpAddress });
      const { PublicIp } = await seenAddress(scene, allocation);
      const { PrivateIpAddresses } = await scene.seenEni(eni);
      return PrivateIpAddresses?.map(({ Association }) => Association?.PublicIp === PublicIp);
    },
    expected: [false, true],
  }),
  refuses({
    id: "eip.associate.not-its-address",
    title: "a private address that the interface does not have is refused",
    source: associate,
    setUp: async (scene) => ({ eni: await scene.eni(), allocation: await scene.eip() }),
    call: (scene, { eni, allocation }) =>
      scene.ec2.associateAddress({
        AllocationId: allocation,
        NetworkInterfaceId: eni,
        PrivateIpAddress: "10.0.1.99",
      }),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "eip.associate.again",
    title: "the same association again is no error, and keeps its id",
    source: `${associate} (idempotent)`,
    setUp: placed,
    call: async (scene, { eni, allocation, association }) => (await scene.associate(allocation, eni)) === association,
    expected: true,
  }),
  refuses({
    id: "eip.associate.elsewhere",
    title: "an address that is associated elsewhere is not moved if that is forbidden",
    source: associate,
    setUp: async (scene) => ({ ...(await placed(scene)), other: await scene.eni() }),
    call: (scene, { allocation, other }) =>
      scene.ec2.associateAddress({ AllocationId: allocation, NetworkInterfaceId: other, AllowReassociation: false }),
    code: "Resource.AlreadyAssociated",
  }),
  answers({
    id: "eip.associate.moved",
    title: "with reassociation it moves, and the interface that had it shows it no more",
    source: associate,
    setUp: async (scene) => ({ ...(await placed(scene)), other: await scene.eni() }),
    call: async (scene, { allocation, eni, other }) => {
      await scene.ec2.associateAddress({
        AllocationId: allocation,
        NetworkInterfaceId: other,
        AllowReassociation: true,
      });
      const association = (await scene.seenEni(eni)).Association?.PublicIp ?? "none";
      return [(await seenAddress(scene, allocation)).NetworkInterfaceId === other, association];
    },
    expected: [true, "none"],
  }),
  refuses({
    id: "eip.associate.occupied",
    title: "an interface whose address has an Elastic IP takes no other if that is forbidden",
    source: associate,
    setUp: async (scene) => ({ ...(await placed(scene)), second: await scene.eip() }),
    call: (scene, { eni, second }) =>
      scene.ec2.associateAddress({ AllocationId: second, NetworkInterfaceId: eni, AllowReassociation: false }),
    code: "Resource.AlreadyAssociated",
  }),
  refuses({
    id: "eip.associate.interface.unknown",
    title: "an unknown interface is refused",
    source: codes,
    setUp: (scene) => scene.eip(),
    call: (scene, allocation) => scene.associate(allocation, NOBODYS.networkInterface),
    code: "InvalidNetworkInterfaceID.NotFound",
  }),
  refuses({
    id: "eip.associate.unknown",
    title: "an unknown allocation is refused",
    source: codes,
    setUp: (scene) => scene.eni(),
    call: (scene, eni) => scene.associate(NOBODYS.allocation, eni),
    code: "InvalidAllocationID.NotFound",
  }),
  answers({
    id: "eip.disassociate",
    title: "after a disassociation the address is free and still allocated",
    source: api("DisassociateAddress"),
    setUp: placed,
    call: async (scene, { eni, allocation, association }) => {
      await scene.ec2.disassociateAddress({ AssociationId: association });
      return [
        (await seenAddress(scene, allocation)).AssociationId ?? "none",
        (await scene.seenEni(eni)).Association ?? "none",
      ];
    },
    expected: ["none", "none"],
  }),
  refuses({
    id: "eip.disassociate.unknown",
    title: "an unknown association is refused",
    source: codes,
    call: (scene) => scene.ec2.disassociateAddress({ AssociationId: NOBODYS.association }),
    code: "InvalidAssociationID.NotFound",
  }),
  answers({
    id: "eip.release",
    title: "a released address is gone",
    source: api("ReleaseAddress"),
    setUp: (scene) => scene.eip(),
    call: async (scene, AllocationId) => {
      await scene.ec2.releaseAddress({ AllocationId });
      const Filters = [{ Name: "allocation-id", Values: [AllocationId] }];
      return (await scene.ec2.describeAddresses({ Filters })).Addresses?.length ?? 0;
    },
    expected: 0,
  }),
  refuses({
    id: "eip.release.associated",
    title: "an address that is associated cannot be released",
    source: `${codes}; ${facts("1")}`,
    setUp: placed,
    call: (scene, { allocation }) => scene.ec2.releaseAddress({ AllocationId: allocation }),
    code: "InvalidIPAddress.InUse",
  }),
  refuses({
    id: "eip.release.unknown",
    title: "an unknown allocation cannot be released",
    source: facts("2"),
    call: (scene) => scene.ec2.releaseAddress({ AllocationId: NOBODYS.allocation }),
    code: "InvalidAllocationID.NotFound",
  }),
  answers({
    id: "eip.over.stop",
    title: "over a stop and a start it stays",
    source: facts("1"),
    setUp: held,
    call: async (scene, { eni, allocation, instance }) => {
      await scene.ec2.stopInstances({ InstanceIds: [instance] });
      await scene.settle();
      const stopped = (await seenAddress(scene, allocation)).NetworkInterfaceId === eni;
      await scene.ec2.startInstances({ InstanceIds: [instance] });
      await scene.settle();
      return [
        stopped,
        (await scene.instance(instance)).PublicIpAddress === (await seenAddress(scene, allocation)).PublicIp,
      ];
    },
    expected: [true, true],
  }),
  answers({
    id: "eip.over.terminate",
    title: "over a termination it stays with the interface, under the same association",
    source: facts("1"),
    setUp: held,
    call: async (scene, { eni, allocation, association, instance }) => {
      await scene.end(instance);
      const it = await seenAddress(scene, allocation);
      return [it.NetworkInterfaceId === eni, it.AssociationId === association];
    },
    expected: [true, true],
  }),
  answers({
    id: "eip.over.terminate.no-instance",
    title: "after the termination it names no instance",
    source: api("Address"),
    setUp: held,
    call: async (scene, { allocation, instance }) => {
      await scene.end(instance);
      return (await seenAddress(scene, allocation)).InstanceId ?? "";
    },
    expected: "",
  }),
  answers({
    id: "eip.over.replacement",
    title: "the next instance on the interface has it at once",
    source: facts("1"),
    setUp: async (scene) => {
      const it = await held(scene);
      await scene.end(it.instance);
      return it;
    },
    call: async (scene, { eni, allocation }) => {
      const { PublicIpAddress } = await scene.instance(await scene.running(on(eni)));
      return PublicIpAddress === (await seenAddress(scene, allocation)).PublicIp;
    },
    expected: true,
  }),
  answers({
    id: "eip.interface-deleted",
    title: "when its interface is deleted it is free and still allocated",
    source: facts("1"),
    setUp: placed,
    call: async (scene, { eni, allocation }) => {
      await scene.ec2.deleteNetworkInterface({ NetworkInterfaceId: eni });
      const it = await seenAddress(scene, allocation);
      return [it.AssociationId ?? "none", it.NetworkInterfaceId ?? "none"];
    },
    expected: ["none", "none"],
  }),
  refuses({
    id: "eip.describe.unknown-address",
    title: "an unknown public address is refused",
    source: codes,
    call: (scene) => scene.ec2.describeAddresses({ PublicIps: ["203.0.113.254"] }),
    code: "InvalidAddress.NotFound",
  }),
  refuses({
    id: "eip.describe.malformed-address",
    title: "what is no address is refused as malformed",
    source: codes,
    call: (scene) => scene.ec2.describeAddresses({ PublicIps: ["elsewhere"] }),
    code: "InvalidAddress.Malformed",
  }),
]);

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
      (await scene.instance(id)).PublicIpAddress === (await seenAddress(scene, allocation)).PublicIp,
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
