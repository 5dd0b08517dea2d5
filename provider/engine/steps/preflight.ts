/** What can be known before a working instance is ended, or stopped, for one that has to start in its place. */
import type { InstanceType } from "../../ec2/ec2";
import { explain, isEc2Error, isOwnPartNotSeen } from "../../ec2/errors";
import { made, networkInterfaceOf, oncePropagated, type Run } from "../run";
import type { Instance, NetworkInterface } from "../state";
import { keepsInstance, type Path } from "../strategy";
import { besideInterface, launchRequest, onInterface, wantedLaunch } from "./launchable";

/** A new instance could not start, so the old one is left alone. */
export class PreflightFailure extends Error {
  override readonly name = "PreflightFailure";
}

export async function preflight(run: Run, instance: Instance, path: Path): Promise<void> {
  const offered = path === "root-volume" ? run.desired.instanceType : await firstOffered(run);
  const checks: Promise<string | undefined>[] = [
    checkType(run, path),
    ...(offered === undefined ? [Promise.resolve(notOffered(run))] : []),
    ...(keepsInstance(path) || offered === undefined ? [] : [checkAccepted(run, path, offered)]),
    ...(keepsInstance(path) ? [] : [checkProtection(run, instance)]),
  ];
  const problems = (await Promise.all(checks)).filter((it) => it !== undefined);
  if (problems.length > 0) {
    const how = instance.state === "running" ? "running" : "as it was";
    throw new PreflightFailure(`${problems.join("; ")}. ${instance.id} was left ${how}.`);
  }
}

async function checkType(run: Run, path: Path): Promise<string | undefined> {
  const { instanceType, region } = run.desired;
  const imageId = await resolveImageId(run);
  const [image, [type]] = await Promise.all([
    found(() => run.ec2.describeImage(imageId)),
    run.ec2.describeInstanceTypes([instanceType]),
  ]);
  if (image === undefined) {
    return `the image ${imageId} (imageId) does not exist in ${region}, or is not shared with this account`;
  }
  if (image.state !== "available") {
    return `the image ${imageId} (imageId) is ${image.state}, not available`;
  }
  if (type === undefined) {
    return `${instanceType} (instanceType) is not an instance type of ${region}`;
  }
  return type.architectures.includes(image.architecture)
    ? checkRoom(type, networkInterfaceOf(run), path)
    : `the image ${imageId} is for ${image.architecture}, but ${instanceType} takes ${type.architectures.join(" or ")}`;
}

function checkRoom(type: InstanceType, eni: NetworkInterface, path: Path): string | undefined {
  const { name, ipv4AddressesPerInterface: ipv4, ipv6AddressesPerInterface: ipv6, maxNetworkInterfaces } = type;
  const held = 1 + eni.secondaryPrivateIps.length;
  if (held > ipv4) {
    return `${name} (instanceType) takes ${ipv4} private IPv4 addresses on an interface, and ${eni.id} has ${held}`;
  }
  if (eni.ipv6Addresses.length > ipv6) {
    return `${name} (instanceType) takes ${ipv6} IPv6 addresses on an interface, and ${eni.id} has ${eni.ipv6Addresses.length}`;
  }
  return path === "overlap" && maxNetworkInterfaces < 2
    ? `${name} (instanceType) takes one network interface, and the strategy overlap needs two`
    : undefined;
}

/** Of the types that may be launched, the most wanted one that the zone has. */
async function firstOffered(run: Run): Promise<string | undefined> {
  const zone = networkInterfaceOf(run).availabilityZone;
  for (const type of [run.desired.instanceType, ...run.desired.fallbackInstanceTypes]) {
    if (await run.ec2.isOffered(type, zone)) {
      return type;
    }
  }
  return undefined;
}

function notOffered(run: Run): string {
  const { id, availabilityZone } = networkInterfaceOf(run);
  const { instanceType, fallbackInstanceTypes } = run.desired;
  const fallbacks =
    fallbackInstanceTypes.length === 0
      ? ""
      : `, nor is one of ${fallbackInstanceTypes.join(", ")} (fallbackInstanceTypes)`;
  return `${instanceType} (instanceType) is not offered in ${availabilityZone}, where ${id} is${fallbacks}`;
}

async function checkAccepted(run: Run, path: Path, instanceType: string): Promise<string | undefined> {
  const eni = networkInterfaceOf(run);
  const network = path === "overlap" ? besideInterface(run, eni) : onInterface(eni);
  const { market } = run.desired;
  const launchable = wantedLaunch(run, { instanceType, market }, network);
  try {
    const request = launchRequest(run, launchable, ["dry run"]);
    await oncePropagated(run, "the launch template", () => run.ec2.checkLaunch(request), isOwnPartNotSeen);
    return undefined;
  } catch (error) {
    if (isEc2Error(error, "throttled", "unreachable", "no-credentials")) {
      throw error;
    }
    if (isEc2Error(error, "in-use")) {
      // Of course it is: by the instance that is to be retired.
      return undefined;
    }
    return `EC2 would not accept the launch: ${explain(error).replace(/\.$/, "")}`;
  }
}

/** Somebody said that this instance is not to be ended. */
async function checkProtection(run: Run, { id }: Instance): Promise<string | undefined> {
  return (await run.ec2.isProtectedFromTermination(id))
    ? `${id} has termination protection; take it off (aws ec2 modify-instance-attribute --instance-id ${id} --no-disable-api-termination), then run again`
    : undefined;
}

/** Behind an SSM parameter is the image that the newest version of the template finds now. */
export async function resolveImageId(run: Run): Promise<string> {
  const { imageId } = run.desired;
  if (!imageId.startsWith("resolve:ssm:")) {
    return imageId;
  }
  const template = made(run.observed.template, "launch template");
  return (await run.ec2.describeLatestVersion(template.id, { resolveImage: true })).imageId ?? imageId;
}

async function found<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isEc2Error(error, "not-found")) {
      return undefined;
    }
    throw error;
  }
}
