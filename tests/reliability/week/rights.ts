/** What a controller asks of EC2, as far as a spell may take it away. */

/** What every look begins with: without it nothing can be seen, and messages come to the dead letters after ten minutes. */
export const NEEDED_TO_LOOK = [
  "DescribeLaunchTemplates",
  "DescribeLaunchTemplateVersions",
  "DescribeInstances",
  "DescribeNetworkInterfaces",
  "DescribeAddresses",
  "DescribeVolumes",
] as const;

/** What it does. */
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
