/** Data volumes come off an instance, and go on the next. */
import { Ec2Error, isEc2Error } from "../../ec2/errors";
import { orNothing } from "../../ec2/lookups";
import { castOf } from "../situation/cast";
import { holderOf, isAlive } from "../situation/instances";
import { isComingOff } from "../planning/data-volumes";
import { made, networkInterfaceOf, ObserveAgain, onceAccepted, type Run } from "./run";
import type { Instance, Volume } from "../../model/things";
import { requireAlive } from "./alive";
import { type Awaited, awaitVolume, readVolume, rememberVolume } from "./volume-waits";

/** How long EC2 may not see yet that a volume is there and free. */
const ATTACHABLE_MS = 2 * 60_000;
const UNMOUNT = "a guest that has it mounted keeps it: unmount it there";
const ATTACHED: Awaited = { kind: "volume-attach", what: "to be attached" };
const FREE_TO_ATTACH: Awaited = { kind: "under-way", what: `to be free (${UNMOUNT})` };

/** An instance that has ended lets go of it by itself. */
export async function detachVolume(run: Run, { id }: Volume): Promise<void> {
  const now = await readVolume(run, id);
  const { attachment } = now ?? {};
  if (now === undefined || attachment === undefined) {
    return;
  }
  const holder = run.observed.instances.find((it) => it.id === attachment.instanceId);
  if (attachment.status !== "detaching" && (holder === undefined || isAlive(holder))) {
    await orNothing(() => run.ec2.detachVolume(id, attachment.instanceId)).catch((error: unknown) => {
      // A repeat after a lost reply: it is off, or coming off.
      if (!isEc2Error(error, "transition")) {
        throw error;
      }
    });
  }
  const look = async (): Promise<Volume | undefined> => {
    const seen = await readVolume(run, id);
    if (seen?.attachment !== undefined && seen.attachment.attachedAt !== attachment.attachedAt) {
      throw new ObserveAgain(`another run attached ${id} to ${seen.attachment.instanceId} again`);
    }
    return seen;
  };
  const seen = await awaitVolume(
    run,
    id,
    { kind: "volume-detach", what: `to come off ${attachment.instanceId} (${UNMOUNT})`, look },
    (it) => it?.attachment === undefined,
  );
  rememberVolume(run, seen ?? { ...now, attachment: undefined });
  run.say(`${id} detached from ${attachment.instanceId}`);
}

/** Attaches all of them to the instance that holds the interface. */
export async function attachVolumes(run: Run): Promise<void> {
  const instance = made(holderOf(networkInterfaceOf(run), run.observed), "instance");
  for (const { wanted, volume } of castOf(run).volumes) {
    await attach(run, made(volume, `data volume ${wanted.name}`), { instance, deviceName: wanted.deviceName });
  }
}

/** Attaches the volumes that an instance had when it was retired, to the one that it is launched again as. */
export async function attachAgain(run: Run, retired: Instance, instance: Instance): Promise<void> {
  for (const { volumeId, deviceName } of retired.devices) {
    const volume = run.observed.volumes.find((it) => it.id === volumeId);
    if (volume !== undefined) {
      await attach(run, volume, { instance, deviceName });
    }
  }
}

async function attach(
  run: Run,
  { id }: Volume,
  { instance, deviceName }: { instance: Instance; deviceName: string },
): Promise<void> {
  const isOn = (it: Volume | undefined): boolean =>
    it?.attachment?.instanceId === instance.id && !isComingOff(it.attachment);
  const seeIt = async (): Promise<Volume | undefined> => {
    const now = await readVolume(run, id);
    if (now?.attachment === undefined ? isAsked : !isOn(now)) {
      await requireAlive(run, instance);
    }
    return now;
  };
  let isAsked = false;
  const isFree = (it: Volume | undefined): boolean => it?.attachment === undefined || isOn(it);
  const free = await awaitVolume(run, id, { ...FREE_TO_ATTACH, look: seeIt }, isFree);
  if (!isOn(free)) {
    await onceAccepted(
      run,
      { what: `EC2 to attach ${id} to ${instance.id}`, isPassing, timeoutMs: ATTACHABLE_MS },
      async () => {
        try {
          await run.ec2.attachVolume(id, instance.id, deviceName);
        } catch (error) {
          // After a lost reply EC2 refuses a repeat.
          if (isEc2Error(error) && isOn(await readVolume(run, id))) {
            return;
          }
          if (isPassing(error)) {
            await requireAlive(run, instance);
          }
          throw error;
        }
      },
    );
    run.say(`${id} attached to ${instance.id} as ${deviceName}`);
  }
  isAsked = true;
  const isAttached = (it: Volume | undefined): boolean => it?.attachment?.status === "attached";
  const seen = await awaitVolume(run, id, { ...ATTACHED, look: seeIt }, isAttached);
  if (seen !== undefined) {
    rememberVolume(run, seen);
  }
}

/** EC2 does not see yet that it is there, or free, or it is being modified, for which EC2 has no code of its own. */
function isPassing(error: unknown): boolean {
  const isModified =
    error instanceof Ec2Error && error.code === "OperationNotPermitted" && error.said.includes("modification state");
  return isModified || isEc2Error(error, "not-found", "transition");
}
