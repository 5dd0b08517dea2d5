/** A setting that a running instance takes on in place. */
import { type Setting, SETTINGS } from "../record/settings";
import type { Run } from "./run";

export async function changeSetting(run: Run, setting: Setting, instanceId: string): Promise<void> {
  const instance = run.observed.instances.find((it) => it.id === instanceId);
  const past = { instance, hopLimit: run.recorded?.hopLimit };
  run.say(`${instanceId} has ${await SETTINGS[setting].set(run.ec2, instanceId, run.desired, past)}`);
}
