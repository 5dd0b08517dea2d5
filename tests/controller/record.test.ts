/** EC2 alone tells enough of a machine to bring it back as the program wants it. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { AmbiguousName, isReadable, listMachines, machineOf, readMachine } from "../../controller/record";
import { TAG } from "../../provider/ec2/tags";
import { templateTags } from "../../provider/engine/record/labels";
import type { Properties } from "../../provider/model/properties";
import { fitting, launchedByHand } from "../provider/by-hand";
import { program, stack, type Stack, URN } from "../provider/support";
import { failureOf, later, quick, settled, somebody, up } from "../provider/world";
import { machine, placeOf, planOf, restore } from "./support";

const LONG_URN = `${URN}-${"x".repeat(240)}`;

/** One machine of each kind, by what a program says of it. */
const PROGRAMS: Readonly<Record<string, Properties>> = {
  "the simplest": {},
  "on spot with fallbacks": {
    market: { lifecycle: "spot", maxPrice: "0.25", revertToSpot: "always" },
    fallbackInstanceTypes: ["m6i.large", "m5.large"],
  },
  "on spot, in a window": {
    market: {
      lifecycle: "spot",
      fallbackToOnDemand: true,
      revertToSpot: { window: { days: ["sat", "sun"], from: "22:00", to: "04:30", timezone: "Europe/Berlin" } },
    },
  },
  "with an Elastic IP of its own": { elasticIp: true },
  "with secret user data": { userData: "#!/bin/sh\necho secret" },
  "with an image behind a parameter": { imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 30 } },
  "with a root volume and all settings": {
    rootVolume: { size: 20, type: "gp3", encrypted: true },
    metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 2 },
    monitoring: true,
    ebsOptimized: true,
    cpuOptions: { coreCount: 1, threadsPerCore: 1 },
  },
  "a NAT box": { sourceDestCheck: false, secondaryPrivateIpCount: 2 },
  "with addresses by name": { privateIp: "10.0.1.77", secondaryPrivateIps: ["10.0.1.78", "10.0.1.79"] },
  "with no kept interface": {
    persistPrivateIp: false,
    elasticIp: true,
    secondaryPrivateIpCount: 1,
    publicIpAssignment: "subnet-default",
  },
  "without a public address": { publicIpAssignment: "none" },
  "with a public address": { publicIpAssignment: "assign" },
  "with data volumes": {
    dataVolumes: [
      { name: "data", deviceName: "/dev/sdf", size: 10 },
      { name: "logs", deviceName: "/dev/sdg", size: 5, type: "gp2" },
    ],
  },
  "with tags and a name": { tags: { Name: "another", team: "data" } },
  "with triggers": { recycleTriggers: { build: "1" } },
  "with schedules and healing": {
    healing: { enabled: false, graceSeconds: 10, unhealthySeconds: 0 },
    minReplacementInterval: 0,
    schedules: [
      { action: "pause", cron: "0 20 * * 1-5", timezone: "Europe/Berlin" },
      { action: "recycle", cron: "*/30 3 1,15 * MON#1" },
    ],
  },
  "that overlaps": { replacement: { strategy: "overlap", drainSeconds: 5, waitFor: "status-ok" } },
  "that keeps what it retains": { deletion: { elasticIp: "retain" }, elasticIp: true },
  "that has a long name": { resourceUrn: LONG_URN, tags: { team: "data" } },
};

async function end(owner: Stack): Promise<void> {
  const InstanceIds = [String(owner.outputs.instanceId)];
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds }));
  later(owner);
}

/** Things that are given, or adopted: each is made before there is a program for it. */
const GIVEN: Readonly<Record<string, (owner: Stack) => Promise<Properties>>> = {
  "with an Elastic IP that was given": async (owner) => {
    const { AllocationId } = await somebody(owner).send(new AllocateAddressCommand({}));
    return { elasticIp: AllocationId };
  },
  "with an Elastic IP that was given, by its address": async (owner) => {
    const { PublicIp } = await somebody(owner).send(new AllocateAddressCommand({}));
    return { elasticIp: PublicIp };
  },
  "with a data volume that was given": async (owner) => ({
    dataVolumes: [{ name: "theirs", deviceName: "/dev/sdh", volumeId: await makeVolume(owner) }],
  }),
  "that was adopted": async (owner) => fitting(await launchedByHand(owner)),
};

describe("the record of a machine", () => {
  for (const [what, inputs] of Object.entries(PROGRAMS)) {
    it(`leaves nothing to be done right after up: ${what}`, async () => {
      const owner = await up(inputs);
      const read = await machine(owner);
      assert.deepEqual(planOf(read), []);
      // Written from what was read, it says the same.
      const { tags } = read.template;
      assert.deepEqual(templateTags(read.id, read.desired, tags[TAG.phase] ?? ""), tags);
    });

    it(`brings back one that was ended, as the program wants it: ${what}`, async () => {
      const owner = await up(inputs);
      const { instanceId } = owner.outputs;
      await end(owner);
      await restore(owner, { leapMs: 60_000 });
      await owner.refresh();
      assert.notEqual(owner.outputs.instanceId, instanceId);
      assert.equal(owner.outputs.state, "running");
      await settled(owner, inputs);
    });
  }

  for (const [what, giveIn] of Object.entries(GIVEN)) {
    it(`leaves nothing to be done, and brings back: ${what}`, async () => {
      const owner = quick();
      const inputs = await giveIn(owner);
      await owner.up(program(inputs));
      assert.deepEqual(planOf(await machine(owner)), []);
      const was = owner.outputs;
      await end(owner);
      await restore(owner, { leapMs: 60_000 });
      await owner.refresh();
      assert.notEqual(owner.outputs.instanceId, was.instanceId);
      for (const name of ["networkInterfaceId", "privateIp", "allocationId", "dataVolumeIds", "state"]) {
        assert.deepEqual(owner.outputs[name], was[name], name);
      }
      await settled(owner, inputs);
    });
  }

  it("starts again what was stopped, and leaves nothing to be done after it", async () => {
    const owner = await up({ elasticIp: true });
    const { instanceId } = owner.outputs;
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [String(instanceId)] }));
    later(owner);
    await restore(owner, { leapMs: 60_000 });
    await owner.refresh();
    assert.equal(owner.outputs.instanceId, instanceId);
    await settled(owner, { elasticIp: true });
  });

  it("keeps what is paused paused: stopped, or without an instance", async () => {
    for (const pauseBehavior of ["stop", "terminate"]) {
      const inputs = { desiredState: "paused", pauseBehavior, elasticIp: true };
      const owner = await up({ elasticIp: true });
      await owner.up(program(inputs));
      assert.deepEqual(planOf(await machine(owner)), [], pauseBehavior);
    }
  });

  it("goes by the generation that worked, where the latest did not and was rolled back", async () => {
    const owner = await up({ elasticIp: true });
    owner.simulator.failNextLaunch("Client.InternalError");
    const broken = program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 });
    await failureOf(owner.up(broken));
    const { instanceId } = owner.outputs;
    const read = await machine(owner);
    assert.deepEqual(
      [read.desired.imageId, read.observed.generation?.number, read.template.latestVersion],
      [WELL_KNOWN.imageV1, 1, 2],
    );
    assert.deepEqual(planOf(read), []);
    await end(owner);
    await restore(owner, { leapMs: 60_000 });
    await owner.refresh();
    assert.notEqual(owner.outputs.instanceId, instanceId);
    assert.equal(owner.outputs.state, "running");
    assert.equal(
      (await machine(owner)).observed.instances.find((it) => it.state === "running")?.imageId,
      WELL_KNOWN.imageV1,
    );
    const again = await machine(owner);
    assert.deepEqual([again.template.latestVersion, again.observed.generation?.number], [2, 1]);
    assert.equal(await owner.up(broken), "update");
    await settled(owner, { elasticIp: true, imageId: WELL_KNOWN.imageV2 });
  });
});

describe("a record that cannot be read", () => {
  /** The harm that is done to the record, and the sentence that tells of it. */
  const HARMS: Readonly<Record<string, [(owner: Stack, id: string) => Promise<unknown>, RegExp]>> = {
    "that an older version made": [
      (owner, id) => untag(owner, id, TAG.network),
      /no tag managed-instance:network, as if it was made by an older version/,
    ],
    "whose market is in unknown words": [
      (owner, id) => retag(owner, id, TAG.market, "spot fallback-to-on-demand=true auction=dutch"),
      /the tag managed-instance:market .* is in words that this version does not know/,
    ],
    "whose state is in unknown words": [
      (owner, id) => retag(owner, id, TAG.desiredState, "hibernating pause-behavior=stop"),
      /the tag managed-instance:desired-state /,
    ],
    "whose replacement is cut off": [
      (owner, id) => retag(owner, id, TAG.replacement, "terminate-first drain-seconds=0"),
      /the tag managed-instance:replacement /,
    ],
    "whose schedules are no schedules": [
      (owner, id) => retag(owner, id, TAG.schedules, "sometimes"),
      /the tag managed-instance:schedules /,
    ],
    "whose market somebody changed": [
      (owner, id) => retag(owner, id, TAG.market, "spot fallback-to-on-demand=true"),
      /tags are not of its latest version/,
    ],
    "that somebody gave a version": [
      (owner, LaunchTemplateId) =>
        somebody(owner).send(
          new CreateLaunchTemplateVersionCommand({ LaunchTemplateId, LaunchTemplateData: { KeyName: "theirs" } }),
        ),
      /version 2 of its launch template was not made by this package/,
    ],
  };

  for (const [what, [harm, said]] of Object.entries(HARMS)) {
    it(`says why, and hides no other machine: ${what}`, async () => {
      const owner = await up({});
      const other = stack({ on: owner, leapMs: 60_000 });
      await other.up(program({ resourceUrn: `${URN}2` }));
      await harm(owner, String(owner.outputs.launchTemplateId));
      const [first, second, ...more] = await listMachines(placeOf(owner));
      assert.ok(first !== undefined && !isReadable(first));
      assert.deepEqual([first.id, first.name], [owner.recorded?.id, "web"]);
      assert.match(first.unreadable, said);
      assert.match(first.unreadable, /run `pulumi up`/);
      assert.ok(second !== undefined && isReadable(second) && second.name === "web2" && more.length === 0);
    });
  }
});

describe("machines", () => {
  it("are found by id and by name, and by their instance; what is of others is not", async () => {
    const owner = await up({});
    const { ec2 } = placeOf(owner);
    for (const key of [String(owner.recorded?.id), "web"]) {
      const reading = await readMachine(placeOf(owner), key);
      assert.equal(reading?.id, owner.recorded?.id);
    }
    assert.equal(await readMachine(placeOf(owner), "mi-0123456789abcdef0"), undefined);
    assert.equal(await readMachine(placeOf(owner), "other"), undefined);
    assert.equal(await machineOf(ec2, String(owner.outputs.instanceId)), owner.recorded?.id);
    assert.equal(await machineOf(ec2, "i-0123456789abcdef0"), undefined);
  });

  it("are listed in as few calls as one, however many there are", async () => {
    const owner = await up({});
    for (let index = 2; index <= 30; index++) {
      await stack({ on: owner, leapMs: 60_000 }).up(program({ resourceUrn: `${URN}${index}` }));
    }
    owner.calls();
    const readings = await listMachines(placeOf(owner));
    assert.equal(readings.filter(isReadable).length, 30);
    assert.ok(owner.calls().length <= 10);
  });

  it("that share one name are told apart by their ids", async () => {
    const owner = await up({});
    const other = stack({ on: owner, leapMs: 60_000 });
    await other.up(program({ resourceUrn: URN.replace("dev", "prod") }));
    const failure = await failureOf(readMachine(placeOf(owner), "web"));
    assert.ok(failure instanceof AmbiguousName);
    assert.ok(
      failure.message.includes(String(owner.recorded?.id)) && failure.message.includes(String(other.recorded?.id)),
    );
  });
});

async function makeVolume(owner: Stack): Promise<string> {
  const request = new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 10, VolumeType: "gp2" });
  const { VolumeId = "" } = await somebody(owner).send(request);
  later(owner);
  return VolumeId;
}

function retag(owner: Stack, id: string, Key: string, Value: string): Promise<unknown> {
  return somebody(owner).send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] }));
}

function untag(owner: Stack, id: string, Key: string): Promise<unknown> {
  return somebody(owner).send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key }] }));
}
