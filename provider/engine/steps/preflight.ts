/** What can be known before a working instance is ended for one that has to start in its place. */
import type { LaunchRequest } from "../../ec2/ec2";
import { explain, isEc2Error, isOwnPartNotSeen } from "../../ec2/errors";
import { instanceTags } from "../labels";
import { made, networkInterfaceOf, oncePropagated, type Run } from "../run";
import { clientToken } from "../specification";
import type { Market, Tags } from "../state";

/** A new instance could not start, so the old one is left alone. */
export class PreflightFailure extends Error {
  override readonly name = "PreflightFailure";
}

export async function preflight(run: Run, instanceId: string): Promise<void> {
  const checks = [checkImageFitsType(run), checkOffered(run), checkAccepted(run)];
  const problems = (await Promise.all(checks)).filter((it) => it !== undefined);
  if (problems.length > 0) {
    throw new PreflightFailure(`${problems.join("; ")}. ${instanceId} was left running.`);
  }
}

async function checkImageFitsType(run: Run): Promise<string | undefined> {
  const { instanceType } = run.desired;
  const imageId = await resolveImageId(run);
  const [image, architectures] = await Promise.all([
    found(() => run.ec2.describeImage(imageId)),
    run.ec2.describeArchitectures(instanceType),
  ]);
  if (image === undefined) {
    return `the image ${imageId} (imageId) does not exist in ${run.desired.region}, or is not shared with this account`;
  }
  if (image.state !== "available") {
    return `the image ${imageId} (imageId) is ${image.state}, not available`;
  }
  if (architectures === undefined) {
    return `${instanceType} (instanceType) is not an instance type of ${run.desired.region}`;
  }
  return architectures.includes(image.architecture)
    ? undefined
    : `the image ${imageId} is for ${image.architecture}, but ${instanceType} takes ${architectures.join(" or ")}`;
}

async function checkOffered(run: Run): Promise<string | undefined> {
  const { instanceType } = run.desired;
  const zone = networkInterfaceOf(run).availabilityZone;
  return (await run.ec2.isOffered(instanceType, zone))
    ? undefined
    : `${instanceType} (instanceType) is not offered in ${zone}, where ${networkInterfaceOf(run).id} is`;
}

async function checkAccepted(run: Run): Promise<string | undefined> {
  try {
    const request = launchRequest(run, wantedLaunch(run), ["dry run"]);
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

/** Behind an SSM parameter is the image that the newest version of the template finds now. */
async function resolveImageId(run: Run): Promise<string> {
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

/** What is launched: a generation, how it is bought, and the tags that the instance gets. */
export interface Launchable {
  version: number;
  networkInterfaceId: string;
  market: Pick<Market, "lifecycle" | "maxPrice">;
  tags: Tags;
}

/** The newest generation. */
export function wantedLaunch(run: Run, market: Market = run.desired.market): Launchable {
  const version = made(run.observed.generation, "generation").number;
  const networkInterfaceId = networkInterfaceOf(run).id;
  return { version, networkInterfaceId, market, tags: instanceTags(run.id, run.desired, version) };
}

/** The launch on the interface; `intent` tells one attempt's client token from another's. */
export function launchRequest(run: Run, launchable: Launchable, intent: (string | undefined)[]): LaunchRequest {
  const template = made(run.observed.template, "launch template");
  const { version, networkInterfaceId, tags } = launchable;
  const { lifecycle, maxPrice } = launchable.market;
  return {
    templateId: template.id,
    version,
    networkInterfaceId,
    market: { lifecycle, maxPrice },
    tags,
    clientToken: clientToken(template.id, version, networkInterfaceId, lifecycle, ...intent),
  };
}
