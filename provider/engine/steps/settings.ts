/** What a running instance takes on in place. */
import type { Run } from "../run";

export async function setMetadataOptions(run: Run, instanceId: string): Promise<void> {
  await run.ec2.setMetadataOptions(instanceId, run.desired.metadataOptions);
  run.say(`${instanceId} has the new metadata options`);
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
