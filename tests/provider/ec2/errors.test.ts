import assert from "node:assert/strict";
import type { ErrorClass } from "../../../provider/ec2/error-codes";
import {
  Ec2Error,
  explain,
  isAboutType,
  isCapacityReason,
  isEc2Error,
  isInstanceProfileNotSeen,
} from "../../../provider/ec2/errors";

function ec2Error(code: string, said = "It failed.", requestId?: string): Ec2Error {
  return new Ec2Error("RunInstances", code, said, { requestId });
}

const CLASSES: [ErrorClass, string[]][] = [
  [
    "not-found",
    [
      "InvalidInstanceID.NotFound",
      "InvalidNetworkInterfaceID.NotFound",
      "InvalidAllocationID.NotFound",
      "InvalidAssociationID.NotFound",
      "InvalidLaunchTemplateId.NotFound",
      "InvalidSpotInstanceRequestID.NotFound",
      "InvalidSubnetID.NotFound",
      "InvalidGroup.NotFound",
      "InvalidAMIID.NotFound",
      "InvalidKeyPair.NotFound",
      "InvalidVolume.NotFound",
      "InvalidSnapshot.NotFound",
      "InvalidAttachment.NotFound",
      "InvalidAttachmentID.NotFound",
      "InvalidReplaceRootVolumeTaskId.NotFound",
      "InvalidPlacementGroup.Unknown",
    ],
  ],
  ["in-use", ["InvalidNetworkInterface.InUse", "InvalidIPAddress.InUse", "Resource.AlreadyAssociated", "VolumeInUse"]],
  ["transition", ["IncorrectState", "IncorrectInstanceState", "DependencyViolation", "IncorrectModificationState"]],
  [
    "capacity",
    [
      "InsufficientInstanceCapacity",
      "UnfulfillableCapacity",
      "SpotMaxPriceTooLow",
      "Unsupported",
      "ReservationCapacityExceeded",
      "InsufficientVolumeCapacity",
      "InsufficientAddressCapacity",
    ],
  ],
  [
    "quota",
    [
      "AddressLimitExceeded",
      "MaxSpotInstanceCountExceeded",
      "VcpuLimitExceeded",
      "SecurityGroupsPerInterfaceLimitExceeded",
      "SecurityGroupsPerInstanceLimitExceeded",
      "VersionLimitExceeded",
      "LaunchTemplateLimitExceeded",
      "InsufficientFreeAddressesInSubnet",
      "PrivateIpAddressLimitExceeded",
      "InvalidInterface.IpAddressLimitExceeded",
      "AttachmentLimitExceeded",
      "VolumeModificationRateExceeded",
      "VolumeModificationSizeLimitExceeded",
      "VolumeLimitExceeded",
      "MaxIOPSLimitExceeded",
    ],
  ],
  ["throttled", ["RequestLimitExceeded", "Client.RequestLimitExceeded", "Throttling", "EC2ThrottledException"]],
  ["denied", ["UnauthorizedOperation", "AuthFailure", "OperationNotPermitted", "OptInRequired"]],
  ["refused", ["UnsupportedOperation", "InvalidParameter", "InvalidVolume.ZoneMismatch", "InvalidUserData.Malformed"]],
  ["mismatch", ["IdempotentParameterMismatch"]],
  ["no-credentials", ["CredentialsProviderError", "ExpiredToken"]],
  ["unreachable", ["ECONNREFUSED", "ECONNRESET", "TimeoutError", "InternalError", "ServiceUnavailable"]],
];

describe("an EC2 error", () => {
  for (const [kind, codes] of CLASSES) {
    it(`is ${kind} for ${codes.join(", ")}`, () => {
      for (const code of codes) {
        assert.equal(ec2Error(code).class, kind, code);
        assert.ok(isEc2Error(ec2Error(code), "refused", kind));
      }
    });
  }

  it("with an unknown code is fatal: refused", () => {
    assert.equal(ec2Error("SomethingNew").class, "refused");
    assert.equal(ec2Error("toString").class, "refused");
    assert.ok(!isEc2Error(ec2Error("SomethingNew"), "throttled", "unreachable", "capacity", "in-use", "not-found"));
  });

  it("says by its words alone that an interface, which is to be deleted, still has a holder", () => {
    const inUse = (said: string): boolean => isEc2Error(ec2Error("InvalidParameterValue", said), "in-use");
    assert.ok(inUse("Network interface 'eni-0a1b2c3d' is currently in use."));
    assert.ok(!inUse("Value (x) for parameter groupId is invalid."));
  });

  it("is told from any other error", () => {
    assert.ok(isEc2Error(ec2Error("x")));
    assert.ok(!isEc2Error(new Error("RunInstances: x")));
    assert.ok(!isEc2Error(undefined));
  });

  it("has no id: only a partial failure may have one", () => {
    assert.ok(!("id" in ec2Error("x")));
  });
});

describe("a refusal of a launch is about the type", () => {
  for (const [code, said] of [
    ["InstanceCreditSpecification.NotSupported", "The m5.large instance type does not support T2 Unlimited."],
    ["UnsupportedOperation", "The m5.large instance type does not support specifying CpuOptions."],
    ["InvalidParameterCombination", "Cluster placement groups are not supported by the 'm5.large' instance type."],
    [
      "InvalidParameterValue",
      "The architecture 'arm64' of the specified instance type does not match that of the AMI.",
    ],
  ] as const) {
    it(`where EC2 says so: ${code}`, () => {
      assert.ok(isAboutType(ec2Error(code, said), "m5.large"));
    });
  }

  it("and not where it is about anything else, or is no refusal of what was asked for", () => {
    assert.ok(!isAboutType(ec2Error("InvalidKeyPair.NotFound", "The key pair 'm5.large' does not exist"), "m5.large"));
    assert.ok(!isAboutType(ec2Error("InvalidParameterValue", "Invalid IAM Instance Profile name"), "m5.large"));
    assert.ok(!isAboutType(ec2Error("VcpuLimitExceeded", "for the specified instance type"), "m5.large"));
    assert.ok(!isAboutType(ec2Error("UnauthorizedOperation", "the instance type"), "m5.large"));
    assert.ok(!isAboutType(new Error("the instance type"), "m5.large"));
  });
});

describe("an explanation", () => {
  it("has what EC2 said, its code, the request and what to do", () => {
    assert.equal(
      ec2Error("InvalidKeyPair.NotFound", "The key pair 'x' does not exist.", "req-1").explanation,
      "The key pair 'x' does not exist (InvalidKeyPair.NotFound, request req-1). Check keyName and the region.",
    );
  });

  for (const [said, advice] of [
    ["'Patch Group' is not a valid tag key. Tag keys must match pattern", /instanceMetadataTags/],
    ["You do not have access to a default security group in VPC vpc-1.", /Name securityGroupIds/],
    ["The T2 does not support specifying CpuOptions.", /cpuOptions/],
    ["EBS-optimized instances are not supported for your requested configuration.", /ebsOptimized/],
    ["Cluster placement groups are not supported by the 't3.micro' instance type.", /placementGroup/],
    ["Value (x) for parameter device is invalid. x is not a valid EBS device name.", /xvdf/],
    ["Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name", /not of a role/],
  ] as const) {
    it(`advises by what EC2 says where the code says little: ${said}`, () => {
      const { explanation } = ec2Error("InvalidParameterValue", said);
      assert.match(explanation.slice(said.length), advice);
    });
  }

  it("has neither request nor advice where there is none", () => {
    assert.equal(ec2Error("SomethingNew", "Oh no").explanation, "Oh no (SomethingNew).");
  });

  for (const [code, advice] of [
    ["InvalidParameter", /those of securityGroupIds must be of the subnet's VPC/],
    ["PrivateIpAddressLimitExceeded", /an instanceType that holds more/],
    ["SecurityGroupsPerInterfaceLimitExceeded", /fewer securityGroupIds, or raise the quota .*L-2AFB9258.* to 16/],
    ["VersionLimitExceeded", /10,000 versions of a launch template\. Delete old ones/],
    ["LaunchTemplateLimitExceeded", /Delete launch templates/],
    ["SpotMaxPriceTooLow", /Raise market\.maxPrice/],
    ["InstanceCreditSpecification.NotSupported", /Take cpuCredits out, or name burstable types/],
    ["VolumeModificationRateExceeded", /again in some hours/],
    ["IncorrectModificationState", /again once it is done/],
    ["VolumeInUse", /detach it there first/],
    ["InvalidVolume.ZoneMismatch", /of the subnet's zone/],
    ["InvalidSnapshot.NotFound", /Check snapshotId/],
    ["VolumeLimitExceeded", /EBS storage quota/],
    ["OperationNotPermitted", /protection.*being modified/],
  ] as const) {
    it(`says what to do about ${code}`, () => {
      assert.match(ec2Error(code).explanation, advice);
    });
  }

  it("names the action that was denied", () => {
    assert.match(ec2Error("UnauthorizedOperation", "No.").explanation, /^RunInstances was denied: No .*IAM policy/);
  });

  describe("for a denied call", () => {
    const BLOB = "4GIOHlTkIaWHQD0Q0m6XSnuUMCm-".repeat(20);
    const ENCODED = ` Encoded authorization failure message: ${BLOB}`;
    const denied = (right: string, why: string, encoded = ENCODED): string =>
      ec2Error(
        "UnauthorizedOperation",
        `You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/ann is not authorized to perform: ${right} on resource: arn:aws:ec2:us-east-1:123456789012:instance/* ${why}.${encoded}`,
        "req-1",
      ).explanation;

    for (const right of ["ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"]) {
      it(`names the right that EC2 names: ${right}`, () => {
        const said = denied(right, `because no identity-based policy allows the ${right} action`);
        assert.match(
          said,
          /^RunInstances was denied: You are not authorized .* \(UnauthorizedOperation, request req-1\)\./,
        );
        assert.ok(said.includes(` Allow the action ${right} in the IAM policy of these credentials.`), said);
      });
    }

    it("leaves EC2's encoded details out, and says where they are and how they are read", () => {
      const said = denied("ec2:CreateTags", "because no identity-based policy allows the ec2:CreateTags action");
      assert.ok(!said.includes("4GIOHl") && !said.includes("Encoded authorization failure message"), said);
      assert.match(
        said,
        / in CloudTrail, with request req-1, for `aws sts decode-authorization-message --encoded-message`\.$/,
      );
      assert.ok(!denied("ec2:CreateTags", "because", "").includes("decode-authorization-message"));
    });

    it("gives the details where they alone tell which right is missing, as a command", () => {
      const said = ec2Error("UnauthorizedOperation", `You are not authorized to perform this operation.${ENCODED}`);
      assert.equal(
        said.explanation,
        `RunInstances was denied: You are not authorized to perform this operation (UnauthorizedOperation). Allow the action in the IAM policy of these credentials. Which one, this tells: aws sts decode-authorization-message --encoded-message ${BLOB}`,
      );
    });

    for (const [why, advice] of [
      [
        "with an explicit deny in an identity-based policy",
        /Take the explicit deny of the action ec2:X out .* in an identity-based policy\./,
      ],
      ["with an explicit deny in a service control policy", /Take the explicit deny .* in a service control policy\./],
      [
        "because no service control policy allows the ec2:X action",
        /Allow the action ec2:X in the service control policy/,
      ],
      ["because no permissions boundary allows the ec2:X action", /Allow the action ec2:X in the permissions boundary/],
    ] as const) {
      it(`says where: ${why}`, () => {
        assert.match(denied("ec2:X", why), advice);
      });
    }
  });

  it("says in one sentence that there are no credentials, and how to give some", () => {
    assert.match(
      ec2Error("CredentialsProviderError", "Could not load credentials from any providers").explanation,
      /^there are no usable AWS credentials \(Could not load .*\)\. Set the stack's aws:profile/,
    );
  });

  it("for another error is its own words, and for no error what it is", () => {
    assert.equal(explain(new Error("oh")), "oh");
    assert.equal(explain("oh"), "oh");
    assert.equal(explain(ec2Error("SomethingNew", "Oh no")), "Oh no (SomethingNew).");
  });
});

describe("isInstanceProfileNotSeen", () => {
  it("knows EC2's sentence for a profile that it does not see yet, which has no code of its own", () => {
    const said = "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
    assert.ok(isInstanceProfileNotSeen(ec2Error("InvalidParameterValue", said)));
    assert.ok(!isInstanceProfileNotSeen(ec2Error("InvalidParameterValue", "Invalid value 'x' for InstanceType.")));
    assert.ok(!isInstanceProfileNotSeen(new Error("Invalid IAM Instance Profile name")));
  });
});

describe("isCapacityReason", () => {
  it("tells a lack of capacity from a fault of the launch", () => {
    assert.ok(isCapacityReason("Server.InsufficientInstanceCapacity"));
    assert.ok(isCapacityReason("Server.SpotInstanceTermination"));
    assert.ok(!isCapacityReason("Client.InternalError"));
    assert.ok(!isCapacityReason(undefined));
  });
});
