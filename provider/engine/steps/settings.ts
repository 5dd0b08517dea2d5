/** What a running instance takes on in place. */
import { findImage } from "../../ec2/lookups";
import type { Run } from "./run";

/** EC2 leaves alone what is not said: a hop limit that is not asked for any more goes back to what a launch would give. */
export async function setMetadataOptions(run: Run, instanceId: string): Promise<void> {
  const { metadataOptions } = run.desired;
  const isCleared = metadataOptions.httpPutResponseHopLimit === undefined && run.recorded?.hopLimit !== undefined;
  const cleared = isCleared ? { httpPutResponseHopLimit: await launchHopLimit(run, instanceId) } : {};
  await run.ec2.setMetadataOptions(instanceId, { ...metadataOptions, ...cleared });
  run.say(`${instanceId} has the new metadata options`);
}

/** 2 for an image that is made for IMDSv2, else 1 (EC2 user guide, instance metadata options). */
async function launchHopLimit(run: Run, instanceId: string): Promise<number> {
  const instance = run.observed.instances.find((it) => it.id === instanceId);
  const image = instance === undefined ? undefined : await findImage(run.ec2, instance.imageId);
  return image?.isForImdsV2 === true ? 2 : 1;
}

export async function setInstanceProfile(run: Run, instanceId: string): Promise<void> {
  const { iamInstanceProfile } = run.desired;
  await run.ec2.setInstanceProfile(instanceId, iamInstanceProfile);
  run.say(`${instanceId} has ${iamInstanceProfile ?? "no"} instance profile`);
}

export async function setMonitoring(run: Run, instanceId: string): Promise<void> {
  const { monitoring } = run.desired;
  await run.ec2.setMonitoring(instanceId, monitoring);
  run.say(`${instanceId} has detailed monitoring ${monitoring ? "on" : "off"}`);
}
