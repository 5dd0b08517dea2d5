/** Launches: the part that a launch template holds, the part that is said at the launch, and the launch. */
import * as sdk from "@aws-sdk/client-ec2";
import type { Market, RootVolume } from "../model/desired";
import type { CpuOptions, Instance, MetadataOptions, Tags } from "../model/things";
import type { Caller } from "./caller";
import { instanceOf, metadataOptionsOf, metadataRequest, profileRequest } from "./instances";
import { present } from "./replies";
import { tagSpecifications } from "./tagging";

/** The compute part of a launch: what the launch template holds. */
export interface LaunchData {
  imageId: string;
  instanceType: string;
  /** base64 */
  userData?: string;
  keyName?: string;
  iamInstanceProfile?: string;
  ebsOptimized?: boolean;
  tenancy?: string;
  cpuCredits?: string;
  cpuOptions?: CpuOptions;
  placementGroup?: string;
  monitoring: boolean;
  metadataOptions: MetadataOptions;
  rootVolume?: { deviceName: string; options: RootVolume };
}

export type RecordedLaunch = Omit<LaunchData, "userData">;

/** The network of a launch: an existing interface, which stays when the instance ends, or a new one, which ends with it. */
export type LaunchNetwork =
  { networkInterfaceId: string } | { subnetId: string; securityGroupIds: string[]; publicIp: boolean | undefined };

export interface LaunchRequest {
  templateId: string;
  version: number;
  /** The type, in place of the template's. */
  instanceType: string;
  network: LaunchNetwork;
  market: Pick<Market, "lifecycle" | "maxPrice">;
  tags: Tags;
  clientToken: string;
  /** An address has no instance until this one runs. */
  isUrgent?: boolean;
}

export function toLaunchTemplateData(data: LaunchData): sdk.RequestLaunchTemplateData {
  return {
    ImageId: data.imageId,
    InstanceType: data.instanceType as sdk.RequestLaunchTemplateData["InstanceType"],
    UserData: data.userData,
    KeyName: data.keyName,
    IamInstanceProfile: data.iamInstanceProfile === undefined ? undefined : profileRequest(data.iamInstanceProfile),
    EbsOptimized: data.ebsOptimized,
    Placement: { Tenancy: data.tenancy as sdk.Tenancy | undefined, GroupName: data.placementGroup },
    CreditSpecification: data.cpuCredits === undefined ? undefined : { CpuCredits: data.cpuCredits },
    CpuOptions: { CoreCount: data.cpuOptions?.coreCount, ThreadsPerCore: data.cpuOptions?.threadsPerCore },
    Monitoring: { Enabled: data.monitoring },
    MetadataOptions: metadataRequest(data.metadataOptions),
    BlockDeviceMappings:
      data.rootVolume === undefined
        ? undefined
        : [{ DeviceName: data.rootVolume.deviceName, Ebs: rootVolumeRequest(data.rootVolume.options) }],
  };
}

function rootVolumeRequest(volume: RootVolume): sdk.LaunchTemplateEbsBlockDeviceRequest {
  return {
    VolumeSize: volume.size,
    VolumeType: volume.type as sdk.VolumeType | undefined,
    Iops: volume.iops,
    Throughput: volume.throughput,
    Encrypted: volume.encrypted,
    KmsKeyId: volume.kmsKeyId,
    DeleteOnTermination: true,
  };
}

/** Reads what {@link toLaunchTemplateData} made, but for the user data; nothing where somebody else made the version. */
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
    metadataOptions: metadataOptionsOf(options),
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

function runRequest(request: LaunchRequest): sdk.RunInstancesRequest {
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

function launchInterface(network: LaunchNetwork): sdk.InstanceNetworkInterfaceSpecification {
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

export const launchCalls = ({ client, call }: Caller) => ({
  runInstance(request: LaunchRequest): Promise<Instance> {
    const run = async (): Promise<Instance> => {
      const reply = await client.send(new sdk.RunInstancesCommand(runRequest(request)));
      return instanceOf(present(reply.Instances?.[0], "instance"));
    };
    return call("RunInstances", run, request.isUrgent === true ? "dark" : "usual");
  },

  async cancelSpotRequest(spotRequestId: string): Promise<void> {
    const input = { SpotInstanceRequestIds: [spotRequestId] };
    await call("CancelSpotInstanceRequests", () => client.send(new sdk.CancelSpotInstanceRequestsCommand(input)));
  },
});
