/** `replacement.strategy`: which change takes which way, in the preview and in EC2; and the ways that keep the instance. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Path } from "../../provider/engine/situation/strategy";
import { holderOf, pathBetween, said } from "./holder";
import { interposed } from "./interruptions";
import { goingOn, updatedAtEveryCall } from "./kills";
import { program, type Stack } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, somebody, up } from "./world";

type Properties = Record<string, unknown>;

const STRATEGIES = ["terminate-first", "root-volume", "stop-start", "overlap", "auto"] as const;
const [TF, RV, SS, OV] = STRATEGIES;

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const TYPE = { instanceType: "m6i.large" };
const DATA = { userData: "#!/bin/sh\n" };
const SPOT = { market: { lifecycle: "spot" } };

/** As docs/replacement.md has it: for each change the way under each strategy. */
const RUNNING: [what: string, after: Properties, paths: Path[]][] = [
  ["imageId", IMAGE, [TF, RV, TF, OV, RV]],
  ["instanceType", TYPE, [TF, TF, SS, OV, SS]],
  ["userData", DATA, [TF, TF, SS, OV, TF]],
  ["instanceType, userData", { ...TYPE, ...DATA }, [TF, TF, SS, OV, TF]],
  ["imageId, instanceType", { ...IMAGE, ...TYPE }, [TF, TF, TF, OV, TF]],
  ["imageId, keyName", { ...IMAGE, keyName: WELL_KNOWN.keyName }, [TF, TF, TF, OV, TF]],
  ["market", SPOT, [TF, TF, TF, OV, TF]],
  ["recycleTriggers", { recycleTriggers: { at: "1" } }, [TF, TF, TF, OV, TF]],
];

const ON_SPOT: typeof RUNNING = [
  ["imageId", IMAGE, [TF, RV, TF, OV, RV]],
  ["instanceType", TYPE, [TF, TF, TF, OV, TF]],
  ["userData", DATA, [TF, TF, TF, OV, TF]],
];

const KEEPS: Readonly<Record<Path, boolean>> = {
  "terminate-first": false,
  "root-volume": true,
  "stop-start": true,
  overlap: false,
};

/** A machine that was brought to `after`: what the preview said and what became of it. */
async function changed(base: Properties, after: Properties): Promise<{ owner: Stack; path: string; line: string }> {
  const owner = await up(base);
  const was = holderOf(owner);
  const line = await said(owner, { ...base, ...after });
  const shown = (await owner.preview(program({ ...base, ...after }))).inputs;
  assert.equal(await owner.up(program({ ...base, ...after })), "update");
  later(owner);
  const now = holderOf(owner);
  const path = pathBetween(was, now);
  assert.deepEqual(now.identity, was.identity);
  assert.equal(now.instance.tags[TAG.generation], "2");
  assert.equal(owner.outputs.generation, 2);
  // What the preview showed of the instance is what it is now.
  assert.ok([undefined, now.instance.instanceId].includes(shown.instanceId as string | undefined));
  assert.equal(shown.instanceId !== undefined, was.instance.instanceId === now.instance.instanceId);
  return { owner, path, line };
}

for (const [kind, bought, table] of [
  ["on-demand", {}, RUNNING],
  ["spot", SPOT, ON_SPOT],
] as const) {
  for (const [index, strategy] of STRATEGIES.entries()) {
    describe(`the strategy ${strategy}, of an instance that is ${kind}`, () => {
      for (const [what, after, paths] of table) {
        const path = paths[index] ?? "terminate-first";
        it(`takes ${path} for ${what}, as the preview says, on the same identity`, async () => {
          const base = { elasticIp: true, replacement: { strategy }, ...bought };
          const result = await changed(base, after);
          const { owner, line } = result;
          assert.equal(result.path, path);
          const verb = KEEPS[path] ? "changes" : "replaces";
          assert.match(line, new RegExp(`^${verb} i-\\w+ \\(${what}\\), ${path}, about \\d+ s dark; keeps eni-`));
          await settled(owner, { ...base, ...after });
          await owner.destroy();
          later(owner);
          nothingIsLeft(owner);
        });
      }

      it("moves to another subnet by launching there", async () => {
        const base = { elasticIp: true, instanceType: "t3.medium", replacement: { strategy }, ...bought };
        const owner = await up(base);
        const was = holderOf(owner);
        const after = { ...base, subnetId: WELL_KNOWN.subnetB };
        const path = strategy === "overlap" ? "overlap" : "terminate-first";
        assert.match(await said(owner, after), new RegExp(`^replaces i-\\w+ \\(subnetId\\), ${path},`));
        await owner.up(program(after));
        later(owner);
        const now = holderOf(owner);
        assert.equal(pathBetween(was, now), path);
        assert.equal(now.eni.subnetId, WELL_KNOWN.subnetB);
        assert.equal(made(owner).elasticIps[0]?.networkInterfaceId, now.eni.networkInterfaceId);
        await settled(owner, after);
      });
    });
  }
}

describe("replacement, changed itself", () => {
  it("changes nothing but the record", async () => {
    const owner = await up();
    await owner.refresh();
    const was = holderOf(owner);
    owner.calls();
    const after = { replacement: { strategy: "auto", drainSeconds: 5, waitFor: "status-ok" } };
    assert.match(await said(owner, after), /^changes in place \(replacement\); i-\w+ keeps running;/);
    await owner.up(program(after));
    assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await settled(owner, after);
    await owner.up(program());
    assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
  });
});

describe("root-volume", () => {
  const base = { elasticIp: true, tags: { Team: "a" }, replacement: { strategy: "root-volume" } };
  const after = { ...base, ...IMAGE };

  it("is dark for a reboot, and says for how long", async () => {
    const owner = quick({ leapMs: 0 });
    await owner.up(program(base));
    await owner.up(program(after));
    const { volume } = holderOf(owner);
    assert.equal(volume.tags.Team, "a");
    const [outage] = owner.simulator.timeline().privateIps[String(owner.outputs.privateIp)]?.outages ?? [];
    assert.ok(outage !== undefined && outage.seconds < 40);
    assert.ok(owner.lines.some((line) => /the address was dark for \d+ s$/.test(line)));
  });

  it("works for an image behind an SSM parameter", async () => {
    const owner = await up({ ...base, imageId: WELL_KNOWN.imageV1 });
    const was = holderOf(owner);
    await owner.up(program({ ...base, imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` }));
    later(owner);
    assert.equal(pathBetween(was, holderOf(owner)), "root-volume");
    await settled(owner, { ...base, imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` });
  });

  it("goes on on the old volume when EC2 cannot replace it, and is tried again by the next up", async () => {
    const owner = await up(base);
    const was = holderOf(owner);
    owner.simulator.failNextRootVolume();
    const failure = await failureOf(owner.up(program(after)));
    assert.match(failure.message, /^could not replace the root volume of i-\w+: .*it has its old one back/);
    assert.equal(failure.properties?.imageId, WELL_KNOWN.imageV1);
    assert.deepEqual(
      [only(made(owner).volumes).volumeId, owner.outputs.instanceId, owner.outputs.state],
      [was.volume.volumeId, was.instance.instanceId, "running"],
    );
    await owner.up(program(after));
    later(owner);
    assert.equal(pathBetween(was, holderOf(owner)), "root-volume");
    await settled(owner, after);
  });

  it("changes nothing when it failed and is taken back", async () => {
    const owner = await up(base);
    const was = holderOf(owner);
    owner.simulator.failNextRootVolume();
    await failureOf(owner.up(program(after)));
    await owner.up(program(base));
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await settled(owner, base);
  });

  for (const wanted of [after, base]) {
    const what = wanted === after ? "of the new image" : "of the old image, when it is taken back";
    it(`left without a root volume, gives way to another instance ${what}`, async () => {
      const owner = await up(base);
      const was = holderOf(owner);
      owner.simulator.failNextRootVolume("failed-detached");
      const failure = await failureOf(owner.up(program(after)));
      assert.match(failure.message, /left it without one \(replacevol-\w+\); the next run launches another instance/);
      await owner.up(program(wanted));
      later(owner);
      const [instance] = made(owner).instances;
      assert.equal(made(owner).instances.length, 1);
      assert.notEqual(instance?.instanceId, was.instance.instanceId);
      assert.equal(instance?.imageId, wanted === after ? WELL_KNOWN.imageV2 : WELL_KNOWN.imageV1);
      assert.equal(owner.outputs.networkInterfaceId, was.eni.networkInterfaceId);
      await settled(owner, wanted);
      assert.ok(made(owner).volumes.some((it) => it.volumeId === was.volume.volumeId));
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  for (const [what, next] of [
    ["is finished", after],
    ["is taken back", { ...base, tags: { Team: "b" } }],
  ] as const) {
    it(`${what} when it was killed, wherever that was`, async () => {
      const owner = await up(base);
      await owner.refresh();
      const was = holderOf(owner);
      await updatedAtEveryCall({ owner, after, next }, (stack, point) => {
        const now = holderOf(stack);
        assert.deepEqual(now.identity, was.identity, point);
        assert.equal(now.instance.instanceId, was.instance.instanceId, point);
        const image = next === after ? WELL_KNOWN.imageV2 : WELL_KNOWN.imageV1;
        assert.equal(now.volume.snapshotId, image.replace("ami-", "snap-"), point);
      });
    });
  }
});

describe("stop-start", () => {
  const base = { elasticIp: true, replacement: { strategy: "stop-start" } };

  it("looks again where the instance is stopped a minute after its start, which somebody stopped unseen, and starts it", async () => {
    const owner = await up(base);
    let starts = 0;
    const stopping = interposed({
      after: async (action) => {
        starts += action === "StartInstances" ? 1 : 0;
        if (action === "StartInstances" && starts === 1) {
          later(owner);
          const InstanceIds = [String(owner.outputs.instanceId)];
          await somebody(owner).send(new StopInstancesCommand({ InstanceIds }));
          later(owner);
        }
      },
    });
    const begun = owner.clock.now();
    const stack = goingOn(owner, { through: stopping, leapMs: 2_000 });
    await stack.up(program({ ...base, ...TYPE }));
    const { state, instanceType } = only(made(owner).instances);
    assert.deepEqual([state, instanceType], ["running", TYPE.instanceType]);
    // Ten minutes of it is what the test lets pass.
    assert.ok(owner.clock.now() - begun < 15 * 60_000);
  });
  const after = { ...base, ...TYPE };

  it("keeps the root volume, and is dark for a stop and a start", async () => {
    const owner = quick({ leapMs: 0 });
    await owner.up(program(base));
    const was = holderOf(owner);
    await owner.up(program(after));
    const now = holderOf(owner);
    assert.deepEqual([now.volume.volumeId, now.instance.instanceType], [was.volume.volumeId, "m6i.large"]);
    const [outage] = owner.simulator.timeline().privateIps[String(owner.outputs.privateIp)]?.outages ?? [];
    assert.ok(outage !== undefined && outage.seconds < 55);
    assert.ok(owner.lines.some((line) => /the address was dark for \d+ s$/.test(line)));
  });

  it("marks the instance while it stops, so that the mark takes no time of the outage", async () => {
    const owner = await up(base);
    await owner.refresh();
    const { instanceId } = holderOf(owner).instance;
    owner.calls();
    await owner.up(program(after));
    const calls = owner.simulator.calls().filter((it) => !it.dryRun);
    const begun = calls.findIndex((it) => it.action === "StopInstances");
    assert.equal(calls[begun + 1]?.action, "CreateTags");
    const { events } = owner.simulator.timeline();
    const stopped = events.find((it) => it.event === "stopped" && it.instanceId === instanceId);
    assert.ok((calls[begun + 1]?.time ?? Infinity) < (stopped?.time ?? 0));
  });

  it("starts the instance again as it was when it cannot be marked", async () => {
    const owner = await up(base);
    await owner.refresh();
    const was = holderOf(owner);
    const error = { code: "TagLimitExceeded", message: "Too many tags." };
    // The first is the dry run before the stop.
    owner.simulator.faults.add({ action: "CreateTags", error, skip: 1, times: 1 });
    const failure = await failureOf(owner.up(program(after)));
    assert.match(failure.reasons?.[0] ?? failure.message, /TagLimitExceeded.* runs again as it was, as m7i\.large/s);
    const now = only(made(owner).instances, "instance");
    assert.deepEqual([now.instanceId, now.state], [was.instance.instanceId, "running"]);
    assert.equal(now.instanceType, "m7i.large");
    await owner.up(program(after));
    await settled(owner, after);
  });

  it("sets and takes off user data", async () => {
    const owner = await up(base);
    await owner.up(program({ ...base, ...DATA }));
    assert.equal(holderOf(owner).instance.userData, Buffer.from(DATA.userData).toString("base64"));
    await owner.up(program({ ...base, ...TYPE, userData: "#!/bin/bash\n" }));
    const both = holderOf(owner).instance;
    assert.deepEqual(
      [both.userData, both.instanceType],
      [Buffer.from("#!/bin/bash\n").toString("base64"), "m6i.large"],
    );
    await owner.up(program(base));
    assert.equal(holderOf(owner).instance.userData ?? "", "");
    await settled(owner, base);
  });

  it("takes a fallback type where there is no capacity for the wanted one, which then counts as right", async () => {
    const owner = await up(base);
    const was = holderOf(owner);
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    const wanted = { ...after, fallbackInstanceTypes: ["c6i.large", "r6i.large"] };
    await owner.up(program(wanted));
    const now = holderOf(owner);
    assert.equal(pathBetween(was, now), "stop-start");
    assert.equal(owner.outputs.launchedInstanceType, "c6i.large");
    await settled(owner, wanted);
  });

  it("goes back to the old type where nothing has capacity, and says both", async () => {
    const owner = await up(base);
    const was = holderOf(owner);
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    const failure = await failureOf(owner.up(program(after)));
    assert.match(
      failure.message,
      /could not be started: m6i\.large: .*InsufficientInstanceCapacity.*\. i-\w+ runs again as it was, as m7i\.large/,
    );
    assert.equal(failure.properties?.instanceType, "m7i.large");
    const instance = only(made(owner).instances);
    assert.deepEqual(
      [instance.instanceId, instance.instanceType, instance.state],
      [was.instance.instanceId, "m7i.large", "running"],
    );
    await owner.up(program(base));
    assert.deepEqual(holderOf(owner).identity, was.identity);
    await settled(owner, base);
    owner.simulator.capacity.clear("m6i.large", "us-east-1a", "on-demand");
    await owner.up(program(after));
    assert.equal(holderOf(owner).instance.instanceType, "m6i.large");
  });

  it("leaves it stopped where it is told not to go back, and goes on by the next up", async () => {
    const replacement = { strategy: "stop-start", rollbackOnFailure: false };
    const owner = await up({ ...base, replacement });
    const was = holderOf(owner);
    owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
    const failure = await failureOf(owner.up(program({ ...after, replacement })));
    assert.match(failure.message, /could not be started: m6i\.large/);
    assert.equal(only(made(owner).instances).state, "stopped");
    assert.equal(owner.outputs.state, "failed");
    await owner.up(program({ ...base, replacement }));
    later(owner);
    const now = holderOf(owner);
    assert.deepEqual([now.instance.instanceId, now.instance.instanceType], [was.instance.instanceId, "m7i.large"]);
    await settled(owner, { ...base, replacement });
  });

  it("tries no other type where the start fails for another reason than capacity", async () => {
    const owner = await up(base);
    owner.simulator.failNextLaunch("Client.InternalError");
    const failure = await failureOf(owner.up(program({ ...after, fallbackInstanceTypes: ["c6i.large"] })));
    assert.match(failure.message, /Client\.InternalError.*runs again as it was, as m7i\.large/);
    assert.equal(owner.calls("mutating").filter((it) => it === "StartInstances").length, 2);
  });

  it("goes back when it runs and never passes its status checks", async () => {
    const replacement = { strategy: "stop-start", waitFor: "status-ok" };
    const owner = await up({ ...base, replacement });
    owner.simulator.impairNextBoot();
    const failure = await failureOf(owner.up(program({ ...after, replacement })));
    assert.match(failure.message, /failed its status checks\. i-\w+ runs again as it was, as m7i\.large/);
    assert.equal(only(made(owner).instances).instanceType, "m7i.large");
  });

  it("looks for stop protection before it changes anything", async () => {
    const owner = await up(base);
    const { instanceId } = owner.outputs;
    await protect(owner, "DisableApiStop", true);
    const failure = await failureOf(owner.up(program(after)));
    assert.match(
      failure.message,
      new RegExp(`^nothing was changed: ${String(instanceId)} has stop protection \\(disableApiStop\\); take it off`),
    );
    assert.ok(!owner.calls("mutating").includes("StopInstances"));
    await owner.up(program(base));
    await settled(owner, base);
    await protect(owner, "DisableApiStop", false);
    await owner.up(program(after));
    assert.equal(holderOf(owner).instance.instanceType, "m6i.large");
  });

  it("is terminate-first where the type change would set pinned CPU options back", async () => {
    const cpuOptions = { coreCount: 1, threadsPerCore: 1 };
    const owner = await up({ ...base, cpuOptions });
    const was = holderOf(owner);
    assert.match(await said(owner, { ...after, cpuOptions }), /terminate-first/);
    await owner.up(program({ ...after, cpuOptions }));
    assert.equal(pathBetween(was, holderOf(owner)), "terminate-first");
  });

  for (const [what, next] of [
    ["is finished", { ...after, ...DATA }],
    ["is taken back", { ...base, tags: { Team: "b" } }],
  ] as const) {
    it(`${what} when it was killed, wherever that was`, async () => {
      const owner = await up(base);
      await owner.refresh();
      const was = holderOf(owner);
      await updatedAtEveryCall({ owner, after: { ...after, ...DATA }, next }, (stack, point) => {
        const now = holderOf(stack);
        assert.deepEqual(now.identity, was.identity, point);
        assert.equal(now.instance.instanceId, was.instance.instanceId, point);
        assert.equal(now.instance.instanceType, "userData" in next ? "m6i.large" : "m7i.large", point);
        assert.equal(
          now.instance.userData ?? "",
          "userData" in next ? Buffer.from(DATA.userData).toString("base64") : "",
          point,
        );
      });
    });
  }
});

describe("two runs at once", () => {
  for (const [strategy, after] of [
    ["root-volume", IMAGE],
    ["stop-start", TYPE],
    ["terminate-first", IMAGE],
    ["overlap", IMAGE],
  ] as const) {
    it(`of ${strategy} come to one machine, whenever the second begins`, async () => {
      const base = { elasticIp: true, replacement: { strategy } };
      const owner = await up(base);
      await owner.refresh();
      const was = holderOf(owner);
      const { recorded, simulator } = owner;
      const world = simulator.snapshot();
      for (const call of MUTATING[strategy]) {
        simulator.restore(world);
        let begun = false;
        const second = quick({ on: owner });
        second.recorded = recorded;
        const first = quick({
          on: owner,
          through: interposed({
            after: async (action) => {
              if (action === call && !begun) {
                begun = true;
                await second.up(program({ ...base, ...after })).catch(() => undefined);
              }
            },
          }),
        });
        first.recorded = recorded;
        await first.up(program({ ...base, ...after })).catch(() => undefined);
        assert.ok(begun, call);
        first.recorded = recorded;
        await first.up(program({ ...base, ...after }));
        later(owner);
        const now = holderOf(first);
        assert.deepEqual(now.identity, was.identity, call);
        assert.equal(now.instance.tags[TAG.generation], String(first.outputs.generation), call);
        assert.equal(await first.up(program({ ...base, ...after })), "same", call);
      }
    });
  }
});

const MUTATING = {
  "root-volume": ["CreateLaunchTemplateVersion", "CreateReplaceRootVolumeTask", "DescribeReplaceRootVolumeTasks"],
  "stop-start": ["CreateLaunchTemplateVersion", "StopInstances", "ModifyInstanceAttribute", "StartInstances"],
  "terminate-first": ["CreateLaunchTemplateVersion", "TerminateInstances", "RunInstances"],
  overlap: ["CreateLaunchTemplateVersion", "RunInstances", "TerminateInstances", "AttachNetworkInterface"],
} as const;

async function protect(owner: Stack, name: "DisableApiStop" | "DisableApiTermination", value: boolean): Promise<void> {
  const InstanceId = String(owner.outputs.instanceId);
  await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId, [name]: { Value: value } }));
}
