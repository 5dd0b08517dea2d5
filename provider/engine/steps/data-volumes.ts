/** The data volumes: made once, kept, and attached to each instance in turn. */
import { orNothing } from "../../ec2/lookups";
import { Ec2Error, explain, isEc2Error } from "../../ec2/errors";
import { isOwned, TAG } from "../../ec2/tags";
import { type Wait, waitFor, WaitFailure, WaitTimeout } from "../../ec2/wait";
import {
  currentInstance,
  currentNetworkInterface,
  currentVolume,
  isAlive,
  recordedVolumeId,
} from "../situation/current";
import { volumeTags } from "../record/labels";
import { differentShape, isComingOff } from "../planning/data-volumes";
import { retainVolume } from "../planning/retention";
import { deleteOnceFree, made, networkInterfaceOf, onceAccepted, type Run, transitionTimeout } from "./run";
import { clientToken } from "../record/specification";
import type { DataVolume } from "../../model/desired";
import type { Instance, Volume, VolumeShape } from "../../model/things";
import { requireAlive } from "./alive";
import { retain } from "./tags";

const VISIBLE_MS = 30_000;
/** How long EC2 may not see yet that a volume is there and free, or take to modify it. */
const ATTACHABLE_MS = 2 * 60_000;

export async function makeVolume(run: Run, name: string): Promise<void> {
  const wanted = made(
    run.desired.dataVolumes.find((it) => it.name === name),
    "data volume",
  );
  const availabilityZone = await zoneOf(run);
  const volume = await create(run, wanted, availabilityZone);
  replace(run, volume);
  run.say(`${volume.id} made, the data volume ${name} in ${availabilityZone}`);
}

/** The zone of the machine, also before it has its interface. */
export async function zoneOf(run: Run): Promise<string> {
  const eni = currentNetworkInterface(run);
  return eni?.availabilityZone ?? made(await run.ec2.describeSubnet(run.desired.subnetId), "subnet").availabilityZone;
}

/**
 * Two runs at once come to one volume, by the token. Where EC2 answers it with an earlier volume of the name, which was deleted or
 * retained since, another is made by a token of this run's own.
 */
async function create(run: Run, wanted: DataVolume, availabilityZone: string): Promise<Volume> {
  const recordedId = recordedVolumeId(wanted.name, run.recorded);
  const volume =
    (await createOnce(run, wanted, { availabilityZone, intent: [recordedId] })) ??
    (await createOnce(run, wanted, { availabilityZone, intent: [recordedId, run.nonce] }));
  if (volume === undefined) {
    throw new Error("EC2 answered with a volume that is gone");
  }
  if (volume.status === "error") {
    await orNothing(() => run.ec2.deleteVolume(volume.id));
    throw new WaitFailure(
      `EC2 could not make it (${volume.id} came out in the state error, and was deleted); if it is encrypted, check that EC2 may use the key`,
    );
  }
  return volume;
}

interface Creation {
  availabilityZone: string;
  intent: (string | undefined)[];
}

/** Nothing, where the token stands for a volume that is gone, or no longer this machine's, or that was asked for otherwise. */
async function createOnce(
  run: Run,
  volume: DataVolume,
  { availabilityZone, intent }: Creation,
): Promise<Volume | undefined> {
  const template = made(run.observed.template, "launch template");
  try {
    const { id } = await run.ec2.createVolume({
      volume,
      availabilityZone,
      tags: volumeTags(run.id, run.desired, volume.name),
      clientToken: clientToken(template.id, "volume", volume.name, availabilityZone, ...intent),
    });
    const seen = await whenThere(run, id);
    return seen?.tags[TAG.id] === run.id && isOwned(seen) ? seen : undefined;
  } catch (error) {
    if (error instanceof Ec2Error && (error.class === "mismatch" || error.code === "InvalidVolume.NotFound")) {
      return undefined;
    }
    throw error;
  }
}

/** One that EC2 does not show for long after it was made is one that is gone again. */
async function whenThere(run: Run, id: string): Promise<Volume | undefined> {
  const isThere = (it: Volume | undefined): boolean => it !== undefined && !it.status.startsWith("delet");
  await waitFor<Volume | undefined>(
    {
      kind: "propagation",
      what: `${id} to be known to EC2`,
      read: () => read(run, id),
      isReady: isThere,
      describe: (it) => it?.status ?? "not known",
      timeoutMs: Math.min(VISIBLE_MS, transitionTimeout(run)),
    },
    run,
  ).catch((error: unknown) => {
    if (!(error instanceof WaitTimeout)) {
      throw error;
    }
  });
  const seen = await awaitVolume(run, id, MADE, (it) => it?.status !== "creating");
  return isThere(seen) ? seen : undefined;
}

async function read(run: Run, id: string): Promise<Volume | undefined> {
  return (await run.ec2.describeVolumes({ "volume-id": [id] }))[0];
}

/** What a volume is waited for. */
type Awaited = Pick<Wait<unknown>, "kind" | "what"> & { look?: () => Promise<Volume | undefined> };

const UNMOUNT = "a guest that has it mounted keeps it: unmount it there";
const MADE: Awaited = { kind: "volume-creation", what: "to be made" };
const MODIFIED: Awaited = { kind: "volume-modification", what: "to be modified" };
const ATTACHED: Awaited = { kind: "volume-attach", what: "to be attached" };
/** By whom it is let go, and since when, is not known here. */
const FREE: Awaited = { kind: "under-way", what: "to be free" };
const FREE_TO_ATTACH: Awaited = { kind: "under-way", what: `to be free (${UNMOUNT})` };

function awaitVolume(
  run: Run,
  id: string,
  { kind, what, look = () => read(run, id) }: Awaited,
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

function replace(run: Run, volume: Volume): void {
  run.observed.volumes = [...run.observed.volumes.filter((it) => it.id !== volume.id), volume];
}

/** While it is in use. A modification that an earlier run began is waited for, be it this one or another that is in its way. */
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
          seen = await read(run, volume.id);
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
  replace(run, seen ?? volume);
  const words = Object.entries(shape).map(([name, value]) => `${name} ${value}`);
  run.say(`${volume.id} has ${words.join(", ")}; the file system on it grows by the guest's own means`);
}

export async function keepVolumeOnTermination(run: Run, { id, attachment }: Volume): Promise<void> {
  if (attachment !== undefined) {
    await run.ec2.setDeleteOnTermination(attachment.instanceId, attachment.deviceName, false);
    run.say(`${id} was set to be deleted with its instance; it is not any more`);
  }
}

/** An instance that has ended lets go of it by itself. */
export async function detachVolume(run: Run, { id }: Volume): Promise<void> {
  const now = await read(run, id);
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
  const seen = await awaitVolume(
    run,
    id,
    { kind: "volume-detach", what: `to come off ${attachment.instanceId} (${UNMOUNT})` },
    (it) => it?.attachment === undefined,
  );
  replace(run, seen ?? { ...now, attachment: undefined });
  run.say(`${id} detached from ${attachment.instanceId}`);
}

/** All of them, to the instance that holds the interface. */
export async function attachVolumes(run: Run): Promise<void> {
  const instance = made(currentInstance(networkInterfaceOf(run), run.observed), "instance");
  for (const wanted of run.desired.dataVolumes) {
    const volume = made(currentVolume(wanted, run.observed, run.recorded), `data volume ${wanted.name}`);
    await attach(run, volume, { instance, deviceName: wanted.deviceName });
  }
}

/** Those that an instance had when it was retired, to the one that it is launched again as. */
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
    const now = await read(run, id);
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
          // After a lost reply a repeat is refused.
          if (isEc2Error(error) && isOn(await read(run, id))) {
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
    replace(run, seen);
  }
}

/** EC2 does not see yet that it is there, or free, or it is being modified, for which EC2 has no code of its own. */
function isPassing(error: unknown): boolean {
  const isModified =
    error instanceof Ec2Error && error.code === "OperationNotPermitted" && error.said.includes("modification state");
  return isModified || isEc2Error(error, "not-found", "transition");
}

export async function deleteVolume(run: Run, volume: Volume): Promise<void> {
  const other = run.namedByOther?.([volume.id]);
  if (other !== undefined) {
    run.say(`${volume.id} is left to ${other}, which names it, and is not deleted`);
    await retain(run, retainVolume(volume, volume.tags[TAG.volume] ?? volume.id));
    return;
  }
  await awaitVolume(run, volume.id, FREE, (it) => it?.attachment === undefined);
  await deleteOnceFree(run, volume.id, () => run.ec2.deleteVolume(volume.id));
  run.observed.volumes = run.observed.volumes.filter((it) => it.id !== volume.id);
  run.say(`${volume.id} deleted`);
}
