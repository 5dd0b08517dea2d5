import { answers, area, refuses, source } from "../probe";
import { the } from "../scene";

const { api, codes, facts, guide, seen } = source;
const enis = guide("elastic network interfaces");

const attach = api("AttachNetworkInterface");

export const attachments = area("attachments", [
  answers({
    id: "attachments.primary",
    title: "the primary interface is attached at index 0, by the launch",
    source: enis,
    setUp: (scene) => scene.held(),
    call: async (scene, { eni, instance }) => {
      const { Status, Attachment } = await scene.seenEni(eni);
      return [Status, Attachment?.Status, Attachment?.DeviceIndex, Attachment?.InstanceId === instance];
    },
    expected: ["in-use", "attached", 0, true],
  }),
  answers({
    id: "attachments.hot",
    title: "an interface can be attached to a running instance",
    source: enis,
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, instance }) => {
      const { Status, Attachment } = await scene.seenEni(eni);
      return [Status, Attachment?.Status, Attachment?.DeviceIndex, Attachment?.InstanceId === instance];
    },
    expected: ["in-use", "attached", 1, true],
  }),
  answers({
    id: "attachments.attaching",
    title: "at first the attachment says attaching",
    source: api("NetworkInterfaceAttachment"),
    setUp: async (scene) => ({ instance: await scene.running(), eni: await scene.eni() }),
    call: async (scene, { eni, instance }) => {
      await scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 });
      return (await scene.seenEni(eni)).Attachment?.Status;
    },
    expected: "attaching",
  }),
  answers({
    id: "attachments.warm",
    title: "an interface can be attached to a stopped instance",
    source: enis,
    setUp: async (scene) => ({ instance: await scene.stopped(), eni: await scene.eni() }),
    call: async (scene, { eni, instance }) => {
      await scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 });
      await scene.settle();
      return (await scene.instance(instance)).NetworkInterfaces?.length;
    },
    expected: 2,
  }),
  answers({
    id: "attachments.hot.kept",
    title: "a hot-attached interface is kept when the instance ends",
    source: facts("1"),
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, instance }) => {
      const { Attachment } = await scene.seenEni(eni);
      await scene.end(instance);
      return [Attachment?.DeleteOnTermination, (await scene.seenEni(eni)).Status];
    },
    expected: [false, "available"],
  }),
  refuses({
    id: "attachments.in-use",
    title: "an interface that is attached cannot be attached again",
    source: codes,
    setUp: async (scene) => ({ held: await scene.held(), other: await scene.running() }),
    call: (scene, { held, other }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: other, NetworkInterfaceId: held.eni, DeviceIndex: 1 }),
    code: "InvalidNetworkInterface.InUse",
  }),
  refuses({
    id: "attachments.index-taken",
    title: "an index that is taken is refused",
    source: seen("“already has an interface attached at device index” in many threads"),
    setUp: async (scene) => ({ instance: await scene.running(), eni: await scene.eni() }),
    call: (scene, { eni, instance }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 0 }),
    code: "InvalidParameterValue",
  }),
  refuses({
    id: "attachments.zone",
    title: "an interface of another zone is refused",
    source: facts("1"),
    setUp: async (scene) => ({
      instance: await scene.running(),
      eni: await scene.eni({ SubnetId: scene.here.subnetB }),
    }),
    call: (scene, { eni, instance }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 }),
    code: "InvalidParameterCombination",
  }),
  answers({
    id: "attachments.other-subnet",
    title: "an interface of another subnet of the same zone can be attached",
    source: facts("1"),
    setUp: async (scene) => ({
      instance: await scene.running(),
      eni: await scene.eni({ SubnetId: scene.here.tinySubnet }),
    }),
    call: async (scene, { eni, instance }) => {
      await scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 });
      await scene.settle();
      return (await scene.seenEni(eni)).Status;
    },
    expected: "in-use",
  }),
  refuses({
    id: "attachments.limit",
    title: "more interfaces than the type takes are refused (t3.micro: two)",
    source: codes,
    setUp: async (scene) => ({ ...(await scene.secondary()), third: await scene.eni() }),
    call: (scene, { instance, third }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: third, DeviceIndex: 2 }),
    code: "AttachmentLimitExceeded",
  }),
  refuses({
    id: "attachments.instance.terminated",
    title: "nothing can be attached to a terminated instance",
    source: attach,
    setUp: async (scene) => ({ instance: await scene.terminated(), eni: await scene.eni() }),
    call: (scene, { eni, instance }) =>
      scene.ec2.attachNetworkInterface({ InstanceId: instance, NetworkInterfaceId: eni, DeviceIndex: 1 }),
    code: "IncorrectInstanceState",
  }),
  answers({
    id: "attachments.detach",
    title: "a secondary interface can be detached, and is available afterwards",
    source: enis,
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, attachment, instance }) => {
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment });
      await scene.settle();
      return [(await scene.seenEni(eni)).Status, (await scene.instance(instance)).NetworkInterfaces?.length];
    },
    expected: ["available", 1],
  }),
  answers({
    id: "attachments.detaching",
    title: "meanwhile the attachment says detaching, and the interface is in use",
    source: api("NetworkInterfaceAttachment"),
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, attachment }) => {
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment });
      const { Status, Attachment } = await scene.seenEni(eni);
      return [Status, Attachment?.Status];
    },
    expected: ["in-use", "detaching"],
  }),
  answers({
    id: "attachments.detach.force",
    title: "a secondary interface can be detached by force",
    source: api("DetachNetworkInterface"),
    setUp: (scene) => scene.secondary(),
    call: async (scene, { eni, attachment }) => {
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment, Force: true });
      await scene.settle();
      return (await scene.seenEni(eni)).Status;
    },
    expected: "available",
  }),
  ...[false, true].map((Force) =>
    refuses({
      id: `attachments.detach.primary${Force ? ".force" : ""}`,
      title: `the primary interface cannot be detached${Force ? ", not even by force" : ""}`,
      source: `${codes}; ${enis}`,
      setUp: async (scene) => the((await scene.seenEni((await scene.held()).eni)).Attachment?.AttachmentId),
      call: (scene, AttachmentId) => scene.ec2.detachNetworkInterface({ AttachmentId, Force }),
      code: "OperationNotPermitted",
    }),
  ),
  answers({
    id: "attachments.moved",
    title: "a detached interface takes its address to the next instance",
    source: enis,
    setUp: async (scene) => ({ ...(await scene.secondary()), other: await scene.running() }),
    call: async (scene, { eni, attachment, other }) => {
      const before = await scene.seenEni(eni);
      await scene.ec2.detachNetworkInterface({ AttachmentId: attachment });
      await scene.settle();
      await scene.ec2.attachNetworkInterface({ InstanceId: other, NetworkInterfaceId: eni, DeviceIndex: 1 });
      await scene.settle();
      const { NetworkInterfaces = [] } = await scene.instance(other);
      return NetworkInterfaces.some(({ PrivateIpAddress }) => PrivateIpAddress === before.PrivateIpAddress);
    },
    expected: true,
  }),
]);
