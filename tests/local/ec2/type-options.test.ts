import assert from "node:assert/strict";

import {
  CreatePlacementGroupCommand,
  DeletePlacementGroupCommand,
  DescribeInstanceTypesCommand,
  DescribePlacementGroupsCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { idOf, launched, present, refused } from "./scenes";
import { simulated } from "./support";

interface Refusal {
  title: string;
  input: Partial<RunInstancesCommandInput>;
  code: string;
  message: RegExp;
}

const REFUSALS: Refusal[] = [
  ...(["standard", "unlimited"] as const).map((CpuCredits) => ({
    title: `CPU credits (${CpuCredits}) on a type that is not burstable`,
    input: { InstanceType: "m5.large", CreditSpecification: { CpuCredits } } as const,
    code: "InstanceCreditSpecification.NotSupported",
    message: /^The m5\.large instance type does not support T2 Unlimited\.$/,
  })),
  {
    title: "CPU options on T2",
    input: { InstanceType: "t2.micro", CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 } },
    code: "UnsupportedOperation",
    message: /^The t2\.micro instance type does not support specifying CpuOptions\.$/,
  },
  {
    title: "CPU options that the type does not have",
    input: { InstanceType: "m5.large", CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 } },
    code: "InvalidParameterValue",
    message: /m5\.large/,
  },
  {
    title: "two threads on a core of a type that has one",
    input: {
      InstanceType: "m7g.large",
      ImageId: WELL_KNOWN.imageArm,
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 },
    },
    code: "InvalidParameterValue",
    message: /m7g\.large/,
  },
  {
    title: "EBS optimization of a type that has none",
    input: { InstanceType: "t2.micro", EbsOptimized: true },
    code: "Unsupported",
    message: /^EBS-optimized instances are not supported for your requested configuration\./,
  },
  {
    title: "dedicated tenancy of T2",
    input: { InstanceType: "t2.micro", Placement: { Tenancy: "dedicated" } },
    code: "Unsupported",
    message: /^The requested configuration is currently not supported\./,
  },
  {
    title: "a placement group that there is not",
    input: { Placement: { GroupName: "lost" } },
    code: "InvalidPlacementGroup.Unknown",
    message: /^The Placement Group 'lost' is unknown\.$/,
  },
];

describe("a launch with options that its type does not take", () => {
  for (const { title, input, code, message } of REFUSALS) {
    it(`is refused: ${title}`, async () => {
      const { ec2 } = simulated();
      await refused(launched(ec2, input), code, message);
    });
  }

  it("is refused in a cluster placement group where the type is burstable, and no other type is", async () => {
    const { ec2 } = simulated();
    await ec2.send(new CreatePlacementGroupCommand({ GroupName: "close", Strategy: "cluster" }));
    const Placement = { GroupName: "close" };
    await refused(
      launched(ec2, { InstanceType: "t3.micro", Placement }),
      "InvalidParameterCombination",
      /^Cluster placement groups are not supported by the 't3\.micro' instance type\. Specify a supported/,
    );
    await launched(ec2, { InstanceType: "m5.large", Placement });
  });

  it("is taken where the type takes them", async () => {
    const { ec2 } = simulated();
    await launched(ec2, { InstanceType: "t3.micro", CreditSpecification: { CpuCredits: "standard" } });
    const instance = await launched(ec2, {
      InstanceType: "m5.2xlarge",
      CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
      EbsOptimized: true,
      Placement: { Tenancy: "dedicated", GroupName: WELL_KNOWN.placementGroup },
    });
    assert.deepEqual(instance.CpuOptions, { CoreCount: 2, ThreadsPerCore: 1 });
  });
});

describe("DescribeInstanceTypes", () => {
  it("says which options a type takes", async () => {
    const { ec2 } = simulated();
    const InstanceTypes = ["t2.micro", "m5.2xlarge", "m7g.large"] as const;
    const found = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [...InstanceTypes] }));
    assert.deepEqual(
      found.InstanceTypes?.map((it) => [
        it.BurstablePerformanceSupported,
        it.EbsInfo?.EbsOptimizedSupport,
        it.VCpuInfo?.ValidCores,
        it.VCpuInfo?.ValidThreadsPerCore,
        it.PlacementGroupInfo?.SupportedStrategies,
      ]),
      [
        [true, "unsupported", [1], [1], ["partition", "spread"]],
        [false, "default", [2, 4], [1, 2], ["cluster", "partition", "spread"]],
        [false, "default", [1, 2], [1], ["cluster", "partition", "spread"]],
      ],
    );
  });
});

describe("placement groups", () => {
  it("are made, described by name and by filter, and deleted", async () => {
    const { ec2 } = simulated();
    await ec2.send(new CreatePlacementGroupCommand({ GroupName: "close", Strategy: "cluster" }));
    const taken = new CreatePlacementGroupCommand({ GroupName: "close", Strategy: "spread" });
    await refused(ec2.send(taken), "InvalidPlacementGroup.Duplicate");
    const Filters = [{ Name: "group-name", Values: ["close", "lost"] }];
    const { PlacementGroups = [] } = await ec2.send(new DescribePlacementGroupsCommand({ Filters }));
    assert.deepEqual(
      PlacementGroups.map(({ GroupName, Strategy, State }) => [GroupName, Strategy, State]),
      [["close", "cluster", "available"]],
    );
    await ec2.send(new DeletePlacementGroupCommand({ GroupName: "close" }));
    const lost = new DescribePlacementGroupsCommand({ GroupNames: ["close"] });
    await refused(ec2.send(lost), "InvalidPlacementGroup.Unknown");
  });

  it("are not deleted while an instance is in them", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, { Placement: { GroupName: WELL_KNOWN.placementGroup } });
    assert.equal(present(instance.Placement).GroupName, WELL_KNOWN.placementGroup);
    assert.ok(idOf(instance) !== "");
    const remove = new DeletePlacementGroupCommand({ GroupName: WELL_KNOWN.placementGroup });
    await refused(ec2.send(remove), "InvalidPlacementGroup.InUse");
  });
});
