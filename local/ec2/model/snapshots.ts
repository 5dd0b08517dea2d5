import { Ec2Error } from "./errors";
import type { Snapshot, Tags, Volume } from "./state";
import { TIMINGS } from "./timings";
import type { World } from "./world";

export function snapshotState(world: World, { completedAt }: Snapshot): "pending" | "completed" {
  return world.now < completedAt ? "pending" : "completed";
}

/** In hundredths of the volume. */
export function snapshotProgress(world: World, { startTime, completedAt }: Snapshot): string {
  const share = (world.now - startTime) / Math.max(1, completedAt - startTime);
  return `${Math.min(100, Math.floor(share * 100))}%`;
}

/** A point in time: what happens to the volume afterwards changes nothing, nor does it have to wait. */
export function createSnapshot(world: World, volume: Volume, about: { description: string; tags: Tags }): Snapshot {
  const instance = world.account.instances.get(volume.attachment?.instanceId ?? "");
  const snapshot: Snapshot = {
    ...about,
    snapshotId: world.newId("snap"),
    volumeId: volume.volumeId,
    volumeSize: volume.size,
    startTime: world.now,
    completedAt: world.now + world.durationOf(TIMINGS.snapshot),
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    ownerId: world.accountId,
    rootOf: instance?.rootDeviceName === volume.attachment?.device ? instance?.instanceId : undefined,
  };
  world.account.snapshots.set(snapshot.snapshotId, snapshot);
  return snapshot;
}

export function checkOwnSnapshot(world: World, { ownerId, snapshotId }: Snapshot): void {
  if (ownerId === world.accountId) return;
  throw new Ec2Error("AuthFailure", `Not authorized for resource ${snapshotId}`);
}

/** The message is as backup-monkey#10 quotes it. */
export function deleteSnapshot(world: World, { snapshotId }: Snapshot): void {
  for (const image of world.account.images.values()) {
    const used = [image.rootSnapshotId, ...(image.dataDevices ?? []).map((device) => device.snapshotId)];
    if (!used.includes(snapshotId)) continue;
    throw new Ec2Error("InvalidSnapshot.InUse", `The snapshot ${snapshotId} is currently in use by ${image.imageId}`);
  }
  world.account.snapshots.delete(snapshotId);
}
