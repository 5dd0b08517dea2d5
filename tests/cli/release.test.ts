/** `release`: gives up a machine that no stack has any more, and nothing that somebody is at. */
import assert from "node:assert/strict";
import { StopInstancesCommand } from "@aws-sdk/client-ec2";
import { fitting, launchedByHand } from "../provider/by-hand";
import { killedAfter, killedUp } from "../provider/kills";
import { program } from "../provider/support";
import { holdingsOf, later, made, nothingIsLeft, only, quick, somebody, up } from "../provider/world";
import { machineOf } from "../provider/machine";
import { cli, done } from "./support";

const DATA = { dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 5 }] };

describe("managed-instance release", () => {
  it("asks with what goes, what stays and what that costs, and then leaves nothing but the data volumes", async () => {
    const lost = await up({ elasticIp: true, ...DATA });
    const { instance, eni, eip, privateIp, dataVolumes } = machineOf(lost);
    const data = only([...dataVolumes.values()]).volumeId;
    const { out, questions } = await done(lost, ["release", "web"], { answer: true });
    const id = lost.recorded?.id ?? "";
    assert.deepEqual(questions, [
      `release web (${id})? It terminates ${instance.instanceId}. It deletes ${eni.networkInterfaceId} with ${privateIp}, ${eip?.publicIp ?? ""} for good. ${data} stays. Addresses and volumes of it cost about $4.69 a month now. If a stack still has it, answer no, and run \`pulumi destroy\` there.`,
    ]);
    assert.equal(out.at(-1), `web (${id}) is released`);
    later(lost);
    nothingIsLeft(lost, data);
  });

  it("deletes the data volumes, and keeps the addresses, where it is told to", async () => {
    const lost = await up({ elasticIp: true, ...DATA });
    const { eni, eip } = machineOf(lost);
    const flags = ["--delete-data-volumes", "--retain-elastic-ip", "--retain-network-interface"];
    await done(lost, ["release", "web", "--yes", ...flags]);
    later(lost);
    nothingIsLeft(lost, eni.networkInterfaceId, eip?.allocationId ?? "");
    assert.equal(made(lost).elasticIps.length, 1);
  });

  it("gives back what was adopted", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    await owner.up(fitting(had));
    await done(owner, ["release", "web", "--yes"]);
    later(owner);
    const now = made(owner);
    assert.equal(only(now.instances).instanceId, had.instanceId);
    assert.equal(only(now.instances).state, "running");
    assert.deepEqual(holdingsOf(owner, owner.recorded?.id).instances, []);
  });

  it("gives up what a killed create left, once its maker is gone", async () => {
    const account = quick();
    await killedUp(account, killedAfter("AllocateAddress"), program({ elasticIp: true }));
    const { code, err } = await cli(account, ["release", "web", "--yes"]);
    assert.equal(code, 0, err.join("\n"));
    nothingIsLeft(account);
  });

  it("does nothing where the answer is no, or nobody is there to give one", async () => {
    const owner = await up();
    const before = holdingsOf(owner, owner.recorded?.id);
    assert.equal((await cli(owner, ["release", "web"], { answer: false })).code, 5);
    assert.equal((await cli(owner, ["release", "web"])).code, 5);
    assert.deepEqual(holdingsOf(owner, owner.recorded?.id), before);
  });

  it("is refused while its instance is on its way from one state to another", async () => {
    const owner = await up();
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [String(owner.outputs.instanceId)] }));
    const { code, err } = await cli(owner, ["release", "web", "--yes"]);
    assert.equal(code, 1);
    assert.match(
      err.join(),
      /i-\w+ is stopping, so web \(mi-\w+\) is not released: a run of Pulumi or a controller is at it\. Nothing was changed/,
    );
    assert.equal(made(owner).templates.length, 1);
  });

  it("says that there is no such machine", async () => {
    const { code, err } = await cli(await up(), ["release", "db", "--yes"]);
    assert.equal(code, 3);
    assert.match(err.join(), /there is no managed instance db in us-east-1/);
  });
});
