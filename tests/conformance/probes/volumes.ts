import { answers, area, refuses, source } from "../probe";
import { type Scene, the } from "../scene";
import { make, seen } from "./made-volume";

const { api, codes, ebs } = source;

const attached = async (scene: Scene) => {
  const instance = await scene.running();
  const volume = await make(scene);
  await scene.ec2.attachVolume({ InstanceId: instance, VolumeId: volume, Device: "/dev/sdf" });
  await scene.settle();
  return { instance, volume };
};

const count = async (scene: Scene, id: string): Promise<number> => {
  const Filters = [{ Name: "volume-id", Values: [id] }];
  return (await scene.ec2.describeVolumes({ Filters })).Volumes?.length ?? 0;
};

export const volumes = area("volumes", [
  answers({
    id: "volumes.root",
    title: "the root volume has the image's size, is in use and in the instance's zone",
    source: api("DescribeVolumes"),
    setUp: async (scene) => scene.rootVolume(await scene.running()),
    call: async (scene, id) => {
      const { Size, State, AvailabilityZone, Attachments } = await seen(scene, id);
      return [
        Size,
        State,
        AvailabilityZone === scene.here.zoneA,
        Attachments?.map((it) => [it.State, it.DeleteOnTermination]),
      ];
    },
    expected: [8, "in-use", true, [["attached", true]]],
  }),
  answers({
    id: "volumes.root.deleted",
    title: "it is deleted with the instance",
    source: ebs("delete on termination"),
    setUp: async (scene) => {
      const instance = await scene.running();
      const volume = await scene.rootVolume(instance);
      await scene.end(instance);
      return volume;
    },
    call: count,
    expected: 0,
  }),
  answers({
    id: "volumes.kept",
    title: "a volume that is not to be deleted is available after the termination",
    source: ebs("delete on termination"),
    setUp: async (scene) => {
      const BlockDeviceMappings = [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }];
      const instance = await scene.running({ BlockDeviceMappings });
      const volume = await scene.rootVolume(instance);
      await scene.end(instance);
      return volume;
    },
    call: async (scene, id) => {
      const { State, Attachments = [] } = await seen(scene, id);
      return [State, Attachments.length];
    },
    expected: ["available", 0],
  }),
  answers({
    id: "volumes.create",
    title: "a new volume is creating, then available",
    source: api("CreateVolume"),
    call: async (scene) => {
      const { State, VolumeId } = await scene.ec2.createVolume({ AvailabilityZone: scene.here.zoneA, Size: 5 });
      await scene.settle();
      return [State, (await seen(scene, the(VolumeId))).State];
    },
    expected: ["creating", "available"],
  }),
  answers({
    id: "volumes.create.gp3",
    title: "a gp3 volume has 3000 IOPS and 125 MiB/s unless told otherwise",
    source: ebs("volume types"),
    setUp: (scene) => make(scene, { VolumeType: "gp3" }),
    call: async (scene, id) => {
      const { VolumeType, Iops, Throughput, Encrypted } = await seen(scene, id);
      return [VolumeType, Iops, Throughput, Encrypted];
    },
    expected: ["gp3", 3000, 125, false],
  }),
  answers({
    id: "volumes.create.gp2",
    title: "without a type it is gp2, with at least 100 IOPS",
    source: api("CreateVolume"),
    setUp: (scene) => make(scene),
    call: async (scene, id) => {
      const { VolumeType, Iops } = await seen(scene, id);
      return [VolumeType, Iops];
    },
    expected: ["gp2", 100],
  }),
  answers({
    id: "volumes.create.tags",
    title: "tags are given with the creation",
    source: api("CreateVolume"),
    setUp: (scene) =>
      make(scene, { TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "a", Value: "1" }] }] }),
    call: async (scene, id) => (await seen(scene, id)).Tags,
    expected: [{ Key: "a", Value: "1" }],
  }),
  refuses({
    id: "volumes.create.no-size",
    title: "a volume needs a size or a snapshot",
    source: api("CreateVolume"),
    call: (scene) => scene.ec2.createVolume({ AvailabilityZone: scene.here.zoneA }),
    code: "MissingParameter",
  }),
  refuses({
    id: "volumes.create.zone",
    title: "an unknown zone is refused",
    source: codes,
    call: (scene) => scene.ec2.createVolume({ AvailabilityZone: "us-east-1q", Size: 5 }),
    code: "InvalidZone.NotFound",
  }),
  answers({
    id: "volumes.attach",
    title: "a volume can be attached to a running instance, and both show it",
    source: api("AttachVolume"),
    setUp: attached,
    call: async (scene, { instance, volume }) => {
      const { State, Attachments } = await seen(scene, volume);
      const { BlockDeviceMappings = [] } = await scene.instance(instance);
      const device = BlockDeviceMappings.find(({ Ebs }) => Ebs?.VolumeId === volume);
      return [State, Attachments?.map((it) => [it.State, it.Device]), device?.DeviceName];
    },
    expected: ["in-use", [["attached", "/dev/sdf"]], "/dev/sdf"],
  }),
  answers({
    id: "volumes.attach.kept",
    title: "a volume that was attached later is kept when the instance ends",
    source: ebs("delete on termination"),
    setUp: attached,
    call: async (scene, { instance, volume }) => {
      await scene.end(instance);
      return (await seen(scene, volume)).State;
    },
    expected: "available",
  }),
  refuses({
    id: "volumes.attach.zone",
    title: "a volume of another zone is refused",
    source: codes,
    setUp: async (scene) => ({
      instance: await scene.running(),
      volume: await make(scene, { AvailabilityZone: scene.here.zoneB }),
    }),
    call: (scene, { instance, volume }) =>
      scene.ec2.attachVolume({ InstanceId: instance, VolumeId: volume, Device: "/dev/sdf" }),
    code: "InvalidVolume.ZoneMismatch",
  }),
  refuses({
    id: "volumes.attach.in-use",
    title: "a volume that is attached cannot be attached elsewhere",
    source: codes,
    setUp: async (scene) => ({ ...(await attached(scene)), other: await scene.running() }),
    call: (scene, { volume, other }) =>
      scene.ec2.attachVolume({ InstanceId: other, VolumeId: volume, Device: "/dev/sdf" }),
    code: "VolumeInUse",
  }),
  refuses({
    id: "volumes.attach.device",
    title: "a device that is taken is refused",
    source: `${codes} (“already in use on the instance”)`,
    setUp: async (scene) => ({ ...(await attached(scene)), second: await make(scene) }),
    call: (scene, { instance, second }) =>
      scene.ec2.attachVolume({ InstanceId: instance, VolumeId: second, Device: "/dev/sdf" }),
    code: "InvalidParameterValue",
  }),
  answers({
    id: "volumes.detach",
    title: "a volume can be detached by its id alone, and is available then",
    source: api("DetachVolume"),
    setUp: attached,
    call: async (scene, { volume }) => {
      await scene.ec2.detachVolume({ VolumeId: volume });
      await scene.settle();
      return (await seen(scene, volume)).State;
    },
    expected: "available",
  }),
  refuses({
    id: "volumes.detach.free",
    title: "a volume that is not attached cannot be detached",
    source: codes,
    setUp: (scene) => make(scene),
    call: (scene, VolumeId) => scene.ec2.detachVolume({ VolumeId }),
    code: "IncorrectState",
  }),
  refuses({
    id: "volumes.detach.root",
    title: "the root volume of a running instance cannot be detached",
    source: ebs("detach a volume"),
    setUp: async (scene) => scene.rootVolume(await scene.running()),
    call: (scene, VolumeId) => scene.ec2.detachVolume({ VolumeId }),
    code: "OperationNotPermitted",
  }),
  answers({
    id: "volumes.delete",
    title: "a volume that nobody has can be deleted",
    source: api("DeleteVolume"),
    setUp: (scene) => make(scene),
    call: async (scene, VolumeId) => {
      await scene.ec2.deleteVolume({ VolumeId });
      await scene.settle();
      return count(scene, VolumeId);
    },
    expected: 0,
  }),
  refuses({
    id: "volumes.delete.in-use",
    title: "a volume that is attached cannot be deleted",
    source: codes,
    setUp: attached,
    call: (scene, { volume }) => scene.ec2.deleteVolume({ VolumeId: volume }),
    code: "VolumeInUse",
  }),
  answers({
    id: "volumes.modify",
    title: "a volume can grow and change its type",
    source: api("ModifyVolume"),
    setUp: (scene) => make(scene),
    call: async (scene, VolumeId) => {
      await scene.ec2.modifyVolume({ VolumeId, Size: 10, VolumeType: "gp3" });
      await scene.settle();
      const { Size, VolumeType } = await seen(scene, VolumeId);
      return [Size, VolumeType];
    },
    expected: [10, "gp3"],
  }),
  refuses({
    id: "volumes.modify.smaller",
    title: "a volume cannot shrink",
    source: api("ModifyVolume"),
    setUp: (scene) => make(scene),
    call: (scene, VolumeId) => scene.ec2.modifyVolume({ VolumeId, Size: 2 }),
    code: "InvalidParameterValue",
  }),
]);
