/** The rights of a controller that a spell may take away. */

/** The reads of every look: without one of them nothing can be seen, and messages come to the dead letters after ten minutes. */
export const NEEDED_TO_LOOK = [
  "DescribeLaunchTemplates",
  "DescribeLaunchTemplateVersions",
  "DescribeInstances",
  "DescribeNetworkInterfaces",
  "DescribeAddresses",
  "DescribeVolumes",
] as const;

/** The calls by which it acts. */
export const ACTS = [
  "RunInstances",
  "StartInstances",
  "TerminateInstances",
  "StopInstances",
  "CreateTags",
  "DeleteTags",
  "AttachNetworkInterface",
  "DetachNetworkInterface",
  "AssociateAddress",
  "AttachVolume",
  "CreateLaunchTemplateVersion",
  "ModifyNetworkInterfaceAttribute",
  "ModifyInstanceAttribute",
  "CancelSpotInstanceRequests",
] as const;
