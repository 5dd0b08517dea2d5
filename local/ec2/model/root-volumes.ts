import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import { bootsOn, firmwareOf } from "./firmware";
import { imageState } from "./images";
import { instanceTypeOf } from "./launch-plan";
import { findImage, findSnapshot } from "./lookup";
import { comeBack, goDark } from "./reboots";
import type { Due } from "./schedule";
import { snapshotState } from "./snapshots";
import type { Image, Instance, RootVolumeFailure, RootVolumeTask, Tags, Volume } from "./state";
import { TIMINGS } from "./timings";
import { setVolumeFree } from "./volume-attachments";
import { createVolume } from "./volumes";
import type { World } from "./world";

export interface NewTask {
  instance: Instance;
  imageId?: string;
  snapshotId?: string;
  deleteReplaced: boolean;
  tags: Tags;
}

/** Checks what a root volume may be replaced by, and when (EC2 guide, replace-root). */
export function checkTask(world: World, { instance, imageId, snapshotId }: NewTask): void {
  const { instanceId } = instance;
  if (imageId !== undefined && snapshotId !== undefined) {
    throw invalidCombination("You may specify an image ID or a snapshot ID, but not both in the same call");
  }
  if (imageId !== undefined) checkImage(world, instance, imageId);
  if (snapshotId !== undefined) checkSnapshot(world, instance, snapshotId);
  if (instance.state !== "running") {
    throw new Ec2Error("IncorrectInstanceState", `The instance '${instanceId}' is not in the 'running' state.`);
  }
}

function checkImage(world: World, instance: Instance, imageId: string): void {
  const image = findImage(world, imageId);
  if (imageState(world, image) !== "available") {
    throw new Ec2Error("InvalidAMIID.Unavailable", `The image ID '${imageId}' is not available`);
  }
  if (image.architecture !== instance.architecture) {
    throw invalidValue(
      `The architecture '${image.architecture}' of the AMI does not match that of the instance, '${instance.architecture}'.`,
    );
  }
  checkImageFirmware(instance, image);
  const size = rootVolume(world, instance)?.size ?? 0;
  if (image.rootVolumeSize >= size) return;
  throw invalidValue(
    `The root volume of the AMI is ${image.rootVolumeSize} GiB, which is smaller than the original root volume of ${size} GiB.`,
  );
}

/** EC2 guide, replace-root, "Replace the root volume using an AMI"; the words are guesses. */
function checkImageFirmware(instance: Instance, image: Image): void {
  const [has, wanted] = [firmwareOf(instance), firmwareOf(image)];
  if (has.virtualizationType !== wanted.virtualizationType) {
    throw invalidValue(`The virtualization type '${wanted.virtualizationType}' of the AMI is not the instance's.`);
  }
  if (has.enaSupport && !wanted.enaSupport) {
    throw invalidValue("The instance is enabled for ENA, and the AMI does not support it.");
  }
  if (!bootsOn(instanceTypeOf(instance.instanceType), wanted)) {
    throw invalidValue(`The instance does not support the boot mode '${wanted.bootMode ?? ""}' of the AMI.`);
  }
}

function checkSnapshot(world: World, instance: Instance, snapshotId: string): void {
  const snapshot = findSnapshot(world, snapshotId);
  const current = rootVolume(world, instance);
  if (snapshot.rootOf !== instance.instanceId && snapshotId !== current?.snapshotId) {
    throw invalidValue(`The snapshot '${snapshotId}' is not of the lineage of the instance's root volume.`);
  }
  if (snapshotState(world, snapshot) === "completed") return;
  throw new Ec2Error("IncorrectState", `The snapshot '${snapshotId}' is not 'completed'.`);
}

function rootVolume(world: World, instance: Instance): Volume | undefined {
  const root = instance.devices.find(({ deviceName }) => deviceName === instance.rootDeviceName);
  return root && world.account.volumes.get(root.volumeId);
}

const ENDED: ReadonlySet<RootVolumeTask["state"]> = new Set(["succeeded", "failed", "failed-detached"]);

/** One at a time for an instance; the code is a guess. */
export function createTask(world: World, wanted: NewTask): RootVolumeTask {
  const { instanceId } = wanted.instance;
  for (const { instanceId: other, state } of world.account.rootVolumeTasks.values()) {
    if (other !== instanceId || ENDED.has(state)) continue;
    throw new Ec2Error("IncorrectState", `A root volume replacement of instance '${instanceId}' is in progress.`);
  }
  const { imageId, snapshotId, deleteReplaced, tags } = wanted;
  const source = imageId === undefined ? snapshotId : findImage(world, imageId).rootSnapshotId;
  const task: RootVolumeTask = {
    taskId: world.newId("replacevol"),
    instanceId,
    state: "pending",
    startTime: world.now,
    imageId,
    snapshotId: source ?? rootVolume(world, wanted.instance)?.snapshotId,
    deleteReplaced,
    fails: world.rootVolumeFailures.shift(),
    tags,
  };
  world.account.rootVolumeTasks.set(task.taskId, task);
  world.later(TIMINGS.rootVolumePending, { kind: "root-volume-replacing", id: task.taskId });
  return task;
}

/** The volumes change places while the instance boots again; what stops it meanwhile fails the task. */
export function onReplacing(world: World, { id }: Due): void {
  const task = world.account.rootVolumeTasks.get(id);
  const instance = world.account.instances.get(task?.instanceId ?? "");
  if (task === undefined) return;
  if (instance?.state !== "running") {
    end(world, task, "failed");
    return;
  }
  task.state = "in-progress";
  goDark(world, instance);
  world.later(TIMINGS.rootVolumeReplacing, { kind: "root-volume-replaced", id });
}

export function onReplaced(world: World, { id }: Due): void {
  const task = world.account.rootVolumeTasks.get(id);
  const instance = world.account.instances.get(task?.instanceId ?? "");
  if (task === undefined) return;
  if (instance?.state !== "running") {
    end(world, task, "failed");
    return;
  }
  if (task.fails !== undefined) {
    fail(world, instance, task, task.fails);
    return;
  }
  exchange(world, instance, task);
  comeBack(world, instance);
  end(world, task, "succeeded");
}

/** First it is failing; then the instance boots from the old volume, or has none to boot from. */
function fail(world: World, instance: Instance, task: RootVolumeTask, failure: RootVolumeFailure): void {
  if (task.state === "in-progress") {
    task.state = failure === "failed" ? "failing" : "failing-detached";
    world.later(TIMINGS.rootVolumeReplacing, { kind: "root-volume-replaced", id: task.taskId });
    return;
  }
  const old = rootVolume(world, instance);
  if (failure === "failed") comeBack(world, instance);
  else if (old !== undefined) setVolumeFree(world, old);
  end(world, task, failure);
}

function end(world: World, task: RootVolumeTask, state: "succeeded" | RootVolumeFailure): void {
  task.state = state;
  task.completeTime = world.now;
}

/**
 * The new volume is like the old one, but for what is on it and, by an image, its size; the old one stays unless it is to go. The
 * instance then is of that image (EC2 guide, replace-root).
 */
function exchange(world: World, instance: Instance, { imageId, snapshotId, deleteReplaced }: RootVolumeTask): void {
  const old = rootVolume(world, instance);
  const mapping = instance.devices.find(({ deviceName }) => deviceName === instance.rootDeviceName);
  if (old === undefined || mapping === undefined) return;
  const { volumeType, iops, throughput, encrypted, kmsKeyId, availabilityZone } = old;
  const like = { volumeType, iops, throughput, encrypted, kmsKeyId, availabilityZone };
  const image = world.account.images.get(imageId ?? "");
  const size = image?.rootVolumeSize ?? old.size;
  if (image !== undefined) Object.assign(instance, { imageId: image.imageId, firmware: image.firmware });
  const volume = createVolume(world, { ...like, size, snapshotId, tags: {} });
  setVolumeFree(world, old);
  if (deleteReplaced) world.account.volumes.delete(old.volumeId);
  const { deviceName, deleteOnTermination } = mapping;
  volume.attachment = {
    instanceId: instance.instanceId,
    device: deviceName,
    attachTime: world.now,
    deleteOnTermination,
  };
  const { volumeId } = volume;
  instance.devices.unshift({ deviceName, volumeId, deleteOnTermination, attachTime: world.now });
}
