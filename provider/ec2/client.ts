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
  DeleteLaunchTemplateVersionsCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
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
  type LaunchTemplateVersion,
  ModifyLaunchTemplateCommand,
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
  paginateDescribeLaunchTemplateVersions,
  paginateDescribeNetworkInterfaces,
  paginateDescribeReplaceRootVolumeTasks,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVolumes,
  ReleaseAddressCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  type ReplaceRootVolumeTask,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
  UnmonitorInstancesCommand,
  type VolumeType,
} from "@aws-sdk/client-ec2";
import type { Clock } from "../kit/clock";
import type {
  ElasticIp,
  Instance,
  LaunchTemplate,
  MetadataOptions,
  NetworkInterface,
  Tags,
  Volume,
  VolumeShape,
} from "../model/things";
import type {
  Addresses,
  Ec2,
  Filters,
  Health,
  Image,
  InstanceType,
  LaunchRequest,
  PlacementGroup,
  RootVolumeTask,
  SecurityGroup,
  Snapshot,
  Subnet,
  TemplateVersion,
  Zone,
} from "./ec2";
import { type Asking, Batches, Finder, type ValuesByFilter } from "./batching";
import { Ec2Error, isAboutTime, isEc2Error } from "./errors";
import { Expectations } from "./expectations";
import { KnownVersions } from "./known-versions";
import { isUsableGroup, mostSecurityGroups, namedReads } from "./named-reads";
import { actionOf, type Call, isRepeatable } from "./repeats";
import { type Asker, Pace, type Rank } from "./pace";
import { type Retry, withRetries } from "./retry";
import { OTHER_PATIENCE_MS, Patience } from "./patience";
import {
  elasticIpOf,
  imageOf,
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
  healthOf,
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
  // These two make calls cheaper for tests in process, where nobody looks at a signature.
  signer?: EC2ClientConfig["signer"];
  cacheMiddleware?: boolean;
  random?: () => number;
  replyTimeoutMs?: number;
  /** Prints one line for the user. */
  say?: (line: string) => void;
}

/** What bounds the calls of one run of a machine, and tells its user of them. */
export type OfRun = Pick<Retry, "patience" | "say"> & Pick<Asker, "queued" | "beforeSending">;

export interface Ec2Client extends Ec2 {
  /** The same client for one run, of which all calls share one patience. */
  forRun(run: OfRun): Ec2Client;
  /** What the runs of one account and region find out together. */
  readonly expectations: Expectations;
}

/** Without these a lost reply is waited for as long as the connection stands. EC2's slowest calls answer within seconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const REPLY_TIMEOUT_MS = 60_000;

// The SDK's notice about old Node versions would show in every `pulumi up`, and no user can act on it there.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** The region that the shared files name. */
export async function findRegion(profile: string | undefined): Promise<string | undefined> {
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
    ...(options.signer === undefined ? {} : { signer: options.signer }),
    ...(options.cacheMiddleware === undefined ? {} : { cacheMiddleware: options.cacheMiddleware }),
  });
  guardDryRuns(client);
  const { clock, random = Math.random, say = () => undefined } = options;
  const pace = new Pace(clock, random);
  return new SdkEc2(sharing(client, pace), { clock, random, pace }, { say });
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

async function asEc2Errors<T>(action: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw toEc2Error(action, error);
  }
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
  // The call itself says so, and no middleware: a client may keep a command's handlers for the next call (`cacheMiddleware`).
  dry.send = ((command: SentCommand, ...rest: []) =>
    client.send(
      Object.assign(command, { input: { ...command.input, DryRun: true } }) as never,
      ...rest,
    )) as typeof client.send;
  return dry;
}

interface SentCommand {
  readonly input: object;
}

/** Does not send as a real call what is to be a dry run: what EC2 has no dry run of would lose that on the way. */
function guardDryRuns(client: EC2Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { body } = args.request as { body?: unknown };
      if ("DryRun" in args.input && args.input.DryRun === true && !saysDryRun(body)) {
        throw new Error("EC2 has no dry run of this; nothing was sent");
      }
      return next(args);
    },
    { step: "finalizeRequest" },
  );
}

function saysDryRun(body: unknown): boolean {
  return typeof body === "string" && new URLSearchParams(body).get("DryRun") === "true";
}

/** Whether the call was refused for what it names: in a call that names things of several machines, for one of them. */
function isOfOneName(error: unknown): boolean {
  return isEc2Error(error, "not-found", "refused");
}

interface NamedHealth {
  instanceId: string | undefined;
  health: Health;
}

interface LatestVersion {
  templateId: string | undefined;
  version: TemplateVersion;
}

/** The describes that all machines of a session make together. */
function readsOf(client: EC2Client, pace: Pace) {
  const paged = { client };
  const look = <T>(action: Call, send: () => Promise<T>): Promise<T> =>
    pace.paced(action, () => asEc2Errors(action, send));
  const batches = <Found>(action: Call, asking: Asking<Found>): Batches<Found> =>
    new Batches({ ...asking, ask: (values) => look(action, () => asking.ask(values)) });
  const finder = <Found extends { tags: Tags }>(
    action: Call,
    ask: (filters: Filters) => Promise<Found[]>,
    valuesBy: ValuesByFilter<Found>,
  ): Finder<Found> => new Finder((filters) => look(action, () => ask(filters)), valuesBy);
  const filtered = (filters: Filters): { Filters: Filter[] } => ({ Filters: filterList(filters) });
  return {
    launchTemplates: finder(
      "DescribeLaunchTemplates",
      (filters) =>
        gathered(paginateDescribeLaunchTemplates(paged, filtered(filters)), (page) =>
          page.LaunchTemplates?.map(launchTemplateOf),
        ),
      { "launch-template-name": (it) => it.name },
    ),
    latestVersions: batches<LatestVersion>("DescribeLaunchTemplateVersions", latestVersions(client)),
    subnets: batches("DescribeSubnets", {
      ask: (ids) =>
        gathered(paginateDescribeSubnets(paged, filtered({ "subnet-id": ids })), (page) => page.Subnets?.map(subnetOf)),
      valueOf: (it) => it.id,
    }),
    networkInterfaces: finder(
      "DescribeNetworkInterfaces",
      (filters) =>
        gathered(paginateDescribeNetworkInterfaces(paged, filtered(filters)), (page) =>
          page.NetworkInterfaces?.map(networkInterfaceOf),
        ),
      { "network-interface-id": (it) => it.id, description: (it) => it.description },
    ),
    defaultSecurityGroups: batches("DescribeSecurityGroups", {
      ask: (vpcIds) =>
        gathered(
          paginateDescribeSecurityGroups(paged, filtered({ "vpc-id": vpcIds, "group-name": ["default"] })),
          (page) => page.SecurityGroups,
        ),
      valueOf: (it) => it.VpcId,
    }),
    elasticIps: finder(
      "DescribeAddresses",
      async (filters) =>
        ((await client.send(new DescribeAddressesCommand(filtered(filters)))).Addresses ?? []).map(elasticIpOf),
      {
        "allocation-id": (it) => it.allocationId,
        "public-ip": (it) => it.publicIp,
        "network-interface-id": (it) => it.association?.networkInterfaceId,
      },
    ),
    instances: finder(
      "DescribeInstances",
      (filters) =>
        gathered(paginateDescribeInstances(paged, filtered(filters)), (page) =>
          page.Reservations?.flatMap((it) => it.Instances ?? []).map(instanceOf),
        ),
      { "instance-id": (it) => it.id },
    ),
    healths: batches<NamedHealth>("DescribeInstanceStatus", {
      ask: async (InstanceIds) => {
        const input = { InstanceIds: [...InstanceIds], IncludeAllInstances: true };
        const { InstanceStatuses = [] } = await client.send(new DescribeInstanceStatusCommand(input));
        return InstanceStatuses.map((it) => ({ instanceId: it.InstanceId, health: healthOf(it) }));
      },
      valueOf: (it) => it.instanceId,
      most: () => MOST_INSTANCE_IDS,
      isOfOneValue: isOfOneName,
    }),
    profiles: batches("DescribeIamInstanceProfileAssociations", {
      ask: (instanceIds) =>
        gathered(
          paginateDescribeIamInstanceProfileAssociations(
            paged,
            filtered({ "instance-id": instanceIds, state: ["associating", "associated"] }),
          ),
          (page) => page.IamInstanceProfileAssociations,
        ),
      valueOf: (it) => it.InstanceId,
    }),
    rootVolumeTasks: batches("DescribeReplaceRootVolumeTasks", {
      ask: (instanceIds) =>
        gathered(
          paginateDescribeReplaceRootVolumeTasks(paged, filtered({ "instance-id": instanceIds })),
          (page) => page.ReplaceRootVolumeTasks,
        ),
      valueOf: (it) => it.InstanceId,
    }),
    volumes: finder(
      "DescribeVolumes",
      (filters) => gathered(paginateDescribeVolumes(paged, filtered(filters)), (page) => page.Volumes?.map(volumeOf)),
      { "volume-id": (it) => it.id },
    ),
    images: batches("DescribeImages", {
      ask: async (ImageIds) => (await client.send(new DescribeImagesCommand({ ImageIds: [...ImageIds] }))).Images ?? [],
      valueOf: (it) => it.ImageId,
      isOfOneValue: isOfOneName,
    }),
    snapshots: batches("DescribeSnapshots", {
      // Not by a filter, with which EC2 looks through all public ones.
      ask: async (SnapshotIds) =>
        (await client.send(new DescribeSnapshotsCommand({ SnapshotIds: [...SnapshotIds] }))).Snapshots ?? [],
      valueOf: (it) => it.SnapshotId,
      isOfOneValue: isOfOneName,
    }),
    instanceTypes: batches("DescribeInstanceTypes", {
      ask: (names) =>
        gathered(paginateDescribeInstanceTypes(paged, filtered({ "instance-type": names })), (page) =>
          page.InstanceTypes?.map(instanceTypeOf),
        ),
      valueOf: (it) => it.name,
    }),
    offerings: batches("DescribeInstanceTypeOfferings", {
      ask: (types) => {
        const input = { LocationType: "availability-zone", ...filtered({ "instance-type": types }) } as const;
        return gathered(paginateDescribeInstanceTypeOfferings(paged, input), (page) => page.InstanceTypeOfferings);
      },
      valueOf: (it) => it.InstanceType,
    }),
    ...namedReads(client, batches),
  };
}

/** EC2's limit of instances named in one DescribeInstanceStatus, which has no filter for them. */
const MOST_INSTANCE_IDS = 100;
/** Of a launch template, to be deleted in one call (API reference, DeleteLaunchTemplateVersions). */
const MOST_VERSIONS = 200;

/**
 * The newest versions of several templates, which EC2 tells only as those of all templates of the account: `$Latest` without an id (API
 * reference, DescribeLaunchTemplateVersions). One template is asked for by its id.
 */
function latestVersions(client: EC2Client): Asking<LatestVersion> {
  /** How many pages the last list took until it had shown all that were asked for. */
  let pages = 1;
  return {
    ask: async (templateIds) => {
      const [templateId, ...others] = templateIds;
      if (templateId !== undefined && others.length === 0) {
        return [await templateVersion(client, templateId)];
      }
      const missing = new Set<string | undefined>(templateIds);
      const found: LatestVersion[] = [];
      let seen = 0;
      for await (const page of paginateDescribeLaunchTemplateVersions({ client }, { Versions: ["$Latest"] })) {
        seen++;
        const versions = (page.LaunchTemplateVersions ?? []).map(templateVersionOf);
        found.push(...versions);
        versions.forEach((it) => missing.delete(it.templateId));
        if (missing.size === 0 || seen >= templateIds.length) {
          break;
        }
      }
      // In an account with more pages than templates asked for, each of those by itself is fewer calls from now on.
      pages = missing.size > 0 && seen >= templateIds.length ? seen + 1 : seen;
      return found;
    },
    valueOf: (it) => it.templateId,
    most: (asked) => (asked > pages ? Infinity : 1),
  };
}

async function templateVersion(
  client: EC2Client,
  templateId: string,
  { resolveImage = false, version = "$Latest" }: { resolveImage?: boolean; version?: number | "$Latest" } = {},
): Promise<LatestVersion> {
  const input = { LaunchTemplateId: templateId, Versions: [String(version)] };
  const reply = await client.send(
    new DescribeLaunchTemplateVersionsCommand(resolveImage ? { ...input, ResolveAlias: true } : input),
  );
  return templateVersionOf(present(reply.LaunchTemplateVersions?.[0], "launch template version"));
}

function templateVersionOf(version: LaunchTemplateVersion): LatestVersion {
  const { LaunchTemplateData: data } = version;
  return {
    templateId: version.LaunchTemplateId,
    version: {
      number: present(version.VersionNumber, "version number"),
      description: version.VersionDescription ?? "",
      createdAt: version.CreateTime?.getTime(),
      imageId: data?.ImageId,
      data: data === undefined ? undefined : recordedLaunchOf(data),
    },
  };
}

/** What all runs of a session have in common. */
interface Shared {
  client: EC2Client;
  reads: Reads;
  expectations: Expectations;
  versions: KnownVersions;
}

type Reads = ReturnType<typeof readsOf>;

function sharing(client: EC2Client, pace: Pace): Shared {
  return { client, reads: readsOf(client, pace), expectations: new Expectations(), versions: new KnownVersions() };
}

class SdkEc2 implements Ec2Client {
  private readonly client: EC2Client;
  private readonly reads: Reads;

  constructor(
    private readonly shared: Shared,
    private readonly around: Pick<Retry, "clock" | "random"> & { pace: Pace },
    private readonly run: Partial<OfRun> & Pick<OfRun, "say">,
    private readonly isDryRun = false,
  ) {
    this.client = shared.client;
    this.reads = shared.reads;
  }

  forRun(run: OfRun): Ec2Client {
    return new SdkEc2(this.shared, this.around, run);
  }

  get expectations(): Expectations {
    return this.shared.expectations;
  }

  async requireCredentials(): Promise<void> {
    const find = (): Promise<unknown> => asEc2Errors("GetCredentials", () => this.client.config.credentials());
    await this.retried("GetCredentials", find);
  }

  async dryRun(call: (ec2: Ec2) => Promise<unknown>): Promise<void> {
    const shared = sharing(dryRunning(this.client), this.around.pace);
    try {
      await call(new SdkEc2(shared, this.around, this.run, true));
    } catch (error) {
      if (!(error instanceof Ec2Error) || error.code !== "DryRunOperation") {
        throw error;
      }
    }
  }

  describeLaunchTemplates(filters: Filters): Promise<LaunchTemplate[]> {
    return this.retried("DescribeLaunchTemplates", () => this.reads.launchTemplates.find(filters));
  }

  async describeLatestVersion(
    templateId: string,
    options: { resolveImage?: boolean; version?: number; listed?: number } = {},
  ): Promise<TemplateVersion> {
    const action = "DescribeLaunchTemplateVersions";
    const { versions } = this.shared;
    const { resolveImage = false, version: number, listed } = options;
    const known = resolveImage ? undefined : versions.find(templateId, number ?? listed);
    if (known !== undefined) {
      return known;
    }
    const isLatest = !resolveImage && number === undefined;
    const [found] = isLatest ? await this.retried(action, () => this.reads.latestVersions.find([templateId])) : [];
    // One made a moment ago may not be among all those of the account yet.
    const { version } = found ?? (await this.call(action, () => templateVersion(this.client, templateId, options)));
    if (!resolveImage) {
      versions.keep(templateId, version);
    }
    return version;
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

  async createLaunchTemplateVersion(request: Parameters<Ec2["createLaunchTemplateVersion"]>[0]): Promise<number> {
    const number = await this.call("CreateLaunchTemplateVersion", async () => {
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
    this.shared.versions.forget(request.templateId);
    return number;
  }

  async deleteLaunchTemplate(templateId: string): Promise<void> {
    await this.call("DeleteLaunchTemplate", () =>
      this.client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: templateId })),
    );
  }

  describeVersionsUpTo(templateId: string, highest: number): Promise<{ number: number; isDefault: boolean }[]> {
    const input = { LaunchTemplateId: templateId, MaxVersion: String(highest) };
    return this.call("DescribeLaunchTemplateVersions", () =>
      gathered(paginateDescribeLaunchTemplateVersions({ client: this.client }, input), (page) =>
        page.LaunchTemplateVersions?.map((it) => ({
          number: present(it.VersionNumber, "version number"),
          isDefault: it.DefaultVersion === true,
        })),
      ),
    );
  }

  async setDefaultVersion(templateId: string, version: number): Promise<void> {
    const input = { LaunchTemplateId: templateId, DefaultVersion: String(version) };
    await this.call("ModifyLaunchTemplate", () => this.client.send(new ModifyLaunchTemplateCommand(input)));
  }

  /** EC2 takes 200 in a call, and tells of each by itself whether it was deleted. */
  async deleteLaunchTemplateVersions(templateId: string, versions: readonly number[]): Promise<void> {
    for (let from = 0; from < versions.length; from += MOST_VERSIONS) {
      const Versions = versions.slice(from, from + MOST_VERSIONS).map(String);
      await this.call("DeleteLaunchTemplateVersions", async () => {
        const input = { LaunchTemplateId: templateId, Versions };
        const reply = await this.client.send(new DeleteLaunchTemplateVersionsCommand(input));
        const failed = (reply.UnsuccessfullyDeletedLaunchTemplateVersions ?? []).filter(
          (it) => it.ResponseError?.Code !== "launchTemplateVersionDoesNotExist",
        );
        const [first] = failed;
        if (first !== undefined) {
          const { Code = "", Message = "" } = first.ResponseError ?? {};
          const said = `version ${first.VersionNumber ?? "?"} was not deleted: ${Message}`;
          throw new Ec2Error("DeleteLaunchTemplateVersions", Code, said);
        }
      });
    }
  }

  async describeSubnet(subnetId: string): Promise<Subnet | undefined> {
    const find = (): Promise<Subnet[]> => this.reads.subnets.find([subnetId]);
    return (await this.retried("DescribeSubnets", find))[0];
  }

  describeNetworkInterfaces(filters: Filters): Promise<NetworkInterface[]> {
    return this.retried("DescribeNetworkInterfaces", () => this.reads.networkInterfaces.find(filters));
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

  async findDefaultSecurityGroup(vpcId: string): Promise<string | undefined> {
    const found = await this.retried("DescribeSecurityGroups", () => this.reads.defaultSecurityGroups.find([vpcId]));
    return found[0]?.GroupId;
  }

  async describeSecurityGroup(groupId: string): Promise<SecurityGroup | undefined> {
    return (await this.retried("DescribeSecurityGroups", () => this.reads.securityGroups.find([groupId])))[0];
  }

  canUseSecurityGroup(groupId: string, vpcId: string): Promise<boolean> {
    return this.call("GetSecurityGroupsForVpc", () => isUsableGroup(this.client, groupId, vpcId));
  }

  findMostSecurityGroups(): Promise<number | undefined> {
    return this.call("DescribeAccountAttributes", () => mostSecurityGroups(this.client));
  }

  describeAddresses(filters: Filters): Promise<ElasticIp[]> {
    return this.retried("DescribeAddresses", () => this.reads.elasticIps.find(filters));
  }

  allocateAddress(tags: Tags, networkBorderGroup?: string): Promise<ElasticIp> {
    const TagSpecifications = tagSpecifications(tags, "elastic-ip");
    const allocate = async (): Promise<ElasticIp> => {
      const input = { Domain: "vpc", TagSpecifications, NetworkBorderGroup: networkBorderGroup } as const;
      const { AllocationId, PublicIp, CarrierIp, NetworkBorderGroup } = await this.client.send(
        new AllocateAddressCommand(input),
      );
      return elasticIpOf({ AllocationId, PublicIp, CarrierIp, NetworkBorderGroup, Tags: toTagList(tags) });
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

  async releaseAddress(elasticIp: Parameters<Ec2["releaseAddress"]>[0]): Promise<void> {
    const input = { AllocationId: elasticIp.allocationId, NetworkBorderGroup: elasticIp.networkBorderGroup };
    await this.call("ReleaseAddress", () => this.client.send(new ReleaseAddressCommand(input)));
  }

  describeInstances(filters: Filters): Promise<Instance[]> {
    return this.retried("DescribeInstances", () => this.reads.instances.find(filters));
  }

  runInstance(request: LaunchRequest): Promise<Instance> {
    const run = async (): Promise<Instance> => {
      const reply = await this.client.send(new RunInstancesCommand(runRequest(request)));
      return instanceOf(present(reply.Instances?.[0], "instance"));
    };
    return this.call("RunInstances", run, request.isUrgent === true ? "dark" : "usual");
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

  async describeHealth(instanceId: string): Promise<Health> {
    const [found] = await this.retried("DescribeInstanceStatus", () => this.reads.healths.find([instanceId]));
    return found?.health ?? healthOf(undefined);
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

  private async profileOf(instanceId: string): Promise<IamInstanceProfileAssociation | undefined> {
    const find = (): Promise<IamInstanceProfileAssociation[]> => this.reads.profiles.find([instanceId]);
    return (await this.retried("DescribeIamInstanceProfileAssociations", find))[0];
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

  async describeRootVolumeTasks(instanceId: string): Promise<RootVolumeTask[]> {
    const find = (): Promise<ReplaceRootVolumeTask[]> => this.reads.rootVolumeTasks.find([instanceId]);
    return (await this.retried("DescribeReplaceRootVolumeTasks", find)).map(rootVolumeTaskOf);
  }

  describeVolumes(filters: Filters): Promise<Volume[]> {
    return this.retried("DescribeVolumes", () => this.reads.volumes.find(filters));
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

  async setDeleteOnTermination(instanceId: string, deviceName: string, isDeleted: boolean): Promise<void> {
    const BlockDeviceMappings = [{ DeviceName: deviceName, Ebs: { DeleteOnTermination: isDeleted } }];
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

  async deleteTags(resourceIds: string[], keys: string[], ifValues: Tags = {}): Promise<void> {
    const Tags = keys.map((Key) => ({ Key, Value: ifValues[Key] }));
    await this.call("DeleteTags", () => this.client.send(new DeleteTagsCommand({ Resources: resourceIds, Tags })));
  }

  async describeImage(imageId: string): Promise<Image | undefined> {
    const [image] = await this.retried("DescribeImages", () => this.reads.images.find([imageId]));
    return image && imageOf(image);
  }

  async describeSnapshot(snapshotId: string): Promise<Snapshot | undefined> {
    const [snapshot] = await this.retried("DescribeSnapshots", () => this.reads.snapshots.find([snapshotId]));
    return snapshot && { id: snapshotId, size: snapshot.VolumeSize ?? 0 };
  }

  async describeKeyPair(name: string): Promise<{ name: string } | undefined> {
    return (await this.retried("DescribeKeyPairs", () => this.reads.keyPairs.find([name])))[0];
  }

  async describePlacementGroup(name: string): Promise<PlacementGroup | undefined> {
    return (await this.retried("DescribePlacementGroups", () => this.reads.placementGroups.find([name])))[0];
  }

  async describeZone(name: string): Promise<Zone | undefined> {
    return (await this.retried("DescribeAvailabilityZones", () => this.reads.zones.find([name])))[0];
  }

  describeInstanceTypes(names: string[]): Promise<InstanceType[]> {
    return this.retried("DescribeInstanceTypes", () => this.reads.instanceTypes.find(names));
  }

  async findZonesWith(instanceType: string): Promise<string[]> {
    const found = await this.retried("DescribeInstanceTypeOfferings", () => this.reads.offerings.find([instanceType]));
    return found.flatMap((it) => it.Location ?? []).sort();
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

  /** What no other machine can ask or do with it. */
  private call<T>(call: Call, send: () => Promise<T>, rank: Rank = "usual"): Promise<T> {
    const action = actionOf(call);
    const { pace } = this.around;
    const place = {};
    return this.retried(call, (patience) => {
      const { say, queued, beforeSending } = this.run;
      const asker: Asker = this.isDryRun
        ? { say, queued, patience, place, rank: "dry-run" }
        : { say, queued, patience, place, rank, beforeSending };
      return pace.paced(action, () => asEc2Errors(action, send), asker);
    });
  }

  private retried<T>(call: Call, attempt: (patience: Patience) => Promise<T>): Promise<T> {
    const patience = this.run.patience ?? new Patience(this.around.clock, OTHER_PATIENCE_MS);
    const retry = { ...this.around, say: this.run.say, patience };
    return withRetries(() => attempt(patience), { ...retry, action: actionOf(call), repeatable: isRepeatable(call) });
  }
}

/** Said only where it is wanted: it needs no right to leave it out, and older endpoints do not know it. */
function skipping(skipOsShutdown: boolean): { SkipOsShutdown?: true } {
  return skipOsShutdown ? { SkipOsShutdown: true } : {};
}
