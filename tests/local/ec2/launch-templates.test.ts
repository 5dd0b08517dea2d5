import assert from "node:assert/strict";

import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DeleteTagsCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  ModifyLaunchTemplateCommand,
  RunInstancesCommand,
  type EC2Client,
  type RequestLaunchTemplateData,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { idOf, madeInterface, present, refused, seen } from "./scenes";
import { simulated } from "./support";

async function made(ec2: EC2Client, name: string, LaunchTemplateData: RequestLaunchTemplateData): Promise<string> {
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: name,
      LaunchTemplateData,
      TagSpecifications: [{ ResourceType: "launch-template", Tags: [{ Key: "name", Value: name }] }],
    }),
  );
  return present(LaunchTemplate?.LaunchTemplateId);
}

const web: RequestLaunchTemplateData = {
  ImageId: WELL_KNOWN.imageV1,
  InstanceType: "t3.micro",
  UserData: "aGk=",
  TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "from", Value: "template" }] }],
};

async function run(ec2: EC2Client, input: Partial<RunInstancesCommandInput>) {
  const { Instances } = await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ...input }));
  return present(Instances?.[0]);
}

describe("a launch template", () => {
  it("has a name that no other has", async () => {
    const { ec2 } = simulated();
    await made(ec2, "web", web);
    await refused(made(ec2, "web", web), "InvalidLaunchTemplateName.AlreadyExistsException");
    await refused(made(ec2, "w", web), "InvalidLaunchTemplateName.MalformedException");
  });

  it("is found by id, name and tag, and missing with a code for each", async () => {
    const { ec2 } = simulated();
    const id = await made(ec2, "web", web);
    await made(ec2, "other", web);
    const describe = async (input: object) =>
      (await ec2.send(new DescribeLaunchTemplatesCommand(input))).LaunchTemplates?.map((one) => one.LaunchTemplateId);
    assert.deepEqual(await describe({ LaunchTemplateIds: [id] }), [id]);
    assert.deepEqual(await describe({ LaunchTemplateNames: ["web"] }), [id]);
    assert.deepEqual(await describe({ Filters: [{ Name: "launch-template-name", Values: ["w*"] }] }), [id]);
    assert.deepEqual(await describe({ Filters: [{ Name: "tag:name", Values: ["web"] }] }), [id]);
    await refused(describe({ LaunchTemplateIds: ["lt-0aaaaaaaaaaaaaaaa"] }), "InvalidLaunchTemplateId.NotFound");
    await refused(describe({ LaunchTemplateIds: ["web"] }), "InvalidLaunchTemplateId.Malformed");
    await refused(describe({ LaunchTemplateNames: ["none"] }), "InvalidLaunchTemplateName.NotFoundException");
  });

  it("answers with the data it was given", async () => {
    const { ec2 } = simulated();
    const data: RequestLaunchTemplateData = {
      ...web,
      SecurityGroupIds: [WELL_KNOWN.securityGroup],
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 20, Encrypted: true } }],
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: WELL_KNOWN.subnetA, Groups: [WELL_KNOWN.otherSecurityGroup] }],
      IamInstanceProfile: { Name: "demo" },
      InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice: "0.01" } },
      MetadataOptions: { HttpTokens: "required" },
      Placement: { Tenancy: "default" },
    };
    const id = await made(ec2, "web", data);
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: ["$Latest"] }),
    );
    assert.deepEqual(LaunchTemplateVersions?.[0]?.LaunchTemplateData, data);
  });

  it("is gone when it is deleted, but not what was launched from it", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await made(ec2, "web", web);
    const instance = await run(ec2, { LaunchTemplate: { LaunchTemplateId } });
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
    await refused(ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId })), "InvalidLaunchTemplateId.NotFound");
    assert.equal(instance.State?.Name, "pending");
  });
});

describe("a launch template's versions", () => {
  async function twoVersions(ec2: EC2Client): Promise<string> {
    const LaunchTemplateId = await made(ec2, "web", web);
    await ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId,
        SourceVersion: "1",
        VersionDescription: "new image",
        LaunchTemplateData: { ImageId: WELL_KNOWN.imageV2 },
      }),
    );
    return LaunchTemplateId;
  }

  it("take from their source what they do not say", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await twoVersions(ec2);
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ["2"] }),
    );
    const version = present(LaunchTemplateVersions?.[0]);
    assert.equal(version.VersionDescription, "new image");
    assert.equal(version.DefaultVersion, false);
    assert.equal(version.LaunchTemplateData?.ImageId, WELL_KNOWN.imageV2);
    assert.equal(version.LaunchTemplateData.InstanceType, "t3.micro");
  });

  it("are deleted by number, but for the default one, each by itself", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await made(ec2, "web", web);
    for (const InstanceType of ["t3.small", "t3.medium"] as const) {
      const input = { LaunchTemplateId, LaunchTemplateData: { InstanceType } };
      await ec2.send(new CreateLaunchTemplateVersionCommand(input));
    }
    const answer = await ec2.send(
      new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ["1", "3", "9"] }),
    );
    assert.deepEqual(
      answer.SuccessfullyDeletedLaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber),
      [3],
    );
    assert.deepEqual(
      answer.UnsuccessfullyDeletedLaunchTemplateVersions?.map(({ ResponseError }) => ResponseError?.Code),
      ["unexpectedError", "launchTemplateVersionDoesNotExist"],
    );
    const latest = { LaunchTemplateId, Versions: ["$Latest"] };
    const { LaunchTemplateVersions } = await ec2.send(new DescribeLaunchTemplateVersionsCommand(latest));
    assert.equal(LaunchTemplateVersions?.[0]?.VersionNumber, 2);
  });

  it("are deleted, once another is the default, and at most 200 in a call", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await twoVersions(ec2);
    await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: "2" }));
    const drop = (Versions: string[]) =>
      ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions }));
    const numbers = Array.from({ length: 201 }, (_, index) => String(index + 1));
    await refused(drop(numbers), "InvalidParameterValue");
    const { SuccessfullyDeletedLaunchTemplateVersions: gone = [] } = await drop(numbers.slice(0, 200));
    assert.deepEqual(
      gone.map((it) => it.VersionNumber),
      [1],
    );
  });

  it("are 10,000 at most; one that is deleted makes room, and no number is given twice", async () => {
    const { ec2, simulator } = simulated();
    const LaunchTemplateId = await twoVersions(ec2);
    const world = simulator.snapshot();
    const template = present(world.launchTemplates[LaunchTemplateId]);
    const second = present(template.versions[1]);
    for (let versionNumber = 3; versionNumber <= 10_000; versionNumber++) {
      template.versions.push({ ...second, versionNumber });
    }
    simulator.restore({
      ...world,
      launchTemplates: { ...world.launchTemplates, [LaunchTemplateId]: { ...template, latestVersion: 10_000 } },
    });
    const another = () =>
      ec2.send(new CreateLaunchTemplateVersionCommand({ LaunchTemplateId, LaunchTemplateData: { KeyName: "demo" } }));
    await refused(another(), "VersionLimitExceeded");
    await ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ["2"] }));
    const { LaunchTemplateVersion: latest } = await another();
    assert.equal(latest?.VersionNumber, 10_001);
    await refused(another(), "VersionLimitExceeded");
  });

  it("are asked for by number, range, $Latest and $Default", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await twoVersions(ec2);
    const numbers = async (input: object) =>
      (
        await ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, ...input }))
      ).LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber);
    assert.deepEqual(await numbers({}), [2, 1]);
    assert.deepEqual(await numbers({ Versions: ["$Latest"] }), [2]);
    assert.deepEqual(await numbers({ Versions: ["$Default"] }), [1]);
    assert.deepEqual(await numbers({ MinVersion: "2" }), [2]);
    await refused(numbers({ Versions: ["3"] }), "InvalidLaunchTemplateId.VersionNotFound");
    await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: "2" }));
    assert.deepEqual(await numbers({ Versions: ["$Default"] }), [2]);
  });

  it("tell the image behind a parameter when they are asked to", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await made(ec2, "web", { ...web, ImageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` });
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, ResolveAlias: true }),
    );
    assert.equal(LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId, WELL_KNOWN.imageV2);
  });

  it("are launched by number or by name; the default one where nothing is said", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await twoVersions(ec2);
    const image = async (Version?: string) =>
      (await run(ec2, { LaunchTemplate: { LaunchTemplateId, Version } })).ImageId;
    assert.equal(await image(), WELL_KNOWN.imageV1);
    assert.equal(await image("2"), WELL_KNOWN.imageV2);
    assert.equal(await image("$Latest"), WELL_KNOWN.imageV2);
    await refused(image("7"), "InvalidLaunchTemplateId.VersionNotFound");
    const byName = { LaunchTemplateName: "web" };
    assert.equal((await run(ec2, { LaunchTemplate: byName })).ImageId, WELL_KNOWN.imageV1);
    await refused(
      run(ec2, { LaunchTemplate: { LaunchTemplateName: "none" } }),
      "InvalidLaunchTemplateName.NotFoundException",
    );
  });
});

describe("a launch from a template", () => {
  it("is overruled by what the request says", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await made(ec2, "web", web);
    const { NetworkInterfaceId } = await madeInterface(ec2);
    const instance = await run(ec2, {
      LaunchTemplate: { LaunchTemplateId },
      InstanceType: "t3.small",
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }],
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "generation", Value: "2" }] }],
    });
    assert.equal(instance.InstanceType, "t3.small");
    assert.equal(instance.ImageId, WELL_KNOWN.imageV1);
    assert.deepEqual(instance.Tags, [
      { Key: "from", Value: "template" },
      { Key: "generation", Value: "2" },
      { Key: "aws:ec2launchtemplate:id", Value: LaunchTemplateId },
      { Key: "aws:ec2launchtemplate:version", Value: "1" },
    ]);
  });

  it("is told by tags of EC2's own, which nobody can take away and which do not count", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await made(ec2, "web", web);
    const instance = await run(ec2, { LaunchTemplate: { LaunchTemplateId } });
    const id = idOf(instance);
    const Tags = Array.from({ length: 49 }, (_, index) => ({ Key: `k${index}`, Value: "v" }));
    await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    const one = new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "aws:ec2launchtemplate:id" }] });
    await refused(ec2.send(one), "InvalidParameterValue", /'aws:' are reserved/);
    await ec2.send(new DeleteTagsCommand({ Resources: [id] }));
    const left = (await seen(ec2, instance)).Tags?.map(({ Key }) => Key);
    assert.deepEqual(left, ["aws:ec2launchtemplate:id", "aws:ec2launchtemplate:version"]);
  });

  it("takes network and market from the template too", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await made(ec2, "web", {
      ...web,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: WELL_KNOWN.subnetB, Groups: [WELL_KNOWN.otherSecurityGroup] }],
      InstanceMarketOptions: { MarketType: "spot" },
    });
    const instance = await run(ec2, { LaunchTemplate: { LaunchTemplateId } });
    assert.equal(instance.SubnetId, WELL_KNOWN.subnetB);
    assert.equal(instance.SecurityGroups?.[0]?.GroupId, WELL_KNOWN.otherSecurityGroup);
    assert.equal(instance.InstanceLifecycle, "spot");
  });

  it("finds what is wrong with the template at the launch", async () => {
    const { ec2 } = simulated();
    const LaunchTemplateId = await made(ec2, "web", { ...web, ImageId: "ami-0bbbbbbbbbbbbbbbb" });
    await refused(run(ec2, { LaunchTemplate: { LaunchTemplateId } }), "InvalidAMIID.NotFound");
  });
});
