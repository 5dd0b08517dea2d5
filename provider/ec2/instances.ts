/** Instances that exist: how they are, and all that is done to them. */
import * as sdk from "@aws-sdk/client-ec2";
import type { Device, Instance, InstanceState, MetadataOptions } from "../model/things";
import type { Caller } from "./caller";
import { isEc2Error } from "./errors";
import type { Filters } from "./filters";
import { firmwareOf } from "./images";
import { byFilters, byValues, filtered, isOfOneName } from "./reads";
import { gathered, present } from "./replies";
import { tagsOf } from "./tagging";

/** Both status checks together: of the system below and of the instance. */
export interface Health {
  status: "ok" | "impaired" | "initializing";
  /** Time since which a check fails. */
  impairedSince?: number;
  /** The state of an instance that does not run, and does not start. */
  down?: string;
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
    metadataOptions: metadataOptionsOf(instance.MetadataOptions),
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

export function metadataOptionsOf(
  options: sdk.InstanceMetadataOptionsResponse | sdk.LaunchTemplateInstanceMetadataOptions | undefined,
): MetadataOptions {
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

/** @param profile a name or an ARN */
export function profileRequest(profile: string): sdk.IamInstanceProfileSpecification {
  return profile.startsWith("arn:") ? { Arn: profile } : { Name: profile };
}

/** The health of an instance. EC2 checks only running instances: a status that it calls not applicable has not passed. */
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

const INSTANCES = byFilters(
  "DescribeInstances",
  (client, input) =>
    gathered(sdk.paginateDescribeInstances({ client }, input), (page) =>
      page.Reservations?.flatMap((it) => it.Instances ?? []).map(instanceOf),
    ),
  { "instance-id": (it) => it.id },
);

/** EC2's limit of instances named in one DescribeInstanceStatus, which has no filter for them. */
const MOST_INSTANCE_IDS = 100;

const STATUSES = byValues<sdk.InstanceStatus>("DescribeInstanceStatus", (client) => ({
  ask: async (InstanceIds) => {
    const input = { InstanceIds: [...InstanceIds], IncludeAllInstances: true };
    return (await client.send(new sdk.DescribeInstanceStatusCommand(input))).InstanceStatuses ?? [];
  },
  valueOf: (it) => it.InstanceId,
  most: () => MOST_INSTANCE_IDS,
  isOfOneValue: isOfOneName,
}));

const PROFILES = byValues<sdk.IamInstanceProfileAssociation>("DescribeIamInstanceProfileAssociations", (client) => ({
  ask: (instanceIds) => {
    const input = filtered({ "instance-id": instanceIds, state: ["associating", "associated"] });
    return gathered(
      sdk.paginateDescribeIamInstanceProfileAssociations({ client }, input),
      (page) => page.IamInstanceProfileAssociations,
    );
  },
  valueOf: (it) => it.InstanceId,
}));

export const instanceCalls = ({ client, call, find }: Caller) => {
  /** EC2 takes one attribute a call. */
  async function modify(input: sdk.ModifyInstanceAttributeCommandInput): Promise<void> {
    await call("ModifyInstanceAttribute", () => client.send(new sdk.ModifyInstanceAttributeCommand(input)));
  }

  function describeAttribute(InstanceId: string, Attribute: sdk.InstanceAttributeName): Promise<sdk.InstanceAttribute> {
    const input = { InstanceId, Attribute };
    return call("DescribeInstanceAttribute", () => client.send(new sdk.DescribeInstanceAttributeCommand(input)));
  }

  async function profileOf(instanceId: string): Promise<sdk.IamInstanceProfileAssociation | undefined> {
    return (await find(PROFILES, [instanceId]))[0];
  }

  async function changeProfile(InstanceId: string, AssociationId: string | undefined, profile: string | undefined) {
    if (profile === undefined) {
      if (AssociationId !== undefined) {
        await call("DisassociateIamInstanceProfile", () =>
          client.send(new sdk.DisassociateIamInstanceProfileCommand({ AssociationId })),
        );
      }
      return;
    }
    const IamInstanceProfile = profileRequest(profile);
    if (AssociationId === undefined) {
      await call("AssociateIamInstanceProfile", () =>
        client.send(new sdk.AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile })),
      );
    } else {
      await call("ReplaceIamInstanceProfileAssociation", () =>
        client.send(new sdk.ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile })),
      );
    }
  }

  return {
    describeInstances: (filters: Filters): Promise<Instance[]> => find(INSTANCES, filters),

    async startInstance(instanceId: string): Promise<void> {
      const input = { InstanceIds: [instanceId] };
      await call("StartInstances", () => client.send(new sdk.StartInstancesCommand(input)));
    },

    /** @param skipOsShutdown whether the guest is not waited for */
    async stopInstance(instanceId: string, skipOsShutdown: boolean): Promise<void> {
      const input = { InstanceIds: [instanceId], ...skipping(skipOsShutdown) };
      await call("StopInstances", () => client.send(new sdk.StopInstancesCommand(input)));
    },

    /** @param skipOsShutdown whether the guest is not waited for */
    async terminateInstance(instanceId: string, skipOsShutdown: boolean): Promise<void> {
      const input = { InstanceIds: [instanceId], ...skipping(skipOsShutdown) };
      await call("TerminateInstances", () => client.send(new sdk.TerminateInstancesCommand(input)));
    },

    async describeHealth(instanceId: string): Promise<Health> {
      return healthOf((await find(STATUSES, [instanceId]))[0]);
    },

    async isProtectedFromTermination(instanceId: string): Promise<boolean> {
      return (await describeAttribute(instanceId, "disableApiTermination")).DisableApiTermination?.Value ?? false;
    },

    async isProtectedFromStop(instanceId: string): Promise<boolean> {
      return (await describeAttribute(instanceId, "disableApiStop")).DisableApiStop?.Value ?? false;
    },

    /** The user data in base64; undefined if there is none. */
    async describeUserData(instanceId: string): Promise<string | undefined> {
      const userData = (await describeAttribute(instanceId, "userData")).UserData?.Value;
      return userData === "" ? undefined : userData;
    },

    /** Sets the type of a stopped instance. */
    setInstanceType: (instanceId: string, instanceType: string): Promise<void> =>
      modify({ InstanceId: instanceId, InstanceType: { Value: instanceType } }),

    /**
     * Sets the user data of a stopped instance.
     *
     * @param userData base64; undefined takes it off
     */
    setUserData(instanceId: string, userData: string | undefined): Promise<void> {
      // The SDK encodes by itself here, and not at a launch; an empty value takes the user data off.
      const Value = new Uint8Array(Buffer.from(userData ?? "", "base64"));
      return modify({ InstanceId: instanceId, UserData: { Value } });
    },

    async setMonitoring(instanceId: string, enabled: boolean): Promise<void> {
      const input = { InstanceIds: [instanceId] };
      if (enabled) {
        await call("MonitorInstances", () => client.send(new sdk.MonitorInstancesCommand(input)));
      } else {
        await call("UnmonitorInstances", () => client.send(new sdk.UnmonitorInstancesCommand(input)));
      }
    },

    async setMetadataOptions(instanceId: string, options: MetadataOptions): Promise<void> {
      const input = { InstanceId: instanceId, ...metadataRequest(options) };
      await call("ModifyInstanceMetadataOptions", () =>
        client.send(new sdk.ModifyInstanceMetadataOptionsCommand(input)),
      );
    },

    /** @param profile a name or an ARN; undefined takes it off */
    async setInstanceProfile(instanceId: string, profile: string | undefined): Promise<void> {
      const is = await profileOf(instanceId);
      try {
        await changeProfile(instanceId, is?.AssociationId, profile);
      } catch (error) {
        const now = isEc2Error(error, "unreachable") ? await profileOf(instanceId) : is;
        // Another association than before, or none: it took effect, and only the reply was lost.
        if (now?.AssociationId === is?.AssociationId && now?.IamInstanceProfile?.Arn === is?.IamInstanceProfile?.Arn) {
          throw error;
        }
      }
    },
  };
};

/** Said only where it is wanted: it needs no right to leave it out, and older endpoints do not know it. */
function skipping(skipOsShutdown: boolean): { SkipOsShutdown?: true } {
  return skipOsShutdown ? { SkipOsShutdown: true } : {};
}
