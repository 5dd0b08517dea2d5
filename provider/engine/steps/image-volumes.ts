/** Volumes that a launch made by itself, as the image says: they end with their instance. */
import { isUnauthorized } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import type { Run } from "./run";
import type { Instance, Volume } from "../../model/things";

/**
 * Who may recycle machines and nothing more has not the right to this. That is no reason to let a machine fail: the volume is named by a
 * refresh and by `managed-instance doctor`, and goes with the next `up` or `destroy`.
 */
export async function endWithInstance(run: Run, { id, attachment }: Pick<Volume, "id" | "attachment">): Promise<void> {
  if (attachment === undefined) {
    return;
  }
  const { instanceId, deviceName } = attachment;
  try {
    await run.ec2.setDeleteOnTermination(instanceId, deviceName, true);
    run.say(`${id} (${deviceName}) came with the image of ${instanceId}, and ends with ${instanceId}`);
  } catch (error) {
    if (!isUnauthorized(error)) {
      throw error;
    }
    run.say(
      `${id} (${deviceName}) will stay behind when ${instanceId} ends: ec2:ModifyInstanceAttribute was denied; the next \`pulumi up\` sets it`,
    );
  }
}

/** Lets volumes of the image that would outlive the instance end with it. A volume without the tags of a launch was attached by somebody. */
export async function endVolumesWith(run: Run, { id, devices }: Instance): Promise<void> {
  const isData = (volumeId: string): boolean => run.observed.volumes.some((it) => it.id === volumeId);
  const ids = devices.filter((it) => !it.deleteOnTermination && !isData(it.volumeId)).map((it) => it.volumeId);
  const volumes = ids.length === 0 ? [] : await run.ec2.describeVolumes({ "volume-id": ids });
  const isLaunched = ({ tags }: Volume): boolean =>
    tags[TAG.id] === run.id && tags[TAG.generation] !== undefined && tags[TAG.volume] === undefined;
  for (const volume of volumes.filter((it) => isLaunched(it) && it.attachment?.instanceId === id)) {
    await endWithInstance(run, volume);
  }
}
