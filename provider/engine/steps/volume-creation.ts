/** A data volume is made once, in the machine's zone. */
import { Ec2Error } from "../../ec2/errors";
import { orNothing } from "../../ec2/lookups";
import { isOwned, TAG } from "../../ec2/tags";
import { waitFor, WaitFailure, WaitTimeout } from "../../ec2/wait";
import { isBeingDeleted, recordedVolumeId } from "../situation/belongings";
import { volumeTags } from "../record/labels";
import { made, type Run, transitionTimeout } from "./run";
import { clientToken } from "../record/specification";
import type { DataVolume } from "../../model/desired";
import type { Volume } from "../../model/things";
import { zoneOf } from "./network-interface";
import { type VolumeWait, awaitVolume, readVolume, rememberVolume } from "./volume-waits";

const VISIBLE_MS = 30_000;
const MADE: VolumeWait = { kind: "volume-creation", what: "to be made" };

export async function makeVolume(run: Run, name: string): Promise<void> {
  const wanted = made(
    run.desired.dataVolumes.find((it) => it.name === name),
    "data volume",
  );
  const availabilityZone = await zoneOf(run);
  const volume = await create(run, wanted, availabilityZone);
  rememberVolume(run, volume);
  run.say(`${volume.id} made, the data volume ${name} in ${availabilityZone}`);
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

/** A volume that EC2 does not show for long after it was made is gone again. */
async function whenThere(run: Run, id: string): Promise<Volume | undefined> {
  const isThere = (it: Volume | undefined): boolean => it !== undefined && !isBeingDeleted(it);
  await waitFor<Volume | undefined>(
    {
      kind: "propagation",
      what: `${id} to be known to EC2`,
      read: () => readVolume(run, id),
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
