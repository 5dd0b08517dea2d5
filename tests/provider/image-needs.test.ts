/** An image that lacks something for a type, a root volume or a snapshot, or is gone: said before anything is ended. */
import assert from "node:assert/strict";
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeregisterImageCommand,
  RegisterImageCommand,
  type RegisterImageCommandInput,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { program, type Stack } from "./support";
import { failureOf, later, quick, somebody } from "./world";
import { machineOf, sameInstance } from "./machine";

async function snapshot(owner: Stack, Size: number): Promise<string> {
  const aws = somebody(owner);
  const { VolumeId } = await aws.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size }));
  later(owner);
  const { SnapshotId = "" } = await aws.send(new CreateSnapshotCommand({ VolumeId }));
  later(owner);
  const state = owner.simulator.snapshot();
  Reflect.deleteProperty(state.volumes, VolumeId ?? "");
  owner.simulator.restore(state);
  return SnapshotId;
}

/** An image of 8 GiB that lacks nothing, unless said otherwise. */
async function registered(owner: Stack, more: Partial<RegisterImageCommandInput> = {}, size = 8): Promise<string> {
  const Ebs = { SnapshotId: await snapshot(owner, size) };
  const { ImageId = "" } = await somebody(owner).send(
    new RegisterImageCommand({
      Name: `custom ${owner.clock.now()}`,
      Architecture: "x86_64",
      VirtualizationType: "hvm",
      EnaSupport: true,
      RootDeviceName: "/dev/xvda",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs }],
      ...more,
    }),
  );
  return ImageId;
}

async function deregistered(owner: Stack, ImageId: string): Promise<void> {
  await somebody(owner).send(new DeregisterImageCommand({ ImageId }));
}

async function failuresOf(owner: Stack, inputs: Record<string, unknown>): Promise<string[]> {
  const { failures } = await owner.handlers.check(owner.recorded?.inputs ?? {}, program(inputs));
  return failures.map(({ reason }) => reason);
}

describe("a type that needs what the image lacks", () => {
  const LACKS: [what: string, image: Partial<RegisterImageCommandInput>, instanceType: string, says: RegExp][] = [
    [
      "ENA",
      { EnaSupport: false },
      "m5.large",
      /^instanceType: m5\.large needs ENA support .* and imageId: ami-\w+ has none; /,
    ],
    [
      "legacy BIOS",
      { BootMode: "uefi" },
      "t2.micro",
      /^instanceType: t2\.micro boots with legacy-bios, and .* with uefi only; /,
    ],
    [
      "hvm",
      { VirtualizationType: "paravirtual" },
      "m5.large",
      /^instanceType: m5\.large takes .* hvm, and .* paravirtual; /,
    ],
  ];
  for (const [what, image, instanceType, says] of LACKS) {
    it(`is refused at preview: ${what}`, async () => {
      const owner = quick();
      const imageId = await registered(owner, image);
      const [reason = "", ...others] = await failuresOf(owner, { imageId, instanceType });
      assert.match(reason, says);
      assert.deepEqual(others, []);
    });
  }

  it("is refused by stop-start too, and as a fallback type, before the instance is stopped", async () => {
    const owner = quick();
    const imageId = await registered(owner, { EnaSupport: false });
    const inputs = { imageId, instanceType: "t2.micro", replacement: { strategy: "stop-start" } };
    await owner.up(program(inputs));
    const before = machineOf(owner);
    const [asType = ""] = await failuresOf(owner, {
      ...inputs,
      instanceType: "m4.large",
      fallbackInstanceTypes: ["m5.large"],
    });
    assert.match(asType, /^fallbackInstanceTypes\[0\]: m5\.large needs ENA support/);
    const [reason = ""] = await failuresOf(owner, { ...inputs, instanceType: "m5.large" });
    assert.match(reason, /^instanceType: m5\.large needs ENA support/);
    sameInstance(before, machineOf(owner));
  });

  it("is refused by the preflight from what the instance has, where its image is gone", async () => {
    const owner = quick();
    const imageId = await registered(owner, { EnaSupport: false });
    const inputs = { imageId, instanceType: "t2.micro", replacement: { strategy: "stop-start" } };
    await owner.up(program(inputs));
    const before = machineOf(owner);
    await deregistered(owner, imageId);
    const failure = await failureOf(restarted(owner).up(program({ ...inputs, instanceType: "m5.large" })));
    const { instanceId } = before.instance;
    assert.match(
      failure.message,
      new RegExp(`m5\\.large \\(instanceType\\) needs ENA support .*, and ${instanceId} has none`),
    );
    assert.match(failure.message, new RegExp(`${instanceId} was left running`));
    assert.equal(owner.simulator.snapshot().instances[instanceId]?.launchTime, before.instance.launchTime);
  });
});

describe("a root volume", () => {
  it("may be no smaller than the image's", async () => {
    const owner = quick();
    const imageId = await registered(owner, {}, 30);
    const [reason = ""] = await failuresOf(owner, { imageId, rootVolume: { size: 20 } });
    assert.match(reason, /^rootVolume\.size: 20 GiB is asked for .* image ami-\w+ has 30 GiB; give at least 30/);
    await owner.up(program({ imageId }));
    const later = await failuresOf(owner, { imageId, rootVolume: { size: 29 } });
    assert.match(later[0] ?? "", /^rootVolume\.size: 29 GiB/);
    assert.deepEqual(await failuresOf(owner, { imageId, rootVolume: { size: 30 } }), []);
  });

  it("that is larger than the new image's is not replaced in place, which EC2 refuses: the instance is", async () => {
    const owner = quick();
    const inputs = { rootVolume: { size: 20 }, replacement: { strategy: "auto" } };
    await owner.up(program(inputs));
    const { instanceId } = machineOf(owner).instance;
    await owner.up(program({ ...inputs, imageId: WELL_KNOWN.imageV2 }));
    assert.match(owner.lines.join("\n"), new RegExp(`replaces ${instanceId} \\(imageId\\), terminate-first`));
    const { instance, volume } = machineOf(owner);
    assert.notEqual(instance.instanceId, instanceId);
    assert.deepEqual([instance.imageId, volume.size], [WELL_KNOWN.imageV2, 20]);
  });

  it("is replaced in place where the new image's is no smaller", async () => {
    const owner = quick();
    const inputs = { replacement: { strategy: "auto" } };
    await owner.up(program(inputs));
    const { instanceId } = machineOf(owner).instance;
    await owner.up(program({ ...inputs, imageId: WELL_KNOWN.imageV2 }));
    assert.equal(machineOf(owner).instance.instanceId, instanceId);
  });
});

describe("the snapshot of a data volume", () => {
  const data = (snapshotId: string, size?: number): Record<string, unknown> => ({
    dataVolumes: [{ name: "data", deviceName: "/dev/sdf", snapshotId, size }],
  });

  it("has to exist, and to be no larger than the volume, at preview", async () => {
    const owner = quick();
    const there = await snapshot(owner, 10);
    const none = "snap-0a1b2c3d4e5f60718";
    assert.match(
      (await failuresOf(owner, data(none)))[0] ?? "",
      /^dataVolumes\[0\]\.snapshotId: snap-\w+ does not exist in us-east-1; /,
    );
    assert.match(
      (await failuresOf(owner, data(there, 9)))[0] ?? "",
      /^dataVolumes\[0\]\.size: 9 GiB is asked for, .* of 10 GiB; /,
    );
    assert.deepEqual(await failuresOf(owner, data(there, 10)), []);
    assert.deepEqual(await failuresOf(owner, data(there)), []);
  });

  it("may be gone once the volume is made", async () => {
    const owner = quick();
    const there = await snapshot(owner, 10);
    await owner.up(program(data(there)));
    const state = owner.simulator.snapshot();
    Reflect.deleteProperty(state.snapshots, there);
    owner.simulator.restore(state);
    assert.deepEqual(await failuresOf(owner, { ...data(there, 20) }), []);
  });
});

describe("an image that was deregistered", () => {
  async function machine(
    inputs: Record<string, unknown> = {},
  ): Promise<{ owner: Stack; inputs: Record<string, unknown> }> {
    const owner = quick();
    const all = { imageId: await registered(owner), instanceType: "m5.large", ...inputs };
    await owner.up(program(all));
    await deregistered(owner, all.imageId);
    return { owner: restarted(owner), inputs: all };
  }

  const LAUNCH_NOTHING: [what: string, change: Record<string, unknown>][] = [
    ["fallback types", { fallbackInstanceTypes: ["m6i.large"] }],
    ["tags", { tags: { a: "b" } }],
    ["a data volume", { dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 5 }] }],
    ["another type by stop-start", { instanceType: "m6i.large", replacement: { strategy: "stop-start" } }],
    [
      "another type by stop-start, with a root volume of its own",
      { instanceType: "m6i.large", replacement: { strategy: "stop-start" }, rootVolume: { size: 8 } },
    ],
  ];
  for (const [what, change] of LAUNCH_NOTHING) {
    it(`is not asked for by a change of ${what}, whose preview warns`, async () => {
      const { owner, inputs } = await machine({ rootVolume: change.rootVolume });
      const before = machineOf(owner).instance.instanceId;
      await owner.up(program({ ...inputs, ...change }));
      assert.equal(machineOf(owner).instance.instanceId, before);
      assert.match(
        owner.lines.join("\n"),
        /warning: the image ami-\w+ does not exist in us-east-1; should the instance be lost, the machine could not be brought back/,
      );
    });
  }

  it("is warned of by a refresh, which is no drift", async () => {
    const { owner, inputs } = await machine();
    await owner.refresh();
    assert.match(owner.lines.join("\n"), /^web: warning: the image ami-\w+ does not exist/m);
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(program(inputs)), "same");
  });

  it("does not keep an instance that fits from being adopted", async () => {
    const { owner, inputs } = await machine();
    const { instance } = machineOf(owner);
    const state = owner.simulator.snapshot();
    for (const thing of [
      ...Object.values(state.instances),
      ...Object.values(state.networkInterfaces),
      ...Object.values(state.volumes),
    ]) {
      thing.tags = {};
    }
    state.launchTemplates = {};
    const other = inAccount(state, owner);
    const adopting = { ...inputs, adopt: { instanceId: instance.instanceId } };
    await other.up(program(adopting));
    assert.equal(other.outputs.instanceId, instance.instanceId);
    assert.match(other.lines.join("\n"), /it fits and keeps running.*warning: the image ami-\w+ does not exist/);
    const misfit = await failuresOf(inAccount(state, owner), { ...adopting, keyName: WELL_KNOWN.keyName });
    assert.match(misfit[0] ?? "", /^imageId: ami-\w+ does not exist in us-east-1; it was deregistered/);
  });

  it("is refused at preview for a change that launches, and before anything is ended", async () => {
    const { owner, inputs } = await machine();
    const before = machineOf(owner);
    for (const change of [
      { userData: "#!/bin/sh\n" },
      { recycleTriggers: { again: "1" } },
      { instanceType: "m6i.large" },
    ]) {
      const [reason = ""] = await failuresOf(owner, { ...inputs, ...change });
      assert.match(
        reason,
        /^imageId: ami-\w+ does not exist in us-east-1; it was deregistered, .*: take another imageId$/,
      );
      assert.doesNotMatch(reason, /wait/);
    }
    sameInstance(before, machineOf(owner));
  });
});

/** The same stack in another process, which has looked nothing up yet. */
function restarted(owner: Stack): Stack {
  const again = inAccount(owner.simulator.snapshot(), owner);
  again.recorded = structuredClone(owner.recorded);
  return again;
}

function inAccount(state: ReturnType<Stack["simulator"]["snapshot"]>, { clock }: Stack): Stack {
  const owner = quick();
  owner.clock.advance(clock.now() - owner.clock.now());
  owner.simulator.restore(state);
  return owner;
}
