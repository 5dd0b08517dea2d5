/** Taking over what exists: how it differs from what is wanted, and why it cannot be had. (pure) */
import { CLAIM_PREFIX, EC2_TAG_LIMIT, PASSING_TAGS, TAG } from "../../ec2/tags";
import { isAlive } from "./instances";
import { has, rootVolumeOf } from "./launched";
import { askedOf, LAUNCH_INPUTS, type LaunchInput, type LaunchPart, partOf } from "../record/specification";
import type { Adoption, Recorded } from "../../model/observed";
import type { Desired } from "../../model/desired";
import type { Instance, NetworkInterface, Tags, Volume } from "../../model/things";

/** An input that the instance was not launched with, and so has to be replaced for. */
export interface Misfit {
  input: LaunchInput;
  part: LaunchPart;
}

/** Whether an instance or an interface is to be adopted, and not a whole machine by its record. */
export function adoptsThings({ adopt }: Pick<Desired, "adopt">): boolean {
  return adopt?.instanceId !== undefined || adopt?.networkInterfaceId !== undefined;
}

/**
 * Why an instance that is being adopted cannot stay. Only what the program says is compared: what it leaves out is as good as
 * it is, until the next launch.
 */
export function misfits({ instance }: Adoption, rootVolumes: readonly Volume[], desired: Desired): Misfit[] {
  if (instance === undefined) {
    return [];
  }
  const found = { instance, rootVolume: rootVolumeOf(instance, rootVolumes) };
  return LAUNCH_INPUTS.filter((input) => isNamed(input, desired) && !has(input, found, desired)).map((input) => ({
    input,
    part: partOf(input),
  }));
}

/** Whether an input names a value. An SSM parameter stands for any image, as of the next launch; a default may not have been named at all. */
function isNamed(input: LaunchInput, desired: Desired): boolean {
  switch (input) {
    case "imageId":
      return !desired.imageId.startsWith("resolve:ssm:");
    case "userData":
    case "rootVolume":
      return askedOf(input, desired) !== undefined;
    case "publicIpAssignment":
    case "recycleTriggers":
      return false;
    default:
      return desired[input] !== undefined;
  }
}

/**
 * Reasons why the named thing cannot be adopted, in sentences. A thing that was adopted before, and lost its tags since, may be where it
 * is not wanted any more.
 */
export function adoptionConflicts(
  id: string,
  desired: Desired,
  { instance, networkInterface }: Adoption,
  recorded?: Pick<Recorded, "networkInterfaceId">,
): string[] {
  const { adopt, subnetId, region } = desired;
  if (adopt?.instanceId !== undefined && (instance === undefined || !isAlive(instance))) {
    return [`the instance ${adopt.instanceId} (adopt.instanceId) does not exist in ${region}, or has ended`];
  }
  if (networkInterface === undefined) {
    const named = adopt?.networkInterfaceId ?? instance?.networkInterfaceId ?? "";
    return [`the network interface ${named} (adopt) does not exist in ${region}`];
  }
  const place =
    recorded?.networkInterfaceId === networkInterface.id ? [] : placeConflicts(networkInterface, subnetId, adopt);
  return [...ownerConflicts(id, networkInterface, instance), ...place, ...tagConflicts(networkInterface, instance)];
}

const INTERFACE_TAGS = [TAG.id, TAG.owned, TAG.publicIp, CLAIM_PREFIX];
const INSTANCE_TAGS = [CLAIM_PREFIX, TAG.id, TAG.owned, TAG.generation, TAG.launch, TAG.type, ...PASSING_TAGS];

function tagConflicts(eni: NetworkInterface, instance: Instance | undefined): string[] {
  return [...(instance === undefined ? [] : tagsTooMany(instance, INSTANCE_TAGS)), ...tagsTooMany(eni, INTERFACE_TAGS)];
}

/** AWS's own count for nothing. */
function tagsTooMany({ id, tags }: { id: string; tags: Tags }, ours: readonly string[]): string[] {
  const held = Object.keys(tags).filter((it) => !it.startsWith("aws:"));
  const surplus = new Set([...held, ...ours]).size - EC2_TAG_LIMIT;
  return surplus <= 0
    ? []
    : [
        `${id} has ${held.length} tags, and with the ${ours.length} of this package that is more than the ${EC2_TAG_LIMIT} that EC2 takes; take ${surplus} off it first`,
      ];
}

function ownerConflicts(id: string, eni: NetworkInterface, instance: Instance | undefined): string[] {
  const owner = [eni.tags[TAG.id], instance?.tags[TAG.id]].find((it) => it !== undefined && it !== id);
  const group = instance?.tags["aws:autoscaling:groupName"];
  return [
    ...(owner === undefined
      ? []
      : [
          `${eni.id} belongs to the managed instance ${owner}, and a machine has one owner; adopt: { managedInstanceId: "${owner}" } takes over that machine as a whole, from whichever state has it`,
        ]),
    ...(group === undefined
      ? []
      : [`${instance?.id ?? ""} is in the Auto Scaling group ${group}, which would replace it; detach it there first`]),
    ...(eni.requesterManaged ? [`${eni.id} is managed by an AWS service, so it cannot be kept`] : []),
  ];
}

/** An instance is adopted with its primary interface, and with no other. */
function heldBy(holder: string | undefined, deviceIndex: number): string {
  if (holder === undefined) {
    return "something that is no instance; free it first";
  }
  return deviceIndex === 0
    ? `${holder}; adopt.instanceId: "${holder}" takes over both`
    : `${holder} at device index ${deviceIndex}, and adopt.instanceId would take over that instance's primary interface and not this one; detach it there first, and adopt it by itself`;
}

function placeConflicts(eni: NetworkInterface, subnetId: string, adopt: Desired["adopt"]): string[] {
  const { instanceId: holder, deviceIndex = 0 } = eni.attachment ?? {};
  const isHeld = adopt?.networkInterfaceId !== undefined && eni.attachment !== undefined;
  return [
    ...(eni.subnetId === subnetId
      ? []
      : [`${eni.id} is in ${eni.subnetId}, and subnetId is ${subnetId}; set subnetId to ${eni.subnetId}`]),
    ...(isHeld ? [`${eni.id} (adopt.networkInterfaceId) is held by ${heldBy(holder, deviceIndex)}`] : []),
  ];
}
