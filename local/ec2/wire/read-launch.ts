import { Ec2Error, invalidCombination, invalidValue } from "../model/errors";
import type { InterfaceSpec, LaunchRequest, LaunchSpec } from "../model/launch-spec";
import { findTemplate, findVersion, overlay } from "../model/launch-templates";
import type { DeviceSpec, MetadataOptions, SpotOptions } from "../model/state";
import type { World } from "../model/world";
import type { Params } from "./params";
import { readInterfaceAddresses, readListed } from "./read-addresses";
import { readTagSpecs } from "./tag-specs";

const LAUNCH_TAG_TYPES = ["instance", "volume", "network-interface", "spot-instances-request"] as const;

/** RunInstances' parameters, laid over those of the launch template that they name. */
export function readLaunchRequest(world: World, params: Params): LaunchRequest {
  const minCount = params.requiredInteger("MinCount");
  const maxCount = params.requiredInteger("MaxCount");
  const { template, tree } = withTemplate(world, params);
  const merged = params.over(tree);
  const spec = { ...readLaunchSpec(merged), template };
  if (merged.tree !== params.tree) {
    merged.checkAllRead();
    params.acceptAll();
  }
  return { spec, minCount, maxCount, clientToken: params.string("ClientToken") };
}

function withTemplate(world: World, params: Params): { tree: Params["tree"]; template?: LaunchSpec["template"] } {
  if (!params.has("LaunchTemplate")) return { tree: params.tree };
  const named = params.group("LaunchTemplate");
  const template = findTemplate(world, readTemplateRef(named));
  const { versionNumber, data } = findVersion(template, named.string("Version"));
  return {
    tree: overlay(data, params.tree),
    template: { launchTemplateId: template.launchTemplateId, versionNumber },
  };
}

export function readTemplateRef(params: Params): { launchTemplateId?: string; launchTemplateName?: string } {
  return {
    launchTemplateId: params.string("LaunchTemplateId"),
    launchTemplateName: params.string("LaunchTemplateName"),
  };
}

export function readLaunchSpec(params: Params): LaunchSpec {
  const placement = params.group("Placement");
  refuseUnmodelled(params);
  return {
    imageId: params.string("ImageId"),
    instanceType: params.string("InstanceType"),
    keyName: params.string("KeyName"),
    userData: params.string("UserData"),
    subnetId: params.string("SubnetId"),
    privateIpAddress: params.string("PrivateIpAddress"),
    ipv6: readListed(params, "Ipv6Address", "Ipv6AddressCount", "Ipv6Address"),
    groupIds: params.strings("SecurityGroupId"),
    groupNames: params.strings("SecurityGroup"),
    interfaces: params.list("NetworkInterface").map(readInterface),
    devices: params.list("BlockDeviceMapping").map(readDevice),
    profile: params.has("IamInstanceProfile") ? readProfile(params) : undefined,
    metadataOptions: readMetadataOptions(params.group("MetadataOptions")),
    monitoring: params.group("Monitoring").boolean("Enabled") ?? false,
    ebsOptimized: params.boolean("EbsOptimized") ?? false,
    cpuCredits: params.group("CreditSpecification").string("CpuCredits"),
    cpuOptions: readCpuOptions(params.group("CpuOptions")),
    disableApiTermination: params.boolean("DisableApiTermination") ?? false,
    disableApiStop: params.boolean("DisableApiStop") ?? false,
    shutdownBehavior: params.string("InstanceInitiatedShutdownBehavior") ?? "stop",
    placement: {
      availabilityZone: placement.string("AvailabilityZone"),
      tenancy: placement.string("Tenancy") ?? "default",
      groupName: placement.string("GroupName"),
    },
    ...readMarket(params),
    tags: readTagSpecs(params, LAUNCH_TAG_TYPES),
  };
}

/** Refuses settings that some clients always send, unless they have the one value that there is here. */
function refuseUnmodelled(params: Params): void {
  const isOn =
    params.group("HibernationOptions").boolean("Configured") === true ||
    params.group("EnclaveOptions").boolean("Enabled") === true;
  if (isOn) throw new Ec2Error("UnsupportedOperation", "Hibernation and enclaves are not modelled.");
  for (const one of params.list("NetworkInterface")) {
    const [card, type] = [one.integer("NetworkCardIndex") ?? 0, one.string("InterfaceType") ?? "interface"];
    if (card !== 0) throw invalidValue(`Value (${card}) for parameter networkCardIndex is invalid.`);
    if (type !== "interface") throw invalidValue(`Value (${type}) for parameter interfaceType is not modelled.`);
  }
}

export function readProfile(params: Params): { name?: string; arn?: string } {
  const profile = params.group("IamInstanceProfile");
  return { name: profile.string("Name"), arn: profile.string("Arn") };
}

function readInterface(params: Params): InterfaceSpec {
  const { primaryAddress, wishes } = readInterfaceAddresses(params);
  return {
    deviceIndex: params.integer("DeviceIndex"),
    networkInterfaceId: params.string("NetworkInterfaceId"),
    subnetId: params.string("SubnetId"),
    groupIds: params.strings("SecurityGroupId"),
    privateIpAddress: primaryAddress,
    wishes,
    description: params.string("Description"),
    deleteOnTermination: params.boolean("DeleteOnTermination"),
    associatePublicIp: params.boolean("AssociatePublicIpAddress"),
  };
}

export function readDevice(params: Params): DeviceSpec {
  const ebs = params.group("Ebs");
  return {
    deviceName: params.required("DeviceName"),
    // The value does not count, only that there is one.
    noDevice: params.string("NoDevice") === undefined ? undefined : true,
    ephemeral: params.string("VirtualName") === undefined ? undefined : true,
    size: ebs.integer("VolumeSize"),
    volumeType: ebs.string("VolumeType"),
    iops: ebs.integer("Iops"),
    throughput: ebs.integer("Throughput"),
    encrypted: ebs.boolean("Encrypted"),
    kmsKeyId: ebs.string("KmsKeyId"),
    snapshotId: ebs.string("SnapshotId"),
    deleteOnTermination: ebs.boolean("DeleteOnTermination"),
  };
}

/** Only what was given, so that it can be laid over what was there. */
export function readMetadataOptions(params: Params): Partial<MetadataOptions> {
  const given = {
    httpTokens: params.string("HttpTokens"),
    httpPutResponseHopLimit: params.integer("HttpPutResponseHopLimit"),
    httpEndpoint: params.string("HttpEndpoint"),
    httpProtocolIpv6: params.string("HttpProtocolIpv6"),
    instanceMetadataTags: params.string("InstanceMetadataTags"),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Both or none (EC2 guide, instance-cpu-options-rules); the code is a guess. */
function readCpuOptions(params: Params): LaunchSpec["cpuOptions"] {
  const coreCount = params.integer("CoreCount");
  const threadsPerCore = params.integer("ThreadsPerCore");
  if (coreCount === undefined && threadsPerCore === undefined) return undefined;
  if (coreCount !== undefined && threadsPerCore !== undefined) return { coreCount, threadsPerCore };
  throw invalidCombination("You must specify both the core count and the threads per core.");
}

function readMarket(params: Params): { marketType?: string; spot?: SpotOptions } {
  if (!params.has("InstanceMarketOptions")) return {};
  const market = params.group("InstanceMarketOptions");
  const options = market.group("SpotOptions");
  return {
    marketType: market.string("MarketType"),
    spot: {
      maxPrice: options.string("MaxPrice"),
      type: options.string("SpotInstanceType"),
      interruptionBehavior: options.string("InstanceInterruptionBehavior"),
      validUntil: options.string("ValidUntil"),
    },
  };
}
