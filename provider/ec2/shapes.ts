/** Between the SDK's shapes, in which all is optional, and the engine's, in which what must be there is. */
import type * as sdk from "@aws-sdk/client-ec2";
import type {
  Device,
  ElasticIp,
  Firmware,
  Instance,
  InstanceState,
  LaunchTemplate,
  MetadataOptions,
  NetworkInterface,
  Tags,
  Volume,
} from "../model/things";
import type { RootVolume } from "../model/desired";
import type {
  Addresses,
  Ec2,
  Health,
  Image,
  InstanceType,
  LaunchData,
  LaunchRequest,
  RecordedLaunch,
  RootVolumeTask,
  Subnet,
} from "./ec2";
import { Ec2Error } from "./errors";

/** What EC2 always sends; its absence is a broken reply. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new Ec2Error("reply", "InternalError", `EC2's reply has no ${what}`);
  }
  return value;
}

export function toTagList(tags: Tags): sdk.Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function tagSpecifications(tags: Tags, ...types: sdk.ResourceType[]): sdk.TagSpecification[] {
  return types.map((ResourceType) => ({ ResourceType, Tags: toTagList(tags) }));
}

function tagsOf(list: sdk.Tag[] | undefined): Tags {
  return Object.fromEntries((list ?? []).map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}

/** What EC2 leaves out of an older image or instance is what all had then. */
function firmwareOf({ Architecture, VirtualizationType, EnaSupport, BootMode }: sdk.Image | sdk.Instance): Firmware {
  return {
    architecture: Architecture ?? "",
    virtualizationType: VirtualizationType ?? "hvm",
    enaSupport: EnaSupport ?? false,
    bootMode: BootMode,
  };
}

export function imageOf(image: sdk.Image): Image {
  return {
    ...firmwareOf(image),
    id: present(image.ImageId, "image id"),
    state: image.State ?? "",
    rootDeviceName: image.RootDeviceName ?? "/dev/xvda",
    devices: (image.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
      DeviceName === undefined || Ebs === undefined
        ? []
        : [
            {
              deviceName: DeviceName,
              snapshotId: Ebs.SnapshotId,
              size: Ebs.VolumeSize,
              type: Ebs.VolumeType,
              deleteOnTermination: Ebs.DeleteOnTermination ?? true,
            },
          ],
    ),
    isForImdsV2: image.ImdsSupport === "v2.0",
    // EC2 writes it in lower case, the SDK's type does not.
    platform: image.Platform?.toLowerCase() === "windows" ? "windows" : "linux",
  };
}

export function launchTemplateOf(template: sdk.LaunchTemplate): LaunchTemplate {
  return {
    id: present(template.LaunchTemplateId, "launch template id"),
    name: template.LaunchTemplateName ?? "",
    latestVersion: template.LatestVersionNumber ?? 1,
    createdAt: template.CreateTime?.getTime() ?? 0,
    tags: tagsOf(template.Tags),
  };
}

export function subnetOf(subnet: sdk.Subnet): Subnet {
  return {
    id: present(subnet.SubnetId, "subnet id"),
    vpcId: subnet.VpcId ?? "",
    availabilityZone: subnet.AvailabilityZone ?? "",
    cidrBlock: subnet.CidrBlock ?? "",
    ipv6CidrBlocks: (subnet.Ipv6CidrBlockAssociationSet ?? [])
      .filter((it) => it.Ipv6CidrBlockState?.State === "associated")
      .flatMap((it) => it.Ipv6CidrBlock ?? []),
    assignsPublicIp: subnet.MapPublicIpOnLaunch ?? false,
  };
}

export function networkInterfaceOf(eni: sdk.NetworkInterface): NetworkInterface {
  const attachment = eni.Attachment;
  return {
    id: present(eni.NetworkInterfaceId, "network interface id"),
    subnetId: eni.SubnetId ?? "",
    vpcId: eni.VpcId ?? "",
    availabilityZone: eni.AvailabilityZone ?? "",
    privateIp: present(eni.PrivateIpAddress, "private IP"),
    description: eni.Description ?? "",
    privateDnsName: eni.PrivateDnsName ?? "",
    macAddress: eni.MacAddress ?? "",
    secondaryPrivateIps: (eni.PrivateIpAddresses ?? []).flatMap((it) =>
      it.Primary === true ? [] : (it.PrivateIpAddress ?? []),
    ),
    ipv6Addresses: (eni.Ipv6Addresses ?? []).map((it) => it.Ipv6Address ?? ""),
    requesterManaged: eni.RequesterManaged ?? false,
    status: eni.Status ?? "",
    securityGroups: (eni.Groups ?? []).map((it) => ({ id: it.GroupId ?? "", name: it.GroupName ?? "" })),
    sourceDestCheck: eni.SourceDestCheck ?? true,
    ...(attachment?.AttachmentId === undefined || attachment.Status === "detached"
      ? {}
      : {
          attachment: {
            id: attachment.AttachmentId,
            instanceId: attachment.InstanceId,
            deviceIndex: attachment.DeviceIndex ?? 0,
            isDetaching: attachment.Status === "detaching",
            deleteOnTermination: attachment.DeleteOnTermination ?? false,
          },
        }),
    tags: tagsOf(eni.TagSet),
  };
}

export function elasticIpOf(address: sdk.Address): ElasticIp {
  return {
    allocationId: present(address.AllocationId, "allocation id"),
    publicIp: present(address.PublicIp ?? address.CarrierIp, "public IP"),
    ...(address.NetworkBorderGroup === undefined ? {} : { networkBorderGroup: address.NetworkBorderGroup }),
    ...(address.AssociationId === undefined
      ? {}
      : {
          association: {
            id: address.AssociationId,
            networkInterfaceId: address.NetworkInterfaceId,
            privateIp: address.PrivateIpAddress,
            instanceId: address.InstanceId === "" ? undefined : address.InstanceId,
          },
        }),
    tags: tagsOf(address.Tags),
  };
}

export function instanceOf(instance: sdk.Instance): Instance {
  const interfaces = instance.NetworkInterfaces ?? [];
  const isPrimary = (eni: sdk.InstanceNetworkInterface): boolean => (eni.Attachment?.DeviceIndex ?? 0) === 0;
  const reason = instance.StateReason;
  return {
    id: present(instance.InstanceId, "instance id"),
    state: (instance.State?.Name ?? "pending") satisfies InstanceState,
    imageId: instance.ImageId ?? "",
    firmware: firmwareOf(instance),
    type: instance.InstanceType ?? "",
    lifecycle: instance.InstanceLifecycle === "spot" ? "spot" : "on-demand",
    spotRequestId: instance.SpotInstanceRequestId,
    networkInterfaceId: interfaces.find(isPrimary)?.NetworkInterfaceId,
    secondaryNetworkInterfaceIds: interfaces.flatMap((eni) => (isPrimary(eni) ? [] : (eni.NetworkInterfaceId ?? []))),
    publicIp: instance.PublicIpAddress,
    keyName: instance.KeyName,
    iamInstanceProfileArn: instance.IamInstanceProfile?.Arn,
    ebsOptimized: instance.EbsOptimized ?? false,
    tenancy: instance.Placement?.Tenancy ?? "default",
    cpuOptions: {
      coreCount: instance.CpuOptions?.CoreCount,
      threadsPerCore: instance.CpuOptions?.ThreadsPerCore,
    },
    // EC2 sends an empty text where there is none.
    placementGroup: instance.Placement?.GroupName === "" ? undefined : instance.Placement?.GroupName,
    metadataOptions: metadataOptionsOf(instance),
    monitoring: instance.Monitoring?.State === "enabled" || instance.Monitoring?.State === "pending",
    rootDeviceName: instance.RootDeviceName ?? "",
    devices: (instance.BlockDeviceMappings ?? []).flatMap(deviceOf),
    ...(reason?.Code === undefined ? {} : { stateReason: { code: reason.Code, message: reason.Message ?? "" } }),
    launchedAt: instance.LaunchTime?.getTime() ?? 0,
    tags: tagsOf(instance.Tags),
  };
}

function deviceOf({ DeviceName, Ebs }: sdk.InstanceBlockDeviceMapping): Device[] {
  if (Ebs?.VolumeId === undefined) {
    return [];
  }
  return [
    { deviceName: DeviceName ?? "", volumeId: Ebs.VolumeId, deleteOnTermination: Ebs.DeleteOnTermination ?? false },
  ];
}

/** Only a running instance is checked: what EC2 calls not applicable of any other has not passed. */
export function healthOf(status: sdk.InstanceStatus | undefined): Health {
  const checks = [status?.SystemStatus, status?.InstanceStatus];
  const impairedSince = checks
    .flatMap((it) => it?.Details ?? [])
    .flatMap((it) => it.ImpairedSince?.getTime() ?? [])
    .sort((x, y) => x - y)[0];
  if (checks.some((it) => it?.Status === "impaired")) {
    return { status: "impaired", impairedSince };
  }
  const passed = checks.every((it) => it?.Status === "ok" || it?.Status === "not-applicable");
  const state = status?.InstanceState?.Name ?? "pending";
  const down = state === "pending" || state === "running" ? {} : { down: state };
  return { status: passed && state === "running" ? "ok" : "initializing", impairedSince, ...down };
}

export function volumeOf(volume: sdk.Volume): Volume {
  const attachment = volume.Attachments?.find((it) => it.State !== "detached");
  return {
    id: present(volume.VolumeId, "volume id"),
    availabilityZone: volume.AvailabilityZone ?? "",
    size: volume.Size ?? 0,
    type: volume.VolumeType ?? "",
    iops: volume.Iops,
    throughput: volume.Throughput,
    encrypted: volume.Encrypted ?? false,
    kmsKeyId: volume.KmsKeyId,
    status: volume.State ?? "",
    ...(attachment === undefined
      ? {}
      : {
          attachment: {
            instanceId: attachment.InstanceId ?? "",
            deviceName: attachment.Device ?? "",
            status: attachment.State ?? "",
            deleteOnTermination: attachment.DeleteOnTermination ?? false,
          },
        }),
    tags: tagsOf(volume.Tags),
  };
}

export function rootVolumeTaskOf(task: sdk.ReplaceRootVolumeTask): RootVolumeTask {
  return { id: present(task.ReplaceRootVolumeTaskId, "task id"), state: task.TaskState ?? "", tags: tagsOf(task.Tags) };
}

export function instanceTypeOf(type: sdk.InstanceTypeInfo): InstanceType {
  return {
    name: present(type.InstanceType, "instance type"),
    architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
    ena: type.NetworkInfo?.EnaSupport ?? "supported",
    bootModes: type.SupportedBootModes ?? [],
    virtualizationTypes: type.SupportedVirtualizationTypes ?? [],
    maxNetworkInterfaces: type.NetworkInfo?.MaximumNetworkInterfaces ?? 1,
    ipv4AddressesPerInterface: type.NetworkInfo?.Ipv4AddressesPerInterface ?? 1,
    ipv6AddressesPerInterface: type.NetworkInfo?.Ipv6AddressesPerInterface ?? 0,
    isBurstable: type.BurstablePerformanceSupported ?? false,
    canBeEbsOptimized: type.EbsInfo?.EbsOptimizedSupport !== "unsupported",
    validCores: type.VCpuInfo?.ValidCores ?? [],
    validThreadsPerCore: type.VCpuInfo?.ValidThreadsPerCore ?? [],
    placementStrategies: type.PlacementGroupInfo?.SupportedStrategies ?? [],
  };
}

function metadataOptionsOf(instance: sdk.Instance): MetadataOptions {
  const options = instance.MetadataOptions;
  return {
    httpTokens: options?.HttpTokens ?? "optional",
    httpEndpoint: options?.HttpEndpoint ?? "enabled",
    instanceMetadataTags: options?.InstanceMetadataTags ?? "disabled",
    httpPutResponseHopLimit: options?.HttpPutResponseHopLimit,
  };
}

export function metadataRequest(options: MetadataOptions): sdk.InstanceMetadataOptionsRequest {
  return {
    HttpTokens: options.httpTokens,
    HttpEndpoint: options.httpEndpoint,
    InstanceMetadataTags: options.instanceMetadataTags,
    HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
  };
}

export function toLaunchTemplateData(data: LaunchData): sdk.RequestLaunchTemplateData {
  const profile = data.iamInstanceProfile;
  return {
    ImageId: data.imageId,
    InstanceType: data.instanceType as sdk.RequestLaunchTemplateData["InstanceType"],
    UserData: data.userData,
    KeyName: data.keyName,
    IamInstanceProfile:
      profile === undefined ? undefined : profile.startsWith("arn:") ? { Arn: profile } : { Name: profile },
    EbsOptimized: data.ebsOptimized,
    Placement: { Tenancy: data.tenancy as sdk.Tenancy | undefined, GroupName: data.placementGroup },
    CreditSpecification: data.cpuCredits === undefined ? undefined : { CpuCredits: data.cpuCredits },
    CpuOptions: { CoreCount: data.cpuOptions?.coreCount, ThreadsPerCore: data.cpuOptions?.threadsPerCore },
    Monitoring: { Enabled: data.monitoring },
    MetadataOptions: metadataRequest(data.metadataOptions),
    BlockDeviceMappings:
      data.rootVolume === undefined
        ? undefined
        : [{ DeviceName: data.rootVolume.deviceName, Ebs: ebs(data.rootVolume.options) }],
  };
}

/** What {@link toLaunchTemplateData} made of it, but for the user data; nothing where somebody else made the version. */
export function recordedLaunchOf(data: sdk.ResponseLaunchTemplateData): RecordedLaunch | undefined {
  const { ImageId: imageId, InstanceType: instanceType, MetadataOptions: options } = data;
  if (imageId === undefined || instanceType === undefined || options?.HttpTokens === undefined) {
    return undefined;
  }
  const { CoreCount: coreCount, ThreadsPerCore: threadsPerCore } = data.CpuOptions ?? {};
  const [root] = data.BlockDeviceMappings ?? [];
  return {
    imageId,
    instanceType,
    keyName: data.KeyName,
    iamInstanceProfile: data.IamInstanceProfile?.Arn ?? data.IamInstanceProfile?.Name,
    ebsOptimized: data.EbsOptimized,
    tenancy: data.Placement?.Tenancy,
    placementGroup: data.Placement?.GroupName,
    cpuCredits: data.CreditSpecification?.CpuCredits,
    cpuOptions: coreCount === undefined ? undefined : { coreCount, threadsPerCore },
    monitoring: data.Monitoring?.Enabled ?? false,
    metadataOptions: {
      httpTokens: options.HttpTokens,
      httpEndpoint: options.HttpEndpoint ?? "enabled",
      instanceMetadataTags: options.InstanceMetadataTags ?? "disabled",
      httpPutResponseHopLimit: options.HttpPutResponseHopLimit,
    },
    rootVolume:
      root?.Ebs === undefined ? undefined : { deviceName: root.DeviceName ?? "", options: rootVolumeOf(root.Ebs) },
  };
}

function rootVolumeOf(ebs: sdk.LaunchTemplateEbsBlockDevice): RootVolume {
  return {
    size: ebs.VolumeSize,
    type: ebs.VolumeType,
    iops: ebs.Iops,
    throughput: ebs.Throughput,
    encrypted: ebs.Encrypted,
    kmsKeyId: ebs.KmsKeyId,
  };
}

function ebs(volume: RootVolume): NonNullable<sdk.RequestLaunchTemplateData["BlockDeviceMappings"]>[number]["Ebs"] {
  return {
    VolumeSize: volume.size,
    VolumeType: volume.type as "gp3" | undefined,
    Iops: volume.iops,
    Throughput: volume.throughput,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    DeleteOnTermination: true,
  };
}

/** What is to be launched, and on what. */
export function runRequest(request: LaunchRequest): sdk.RunInstancesRequest {
  const spot = request.market.lifecycle === "spot";
  return {
    LaunchTemplate: { LaunchTemplateId: request.templateId, Version: String(request.version) },
    InstanceType: request.instanceType as sdk.RunInstancesRequest["InstanceType"],
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [launchInterface(request.network)],
    // One-time: a persistent request would launch by itself after a termination and take the interface.
    InstanceMarketOptions: spot
      ? { MarketType: "spot", SpotOptions: { SpotInstanceType: "one-time", MaxPrice: request.market.maxPrice } }
      : undefined,
    TagSpecifications: tagSpecifications(
      request.tags,
      ...(spot ? (["instance", "volume", "spot-instances-request"] as const) : (["instance", "volume"] as const)),
    ),
    ClientToken: request.clientToken,
  };
}

function launchInterface(network: LaunchRequest["network"]): sdk.InstanceNetworkInterfaceSpecification {
  if ("networkInterfaceId" in network) {
    // Termination leaves an interface that was passed in alone; EC2 refuses DeleteOnTermination with one.
    return { DeviceIndex: 0, NetworkInterfaceId: network.networkInterfaceId };
  }
  return {
    DeviceIndex: 0,
    SubnetId: network.subnetId,
    Groups: network.securityGroupIds,
    DeleteOnTermination: true,
    AssociatePublicIpAddress: network.publicIp,
  };
}

export function networkInterfaceRequest(
  request: Parameters<Ec2["createNetworkInterface"]>[0],
): sdk.CreateNetworkInterfaceRequest {
  const { privateIp, secondaryPrivateIps: wanted, ipv6Addresses: ipv6 } = request;
  const secondary = wanted !== undefined && "addresses" in wanted ? wanted.addresses : [];
  // The primary one goes into the list where there is one: EC2 takes it from one place only.
  const listed = secondary.length === 0 ? [] : [...(privateIp === undefined ? [] : [privateIp]), ...secondary];
  return {
    SubnetId: request.subnetId,
    PrivateIpAddress: listed.length === 0 ? privateIp : undefined,
    PrivateIpAddresses: listed.map((PrivateIpAddress) => ({
      PrivateIpAddress,
      Primary: PrivateIpAddress === privateIp,
    })),
    SecondaryPrivateIpAddressCount: wanted !== undefined && "count" in wanted ? wanted.count : undefined,
    Ipv6Addresses: ipv6 !== undefined && "addresses" in ipv6 ? ipv6.addresses.map(ipv6Address) : undefined,
    Ipv6AddressCount: ipv6 === undefined ? undefined : ipv6Count(ipv6),
    Groups: request.securityGroupIds,
    Description: request.description,
    TagSpecifications: tagSpecifications(request.tags, "network-interface"),
    ClientToken: request.clientToken,
  };
}

const ipv6Address = (Ipv6Address: string): sdk.InstanceIpv6Address => ({ Ipv6Address });

/** None has to be said: the subnet may give one to each new interface. */
function ipv6Count(wanted: Addresses): number | undefined {
  if ("count" in wanted) {
    return wanted.count;
  }
  return wanted.addresses.length === 0 ? 0 : undefined;
}

export function volumeRequest({
  volume,
  availabilityZone,
  tags,
  clientToken,
}: Parameters<Ec2["createVolume"]>[0]): sdk.CreateVolumeRequest {
  return {
    AvailabilityZone: availabilityZone,
    Size: volume.size,
    // EC2's own default is gp2.
    VolumeType: (volume.type ?? "gp3") as sdk.VolumeType,
    Iops: volume.iops,
    Throughput: volume.throughput,
    SnapshotId: volume.snapshotId,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    TagSpecifications: tagSpecifications(tags, "volume"),
    ClientToken: clientToken,
  };
}
