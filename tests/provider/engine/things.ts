/** Plain data for the pure parts of the engine: each a thing in its usual state, with overrides. */
import { TAG } from "../../../provider/ec2/tags";
import { baseTags, instanceTags, templateTags, volumeTags } from "../../../provider/engine/record/labels";
import { launchHash, settingsHash } from "../../../provider/engine/record/specification";
import type { Desired } from "../../../provider/model/desired";
import type {
  ElasticIp,
  Generation,
  Instance,
  LaunchTemplate,
  NetworkInterface,
  Volume,
} from "../../../provider/model/things";
import type { Situation } from "../../../provider/model/goal";
import type { Observed, Recorded } from "../../../provider/model/observed";
import { checkInputs, desiredOf } from "../../../provider/inputs/inputs";
import { program } from "../support";

export const ID = "mi-00000000000000001";

export function desired(overrides: Record<string, unknown> = {}): Desired {
  return desiredOf(checkInputs(program(overrides), "us-east-1").inputs);
}

export function template(overrides: Partial<LaunchTemplate> = {}, wanted = desired()): LaunchTemplate {
  return {
    id: "lt-1",
    name: ID,
    latestVersion: 1,
    createdAt: 0,
    tags: templateTags(ID, wanted, "ready"),
    ...overrides,
  };
}

export function generation(overrides: Partial<Generation> = {}, wanted = desired()): Generation {
  return {
    number: 1,
    replacesBefore: 1,
    launchHash: launchHash(ID, wanted),
    settingsHash: settingsHash(ID, wanted),
    ...overrides,
  };
}

export function eni(overrides: Partial<NetworkInterface> = {}, wanted = desired()): NetworkInterface {
  return {
    id: "eni-1",
    subnetId: wanted.subnetId,
    vpcId: "vpc-1",
    availabilityZone: "us-east-1a",
    description: `${ID} (pulumi-managed-instance)`,
    privateIp: "10.0.1.7",
    privateDnsName: "ip-10-0-1-7.ec2.internal",
    macAddress: "0a:00:00:00:00:01",
    secondaryPrivateIps: [],
    ipv6Addresses: [],
    requesterManaged: false,
    status: "in-use",
    securityGroups: [{ id: "sg-1", name: "default" }],
    sourceDestCheck: true,
    attachment: { id: "eni-attach-1", instanceId: "i-1", deviceIndex: 0, deleteOnTermination: false },
    tags: baseTags(ID, wanted),
    ...overrides,
  };
}

export function instance(overrides: Partial<Instance> = {}, wanted = desired()): Instance {
  return {
    id: "i-1",
    state: "running",
    imageId: wanted.imageId,
    firmware: { architecture: "x86_64", virtualizationType: "hvm", enaSupport: true, bootMode: "uefi-preferred" },
    type: wanted.instanceType,
    lifecycle: "on-demand",
    networkInterfaceId: "eni-1",
    secondaryNetworkInterfaceIds: [],
    ebsOptimized: false,
    tenancy: "default",
    cpuOptions: {},
    monitoring: false,
    rootDeviceName: "/dev/xvda",
    metadataOptions: { ...wanted.metadataOptions, httpPutResponseHopLimit: 2 },
    devices: [{ deviceName: "/dev/xvda", volumeId: "vol-1", deleteOnTermination: true }],
    launchedAt: 0,
    tags: instanceTags(
      { id: ID, desired: wanted, purpose: { kind: "update" } },
      { generation: 1, type: wanted.instanceType },
    ),
    ...overrides,
  };
}

export function elasticIp(overrides: Partial<ElasticIp> = {}, wanted = desired()): ElasticIp {
  return {
    allocationId: "eipalloc-1",
    publicIp: "52.1.2.3",
    association: { id: "eipassoc-1", networkInterfaceId: "eni-1", instanceId: "i-1" },
    tags: baseTags(ID, wanted),
    ...overrides,
  };
}

/** A data volume on the instance. */
export function volume(overrides: Partial<Volume> = {}, wanted = desired()): Volume {
  return {
    id: "vol-2",
    availabilityZone: "us-east-1a",
    size: 10,
    type: "gp3",
    iops: 3000,
    throughput: 125,
    encrypted: false,
    status: "in-use",
    attachment: { instanceId: "i-1", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: false },
    tags: { ...volumeTags(ID, wanted, "data"), [TAG.device]: "/dev/sdf" },
    ...overrides,
  };
}

/** An Elastic IP that was given: it is not to be released. */
export function givenElasticIp(overrides: Partial<ElasticIp> = {}): ElasticIp {
  return elasticIp({ allocationId: "eipalloc-0a1b2c3d", tags: { [TAG.id]: ID, [TAG.owned]: "false" }, ...overrides });
}

/** A machine that is as the inputs want it. */
export function observed(overrides: Partial<Observed> = {}, wanted = desired()): Observed {
  return {
    template: template({}, wanted),
    generation: generation({}, wanted),
    networkInterfaces: [eni({}, wanted)],
    elasticIps: [],
    otherElasticIps: [],
    otherMachines: [],
    instances: [instance({}, wanted)],
    strangers: [],
    volumes: [],
    leftVolumes: [],
    rootVolumes: [],
    launchedVolumes: [],
    ...overrides,
  };
}

/** An update that changes nothing of a machine. */
export function situation(overrides: Partial<Situation> = {}): Situation {
  return { id: ID, desired: desired(), observed: observed(), purpose: { kind: "update" }, ...overrides };
}

/** The state's record, where only some of it matters. */
export function recorded(overrides: Partial<Recorded> = {}): Recorded {
  return {
    dataVolumeIds: {},
    givenVolumeIds: [],
    persistPrivateIp: true,
    ownsElasticIp: false,
    tags: {},
    ...overrides,
  };
}
