/**
 * The least-privilege IAM policies, as statements; docs/permissions.md shows the same ones, which a test holds equal, and says
 * what each is for. (pure)
 */

export interface Statement {
  Sid: string;
  Effect: "Allow";
  Action: string | readonly string[];
  Resource: string | readonly string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Looks: list, status, history, doctor, `preview` and `refresh`. */
const READER: readonly Statement[] = [
  {
    Sid: "Read",
    Effect: "Allow",
    Action: [
      "ec2:DescribeAddresses",
      "ec2:DescribeIamInstanceProfileAssociations",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceAttribute",
      "ec2:DescribeInstanceStatus",
      "ec2:DescribeInstanceTypeOfferings",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeInstances",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeReplaceRootVolumeTasks",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSnapshots",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
    ],
    Resource: "*",
  },
  {
    Sid: "ReadForPreview",
    Effect: "Allow",
    Action: [
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeKeyPairs",
      "ec2:DescribePlacementGroups",
      "ec2:GetSecurityGroupsForVpc",
    ],
    Resource: "*",
  },
];

/** Rights without which a preview says less, and `up` says the rest. */
export const OPTIONAL_RIGHTS: readonly string[] = READER.filter((it) => it.Sid === "ReadForPreview").flatMap(
  (it) => it.Action,
);

/** Pauses, resumes and recycles; beside the reader's. */
const OPERATOR: readonly Statement[] = [
  {
    Sid: "Operate",
    Effect: "Allow",
    Action: [
      "ec2:AttachNetworkInterface",
      "ec2:AttachVolume",
      "ec2:CancelSpotInstanceRequests",
      "ec2:CreateLaunchTemplateVersion",
      "ec2:CreateTags",
      "ec2:DeleteLaunchTemplateVersions",
      "ec2:DeleteTags",
      "ec2:DetachNetworkInterface",
      "ec2:ModifyLaunchTemplate",
      "ec2:StartInstances",
      "ec2:StopInstances",
      "ec2:TerminateInstances",
    ],
    Resource: "*",
    Condition: {
      StringLike: {
        "aws:ResourceTag/managed-instance:id": "mi-*",
      },
    },
  },
  {
    Sid: "LaunchFromItsTemplate",
    Effect: "Allow",
    Action: "ec2:RunInstances",
    Resource: "arn:*:ec2:*:*:launch-template/*",
    Condition: {
      StringLike: {
        "aws:ResourceTag/managed-instance:id": "mi-*",
      },
    },
  },
  {
    Sid: "LaunchWith",
    Effect: "Allow",
    Action: "ec2:RunInstances",
    Resource: [
      "arn:*:ec2:*:*:image/*",
      "arn:*:ec2:*:*:key-pair/*",
      "arn:*:ec2:*:*:network-interface/*",
      "arn:*:ec2:*:*:placement-group/*",
      "arn:*:ec2:*:*:security-group/*",
      "arn:*:ec2:*:*:snapshot/*",
      "arn:*:ec2:*:*:subnet/*",
    ],
  },
  {
    Sid: "LaunchMarked",
    Effect: "Allow",
    Action: "ec2:RunInstances",
    Resource: ["arn:*:ec2:*:*:instance/*", "arn:*:ec2:*:*:volume/*"],
    Condition: {
      StringLike: {
        "aws:RequestTag/managed-instance:id": "mi-*",
      },
      ArnLike: {
        "ec2:LaunchTemplate": "arn:*:ec2:*:*:launch-template/*",
      },
    },
  },
  {
    Sid: "RequestSpotMarked",
    Effect: "Allow",
    Action: "ec2:RunInstances",
    Resource: "arn:*:ec2:*:*:spot-instances-request/*",
    Condition: {
      StringLike: {
        "aws:RequestTag/managed-instance:id": "mi-*",
      },
    },
  },
  {
    Sid: "MarkWhatIsLaunched",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: "*",
    Condition: {
      StringEquals: {
        "ec2:CreateAction": "RunInstances",
      },
    },
  },
  {
    Sid: "PassRole",
    Effect: "Allow",
    Action: "iam:PassRole",
    Resource: "arn:*:iam::*:role/*",
    Condition: {
      StringEquals: {
        "iam:PassedToService": "ec2.amazonaws.com",
      },
    },
  },
];

/** `up` and `destroy`; beside the reader's and the operator's. */
const UP: readonly Statement[] = [
  {
    Sid: "MakeMarked",
    Effect: "Allow",
    Action: [
      "ec2:AllocateAddress",
      "ec2:CreateLaunchTemplate",
      "ec2:CreateNetworkInterface",
      "ec2:CreateReplaceRootVolumeTask",
      "ec2:CreateVolume",
    ],
    Resource: [
      "arn:*:ec2:*:*:elastic-ip/*",
      "arn:*:ec2:*:*:launch-template/*",
      "arn:*:ec2:*:*:network-interface/*",
      "arn:*:ec2:*:*:replace-root-volume-task/*",
      "arn:*:ec2:*:*:volume/*",
    ],
    Condition: {
      StringLike: {
        "aws:RequestTag/managed-instance:id": "mi-*",
      },
    },
  },
  {
    Sid: "MakeOf",
    Effect: "Allow",
    Action: ["ec2:CreateNetworkInterface", "ec2:CreateVolume", "ec2:ModifyNetworkInterfaceAttribute"],
    Resource: ["arn:*:ec2:*:*:security-group/*", "arn:*:ec2:*:*:snapshot/*", "arn:*:ec2:*:*:subnet/*"],
  },
  {
    Sid: "ReplaceRootVolumeBy",
    Effect: "Allow",
    Action: "ec2:CreateReplaceRootVolumeTask",
    Resource: ["arn:*:ec2:*:*:image/*", "arn:*:ec2:*:*:volume/*"],
  },
  {
    Sid: "MarkWhatIsMade",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: "*",
    Condition: {
      StringEquals: {
        "ec2:CreateAction": [
          "AllocateAddress",
          "CreateLaunchTemplate",
          "CreateNetworkInterface",
          "CreateReplaceRootVolumeTask",
          "CreateVolume",
        ],
      },
    },
  },
  {
    Sid: "MarkRootVolume",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: "arn:*:ec2:*:*:volume/*",
    Condition: {
      StringLike: {
        "aws:RequestTag/managed-instance:id": "mi-*",
      },
    },
  },
  {
    Sid: "Change",
    Effect: "Allow",
    Action: [
      "ec2:AssignIpv6Addresses",
      "ec2:AssignPrivateIpAddresses",
      "ec2:AssociateAddress",
      "ec2:AssociateIamInstanceProfile",
      "ec2:CreateReplaceRootVolumeTask",
      "ec2:DeleteLaunchTemplate",
      "ec2:DeleteNetworkInterface",
      "ec2:DeleteVolume",
      "ec2:DetachVolume",
      "ec2:DisassociateAddress",
      "ec2:DisassociateIamInstanceProfile",
      "ec2:ModifyInstanceAttribute",
      "ec2:ModifyInstanceMetadataOptions",
      "ec2:ModifyNetworkInterfaceAttribute",
      "ec2:ModifyVolume",
      "ec2:MonitorInstances",
      "ec2:ReleaseAddress",
      "ec2:ReplaceIamInstanceProfileAssociation",
      "ec2:UnassignIpv6Addresses",
      "ec2:UnassignPrivateIpAddresses",
      "ec2:UnmonitorInstances",
    ],
    Resource: "*",
    Condition: {
      StringLike: {
        "aws:ResourceTag/managed-instance:id": "mi-*",
      },
    },
  },
];

/** Adopts what exists, or is given it by id; beside all of these. */
const GIVEN: readonly Statement[] = [
  {
    Sid: "MarkWhatIsGiven",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: [
      "arn:*:ec2:*:*:elastic-ip/*",
      "arn:*:ec2:*:*:instance/*",
      "arn:*:ec2:*:*:network-interface/*",
      "arn:*:ec2:*:*:volume/*",
    ],
    Condition: {
      StringLike: {
        "aws:RequestTag/managed-instance:id": "mi-*",
      },
    },
  },
];
/** Brings machines back between two `up`s, and follows their schedules; beside the reader's and the operator's. */
const CONTROLLER: readonly Statement[] = [
  {
    Sid: "BringBack",
    Effect: "Allow",
    Action: [
      "ec2:AssociateAddress",
      "ec2:DeleteNetworkInterface",
      "ec2:DisassociateAddress",
      "ec2:ModifyInstanceAttribute",
      "ec2:ModifyNetworkInterfaceAttribute",
    ],
    Resource: "*",
    Condition: { StringLike: { "aws:ResourceTag/managed-instance:id": "mi-*" } },
  },
  {
    Sid: "MakeInterfaceMarked",
    Effect: "Allow",
    Action: "ec2:CreateNetworkInterface",
    Resource: "arn:*:ec2:*:*:network-interface/*",
    Condition: { StringLike: { "aws:RequestTag/managed-instance:id": "mi-*" } },
  },
  {
    Sid: "MakeInterfaceIn",
    Effect: "Allow",
    Action: "ec2:CreateNetworkInterface",
    Resource: ["arn:*:ec2:*:*:security-group/*", "arn:*:ec2:*:*:subnet/*"],
  },
  {
    Sid: "MarkInterface",
    Effect: "Allow",
    Action: "ec2:CreateTags",
    Resource: "*",
    Condition: { StringEquals: { "ec2:CreateAction": "CreateNetworkInterface" } },
  },
];

export type PolicyName = "reader" | "operator" | "up" | "adopt" | "controller";

/** The rights that each policy has and those before it have not. */
export const PARTS: Readonly<Record<PolicyName, readonly Statement[]>> = {
  reader: READER,
  operator: OPERATOR,
  up: UP,
  adopt: GIVEN,
  controller: CONTROLLER,
};

/** The policies that each is made of. */
const CONSISTS_OF: Readonly<Record<PolicyName, readonly PolicyName[]>> = {
  reader: ["reader"],
  operator: ["reader", "operator"],
  up: ["reader", "operator", "up"],
  adopt: ["reader", "operator", "up", "adopt"],
  controller: ["reader", "operator", "controller"],
};

export const POLICY_NAMES = Object.keys(PARTS) as PolicyName[];

/** The whole policy of a role, to be attached as it is. */
export function policyOf(name: PolicyName): { Version: "2012-10-17"; Statement: Statement[] } {
  return { Version: "2012-10-17", Statement: CONSISTS_OF[name].flatMap((it) => PARTS[it]) };
}

/** The smallest policy that has the right. */
export function policyWith(right: string): PolicyName | undefined {
  return POLICY_NAMES.find((name) => PARTS[name].some((it) => [it.Action].flat().includes(right)));
}
