import {
  AllocateAddressCommand,
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  AssociateIamInstanceProfileCommand,
  AttachNetworkInterfaceCommand,
  AttachVolumeCommand,
  CancelSpotInstanceRequestsCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateNetworkInterfaceCommand,
  CreateReplaceRootVolumeTaskCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeLaunchTemplateVersionsCommand,
  DetachNetworkInterfaceCommand,
  DetachVolumeCommand,
  DisassociateAddressCommand,
  DisassociateIamInstanceProfileCommand,
  EC2Client,
  type EC2ClientConfig,
  type Filter,
  type IamInstanceProfileAssociation,
  type InstanceAttribute,
  type InstanceAttributeName,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ModifyVolumeCommand,
  MonitorInstancesCommand,
  paginateDescribeIamInstanceProfileAssociations,
  paginateDescribeInstances,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
  paginateDescribeLaunchTemplates,
  paginateDescribeNetworkInterfaces,
  paginateDescribeReplaceRootVolumeTasks,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVolumes,
  ReleaseAddressCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  type ResponseLaunchTemplateData,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
  UnmonitorInstancesCommand,
  type VolumeType,
} from "@aws-sdk/client-ec2";
import type { Clock } from "../clock";
import type {
  ElasticIp,
  Instance,
  LaunchTemplate,
  MetadataOptions,
  NetworkInterface,
  Tags,
  Volume,
  VolumeShape,
} from "../engine/state";
import type {
  Addresses,
  Ec2,
  Filters,
  Image,
  InstanceType,
  LaunchRequest,
  RootVolumeTask,
  Subnet,
  TemplateVersion,
} from "./ec2";
import { Ec2Error, isAboutTime, isEc2Error } from "./errors";
import { actionOf, type Call, isRepeatable } from "./repeats";
import { OTHER_PATIENCE_MS, Pace, Patience, type Retry, withRetries } from "./retry";
import {
  elasticIpOf,
  impairedSinceOf,
  instanceOf,
  instanceTypeOf,
  launchTemplateOf,
  metadataRequest,
  networkInterfaceOf,
  networkInterfaceRequest,
  present,
  recordedLaunchOf,
  rootVolumeTaskOf,
  runRequest,
  statusOf,
  subnetOf,
  tagSpecifications,
  toLaunchTemplateData,
  toTagList,
  volumeOf,
  volumeRequest,
} from "./shapes";

export interface Ec2Options {
  region: string;
  clock: Clock;
  profile?: string;
  endpoint?: string;
  requestHandler?: EC2ClientConfig["requestHandler"];
  credentials?: EC2ClientConfig["credentials"];
  random?: () => number;
  replyTimeoutMs?: number;
  /** Prints one line for the user. */
  say?: (line: string) => void;
}

/** What bounds the calls of one run of a machine, and tells its user of them. */
export type OfRun = Pick<Retry, "patience" | "say">;

export interface Ec2Client extends Ec2 {
  /** The same client for one run, of which all calls share one patience. */
  forRun(run: OfRun): Ec2Client;
}

/** Without these a lost reply is waited for as long as the connection stands. EC2's slowest calls answer within seconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const REPLY_TIMEOUT_MS = 60_000;

// The SDK's notice about old Node versions would show in every `pulumi up`, and no user can act on it there.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** The SDK's shapes, for the one file that converts them; this one alone imports the SDK. */
export type * as sdk from "@aws-sdk/client-ec2";

/** The region that the environment or the shared files name, in the order in which the AWS CLI looks. */
export async function findRegion(profile: string | undefined): Promise<string | undefined> {
  const named = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (named !== undefined && named !== "") {
    return named;
  }
  try {
    return await new EC2Client(profile === undefined ? {} : { profile }).config.region();
  } catch {
    // The SDK's answer to "none is set"; the caller says it in the user's words.
    return undefined;
  }
}

/** `Ec2` over the AWS SDK. */
export function createEc2(options: Ec2Options): Ec2Client {
  const client = new EC2Client({
    region: options.region,
    maxAttempts: 1,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    requestHandler: options.requestHandler ?? {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: options.replyTimeoutMs ?? REPLY_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  });
  const { clock, random = Math.random, say = () => undefined } = options;
  return new SdkEc2(client, { clock, random, say, pace: new Pace() });
}

interface Thrown {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { requestId?: string; httpStatusCode?: number; clockSkewCorrected?: boolean };
}

/** EC2's errors carry the code in `name`, those of the way there in `code`; any other HTTP 5xx is a fault on the way. */
function codeOf(error: Thrown, status: number): string {
  const named = status === 0 ? (error.code ?? error.name) : error.name;
  const isNamed = named !== undefined && named !== "Error";
  return isNamed ? named : status >= 500 ? "ServiceUnavailable" : "UnknownError";
}

function toEc2Error(action: string, thrown: unknown): Ec2Error {
  if (thrown instanceof Ec2Error) {
    return thrown;
  }
  const error = thrown as Thrown;
  const { requestId, httpStatusCode = 0, clockSkewCorrected = false } = error.$metadata ?? {};
  const code = codeOf(error, httpStatusCode);
  return new Ec2Error(action, code, error.message === "" ? code : (error.message ?? String(thrown)), {
    requestId,
    cause: thrown,
    isClockCorrected: clockSkewCorrected && isAboutTime(code),
  });
}

function filterList(filters: Filters): Filter[] {
  return Object.entries(filters).map(([Name, Values]) => ({ Name, Values: [...Values] }));
}

/** What all pages hold: a filter may leave any of them empty. */
async function gathered<Page, One>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => readonly One[] | undefined,
): Promise<One[]> {
  const found: One[] = [];
  for await (const page of pages) {
    found.push(...(of(page) ?? []));
  }
  return found;
}

/** The same client, whose every call is a dry run; what EC2 has no dry run of is not sent. */
function dryRunning(client: EC2Client): EC2Client {
  const dry = Object.create(client) as EC2Client;
  dry.middlewareStack = client.middlewareStack.clone();
  dry.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, DryRun: true } }), {
    step: "initialize",
  });
  dry.middlewareStack.add(
    (next) => (args) => {
      const { body } = args.request as { body?: unknown };
      if (typeof body !== "string" || new URLSearchParams(body).get("DryRun") !== "true") {
        throw new Error("EC2 has no dry run of this; nothing was sent");
      }
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  return dry;
}

class SdkEc2 implements Ec2Client {
  constructor(
    private readonly client: EC2Client,
    private readonly around: Pick<Retry, "clock" | "random" | "pace" | "say">,
    private readonly patience?: Patience,
  ) {}

  forRun({ patience, say }: OfRun): Ec2Client {
    return new SdkEc2(this.client, { ...this.around, say }, patience);
  }

  async requireCredentials(): Promise<void> {
    await this.call("GetCredentials", () => this.client.config.credentials());
  }

  async dryRun(call: (ec2: Ec2) => Promise<unknown>): Promise<void> {
    try {
      await call(new SdkEc2(dryRunning(this.client), this.around, this.patience));
    } catch (error) {
      if (!(error instanceof Ec2Error) || error.code !== "DryRunOperation") {
        throw error;
      }
    }
  }

  describeLaunchTemplates(filters: Filters): Promise<LaunchTemplate[]> {
    return this.call("DescribeLaunchTemplates", () =>
      gathered(paginateDescribeLaunchTemplates({ client: this.client }, { Filters: filterList(filters) }), (page) =>
        page.LaunchTemplates?.map(launchTemplateOf),
      ),
    );
  }

  describeLatestVersion(
    templateId: string,
    options: { resolveImage?: boolean; version?: number } = {},
  ): Promise<TemplateVersion> {
    return this.call("DescribeLaunchTemplateVersions", async () => {
      const reply = await this.client.send(
        new DescribeLaunchTemplateVersionsCommand({
          LaunchTemplateId: templateId,
          Versions: [String(options.version ?? "$Latest")],
          ...(options.resolveImage === true ? { ResolveAlias: true } : {}),
        }),
      );
      const version = present(reply.LaunchTemplateVersions?.[0], "launch template version");
      const data: ResponseLaunchTemplateData | undefined = version.LaunchTemplateData;
      return {
        number: present(version.VersionNumber, "version number"),
        description: version.VersionDescription ?? "",
        createdAt: version.CreateTime?.getTime(),
        imageId: data?.ImageId,
        data: data === undefined ? undefined : recordedLaunchOf(data),
      };
    });
  }

  createLaunchTemplate(request: Parameters<Ec2["createLaunchTemplate"]>[0]): Promise<LaunchTemplate> {
    return this.call("CreateLaunchTemplate", async () => {
      const reply = await this.client.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName: request.name,
          VersionDescription: request.description,
          LaunchTemplateData: toLaunchTemplateData(request.data),
          TagSpecifications: tagSpecifications(request.tags, "launch-template"),
          ClientToken: request.clientToken,
        }),
      );
      return launchTemplateOf({ ...present(reply.LaunchTemplate, "launch template"), Tags: toTagList(request.tags) });
    });
  }

  createLaunchTemplateVersion(request: Parameters<Ec2["createLaunchTemplateVersion"]>[0]): Promise<number> {
    return this.call("CreateLaunchTemplateVersion", async () => {
      const reply = await this.client.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId: request.templateId,
          VersionDescription: request.description,
          ...("sourceVersion" in request.data
            ? {
                SourceVersion: String(request.data.sourceVersion),
                LaunchTemplateData: { ImageId: request.data.imageId },
              }
            : { LaunchTemplateData: toLaunchTemplateData(request.data) }),
          ClientToken: request.clientToken,
        }),
      );
      return present(reply.LaunchTemplateVersion?.VersionNumber, "version number");
    });
  }

  async deleteLaunchTemplate(templateId: string): Promise<void> {
    await this.call("DeleteLaunchTemplate", () =>
      this.client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: templateId })),
    );
  }

  describeSubnet(subnetId: string): Promise<Subnet | undefined> {
    return this.call("DescribeSubnets", async () => {
      const pages = paginateDescribeSubnets(
        { client: this.client },
        { Filters: filterList({ "subnet-id": [subnetId] }) },
      );
      return (await gathered(pages, (page) => page.Subnets?.map(subnetOf)))[0];
    });
  }

  describeNetworkInterfaces(filters: Filters): Promise<NetworkInterface[]> {
    return this.call("DescribeNetworkInterfaces", () =>
      gathered(paginateDescribeNetworkInterfaces({ client: this.client }, { Filters: filterList(filters) }), (page) =>
        page.NetworkInterfaces?.map(networkInterfaceOf),
      ),
    );
  }

  createNetworkInterface(request: Parameters<Ec2["createNetworkInterface"]>[0]): Promise<NetworkInterface> {
    return this.call("CreateNetworkInterface", async () => {
      const reply = await this.client.send(new CreateNetworkInterfaceCommand(networkInterfaceRequest(request)));
      const made = present(reply.NetworkInterface, "network interface");
      return networkInterfaceOf({ ...made, TagSet: toTagList(request.tags) });
    });
  }

  async setSecurityGroups(networkInterfaceId: string, securityGroupIds: string[]): Promise<void> {
    await this.modifyNetworkInterface({ NetworkInterfaceId: networkInterfaceId, Groups: securityGroupIds });
  }

  async setSourceDestCheck(networkInterfaceId: string, enabled: boolean): Promise<void> {
    await this.modifyNetworkInterface({ NetworkInterfaceId: networkInterfaceId, SourceDestCheck: { Value: enabled } });
  }

  async setPublicIpAssignment(networkInterfaceId: string, enabled: boolean): Promise<void> {
    await this.modifyNetworkInterface({ NetworkInterfaceId: networkInterfaceId, AssociatePublicIpAddress: enabled });
  }

  async keepOnTermination(networkInterfaceId: string, attachmentId: string): Promise<void> {
    await this.modifyNetworkInterface({
      NetworkInterfaceId: networkInterfaceId,
      Attachment: { AttachmentId: attachmentId, DeleteOnTermination: false },
    });
  }

  assignPrivateIps(networkInterfaceId: string, wanted: Addresses, mayMove = false): Promise<string[]> {
    const input = {
      NetworkInterfaceId: networkInterfaceId,
      ...("addresses" in wanted
        ? { PrivateIpAddresses: wanted.addresses }
        : { SecondaryPrivateIpAddressCount: wanted.count }),
      AllowReassignment: mayMove,
    };
    const assign = async (): Promise<string[]> => {
      const reply = await this.client.send(new AssignPrivateIpAddressesCommand(input));
      return (reply.AssignedPrivateIpAddresses ?? []).flatMap((it) => it.PrivateIpAddress ?? []);
    };
    return this.call("addresses" in wanted ? "AssignPrivateIpAddresses" : "AssignPrivateIpAddresses by count", assign);
  }

  async unassignPrivateIps(networkInterfaceId: string, addresses: string[]): Promise<void> {
    const input = { NetworkInterfaceId: networkInterfaceId, PrivateIpAddresses: addresses };
    await this.call("UnassignPrivateIpAddresses", () => this.client.send(new UnassignPrivateIpAddressesCommand(input)));
  }

  assignIpv6Addresses(networkInterfaceId: string, wanted: Addresses): Promise<string[]> {
    const input = {
      NetworkInterfaceId: networkInterfaceId,
      ...("addresses" in wanted ? { Ipv6Addresses: wanted.addresses } : { Ipv6AddressCount: wanted.count }),
    };
    const assign = async (): Promise<string[]> =>
      (await this.client.send(new AssignIpv6AddressesCommand(input))).AssignedIpv6Addresses ?? [];
    return this.call("addresses" in wanted ? "AssignIpv6Addresses" : "AssignIpv6Addresses by count", assign);
  }

  async unassignIpv6Addresses(networkInterfaceId: string, addresses: string[]): Promise<void> {
    const input = { NetworkInterfaceId: networkInterfaceId, Ipv6Addresses: addresses };
    await this.call("UnassignIpv6Addresses", () => this.client.send(new UnassignIpv6AddressesCommand(input)));
  }

  async attachNetworkInterface(networkInterfaceId: string, instanceId: string, deviceIndex: number): Promise<void> {
    const input = { NetworkInterfaceId: networkInterfaceId, InstanceId: instanceId, DeviceIndex: deviceIndex };
    await this.call("AttachNetworkInterface", () => this.client.send(new AttachNetworkInterfaceCommand(input)));
  }

  async detachNetworkInterface(attachmentId: string): Promise<void> {
    await this.call("DetachNetworkInterface", () =>
      this.client.send(new DetachNetworkInterfaceCommand({ AttachmentId: attachmentId })),
    );
  }

  async deleteNetworkInterface(networkInterfaceId: string): Promise<void> {
    await this.call("DeleteNetworkInterface", () =>
      this.client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: networkInterfaceId })),
    );
  }

  findDefaultSecurityGroup(vpcId: string): Promise<string | undefined> {
    return this.call("DescribeSecurityGroups", async () => {
      const Filters = filterList({ "vpc-id": [vpcId], "group-name": ["default"] });
      const pages = paginateDescribeSecurityGroups({ client: this.client }, { Filters });
      return (await gathered(pages, (page) => page.SecurityGroups))[0]?.GroupId;
    });
  }

  describeAddresses(filters: Filters): Promise<ElasticIp[]> {
    return this.call("DescribeAddresses", async () => {
      const reply = await this.client.send(new DescribeAddressesCommand({ Filters: filterList(filters) }));
      return (reply.Addresses ?? []).map(elasticIpOf);
    });
  }

  allocateAddress(tags: Tags): Promise<ElasticIp> {
    const allocate = async (): Promise<ElasticIp> => {
      const reply = await this.client.send(
        new AllocateAddressCommand({ Domain: "vpc", TagSpecifications: tagSpecifications(tags, "elastic-ip") }),
      );
      return elasticIpOf({ AllocationId: reply.AllocationId, PublicIp: reply.PublicIp, Tags: toTagList(tags) });
    };
    return this.call("AllocateAddress", allocate);
  }

  associateAddress(allocationId: string, networkInterfaceId: string, privateIp: string): Promise<string> {
    return this.call("AssociateAddress", async () => {
      const reply = await this.client.send(
        new AssociateAddressCommand({
          AllocationId: allocationId,
          NetworkInterfaceId: networkInterfaceId,
          PrivateIpAddress: privateIp,
          AllowReassociation: false,
        }),
      );
      return present(reply.AssociationId, "association id");
    });
  }

  async disassociateAddress(associationId: string): Promise<void> {
    await this.call("DisassociateAddress", () =>
      this.client.send(new DisassociateAddressCommand({ AssociationId: associationId })),
    );
  }

  async releaseAddress(allocationId: string): Promise<void> {
    await this.call("ReleaseAddress", () =>
      this.client.send(new ReleaseAddressCommand({ AllocationId: allocationId })),
    );
  }

  describeInstances(filters: Filters): Promise<Instance[]> {
    return this.call("DescribeInstances", () =>
      gathered(paginateDescribeInstances({ client: this.client }, { Filters: filterList(filters) }), (page) =>
        page.Reservations?.flatMap((it) => it.Instances ?? []).map(instanceOf),
      ),
    );
  }

  runInstance(request: LaunchRequest): Promise<Instance> {
    return this.call("RunInstances", async () => {
      const reply = await this.client.send(new RunInstancesCommand(runRequest(request)));
      return instanceOf(present(reply.Instances?.[0], "instance"));
    });
  }

  async startInstance(instanceId: string): Promise<void> {
    await this.call("StartInstances", () => this.client.send(new StartInstancesCommand({ InstanceIds: [instanceId] })));
  }

  async stopInstance(instanceId: string, skipOsShutdown: boolean): Promise<void> {
    const input = { InstanceIds: [instanceId], ...skipping(skipOsShutdown) };
    await this.call("StopInstances", () => this.client.send(new StopInstancesCommand(input)));
  }

  async terminateInstance(instanceId: string, skipOsShutdown: boolean): Promise<void> {
    const input = { InstanceIds: [instanceId], ...skipping(skipOsShutdown) };
    await this.call("TerminateInstances", () => this.client.send(new TerminateInstancesCommand(input)));
  }

  async describeStatus(instanceId: string): Promise<"ok" | "impaired" | "initializing"> {
    return (await this.describeHealth(instanceId)).status;
  }

  describeHealth(instanceId: string): ReturnType<Ec2["describeHealth"]> {
    return this.call("DescribeInstanceStatus", async () => {
      const input = { InstanceIds: [instanceId], IncludeAllInstances: true };
      const reply = await this.client.send(new DescribeInstanceStatusCommand(input));
      const status = reply.InstanceStatuses?.[0];
      return { status: statusOf(status), impairedSince: impairedSinceOf(status) };
    });
  }

  async isProtectedFromTermination(instanceId: string): Promise<boolean> {
    return (await this.describeAttribute(instanceId, "disableApiTermination")).DisableApiTermination?.Value ?? false;
  }

  async isProtectedFromStop(instanceId: string): Promise<boolean> {
    return (await this.describeAttribute(instanceId, "disableApiStop")).DisableApiStop?.Value ?? false;
  }

  async describeUserData(instanceId: string): Promise<string | undefined> {
    const userData = (await this.describeAttribute(instanceId, "userData")).UserData?.Value;
    return userData === "" ? undefined : userData;
  }

  async setInstanceType(instanceId: string, instanceType: string): Promise<void> {
    await this.modifyInstance({ InstanceId: instanceId, InstanceType: { Value: instanceType } });
  }

  async setUserData(instanceId: string, userData: string | undefined): Promise<void> {
    // The SDK encodes by itself here, and not at a launch; an empty value takes the user data off.
    const Value = new Uint8Array(Buffer.from(userData ?? "", "base64"));
    await this.modifyInstance({ InstanceId: instanceId, UserData: { Value } });
  }

  async setMonitoring(instanceId: string, enabled: boolean): Promise<void> {
    const input = { InstanceIds: [instanceId] };
    if (enabled) {
      await this.call("MonitorInstances", () => this.client.send(new MonitorInstancesCommand(input)));
    } else {
      await this.call("UnmonitorInstances", () => this.client.send(new UnmonitorInstancesCommand(input)));
    }
  }

  async cancelSpotRequest(spotRequestId: string): Promise<void> {
    await this.call("CancelSpotInstanceRequests", () =>
      this.client.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [spotRequestId] })),
    );
  }

  async setMetadataOptions(instanceId: string, options: MetadataOptions): Promise<void> {
    await this.call("ModifyInstanceMetadataOptions", () =>
      this.client.send(
        new ModifyInstanceMetadataOptionsCommand({ InstanceId: instanceId, ...metadataRequest(options) }),
      ),
    );
  }

  async setInstanceProfile(instanceId: string, profile: string | undefined): Promise<void> {
    const is = await this.profileOf(instanceId);
    try {
      await this.changeProfile(instanceId, { is, profile });
    } catch (error) {
      const now = isEc2Error(error, "unreachable") ? await this.profileOf(instanceId) : is;
      // Another association than before, or none: it took effect, and only the reply was lost.
      if (now?.AssociationId === is?.AssociationId && now?.IamInstanceProfile?.Arn === is?.IamInstanceProfile?.Arn) {
        throw error;
      }
    }
  }

  private profileOf(instanceId: string): Promise<IamInstanceProfileAssociation | undefined> {
    return this.call("DescribeIamInstanceProfileAssociations", async () => {
      const Filters = filterList({ "instance-id": [instanceId], state: ["associating", "associated"] });
      const pages = paginateDescribeIamInstanceProfileAssociations({ client: this.client }, { Filters });
      return (await gathered(pages, (page) => page.IamInstanceProfileAssociations))[0];
    });
  }

  private async changeProfile(
    InstanceId: string,
    { is, profile }: { is: IamInstanceProfileAssociation | undefined; profile: string | undefined },
  ): Promise<void> {
    const AssociationId = is?.AssociationId;
    const IamInstanceProfile = profile?.startsWith("arn:") === true ? { Arn: profile } : { Name: profile };
    if (profile === undefined) {
      if (AssociationId !== undefined) {
        await this.call("DisassociateIamInstanceProfile", () =>
          this.client.send(new DisassociateIamInstanceProfileCommand({ AssociationId })),
        );
      }
    } else if (AssociationId === undefined) {
      await this.call("AssociateIamInstanceProfile", () =>
        this.client.send(new AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile })),
      );
    } else {
      await this.call("ReplaceIamInstanceProfileAssociation", () =>
        this.client.send(new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile })),
      );
    }
  }

  replaceRootVolume(request: Parameters<Ec2["replaceRootVolume"]>[0]): Promise<RootVolumeTask> {
    return this.call("CreateReplaceRootVolumeTask", async () => {
      const reply = await this.client.send(
        new CreateReplaceRootVolumeTaskCommand({
          InstanceId: request.instanceId,
          ImageId: request.imageId,
          DeleteReplacedRootVolume: true,
          TagSpecifications: tagSpecifications(request.tags, "replace-root-volume-task"),
          ClientToken: request.clientToken,
        }),
      );
      return rootVolumeTaskOf(present(reply.ReplaceRootVolumeTask, "root volume task"));
    });
  }

  describeRootVolumeTasks(instanceId: string): Promise<RootVolumeTask[]> {
    const Filters = filterList({ "instance-id": [instanceId] });
    return this.call("DescribeReplaceRootVolumeTasks", () =>
      gathered(paginateDescribeReplaceRootVolumeTasks({ client: this.client }, { Filters }), (page) =>
        page.ReplaceRootVolumeTasks?.map(rootVolumeTaskOf),
      ),
    );
  }

  describeVolumes(filters: Filters): Promise<Volume[]> {
    return this.call("DescribeVolumes", () =>
      gathered(paginateDescribeVolumes({ client: this.client }, { Filters: filterList(filters) }), (page) =>
        page.Volumes?.map(volumeOf),
      ),
    );
  }

  createVolume(request: Parameters<Ec2["createVolume"]>[0]): Promise<Volume> {
    return this.call("CreateVolume", async () => {
      const made = await this.client.send(new CreateVolumeCommand(volumeRequest(request)));
      return volumeOf({ ...made, Tags: toTagList(request.tags) });
    });
  }

  async modifyVolume(volumeId: string, shape: VolumeShape): Promise<void> {
    await this.call("ModifyVolume", () =>
      this.client.send(
        new ModifyVolumeCommand({
          VolumeId: volumeId,
          Size: shape.size,
          VolumeType: shape.type as VolumeType | undefined,
          Iops: shape.iops,
          Throughput: shape.throughput,
        }),
      ),
    );
  }

  async attachVolume(volumeId: string, instanceId: string, deviceName: string): Promise<void> {
    const input = { VolumeId: volumeId, InstanceId: instanceId, Device: deviceName };
    await this.call("AttachVolume", () => this.client.send(new AttachVolumeCommand(input)));
  }

  async detachVolume(volumeId: string, instanceId: string): Promise<void> {
    const input = { VolumeId: volumeId, InstanceId: instanceId };
    await this.call("DetachVolume", () => this.client.send(new DetachVolumeCommand(input)));
  }

  async keepVolumeOnTermination(instanceId: string, deviceName: string): Promise<void> {
    const BlockDeviceMappings = [{ DeviceName: deviceName, Ebs: { DeleteOnTermination: false } }];
    await this.modifyInstance({ InstanceId: instanceId, BlockDeviceMappings });
  }

  async deleteVolume(volumeId: string): Promise<void> {
    await this.call("DeleteVolume", () => this.client.send(new DeleteVolumeCommand({ VolumeId: volumeId })));
  }

  async createTags(resourceIds: string[], tags: Tags): Promise<void> {
    await this.call("CreateTags", () =>
      this.client.send(new CreateTagsCommand({ Resources: resourceIds, Tags: toTagList(tags) })),
    );
  }

  async deleteTags(resourceIds: string[], keys: string[]): Promise<void> {
    await this.call("DeleteTags", () =>
      this.client.send(new DeleteTagsCommand({ Resources: resourceIds, Tags: keys.map((Key) => ({ Key })) })),
    );
  }

  describeImage(imageId: string): Promise<Image | undefined> {
    return this.call("DescribeImages", async () => {
      const reply = await this.client.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
      const image = reply.Images?.[0];
      return (
        image && {
          id: imageId,
          state: image.State ?? "",
          architecture: image.Architecture ?? "",
          rootDeviceName: image.RootDeviceName ?? "/dev/xvda",
          isForImdsV2: image.ImdsSupport === "v2.0",
        }
      );
    });
  }

  describeInstanceTypes(names: string[]): Promise<InstanceType[]> {
    return this.call("DescribeInstanceTypes", () =>
      gathered(
        paginateDescribeInstanceTypes({ client: this.client }, { Filters: filterList({ "instance-type": names }) }),
        (page) => page.InstanceTypes?.map(instanceTypeOf),
      ),
    );
  }

  findZonesWith(instanceType: string): Promise<string[]> {
    return this.call("DescribeInstanceTypeOfferings", async () => {
      const Filters = filterList({ "instance-type": [instanceType] });
      const input = { LocationType: "availability-zone", Filters } as const;
      const pages = paginateDescribeInstanceTypeOfferings({ client: this.client }, input);
      const offerings = await gathered(pages, (page) => page.InstanceTypeOfferings);
      return offerings.flatMap((it) => it.Location ?? []).sort();
    });
  }

  /** EC2 takes one attribute a call. */
  private async modifyNetworkInterface(
    input: ConstructorParameters<typeof ModifyNetworkInterfaceAttributeCommand>[0],
  ): Promise<void> {
    await this.call("ModifyNetworkInterfaceAttribute", () =>
      this.client.send(new ModifyNetworkInterfaceAttributeCommand(input)),
    );
  }

  /** The same. */
  private async modifyInstance(input: ConstructorParameters<typeof ModifyInstanceAttributeCommand>[0]): Promise<void> {
    await this.call("ModifyInstanceAttribute", () => this.client.send(new ModifyInstanceAttributeCommand(input)));
  }

  private describeAttribute(InstanceId: string, Attribute: InstanceAttributeName): Promise<InstanceAttribute> {
    return this.call("DescribeInstanceAttribute", () =>
      this.client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute })),
    );
  }

  private call<T>(call: Call, send: () => Promise<T>): Promise<T> {
    const action = actionOf(call);
    const attempt = async (): Promise<T> => {
      try {
        return await send();
      } catch (error) {
        throw toEc2Error(action, error);
      }
    };
    const patience = this.patience ?? new Patience(this.around.clock, OTHER_PATIENCE_MS);
    return withRetries(attempt, { ...this.around, action, patience, repeatable: isRepeatable(call) });
  }
}

/** Said only where it is wanted: it needs no right to leave it out, and older endpoints do not know it. */
function skipping(skipOsShutdown: boolean): { SkipOsShutdown?: true } {
  return skipOsShutdown ? { SkipOsShutdown: true } : {};
}
