import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateIamInstanceProfileCommand,
  CancelSpotInstanceRequestsCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DisassociateAddressCommand,
  DisassociateIamInstanceProfileCommand,
  DescribeAddressesCommand,
  EC2Client,
  type EC2ClientConfig,
  type Filter,
  ModifyInstanceMetadataOptionsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeNetworkInterfaces,
  ReleaseAddressCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  type ResponseLaunchTemplateData,
  RunInstancesCommand,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Clock } from "../clock";
import type { ElasticIp, Instance, LaunchTemplate, MetadataOptions, NetworkInterface, Tags } from "../engine/state";
import type { Ec2, Filters, Image, LaunchRequest, TemplateVersion } from "./ec2";
import { Ec2Error } from "./errors";
import { withRetries } from "./retry";
import {
  elasticIpOf,
  instanceOf,
  launchTemplateOf,
  metadataRequest,
  networkInterfaceOf,
  present,
  tagSpecifications,
  toLaunchTemplateData,
  toTagList,
} from "./shapes";

export interface Ec2Options {
  region: string;
  clock: Clock;
  profile?: string;
  endpoint?: string;
  requestHandler?: EC2ClientConfig["requestHandler"];
  credentials?: EC2ClientConfig["credentials"];
  random?: () => number;
}

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
export function createEc2(options: Ec2Options): Ec2 {
  const client = new EC2Client({
    region: options.region,
    maxAttempts: 1,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.requestHandler === undefined ? {} : { requestHandler: options.requestHandler }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  });
  return new SdkEc2(client, options.clock, options.random ?? Math.random);
}

interface Thrown {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { requestId?: string; httpStatusCode?: number };
}

/** EC2's errors carry the code in `name`, those of the way there in `code`; any other HTTP 5xx is a fault on the way. */
function toEc2Error(action: string, thrown: unknown): Ec2Error {
  if (thrown instanceof Ec2Error) {
    return thrown;
  }
  const error = thrown as Thrown;
  const status = error.$metadata?.httpStatusCode ?? 0;
  const named = status === 0 ? (error.code ?? error.name) : error.name;
  const isNamed = named !== undefined && named !== "Error";
  const code = isNamed ? named : status >= 500 ? "ServiceUnavailable" : "UnknownError";
  return new Ec2Error(action, code, error.message === "" ? code : (error.message ?? String(thrown)), {
    requestId: error.$metadata?.requestId,
    cause: thrown,
  });
}

function filterList(filters: Filters): Filter[] {
  return Object.entries(filters).map(([Name, Values]) => ({ Name, Values: [...Values] }));
}

class SdkEc2 implements Ec2 {
  constructor(
    private readonly client: EC2Client,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  async requireCredentials(): Promise<void> {
    await this.call("GetCredentials", () => this.client.config.credentials());
  }

  describeLaunchTemplates(filters: Filters): Promise<LaunchTemplate[]> {
    return this.call("DescribeLaunchTemplates", async () => {
      const found: LaunchTemplate[] = [];
      const pages = paginateDescribeLaunchTemplates({ client: this.client }, { Filters: filterList(filters) });
      for await (const page of pages) {
        found.push(...(page.LaunchTemplates ?? []).map(launchTemplateOf));
      }
      return found;
    });
  }

  describeLatestVersion(templateId: string, options = { resolveImage: false }): Promise<TemplateVersion> {
    return this.call("DescribeLaunchTemplateVersions", async () => {
      const reply = await this.client.send(
        new DescribeLaunchTemplateVersionsCommand({
          LaunchTemplateId: templateId,
          Versions: ["$Latest"],
          ...(options.resolveImage ? { ResolveAlias: true } : {}),
        }),
      );
      const version = present(reply.LaunchTemplateVersions?.[0], "launch template version");
      const data: ResponseLaunchTemplateData | undefined = version.LaunchTemplateData;
      return {
        number: present(version.VersionNumber, "version number"),
        description: version.VersionDescription ?? "",
        imageId: data?.ImageId,
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
          LaunchTemplateData: toLaunchTemplateData(request.data),
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

  describeNetworkInterfaces(filters: Filters): Promise<NetworkInterface[]> {
    return this.call("DescribeNetworkInterfaces", async () => {
      const found: NetworkInterface[] = [];
      const pages = paginateDescribeNetworkInterfaces({ client: this.client }, { Filters: filterList(filters) });
      for await (const page of pages) {
        found.push(...(page.NetworkInterfaces ?? []).map(networkInterfaceOf));
      }
      return found;
    });
  }

  createNetworkInterface(request: Parameters<Ec2["createNetworkInterface"]>[0]): Promise<NetworkInterface> {
    return this.call("CreateNetworkInterface", async () => {
      const reply = await this.client.send(
        new CreateNetworkInterfaceCommand({
          SubnetId: request.subnetId,
          PrivateIpAddress: request.privateIp,
          Groups: request.securityGroupIds,
          Description: request.description,
          TagSpecifications: tagSpecifications(request.tags, "network-interface"),
          ClientToken: request.clientToken,
        }),
      );
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

  async keepOnTermination(networkInterfaceId: string, attachmentId: string): Promise<void> {
    await this.modifyNetworkInterface({
      NetworkInterfaceId: networkInterfaceId,
      Attachment: { AttachmentId: attachmentId, DeleteOnTermination: false },
    });
  }

  async deleteNetworkInterface(networkInterfaceId: string): Promise<void> {
    await this.call("DeleteNetworkInterface", () =>
      this.client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: networkInterfaceId })),
    );
  }

  findDefaultSecurityGroup(vpcId: string): Promise<string | undefined> {
    return this.call("DescribeSecurityGroups", async () => {
      const Filters = filterList({ "vpc-id": [vpcId], "group-name": ["default"] });
      const reply = await this.client.send(new DescribeSecurityGroupsCommand({ Filters }));
      return reply.SecurityGroups?.[0]?.GroupId;
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
    return this.call("AllocateAddress", allocate, { repeatable: false });
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
    return this.call("DescribeInstances", async () => {
      const found: Instance[] = [];
      for await (const page of paginateDescribeInstances({ client: this.client }, { Filters: filterList(filters) })) {
        found.push(...(page.Reservations ?? []).flatMap((it) => it.Instances ?? []).map(instanceOf));
      }
      return found;
    });
  }

  runInstance(request: LaunchRequest): Promise<Instance> {
    return this.call("RunInstances", async () => {
      const reply = await this.client.send(runInstances(request));
      return instanceOf(present(reply.Instances?.[0], "instance"));
    });
  }

  async checkLaunch(request: LaunchRequest): Promise<void> {
    try {
      await this.call("RunInstances", () => this.client.send(runInstances(request, true)));
    } catch (error) {
      if (!(error instanceof Ec2Error) || error.code !== "DryRunOperation") {
        throw error;
      }
    }
  }

  async startInstance(instanceId: string): Promise<void> {
    await this.call("StartInstances", () => this.client.send(new StartInstancesCommand({ InstanceIds: [instanceId] })));
  }

  async terminateInstance(instanceId: string): Promise<void> {
    await this.call("TerminateInstances", () =>
      this.client.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
    );
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
    const current = await this.call("DescribeIamInstanceProfileAssociations", async () => {
      const Filters = filterList({ "instance-id": [instanceId], state: ["associating", "associated"] });
      const reply = await this.client.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
      return reply.IamInstanceProfileAssociations?.[0]?.AssociationId;
    });
    const IamInstanceProfile = profile?.startsWith("arn:") === true ? { Arn: profile } : { Name: profile };
    if (profile === undefined) {
      if (current !== undefined) {
        await this.call("DisassociateIamInstanceProfile", () =>
          this.client.send(new DisassociateIamInstanceProfileCommand({ AssociationId: current })),
        );
      }
    } else if (current === undefined) {
      await this.call("AssociateIamInstanceProfile", () =>
        this.client.send(new AssociateIamInstanceProfileCommand({ InstanceId: instanceId, IamInstanceProfile })),
      );
    } else {
      await this.call("ReplaceIamInstanceProfileAssociation", () =>
        this.client.send(
          new ReplaceIamInstanceProfileAssociationCommand({ AssociationId: current, IamInstanceProfile }),
        ),
      );
    }
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
        }
      );
    });
  }

  describeArchitectures(instanceType: string): Promise<string[] | undefined> {
    return this.call("DescribeInstanceTypes", async () => {
      // By filter: an unknown type is no error then, and the caller can say it better.
      const Filters = filterList({ "instance-type": [instanceType] });
      const reply = await this.client.send(new DescribeInstanceTypesCommand({ Filters }));
      return reply.InstanceTypes?.[0]?.ProcessorInfo?.SupportedArchitectures;
    });
  }

  isOffered(instanceType: string, availabilityZone: string): Promise<boolean> {
    return this.call("DescribeInstanceTypeOfferings", async () => {
      const reply = await this.client.send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: "availability-zone",
          Filters: filterList({ "instance-type": [instanceType], location: [availabilityZone] }),
        }),
      );
      return (reply.InstanceTypeOfferings ?? []).length > 0;
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

  private call<T>(action: string, send: () => Promise<T>, options = { repeatable: true }): Promise<T> {
    const attempt = async (): Promise<T> => {
      try {
        return await send();
      } catch (error) {
        throw toEc2Error(action, error);
      }
    };
    return withRetries(attempt, { clock: this.clock, random: this.random, ...options });
  }
}

function runInstances(request: LaunchRequest, dryRun = false): RunInstancesCommand {
  const spot = request.market.lifecycle === "spot";
  return new RunInstancesCommand({
    LaunchTemplate: { LaunchTemplateId: request.templateId, Version: String(request.version) },
    MinCount: 1,
    MaxCount: 1,
    // Termination leaves an interface that was passed in alone; EC2 refuses DeleteOnTermination with one.
    NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: request.networkInterfaceId }],
    // One-time: a persistent request would launch by itself after a termination and take the interface.
    InstanceMarketOptions: spot
      ? { MarketType: "spot", SpotOptions: { SpotInstanceType: "one-time", MaxPrice: request.market.maxPrice } }
      : undefined,
    TagSpecifications: tagSpecifications(
      request.tags,
      ...(spot ? (["instance", "volume", "spot-instances-request"] as const) : (["instance", "volume"] as const)),
    ),
    ClientToken: request.clientToken,
    DryRun: dryRun,
  });
}
