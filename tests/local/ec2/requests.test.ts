import assert from "node:assert/strict";

import * as sdk from "@aws-sdk/client-ec2";

import { WELL_KNOWN, type Ec2Simulator } from "../../../local/ec2";
import { listActions } from "../../../local/ec2/wire/actions";
import { LONG, idOf, launched, madeAddress, madeInterface, present, refused } from "./scenes";
import { simulated } from "./support";

function asked(simulator: Ec2Simulator, body: string): string {
  return simulator.handle({ body }).body;
}

describe("a parameter", () => {
  it("that nothing reads is an error, and nothing is done", () => {
    const { simulator } = simulated();
    const unknown = (name: string) => new RegExp(`<Code>UnknownParameter</Code><Message>The parameter ${name} is not`);
    assert.match(asked(simulator, "Action=DescribeVpcs&Colour=red"), unknown("Colour"));
    assert.match(asked(simulator, "Action=AllocateAddress&Domain=vpc&Pool.1=a"), unknown("Pool.1"));
    assert.deepEqual(
      Object.values(simulator.snapshot().addresses).filter(({ ownerId }) => ownerId === "123456789012"),
      [],
    );
  });

  it("that is part of a signature, or a version, may be in every request", () => {
    const { simulator } = simulated();
    const common = "Version=2016-11-15&AWSAccessKeyId=a&Signature=b&SignatureVersion=2&Timestamp=now&X-Amz-Date=now";
    assert.match(asked(simulator, `Action=DescribeVpcs&${common}`), /<DescribeVpcsResponse/);
  });

  it("that should be a number is one, written in digits", () => {
    const { simulator } = simulated();
    for (const [name, value] of [
      ["MinCount", "1e0"],
      ["MinCount", "0x1"],
      ["MaxCount", "1.5"],
    ] as const) {
      const counts = new URLSearchParams({ Action: "RunInstances", MinCount: "1", MaxCount: "1", [name]: value });
      const { status, body } = simulator.handle({ body: counts.toString() });
      assert.equal(status, 400);
      assert.match(body, new RegExp(`<Code>InvalidParameterValue</Code><Message>[^<]*${name}`));
    }
  });

  it("is known in a launch template, too", async () => {
    const { ec2 } = simulated();
    const create = (LaunchTemplateData: sdk.RequestLaunchTemplateData) =>
      ec2.send(new sdk.CreateLaunchTemplateCommand({ LaunchTemplateName: "web", LaunchTemplateData }));
    await refused(create({ KernelId: "aki-1" }), "UnknownParameter", /LaunchTemplateData\.KernelId is not recognized/);
    await create({ InstanceType: "t3.micro" });
  });
});

/** Actions whose requests have no `DryRun` (API model). */
const WITHOUT_DRY_RUN = [
  "AssignIpv6Addresses",
  "AssignPrivateIpAddresses",
  "AssociateIamInstanceProfile",
  "AssociateSubnetCidrBlock",
  "AssociateVpcCidrBlock",
  "DisassociateIamInstanceProfile",
  "DisassociateSubnetCidrBlock",
  "ModifySubnetAttribute",
  "ReplaceIamInstanceProfileAssociation",
  "UnassignIpv6Addresses",
  "UnassignPrivateIpAddresses",
];

describe("a dry run", () => {
  it("says so for each action that changes something, and changes nothing", async () => {
    const { ec2, clock, simulator } = simulated();
    const calls = await dryRuns(ec2, () => {
      clock.advance(LONG);
    });
    const before = simulator.snapshot();
    for (const [action, call] of Object.entries(calls)) {
      await assert.rejects(call(), { name: "DryRunOperation" }, action);
    }
    assert.deepEqual(simulator.snapshot(), before);
    const changing = listActions().filter(({ mutating }) => mutating);
    const missing = changing.map(({ action }) => action).filter((action) => !Object.hasOwn(calls, action));
    assert.deepEqual(missing, WITHOUT_DRY_RUN);
  });
});

/** For each action that changes something, a call of it that would succeed. */
async function dryRuns(ec2: sdk.EC2Client, settle: () => void): Promise<Record<string, () => Promise<unknown>>> {
  const things = await furnished(ec2, settle);
  const inputs = {
    ...instanceInputs(things),
    ...networkInputs(things),
    ...storageInputs(things),
    ...templateInputs(things),
  };
  const commands = sdk as unknown as Record<string, new (input: object) => Parameters<sdk.EC2Client["send"]>[0]>;
  return Object.fromEntries(
    Object.entries(inputs).map(([action, input]) => {
      const Command = present(commands[`${action}Command`]);
      return [action, () => ec2.send(new Command({ ...input, DryRun: true }))];
    }),
  );
}

type Things = Awaited<ReturnType<typeof furnished>>;

async function furnished(ec2: sdk.EC2Client, settle: () => void) {
  const instance = await launched(ec2, { InstanceType: "t3.medium", IamInstanceProfile: { Name: "demo" } });
  const spot = await launched(ec2, { InstanceMarketOptions: { MarketType: "spot" } });
  const free = await madeInterface(ec2, { SecondaryPrivateIpAddressCount: 1 });
  const second = await madeInterface(ec2);
  settle();
  const InstanceId = idOf(instance);
  const attach = { InstanceId, NetworkInterfaceId: second.NetworkInterfaceId, DeviceIndex: 1 };
  const { AttachmentId } = await ec2.send(new sdk.AttachNetworkInterfaceCommand(attach));
  const address = await madeAddress(ec2);
  const place = { AllocationId: address.allocationId, NetworkInterfaceId: free.NetworkInterfaceId };
  const { AssociationId } = await ec2.send(new sdk.AssociateAddressCommand(place));
  const spare = await madeAddress(ec2);
  const volume = await ec2.send(new sdk.CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1 }));
  const { VolumeId } = await ec2.send(new sdk.CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1 }));
  const snapshot = await ec2.send(new sdk.CreateSnapshotCommand({ VolumeId: volume.VolumeId }));
  const image = await ec2.send(new sdk.CreateImageCommand({ InstanceId, Name: "golden", NoReboot: true }));
  const template = await ec2.send(
    new sdk.CreateLaunchTemplateCommand({ LaunchTemplateName: "web", LaunchTemplateData: { InstanceType: "t3.nano" } }),
  );
  settle();
  await ec2.send(new sdk.AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdg" }));
  return {
    InstanceId,
    InstanceIds: [InstanceId],
    SpotInstanceRequestIds: [present(spot.SpotInstanceRequestId)],
    free: free.NetworkInterfaceId,
    AttachmentId,
    AssociationId,
    spare: spare.allocationId,
    volume: volume.VolumeId,
    held: VolumeId,
    SnapshotId: snapshot.SnapshotId,
    ImageId: image.ImageId,
    LaunchTemplateId: template.LaunchTemplate?.LaunchTemplateId,
  };
}

function instanceInputs({ InstanceId, InstanceIds, SpotInstanceRequestIds }: Things) {
  const launch = { ImageId: WELL_KNOWN.imageV1, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 };
  return {
    RunInstances: { ...launch, SubnetId: WELL_KNOWN.subnetA },
    StartInstances: { InstanceIds },
    StopInstances: { InstanceIds },
    RebootInstances: { InstanceIds },
    TerminateInstances: { InstanceIds },
    MonitorInstances: { InstanceIds },
    UnmonitorInstances: { InstanceIds },
    ModifyInstanceAttribute: { InstanceId, DisableApiStop: { Value: true } },
    ModifyInstanceMetadataOptions: { InstanceId, HttpTokens: "optional" },
    CancelSpotInstanceRequests: { SpotInstanceRequestIds },
    CreateTags: { Resources: InstanceIds, Tags: [{ Key: "a", Value: "b" }] },
    DeleteTags: { Resources: InstanceIds },
    CreateReplaceRootVolumeTask: { InstanceId },
    CreateImage: { InstanceId, Name: "next" },
  };
}

function networkInputs(things: Things) {
  const { InstanceId, free, AttachmentId, AssociationId, spare } = things;
  const vpc = { VpcId: WELL_KNOWN.vpcId };
  const [SubnetId, KeyName] = [WELL_KNOWN.subnetA, "mine"];
  return {
    CreateNetworkInterface: { SubnetId },
    DeleteNetworkInterface: { NetworkInterfaceId: free },
    ModifyNetworkInterfaceAttribute: { NetworkInterfaceId: free, SourceDestCheck: { Value: false } },
    AttachNetworkInterface: { InstanceId, NetworkInterfaceId: free, DeviceIndex: 2 },
    DetachNetworkInterface: { AttachmentId },
    AllocateAddress: {},
    AssociateAddress: { AllocationId: spare, NetworkInterfaceId: free },
    DisassociateAddress: { AssociationId },
    ReleaseAddress: { AllocationId: spare },
    CreateVpc: { CidrBlock: "10.9.0.0/16" },
    DeleteVpc: vpc,
    CreateSubnet: { ...vpc, CidrBlock: "10.0.77.0/24" },
    DeleteSubnet: { SubnetId },
    CreateSecurityGroup: { ...vpc, GroupName: "web", Description: "web" },
    DeleteSecurityGroup: { GroupId: WELL_KNOWN.otherSecurityGroup },
    AssociateSecurityGroupVpc: { GroupId: WELL_KNOWN.otherSecurityGroup, VpcId: WELL_KNOWN.defaultVpcId },
    CreatePlacementGroup: { GroupName: "mine" },
    DeletePlacementGroup: { GroupName: WELL_KNOWN.placementGroup },
    ModifyAvailabilityZoneGroup: { GroupName: "us-east-1-bos-1", OptInStatus: "opted-in" },
    CreateKeyPair: { KeyName },
    ImportKeyPair: { KeyName, PublicKeyMaterial: Buffer.from("ssh-rsa AAAA") },
    DeleteKeyPair: { KeyName: WELL_KNOWN.keyName },
  };
}

function storageInputs({ InstanceId, volume, SnapshotId, ImageId, held }: Things) {
  return {
    CreateVolume: { AvailabilityZone: "us-east-1a", Size: 1 },
    AttachVolume: { InstanceId, VolumeId: volume, Device: "/dev/sdf" },
    DetachVolume: { VolumeId: held, InstanceId, Device: "/dev/sdg" },
    ModifyVolume: { VolumeId: volume, Size: 2 },
    DeleteVolume: { VolumeId: volume },
    CreateSnapshot: { VolumeId: volume },
    DeleteSnapshot: { SnapshotId },
    DeregisterImage: { ImageId },
    RegisterImage: {
      Name: "registered",
      Architecture: "x86_64",
      RootDeviceName: "/dev/xvda",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId } }],
    },
  };
}

function templateInputs({ LaunchTemplateId }: Things) {
  const LaunchTemplateData = { InstanceType: "t3.micro" };
  return {
    CreateLaunchTemplate: { LaunchTemplateName: "next", LaunchTemplateData },
    CreateLaunchTemplateVersion: { LaunchTemplateId, LaunchTemplateData },
    ModifyLaunchTemplate: { LaunchTemplateId, DefaultVersion: "1" },
    DeleteLaunchTemplateVersions: { LaunchTemplateId, Versions: ["2"] },
    DeleteLaunchTemplate: { LaunchTemplateId },
  };
}

describe("a page", () => {
  it("has a least and a most, which some actions insist on", async () => {
    const { ec2 } = simulated();
    const types = (MaxResults: number) => ec2.send(new sdk.DescribeInstanceTypesCommand({ MaxResults }));
    await refused(types(4), "InvalidParameterValue", /greater than 5/);
    await refused(types(101), "InvalidParameterValue", /less than or equal to 100/);
    assert.equal((await types(5)).InstanceTypes?.length, 5);
    const templates = (MaxResults: number) => ec2.send(new sdk.DescribeLaunchTemplatesCommand({ MaxResults }));
    await templates(1);
    await refused(templates(201), "InvalidParameterValue");
    await ec2.send(new sdk.DescribeInstancesCommand({ MaxResults: 5000 }));
  });
});
