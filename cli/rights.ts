/**
 * Finds out which rights the credentials have, by dry runs of the very calls on what is there: they change nothing. Policies go by tags,
 * so one machine tells for all.
 */
import { randomUUID } from "node:crypto";
import type { Machine } from "../controller/record";
import type { Ec2 } from "../provider/ec2/ec2";
import { type Ec2Error, isEc2Error, isUnauthorized } from "../provider/ec2/errors";
import { rightNamedIn } from "../provider/ec2/denial";
import { TAG } from "../provider/ec2/tags";
import { castOf } from "../provider/engine/situation/cast";
import { baseTags, instanceTags } from "../provider/engine/record/labels";
import type { Instance, NetworkInterface, Tags, Volume } from "../provider/model/things";
import { OPTIONAL_RIGHTS, PARTS, type PolicyName, policyWith } from "../provider/ec2/policies";
import { instanceHeldBy } from "./act";

interface Probe {
  right: string;
  /** Absent where there is no thing to make the call on, or EC2 has no dry run of it. */
  call?: (ec2: Ec2) => Promise<unknown>;
}

export interface RightsFound {
  missing: { right: string; policy: PolicyName }[];
  /** Rights that were not denied. */
  held: string[];
  /** Rights that could not be checked. */
  unknown: string[];
}

/** The things on which the dry runs are made. */
interface Subject {
  machine: Machine;
  instance?: Instance;
  eni?: NetworkInterface;
  volume?: Volume;
}

/** @param machine the machine on which the dry runs are made; absent: there is none */
export async function rightsFor(
  ec2: Ec2,
  policies: readonly PolicyName[],
  machine: Machine | undefined,
): Promise<RightsFound> {
  const found: RightsFound = { missing: [], held: [], unknown: [] };
  const subject = machine === undefined ? undefined : subjectOf(machine);
  for (const policy of policies) {
    for (const { right, call } of probesOf(policy, subject)) {
      const denied = call === undefined ? undefined : await deniedRight(ec2, right, call);
      if (denied !== undefined) {
        found.missing.push({ right: denied, policy: policyWith(denied) ?? policy });
      } else {
        (call === undefined ? found.unknown : found.held).push(right);
      }
    }
  }
  const named = new Set<string>();
  found.missing = found.missing.filter(({ right }) => !named.has(right) && named.add(right));
  // A launch may be refused for the right to tag or to pass the role, which says nothing about launching itself.
  found.held = found.held.filter((it) => !named.has(it));
  found.unknown = found.unknown.filter((it) => !named.has(it));
  return found;
}

/** The right that EC2 says is missing; any other refusal says nothing about rights. */
async function deniedRight(ec2: Ec2, right: string, call: (ec2: Ec2) => Promise<unknown>): Promise<string | undefined> {
  try {
    await ec2.dryRun(call);
    return undefined;
  } catch (error) {
    if (isUnauthorized(error)) {
      return rightNamedIn((error as Ec2Error).said) ?? right;
    }
    if (isEc2Error(error, "throttled", "unreachable", "no-credentials")) {
      throw error;
    }
    return undefined;
  }
}

function subjectOf(machine: Machine): Subject {
  const { observed } = machine;
  const instance = instanceHeldBy(machine);
  const eni = castOf(machine).networkInterface ?? observed.networkInterfaces[0];
  const volume = observed.volumes[0] ?? observed.rootVolumes[0];
  return { machine, instance, eni, volume };
}

function probesOf(policy: PolicyName, subject: Subject | undefined): Probe[] {
  const calls = { ...LOOKS, ...(subject === undefined ? {} : { ...looksAt(subject), ...deeds(subject) }) };
  const rights = [...new Set(PARTS[policy].flatMap((it) => it.Action))].filter((it) => !OPTIONAL_RIGHTS.includes(it));
  return rights.map((right) => ({ right, call: calls[right.replace(/^ec2:/, "")] }));
}

type Calls = Readonly<Record<string, Probe["call"]>>;

const NONE = ["none"];

const LOOKS: Calls = {
  DescribeAddresses: (ec2) => ec2.describeAddresses({ "tag-key": [TAG.id] }),
  DescribeInstanceTypeOfferings: (ec2) => ec2.findZonesWith("t3.micro"),
  DescribeInstanceTypes: (ec2) => ec2.describeInstanceTypes(["t3.micro"]),
  DescribeInstances: (ec2) => ec2.describeInstances({ "tag-key": [TAG.id] }),
  DescribeLaunchTemplates: (ec2) => ec2.describeLaunchTemplates({ "tag-key": [TAG.id] }),
  DescribeNetworkInterfaces: (ec2) => ec2.describeNetworkInterfaces({ "tag-key": [TAG.id] }),
  DescribeReplaceRootVolumeTasks: (ec2) => ec2.describeRootVolumeTasks("i-00000000000000000"),
  DescribeSecurityGroups: (ec2) => ec2.findDefaultSecurityGroup(NONE[0] ?? ""),
  DescribeSnapshots: (ec2) => ec2.describeSnapshot("snap-00000000000000000"),
  DescribeSubnets: (ec2) => ec2.describeSubnet(NONE[0] ?? ""),
  DescribeVolumes: (ec2) => ec2.describeVolumes({ "tag-key": [TAG.id] }),
};

function looksAt({ machine, instance }: Subject): Calls {
  return {
    DescribeLaunchTemplateVersions: (ec2) => ec2.describeLatestVersion(machine.template.id),
    DescribeImages: machine.desired.imageId.startsWith("ami-")
      ? (ec2): Promise<unknown> => ec2.describeImage(machine.desired.imageId)
      : undefined,
    ...(instance === undefined
      ? {}
      : {
          DescribeInstanceAttribute: (ec2): Promise<unknown> => ec2.isProtectedFromStop(instance.id),
          DescribeInstanceStatus: (ec2): Promise<unknown> => ec2.describeHealth(instance.id),
        }),
  };
}

/** The further calls that the operator's policy is for. */
function deeds(subject: Subject): Calls {
  const { machine, instance, eni, volume } = subject;
  const { template } = machine;
  const attachment = eni?.attachment?.id;
  const spotRequestId = instance?.spotRequestId;
  return {
    CreateLaunchTemplateVersion: (ec2) =>
      ec2.createLaunchTemplateVersion({
        templateId: template.id,
        description: "dry run",
        data: { sourceVersion: template.latestVersion, imageId: machine.desired.imageId },
        clientToken: randomUUID(),
      }),
    DeleteLaunchTemplateVersions: (ec2) => ec2.deleteLaunchTemplateVersions(template.id, [1]),
    ModifyLaunchTemplate: (ec2) => ec2.setDefaultVersion(template.id, template.latestVersion),
    CreateTags: (ec2) => ec2.createTags([template.id], { [TAG.id]: machine.id }),
    DeleteTags: (ec2) => ec2.deleteTags([template.id], [TAG.lastReplacement]),
    ...(attachment === undefined
      ? {}
      : { DetachNetworkInterface: (ec2: Ec2) => ec2.detachNetworkInterface(attachment) }),
    ...(spotRequestId === undefined
      ? {}
      : { CancelSpotInstanceRequests: (ec2: Ec2) => ec2.cancelSpotRequest(spotRequestId) }),
    ...(instance === undefined ? {} : onInstance(instance, { eni, volume })),
    ...(eni === undefined ? {} : { RunInstances: launchOn(machine, eni), ...passing(machine, eni) }),
    ...upDeeds(subject),
  };
}

function onInstance({ id }: Instance, { eni, volume }: Pick<Subject, "eni" | "volume">): Calls {
  return {
    StartInstances: (ec2) => ec2.startInstance(id),
    StopInstances: (ec2) => ec2.stopInstance(id, false),
    TerminateInstances: (ec2) => ec2.terminateInstance(id, false),
    ...(eni === undefined ? {} : { AttachNetworkInterface: (ec2: Ec2) => ec2.attachNetworkInterface(eni.id, id, 1) }),
    ...(volume === undefined ? {} : { AttachVolume: (ec2: Ec2) => ec2.attachVolume(volume.id, id, "/dev/sdz") }),
  };
}

/** A launch, which also needs the right to tag and, with a profile, to pass its role: EC2 names the one that is missing. */
function launchOn(machine: Machine, eni: NetworkInterface): Probe["call"] {
  const { desired, template, purpose } = machine;
  const version = purpose.generation.number;
  return (ec2) =>
    ec2.runInstance({
      templateId: template.id,
      version,
      instanceType: desired.instanceType,
      network: { networkInterfaceId: eni.id },
      market: desired.market,
      tags: instanceTags(machine, { generation: version, type: desired.instanceType }),
      clientToken: randomUUID(),
    });
}

function passing(machine: Machine, eni: NetworkInterface): Calls {
  return machine.desired.iamInstanceProfile === undefined ? {} : { "iam:PassRole": launchOn(machine, eni) };
}

/** The calls of the policy for `up` that have a dry run, and for which there is a thing. */
function upDeeds({ machine, instance, eni, volume }: Subject): Calls {
  const { id, desired, template, observed } = machine;
  const tags = baseTags(id, desired);
  const [eip] = observed.elasticIps;
  const association = eip?.association;
  return {
    AllocateAddress: (ec2) => ec2.allocateAddress(tags),
    CreateLaunchTemplate: (ec2) =>
      ec2.createLaunchTemplate({
        name: `${id}-dry-run`,
        description: "dry run",
        data: { ...desired, userData: undefined, rootVolume: undefined },
        tags,
        clientToken: randomUUID(),
      }),
    CreateNetworkInterface: (ec2) =>
      ec2.createNetworkInterface({
        subnetId: desired.subnetId,
        description: `${id} dry run`,
        tags,
        clientToken: randomUUID(),
      }),
    DeleteLaunchTemplate: (ec2) => ec2.deleteLaunchTemplate(template.id),
    ...(eni === undefined ? {} : onInterface(eni)),
    ...(volume === undefined ? {} : onVolume(volume, tags)),
    ...(instance === undefined ? {} : settings(instance, tags)),
    ...(eip === undefined ? {} : { ReleaseAddress: (ec2: Ec2) => ec2.releaseAddress(eip) }),
    ...(eip === undefined || eni === undefined
      ? {}
      : { AssociateAddress: (ec2: Ec2) => ec2.associateAddress(eip.allocationId, eni.id, eni.privateIp) }),
    ...(association === undefined
      ? {}
      : { DisassociateAddress: (ec2: Ec2) => ec2.disassociateAddress(association.id) }),
  };
}

function onInterface({ id, sourceDestCheck }: NetworkInterface): Calls {
  return {
    DeleteNetworkInterface: (ec2) => ec2.deleteNetworkInterface(id),
    ModifyNetworkInterfaceAttribute: (ec2) => ec2.setSourceDestCheck(id, sourceDestCheck),
  };
}

function onVolume(volume: Volume, tags: Tags): Calls {
  const { id, availabilityZone, size, attachment } = volume;
  return {
    CreateVolume: (ec2) =>
      ec2.createVolume({
        volume: { name: "dry run", deviceName: "/dev/sdz", size },
        availabilityZone,
        tags,
        clientToken: randomUUID(),
      }),
    DeleteVolume: (ec2) => ec2.deleteVolume(id),
    ModifyVolume: (ec2) => ec2.modifyVolume(id, { size: size + 1 }),
    ...(attachment === undefined ? {} : { DetachVolume: (ec2: Ec2) => ec2.detachVolume(id, attachment.instanceId) }),
  };
}

function settings({ id, type, metadataOptions, imageId }: Instance, tags: Tags): Calls {
  return {
    CreateReplaceRootVolumeTask: (ec2) =>
      ec2.replaceRootVolume({ instanceId: id, imageId, tags, clientToken: randomUUID() }),
    ModifyInstanceAttribute: (ec2) => ec2.setInstanceType(id, type),
    ModifyInstanceMetadataOptions: (ec2) => ec2.setMetadataOptions(id, metadataOptions),
    MonitorInstances: (ec2) => ec2.setMonitoring(id, true),
    UnmonitorInstances: (ec2) => ec2.setMonitoring(id, false),
  };
}
