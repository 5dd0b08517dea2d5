/** Data volumes come off an instance, and go on the next. */
import { Ec2Error, isEc2Error } from "../../ec2/errors";
import { orNothing } from "../../ec2/lookups";
import { isBeingDeleted } from "../situation/belongings";
import { castOf } from "../situation/cast";
import { holderOf, isAlive } from "../situation/instances";
import { isComingOff } from "../planning/data-volumes";
import { made, networkInterfaceOf, ObserveAgain, onceAccepted, type Run } from "./run";
import type { Instance, Volume } from "../../model/things";
import { requireAlive } from "./alive";
import { STALE_MS } from "./start";
import { awaitVolume, lookingOn, readVolume, rememberVolume, type VolumeWait } from "./volume-waits";

/** How long EC2 may not see yet that a volume is there and free. */
const ATTACHABLE_MS = 2 * 60_000;
const UNMOUNT = "a guest that has it mounted keeps it: unmount it there";
const ATTACHED: VolumeWait = { kind: "volume-attach", what: "to be attached" };
const FREE_TO_ATTACH: VolumeWait = { kind: "under-way", what: `to be free (${UNMOUNT})` };

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
  const look = lookingOn(run, now);
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
  const look = async (): Promise<Volume | undefined> => {
    const now = await readVolume(run, id);
    if (now?.attachment !== undefined && !isOn(now)) {
      await requireAlive(run, instance);
    }
    return now;
  };
  const isFree = (it: Volume | undefined): boolean => it?.attachment === undefined || isOn(it);
  const free = await awaitVolume(run, id, { ...FREE_TO_ATTACH, look }, isFree);
  if (!isOn(free)) {
    await onceAccepted(
      run,
      { what: `EC2 to attach ${id} to ${instance.id}`, isPassing, timeoutMs: ATTACHABLE_MS },
      async () => {
        try {
          await run.ec2.attachVolume(id, instance.id, deviceName);
        } catch (error) {
          const now = isEc2Error(error) ? await readVolume(run, id) : undefined;
          // After a lost reply a repeat is refused.
          if (isOn(now)) {
            return;
          }
          if (isPassing(error)) {
            refuseDeleted(id, now);
            await requireAlive(run, instance);
          }
          throw error;
        }
      },
    );
    run.say(`${id} attached to ${instance.id} as ${deviceName}`);
  }
  const askedAt = run.clock.now();
  const lookWhileAttaching = async (): Promise<Volume | undefined> => {
    const now = await readVolume(run, id);
    if (!isOn(now)) {
      await requireAlive(run, instance);
      // EC2 may still show the volume as it was.
      if (run.clock.now() - askedAt > STALE_MS) {
        throw new ObserveAgain(`another run took ${id} off ${instance.id}`);
      }
    }
    return now;
  };
  const isAttached = (it: Volume | undefined): boolean => it?.attachment?.status === "attached";
  const seen = await awaitVolume(run, id, { ...ATTACHED, look: lookWhileAttaching }, isAttached);
  if (seen !== undefined) {
    rememberVolume(run, seen);
  }
}

/** @throws ObserveAgain if another run deleted it: describes showed it before, so it is not too new to be seen */
function refuseDeleted(id: string, now: Volume | undefined): void {
  if (now === undefined || isBeingDeleted(now)) {
    throw new ObserveAgain(`${id} was deleted meanwhile`);
  }
}

/** EC2 does not see yet that it is there, or free, or it is being modified, for which EC2 has no code of its own. */
function isPassing(error: unknown): boolean {
  const isModified =
    error instanceof Ec2Error && error.code === "OperationNotPermitted" && error.said.includes("modification state");
  return isModified || isEc2Error(error, "not-found", "transition");
}
