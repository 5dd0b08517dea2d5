/** Checks what can be known before a working instance is terminated, or stopped, for one that has to start in its place. */
import type { InstanceType } from "../../ec2/ec2";
import { explain, isAboutType, isEc2Error, isOwnPartNotSeen } from "../../ec2/errors";
import { findImage } from "../../ec2/lookups";
import {
  deviceProblems,
  firmwareProblem,
  imageProblem,
  rootProblem,
  sentenceOf,
  takesRootVolume,
} from "../situation/image-fit";
import { castOf } from "../situation/cast";
import { rootVolumeOf } from "../situation/launched";
import { made, networkInterfaceOf, oncePropagated, type Run } from "./run";
import { addressesToCome } from "../planning/network-interface";
import type { Firmware, Image, Instance } from "../../model/things";
import { keepsInstance, type Path } from "../situation/strategy";
import { checkOptions } from "./preflight-options";
import { offers } from "./launch";
import { besideInterface, launchRequest, onInterface, wantedLaunch, type Offer } from "./launchable";
import { isNoAnswer } from "./rights";

/** A new instance could not start, so the old one is left alone. */
class PreflightFailure extends Error {
  override readonly name = "PreflightFailure";
}

export async function preflight(run: Run, instance: Instance, path: Path): Promise<void> {
  const offered = path === "root-volume" ? [instance.type] : await typesOffered(run);
  const checks: Promise<string | undefined>[] = [
    path === "stop-start" ? checkStart(run, instance) : checkImage(run, instance, path),
    ...(offered.length === 0 ? [Promise.resolve(notOffered(run))] : []),
    ...(keepsInstance(path) || offered.length === 0 ? [] : [checkAccepted(run, path, offered)]),
  ];
  const problems = (await Promise.all(checks)).filter((it) => it !== undefined);
  if (problems.length > 0) {
    const how = instance.state === "running" ? "running" : "as it was";
    throw new PreflightFailure(`${problems.join("; ")}. ${instance.id} was left ${how}.`);
  }
}

/** Checks a start, which takes nothing from the image: only the instance and its types count. */
async function checkStart(run: Run, instance: Instance): Promise<string | undefined> {
  const { instanceType, fallbackInstanceTypes } = run.desired;
  const subject = { ...instance.firmware, named: instance.id };
  return checkTypes(run, "stop-start", [instanceType, ...fallbackInstanceTypes], subject);
}

/**
 * Checks the image, from which the next launch is made on every path. A fallback type may be launched, so it has to fit as well; a new
 * root volume leaves the type as it is.
 */
async function checkImage(run: Run, instance: Instance, path: Path): Promise<string | undefined> {
  const imageId = await resolveImageId(run);
  const image = await findImage(run.ec2, imageId);
  const missing = imageProblem(image, `the image ${imageId} (imageId)`, run.desired.region);
  return image === undefined || missing !== undefined
    ? missing && sentenceOf(missing)
    : checkFit(run, instance, path, image);
}

async function checkFit(run: Run, instance: Instance, path: Path, image: Image): Promise<string | undefined> {
  const { instanceType, fallbackInstanceTypes, dataVolumes, rootVolume } = run.desired;
  const names =
    path === "root-volume" ? [...new Set([instanceType, instance.type])] : [instanceType, ...fallbackInstanceTypes];
  const subject = { ...image, named: `the image ${image.id}` };
  const root = rootVolumeOf(instance, run.observed.rootVolumes);
  const isRefused = path === "root-volume" && !takesRootVolume(image, instance, root);
  const [problem] = [...deviceProblems(image, dataVolumes), rootProblem(image, rootVolume?.size)].filter(isThere);
  return (
    (await checkTypes(run, path, names, subject)) ??
    (problem && sentenceOf(problem)) ??
    (isRefused ? refusedRoot(image, instance) : undefined)
  );
}

const isThere = <T>(it: T | undefined): it is T => it !== undefined;

/** The message for a root volume that EC2 refuses. A preview finds this out, except for an image behind a parameter. */
function refusedRoot({ id }: Image, instance: Instance): string {
  return `EC2 does not replace the root volume of ${instance.id} by that of the image ${id}, which is smaller, or lacks what the instance is enabled for; set replacement.strategy to "terminate-first" for this change`;
}

async function checkTypes(
  run: Run,
  path: Path,
  names: string[],
  subject: Firmware & { named: string },
): Promise<string | undefined> {
  const { instanceType, fallbackInstanceTypes, region } = run.desired;
  const types = await run.ec2.describeInstanceTypes(names);
  const problems = names.map((name) => {
    const type = types.find((it) => it.name === name);
    const input = name === instanceType ? "instanceType" : "fallbackInstanceTypes";
    const named = name === instanceType || fallbackInstanceTypes.includes(name) ? `${name} (${input})` : name;
    if (type === undefined) {
      return `${named} is not an instance type of ${region}`;
    }
    if (!type.architectures.includes(subject.architecture)) {
      return `${subject.named} is for ${subject.architecture}, but ${named} takes ${type.architectures.join(" or ")}`;
    }
    const problem = firmwareProblem(type, subject, { type: named, subject: subject.named });
    return problem === undefined ? checkRoom({ ...type, name: named }, run, path) : sentenceOf(problem);
  });
  const problem = problems.find((it) => it !== undefined);
  // A new root volume leaves the type, and all that is set for it, as it is.
  return problem ?? (path === "root-volume" ? undefined : await checkOptions(run, types));
}

function checkRoom(type: InstanceType, run: Run, path: Path): string | undefined {
  const { name, ipv4AddressesPerInterface: ipv4, ipv6AddressesPerInterface: ipv6, maxNetworkInterfaces } = type;
  const eni = networkInterfaceOf(run);
  const coming = addressesToCome(castOf(run));
  const held = 1 + eni.secondaryPrivateIps.length + coming.ipv4;
  if (held > ipv4) {
    return `${name} takes ${ipv4} private IPv4 addresses on an interface, and ${eni.id} would have ${held}; take some off first, in an up of their own`;
  }
  const held6 = eni.ipv6Addresses.length + coming.ipv6;
  if (held6 > ipv6) {
    return `${name} takes ${ipv6} IPv6 addresses on an interface, and ${eni.id} would have ${held6}; take some off first, in an up of their own`;
  }
  return path === "overlap" && maxNetworkInterfaces < 2
    ? `${name} takes one network interface, and the strategy overlap needs two`
    : undefined;
}

/** The types that may be launched and that the zone has, the most wanted first. */
async function typesOffered(run: Run): Promise<string[]> {
  const { ec2, desired } = run;
  const zone = networkInterfaceOf(run).availabilityZone;
  const types = [desired.instanceType, ...desired.fallbackInstanceTypes];
  const zones = await Promise.all(types.map((it) => ec2.findZonesWith(it)));
  return types.filter((_type, index) => zones[index]?.includes(zone));
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

/** Checks that EC2 accepts a launch. A price that is too low, no room, or a refusal of the type leads to the next offer, as at the launch. */
async function checkAccepted(run: Run, path: Path, offered: string[]): Promise<string | undefined> {
  let problem: string | undefined;
  for (const offer of offers(run.desired).filter((it) => offered.includes(it.instanceType))) {
    const { instanceType, market } = offer;
    const refusal = await refusalOf(run, path, offer);
    if (refusal === undefined) {
      return undefined;
    }
    const what = `${instanceType} (${market.lifecycle})`;
    problem ??= `EC2 would not accept the launch of ${what}: ${explain(refusal).replace(/\.$/, "")}`;
    if (!isEc2Error(refusal, "capacity") && !isAboutType(refusal, instanceType)) {
      return problem;
    }
  }
  return problem;
}

async function refusalOf(run: Run, path: Path, offer: Offer): Promise<unknown> {
  const eni = networkInterfaceOf(run);
  const network = path === "overlap" ? besideInterface(run, eni) : onInterface(eni);
  const launchable = wantedLaunch(run, offer, network);
  try {
    const request = launchRequest(run, launchable, ["dry run"]);
    await oncePropagated(
      run,
      "the launch template",
      () => run.ec2.dryRun((ec2) => ec2.runInstance(request)),
      isOwnPartNotSeen,
    );
    return undefined;
  } catch (error) {
    if (isNoAnswer(error)) {
      throw error;
    }
    if (isEc2Error(error, "in-use")) {
      // The instance that is to be retired still holds the interface.
      return undefined;
    }
    return error;
  }
}

/** The image's id. An SSM parameter stands for the image that the newest version of the template finds now. */
export async function resolveImageId(run: Run): Promise<string> {
  const { imageId } = run.desired;
  if (!imageId.startsWith("resolve:ssm:")) {
    return imageId;
  }
  const template = made(run.observed.template, "launch template");
  return (await run.ec2.describeLatestVersion(template.id, { resolveImage: true })).imageId ?? imageId;
}
