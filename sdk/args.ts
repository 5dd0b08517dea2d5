import type { Input } from "@pulumi/pulumi";

/** How an instance is bought. */
export interface MarketArgs {
  /**
   * `"spot"` launches a one-time spot instance, which cannot be stopped; `"on-demand"` a regular one.
   *
   * Changing it replaces the instance; the addresses stay.
   */
  lifecycle: Input<"on-demand" | "spot">;
  /**
   * The most to pay for an hour of spot, in US dollars. AWS advises against a limit: it only adds interruptions. An error
   * with `lifecycle: "on-demand"`.
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
  /**
   * Whether a machine that fell back to on-demand is replaced by a spot instance again: at any time (tried at most once an hour),
   * in a window (once in it), or never. A controller or `managed-instance watch` does it. An error with `lifecycle: "on-demand"`
   * and with `fallbackToOnDemand: false`.
   *
   * Changed in place.
   *
   * @default "never"
   */
  revertToSpot?: Input<"never" | "always" | { window: Input<WindowArgs> }>;
}

/** A window: some hours of some days. */
export interface WindowArgs {
  /**
   * The days on which the window begins.
   *
   * @default every day
   */
  days?: Input<Input<"mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun">[]>;
  /** The time at which the window opens, as `"01:30"`. */
  from: Input<string>;
  /** The time at which the window shuts: on the next day if it is before `from`, and an error if it is `from`. */
  to: Input<string>;
  /**
   * The time zone, by name: `"Europe/Berlin"`.
   *
   * @default "UTC"
   */
  timezone?: Input<string>;
}

/** Treatment of an unwell machine between two runs of `up`. */
export interface HealingArgs {
  /**
   * Whether a machine whose instance was stopped or ended, or fails its status checks, is brought back. An instance that AWS took
   * back is followed by another in any case.
   *
   * @default true
   */
  enabled?: Input<boolean>;
  /**
   * How long after a launch the status checks do not count, and a change that is under way is left alone, in seconds, 0 to 3600.
   *
   * @default 300
   */
  graceSeconds?: Input<number>;
  /**
   * How long the status checks fail before the instance is replaced, in seconds, 0 to 3600.
   *
   * @default 120
   */
  unhealthySeconds?: Input<number>;
}

/** Something that is done at set times. */
export interface ScheduleArgs {
  /**
   * `"pause"` and `"resume"` do what `desiredState` does, until the next `pulumi up` that changes something; `"recycle"` replaces
   * the instance with nothing else changed.
   */
  action: Input<"pause" | "resume" | "recycle">;
  /** The times: minute, hour, day of the month, month, day of the week. `"0 20 * * 1-5"` is 8 p.m. from Monday to Friday. */
  cron: Input<string>;
  /**
   * The time zone, by name: `"Europe/Berlin"`.
   *
   * @default "UTC"
   */
  timezone?: Input<string>;
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
   * With `"enabled"`, the keys of {@link ManagedInstanceArgs.tags | tags} have letters, digits and `+ - = . , _ : @` only, and are
   * not `.`, `..` or `_index`: EC2 refuses others, so a preview does.
   *
   * @default "disabled"
   */
  instanceMetadataTags?: Input<"enabled" | "disabled">;
}

/** An EBS volume type. */
export type VolumeType = "gp2" | "gp3" | "io1" | "io2" | "sc1" | "st1" | "standard";

/** The root volume, where it should differ from the image's. It is made anew with each instance. */
export interface RootVolumeArgs {
  /**
   * Size in GiB, 1 to 65536; at least the size of the image's snapshot.
   *
   * @default the image's
   */
  size?: Input<number>;
  /**
   * EBS volume type.
   *
   * @default the image's
   */
  type?: Input<VolumeType>;
  /** Provisioned I/O operations a second: required for io1 and io2, possible for gp3, an error for other types. */
  iops?: Input<number>;
  /** Throughput in MiB/s, 125 to 2000; an error for other types than gp3. */
  throughput?: Input<number>;
  /**
   * Whether the volume is encrypted.
   *
   * @default as the image and the account say
   */
  encrypted?: Input<boolean>;
  /** The KMS key to encrypt with: an id, an alias or an ARN. Needs `encrypted: true`. */
  kmsKeyId?: Input<string>;
}

/**
 * An EBS volume that outlives instances: it is made in the machine's zone, kept, and attached to each new instance. With `volumeId` it is
 * an existing volume.
 *
 * A volume stays in its zone for life, so a machine that has one cannot move to a subnet of another zone.
 */
export interface DataVolumeArgs {
  /**
   * The name by which the volume is known for good: at most 63 letters, digits, dots, dashes and underscores. No two volumes may
   * have one name.
   *
   * Under another name it is another volume: a new one is made, and the old one goes the way of `deletion.dataVolumes`.
   */
  name: Input<string>;
  /**
   * The device that the volume is attached as: `/dev/sdb` to `/dev/sdz` or `/dev/xvdb` to `/dev/xvdz`; with an image of Windows also
   * `xvdb` to `xvdz`, which a preview refuses with one of Linux. No two volumes may be on one; `/dev/sdf`, `/dev/xvdf` and `xvdf`
   * are the same. On most types the guest sees it under an NVMe name.
   *
   * Changed in place: the volume is detached and attached again.
   */
  deviceName: Input<string>;
  /**
   * An existing volume (`vol-…`) of the machine's zone to hold. It is never deleted, and never taken from its holder.
   * If another managed instance holds the volume, this machine waits up to 300 seconds for it: a holder that gives it up in the same run
   * hands it over. An error where two resources of one program name the volume.
   *
   * Cannot be changed. An error together with `snapshotId`, `encrypted` or `kmsKeyId`.
   */
  volumeId?: Input<string>;
  /**
   * The snapshot (`snap-…`) to make the volume from. An error where it does not exist, or is larger than `size`.
   *
   * Cannot be changed: add a volume under another name.
   */
  snapshotId?: Input<string>;
  /**
   * Size in GiB, 1 to 65536. Required, unless `snapshotId` or `volumeId` is given.
   *
   * Grown in place; the file system on it is the guest's to grow. A smaller one is an error: EBS volumes cannot shrink.
   *
   * @default the size of the snapshot
   */
  size?: Input<number>;
  /**
   * EBS volume type.
   *
   * Changed in place.
   *
   * @default "gp3"; a given volume keeps its type
   */
  type?: Input<VolumeType>;
  /**
   * Provisioned I/O operations a second: required for io1 and io2, possible for gp3, an error for other types.
   *
   * Changed in place.
   *
   * @default EBS's own: 3000 for gp3
   */
  iops?: Input<number>;
  /**
   * Throughput in MiB/s, 125 to 2000; an error for other types than gp3.
   *
   * Changed in place.
   *
   * @default EBS's own: 125
   */
  throughput?: Input<number>;
  /**
   * Whether the volume is encrypted.
   *
   * Cannot be changed: add a volume under another name.
   *
   * @default as the snapshot and the account say
   */
  encrypted?: Input<boolean>;
  /**
   * The KMS key to encrypt with: an id, an alias or an ARN. Needs `encrypted: true`.
   *
   * Cannot be changed: add a volume under another name.
   *
   * @default the account's key for EBS
   */
  kmsKeyId?: Input<string>;
}

/** The processor, as in EC2's `CpuOptions`. EC2 takes both or none. */
export interface CpuOptionsArgs {
  /** The number of cores of the instance, at most those of its type. */
  coreCount: Input<number>;
  /** 1 turns simultaneous multithreading off. */
  threadsPerCore: Input<1 | 2>;
}

/** How an instance is replaced by another on the same addresses. */
export interface ReplacementArgs {
  /**
   * - `"terminate-first"`: the old instance ends, then the new one is launched. Always possible; the machine is dark for
   *   EC2's shutdown and launch.
   * - `"root-volume"`: the running instance gets a new root volume from the new image. Where only the image changed; the
   *   machine is dark for a reboot.
   * - `"stop-start"`: the instance is stopped, changed and started. On-demand, where only the type or the user data changed.
   * - `"overlap"`: the new instance is launched and proven first, then the network interface moves. The machine is dark for
   *   that move; the guest must configure a network interface that comes later. An error with `persistPrivateIp: false`.
   * - `"auto"`: the one of these that disturbs least and fits the change.
   *
   * @default "terminate-first"
   */
  strategy?: Input<"terminate-first" | "root-volume" | "stop-start" | "overlap" | "auto">;
  /**
   * How long to wait before the old instance is given up, in seconds, 0 to 3600, so that its work can be drained.
   *
   * @default 0
   */
  drainSeconds?: Input<number>;
  /**
   * Whether the old instance ends without its operating system being shut down: faster, and its file caches are not flushed.
   *
   * @default false
   */
  skipOsShutdown?: Input<boolean>;
  /**
   * When the new instance counts as good: `"running"` as soon as EC2 says that it runs, `"status-ok"` when both status
   * checks have passed, which takes minutes longer.
   *
   * @default "running"
   */
  waitFor?: Input<"running" | "status-ok">;
  /**
   * Whether the last specification that worked is launched again on the addresses if the new one cannot be.
   *
   * @default true
   */
  rollbackOnFailure?: Input<boolean>;
  /**
   * How long to wait for any one step of EC2's, and how long throttling and lost replies may hold up the whole, in seconds, 30 to 86400.
   *
   * @default 600
   */
  timeoutSeconds?: Input<number>;
}

/** An existing thing to take over, addresses and all. Exactly one of the three. */
export interface AdoptArgs {
  /** The instance (`i-…`), and with it its primary network interface and the Elastic IP on that. */
  instanceId?: Input<string>;
  /** The network interface (`eni-…`), and with it the Elastic IP on it. */
  networkInterfaceId?: Input<string>;
  /**
   * A whole managed instance (`mi-…`) by its record in EC2: its instance, interface, Elastic IP and data volumes. For a machine that no
   * stack has any more, as after a lost state, after `retainOnDelete`, or where a run died before its engine heard of the machine.
   *
   * Preview says which of its parts fit. Each of `elasticIp`, `securityGroupIds`, `sourceDestCheck` and `dataVolumes` that the program leaves
   * out stays as it is. The things that the machine made are this resource's own from then on, and `pulumi destroy` deletes them. A stack
   * that still has the machine loses it: the runs of that stack touch the machine no more, and say so.
   *
   * An error where there is no such machine in the region, while another run makes it, and where two resources of one run name the machine.
   */
  managedInstanceId?: Input<string>;
}

/** Tells `pulumi destroy` what to do with the things that the managed instance made. Given and adopted things are never deleted. */
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
  /**
   * The data volumes that were made. This also says what becomes of a volume that is taken out of `dataVolumes`.
   *
   * @default "retain"
   */
  dataVolumes?: Input<"delete" | "retain">;
}

/** The inputs of a {@link ManagedInstance}. */
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
   * Keep the network interface, so the private IP and MAC, over every replacement and pause. With `false` each instance has
   * an interface of its own, and only the Elastic IP stays; `privateIp`, `secondaryPrivateIps`, `ipv6Addresses`, `adopt` and
   * the strategy `"overlap"` are errors then.
   *
   * Changing it gives up the network interface: the private IP changes and the instance is replaced, the Elastic IP moves
   * along.
   *
   * @default true
   */
  persistPrivateIp?: Input<boolean>;
  /**
   * The private IPv4 address to hold. It must be free and inside the subnet; the first four and the last address of a
   * subnet are AWS's own. An error with `persistPrivateIp: false` and with `adopt`.
   *
   * Changing it gives up the network interface for a new one with the new address; the Elastic IP moves along. Removing
   * it from the program keeps the address that is held. A secondary address of the machine cannot become the primary one
   * at once: take it out of `secondaryPrivateIps` in an update before.
   *
   * @default an address that EC2 picks from the subnet, and that then stays
   */
  privateIp?: Input<string>;
  /**
   * Further private IPv4 addresses to hold, free and inside the subnet. An empty list means none. An error together with
   * `secondaryPrivateIpCount`.
   *
   * Changed in place.
   *
   * @default existing addresses stay, if none were ever asked for; else none
   */
  secondaryPrivateIps?: Input<Input<string>[]>;
  /**
   * How many further private IPv4 addresses to hold, 0 to 49, picked by EC2. How many an interface can hold depends on the
   * instance type. An error together with `secondaryPrivateIps`.
   *
   * Changed in place.
   *
   * @default existing addresses stay, if none were ever asked for; else none
   */
  secondaryPrivateIpCount?: Input<number>;
  /**
   * The IPv6 addresses to hold, free and inside an IPv6 block of the subnet. An empty list means none. An error together
   * with `ipv6AddressCount`.
   *
   * Changed in place.
   *
   * @default existing addresses stay, if none were ever asked for; else none
   */
  ipv6Addresses?: Input<Input<string>[]>;
  /**
   * How many IPv6 addresses to hold, 0 to 49, picked by EC2. An error together with `ipv6Addresses`.
   *
   * Changed in place.
   *
   * @default existing addresses stay, if none were ever asked for; else none
   */
  ipv6AddressCount?: Input<number>;
  /**
   * Whether each instance gets a public IPv4 address that changes with the instance: as the subnet says, always, or never.
   * While there is an Elastic IP, it is the public address. `"none"` is an error with `elasticIp`.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default "subnet-default"
   */
  publicIpAssignment?: Input<"subnet-default" | "assign" | "none">;
  /**
   * The Elastic IP to hold.
   * - `true`: allocate one, and release it when it is no longer wanted.
   * - an allocation id (`eipalloc-…`) or an address: hold that address. It is never released, and never taken from a holder.
   * - `false`: none.
   *
   * If another managed instance holds the address, this machine waits up to 300 seconds for it: a holder that gives it up in the same run
   * hands it over. An error where two resources of one program name the address.
   *
   * Changed in place.
   *
   * @default false
   */
  elasticIp?: Input<boolean | string>;
  /**
   * Security groups (`sg-…`) of the network interface.
   *
   * Each is of the subnet's VPC, or associated with it, and they are at most as many as the account's quota allows on an interface (5,
   * which can be raised to 16): a preview looks them up. In a subnet that another account shares they have to be named, as the default
   * group is that account's.
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
   * Changing it replaces the instance; the addresses stay. Volumes that the image makes beside the root volume are deleted with each instance;
   * declare volumes to keep in `dataVolumes`. An error where the image has a volume on the `deviceName` of a data volume, lacks what a
   * type needs (architecture, virtualization type, ENA, boot mode), or has a larger root volume than `rootVolume.size`. An image that is gone is
   * an error only where something is launched.
   */
  imageId: Input<string>;
  /**
   * The instance type, such as `m7i.large`.
   *
   * Changing it replaces the instance; the addresses stay. Naming the fallback type that runs already does not.
   */
  instanceType: Input<string>;
  /**
   * The types to launch, in this order, when there is no capacity for `instanceType`: of the image's architecture, and
   * without `instanceType` itself. The output `launchedInstanceType` tells what really runs.
   *
   * Changed in place.
   *
   * @default []
   */
  fallbackInstanceTypes?: Input<Input<string>[]>;
  /**
   * Spot or on-demand.
   *
   * Changing it replaces the instance; the addresses stay. `fallbackToOnDemand` alone changes nothing that runs.
   *
   * @default { lifecycle: "on-demand" }
   */
  market?: Input<MarketArgs>;
  /**
   * User data as text, which the instance gets as it is: UTF-8, at most 16 KB (16384 bytes), never decoded. May be a secret; no line
   * and no error shows it. EC2 keeps it in the launch template and in the instance.
   *
   * For bytes, or text that is base64 already, give `userDataBase64`; both together are an error. A preview has a line where the
   * text is base64 of something readable.
   *
   * Changing it replaces the instance; the addresses stay. The same bytes under the other name are no change.
   *
   * @default none
   */
  userData?: Input<string>;
  /**
   * User data as bytes in base64, as in `@pulumi/aws`: for data that is compressed, binary, or encoded by another tool. At most 16 KB
   * (16384 bytes) decoded; line breaks in it count for nothing; anything but base64 is an error. May be a secret, as `userData`.
   *
   * Changing it replaces the instance; the addresses stay. The same bytes under the other name are no change.
   *
   * @default none
   */
  userDataBase64?: Input<string>;
  /**
   * The name of the EC2 key pair to log in with.
   *
   * Refused at preview where it does not exist.
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
   * Whether the instance has bandwidth of its own for EBS. Most types always do.
   *
   * Refused at preview where {@link ManagedInstanceArgs.instanceType | the type} or a type to fall back to cannot be.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default EC2's own for the type
   */
  ebsOptimized?: Input<boolean>;
  /**
   * `"dedicated"` runs the instance on hardware that no other account uses, at a price.
   *
   * Refused at preview with T2, which cannot be dedicated, also as a type to fall back to.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default the VPC's
   */
  tenancy?: Input<"default" | "dedicated">;
  /**
   * Whether a burstable type (t2, t3, t3a, t4g) may burst beyond its credits, at a price.
   *
   * Refused at preview where {@link ManagedInstanceArgs.instanceType | the type} or a type to fall back to is not burstable.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default EC2's own for the type
   */
  cpuCredits?: Input<"standard" | "unlimited">;
  /**
   * Cores and threads, where they should differ from the type's: for licences that count them.
   *
   * Refused at preview where {@link ManagedInstanceArgs.instanceType | the type} or a type to fall back to does not take them.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default the type's
   */
  cpuOptions?: Input<CpuOptionsArgs>;
  /**
   * The name of the placement group to launch in.
   *
   * Refused at preview where it does not exist, or {@link ManagedInstanceArgs.instanceType | the type} or a type to fall back to is not
   * taken by its strategy (burstable types are in no cluster).
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default none
   */
  placementGroup?: Input<string>;
  /**
   * The instance metadata service.
   *
   * Changed in place.
   *
   * @default { httpTokens: "required", httpEndpoint: "enabled", instanceMetadataTags: "disabled" }
   */
  metadataOptions?: Input<MetadataOptionsArgs>;
  /**
   * Whether CloudWatch gets metrics every minute, at a price, and not every five.
   *
   * Changed in place.
   *
   * @default false
   */
  monitoring?: Input<boolean>;
  /**
   * The root volume, where it should differ from the image's.
   *
   * Changing it replaces the instance; the addresses stay. Naming the values that it already has does not.
   */
  rootVolume?: Input<RootVolumeArgs>;
  /**
   * EBS volumes that are kept and attached to each new instance.
   *
   * Changed in place. A volume that is taken out is detached, and kept or deleted as `deletion.dataVolumes` says. A smaller
   * size is an error, and so is a subnet of another zone.
   *
   * @default []
   */
  dataVolumes?: Input<Input<DataVolumeArgs>[]>;
  /**
   * Tags on everything the managed instance makes, at most 37. `Name` is the resource's name unless given here.
   *
   * Changed in place.
   *
   * @default {}
   */
  tags?: Input<Record<string, Input<string>>>;
  /**
   * `"paused"` gives up the instance and keeps the network interface, the Elastic IP and the data volumes; `"running"` brings
   * the machine back on them.
   *
   * Changed in place.
   *
   * @default "running"
   */
  desiredState?: Input<"running" | "paused">;
  /**
   * How a pause gives up the instance. `"stop"` keeps it and its root volume, which costs; `"terminate"` keeps nothing of it.
   * `"stop"` is an error with spot: a one-time spot instance cannot be stopped.
   *
   * Changed in place.
   *
   * @default "stop" on-demand, "terminate" with spot
   */
  pauseBehavior?: Input<"terminate" | "stop">;
  /**
   * Any change of this map recycles: the instance is replaced with nothing else changed.
   *
   * Changing it replaces the instance; the addresses stay.
   *
   * @default {}
   */
  recycleTriggers?: Input<Record<string, Input<string>>>;
  /**
   * How an instance is replaced.
   *
   * Changed in place. It matters from the next replacement on.
   *
   * @default { strategy: "terminate-first", drainSeconds: 0, skipOsShutdown: false, waitFor: "running", rollbackOnFailure: true, timeoutSeconds: 600 }
   */
  replacement?: Input<ReplacementArgs>;
  /**
   * An existing instance or network interface that is to become this machine, addresses and all. `pulumi destroy` gives it back:
   * an adopted thing is never deleted. An error with `privateIp` and with `persistPrivateIp: false`. With `managedInstanceId`, a whole
   * managed instance that no stack has any more, as after a lost state or `retainOnDelete`.
   * If the interface has several Elastic IPs, the one on the primary private IP comes along, and the others are left alone.
   * An error where two resources of one program name it.
   *
   * At create only. Another id is an error later; taking `adopt` out changes nothing.
   *
   * @default nothing: all is made
   */
  adopt?: Input<AdoptArgs>;
  /**
   * The things that `pulumi destroy` keeps.
   *
   * Changed in place.
   *
   * @default { networkInterface: "delete", elasticIp: "delete", dataVolumes: "retain" }
   */
  deletion?: Input<DeletionArgs>;
  /**
   * Treatment of an unwell machine between two runs of `up`, where a controller or `managed-instance watch` runs.
   *
   * Changed in place.
   *
   * @default { enabled: true, graceSeconds: 300, unhealthySeconds: 120 }
   */
  healing?: Input<HealingArgs>;
  /**
   * When the machine is paused, resumed or recycled, where a controller or `managed-instance watch` runs. Missed times are made up for once.
   *
   * Changed in place.
   *
   * @default []
   */
  schedules?: Input<Input<ScheduleArgs>[]>;
  /**
   * How long after a replacement another one waits, in seconds, 0 to 86400, where no `up` asks for it: against loops. An instance that
   * AWS takes back is replaced at once. After three replacements in a row that did not help, the controller gives up.
   *
   * Changed in place.
   *
   * @default 60
   */
  minReplacementInterval?: Input<number>;
}
