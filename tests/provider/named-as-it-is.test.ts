/** Inputs that name what the instance has already: it stays, and preview says so. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand, StartInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { adopted, announced, DISRUPTIVE, fitting, instanceIn, launchedByHand, USER_DATA } from "./by-hand";
import { program, type Stack } from "./support";
import { later, made, only, quick, settled, somebody, up } from "./world";
import { machineOf, sameInstance } from "./machine";

type Properties = Record<string, unknown>;

/** Nothing happens to the instance: preview says so, shows it, and the next looks find nothing to do. */
async function stays(owner: Stack, inputs: Properties, what: string): Promise<void> {
  const { instanceId } = owner.outputs;
  const checked = await owner.preview(inputs);
  assert.deepEqual([checked.failures, checked.changes], [[], true]);
  assert.equal(checked.inputs.instanceId, instanceId);
  const said = new RegExp(`^web: changes in place \\(${what}\\); ${String(instanceId)} keeps running;`);
  assert.ok(
    owner.lines.some((it) => said.test(it)),
    owner.lines.join("\n"),
  );
  owner.calls();
  assert.equal(await owner.up(inputs), "update");
  assert.deepEqual(
    owner.calls("mutating").filter((it) => DISRUPTIVE.includes(it)),
    [],
  );
  assert.equal(owner.outputs.instanceId, instanceId);
  await settled(owner, inputs);
}

/** Nothing is to be done at all, and preview does not even speak of it. */
async function isSame(owner: Stack, inputs: Properties): Promise<void> {
  const said = owner.lines.length;
  assert.equal(await owner.up(inputs), "same");
  assert.deepEqual(owner.lines.slice(said), []);
  await settled(owner, inputs);
}

const BY_HAND = {
  EbsOptimized: true,
  CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
  Placement: { GroupName: WELL_KNOWN.placementGroup, Tenancy: "dedicated" },
} as const;

const AS_IT_IS: Properties[] = [
  { keyName: WELL_KNOWN.keyName },
  { userData: USER_DATA },
  { userDataBase64: Buffer.from(USER_DATA).toString("base64") },
  { ebsOptimized: true },
  { cpuOptions: { coreCount: 1, threadsPerCore: 1 } },
  { placementGroup: WELL_KNOWN.placementGroup },
  { tenancy: "dedicated" },
  { rootVolume: { size: 8, type: "gp3" } },
];

const ANOTHER: Properties[] = [
  { userData: "#!/bin/sh\necho another" },
  { ebsOptimized: true },
  { cpuOptions: { coreCount: 1, threadsPerCore: 1 } },
  { tenancy: "dedicated" },
  { rootVolume: { size: 9 } },
  { cpuCredits: "standard", instanceType: "t3.micro" },
];

describe("an adopted instance", () => {
  const left = (inputs: Properties): Properties => ({ ...inputs, keyName: undefined, userData: undefined });

  async function adoptedWithLittleSaid(): Promise<{ owner: Stack; inputs: Properties }> {
    const owner = quick();
    const inputs = left(fitting(await launchedByHand(owner, BY_HAND)));
    await owner.up(inputs);
    return { owner, inputs };
  }

  for (const named of AS_IT_IS) {
    const [input = ""] = Object.keys(named);
    it(`stays when the program comes to name its ${JSON.stringify(named)}, and when it no longer does`, async () => {
      const { owner, inputs } = await adoptedWithLittleSaid();
      await stays(owner, { ...inputs, ...named }, input);
      await stays(owner, inputs, input);
    });
  }

  it("fits with a root volume that is named as it is", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = fitting(had, { rootVolume: { size: 8 } });
    assert.match(await announced(owner, inputs), /; it fits and keeps running$/);
    await owner.up(inputs);
    assert.equal(owner.outputs.instanceId, had.instanceId);
    await settled(owner, inputs);
  });

  for (const another of ANOTHER) {
    it(`is replaced for ${JSON.stringify(another)}, which it has not`, async () => {
      const { owner, inputs, had } = await adopted();
      const wanted = { ...inputs, ...another };
      assert.match(await announced(owner, wanted), /^web: replaces i-\w+ \(\w+(, \w+)*\), terminate-first/);
      await owner.up(wanted);
      assert.notEqual(owner.outputs.instanceId, had.instanceId);
      await settled(owner, wanted);
    });
  }
});

describe("an instance that was launched here", () => {
  for (const nothing of [{ tenancy: "default" }, { ebsOptimized: false }, { rootVolume: {} }, { userData: "" }]) {
    it(`stays as it is with ${JSON.stringify(nothing)}, which is what EC2 does unasked`, async () => {
      const owner = await up();
      await isSame(owner, program(nothing));
      await isSame(owner, program());
    });

    it(`is launched with ${JSON.stringify(nothing)}`, async () => {
      const owner = await up(nothing);
      assert.equal(machineOf(owner).instance.state, "running");
      await isSame(owner, program());
    });
  }

  for (const named of [
    { rootVolume: { size: 8 } },
    { rootVolume: { size: 8, type: "gp3", iops: 3000, encrypted: false } },
    { cpuOptions: { coreCount: 1, threadsPerCore: 2 } },
  ]) {
    it(`stays when the program comes to name its ${JSON.stringify(named)}`, async () => {
      const owner = await up();
      await stays(owner, program(named), Object.keys(named).join());
    });
  }

  it("is replaced where not all is as it is named", async () => {
    const owner = await up();
    const was = machineOf(owner);
    await owner.up(program({ rootVolume: { size: 8, iops: 4000 } }));
    assert.notEqual(machineOf(owner).instance.instanceId, was.instance.instanceId);
  });

  it("is replaced where an input is taken out whose effect EC2 does not tell", async () => {
    const owner = await up({ rootVolume: { size: 8 } });
    const was = machineOf(owner);
    await owner.up(program());
    assert.notEqual(machineOf(owner).instance.instanceId, was.instance.instanceId);
  });

  it("is replaced for user data that only its own hand put there: the image has not carried it out", async () => {
    const owner = await up();
    const { instanceId } = machineOf(owner).instance;
    const ec2 = somebody(owner);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    later(owner);
    const UserData = { Value: Buffer.from("#!/bin/sh") };
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, UserData }));
    await ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
    later(owner);
    await owner.up(program({ userData: "#!/bin/sh" }));
    assert.notEqual(machineOf(owner).instance.instanceId, instanceId);
  });

  it("stays when the fallback type that runs becomes the wanted one", async () => {
    const owner = quick();
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    await owner.up(program({ fallbackInstanceTypes: ["m6i.large"] }));
    const was = machineOf(owner);
    assert.equal(was.instance.instanceType, "m6i.large");
    await stays(owner, program({ instanceType: "m6i.large" }), "instanceType, fallbackInstanceTypes");
    sameInstance(was, machineOf(owner));
  });

  it("stays when on-demand becomes wanted, and it runs so for want of spot", async () => {
    const owner = quick();
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    await owner.up(program({ market: { lifecycle: "spot" } }));
    const was = machineOf(owner);
    assert.equal(owner.outputs.lifecycle, "on-demand");
    await stays(owner, program(), "market");
    sameInstance(was, machineOf(owner));
  });

  it("is of the generation that names it, so that the next recycle is its first", async () => {
    const owner = await up();
    await owner.up(program({ rootVolume: { size: 8 } }));
    assert.equal(only(made(owner).templates).latestVersion, 2);
    await settled(owner, { rootVolume: { size: 8 } });
    const was = machineOf(owner);
    await owner.up(program({ rootVolume: { size: 8 }, recycleTriggers: { at: "1" } }));
    const { instance, volume } = machineOf(owner);
    assert.notEqual(instance.instanceId, was.instance.instanceId);
    assert.equal(volume.size, 8);
    assert.equal(instanceIn(owner, instance.instanceId).state, "running");
  });
});
