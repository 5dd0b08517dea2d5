/** The options of a replacement: draining, skipping the guest's shutdown, waiting for status checks, and rolling back. */
import assert from "node:assert/strict";
import { RebootInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { holderOf, pathBetween } from "./holder";
import { goingOn, killedAfter, killedUp } from "./kills";
import { program, type Stack } from "./support";
import { failureOf, later, made, only, quick, settled, somebody, up } from "./world";
import { machineOf } from "./machine";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };

describe("drainSeconds", () => {
  const base = { elasticIp: true, replacement: { drainSeconds: 90 } };

  function timeOf(owner: Stack, action: string): number {
    return owner.simulator.calls().find((it) => it.action === action && it.result === "ok" && !it.dryRun)?.time ?? NaN;
  }

  for (const [what, change, replacement, action] of [
    ["ended", IMAGE, {}, "TerminateInstances"],
    ["stopped for another type", { instanceType: "m6i.large" }, { strategy: "stop-start" }, "StopInstances"],
    ["booted from another volume", IMAGE, { strategy: "root-volume" }, "CreateReplaceRootVolumeTask"],
  ] as const) {
    it(`is waited before the instance is ${what}, which can read so in its tags`, async () => {
      const inputs = { ...base, replacement: { ...base.replacement, ...replacement } };
      const owner = await up(inputs, { leapMs: 0 });
      const { instance } = holderOf(owner);
      owner.simulator.clearCalls();
      await owner.up(program({ ...inputs, ...change }));
      const began = timeOf(owner, "CreateTags");
      const waited = (timeOf(owner, action) - began) / 1000;
      assert.ok(waited >= 90 && waited < 95, `${waited} s`);
      assert.ok(owner.lines.some((line) => line.endsWith(`draining ${instance.instanceId} for 90 s`)));
      later(owner);
      holderOf(owner);
      await settled(owner, { ...inputs, ...change });
    });
  }

  it("is not waited for again by what goes on after a kill, but for the rest", async () => {
    const owner = await up(base, { leapMs: 0 });
    await owner.refresh();
    const killed = goingOn(owner, { leapMs: 0, through: killedAfter("CreateTags") });
    await killed.up(program({ ...base, ...IMAGE })).catch(() => undefined);
    const begun = Date.parse(only(made(owner).instances).tags[TAG.draining] ?? "");
    assert.equal(begun, owner.clock.now());
    owner.clock.advance(60_000);
    owner.simulator.clearCalls();
    await owner.up(program({ ...base, ...IMAGE }));
    const waited = (timeOf(owner, "TerminateInstances") - begun) / 1000;
    assert.ok(waited >= 90 && waited < 95, `${waited} s`);
    later(owner);
    holderOf(owner);
  });

  it("leaves no tag on an instance that stays after all", async () => {
    const owner = await up(base);
    await owner.refresh();
    const was = holderOf(owner);
    await killedUp(owner, killedAfter("CreateTags"), program({ ...base, ...IMAGE }));
    assert.ok(TAG.draining in only(made(owner).instances).tags);
    await owner.refresh();
    await owner.up(program(base));
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await settled(owner, base);
  });

  it("is not waited for where nothing runs", async () => {
    const owner = await up(base, { leapMs: 5000 });
    await owner.up(program({ ...base, desiredState: "paused", pauseBehavior: "stop" }));
    const begin = owner.clock.now();
    await owner.up(program({ ...base, ...IMAGE }));
    assert.ok(owner.clock.now() - begin < 90_000);
  });
});

describe("skipOsShutdown", () => {
  for (const [what, change, replacement, from, to] of [
    ["an end", IMAGE, {}, "shutdown-requested", "terminated"],
    [
      "a stop for another type",
      { instanceType: "m6i.large" },
      { strategy: "stop-start" },
      "shutdown-requested",
      "stopped",
    ],
    ["a pause", { desiredState: "paused" }, {}, "shutdown-requested", "stopped"],
    [
      "a pause that ends it",
      { desiredState: "paused", pauseBehavior: "terminate" },
      {},
      "shutdown-requested",
      "terminated",
    ],
  ] as const) {
    it(`does not wait for the guest at ${what}`, async () => {
      const times: number[] = [];
      for (const skipOsShutdown of [true, false]) {
        const inputs = { replacement: { ...replacement, skipOsShutdown } };
        const owner = await up(inputs, { leapMs: 0 });
        owner.simulator.timings.set({
          terminate: 40_000,
          stop: 40_000,
          terminateSkippingShutdown: 5_000,
          stopSkippingShutdown: 5_000,
        });
        const id = String(owner.outputs.instanceId);
        await owner.up(program({ ...inputs, ...change }));
        const { events } = owner.simulator.timeline();
        const timeOf = (event: string): number =>
          events.find((it) => it.instanceId === id && it.event === event)?.time ?? NaN;
        times.push((timeOf(to) - timeOf(from)) / 1000);
      }
      assert.deepEqual(times, [5, 40]);
    });
  }
});

describe("waitFor: status-ok", () => {
  for (const [what, change, replacement] of [
    ["a launch", IMAGE, {}],
    ["a launch beside", IMAGE, { strategy: "overlap" }],
    ["a stop and start", { instanceType: "m6i.large" }, { strategy: "stop-start" }],
    ["a new root volume", IMAGE, { strategy: "root-volume" }],
    ["a resume", {}, { strategy: "auto" }],
  ] as const) {
    it(`waits for the checks after ${what}, and "running" does not`, async () => {
      for (const waitFor of ["status-ok", "running"]) {
        const inputs = { replacement: { ...replacement, waitFor } };
        const owner = await up(what === "a resume" ? { ...inputs, desiredState: "paused" } : inputs, { leapMs: 5000 });
        if (what === "a resume") {
          await owner.up(program(inputs));
          await owner.up(program({ ...inputs, desiredState: "paused" }));
        }
        owner.lines.length = 0;
        await owner.up(program({ ...inputs, ...change }));
        const proofs = owner.lines.filter((line) => / passes its status checks after 1[0-9]{2} s$/.test(line));
        assert.equal(proofs.length, waitFor === "status-ok" ? 1 : 0, owner.lines.join("\n"));
      }
    });
  }
});

describe("an instance that fails its status checks and stays", () => {
  const replacement = { waitFor: "status-ok" };

  it("is checked again by the next up, until it passes them", async () => {
    const owner = quick();
    owner.simulator.impairNextBoot();
    await failureOf(owner.up(program({ replacement })));
    const { instanceId } = only(made(owner).instances);
    assert.match((await failureOf(owner.up(program({ replacement })))).message, /failed its status checks/);
    await somebody(owner).send(new RebootInstancesCommand({ InstanceIds: [instanceId] }));
    await owner.up(program({ replacement }));
    const { instance } = machineOf(owner);
    assert.equal(instance.instanceId, instanceId);
    assert.equal(instance.tags[TAG.unproven], undefined);
    assert.equal(await owner.up(program({ replacement })), "same");
  });

  it("is as good as any once nobody asks for the checks", async () => {
    const owner = quick();
    owner.simulator.impairNextBoot();
    await failureOf(owner.up(program({ replacement })));
    await owner.up(program());
    assert.equal(machineOf(owner).instance.tags[TAG.unproven], undefined);
  });
});

describe("rollbackOnFailure", () => {
  const TROUBLES: [
    what: string,
    trouble: (owner: Stack) => void,
    change: Properties,
    replacement: Properties,
    says: RegExp,
  ][] = [
    [
      "is ended by EC2 as it starts",
      (owner) => {
        owner.simulator.failNextLaunch("Client.InternalError");
      },
      IMAGE,
      {},
      /i-\w+ ended while it started: .*Client\.InternalError/,
    ],
    [
      "never passes its status checks",
      (owner) => {
        owner.simulator.impairNextBoot();
      },
      IMAGE,
      { waitFor: "status-ok" },
      /i-\w+ failed its status checks/,
    ],
    [
      "has no capacity",
      (owner) => {
        owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
      },
      { instanceType: "m6i.large" },
      {},
      /no capacity in us-east-1a: m6i\.large \(on-demand\)/,
    ],
  ];

  for (const [what, trouble, change, replacement, says] of TROUBLES) {
    it(`true: the generation before runs again when the new instance ${what}`, async () => {
      const base = { elasticIp: true, replacement };
      const owner = await up(base);
      const was = holderOf(owner);
      trouble(owner);
      const failure = await failureOf(owner.up(program({ ...base, ...change })));
      assert.match(failure.message, says);
      assert.match(failure.message, /The previous one, generation 1 on eni-\w+, runs again, as i-\w+\. Kept:/);
      later(owner);
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.imageId, instance.instanceType], [WELL_KNOWN.imageV1, "m7i.large"]);
      assert.equal(owner.outputs.state, "running");
      await owner.up(program(base));
      assert.equal(holderOf(owner).instance.instanceId, instance.instanceId);
      assert.deepEqual(holderOf(owner).identity, was.identity);
      await settled(owner, base);
      owner.simulator.capacity.clear("m6i.large", "us-east-1a", "on-demand");
      await owner.up(program({ ...base, ...change }));
      assert.deepEqual(holderOf(owner).identity, was.identity);
    });

    it(`false: nothing comes after the new instance that ${what}`, async () => {
      const base = { elasticIp: true, replacement: { ...replacement, rollbackOnFailure: false } };
      const owner = await up(base);
      const was = holderOf(owner);
      trouble(owner);
      const failure = await failureOf(owner.up(program({ ...base, ...change })));
      assert.match(failure.message, says);
      assert.doesNotMatch(failure.message, /runs again/);
      assert.ok(!owner.lines.some((line) => line.includes("generation 1 on")));
      later(owner);
      await owner.up(program(base));
      later(owner);
      const now = holderOf(owner);
      assert.notEqual(now.instance.instanceId, was.instance.instanceId);
      assert.deepEqual([now.instance.imageId, now.instance.instanceType], [WELL_KNOWN.imageV1, "m7i.large"]);
      assert.deepEqual(now.identity, was.identity);
      await settled(owner, base);
    });
  }
});
