import { answers, area, refuses, source } from "../probe";
import { on, the } from "../scene";
import { NOBODYS } from "../surroundings";
import { allocateAddressPage, associateAddressPage, describedAddress, eips, held, placed } from "./seen-address";

const { api, codes, facts } = source;

export const elasticIps = area("Elastic IPs", [
  answers({
    id: "eip.allocate",
    title: "an address is allocated for VPCs, with an id",
    source: allocateAddressPage,
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
    source: allocateAddressPage,
    call: async (scene) => {
      const Tags = [{ Key: "a", Value: "1" }];
      const TagSpecifications = [{ ResourceType: "elastic-ip" as const, Tags }];
      const { AllocationId } = await scene.ec2.allocateAddress({ Domain: "vpc", TagSpecifications });
      return (await describedAddress(scene, the(AllocationId))).Tags;
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
      const it = await describedAddress(scene, allocation);
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
      const it = await describedAddress(scene, allocation);
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
    call: async (scene, { allocation, instance }) =>
      (await describedAddress(scene, allocation)).InstanceId === instance,
    expected: true,
  }),
  answers({
    id: "eip.associate.on-instance",
    title: "the instance shows the address as its public one",
    source: api("Instance"),
    setUp: held,
    call: async (scene, { allocation, instance }) =>
      (await scene.instance(instance)).PublicIpAddress === (await describedAddress(scene, allocation)).PublicIp,
    expected: true,
  }),
  answers({
    id: "eip.associate.by-instance",
    title: "it can be associated with a running instance by that one's id",
    source: associateAddressPage,
    setUp: async (scene) => ({ ...(await scene.held()), allocation: await scene.eip() }),
    call: async (scene, { instance, eni, allocation }) => {
      await scene.ec2.associateAddress({ AllocationId: allocation, InstanceId: instance });
      return (await describedAddress(scene, allocation)).NetworkInterfaceId === eni;
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
    source: associateAddressPage,
    setUp: async (scene) => ({
      eni: await scene.eni({
        PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.20", Primary: true }, { PrivateIpAddress: "10.0.1.21" }],
      }),
      allocation: await scene.eip(),
    }),
    call: async (scene, { eni, allocation }) => {
      const PrivateIpAddress = "10.0.1.21";
      await scene.ec2.associateAddress({ AllocationId: allocation, NetworkInterfaceId: eni, PrivateIpAddress });
      const { PublicIp } = await describedAddress(scene, allocation);
      const { PrivateIpAddresses } = await scene.seenEni(eni);
      return PrivateIpAddresses?.map(({ Association }) => Association?.PublicIp === PublicIp);
    },
    expected: [false, true],
  }),
  refuses({
    id: "eip.associate.not-its-address",
    title: "a private address that the interface does not have is refused",
    source: associateAddressPage,
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
    source: `${associateAddressPage} (idempotent)`,
    setUp: placed,
    call: async (scene, { eni, allocation, association }) => (await scene.associate(allocation, eni)) === association,
    expected: true,
  }),
  refuses({
    id: "eip.associate.elsewhere",
    title: "an address that is associated elsewhere is not moved if that is forbidden",
    source: associateAddressPage,
    setUp: async (scene) => ({ ...(await placed(scene)), other: await scene.eni() }),
    call: (scene, { allocation, other }) =>
      scene.ec2.associateAddress({ AllocationId: allocation, NetworkInterfaceId: other, AllowReassociation: false }),
    code: "Resource.AlreadyAssociated",
  }),
  answers({
    id: "eip.associate.moved",
    title: "with reassociation it moves, and the interface that had it shows it no more",
    source: associateAddressPage,
    setUp: async (scene) => ({ ...(await placed(scene)), other: await scene.eni() }),
    call: async (scene, { allocation, eni, other }) => {
      await scene.ec2.associateAddress({
        AllocationId: allocation,
        NetworkInterfaceId: other,
        AllowReassociation: true,
      });
      const association = (await scene.seenEni(eni)).Association?.PublicIp ?? "none";
      return [(await describedAddress(scene, allocation)).NetworkInterfaceId === other, association];
    },
    expected: [true, "none"],
  }),
  refuses({
    id: "eip.associate.occupied",
    title: "an interface whose address has an Elastic IP takes no other if that is forbidden",
    source: associateAddressPage,
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
        (await describedAddress(scene, allocation)).AssociationId ?? "none",
        (await scene.seenEni(eni)).Association ?? "none",
      ];
    },
    expected: ["none", "none"],
  }),
]);
