/** The data volumes while they are there: how they are changed, kept, and given up. */
import { explain, isEc2Error } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import { waitFor } from "../../ec2/wait";
import { differentShape } from "../planning/data-volumes";
import { retainVolume } from "../planning/retention";
import { deleteOnceFree, type Run, transitionTimeout } from "./run";
import type { Volume, VolumeShape } from "../../model/things";
import { retain } from "./tags";
import { awaitVolume, lookingOn, readVolume, rememberVolume, type VolumeWait } from "./volume-waits";

const MODIFIED: VolumeWait = { kind: "volume-modification", what: "to be modified" };
/** Waits for a free volume. Nobody here knows who lets go of it, and since when. */
const FREE: VolumeWait = { kind: "under-way", what: "to be free" };

/** Modifies a volume while it is in use. Waits for a modification that an earlier run began, be it this one or another that is in its way. */
export async function modifyVolume(run: Run, volume: Volume, shape: VolumeShape): Promise<void> {
  const isThere = (it: Volume): boolean => Object.keys(differentShape(shape, it)).length === 0;
  let seen: Volume | undefined;
  await waitFor<string | undefined>(
    {
      kind: "under-way",
      what: `EC2 to take the modification of ${volume.id}`,
      read: async () => {
        try {
          await run.ec2.modifyVolume(volume.id, shape);
          return undefined;
        } catch (error) {
          if (!isEc2Error(error, "transition")) {
            throw error;
          }
          seen = await readVolume(run, volume.id);
          return seen !== undefined && isThere(seen) ? undefined : explain(error);
        }
      },
      isReady: (refusal) => refusal === undefined,
      describe: (refusal) => refusal ?? "modified",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  seen = await awaitVolume(run, volume.id, MODIFIED, (it) => it !== undefined && isThere(it));
  rememberVolume(run, seen ?? volume);
  const words = Object.entries(shape).map(([name, value]) => `${name} ${value}`);
  run.say(`${volume.id} has ${words.join(", ")}; the file system on it grows by the guest's own means`);
}

export async function keepVolumeOnTermination(run: Run, { id, attachment }: Volume): Promise<void> {
  if (attachment !== undefined) {
    await run.ec2.setDeleteOnTermination(attachment.instanceId, attachment.deviceName, false);
    run.say(`${id} was set to be deleted with its instance; it is not any more`);
  }
}

export async function deleteVolume(run: Run, volume: Volume): Promise<void> {
  const other = run.namedByOther?.([volume.id]);
  if (other !== undefined) {
    run.say(`${volume.id} is left to ${other}, which names it, and is not deleted`);
    await retain(run, retainVolume(volume, volume.tags[TAG.volume] ?? volume.id));
    return;
  }
  const look = lookingOn(run, volume);
  await awaitVolume(run, volume.id, { ...FREE, look }, (it) => it?.attachment === undefined);
  await deleteOnceFree(run, volume.id, async () => {
    try {
      await run.ec2.deleteVolume(volume.id);
    } catch (error) {
      if (isEc2Error(error, "in-use")) {
        await look();
      }
      throw error;
    }
  });
  run.observed.volumes = run.observed.volumes.filter((it) => it.id !== volume.id);
  run.say(`${volume.id} deleted`);
}
