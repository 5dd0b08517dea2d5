import { answers, area, refuses, source } from "../probe";
import { the } from "../scene";
import { NOBODYS } from "../surroundings";
import { seen } from "./made-volume";

const { codes, facts, guide } = source;

const replace = guide("replace a root volume");

export const rootVolumes = area("root volume replacement", [
  answers({
    id: "root-volume.replace",
    title: "a running instance's root volume can be replaced; instance, interface and address stay",
    source: `${replace}; ${facts("1")}`,
    setUp: (scene) => scene.running(),
    call: async (scene, InstanceId) => {
      const before = await scene.instance(InstanceId);
      const volume = await scene.rootVolume(InstanceId);
      const { ReplaceRootVolumeTask } = await scene.ec2.createReplaceRootVolumeTask({ InstanceId });
      await scene.settle();
      const after = await scene.instance(InstanceId);
      const tasks = await scene.ec2.describeReplaceRootVolumeTasks({
        ReplaceRootVolumeTaskIds: [the(ReplaceRootVolumeTask?.ReplaceRootVolumeTaskId)],
      });
      return [
        tasks.ReplaceRootVolumeTasks?.[0]?.TaskState,
        after.State?.Name,
        before.PrivateIpAddress === after.PrivateIpAddress,
        (await scene.rootVolume(InstanceId)) === volume,
      ];
    },
    expected: ["succeeded", "running", true, false],
  }),
  answers({
    id: "root-volume.replace.image",
    title: "it can be replaced from another image, which the task names",
    source: replace,
    setUp: (scene) => scene.running(),
    call: async (scene, InstanceId) => {
      const ImageId = scene.here.otherImage;
      const { ReplaceRootVolumeTask } = await scene.ec2.createReplaceRootVolumeTask({ InstanceId, ImageId });
      await scene.settle();
      const id = the(ReplaceRootVolumeTask?.ReplaceRootVolumeTaskId);
      const { ReplaceRootVolumeTasks: tasks = [] } = await scene.ec2.describeReplaceRootVolumeTasks({
        ReplaceRootVolumeTaskIds: [id],
      });
      return tasks.map((task) => [task.TaskState, task.ImageId === ImageId]);
    },
    expected: [["succeeded", true]],
  }),
  refuses({
    id: "root-volume.replace.stopped",
    title: "the instance has to run",
    source: facts("1"),
    setUp: (scene) => scene.stopped(),
    call: (scene, InstanceId) => scene.ec2.createReplaceRootVolumeTask({ InstanceId }),
    code: "IncorrectInstanceState",
  }),
  refuses({
    id: "root-volume.replace.unknown",
    title: "an unknown instance is refused",
    source: codes,
    call: (scene) => scene.ec2.createReplaceRootVolumeTask({ InstanceId: NOBODYS.instance }),
    code: "InvalidInstanceID.NotFound",
  }),
  answers({
    id: "root-volume.replace.old-volume",
    title: "the volume that was replaced is kept unless told otherwise",
    source: replace,
    setUp: async (scene) => {
      const InstanceId = await scene.running();
      const volume = await scene.rootVolume(InstanceId);
      await scene.ec2.createReplaceRootVolumeTask({ InstanceId });
      await scene.settle();
      return volume;
    },
    call: async (scene, volume) => (await seen(scene, volume)).State,
    expected: "available",
  }),
]);
