/** Schedules, and what is done by hand between two runs of `up`. */
import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { pause, recycle, resume } from "../../controller/by-hand";
import { sweep } from "../../controller/handle";
import { readHistory } from "../../controller/history";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { interposed } from "../provider/interruptions";
import { program } from "../provider/support";
import { later, made, only, somebody, up } from "../provider/world";
import { actionsDone, EXACT, instanceIdOf, isBack } from "./machines-that-come-back";
import { MINUTE } from "../reliability/week/time";
import { controllerOf, depsOf, machine, pass } from "./support";

describe("the controller", function () {
  // Hours of a machine, second by second.
  this.timeout(60_000);

  it("follows schedules, each time once", async () => {
    const schedules = [
      { action: "pause", cron: "30 12 * * *" },
      { action: "resume", cron: "0 13 * * *" },
      { action: "recycle", cron: "30 13 * * *" },
    ];
    const inputs = { schedules, elasticIp: true, pauseBehavior: "terminate" };
    const owner = await up(inputs, EXACT);
    const was = owner.outputs;
    const outcomes = await pass(owner, 120 * MINUTE);
    assert.deepEqual(actionsDone(outcomes), ["pause", "resume", "recycle"]);
    await isBack(owner, inputs, was);
  });

  for (const [action, state] of [
    ["pause", "paused"],
    ["resume", "running"],
  ] as const) {
    it(`forgets no scheduled ${action}, at whichever of its calls it is killed`, async () => {
      const schedules = [{ action, cron: "30 12 * * *" }];
      const inputs = { schedules, desiredState: action === "pause" ? "running" : "paused" };
      for (let calls = 1; ; calls++) {
        const owner = await up(inputs, EXACT);
        await sweep(controllerOf(owner));
        owner.clock.advance(Date.parse("2026-11-22T12:31:00Z") - owner.clock.now());
        let left = calls;
        const dying = interposed({
          after: () => {
            if (--left <= 0) {
              throw new Error("killed");
            }
          },
        });
        await sweep(controllerOf(owner, { through: dying })).catch(() => undefined);
        later(owner);
        await sweep(controllerOf(owner));
        await sweep(controllerOf(owner));
        const [record] = made(owner).templates;
        assert.equal(record?.tags[TAG.desiredState]?.split(" ")[0], state, `killed after call ${calls}`);
        if (left > 0) {
          break;
        }
      }
    });
  }

  it("brings back a machine whose scheduled pause it has not the right to put on record, and pauses it once it has", async () => {
    const inputs = { schedules: [{ action: "pause", cron: "30 12 * * *" }] };
    const owner = await up(inputs, EXACT);
    await sweep(controllerOf(owner));
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceIdOf(owner)] }));
    owner.clock.advance(Date.parse("2026-11-22T12:31:00Z") - owner.clock.now());
    owner.simulator.iam.deny("ec2:CreateTags");
    const [restored] = await sweep(controllerOf(owner));
    assert.equal(restored?.action, "restore");
    assert.match(restored.missing?.map((it) => it.costs).join("; ") ?? "", /^no schedule is followed/);
    later(owner);
    owner.simulator.iam.clear();
    const [paused] = await sweep(controllerOf(owner));
    assert.deepEqual([paused?.action, paused?.kind], ["pause", "done"]);
  });
});

describe("by hand", () => {
  it("a pause is told of by a refresh, in plain words, and the next up resumes", async () => {
    for (const pauseBehavior of ["stop", "terminate"]) {
      const inputs = { elasticIp: true, pauseBehavior };
      const owner = await up(inputs);
      const was = owner.outputs;
      const outputs = await pause(await machine(owner), depsOf(owner));
      assert.equal(outputs.state, "paused");
      assert.deepEqual(actionsDone(await pass(owner, 20 * MINUTE)), []);
      await owner.refresh();
      assert.equal(owner.outputs.state, "paused");
      assert.deepEqual(owner.outputs.drift, ["it was paused since, by hand or on its schedule"]);
      assert.equal(await owner.up(program(inputs)), "update");
      await isBack(owner, inputs, was);
    }
  });

  it("a pause and a resume leave nothing for up to do", async () => {
    const owner = await up({ elasticIp: true });
    const was = owner.outputs;
    await pause(await machine(owner), depsOf(owner));
    await resume(await machine(owner), depsOf(owner));
    await isBack(owner, { elasticIp: true }, was);
  });

  it("a recycle is a generation of its own, on record with when and why, and no diff", async () => {
    const inputs = { elasticIp: true, userData: "#!/bin/sh\necho secret", imageId: WELL_KNOWN.imageV1 };
    const owner = await up(inputs);
    const was = owner.outputs;
    await recycle(await machine(owner), depsOf(owner, { leapMs: MINUTE }));
    await isBack(owner, inputs, was);
    assert.notEqual(owner.outputs.instanceId, was.instanceId);
    assert.equal(owner.outputs.generation, 2);
    const instance = only(made(owner).instances);
    assert.equal(instance.userData, Buffer.from(inputs.userData).toString("base64"));
    const { replacement } = readHistory((await machine(owner)).template.tags);
    assert.deepEqual([replacement?.reason, replacement?.instanceId], ["by-hand", was.instanceId]);
  });

  it("two recycles at once are one", async () => {
    const owner = await up({});
    const read = await machine(owner);
    await Promise.all([1, 2].map(() => recycle(read, depsOf(owner))));
    assert.equal((await machine(owner)).template.latestVersion, 2);
    assert.equal(only(made(owner).instances).state, "running");
    assert.deepEqual(
      (await sweep(controllerOf(owner))).map((it) => it.kind),
      ["nothing"],
    );
  });
});
