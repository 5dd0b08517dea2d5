import { answers, area, refuses, source } from "../probe";
import { type Scene, the } from "../scene";
import { make } from "./made-volume";

const { api, codes, guide } = source;

const snapshot = async (scene: Scene): Promise<string> => {
  const id = the((await scene.ec2.createSnapshot({ VolumeId: await make(scene) })).SnapshotId);
  await scene.settle();
  return id;
};

const image = async (scene: Scene): Promise<string> => {
  const InstanceId = await scene.running();
  const id = the((await scene.ec2.createImage({ InstanceId, Name: scene.name })).ImageId);
  await scene.settle();
  return id;
};

export const snapshotsAndImages = area("snapshots and images", [
  answers({
    id: "snapshots.create",
    title: "a snapshot of a volume is pending, then completed",
    source: api("CreateSnapshot"),
    setUp: (scene) => make(scene),
    call: async (scene, VolumeId) => {
      const { State, SnapshotId, VolumeSize } = await scene.ec2.createSnapshot({ VolumeId });
      await scene.settle();
      const { Snapshots } = await scene.ec2.describeSnapshots({ SnapshotIds: [the(SnapshotId)] });
      return [State, VolumeSize, Snapshots?.map((it) => [it.State, it.VolumeId === VolumeId])];
    },
    expected: ["pending", 5, [["completed", true]]],
  }),
  answers({
    id: "snapshots.volume",
    title: "a volume made of a snapshot has its size",
    source: api("CreateVolume"),
    setUp: snapshot,
    call: async (scene, SnapshotId) => {
      const input = { AvailabilityZone: scene.here.zoneA, SnapshotId };
      return (await scene.ec2.createVolume(input)).Size;
    },
    expected: 5,
  }),
  answers({
    id: "snapshots.delete",
    title: "a snapshot can be deleted",
    source: api("DeleteSnapshot"),
    setUp: snapshot,
    call: async (scene, SnapshotId) => {
      await scene.ec2.deleteSnapshot({ SnapshotId });
      const Filters = [{ Name: "snapshot-id", Values: [SnapshotId] }];
      return (await scene.ec2.describeSnapshots({ Filters, OwnerIds: ["self"] })).Snapshots?.length ?? 0;
    },
    expected: 0,
  }),
  answers({
    id: "images.create",
    title: "an image of an instance can be launched",
    source: api("CreateImage"),
    setUp: image,
    call: async (scene, ImageId) => (await scene.launched({ ImageId })).ImageId === ImageId,
    expected: true,
  }),
  answers({
    id: "images.create.own",
    title: "it is the account's own, private and available",
    source: api("DescribeImages"),
    setUp: image,
    call: async (scene, id) => {
      const { Images = [] } = await scene.ec2.describeImages({ Owners: ["self"], ImageIds: [id] });
      return Images.map(({ State, Public, Name }) => [State, Public, Name === scene.name]);
    },
    expected: [["available", false, true]],
  }),
  refuses({
    id: "images.create.name-taken",
    title: "a name that is in use is refused",
    source: codes,
    setUp: async (scene) => {
      await image(scene);
      return scene.running();
    },
    call: (scene, InstanceId) => scene.ec2.createImage({ InstanceId, Name: scene.name }),
    code: "InvalidAMIName.Duplicate",
  }),
  refuses({
    id: "images.deregister",
    title: "a deregistered image cannot be launched",
    source: codes,
    setUp: async (scene) => {
      const ImageId = await image(scene);
      await scene.ec2.deregisterImage({ ImageId });
      return ImageId;
    },
    call: (scene, ImageId) => scene.launch({ ImageId }),
    code: "InvalidAMIID.Unavailable",
  }),
  answers({
    id: "images.describe",
    title: "an image says its architecture, root device and state",
    source: api("DescribeImages"),
    call: async (scene) => {
      const { Images = [] } = await scene.ec2.describeImages({ ImageIds: [scene.here.image] });
      return Images.map(({ Architecture, RootDeviceName, RootDeviceType, State }) => [
        Architecture,
        RootDeviceName,
        RootDeviceType,
        State,
      ]);
    },
    expected: [["x86_64", "/dev/xvda", "ebs", "available"]],
  }),
  answers({
    id: "images.describe.ena",
    title: "an image of Amazon Linux is described with support of enhanced networking, which current types need",
    source: guide("enhanced networking with the Elastic Network Adapter"),
    call: async (scene) => {
      const { Images = [] } = await scene.ec2.describeImages({ ImageIds: [scene.here.image] });
      return Images.map(({ EnaSupport }) => EnaSupport);
    },
    expected: [true],
  }),
  answers({
    id: "images.describe.devices",
    title: "an image names its root device, with a size",
    source: api("DescribeImages"),
    call: async (scene) => {
      const { Images = [] } = await scene.ec2.describeImages({ ImageIds: [scene.here.image] });
      return Images[0]?.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, (Ebs?.VolumeSize ?? 0) > 0]);
    },
    expected: [["/dev/xvda", true]],
  }),
  answers({
    id: "images.owners",
    title: "images of Amazon are found by the alias of the owner",
    source: api("DescribeImages"),
    call: async (scene) => {
      const { Images = [] } = await scene.ec2.describeImages({ Owners: ["amazon"], ImageIds: [scene.here.image] });
      return Images.length;
    },
    expected: 1,
  }),
]);
