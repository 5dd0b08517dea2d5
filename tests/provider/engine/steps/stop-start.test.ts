/** `replacement.strategy: "stop-start"`: the instance is stopped, changed and started. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { holderOf, pathBetween, said } from "../../holder";
import { interposed } from "../../interruptions";
import { goingOn, updatedAtEveryCall } from "../../kills";
import { program, type Stack } from "../../support";
import { failureOf, later, made, only, quick, settled, somebody, up } from "../../world";

const TYPE = { instanceType: "m6i.large" };
const DATA = { userData: "#!/bin/sh\n" };

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

async function protect(owner: Stack, name: "DisableApiStop" | "DisableApiTermination", value: boolean): Promise<void> {
  const InstanceId = String(owner.outputs.instanceId);
  await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId, [name]: { Value: value } }));
}
