import assert from "node:assert/strict";

import {
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  AssociateIamInstanceProfileCommand,
  DisassociateIamInstanceProfileCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import {
  LONG,
  idOf,
  launchInput,
  launched,
  launchedOn,
  madeInterface,
  present,
  refused,
  seen,
  terminated,
} from "./scenes";
import { simulated } from "./support";

describe("RunInstances", () => {
  it("launches as many as there may be, in one reservation", async () => {
    const { ec2 } = simulated();
    const input = launchInput({ MinCount: 1, MaxCount: 3, SubnetId: WELL_KNOWN.subnetA });
    const { Instances = [], ReservationId } = await ec2.send(new RunInstancesCommand(input));
    assert.deepEqual(
      Instances.map(({ AmiLaunchIndex }) => AmiLaunchIndex),
      [0, 1, 2],
    );
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    assert.equal(Reservations.length, 1);
    assert.equal(Reservations[0]?.ReservationId, ReservationId);
    assert.equal(Reservations[0]?.Instances?.length, 3);
  });

  it("goes to a default subnet where none is named, in the zone that is asked for", async () => {
    const { ec2 } = simulated();
    const Placement = { AvailabilityZone: "us-east-1c" };
    const { Instances } = await ec2.send(new RunInstancesCommand(launchInput({ Placement })));
    assert.equal(Instances?.[0]?.SubnetId, WELL_KNOWN.defaultSubnets[2]);
    assert.equal(Instances[0].VpcId, WELL_KNOWN.defaultVpcId);
  });

  it("takes the image that a parameter names", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, { ImageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` });
    assert.equal(instance.ImageId, WELL_KNOWN.imageV2);
    await refused(launched(ec2, { ImageId: "resolve:ssm:/none" }), "InvalidParameterValue", /\/none/);
  });

  it("keeps what it was told of the machine", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, {
      KeyName: WELL_KNOWN.keyName,
      Monitoring: { Enabled: true },
      EbsOptimized: true,
      Placement: { Tenancy: "dedicated", GroupName: WELL_KNOWN.placementGroup },
      MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 1 },
      IamInstanceProfile: { Name: WELL_KNOWN.instanceProfile },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "web & <more>" }] }],
    });
    assert.equal(instance.KeyName, "demo");
    assert.equal(instance.Monitoring?.State, "enabled");
    assert.equal(instance.EbsOptimized, true);
    assert.deepEqual([instance.Placement?.Tenancy, instance.Placement?.GroupName], ["dedicated", "demo"]);
    assert.equal(instance.MetadataOptions?.HttpTokens, "optional");
    assert.equal(instance.IamInstanceProfile?.Arn, "arn:aws:iam::123456789012:instance-profile/demo");
    assert.deepEqual(instance.Tags, [{ Key: "Name", Value: "web & <more>" }]);
    assert.equal(instance.InstanceLifecycle, undefined);
  });

  const refusals: [what: string, input: Partial<RunInstancesCommandInput>, code: string, message: RegExp][] = [
    ["no image", { ImageId: undefined }, "MissingParameter", /ImageId/],
    [
      "an unknown image",
      { ImageId: "ami-0bbbbbbbbbbbbbbbb" },
      "InvalidAMIID.NotFound",
      /The image id '\[ami-0b+\]' does not exist/,
    ],
    ["a malformed image id", { ImageId: "ami-web" }, "InvalidAMIID.Malformed", /Invalid id: "ami-web"/],
    [
      "an unknown type",
      { InstanceType: "t3.huge" as "t3.nano" },
      "InvalidParameterValue",
      /Invalid value 't3\.huge' for InstanceType/,
    ],
    [
      "a type of another architecture",
      { InstanceType: "t4g.micro" },
      "InvalidParameterValue",
      /architecture 'arm64' .* 'x86_64'/,
    ],
    ["an unknown key pair", { KeyName: "lost" }, "InvalidKeyPair.NotFound", /The key pair 'lost' does not exist/],
    [
      "an unknown profile",
      { IamInstanceProfile: { Name: "none" } },
      "InvalidParameterValue",
      /Invalid IAM Instance Profile name/,
    ],
    [
      "an unknown profile ARN",
      { IamInstanceProfile: { Arn: "arn:x" } },
      "InvalidParameterValue",
      /Invalid IAM Instance Profile ARN/,
    ],
    ["user data that is no base64", { UserData: "#!/bin/sh" }, "InvalidUserData.Malformed", /BASE64/],
    [
      "user data over 16 KB",
      { UserData: Buffer.alloc(16_385).toString("base64") },
      "InvalidParameterValue",
      /limited to 16384 bytes/,
    ],
    ["an unknown subnet", { SubnetId: "subnet-0bbbbbbbbbbbbbbbb" }, "InvalidSubnetID.NotFound", /subnet-0b/],
    ["an unknown group", { SecurityGroupIds: ["sg-0bbbbbbbbbbbbbbbb"] }, "InvalidGroup.NotFound", /sg-0b/],
    [
      "a zone that is not the subnet's",
      { Placement: { AvailabilityZone: "us-east-1b" } },
      "InvalidParameterCombination",
      /us-east-1b/,
    ],
    ["an unknown zone", { Placement: { AvailabilityZone: "us-east-1z" } }, "InvalidParameterValue", /us-east-1z/],
    ["an unknown placement group", { Placement: { GroupName: "x" } }, "InvalidPlacementGroup.Unknown", /'x'/],
    ["half of the CPU options", { CpuOptions: { CoreCount: 1 } }, "InvalidParameterCombination", /both/],
    ["the other half", { CpuOptions: { ThreadsPerCore: 1 } }, "InvalidParameterCombination", /both/],
    ["no instances at all", { MinCount: 0 }, "InvalidParameterValue", /minCount/],
    ["more at least than at most", { MinCount: 2 }, "InvalidParameterCombination", /maximum number/],
    [
      "a root volume smaller than its snapshot",
      { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 4 } }] },
      "InvalidBlockDeviceMapping",
      /expect size>= 8GB/,
    ],
    [
      "tags on something that it does not make",
      { TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "a", Value: "b" }] }] },
      "InvalidParameterValue",
      /not a valid taggable resource type/,
    ],
    [
      "spot tags without spot",
      { TagSpecifications: [{ ResourceType: "spot-instances-request", Tags: [{ Key: "a", Value: "b" }] }] },
      "InvalidParameterValue",
      /no Spot instances requests/,
    ],
  ];
  for (const [what, input, code, message] of refusals) {
    it(`refuses a launch with ${what}`, async () => {
      const { ec2 } = simulated();
      await refused(launched(ec2, input), code, message);
      assert.deepEqual((await ec2.send(new DescribeInstancesCommand({}))).Reservations, []);
    });
  }

  it("refuses a type that the zone does not offer, and says which zones do", async () => {
    const { ec2 } = simulated();
    const input = { SubnetId: WELL_KNOWN.subnetB, InstanceType: "m7i.large" as const };
    await refused(launched(ec2, input), "Unsupported", /choosing us-east-1a, us-east-1c\./);
  });

  it("refuses an image that is there and cannot be launched", async () => {
    const { ec2, simulator } = simulated();
    const state = simulator.snapshot();
    present(state.images[WELL_KNOWN.imageV1]).state = "disabled";
    simulator.restore(state);
    await refused(launched(ec2), "InvalidAMIID.Unavailable", /is not available/);
  });

  it("launches no more than there are addresses for, and none where that is too few", async () => {
    const { ec2 } = simulated();
    const input = launchInput({ MinCount: 2, MaxCount: 20, SubnetId: WELL_KNOWN.tinySubnet });
    const { Instances } = await ec2.send(new RunInstancesCommand(input));
    assert.equal(Instances?.length, 11);
    await refused(ec2.send(new RunInstancesCommand(input)), "InsufficientFreeAddressesInSubnet");
  });

  it("refuses metadata options that there are not", async () => {
    const { ec2 } = simulated();
    const MetadataOptions = { HttpTokens: "maybe" as "required" };
    await refused(launched(ec2, { MetadataOptions }), "InvalidParameterValue", /maybe/);
  });

  it("refuses an unknown or malformed launch in a dry run too, and makes nothing when all is well", async () => {
    const { ec2 } = simulated();
    await refused(launched(ec2, { DryRun: true }), "DryRunOperation", /Request would have succeeded/, 412);
    await refused(launched(ec2, { DryRun: true, ImageId: "ami-0bbbbbbbbbbbbbbbb" }), "InvalidAMIID.NotFound");
    assert.deepEqual((await ec2.send(new DescribeInstancesCommand({}))).Reservations, []);
  });

  it("does not look in a dry run at who holds an interface", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    await launchedOn(ec2, id);
    await refused(launchedOn(ec2, id, { DryRun: true }), "DryRunOperation");
  });
});

describe("volumes of a launch", () => {
  it("are the image's, with the launch's wishes laid over them", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, {
      BlockDeviceMappings: [
        {
          DeviceName: "/dev/xvda",
          Ebs: { VolumeSize: 30, VolumeType: "gp3", Iops: 4000, Throughput: 250, Encrypted: true },
        },
        { DeviceName: "/dev/sdb", Ebs: { VolumeSize: 100, DeleteOnTermination: false } },
      ],
      TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "of", Value: "web" }] }],
    });
    const { Volumes = [] } = await ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: "attachment.instance-id", Values: [idOf(instance)] }] }),
    );
    const root = present(Volumes.find(({ Attachments }) => Attachments?.[0]?.Device === "/dev/xvda"));
    assert.deepEqual(
      [root.Size, root.VolumeType, root.Iops, root.Throughput, root.Encrypted, root.State],
      [30, "gp3", 4000, 250, true, "in-use"],
    );
    assert.deepEqual(root.Tags, [{ Key: "of", Value: "web" }]);
    assert.equal(instance.RootDeviceName, "/dev/xvda");
    await terminated(ec2, instance);
    clock.advance(LONG);
    const left = (await ec2.send(new DescribeVolumesCommand({}))).Volumes ?? [];
    assert.deepEqual(
      left.map(({ Size, State }) => [Size, State]),
      [[100, "available"]],
    );
  });
});

describe("instance profiles", () => {
  it("are associated one at a time, replaced and taken away", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    clock.advance(LONG);
    const input = { InstanceId: idOf(instance), IamInstanceProfile: { Name: "demo" } };
    const { IamInstanceProfileAssociation } = await ec2.send(new AssociateIamInstanceProfileCommand(input));
    assert.equal(IamInstanceProfileAssociation?.State, "associating");
    await refused(ec2.send(new AssociateIamInstanceProfileCommand(input)), "IncorrectState");
    const replaced = await ec2.send(
      new ReplaceIamInstanceProfileAssociationCommand({
        AssociationId: IamInstanceProfileAssociation.AssociationId,
        IamInstanceProfile: { Arn: IamInstanceProfileAssociation.IamInstanceProfile?.Arn },
      }),
    );
    const { AssociationId } = present(replaced.IamInstanceProfileAssociation);
    await ec2.send(new DisassociateIamInstanceProfileCommand({ AssociationId }));
    assert.equal((await seen(ec2, instance)).IamInstanceProfile, undefined);
    await refused(ec2.send(new DisassociateIamInstanceProfileCommand({ AssociationId })), "NoSuchAssociation");
  });

  it("that came with the launch are found by instance", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, { IamInstanceProfile: { Name: "demo" } });
    const { IamInstanceProfileAssociations } = await ec2.send(
      new DescribeIamInstanceProfileAssociationsCommand({
        Filters: [{ Name: "instance-id", Values: [idOf(instance)] }],
      }),
    );
    assert.equal(IamInstanceProfileAssociations?.[0]?.State, "associated");
  });
});
