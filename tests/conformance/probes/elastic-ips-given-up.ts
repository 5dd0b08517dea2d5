import { answers, area, refuses, source } from "../probe";
import { on } from "../scene";
import { NOBODYS } from "../surroundings";
import { describedAddress, held, placed } from "./seen-address";

const { api, codes, facts } = source;

export const elasticIpsGivenUp = area("Elastic IPs", [
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
      const stopped = (await describedAddress(scene, allocation)).NetworkInterfaceId === eni;
      await scene.ec2.startInstances({ InstanceIds: [instance] });
      await scene.settle();
      return [
        stopped,
        (await scene.instance(instance)).PublicIpAddress === (await describedAddress(scene, allocation)).PublicIp,
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
      const it = await describedAddress(scene, allocation);
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
      return (await describedAddress(scene, allocation)).InstanceId ?? "";
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
      return PublicIpAddress === (await describedAddress(scene, allocation)).PublicIp;
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
      const it = await describedAddress(scene, allocation);
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
    title: "a text that is no address is refused as malformed",
    source: codes,
    call: (scene) => scene.ec2.describeAddresses({ PublicIps: ["elsewhere"] }),
    code: "InvalidAddress.Malformed",
  }),
]);
