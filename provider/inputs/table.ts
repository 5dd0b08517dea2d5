/** The table of inputs: one row an input, in the order in which they are documented. */
import type { Setting } from "../engine/record/settings";
import type { LaunchInput } from "../engine/record/specification";
import type { Desired } from "../model/desired";
import * as fields from "./fields";
import {
  elasticIp,
  fallbackTypes,
  id,
  imageId,
  instanceType,
  ipv4,
  ipv6,
  nonEmpty,
  resourceUrn,
  scheduleList,
  strings,
  tags,
  userData,
  userDataBase64,
} from "./formats";
import { distinctList, type Field, flag, integer, listOf, oneOf, text } from "./validation";

export type InputName = Exclude<keyof Desired, "onRecord">;

/**
 * - `in-place`: the instance keeps running
 * - `replaces-instance`: a new instance on the same network interface
 * - `moves`: a new network interface, and a new instance on it; the Elastic IP moves along
 * - `replaces-resource`: everything is deleted and made anew
 * - `at-create`: only looked at when the machine comes about
 */
export type ChangeClass = "in-place" | "replaces-instance" | "moves" | "replaces-resource" | "at-create";

/** The compiler holds the class to the record: a change replaces the instance exactly where the record has a digest of the input as a part of the launch. */
type ChangeOf<Name extends InputName> = Name extends LaunchInput | "userDataBase64"
  ? "replaces-instance"
  : Name extends Setting
    ? "in-place"
    : Exclude<ChangeClass, "replaces-instance">;

/** The input's row in README.md. The words for an editor stand in sdk/args.ts, where a test holds them to this table. */
interface InputDoc {
  /** The values, where the type alone does not tell. */
  takes?: string;
  /** Stands for an absent input, where the default does not tell. */
  absent?: string;
  meaning: string;
}

/** Inputs that this package passes itself have no documentation. */
type Documentation = { internal: true; doc?: undefined } | { internal?: undefined; doc: InputDoc };

type Row<Name extends InputName = InputName> = Field & { change: ChangeOf<Name> } & Documentation;

/** EC2 has types that take 50 IPv4 addresses on an interface, of which one is the primary, and none that takes more. */
const MOST_ADDRESSES = 49;

export const INPUTS: { readonly [Name in InputName]: Row<Name> } = {
  resourceUrn: { type: resourceUrn, required: true, change: "in-place", internal: true },
  region: {
    type: text(/^[a-z]{2,8}(-[a-z]{1,16}){1,4}-\d{1,2}$/, "a region, such as eu-central-1"),
    change: "replaces-resource",
    doc: { absent: "from the stack's config or the environment", meaning: "the AWS region" },
  },
  subnetId: {
    type: id("subnet", "a subnet id"),
    required: true,
    change: "moves",
    doc: { takes: "`subnet-…`", meaning: "where the interface lives; fixes the zone" },
  },
  persistPrivateIp: {
    type: flag,
    default: true,
    change: "moves",
    doc: { meaning: "keep the interface, so the private IP, over every replacement and pause" },
  },
  privateIp: {
    type: ipv4,
    change: "moves",
    doc: { takes: "IPv4", absent: "picked by EC2", meaning: "the private address to hold" },
  },
  secondaryPrivateIps: {
    type: distinctList(ipv4, "a list of IPv4 addresses; an empty one means none"),
    change: "in-place",
    doc: {
      takes: "IPv4 list",
      meaning: "further private addresses; never asked for: what is there stays; taken out: none",
    },
  },
  secondaryPrivateIpCount: {
    type: integer(0, MOST_ADDRESSES),
    change: "in-place",
    doc: { meaning: "or how many of EC2's choice" },
  },
  ipv6Addresses: {
    type: distinctList(ipv6, "a list of IPv6 addresses; an empty one means none"),
    change: "in-place",
    doc: {
      takes: "IPv6 list",
      meaning: "IPv6 on the interface; never asked for: what the subnet gives; taken out: none",
    },
  },
  ipv6AddressCount: {
    type: integer(0, MOST_ADDRESSES),
    change: "in-place",
    doc: { meaning: "or how many of EC2's choice" },
  },
  publicIpAssignment: {
    type: oneOf("subnet-default", "assign", "none"),
    default: "subnet-default",
    change: "replaces-instance",
    doc: { meaning: "the changing public address" },
  },
  elasticIp: {
    type: elasticIp,
    default: false,
    change: "in-place",
    doc: {
      takes: "`true`, `eipalloc-…`, address or `false`",
      meaning: "allocate and own one, or hold a given one, which is never released",
    },
  },
  securityGroupIds: {
    type: distinctList(
      id("sg", "a security group id"),
      "a list of at least one security group id (leave it out for the VPC's default group)",
      { atLeast: 1 },
    ),
    change: "in-place",
    doc: { takes: "`sg-…` list", absent: "the VPC's default", meaning: "the interface's security groups" },
  },
  sourceDestCheck: {
    type: flag,
    default: true,
    change: "in-place",
    doc: { meaning: "`false` for NAT and VPN boxes" },
  },
  imageId: {
    type: imageId,
    required: true,
    change: "replaces-instance",
    doc: { takes: "`ami-…` or `resolve:ssm:PARAMETER`", meaning: "the image" },
  },
  instanceType: {
    type: instanceType,
    required: true,
    change: "replaces-instance",
    doc: { meaning: "the preferred type, such as `m7i.large`" },
  },
  fallbackInstanceTypes: {
    type: fallbackTypes,
    default: [],
    change: "in-place",
    doc: { meaning: "tried in order where there is no capacity" },
  },
  market: {
    type: fields.market,
    default: { lifecycle: "on-demand" },
    change: "replaces-instance",
    doc: {
      absent: "on-demand",
      meaning: "spot or on-demand; falling back (P) is on by default, coming back (P) is not",
    },
  },
  userData: {
    type: userData,
    change: "replaces-instance",
    doc: { takes: "string, may be a secret", meaning: "text as it is, up to 16 KB" },
  },
  userDataBase64: {
    type: userDataBase64,
    change: "replaces-instance",
    doc: { takes: "string, may be a secret", meaning: "or bytes in base64, up to 16 KB decoded" },
  },
  userDataIsText: { type: flag, change: "in-place", internal: true },
  keyName: {
    type: nonEmpty("the name of a key pair"),
    change: "replaces-instance",
    doc: { meaning: "EC2 key pair" },
  },
  iamInstanceProfile: {
    type: nonEmpty("the name or ARN of an instance profile"),
    change: "in-place",
    doc: { takes: "name or ARN", meaning: "IAM instance profile" },
  },
  ebsOptimized: {
    type: flag,
    change: "replaces-instance",
    doc: { absent: "the type's", meaning: "bandwidth of its own for EBS" },
  },
  tenancy: {
    type: oneOf("default", "dedicated"),
    change: "replaces-instance",
    doc: { absent: "the VPC's", meaning: "hardware that no other account uses" },
  },
  cpuCredits: {
    type: oneOf("standard", "unlimited"),
    change: "replaces-instance",
    doc: { absent: "the type's", meaning: "credit mode of a burstable type" },
  },
  cpuOptions: {
    type: fields.cpuOptions,
    change: "replaces-instance",
    doc: { absent: "the type's", meaning: "cores and threads" },
  },
  placementGroup: {
    type: nonEmpty("the name of a placement group"),
    change: "replaces-instance",
    doc: { takes: "name", meaning: "placement group to launch in" },
  },
  metadataOptions: {
    type: fields.metadataOptions,
    default: {},
    change: "in-place",
    doc: { meaning: "IMDSv2 is required by default" },
  },
  monitoring: {
    type: flag,
    default: false,
    change: "in-place",
    doc: { meaning: "detailed CloudWatch monitoring" },
  },
  rootVolume: {
    type: fields.rootVolume,
    change: "replaces-instance",
    doc: { meaning: "where it differs from the image's" },
  },
  dataVolumes: {
    type: listOf(fields.dataVolume, "a list of volumes", { atLeast: 0 }),
    default: [],
    change: "in-place",
    doc: {
      takes: "list of `{ name, deviceName, size, … }`",
      meaning: "EBS volumes that are kept and attached to each new instance",
    },
  },
  tags: {
    type: tags,
    default: {},
    change: "in-place",
    doc: { takes: "map, up to 37", meaning: "on everything that is made" },
  },
  desiredState: {
    type: oneOf("running", "paused"),
    default: "running",
    change: "in-place",
    doc: { meaning: "paused keeps the addresses and volumes, and no running instance" },
  },
  pauseBehavior: {
    type: oneOf("terminate", "stop"),
    change: "in-place",
    doc: { absent: "stop on-demand, terminate spot", meaning: "how a pause gives up the instance" },
  },
  recycleTriggers: {
    type: strings,
    default: {},
    change: "replaces-instance",
    doc: { takes: "map", meaning: "any change replaces the instance" },
  },
  replacement: {
    type: fields.replacement,
    default: {},
    change: "in-place",
    doc: { meaning: "[how an instance is replaced](docs/how-to/less-outage.md)" },
  },
  adopt: {
    type: fields.adopt,
    change: "at-create",
    doc: {
      takes: "`{ instanceId }`, `{ networkInterfaceId }` or `{ managedInstanceId }`",
      meaning:
        "take over [what exists](docs/how-to/migrate-a-service.md), addresses and all, or [a machine that no stack has](docs/how-to/lost-state.md)",
    },
  },
  deletion: {
    type: fields.deletion,
    default: {},
    change: "in-place",
    doc: {
      takes: '`{ networkInterface, elasticIp, dataVolumes }`, each `"delete"` or `"retain"`',
      absent: "delete, delete, retain",
      meaning: "which things `destroy` keeps",
    },
  },
  healing: {
    type: fields.healing,
    default: {},
    change: "in-place",
    doc: { absent: "on, 300, 120", meaning: "treatment of an unwell machine between two runs of `up`" },
  },
  schedules: {
    type: scheduleList(fields.schedule),
    default: [],
    change: "in-place",
    doc: {
      takes: "list of `{ action, cron, timezone? }`",
      meaning: "when it is paused, resumed or recycled",
    },
  },
  minReplacementInterval: {
    type: integer(0, 86400),
    default: 60,
    change: "in-place",
    doc: {
      takes: "seconds",
      meaning: "how long a replacement between two runs of `up` waits after the last: against loops",
    },
  },
};

export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];
/** The inputs that a program gives; the package adds the others. */
export const PROGRAM_INPUTS = INPUT_NAMES.filter((it) => INPUTS[it].internal !== true);
