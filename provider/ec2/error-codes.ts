/** The one table of EC2's error codes: what kind of thing each means, and what a user can do about it. */

export type ErrorClass =
  | "not-found"
  | "in-use"
  | "transition"
  | "capacity"
  | "quota"
  | "throttled"
  | "denied"
  | "mismatch"
  | "name-taken"
  | "no-credentials"
  | "unreachable"
  | "refused";

interface Meaning {
  class: ErrorClass;
  advice?: string;
}

export const CREDENTIALS =
  "Set the stack's aws:profile, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and check that they are still valid.";

/** For codes by which EC2 also refuses what was signed at a wrong time. */
const CLOCK = "If they are, check this machine's clock.";

const GROUP_LIMIT =
  'Name fewer securityGroupIds, or raise the quota "Security groups per network interface" (L-2AFB9258), to 16 at most.';

const VERSION_LIMIT =
  "EC2 keeps at most 10,000 versions of a launch template. Delete old ones with `aws ec2 delete-launch-template-versions`, but none that an instance was launched from.";

const TYPE_LIMIT = "Give fewer, or take an instanceType that holds more.";

/** A code that is not here is fatal: `refused`, with no advice. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  "InvalidInstanceID.NotFound": { class: "not-found" },
  "InvalidNetworkInterfaceID.NotFound": { class: "not-found" },
  "InvalidNetworkInterfaceId.NotFound": { class: "not-found" },
  "InvalidAllocationID.NotFound": { class: "not-found" },
  "InvalidAddress.NotFound": { class: "not-found" },
  "InvalidAssociationID.NotFound": { class: "not-found" },
  "InvalidLaunchTemplateId.NotFound": { class: "not-found" },
  "InvalidLaunchTemplateId.VersionNotFound": { class: "not-found" },
  "InvalidLaunchTemplateName.NotFoundException": { class: "not-found" },
  "InvalidSpotInstanceRequestID.NotFound": { class: "not-found" },
  "InvalidAttachmentID.NotFound": { class: "not-found" },
  "InvalidAttachment.NotFound": { class: "not-found" },
  "InvalidReplaceRootVolumeTaskId.NotFound": { class: "not-found" },
  "InvalidVolume.NotFound": {
    class: "not-found",
    advice: "Check the volumeId of dataVolumes and the region.",
  },
  "InvalidSnapshot.NotFound": {
    class: "not-found",
    advice: "Check snapshotId: snapshots are regional, and a private one must be shared with this account.",
  },
  "InvalidPlacementGroup.Unknown": { class: "not-found", advice: "Check placementGroup and the region." },
  "InvalidZone.NotFound": { class: "not-found" },
  "InvalidSubnetID.NotFound": { class: "not-found", advice: "Check subnetId and the region." },
  "InvalidGroup.NotFound": {
    class: "not-found",
    advice: "Check securityGroupIds: each must exist in the subnet's VPC.",
  },
  "InvalidSecurityGroupID.NotFound": {
    class: "not-found",
    advice: "Check securityGroupIds: each must exist in the subnet's VPC.",
  },
  "InvalidAMIID.NotFound": {
    class: "not-found",
    advice: "Check imageId: images are regional, and a private one must be shared with this account.",
  },
  "InvalidAMIID.Unavailable": {
    class: "refused",
    advice:
      "Take another imageId: this one is deregistered, disabled, or still being made (aws ec2 describe-images shows which).",
  },
  "InvalidKeyPair.NotFound": { class: "not-found", advice: "Check keyName and the region." },

  InvalidParameter: {
    class: "refused",
    advice: "If it is about a security group: those of securityGroupIds must be of the subnet's VPC.",
  },
  "InvalidUserData.Malformed": {
    class: "refused",
    advice: "Give text as userData, or bytes in base64 as userDataBase64, at most 16 KiB of it.",
  },
  InvalidBlockDeviceMapping: {
    class: "refused",
    advice: "A volume is no smaller than the snapshot that it is made of.",
  },
  "InvalidVolume.ZoneMismatch": {
    class: "refused",
    advice: "A volume stays in its availability zone: give one of the subnet's zone, or a snapshotId of it.",
  },
  VolumeTypeNotAvailableInZone: { class: "refused", advice: "Give another type for the volume, or another subnetId." },
  PendingVerification: {
    class: "refused",
    advice: "AWS is checking the account, which takes minutes to hours. Run `pulumi up` again after that.",
  },
  Blocked: { class: "refused", advice: "The account is blocked: only AWS Support can help." },

  "InvalidIPAddress.InUse": { class: "in-use", advice: "Free that address, or name another." },
  "Resource.AlreadyAssociated": {
    class: "in-use",
    advice: "An Elastic IP is never taken from its holder: disassociate it there first, or give another.",
  },
  "InvalidNetworkInterface.InUse": { class: "in-use" },
  VolumeInUse: { class: "in-use", advice: "A volume is never taken from its holder: detach it there first." },
  IncorrectState: { class: "transition" },
  IncorrectInstanceState: { class: "transition" },
  DependencyViolation: { class: "transition" },
  IncorrectModificationState: {
    class: "transition",
    advice: "The volume's last change is still being carried out. Run `pulumi up` again once it is done.",
  },

  InsufficientInstanceCapacity: { class: "capacity" },
  InsufficientHostCapacity: { class: "capacity" },
  InsufficientReservedInstanceCapacity: { class: "capacity" },
  ReservationCapacityExceeded: { class: "capacity" },
  UnfulfillableCapacity: { class: "capacity" },
  SpotMaxPriceTooLow: { class: "capacity", advice: "Raise market.maxPrice, or take it out." },
  Unsupported: {
    class: "capacity",
    advice: "Check that the type is offered in this availability zone, and takes all that is set.",
  },
  "InstanceCreditSpecification.NotSupported": {
    class: "refused",
    advice: "Take cpuCredits out, or name burstable types only (T2, T3, T3a, T4g).",
  },
  InsufficientVolumeCapacity: { class: "capacity", advice: "Try again later, or give another type for the volume." },
  InsufficientAddressCapacity: {
    class: "capacity",
    advice: "Try again later, or give an address that exists as elasticIp.",
  },

  AddressLimitExceeded: {
    class: "quota",
    advice:
      'Raise the quota "EC2-VPC Elastic IPs" (L-0263D0A3), release an address, or give one that exists as elasticIp.',
  },
  MaxSpotInstanceCountExceeded: { class: "quota", advice: "Raise the spot quota of this type's family." },
  VcpuLimitExceeded: { class: "quota", advice: "Raise the vCPU quota of this type's family." },
  InstanceLimitExceeded: { class: "quota", advice: "Raise the instance quota, or wait: ended ones count for a while." },
  NetworkInterfaceLimitExceeded: { class: "quota", advice: 'Raise the quota "Network interfaces per Region".' },
  InsufficientFreeAddressesInSubnet: {
    class: "quota",
    advice: "Free an address of the subnet, or give another subnetId.",
  },
  TagLimitExceeded: { class: "quota", advice: "Give fewer tags." },
  SecurityGroupsPerInterfaceLimitExceeded: { class: "quota", advice: GROUP_LIMIT },
  SecurityGroupsPerInstanceLimitExceeded: { class: "quota", advice: GROUP_LIMIT },
  VersionLimitExceeded: { class: "quota", advice: VERSION_LIMIT },
  LaunchTemplateVersionLimitExceeded: { class: "quota", advice: VERSION_LIMIT },
  LaunchTemplateLimitExceeded: {
    class: "quota",
    advice: 'Delete launch templates that nothing uses, or raise the quota "Launch templates per Region" (5,000).',
  },
  PrivateIpAddressLimitExceeded: { class: "quota", advice: TYPE_LIMIT },
  "InvalidInterface.IpAddressLimitExceeded": { class: "quota", advice: TYPE_LIMIT },
  AttachmentLimitExceeded: { class: "quota", advice: TYPE_LIMIT },
  VolumeModificationRateExceeded: {
    class: "quota",
    advice: "EC2 changes a volume a few times a day at most. Run `pulumi up` again in some hours.",
  },
  VolumeModificationSizeLimitExceeded: { class: "quota", advice: "Raise the EBS quota of this type's modifications." },
  VolumeLimitExceeded: { class: "quota", advice: "Raise the EBS storage quota of this volume type." },
  MaxIOPSLimitExceeded: { class: "quota", advice: "Raise the EBS IOPS quota of this volume type, or give fewer iops." },

  RequestLimitExceeded: { class: "throttled" },
  "Client.RequestLimitExceeded": { class: "throttled" },
  Throttling: { class: "throttled" },
  ThrottlingException: { class: "throttled" },
  ThrottledException: { class: "throttled" },
  EC2ThrottledException: { class: "throttled" },
  RequestThrottled: { class: "throttled" },
  RequestThrottledException: { class: "throttled" },
  TooManyRequestsException: { class: "throttled" },

  UnauthorizedOperation: { class: "denied" },
  AccessDenied: { class: "denied" },
  OperationNotPermitted: {
    class: "denied",
    advice:
      "If the instance has termination or stop protection, take that off first; if a volume is being modified, wait for it.",
  },
  AuthFailure: {
    class: "denied",
    advice: "Either the credentials are not valid here, or the thing belongs to another account.",
  },
  "AuthFailure.ServiceLinkedRoleCreationNotPermitted": {
    class: "denied",
    advice:
      "Create the spot service-linked role once: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com",
  },
  OptInRequired: {
    class: "denied",
    advice: "If the image is of the AWS Marketplace, accept its terms there first.",
  },

  "InvalidLaunchTemplateName.AlreadyExistsException": { class: "name-taken" },

  IdempotentParameterMismatch: { class: "mismatch" },
  IdempotentInstanceTerminated: { class: "mismatch" },

  CredentialsProviderError: { class: "no-credentials", advice: CREDENTIALS },
  ExpiredToken: { class: "no-credentials", advice: CREDENTIALS },
  RequestExpired: { class: "no-credentials", advice: `${CREDENTIALS} ${CLOCK}` },
  SignatureDoesNotMatch: { class: "no-credentials", advice: `${CREDENTIALS} ${CLOCK}` },
  TokenProviderError: { class: "no-credentials", advice: CREDENTIALS },

  ECONNREFUSED: { class: "unreachable", advice: "Check the endpoint and the network." },
  ENOTFOUND: { class: "unreachable", advice: "Check the region's name, the endpoint and the network." },
  EAI_AGAIN: { class: "unreachable", advice: "Check the network." },
  ECONNRESET: { class: "unreachable" },
  EPIPE: { class: "unreachable" },
  ETIMEDOUT: { class: "unreachable" },
  EHOSTUNREACH: { class: "unreachable", advice: "Check the network." },
  ENETUNREACH: { class: "unreachable", advice: "Check the network." },
  TimeoutError: { class: "unreachable" },
  RequestTimeout: { class: "unreachable" },
  InternalError: { class: "unreachable" },
  InternalFailure: { class: "unreachable" },
  Unavailable: { class: "unreachable" },
  ServiceUnavailable: { class: "unreachable" },
};

/** Launching right after its role was made: EC2 does not see the profile yet. EC2 has no code of its own for it. */
export const PROFILE_NOT_SEEN = /Invalid IAM Instance Profile/i;

/** Advice by what EC2 says, where it has one code for many things. */
const BY_MESSAGE: readonly [said: RegExp, advice: string][] = [
  [
    /is not a valid tag key/,
    "The instance has its tags in its metadata: rename the key, or leave metadataOptions.instanceMetadataTags out.",
  ],
  [
    /default security group in VPC/,
    "Name securityGroupIds: the VPC is another account's, which shares the subnet and not its default group.",
  ],
  [
    /network border group/i,
    "An Elastic IP serves in its own network border group only: give one of the subnet's, or true to allocate one.",
  ],
  [/\bCpuOptions\b/, "Give cpuOptions that each type takes, or take them out."],
  [/^EBS-optimized instances are not supported/, "Take ebsOptimized out, or name types that can be EBS-optimized."],
  [
    /placement groups are not supported by/,
    "Name another placementGroup, or types that the strategy of this one takes.",
  ],
  [/is not a valid EBS device name/, "Give a deviceName from /dev/sdf to /dev/sdp or, on Windows, from xvdf to xvdz."],
  [PROFILE_NOT_SEEN, "Check iamInstanceProfile: it is the name or the ARN of an instance profile, not of a role."],
];

/**
 * Whether EC2 may mean by it that the request was signed at another time than its own. The SDK sets its clock by any answer and
 * says so of any error, so that the code has to tell.
 */
export function isAboutTime(code: string): boolean {
  return ["RequestExpired", "SignatureDoesNotMatch", "AuthFailure"].includes(code);
}

/** The codes of a class, as the documentation lists them. */
export function codesOf(kind: ErrorClass): string[] {
  return Object.keys(MEANINGS).filter((code) => MEANINGS[code]?.class === kind);
}

/**
 * @param words the words that came with the code: EC2 tells by them alone that an interface, which is to be deleted, still has a holder
 *   (gruntwork-io/cloud-nuke#1132; terraform-provider-aws, vpc_network_interface.go)
 */
export function classOf(code: string, words: string): ErrorClass {
  const isHeld = code === "InvalidParameterValue" && /^Network interface \S+ is currently in use/.test(words);
  return isHeld ? "in-use" : (MEANINGS[code]?.class ?? "refused");
}

/** The advice for a code and the words that came with it. */
export function adviceFor(code: string, words: string): string | undefined {
  return BY_MESSAGE.find(([said]) => said.test(words))?.[1] ?? MEANINGS[code]?.advice;
}
