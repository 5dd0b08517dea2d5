import assert from "node:assert/strict";

import {
  AttachVolumeCommand,
  CreateImageCommand,
  CreateReplaceRootVolumeTaskCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  ModifyInstanceAttributeCommand,
  RegisterImageCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
  type RegisterImageCommandInput,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { LONG, idOf, launched, present, refused, seen } from "./scenes";
import { simulated, type Simulated } from "./support";

const [A] = ["us-east-1a"];

interface Scene extends Simulated {
  /** A snapshot of an 8 GiB volume. */
  snapshotId: string;
}

async function scene(): Promise<Scene> {
  const simulation = simulated();
  const { ec2, clock } = simulation;
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: A, Size: 8 }));
  clock.advance(LONG);
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  clock.advance(LONG);
  return { ...simulation, snapshotId: present(SnapshotId) };
}

/** Registers an image with all that the newest types need, unless told otherwise. */
async function registered(
  { ec2, snapshotId: SnapshotId }: Scene,
  input: Partial<RegisterImageCommandInput> = {},
): Promise<string> {
  const { ImageId } = await ec2.send(
    new RegisterImageCommand({
      Name: "custom",
      Architecture: "x86_64",
      VirtualizationType: "hvm",
      EnaSupport: true,
      RootDeviceName: "/dev/xvda",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId } }],
      ...input,
    }),
  );
  return present(ImageId);
}

async function imageOf(ec2: EC2Client, imageId: string) {
  const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  return present(Images?.[0]);
}

async function stoppedAs(ec2: EC2Client, clock: Simulated["clock"], imageId: string, InstanceType: "t2.micro") {
  const instance = await launched(ec2, { ImageId: imageId, InstanceType });
  clock.advance(LONG);
  const InstanceId = idOf(instance);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  clock.advance(LONG);
  return InstanceId;
}

describe("an image that is registered", () => {
  it("has nothing that it is not said to have", async () => {
    const account = await scene();
    const { ec2, snapshotId: SnapshotId } = account;
    const bare = await registered(account, { EnaSupport: undefined, VirtualizationType: undefined });
    const { EnaSupport, BootMode, VirtualizationType, BlockDeviceMappings } = await imageOf(ec2, bare);
    assert.deepEqual([EnaSupport, BootMode, VirtualizationType], [false, undefined, "paravirtual"]);
    assert.equal(BlockDeviceMappings?.[0]?.Ebs?.VolumeSize, 8);
    const rich = await registered(account, {
      Name: "rich",
      BootMode: "uefi",
      BlockDeviceMappings: [
        { DeviceName: "/dev/xvda", Ebs: { SnapshotId, VolumeSize: 20, DeleteOnTermination: false } },
        { DeviceName: "/dev/sdf", Ebs: { VolumeSize: 5, DeleteOnTermination: false } },
      ],
    });
    const image = await imageOf(ec2, rich);
    assert.deepEqual([image.EnaSupport, image.BootMode, image.VirtualizationType], [true, "uefi", "hvm"]);
    assert.deepEqual(
      image.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.VolumeSize, Ebs?.DeleteOnTermination]),
      [
        ["/dev/xvda", 20, false],
        ["/dev/sdf", 5, false],
      ],
    );
  });

  it("needs a snapshot for its root, and no volume smaller than its snapshot", async () => {
    const account = await scene();
    const { snapshotId: SnapshotId } = account;
    const root = (Ebs: object) => ({ BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs }] });
    await refused(registered(account, root({ VolumeSize: 8 })), "InvalidBlockDeviceMapping");
    await refused(
      registered(account, root({ SnapshotId, VolumeSize: 7 })),
      "InvalidBlockDeviceMapping",
      /smaller than/,
    );
  });

  it("leaves its volumes behind where it says so, the root one too", async () => {
    const account = await scene();
    const { ec2, clock, simulator, snapshotId: SnapshotId } = account;
    const kept = { DeleteOnTermination: false, SnapshotId };
    const ImageId = await registered(account, {
      BlockDeviceMappings: [
        { DeviceName: "/dev/xvda", Ebs: kept },
        { DeviceName: "/dev/sdf", Ebs: { ...kept } },
      ],
    });
    const before = Object.keys(simulator.snapshot().volumes).length;
    const instance = await launched(ec2, { ImageId });
    clock.advance(LONG);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    assert.equal(Object.keys(simulator.snapshot().volumes).length, before + 2);
  });
});

describe("an image of an instance with a further volume", () => {
  it("has a snapshot of it on the same device, unless it is made without", async () => {
    const { ec2, clock } = simulated();
    const InstanceId = idOf(await launched(ec2));
    const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: A, Size: 3 }));
    clock.advance(LONG);
    await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdf" }));
    clock.advance(LONG);
    const made = async (input: object): Promise<(string | undefined)[]> => {
      const { ImageId } = await ec2.send(new CreateImageCommand({ InstanceId, Name: "whole", ...input }));
      return present((await imageOf(ec2, present(ImageId))).BlockDeviceMappings).map((it) => it.DeviceName);
    };
    assert.deepEqual(await made({}), ["/dev/xvda", "/dev/sdf"]);
    const without = [{ DeviceName: "/dev/sdf", NoDevice: "" }];
    assert.deepEqual(await made({ Name: "root only", BlockDeviceMappings: without }), ["/dev/xvda"]);
  });
});

describe("a type that is not built on Nitro", () => {
  it("says so: no ENA, no NVMe, legacy BIOS only", async () => {
    const { ec2 } = simulated();
    const { InstanceTypes } = await ec2.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: ["t2.micro", "m5.large"] }),
    );
    assert.deepEqual(
      InstanceTypes?.map((it) => [
        it.InstanceType,
        it.Hypervisor,
        it.NetworkInfo?.EnaSupport,
        it.EbsInfo?.NvmeSupport,
        it.SupportedBootModes,
      ]),
      [
        ["t2.micro", "xen", "unsupported", "unsupported", ["legacy-bios"]],
        ["m5.large", "nitro", "required", "required", ["legacy-bios", "uefi"]],
      ],
    );
  });

  it("runs an image that prefers UEFI, by legacy BIOS, with standard credits", async () => {
    const { ec2, simulator } = simulated();
    const instance = await launched(ec2, { InstanceType: "t2.micro" });
    assert.equal(simulator.snapshot().instances[idOf(instance)]?.cpuCredits, "standard");
  });
});

describe("an image that lacks something for a type", () => {
  it("is refused at the launch", async () => {
    const account = await scene();
    const { ec2 } = account;
    const withoutEna = await registered(account, { EnaSupport: false });
    const forUefi = await registered(account, { Name: "uefi", BootMode: "uefi" });
    const forBios = await registered(account, { Name: "bios", BootMode: "legacy-bios", Architecture: "arm64" });
    const paravirtual = await registered(account, { Name: "paravirtual", VirtualizationType: "paravirtual" });
    await refused(
      launched(ec2, { ImageId: withoutEna, InstanceType: "m5.large" }),
      "InvalidParameterCombination",
      /ENA\) is required for the 'm5\.large' instance type\. Ensure that you are using an AMI that is enabled for ENA/,
    );
    await refused(
      launched(ec2, { ImageId: forUefi, InstanceType: "t2.micro" }),
      "InvalidParameterValue",
      /The t2\.micro instance type does not support an AMI with a boot mode of UEFI/,
    );
    await refused(
      launched(ec2, { ImageId: forBios, InstanceType: "m7g.large" }),
      "InvalidParameterValue",
      /Legacy BIOS/,
    );
    await refused(
      launched(ec2, { ImageId: paravirtual, InstanceType: "m5.large" }),
      "InvalidParameterCombination",
      /Virtualization type 'hvm' is required for instances of type 'm5\.large'/,
    );
    await launched(ec2, { ImageId: withoutEna, InstanceType: "t2.micro" });
    await launched(ec2, { ImageId: forUefi, InstanceType: "m5.large" });
  });

  it("is taken as the type of a stopped instance, and refused at its start", async () => {
    const account = await scene();
    const { ec2, clock } = account;
    const InstanceId = await stoppedAs(ec2, clock, await registered(account, { EnaSupport: false }), "t2.micro");
    const become = (Value: string) =>
      ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value } }));
    const start = () => ec2.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
    await become("m5.large");
    await refused(
      start(),
      "InvalidParameterCombination",
      new RegExp(`your instance '${InstanceId}' is enabled for ENA`),
    );
    await become("t2.micro");
    await start();
  });
});

describe("replacing a root volume by an image", () => {
  async function replaced({ ec2 }: Pick<Scene, "ec2">, InstanceId: string, ImageId: string) {
    return ec2.send(new CreateReplaceRootVolumeTaskCommand({ InstanceId, ImageId }));
  }

  it("takes none that is smaller than the volume, and gives the volume the image's size", async () => {
    const account = await scene();
    const { ec2, clock, simulator, snapshotId: SnapshotId } = account;
    const BlockDeviceMappings = [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 20 } }];
    const instance = await launched(ec2, { BlockDeviceMappings });
    clock.advance(LONG);
    const small = await registered(account);
    await refused(
      replaced(account, idOf(instance), small),
      "InvalidParameterValue",
      /8 GiB, which is smaller than .* 20/,
    );
    const Ebs = { SnapshotId, VolumeSize: 25 };
    const large = await registered(account, { Name: "large", BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs }] });
    await replaced(account, idOf(instance), large);
    clock.advance(LONG);
    const after = await seen(ec2, instance);
    const root = simulator.snapshot().volumes[present(after.BlockDeviceMappings?.[0]?.Ebs?.VolumeId)];
    assert.deepEqual([after.ImageId, root?.size], [large, 25]);
  });

  it("takes none that lacks what the instance is enabled for, or that its type does not boot", async () => {
    const account = await scene();
    const { ec2, clock } = account;
    const [nitro, xen] = [await launched(ec2), await launched(ec2, { InstanceType: "t2.micro" })];
    clock.advance(LONG);
    const withoutEna = await registered(account, { EnaSupport: false });
    const forUefi = await registered(account, { Name: "uefi", BootMode: "uefi" });
    const paravirtual = await registered(account, { Name: "paravirtual", VirtualizationType: "paravirtual" });
    await refused(replaced(account, idOf(nitro), withoutEna), "InvalidParameterValue", /ENA/);
    await refused(replaced(account, idOf(xen), forUefi), "InvalidParameterValue", /boot mode 'uefi'/);
    await refused(replaced(account, idOf(nitro), paravirtual), "InvalidParameterValue", /virtualization type/);
  });

  it("takes the image of the account's own, too", async () => {
    const account = await scene();
    const instance = await launched(account.ec2);
    account.clock.advance(LONG);
    await replaced(account, idOf(instance), WELL_KNOWN.imageV2);
    account.clock.advance(LONG);
    assert.equal((await seen(account.ec2, instance)).ImageId, WELL_KNOWN.imageV2);
  });
});
