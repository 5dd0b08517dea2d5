/** How a data volume is read, waited for, and remembered. */
import { type Wait, waitFor } from "../../ec2/wait";
import { ObserveAgain, type Run, transitionTimeout } from "./run";
import type { Volume } from "../../model/things";

/** Nothing, if it is gone. */
export async function readVolume(run: Run, id: string): Promise<Volume | undefined> {
  return (await run.ec2.describeVolumes({ "volume-id": [id] }))[0];
}

/** A state that a volume is waited for to be in. */
export type VolumeWait = Pick<Wait<unknown>, "kind" | "what"> & { look?: () => Promise<Volume | undefined> };

/**
 * Reads a volume that is to come off what it was on.
 *
 * @throws ObserveAgain if another run attached it again
 */
export function lookingOn(run: Run, { id, attachment: before }: Volume): () => Promise<Volume | undefined> {
  return async () => {
    const seen = await readVolume(run, id);
    if (seen?.attachment !== undefined && seen.attachment.attachedAt !== before?.attachedAt) {
      throw new ObserveAgain(`another run attached ${id} to ${seen.attachment.instanceId} again`);
    }
    return seen;
  };
}

/** Reads a volume until it is as it is waited for. */
export function awaitVolume(
  run: Run,
  id: string,
  { kind, what, look = () => readVolume(run, id) }: VolumeWait,
  isReady: (volume: Volume | undefined) => boolean,
): Promise<Volume | undefined> {
  return waitFor<Volume | undefined>(
    {
      kind,
      what: `${id} ${what}`,
      read: look,
      isReady,
      describe: (it) =>
        it === undefined ? "gone" : `${it.status}${it.attachment === undefined ? "" : `, ${it.attachment.status}`}`,
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
}

/** Later steps find it as it is by now. */
export function rememberVolume(run: Run, volume: Volume): void {
  run.observed.volumes = [...run.observed.volumes.filter((it) => it.id !== volume.id), volume];
}
