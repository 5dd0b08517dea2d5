import { Ec2Error, invalidCombination, invalidValue, missingParameter } from "./errors";
import { checkFirmware, firmwareOf } from "./firmware";
import { imageState } from "./images";
import { INSTANCE_TYPES, isOffered, type InstanceType } from "./instance-types";
import { planInterfaces, zoneOf, type PlannedInterface } from "./launch-network";
import type { LaunchRequest, LaunchSpec } from "./launch-spec";
import { findImage } from "./lookup";
import { checkMetadataOptions, checkMetadataKeys } from "./metadata-options";
import { checkPrice } from "./spot-prices";
import { findPlacementGroup } from "./placement-groups";
import { checkSpotOptions } from "./spot-requests";
import type { DeviceSpec, Image, InstanceProfile } from "./state";
import { checkTags } from "./tags";
import { checkTypeOptions } from "./type-options";
import { checkDevices, devicesOf } from "./volumes";
import { zonesOf } from "./zones";
import type { World } from "./world";

/** A launch that may go ahead as far as its parameters say: all that a dry run looks at. */
export interface LaunchPlan {
  request: LaunchRequest;
  image: Image;
  type: InstanceType;
  lifecycle: "spot" | "on-demand";
  zone: { availabilityZone: string; vpcId: string; subnetId: string };
  interfaces: PlannedInterface[];
  profile?: InstanceProfile;
  devices: DeviceSpec[];
}

const MAX_USER_DATA = 16_384;

export function planLaunch(world: World, request: LaunchRequest): LaunchPlan {
  const { spec } = request;
  checkCounts(request);
  const image = imageOf(world, spec);
  const type = instanceTypeOf(spec.instanceType ?? "m1.small");
  checkArchitecture(type, image);
  checkFirmware(type, firmwareOf(image), "you are using an AMI that");
  const lifecycle = marketOf(spec);
  checkPlacement(world, spec);
  checkTypeOptions(world, spec, type);
  checkKeyAndData(world, spec);
  checkMetadataOptions(spec.metadataOptions);
  const profile = spec.profile && findProfile(world, spec.profile);
  const interfaces = planInterfaces(world, request, type);
  const [first] = interfaces;
  if (first === undefined)
    throw invalidValue("When specifying network interfaces, you must include a device at index 0.");
  const zone = zoneOf(first);
  checkZone(world, { spec, type, zone: zone.availabilityZone });
  if (lifecycle === "spot") checkPrice(world, spec.spot?.maxPrice, type.name, zone.availabilityZone);
  checkTagSpecs(spec, { interfaces, lifecycle });
  if (spec.metadataOptions.instanceMetadataTags === "enabled") checkMetadataKeys(spec.tags.instance ?? {});
  const devices = devicesOf(image, spec.devices);
  checkDevices(world, devices);
  return { request, image, type, lifecycle, zone, interfaces, profile, devices };
}

function checkCounts({ minCount, maxCount }: LaunchRequest): void {
  if (minCount < 1)
    throw invalidValue(`Value (${minCount}) for parameter minCount is invalid. Expecting a value greater than 0.`);
  if (maxCount < minCount) {
    throw invalidCombination("The maximum number of instances must be at least the minimum number of instances.");
  }
}

function imageOf(world: World, spec: LaunchSpec): Image {
  if (spec.imageId === undefined) throw missingParameter("ImageId");
  const imageId = resolveImageId(world, spec.imageId);
  const isGone = world.account.deregisteredImages.has(imageId);
  const image = isGone ? undefined : findImage(world, imageId);
  if (image !== undefined && imageState(world, image) === "available") return image;
  throw new Ec2Error("InvalidAMIID.Unavailable", `The image ID '${imageId}' is not available`);
}

/** `resolve:ssm:` names a parameter that holds an AMI id, with an optional version behind a colon. */
export function resolveImageId(world: World, given: string): string {
  const prefix = "resolve:ssm:";
  if (!given.startsWith(prefix)) return given;
  const [name = ""] = given.slice(prefix.length).split(":");
  const imageId = world.account.imageAliases.get(name);
  if (imageId !== undefined) return imageId;
  throw invalidValue(`Parameter ${name} not found. Invalid value '${given}' for ImageId.`);
}

export function instanceTypeOf(name: string): InstanceType {
  const type = INSTANCE_TYPES.get(name);
  if (type === undefined) throw invalidValue(`Invalid value '${name}' for InstanceType.`);
  return type;
}

export function checkArchitecture(type: InstanceType, image: Pick<Image, "architecture">): void {
  if (type.architecture === image.architecture) return;
  throw invalidValue(
    `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
  );
}

function marketOf(spec: LaunchSpec): "spot" | "on-demand" {
  if (spec.marketType === undefined && spec.spot === undefined) return "on-demand";
  if (spec.marketType !== "spot") {
    throw invalidValue(
      `Value (${spec.marketType ?? ""}) for parameter marketType is invalid. Only 'spot' is modelled.`,
    );
  }
  checkSpotOptions(spec.spot ?? {});
  if (spec.disableApiTermination || spec.disableApiStop) {
    throw new Ec2Error("UnsupportedOperation", "Termination and stop protection are not supported for spot instances.");
  }
  return "spot";
}

function checkPlacement(world: World, { placement }: LaunchSpec): void {
  const { availabilityZone: zone, groupName = "" } = placement;
  if (groupName !== "") findPlacementGroup(world, groupName);
  if (zone === undefined || zonesOf(world).includes(zone)) return;
  throw invalidValue(`Invalid availability zone: [${zone}]`);
}

function checkKeyAndData(world: World, { keyName, userData }: LaunchSpec): void {
  if (keyName !== undefined && !world.account.keyPairs.has(keyName)) {
    throw new Ec2Error("InvalidKeyPair.NotFound", `The key pair '${keyName}' does not exist`);
  }
  if (userData !== undefined) checkUserData(userData);
}

export function checkUserData(userData: string): void {
  const compact = userData.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.replace(/=/g, "").length % 4 === 1) {
    throw new Ec2Error("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  }
  if (Buffer.from(compact, "base64").byteLength > MAX_USER_DATA) {
    throw invalidValue(`User data is limited to ${MAX_USER_DATA} bytes`);
  }
}

export function findProfile(world: World, { name, arn }: { name?: string; arn?: string }): InstanceProfile {
  if (name !== undefined && arn !== undefined) {
    throw invalidCombination(
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  for (const profile of world.account.instanceProfiles.values()) {
    if (profile.name === name || profile.arn === arn) return profile;
  }
  // The two messages that terraform-provider-aws retries on.
  throw name !== undefined
    ? invalidValue(
        `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      )
    : invalidValue(
        `Value (${arn ?? ""}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
      );
}

function checkZone(
  world: World,
  { spec: { placement }, type, zone }: { spec: LaunchSpec; type: InstanceType; zone: string },
): void {
  if (placement.availabilityZone !== undefined && placement.availabilityZone !== zone) {
    throw invalidCombination(
      `The availability zone '${placement.availabilityZone}' does not match the zone '${zone}' of the subnet or network interface.`,
    );
  }
  checkZoneOffers(world, type, zone);
}

export function checkZoneOffers(world: World, type: InstanceType, zone: string): void {
  if (isOffered(type.name, zone)) return;
  const others = zonesOf(world).filter((other) => isOffered(type.name, other));
  throw new Ec2Error(
    "Unsupported",
    `Your requested instance type (${type.name}) is not supported in your requested Availability Zone (${zone}). Please retry your request by not specifying an Availability Zone or choosing ${others.join(", ")}.`,
  );
}

function checkTagSpecs({ tags }: LaunchSpec, made: Pick<LaunchPlan, "interfaces" | "lifecycle">): void {
  for (const set of [tags.instance, tags.volume, tags["network-interface"], tags["spot-instances-request"]]) {
    if (set !== undefined) checkTags(set);
  }
  // Seen by cluster-api-provider-aws #5594: a passed interface cannot be tagged by the launch.
  if (tags["network-interface"] !== undefined && made.interfaces.every(({ kind }) => kind === "existing")) {
    throw invalidValue(
      "You cannot specify tags for network interfaces if there are no network interfaces being created by the request.",
    );
  }
  if (tags["spot-instances-request"] !== undefined && made.lifecycle !== "spot") {
    throw invalidValue(
      "You cannot specify tags for Spot instances requests if there are no Spot instances requests being created by the request.",
    );
  }
}
