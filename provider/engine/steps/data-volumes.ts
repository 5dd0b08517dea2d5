/** The data volumes: made once, kept, and attached to each instance in turn. */
import { isEc2Error } from "../../ec2/errors";
import { waitFor, WaitTimeout } from "../../ec2/wait";
import { currentInstance, currentNetworkInterface, currentVolume, recordedVolumeId } from "../current";
import { volumeTags } from "../labels";
import { differentShape } from "../planning/data-volumes";
import { goneIsFine, made, networkInterfaceOf, oncePropagated, type Run, transitionTimeout } from "../run";
import { clientToken } from "../specification";
import type { DataVolume, Instance, Volume, VolumeShape } from "../state";

/** Each repeat comes after a volume that somebody deleted while EC2 still remembered it. */
const MAX_REPEATS = 5;
const VISIBLE_MS = 30_000;

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

async function zoneOf(run: Run): Promise<string> {
  const eni = currentNetworkInterface(run);
  return eni?.availabilityZone ?? made(await run.ec2.describeSubnet(run.desired.subnetId), "subnet").availabilityZone;
}

/** The same token as for a volume that is gone since is answered with that one: it is the predecessor of the one that is wanted. */
async function create(run: Run, volume: DataVolume, availabilityZone: string): Promise<Volume> {
  const template = made(run.observed.template, "launch template");
  const predecessors = [recordedVolumeId(volume.name, run.recorded)];
  while (predecessors.length <= MAX_REPEATS) {
    const { id } = await run.ec2.createVolume({
      volume,
      availabilityZone,
      tags: volumeTags(run.id, run.desired, volume.name),
      clientToken: clientToken(template.id, "volume", volume.name, availabilityZone, ...predecessors),
    });
    const seen = await whenThere(run, id);
    if (seen !== undefined) {
      return seen;
    }
    predecessors.push(id);
  }
  throw new Error(`EC2 answered ${MAX_REPEATS} times in a row with a volume that is gone`);
}

/** One that EC2 does not show for long after it was made is one that is gone again. */
async function whenThere(run: Run, id: string): Promise<Volume | undefined> {
  const isThere = (it: Volume | undefined): boolean => it !== undefined && !it.status.startsWith("delet");
  await waitFor<Volume | undefined>({
    what: `${id} to be known to EC2`,
    read: () => read(run, id),
    isReady: isThere,
    describe: (it) => it?.status ?? "not known",
    timeoutMs: VISIBLE_MS,
    clock: run.clock,
  }).catch((error: unknown) => {
    if (!(error instanceof WaitTimeout)) {
      throw error;
    }
  });
  const seen = await awaitVolume(run, id, "to be made", (it) => it?.status !== "creating");
  return isThere(seen) ? seen : undefined;
}

async function read(run: Run, id: string): Promise<Volume | undefined> {
  return (await run.ec2.describeVolumes({ "volume-id": [id] }))[0];
}

function awaitVolume(
  run: Run,
  id: string,
  what: string,
  isReady: (volume: Volume | undefined) => boolean,
): Promise<Volume | undefined> {
  return waitFor<Volume | undefined>({
    what: `${id} ${what}`,
    read: () => read(run, id),
    isReady,
    describe: (it) =>
      it === undefined ? "gone" : `${it.status}${it.attachment === undefined ? "" : `, ${it.attachment.status}`}`,
    timeoutMs: transitionTimeout(run),
    clock: run.clock,
  });
}

function replace(run: Run, volume: Volume): void {
  run.observed.volumes = [...run.observed.volumes.filter((it) => it.id !== volume.id), volume];
}

/** While it is in use. A modification that an earlier run began is waited for. */
export async function modifyVolume(run: Run, volume: Volume, shape: VolumeShape): Promise<void> {
  try {
    await run.ec2.modifyVolume(volume.id, shape);
  } catch (error) {
    if (!isEc2Error(error, "transition")) {
      throw error;
    }
  }
  const isThere = (it: Volume): boolean => Object.keys(differentShape(shape, it)).length === 0;
  const seen = await awaitVolume(run, volume.id, "to be modified", (it) => it !== undefined && isThere(it));
  replace(run, seen ?? volume);
  const words = Object.entries(shape).map(([name, value]) => `${name} ${value}`);
  run.say(`${volume.id} has ${words.join(", ")}; the file system on it grows by the guest's own means`);
}

export async function keepVolumeOnTermination(run: Run, { id, attachment }: Volume): Promise<void> {
  if (attachment !== undefined) {
    await run.ec2.keepVolumeOnTermination(attachment.instanceId, attachment.deviceName);
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
  if (attachment.status !== "detaching" && holder?.state !== "terminated" && holder?.state !== "shutting-down") {
    await goneIsFine(() => run.ec2.detachVolume(id, attachment.instanceId)).catch((error: unknown) => {
      // A repeat after a lost reply: it is off, or coming off.
      if (!isEc2Error(error, "transition")) {
        throw error;
      }
    });
  }
  const seen = await awaitVolume(
    run,
    id,
    `to come off ${attachment.instanceId} (a guest that has it mounted keeps it: unmount it there)`,
    (it) => it?.attachment === undefined,
  );
  replace(run, seen ?? { ...now, attachment: undefined });
  run.say(`${id} detached from ${attachment.instanceId}`);
}

/** All of them, to the instance that holds the interface. */
export async function attachVolumes(
  run: Run,
  instance = made(currentInstance(networkInterfaceOf(run), run.observed), "instance"),
): Promise<void> {
  for (const wanted of run.desired.dataVolumes) {
    const volume = made(currentVolume(wanted, run.observed, run.recorded), `data volume ${wanted.name}`);
    await attach(run, volume, { instance, deviceName: wanted.deviceName });
  }
}

async function attach(
  run: Run,
  { id }: Volume,
  { instance, deviceName }: { instance: Instance; deviceName: string },
): Promise<void> {
  const isOn = (it: Volume | undefined): boolean =>
    it?.attachment?.instanceId === instance.id && it.attachment.status !== "detaching";
  const free = await awaitVolume(run, id, "to be free", (it) => it?.attachment === undefined || isOn(it));
  if (!isOn(free)) {
    await oncePropagated(
      run,
      id,
      () => run.ec2.attachVolume(id, instance.id, deviceName),
      // It is being modified, or EC2 does not see yet that it is free.
      (error) => isEc2Error(error, "not-found", "transition"),
    ).catch(async (error: unknown) => {
      // After a lost reply a repeat is refused.
      if (!isEc2Error(error) || !isOn(await read(run, id))) {
        throw error;
      }
    });
    run.say(`${id} attached to ${instance.id} as ${deviceName}`);
  }
  const seen = await awaitVolume(run, id, "to be attached", (it) => it?.attachment?.status === "attached");
  if (seen !== undefined) {
    replace(run, seen);
  }
}

export async function deleteVolume(run: Run, volume: Volume): Promise<void> {
  await awaitVolume(run, volume.id, "to be free", (it) => it?.attachment === undefined);
  await goneIsFine(() => run.ec2.deleteVolume(volume.id));
  run.observed.volumes = run.observed.volumes.filter((it) => it.id !== volume.id);
  run.say(`${volume.id} deleted`);
}
