/** Events between two runs of `up`: machines come back by themselves, and the next `up` finds nothing to do. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand, StopInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { recycle } from "../../controller/by-hand";
import { BadMessage } from "../../controller/events";
import { handleMachine, handleMessage, sweep } from "../../controller/handle";
import type { Controller } from "../../controller/outcome";
import { TAG } from "../../provider/ec2/tags";
import { program, stack, URN } from "../provider/support";
import { later, made, only, somebody, up } from "../provider/world";
import { actionsDone, ended, EXACT, instanceIdOf, isBack, SPOT } from "./machines-that-come-back";
import { MINUTE } from "../reliability/week/time";
import { controllerOf, depsOf, machine, outages, pass } from "./support";

describe("the controller", function () {
  // Hours of a machine, second by second.
  this.timeout(60_000);

  for (const [strategy, atMost] of [
    ["terminate-first", 60],
    ["overlap", 20],
  ] as const) {
    it(`brings back what AWS took, by ${strategy}, in little more than EC2's own time`, async () => {
      const inputs = { ...SPOT, elasticIp: true, replacement: { strategy } };
      const owner = await up(inputs, EXACT);
      const was = owner.outputs;
      await pass(owner, 10 * MINUTE);
      owner.simulator.interrupt({ instanceId: instanceIdOf(owner) });
      const outcomes = await pass(owner, 10 * MINUTE);
      const dark = outages(owner, was.privateIp);
      assert.equal(dark.length, 1);
      assert.ok((dark[0] ?? 999) <= atMost, dark.join());
      assert.equal(
        outcomes.reduce((sum, it) => sum + it.metrics.replacements, 0),
        1,
      );
      await isBack(owner, inputs, was);
      assert.notEqual(owner.outputs.instanceId, was.instanceId);
    });
  }

  it("brings back what was stopped, and what was ended, by hand", async () => {
    const inputs = { elasticIp: true };
    const owner = await up(inputs, EXACT);
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [instanceIdOf(owner)] }));
    let outcomes = await pass(owner, 5 * MINUTE);
    assert.deepEqual(
      outcomes.filter((it) => it.kind === "done").map((it) => it.reason),
      ["stopped"],
    );
    await isBack(owner, inputs, was);
    assert.equal(owner.outputs.instanceId, was.instanceId);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceIdOf(owner)] }));
    outcomes = await pass(owner, 5 * MINUTE);
    assert.deepEqual(
      outcomes.filter((it) => it.kind === "done").map((it) => it.reason),
      ["ended"],
    );
    await isBack(owner, inputs, was);
    assert.notEqual(owner.outputs.instanceId, was.instanceId);
  });

  it("does nothing twice: of every event there are three, and two controllers hear each", async () => {
    const owner = await up({ ...SPOT, elasticIp: true }, EXACT);
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    owner.calls();
    owner.simulator.interrupt({ instanceId: instanceIdOf(owner) });
    await pass(owner, 10 * MINUTE, { copies: 3 });
    assert.equal(owner.calls("mutating").filter((it) => it === "RunInstances").length, 1);
    await isBack(owner, { ...SPOT, elasticIp: true }, was);
    await ended(owner);
    const outcomes = await Promise.all(
      [1, 2].map(() => handleMachine(controllerOf(owner), String(owner.recorded?.id))),
    );
    assert.ok(outcomes.some((it) => it.kind === "done"));
    await pass(owner, 5 * MINUTE);
    assert.equal(only(made(owner).instances).state, "running");
    await isBack(owner, { ...SPOT, elasticIp: true }, was);
  });

  it("puts no scheduled recycle or pause on record while the instance is protected, and says so", async () => {
    for (const [action, attribute] of [
      ["recycle", { DisableApiStop: { Value: true } }],
      ["recycle", { DisableApiTermination: { Value: true } }],
      ["pause", { DisableApiStop: { Value: true } }],
    ] as const) {
      const owner = await up({ schedules: [{ action, cron: "0 13 * * *" }] }, EXACT);
      const was = owner.outputs;
      await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId: instanceIdOf(owner), ...attribute }));
      await pass(owner, 10 * MINUTE);
      const { latestVersion, tags } = only(made(owner).templates);
      const refused = (await pass(owner, 60 * MINUTE)).filter((it) => it.kind === "failed");
      assert.equal(refused.length, 1, "it is not tried again before the schedule's next time");
      assert.match(
        refused[0]?.because ?? "",
        /^nothing was changed: i-\w+ has (termination|stop) protection \(disableApi\w+\).*; take it off \(aws ec2/,
      );
      const record = only(made(owner).templates);
      assert.equal(record.latestVersion, latestVersion);
      assert.equal(record.tags[TAG.desiredState], tags[TAG.desiredState]);
      await isBack(owner, { schedules: [{ action, cron: "0 13 * * *" }] }, was);
      assert.equal(owner.outputs.instanceId, was.instanceId);
    }
  });

  it("finds by a sweep what no event told of", async () => {
    const owner = await up({}, EXACT);
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    await ended(owner);
    const outcomes = await pass(owner, 10 * MINUTE, { isLost: () => true, sweepMs: MINUTE });
    assert.deepEqual(actionsDone(outcomes), ["ended"]);
    await isBack(owner, {}, was);
  });

  it("stops before its deadline where another goes on, and brings a dark machine up first", async () => {
    const owner = await up({}, EXACT);
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    await ended(owner);
    let controller: Controller = { ...controllerOf(owner), deadline: owner.clock.now() + 5000 };
    const first = await handleMachine(controller, "web");
    assert.equal(first.kind, "to-be-continued", first.because);
    assert.deepEqual(first.followUp, { at: owner.clock.now(), message: { continue: owner.recorded?.id } });
    assert.ok(owner.clock.now() <= (controller.deadline ?? 0));
    controller = { ...controllerOf(owner), deadline: owner.clock.now() + 15 * MINUTE };
    const [second] = await handleMessage(controller, first.followUp.message);
    assert.equal(second?.kind, "done", second?.because);
    await isBack(owner, {}, was);
  });

  it("tries again where there is no capacity, counts it, and does not give up for it", async () => {
    const inputs = { market: { lifecycle: "spot", fallbackToOnDemand: false } };
    const owner = await up(inputs, EXACT);
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    owner.simulator.interrupt({ instanceId: instanceIdOf(owner) });
    const misses = await pass(owner, 15 * MINUTE);
    assert.ok(misses.filter((it) => it.kind === "failed" && it.metrics.capacityMisses > 0).length >= 5);
    assert.ok(!misses.some((it) => it.kind === "gave-up"));
    owner.simulator.capacity.clear("m7i.large", "us-east-1a", "spot");
    assert.deepEqual(actionsDone(await pass(owner, 5 * MINUTE)), ["interruption"]);
    await isBack(owner, inputs, was);
  });

  it("goes back to spot once there is some", async () => {
    const inputs = { market: { lifecycle: "spot", revertToSpot: "always" }, replacement: { strategy: "overlap" } };
    const owner = await up(inputs, EXACT);
    const was = owner.outputs;
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    owner.simulator.interrupt({ instanceId: instanceIdOf(owner) });
    await pass(owner, 30 * MINUTE);
    await owner.refresh();
    assert.deepEqual([owner.outputs.state, owner.outputs.lifecycle], ["running", "on-demand"]);
    const onDemand = owner.outputs.instanceId;
    // In vain, which costs nothing: the old one is only given up for a new one.
    const inVain = await pass(owner, 70 * MINUTE);
    assert.ok(inVain.some((it) => it.kind === "failed" && it.reason === "revert-to-spot"));
    await owner.refresh();
    assert.equal(owner.outputs.instanceId, onDemand);
    owner.simulator.capacity.clear("m7i.large", "us-east-1a", "spot");
    assert.ok(actionsDone(await pass(owner, 70 * MINUTE)).includes("revert-to-spot"));
    await isBack(owner, inputs, was);
    assert.equal(owner.outputs.lifecycle, "spot");
  });

  it("replaces one whose status checks fail, and gives up loudly where the next ones fail too", async () => {
    const owner = await up({}, EXACT);
    await pass(owner, 10 * MINUTE);
    for (let boots = 0; boots < 4; boots++) {
      owner.simulator.impairNextBoot();
    }
    await ended(owner);
    const outcomes = await pass(owner, 60 * MINUTE);
    assert.deepEqual(actionsDone(outcomes), ["ended", "status-checks", "status-checks"]);
    const given = outcomes.filter((it) => it.kind === "gave-up");
    assert.deepEqual(
      given.map((it) => it.isNew).filter((it) => it === true),
      [true],
    );
    assert.match(given[0]?.because ?? "", /3 replacements in a row \(the last for: status-checks\) did not help/);
    // A recycle by hand is another try.
    await recycle(await machine(owner), depsOf(owner));
    await recycle(await machine(owner), depsOf(owner));
    assert.equal((await pass(owner, 20 * MINUTE)).filter((it) => it.kind === "gave-up").length, 0);
  });

  it("ignores what is about nothing of ours, and counts it; and takes no message that is none", async () => {
    const owner = await up({}, EXACT);
    owner.calls();
    const event = {
      source: "aws.ec2",
      "detail-type": "EC2 Instance State-change Notification",
      time: "2026-11-22T12:00:00Z",
      detail: { "instance-id": "i-0123456789abcdef0", state: "terminated" },
    };
    const others = [event, { ...event, "detail-type": "EBS Volume Notification" }, { ...event, source: "aws.s3" }];
    for (const message of others) {
      const [outcome] = await handleMessage(controllerOf(owner), message);
      assert.deepEqual([outcome?.kind, outcome?.metrics.ignored], ["ignored", 1]);
    }
    for (const message of [
      null,
      "text",
      [],
      {},
      { ...event, detail: {} },
      { ...event, time: "now" },
      { continue: 1 },
    ]) {
      await assert.rejects(handleMessage(controllerOf(owner), message), BadMessage);
    }
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("looks at all machines, and leaves what is to be done to others where that is wanted", async () => {
    const owner = await up({}, EXACT);
    const other = stack({ on: owner });
    await other.up(program({ resourceUrn: `${URN}2` }));
    await pass(owner, 10 * MINUTE);
    await ended(other);
    later(owner);
    const outcomes = await sweep(controllerOf(owner), { isSurvey: true });
    assert.deepEqual(
      outcomes.map((it) => [it.name, it.kind, it.followUp?.message]),
      [
        ["web", "nothing", undefined],
        ["web2", "waiting", { look: other.recorded?.id }],
      ],
    );
  });
});
