/** Which things are the machine's: made here or given, and on what is the machine's or elsewhere. (pure) */
import { isOwned, TAG } from "../../ec2/tags";
import type { Desired } from "../../model/desired";
import type { Observed, Recorded } from "../../model/observed";
import type { ElasticIp, Instance, NetworkInterface, Volume } from "../../model/things";

/** The facts by which an interface that was made here is told from one that was given. */
export interface Owner {
  id: string;
  desired: Pick<Desired, "adopt">;
  observed: Pick<Observed, "adoption">;
}

/**
 * Whether the interface was made here: a given interface says so in a tag, a made one in its URN tag and its description. Somebody may
 * take the tags off, so an interface that the inputs adopt is never ours. A retained interface is nobody's, until it is given to a machine.
 */
export function isOwnedInterface(eni: NetworkInterface, { id, desired, observed }: Owner): boolean {
  const { tags, description } = eni;
  const isAdopted = eni.id === desired.adopt?.networkInterfaceId || eni.id === observed.adoption?.networkInterface?.id;
  const isGiven = tags[TAG.owned] === "false" || (tags[TAG.retained] !== undefined && tags[TAG.id] === undefined);
  return !isAdopted && !isGiven && (tags[TAG.urn] !== undefined || description.startsWith(`${id} `));
}

/** Whether this machine launched the instance. The input `adopt` tells it from a given one, also where its tags were taken off. */
export function isOwnedInstance(instance: Instance, { adopt }: Pick<Desired, "adopt">): boolean {
  return isOwned(instance) && instance.id !== adopt?.instanceId;
}

/** A given Elastic IP has our id and no URN; one that has no tag of ours is only looked at where it is on record as ours. */
export function isOwnedElasticIp(eip: ElasticIp): boolean {
  const { tags } = eip;
  return isOwned(eip) && (tags[TAG.urn] !== undefined || tags[TAG.id] === undefined);
}

/** Whether an Elastic IP is on an interface of this managed instance. */
export function isOnOurs(eip: ElasticIp, observed: Observed): boolean {
  return observed.networkInterfaces.some((eni) => eni.id === eip.association?.networkInterfaceId);
}

/** Whether an Elastic IP is where a machine's is: on the primary address of an interface, and on none of its further ones. */
export function isAtHome({ association }: ElasticIp, eni: Pick<NetworkInterface, "id" | "privateIp">): boolean {
  return association?.networkInterfaceId === eni.id && (association.privateIp ?? eni.privateIp) === eni.privateIp;
}

/** Whether a data volume is this machine's: by its tag or, where its tags were taken off, on record. */
export function isOurVolume(
  { id: volumeId, tags }: Volume,
  { id, recorded }: { id: string; recorded?: Recorded },
): boolean {
  const isRecorded = Object.values(recorded?.dataVolumeIds ?? {}).includes(volumeId);
  const owner = tags[TAG.id];
  return owner === id || (owner === undefined && tags[TAG.retained] === undefined && isRecorded);
}

/** Whether this machine made the volume, so that it may delete it. */
export function isOwnedVolume(volume: Volume, situation: { id: string; recorded?: Recorded }): boolean {
  const isGiven = situation.recorded?.givenVolumeIds.includes(volume.id) === true;
  return isOurVolume(volume, situation) && isOwned(volume) && !isGiven;
}

/** Whether a volume is attached to an instance of another's. */
export function isElsewhere({ attachment }: Volume, { instances }: Observed): boolean {
  return attachment !== undefined && !instances.some((it) => it.id === attachment.instanceId);
}

/** A volume may have the name of something that every object has. */
export function recordedVolumeId(name: string, recorded: Recorded | undefined): string | undefined {
  const ids = recorded?.dataVolumeIds ?? {};
  return Object.hasOwn(ids, name) ? ids[name] : undefined;
}

/** Whether EC2 deletes a volume, or has. */
export function isBeingDeleted({ status }: Pick<Volume, "status">): boolean {
  return status.startsWith("delet");
}
