/** Taking over what exists: how it differs from what is wanted, and why it cannot be had. (pure) */
import { TAG } from "../ec2/tags";
import { toBase64 } from "../user-data";
import type { LaunchPart } from "./specification";
import type { Adoption, Desired, Instance, NetworkInterface, Recorded } from "./state";

/** An input that the instance was not launched with, and so has to be replaced for. */
export interface Misfit {
  input: keyof Desired;
  part: LaunchPart;
}

/**
 * Why an instance that is being adopted cannot stay. Only what the program says is compared: what it leaves out is as good as
 * it is, until the next launch.
 */
export function misfits({ instance, userData }: Adoption, desired: Desired): Misfit[] {
  if (instance === undefined) {
    return [];
  }
  const { imageId, instanceType, market, keyName, rootVolume } = desired;
  const checks: [boolean, keyof Desired, LaunchPart][] = [
    // Behind an SSM parameter is whatever image it names at the next launch.
    [imageId.startsWith("resolve:ssm:") || imageId === instance.imageId, "imageId", "imageId"],
    [instanceType === instance.type, "instanceType", "instanceType"],
    [market.lifecycle === instance.lifecycle, "market", "other"],
    [desired.userData === undefined || toBase64(desired.userData) === userData, "userData", "userData"],
    [keyName === undefined || keyName === instance.keyName, "keyName", "other"],
    [rootVolume === undefined, "rootVolume", "other"],
    ...placementChecks(instance, desired),
  ];
  return checks.flatMap(([isSame, input, part]) => (isSame ? [] : [{ input, part }]));
}

function placementChecks(instance: Instance, desired: Desired): [boolean, keyof Desired, LaunchPart][] {
  const { ebsOptimized, tenancy, cpuCredits, cpuOptions, placementGroup } = desired;
  const { coreCount, threadsPerCore } = cpuOptions ?? {};
  const hasCpu =
    (coreCount === undefined || coreCount === instance.cpuOptions.coreCount) &&
    (threadsPerCore === undefined || threadsPerCore === instance.cpuOptions.threadsPerCore);
  return [
    [ebsOptimized === undefined || ebsOptimized === instance.ebsOptimized, "ebsOptimized", "other"],
    [tenancy === undefined || tenancy === instance.tenancy, "tenancy", "other"],
    // EC2 tells it by another call; who asks for one gets an instance that surely has it.
    [cpuCredits === undefined, "cpuCredits", "other"],
    [hasCpu, "cpuOptions", "other"],
    [placementGroup === undefined || placementGroup === instance.placementGroup, "placementGroup", "other"],
  ];
}

/**
 * Why what the inputs name cannot be adopted, in sentences. One that was adopted before, and lost its tags since, may be where it
 * is not wanted any more.
 */
export function adoptionConflicts(
  id: string,
  desired: Desired,
  { instance, networkInterface }: Adoption,
  recorded?: Pick<Recorded, "networkInterfaceId">,
): string[] {
  const { adopt, subnetId, region } = desired;
  if (adopt?.instanceId !== undefined && (instance === undefined || !isThere(instance))) {
    return [`the instance ${adopt.instanceId} (adopt.instanceId) does not exist in ${region}, or has ended`];
  }
  if (networkInterface === undefined) {
    const named = adopt?.networkInterfaceId ?? instance?.networkInterfaceId ?? "";
    return [`the network interface ${named} (adopt) does not exist in ${region}`];
  }
  const place =
    recorded?.networkInterfaceId === networkInterface.id ? [] : placeConflicts(networkInterface, subnetId, adopt);
  return [...ownerConflicts(id, networkInterface, instance), ...place];
}

function isThere({ state }: Instance): boolean {
  return state !== "terminated" && state !== "shutting-down";
}

function ownerConflicts(id: string, eni: NetworkInterface, instance: Instance | undefined): string[] {
  const owner = [eni.tags[TAG.id], instance?.tags[TAG.id]].find((it) => it !== undefined && it !== id);
  const group = instance?.tags["aws:autoscaling:groupName"];
  return [
    ...(owner === undefined ? [] : [`${eni.id} belongs to the managed instance ${owner}; a machine has one owner`]),
    ...(group === undefined
      ? []
      : [`${instance?.id ?? ""} is in the Auto Scaling group ${group}, which would replace it; detach it there first`]),
    ...(eni.requesterManaged ? [`${eni.id} is managed by an AWS service, so it cannot be kept`] : []),
  ];
}

function placeConflicts(eni: NetworkInterface, subnetId: string, adopt: Desired["adopt"]): string[] {
  const holder = eni.attachment?.instanceId;
  const isHeld = adopt?.networkInterfaceId !== undefined && eni.attachment !== undefined;
  return [
    ...(eni.subnetId === subnetId
      ? []
      : [`${eni.id} is in ${eni.subnetId}, and subnetId is ${subnetId}; set subnetId to ${eni.subnetId}`]),
    ...(isHeld
      ? [
          `${eni.id} (adopt.networkInterfaceId) is held by ${holder ?? "something that is no instance"}; ` +
            (holder === undefined ? "free it first" : `adopt.instanceId: "${holder}" takes over both`),
        ]
      : []),
  ];
}
