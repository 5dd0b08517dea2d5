/** Images with volumes of their own: where data volumes are to be, and what becomes of them when an instance ends. */
import assert from "node:assert/strict";
import {
  AttachVolumeCommand,
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  RegisterImageCommand,
  type RegisterImageCommandInput,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { program, type Stack } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, somebody, up } from "./world";
import { machineOf } from "./machine";

/** An image that is registered from a snapshot of 8 GiB, with further volumes. */
async function registered(
  owner: Stack,
  more: Partial<RegisterImageCommandInput> = {},
  data: object[] = [],
): Promise<string> {
  const aws = somebody(owner);
  const { VolumeId } = await aws.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 8 }));
  later(owner);
  const { SnapshotId } = await aws.send(new CreateSnapshotCommand({ VolumeId }));
  later(owner);
  owner.simulator.restore(without(owner, VolumeId ?? ""));
  const { ImageId = "" } = await aws.send(
    new RegisterImageCommand({
      Name: `custom ${owner.clock.now()}`,
      Architecture: "x86_64",
      VirtualizationType: "hvm",
      EnaSupport: true,
      RootDeviceName: "/dev/xvda",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId } }, ...data],
      ...more,
    }),
  );
  return ImageId;
}

function without({ simulator }: Stack, volumeId: string): ReturnType<Stack["simulator"]["snapshot"]> {
  const state = simulator.snapshot();
  Reflect.deleteProperty(state.volumes, volumeId);
  return state;
}

const kept = (DeviceName: string): object => ({ DeviceName, Ebs: { VolumeSize: 5, DeleteOnTermination: false } });
const DATA = { dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 20 }] };

async function failuresOf(
  owner: Stack,
  inputs: Record<string, unknown>,
): Promise<{ property: string; reason: string }[]> {
  return (await owner.handlers.check(owner.recorded?.inputs ?? {}, program(inputs))).failures;
}

describe("an image with a volume of its own where a data volume is declared", () => {
  it("is refused at preview, by whichever name of the device, and said what to do", async () => {
    const owner = await up({ ...DATA });
    for (const device of ["/dev/sdf", "/dev/xvdf", "xvdf"]) {
      const imageId = await registered(owner, {}, [kept(device)]);
      const { property, reason } = only(await failuresOf(owner, { ...DATA, imageId }));
      assert.equal(property, "dataVolumes[0].deviceName");
      assert.match(
        reason,
        /the data volume data is to be on \/dev\/sdf, and the image ami-\w+ has a volume of its own there/,
      );
      assert.match(reason, new RegExp(`give data another deviceName, or .*DeviceName=${device},NoDevice=`));
    }
  });

  it("is one that was made of the machine itself, unless it was made without the volume", async () => {
    const owner = await up({ ...DATA });
    const aws = somebody(owner);
    const { instance } = machineOf(owner);
    const of = async (input: object): Promise<string> => {
      const Name = `of itself ${owner.clock.now()}`;
      const InstanceId = instance.instanceId;
      const { ImageId = "" } = await aws.send(new CreateImageCommand({ InstanceId, Name, NoReboot: true, ...input }));
      later(owner);
      return ImageId;
    };
    assert.equal(
      only(await failuresOf(owner, { ...DATA, imageId: await of({}) })).property,
      "dataVolumes[0].deviceName",
    );
    const imageId = await of({ BlockDeviceMappings: [{ DeviceName: "/dev/sdf", NoDevice: "" }] });
    assert.deepEqual(await failuresOf(owner, { ...DATA, imageId }), []);
    await owner.up(program({ ...DATA, imageId }));
    assert.equal(machineOf(owner).instance.imageId, imageId);
  });

  it("is refused for a new machine, and for one that gets the data volume later", async () => {
    const owner = quick();
    const imageId = await registered(owner, {}, [kept("/dev/xvdf")]);
    assert.equal(only(await failuresOf(owner, { ...DATA, imageId })).property, "dataVolumes[0].deviceName");
    await owner.up(program({ imageId }));
    assert.equal(only(await failuresOf(owner, { ...DATA, imageId })).property, "dataVolumes[0].deviceName");
  });

  for (const strategy of ["terminate-first", "root-volume", "overlap", "auto"]) {
    it(`is found by ${strategy} before anything is ended, behind an SSM parameter too`, async () => {
      const inputs = { ...DATA, imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, replacement: { strategy } };
      const owner = await up(inputs);
      const before = only(made(owner).instances).instanceId;
      const state = owner.simulator.snapshot();
      const imageId = await registered(owner, {}, [kept("/dev/sdf")]);
      state.imageAliases[WELL_KNOWN.imageAlias] = imageId;
      owner.simulator.restore({ ...owner.simulator.snapshot(), imageAliases: state.imageAliases });
      const failure = await failureOf(owner.up(program({ ...inputs, recycleTriggers: { again: "1" } })));
      assert.match(failure.message, /data is to be on \/dev\/sdf, and the image ami-\w+ has a volume of its own there/);
      assert.match(failure.message, new RegExp(`${before} was left running`));
      assert.equal(only(made(owner).instances).instanceId, before);
    });
  }
});

describe("a machine that runs from an image with a volume where a data volume is to be", () => {
  it("goes back to another image by auto, which launches anew in place of keeping the instance", async () => {
    const owner = quick();
    const replacement = { strategy: "auto" };
    const imageId = await registered(owner, {}, [kept("/dev/xvdf")]);
    await owner.up(program({ imageId, replacement }));
    const before = machineWithOwnVolume(owner);
    await owner.up(program({ ...DATA, replacement }));
    assert.match(owner.lines.join("\n"), new RegExp(`replaces ${before} \\(.*\\), terminate-first`));
    const { instance, dataVolumes } = machineOf(owner);
    assert.notEqual(instance.instanceId, before);
    assert.equal(dataVolumes.get("data")?.attachment?.device, "/dev/sdf");
    await owner.destroy();
    nothingIsLeft(owner, dataVolumes.get("data")?.volumeId ?? "");
  });

  it("keeps the instance where the volume was attached by somebody, and says what is in the way", async () => {
    const owner = await up({ replacement: { strategy: "auto" } });
    const aws = somebody(owner);
    const { instance } = machineOf(owner);
    const { VolumeId } = await aws.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 3 }));
    later(owner);
    const InstanceId = instance.instanceId;
    await aws.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/xvdf" }));
    later(owner);
    const inputs = { ...DATA, imageId: WELL_KNOWN.imageV2, replacement: { strategy: "auto" } };
    const failure = await failureOf(owner.up(program(inputs)));
    assert.match(failure.message, new RegExp(`is to be on /dev/sdf, and ${InstanceId} has ${VolumeId ?? ""} there`));
    assert.equal(only(made(owner).instances).instanceId, InstanceId);
  });
});

function machineWithOwnVolume(owner: Stack): string {
  return only(made(owner).instances).instanceId;
}

describe("volumes that an image would have outlive its instances", () => {
  it("end with each instance, and the preview says so", async () => {
    const owner = quick();
    const imageId = await registered(owner, {}, [kept("/dev/sdg")]);
    const recycled = (again: string): Record<string, unknown> => program({ imageId, recycleTriggers: { again } });
    await owner.up(recycled("0"));
    assert.match(
      owner.lines.join("\n"),
      /volumes of the image ami-\w+ \(\/dev\/sdg, 5 GiB\) are deleted with each instance/,
    );
    for (const again of ["1", "2"]) {
      await owner.up(recycled(again));
      const volumes = made(owner).volumes;
      assert.deepEqual(volumes.map((it) => [it.attachment?.device, it.attachment?.deleteOnTermination]).sort(), [
        ["/dev/sdg", true],
        ["/dev/xvda", true],
      ]);
    }
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.destroy();
    nothingIsLeft(owner);
  });

  it("end with it where the root volume is one of them", async () => {
    const owner = quick();
    const imageId = await registered(owner);
    const state = owner.simulator.snapshot();
    Object.assign(state.images[imageId] ?? {}, { rootDeleteOnTermination: false });
    owner.simulator.restore(state);
    await owner.up(program({ imageId }));
    assert.equal(machineOf(owner).volume.attachment?.deleteOnTermination, true);
    await owner.destroy();
    nothingIsLeft(owner);
  });

  it("are drift on machines that an older version made, set by the next up, and gone after destroy either way", async () => {
    for (const isPutRight of [true, false]) {
      const owner = quick();
      const imageId = await registered(owner, {}, [kept("/dev/sdg")]);
      await owner.up(program({ imageId }));
      const { instanceId } = only(made(owner).instances);
      const BlockDeviceMappings = [{ DeviceName: "/dev/sdg", Ebs: { DeleteOnTermination: false } }];
      await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, BlockDeviceMappings }));
      if (isPutRight) {
        await owner.refresh();
        assert.match(
          String((owner.outputs.drift as string[])[0]),
          /vol-\w+, which came with the image .* would stay behind/,
        );
        await owner.up(program({ imageId }));
        assert.equal(only(made(owner).instances).instanceId, instanceId);
        assert.ok(made(owner).volumes.every((it) => it.attachment?.deleteOnTermination === true));
      }
      await owner.destroy();
      nothingIsLeft(owner);
    }
  });

  it("are said where they were left by an earlier instance, with what they cost, and go with destroy", async () => {
    const owner = quick();
    const imageId = await registered(owner, {}, [kept("/dev/sdg")]);
    await owner.up(program({ imageId }));
    const left = only(made(owner).volumes.filter((it) => it.attachment?.device === "/dev/sdg"));
    const state = owner.simulator.snapshot();
    delete state.volumes[left.volumeId]?.attachment;
    owner.simulator.restore(state);
    await owner.up(program({ imageId, tags: { a: "b" } }));
    assert.match(
      owner.lines.join("\n"),
      new RegExp(`${left.volumeId} \\(5 GiB of gp2, about \\$0\\.50 a month\\) is left`),
    );
    assert.ok(made(owner).volumes.some((it) => it.volumeId === left.volumeId));
    await owner.destroy();
    nothingIsLeft(owner);
  });

  it("leave alone what somebody attached to the instance", async () => {
    const owner = await up();
    const aws = somebody(owner);
    const { VolumeId = "" } = await aws.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 3 }));
    later(owner);
    const InstanceId = machineOf(owner, VolumeId).instance.instanceId;
    await aws.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdh" }));
    later(owner);
    await owner.up(program({ recycleTriggers: { again: "1" } }));
    await owner.destroy();
    nothingIsLeft(owner, VolumeId);
    const { Volumes } = await aws.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
    assert.deepEqual([Volumes?.[0]?.State, Volumes?.[0]?.Tags ?? []], ["available", []]);
  });
});
