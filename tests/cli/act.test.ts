/** `pause`, `resume` and `recycle`: asked about first, done with live lines, and what Pulumi makes of them afterwards. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { MachineView } from "../../cli/machine-view";
import { PAUSED_SINCE } from "../../provider/engine/planning/drift";
import { program } from "../provider/support";
import { later, made, only, settled, somebody, up } from "../provider/world";
import { machineOf } from "../provider/machine";
import { cli, done, json } from "./support";

describe("managed-instance pause", () => {
  it("asks with what stops and what stays, and then stops it, a line for each step", async () => {
    const owner = await up({ elasticIp: true });
    const { instance, eni, eip, privateIp, volume } = machineOf(owner);
    const { out, err, questions } = await done(owner, ["pause", "web"], { answer: true });
    assert.deepEqual(questions, [
      `pause web (${instance.instanceId}, ${privateIp})? It stops ${instance.instanceId}. ${eni.networkInterfaceId}, ${privateIp}, ${eip?.publicIp ?? ""}, ${volume.volumeId} stay.`,
    ]);
    assert.equal(only(made(owner).instances).state, "stopped");
    assert.match(out[0] ?? "", /^web: /);
    assert.equal(out.at(-1), `web is paused; keeps ${privateIp}, ${eip?.publicIp ?? ""}`);
    assert.match(err.join(), /managed-instance resume. brings it back; so does the next `pulumi up` after a refresh/);
  });

  it("says what goes where the instance is ended", async () => {
    const owner = await up({ market: { lifecycle: "spot" }, publicIpAssignment: "assign" });
    const { instance, eni, privateIp, volume } = machineOf(owner);
    const publicIp = String(owner.outputs.publicIp);
    const { questions } = await done(owner, ["pause", "web"], { answer: true });
    assert.deepEqual(questions, [
      `pause web (${instance.instanceId}, ${privateIp})? It ends ${instance.instanceId}. ${volume.volumeId}, ${publicIp} go with it. ${eni.networkInterfaceId}, ${privateIp} stay.`,
    ]);
    assert.deepEqual(made(owner).instances, []);
  });

  it("does nothing where the answer is no, or nobody is there to give one", async () => {
    const owner = await up();
    machineOf(owner);
    const before = owner.simulator.snapshot();
    const no = await cli(owner, ["pause", "web"], { answer: false });
    assert.deepEqual([no.code, no.err], [5, ["managed-instance: not confirmed; nothing was done."]]);
    const nobody = await cli(owner, ["pause", "web"]);
    assert.equal(nobody.code, 5);
    assert.match(nobody.err.join(), /Nobody is there to answer, so nothing was done; --yes answers it\.$/);
    assert.deepEqual(owner.simulator.snapshot(), before);
  });

  it("asks nobody with --yes, and has nothing to do the second time", async () => {
    const owner = await up();
    const { questions } = await done(owner, ["pause", "web", "--yes"]);
    assert.deepEqual(questions, []);
    const again = await done(owner, ["pause", "web"]);
    assert.deepEqual([again.out, again.questions], [["web is paused already; nothing was done"], []]);
  });

  it("prints what is so then as JSON, and all else on standard error", async () => {
    const owner = await up();
    const ran = await done(owner, ["pause", "web", "--yes", "--json"]);
    assert.equal((json(ran) as MachineView).state, "paused");
    assert.match(ran.err.join("\n"), /^web: /);
  });

  it("with --no-wait only puts it on record; whoever looks next does it", async () => {
    const owner = await up();
    const { out } = await done(owner, ["pause", "web", "--yes", "--no-wait"]);
    assert.match(out.join(), /^web: recorded\. The controller .* will carry it out/);
    assert.equal(only(made(owner).instances).state, "running");
    const view = json(await done(owner, ["status", "web", "--json"])) as MachineView;
    assert.deepEqual([view.state, view.desiredState], ["running", "paused"]);
    await done(owner, ["pause", "web", "--yes"]);
    assert.equal(only(made(owner).instances).state, "stopped");
  });

  it("is drift for the next refresh, and the next `up` resumes", async () => {
    const owner = await up({ elasticIp: true });
    const { privateIp, eip } = machineOf(owner);
    await done(owner, ["pause", "web", "--yes"]);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, [PAUSED_SINCE]);
    assert.equal(await owner.up(program({ elasticIp: true })), "update");
    later(owner);
    const now = machineOf(owner);
    assert.deepEqual([now.privateIp, now.eip?.publicIp], [privateIp, eip?.publicIp]);
    await settled(owner, { elasticIp: true });
  });

  it("names the right that is missing, and has changed nothing", async () => {
    const owner = await up();
    owner.simulator.iam.attach([{ Effect: "Allow", Action: "ec2:Describe*", Resource: "*" }]);
    const { code, err } = await cli(owner, ["pause", "web", "--yes"]);
    assert.equal(code, 4);
    assert.match(
      err.join(),
      /^managed-instance: could not put on record that web is to pause: CreateTags was denied: /,
    );
    assert.match(err.join(), /Allow the action ec2:CreateTags in the IAM policy of these credentials\./);
    assert.equal(only(made(owner).instances).state, "running");
  });
});

describe("managed-instance resume", () => {
  it("brings back what was paused, and asks nothing", async () => {
    const owner = await up({ elasticIp: true });
    const { privateIp, eip, instance } = machineOf(owner);
    await done(owner, ["pause", "web", "--yes"]);
    const { out, questions } = await done(owner, ["resume", "web"]);
    assert.deepEqual(questions, []);
    assert.equal(
      out.at(-1),
      `web runs: ${instance.instanceId} (m7i.large, on-demand) at ${privateIp}, ${eip?.publicIp ?? ""}`,
    );
    await owner.refresh();
    await settled(owner, { elasticIp: true });
  });

  it("takes --yes and -y, which a script passes to every command that acts, and does the same", async () => {
    for (const yes of ["--yes", "-y"]) {
      const owner = await up();
      await done(owner, ["pause", "web", yes]);
      const { out, questions } = await done(owner, ["resume", "web", yes]);
      assert.deepEqual(questions, []);
      assert.match(out.at(-1) ?? "", /^web runs: i-/);
    }
  });

  it("launches what was ended behind its back, and has nothing to do where all is well", async () => {
    const owner = await up();
    const { instance, privateIp } = machineOf(owner);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
    later(owner);
    await done(owner, ["resume", "web"]);
    await owner.refresh();
    assert.equal(machineOf(owner).privateIp, privateIp);
    const { out } = await done(owner, ["resume", "web"]);
    assert.equal(out.join(), `web runs already (${machineOf(owner).instance.instanceId}); nothing was done`);
  });
});

describe("managed-instance recycle", () => {
  it("asks with what ends, and launches another on the same addresses; then refresh and up change nothing", async () => {
    const owner = await up({ elasticIp: true });
    const { instance, eni, eip, privateIp, volume } = machineOf(owner);
    const { questions, out } = await done(owner, ["recycle", "web"], { answer: true });
    assert.deepEqual(questions, [
      `recycle web (${instance.instanceId}, ${privateIp})? It ends ${instance.instanceId} and launches another, dark until that runs. ${volume.volumeId} goes with it. ${eni.networkInterfaceId}, ${privateIp}, ${eip?.publicIp ?? ""} stay.`,
    ]);
    later(owner);
    await owner.refresh();
    const now = machineOf(owner);
    assert.notEqual(now.instance.instanceId, instance.instanceId);
    assert.deepEqual([now.privateIp, now.eip?.publicIp], [privateIp, eip?.publicIp]);
    assert.match(out.at(-1) ?? "", new RegExp(`^web runs: ${now.instance.instanceId} `));
    assert.deepEqual(owner.outputs.drift, []);
    await settled(owner, { elasticIp: true });
    const view = json(await done(owner, ["status", "web", "--json"])) as MachineView;
    assert.deepEqual(
      [view.lastReplacement?.reason, view.lastReplacement?.instanceId],
      ["by-hand", instance.instanceId],
    );
  });

  it("has nothing to do where there is no instance", async () => {
    const owner = await up({ desiredState: "paused" });
    const { out } = await done(owner, ["recycle", "web"]);
    assert.match(
      out.join(),
      /^web has no instance, and `managed-instance resume` launches a new one; nothing was done$/,
    );
  });

  it("says what is left after Ctrl-C, and resume goes on from there", async () => {
    const owner = await up();
    const { instance, privateIp } = machineOf(owner);
    const interrupt = new AbortController();
    const { code, err } = await cli(owner, ["recycle", "web", "--yes"], {
      interrupted: interrupt.signal,
      onLine: (line) => {
        if (/retir|ending|ended/i.test(line)) interrupt.abort();
      },
    });
    assert.equal(code, 130, err.join("\n"));
    assert.match(err.join(), /^managed-instance: Cancelled: stopped .* `managed-instance resume` goes on from here\.$/);
    later(owner);
    await done(owner, ["resume", "web"]);
    later(owner);
    await owner.refresh();
    const now = machineOf(owner);
    assert.notEqual(now.instance.instanceId, instance.instanceId);
    assert.equal(now.privateIp, privateIp);
  });
});

describe("managed-instance on a protected instance", () => {
  for (const [verb, attribute, protection] of [
    ["recycle", { DisableApiTermination: { Value: true } }, "termination"],
    ["recycle", { DisableApiStop: { Value: true } }, "stop"],
    ["pause", { DisableApiStop: { Value: true } }, "stop"],
  ] as const) {
    it(`${verb} says that it has ${protection} protection, asks nothing and puts nothing on record`, async () => {
      const owner = await up({ elasticIp: true });
      const { instanceId } = machineOf(owner).instance;
      await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, ...attribute }));
      const before = owner.simulator.snapshot();
      for (const args of [
        [verb, "web"],
        [verb, "web", "--yes", "--no-wait"],
      ]) {
        const { code, err, questions } = await cli(owner, args, { answer: true });
        assert.equal(code, 1);
        assert.match(
          err.join(),
          new RegExp(
            `^managed-instance: web: nothing was changed: ${instanceId} has ${protection} protection .*; take it off \\(aws ec2 modify-instance-attribute .*\\), then run again\\.$`,
          ),
        );
        assert.deepEqual(questions, []);
      }
      assert.deepEqual(owner.simulator.snapshot(), before);
    });
  }

  it("resume says so where a recycled instance would make way, and puts nothing on record", async () => {
    const owner = await up();
    await done(owner, ["pause", "web", "--yes"]);
    await done(owner, ["recycle", "web", "--yes"]);
    const { instanceId } = only(made(owner).instances);
    await somebody(owner).send(
      new ModifyInstanceAttributeCommand({ InstanceId: instanceId, DisableApiStop: { Value: true } }),
    );
    const before = owner.simulator.snapshot();
    const { code, err } = await cli(owner, ["resume", "web"]);
    assert.equal(code, 1);
    assert.match(err.join(), /nothing was changed: i-\w+ has stop protection \(disableApiStop\), with which/);
    assert.deepEqual(owner.simulator.snapshot(), before);
  });
});
