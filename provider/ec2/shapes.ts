/** Between the SDK's shapes, in which all is optional, and the engine's, in which what must be there is. */
import type { sdk } from "./client";
import type {
  ElasticIp,
  Instance,
  InstanceState,
  LaunchTemplate,
  MetadataOptions,
  NetworkInterface,
  RootVolume,
  Tags,
} from "../engine/state";
import type { LaunchData } from "./ec2";
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

export function launchTemplateOf(template: sdk.LaunchTemplate): LaunchTemplate {
  return {
    id: present(template.LaunchTemplateId, "launch template id"),
    name: template.LaunchTemplateName ?? "",
    latestVersion: template.LatestVersionNumber ?? 1,
    createdAt: template.CreateTime?.getTime() ?? 0,
    tags: tagsOf(template.Tags),
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
    privateDnsName: eni.PrivateDnsName ?? "",
    macAddress: eni.MacAddress ?? "",
    ipv6Addresses: (eni.Ipv6Addresses ?? []).map((it) => it.Ipv6Address ?? ""),
    status: eni.Status ?? "",
    securityGroups: (eni.Groups ?? []).map((it) => ({ id: it.GroupId ?? "", name: it.GroupName ?? "" })),
    sourceDestCheck: eni.SourceDestCheck ?? true,
    ...(attachment?.AttachmentId === undefined || attachment.Status === "detached"
      ? {}
      : {
          attachment: {
            id: attachment.AttachmentId,
            instanceId: attachment.InstanceId,
            deleteOnTermination: attachment.DeleteOnTermination ?? false,
          },
        }),
    tags: tagsOf(eni.TagSet),
  };
}

export function elasticIpOf(address: sdk.Address): ElasticIp {
  return {
    allocationId: present(address.AllocationId, "allocation id"),
    publicIp: present(address.PublicIp, "public IP"),
    ...(address.AssociationId === undefined
      ? {}
      : {
          association: {
            id: address.AssociationId,
            networkInterfaceId: address.NetworkInterfaceId,
            instanceId: address.InstanceId === "" ? undefined : address.InstanceId,
          },
        }),
    tags: tagsOf(address.Tags),
  };
}

export function instanceOf(instance: sdk.Instance): Instance {
  const primary = instance.NetworkInterfaces?.find((eni) => (eni.Attachment?.DeviceIndex ?? 0) === 0);
  const reason = instance.StateReason;
  return {
    id: present(instance.InstanceId, "instance id"),
    state: (instance.State?.Name ?? "pending") satisfies InstanceState,
    imageId: instance.ImageId ?? "",
    type: instance.InstanceType ?? "",
    lifecycle: instance.InstanceLifecycle === "spot" ? "spot" : "on-demand",
    spotRequestId: instance.SpotInstanceRequestId,
    networkInterfaceId: primary?.NetworkInterfaceId,
    publicIp: instance.PublicIpAddress,
    iamInstanceProfileArn: instance.IamInstanceProfile?.Arn,
    metadataOptions: metadataOptionsOf(instance),
    volumeIds: (instance.BlockDeviceMappings ?? []).flatMap((it) => it.Ebs?.VolumeId ?? []),
    ...(reason?.Code === undefined ? {} : { stateReason: { code: reason.Code, message: reason.Message ?? "" } }),
    launchedAt: instance.LaunchTime?.getTime() ?? 0,
    tags: tagsOf(instance.Tags),
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
    MetadataOptions: metadataRequest(data.metadataOptions),
    BlockDeviceMappings:
      data.rootVolume === undefined
        ? undefined
        : [{ DeviceName: data.rootVolume.deviceName, Ebs: ebs(data.rootVolume.options) }],
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
