import { findAll, findInstance, findSnapshot, findVolume } from "../../model/lookup";
import { checkTask, createTask } from "../../model/root-volumes";
import {
  checkOwnSnapshot,
  createSnapshot,
  deleteSnapshot,
  snapshotProgress,
  snapshotState,
} from "../../model/snapshots";
import { Ec2Error } from "../../model/errors";
import type { RootVolumeTask, Snapshot } from "../../model/state";
import type { World } from "../../model/world";
import { changes, does, makesOnce, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import { readTagSpecs } from "../tag-specs";
import { rootVolumeTaskView, snapshotView } from "../views/volume";

const FILTERS: FilterTable<Snapshot> = {
  "snapshot-id": ({ snapshotId }) => snapshotId,
  "volume-id": ({ volumeId }) => volumeId,
  "volume-size": ({ volumeSize }) => volumeSize,
  description: ({ description }) => description,
  encrypted: ({ encrypted }) => encrypted,
  "owner-id": ({ ownerId }) => ownerId,
  "owner-alias": ({ ownerAlias }) => ownerAlias,
  progress: (snapshot, world) => snapshotProgress(world, snapshot),
  "start-time": ({ startTime }) => new Date(startTime).toISOString(),
  status: (snapshot, world) => snapshotState(world, snapshot),
  "storage-tier": () => "standard",
  "transfer-type": () => "standard",
};

const TASK_FILTERS: FilterTable<RootVolumeTask> = { "instance-id": ({ instanceId }) => instanceId };

function isOwnedBy(world: World, { ownerId, ownerAlias }: Snapshot, owners: readonly string[]): boolean {
  if (owners.length === 0) return true;
  return owners.some(
    (owner) => owner === ownerId || owner === ownerAlias || (owner === "self" && ownerId === world.accountId),
  );
}

function findTasks(world: World, ids: readonly string[]): RootVolumeTask[] {
  return ids.map((id) => {
    const task = world.account.rootVolumeTasks.get(id);
    if (task !== undefined) return task;
    // The code is a guess, made as the others are.
    throw new Ec2Error(
      "InvalidReplaceRootVolumeTaskId.NotFound",
      `The replaceRootVolumeTask ID '${id}' does not exist`,
    );
  });
}

export const snapshotActions: Actions = {
  DescribeSnapshots: reads((world, params) => {
    const ids = params.strings("SnapshotId");
    const owners = params.strings("Owner");
    const all = ids.length > 0 ? findAll(world, "snapshots", ids) : world.account.snapshots;
    const snapshots = filtered(world, params, all, FILTERS).filter((one) => isOwnedBy(world, one, owners));
    const { entries, nextToken } = page(params, snapshots, { parameter: "SnapshotId" });
    return { snapshotSet: entries.map((one) => snapshotView(world, one)), nextToken };
  }),
  CreateSnapshot: changes((world, params) => {
    const volume = findVolume(world, params.required("VolumeId"));
    const description = params.string("Description") ?? "";
    const tags = readTagSpecs(params, ["snapshot"]).snapshot ?? {};
    return () => snapshotView(world, createSnapshot(world, volume, { description, tags }));
  }),
  DeleteSnapshot: does((world, params) => {
    const snapshot = findSnapshot(world, params.required("SnapshotId"));
    checkOwnSnapshot(world, snapshot);
    return () => {
      deleteSnapshot(world, snapshot);
    };
  }),
  CreateReplaceRootVolumeTask: makesOnce("CreateReplaceRootVolumeTask", {
    make: (world, params) => {
      const wanted = {
        instance: findInstance(world, params.required("InstanceId")),
        imageId: params.string("ImageId"),
        snapshotId: params.string("SnapshotId"),
        deleteReplaced: params.boolean("DeleteReplacedRootVolume") ?? false,
        tags: readTagSpecs(params, ["replace-root-volume-task"])["replace-root-volume-task"] ?? {},
      };
      checkTask(world, wanted);
      return () => [createTask(world, wanted).taskId];
    },
    reply: (world, ids) => ({ replaceRootVolumeTask: findTasks(world, ids).map(rootVolumeTaskView)[0] }),
  }),
  DescribeReplaceRootVolumeTasks: reads((world, params) => {
    const ids = params.strings("ReplaceRootVolumeTaskId");
    const all = ids.length > 0 ? findTasks(world, ids) : world.account.rootVolumeTasks;
    const { entries, nextToken } = page(params, filtered(world, params, all, TASK_FILTERS), {
      parameter: "ReplaceRootVolumeTaskId",
      least: 1,
      most: 50,
      isStrict: true,
    });
    return { replaceRootVolumeTaskSet: entries.map(rootVolumeTaskView), nextToken };
  }),
};
