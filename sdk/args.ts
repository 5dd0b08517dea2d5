import type { Input } from "@pulumi/pulumi";

/** How an instance is bought. */
export interface MarketArgs {
  /**
   * `"spot"` launches a one-time spot instance, `"on-demand"` a regular one.
   *
   * Changing it replaces the instance; the addresses stay.
   */
  lifecycle: Input<"on-demand" | "spot">;
  /**
   * The most to pay for an hour of spot, in US dollars. AWS advises against a limit: it only adds interruptions.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default the on-demand price
   */
  maxPrice?: Input<string | number>;
  /**
   * Whether to launch on-demand when there is no spot capacity (or none at `maxPrice`).
   * The output `lifecycle` tells what really runs.
   *
   * Changed in place: it matters from the next launch on.
   *
   * @default true
   */
  fallbackToOnDemand?: Input<boolean>;
}

/** The instance metadata service (IMDS), as in EC2's `MetadataOptions`. */
export interface MetadataOptionsArgs {
  /**
   * `"required"` accepts IMDSv2 only.
   *
   * @default "required"
   */
  httpTokens?: Input<"required" | "optional">;
  /**
   * `"disabled"` turns the metadata service off.
   *
   * @default "enabled"
   */
  httpEndpoint?: Input<"enabled" | "disabled">;
  /**
   * How many network hops a metadata reply may travel, 1 to 64. Containers need 2.
   *
   * @default EC2's own, which depends on the image
   */
  httpPutResponseHopLimit?: Input<number>;
  /**
   * Whether the instance can read its tags from the metadata service.
   *
   * @default "disabled"
   */
  instanceMetadataTags?: Input<"enabled" | "disabled">;
}

/** The root volume, where it should differ from what the image says. It is made anew with each instance. */
export interface RootVolumeArgs {
  /** Size in GiB; at least the size of the image's snapshot. */
  size?: Input<number>;
  /** EBS volume type. */
  type?: Input<"gp2" | "gp3" | "io1" | "io2" | "sc1" | "st1" | "standard">;
  /** Provisioned I/O operations a second (gp3, io1, io2). */
  iops?: Input<number>;
  /** Throughput in MiB/s (gp3 only). */
  throughput?: Input<number>;
  /** Whether the volume is encrypted. */
  encrypted?: Input<boolean>;
  /** The KMS key to encrypt with: an id, an alias or an ARN. Needs `encrypted: true`. */
  kmsKeyId?: Input<string>;
}

/** What `pulumi destroy` does with what the managed instance made. What it was given is never deleted. */
export interface DeletionArgs {
  /**
   * The network interface, and with it the private IP.
   *
   * @default "delete"
   */
  networkInterface?: Input<"delete" | "retain">;
  /**
   * The Elastic IP, if it was allocated by `elasticIp: true`. `"retain"` also keeps it allocated when `elasticIp`
   * is changed from `true` to something else.
   *
   * @default "delete"
   */
  elasticIp?: Input<"delete" | "retain">;
}

/** What a {@link ManagedInstance} is made from. */
export interface ManagedInstanceArgs {
  /**
   * The AWS region.
   *
   * Changing it replaces the resource: everything is deleted there and made here, under new addresses.
   *
   * @default the stack's `aws:region`, else `AWS_REGION`, `AWS_DEFAULT_REGION` or the profile's region
   */
  region?: Input<string>;
  /**
   * The subnet (`subnet-…`) that the network interface lives in. It fixes the availability zone.
   *
   * Changing it gives up the network interface for a new one in the new subnet: the private IP changes and the instance
   * is replaced, the Elastic IP moves along.
   */
  subnetId: Input<string>;
  /**
   * Keep the network interface, so the private IP and MAC, over every replacement. Only `true` in this version.
   *
   * @default true
   */
  persistPrivateIp?: Input<boolean>;
  /**
   * The private IPv4 address to hold. It must be free and inside the subnet; the first four and the last address of a
   * subnet are AWS's own.
   *
   * Changing it gives up the network interface for a new one with the new address; the Elastic IP moves along. Removing
   * it from the program keeps the address that is held.
   *
   * @default one that EC2 picks from the subnet, and that then stays
   */
  privateIp?: Input<string>;
  /**
   * The Elastic IP to hold.
   * - `true`: allocate one, and release it when it is no longer wanted.
   * - an allocation id (`eipalloc-…`) or an address: hold that one. It is never released, and never taken from a holder.
   * - `false`: none.
   *
   * Changed in place: the instance keeps running.
   *
   * @default false
   */
  elasticIp?: Input<boolean | string>;
  /**
   * Security groups (`sg-…`) of the network interface.
   *
   * Changed in place.
   *
   * @default the VPC's default group
   */
  securityGroupIds?: Input<Input<string>[]>;
  /**
   * Whether EC2 drops traffic that is neither from nor to this machine. `false` for NAT and VPN boxes.
   *
   * Changed in place.
   *
   * @default true
   */
  sourceDestCheck?: Input<boolean>;
  /**
   * The image: `ami-…`, or `resolve:ssm:PARAMETER`, which is looked up at each launch.
   *
   * Changing it replaces the instance; the addresses stay.
   */
  imageId: Input<string>;
  /**
   * The instance type, such as `m7i.large`.
   *
   * Changing it replaces the instance; the addresses stay.
   */
  instanceType: Input<string>;
  /**
   * Spot or on-demand.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default { lifecycle: "on-demand" }
   */
  market?: Input<MarketArgs>;
  /**
   * User data, plain text or base64, up to 16 KB. May be a secret; it is never printed, and EC2 keeps it in the launch
   * template and the instance.
   *
   * Changing it replaces the instance; the addresses stay.
   */
  userData?: Input<string>;
  /**
   * The name of the EC2 key pair to log in with.
   *
   * Changing it replaces the instance; the addresses stay.
   */
  keyName?: Input<string>;
  /**
   * The IAM instance profile, by name or ARN.
   *
   * Changed in place.
   */
  iamInstanceProfile?: Input<string>;
  /**
   * The instance metadata service.
   *
   * Changed in place.
   *
   * @default { httpTokens: "required", httpEndpoint: "enabled", instanceMetadataTags: "disabled" }
   */
  metadataOptions?: Input<MetadataOptionsArgs>;
  /**
   * The root volume, where it should differ from the image's.
   *
   * Changing it replaces the instance; the addresses stay.
   */
  rootVolume?: Input<RootVolumeArgs>;
  /**
   * Tags on everything the managed instance makes. `Name` is the resource's name unless given here.
   *
   * Changed in place.
   */
  tags?: Input<Record<string, Input<string>>>;
  /**
   * Any change of this map recycles: the instance is replaced with nothing else changed.
   */
  recycleTriggers?: Input<Record<string, Input<string>>>;
  /**
   * What `pulumi destroy` keeps.
   *
   * Changed in place.
   *
   * @default everything that was made is deleted
   */
  deletion?: Input<DeletionArgs>;
}
