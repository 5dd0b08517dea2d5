/** `overlap`: the new instance is launched and proven beside the old one before the interface is moved to it. */
import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { TAG } from "../../provider/ec2/tags";
import { holderOf, pathBetween, said } from "./holder";
import { updatedAtEveryCall } from "./kills";
import { after, base, IMAGE, order, outageOf, primary, secondary } from "./overlapping";
import { program } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, somebody, up } from "./world";

describe("overlap", () => {
  it("hands over to a new instance that runs already, and then ends the old one", async () => {
    const owner = await secondary();
    const was = holderOf(owner);
    owner.calls();
    await owner.up(program(after));
    assert.deepEqual(order(owner), [
      "RunInstances",
      "DetachNetworkInterface",
      "AttachNetworkInterface",
      "TerminateInstances",
    ]);
    later(owner);
    assert.equal(pathBetween(was, holderOf(owner)), "overlap");
    assert.deepEqual(holderOf(owner).identity, was.identity);
    await settled(owner, after);
  });

  it("is dark for a detach and an attach only, and says so", async () => {
    const owner = quick({ leapMs: 0 });
    await owner.up(program(base));
    assert.equal(outageOf(owner), 0);
    await owner.up(program(after));
    assert.ok(outageOf(owner) > 0 && outageOf(owner) < 12, `${outageOf(owner)} s`);
    assert.ok(owner.lines.some((line) => /attached to i-\w+ after \d+ s; the address was dark for \d+ s$/.test(line)));
  });

  it("proves the new instance before it ends an old one that has the interface as its first", async () => {
    const owner = await primary();
    const was = holderOf(owner);
    owner.calls();
    await owner.up(program(after));
    assert.deepEqual(order(owner), ["RunInstances", "TerminateInstances", "AttachNetworkInterface"]);
    later(owner);
    const now = holderOf(owner);
    assert.equal(now.instance.networkInterfaceIds[1], now.eni.networkInterfaceId);
    assert.deepEqual(now.identity, was.identity);
    await settled(owner, after);
  });

  it("goes to terminate-first and back with no replacement of its own", async () => {
    const owner = await secondary();
    const was = holderOf(owner);
    await owner.up(program({ elasticIp: true }));
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await owner.up(program({ elasticIp: true, ...IMAGE }));
    later(owner);
    const second = holderOf(owner);
    assert.equal(pathBetween(was, second), "terminate-first");
    await owner.up(program(after));
    assert.equal(pathBetween(second, holderOf(owner)), "none");
    await owner.up(program(base));
    later(owner);
    const third = holderOf(owner);
    assert.equal(pathBetween(second, third), "overlap");
    assert.deepEqual(third.identity, was.identity);
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  });

  it("launches and attaches where there is no old instance", async () => {
    const owner = await secondary();
    const was = holderOf(owner);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [was.instance.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.match(await said(owner, base), /^launches an instance \(it has no instance\);/);
    await owner.up(program(base));
    const now = holderOf(owner);
    assert.deepEqual(now.identity, was.identity);
    assert.equal(now.instance.networkInterfaceIds.length, 2);
    await settled(owner, base);
  });

  it("keeps both interfaces over a pause by stop", async () => {
    const owner = await secondary();
    const was = holderOf(owner);
    await owner.up(program({ ...base, desiredState: "paused" }));
    assert.equal(owner.outputs.state, "paused");
    await owner.up(program(base));
    const now = holderOf(owner);
    assert.equal(pathBetween(was, now), "stop-start");
    assert.deepEqual(now.identity, was.identity);
  });

  it("replaces a stopped instance when it is resumed with another image", async () => {
    const owner = await secondary();
    const was = holderOf(owner);
    await owner.up(program({ ...base, desiredState: "paused" }));
    await owner.up(program(after));
    later(owner);
    assert.equal(pathBetween(was, holderOf(owner)), "overlap");
    assert.deepEqual(holderOf(owner).identity, was.identity);
    await settled(owner, after);
  });

  it("drains the old instance after the hand-over, and not before", async () => {
    const replacement = { strategy: "overlap", drainSeconds: 300 };
    const owner = await secondary({ replacement });
    const { instance } = holderOf(owner);
    owner.simulator.clearCalls();
    await owner.up(program({ ...after, replacement }));
    const timeOf = (action: string): number =>
      owner.simulator.calls().find((it) => it.action === action && it.result === "ok" && !it.dryRun)?.time ?? NaN;
    assert.ok(timeOf("TerminateInstances") - timeOf("AttachNetworkInterface") >= 300_000);
    assert.ok(timeOf("AttachNetworkInterface") - timeOf("RunInstances") < 300_000);
    assert.match(owner.simulator.snapshot().instances[instance.instanceId]?.tags[TAG.draining] ?? "", /^2026-/);
    later(owner);
    await settled(owner, { ...after, replacement });
  });

  const moved = { ...base, privateIp: "10.0.1.99" };

  for (const [what, machine] of [
    ["first", primary],
    ["second", secondary],
  ] as const) {
    it(`launches on another interface while the old instance works, and moves the Elastic IP then (${what} interface)`, async () => {
      const owner = await machine();
      const was = holderOf(owner);
      const line = await said(owner, moved);
      assert.match(line, /^replaces i-\w+ \(privateIp\), overlap, about 1 s dark; keeps [\d.]+; gives up eni-/);
      owner.calls();
      await owner.up(program(moved));
      const steps = owner.calls("mutating").filter((it) => /Instances|NetworkInterface$|Address$/.test(it));
      assert.deepEqual(steps, [
        "CreateNetworkInterface",
        "RunInstances",
        "AttachNetworkInterface",
        "DisassociateAddress",
        "AssociateAddress",
        "TerminateInstances",
        "DeleteNetworkInterface",
      ]);
      later(owner);
      const now = holderOf(owner);
      assert.notEqual(now.instance.instanceId, was.instance.instanceId);
      assert.equal(owner.outputs.privateIp, "10.0.1.99");
      await settled(owner, moved);
    });

    it(`leaves the old instance with its addresses where one on another interface cannot be launched (${what} interface)`, async () => {
      const owner = await machine();
      const was = holderOf(owner);
      owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
      const failure = await failureOf(owner.up(program(moved)));
      assert.match(failure.message, /no capacity in us-east-1a: .*was left running/);
      assert.match(failure.message, /Kept: eni-\w+ with [\d.]+, eni-\w+ with 10\.0\.1\.99, the Elastic IP [\d.]+, the/);
      const [instance] = made(owner).instances;
      assert.deepEqual([instance?.instanceId, instance?.state], [was.instance.instanceId, "running"]);
      assert.equal(only(made(owner).elasticIps).networkInterfaceId, was.eni.networkInterfaceId);
      await owner.up(program(base));
      later(owner);
      assert.deepEqual(holderOf(owner).identity, was.identity);
    });

    it(`moves to another interface wherever it was killed (${what} interface)`, async () => {
      const owner = await machine();
      await owner.refresh();
      const was = owner.outputs.publicIp;
      await updatedAtEveryCall({ owner, after: moved }, (stack, point) => {
        const { eni, identity } = holderOf(stack);
        assert.equal(eni.privateAddresses[0]?.address, "10.0.1.99", point);
        assert.equal((identity as { eip?: string }).eip, was, point);
      });
    });
  }

  it("ends the old instance first where data volumes have to move along, and says so", async () => {
    const volumes = { dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 8 }] };
    const owner = await up({ ...base, ...volumes });
    const moves = { ...base, ...volumes, privateIp: "10.0.1.99" };
    assert.match(await said(owner, moves), /\(privateIp\), overlap, about 35 s dark/);
    owner.calls();
    await owner.up(program(moves));
    assert.deepEqual(
      owner.calls("mutating").filter((it) => /Instances|AttachNetworkInterface$/.test(it)),
      ["RunInstances", "TerminateInstances", "AttachNetworkInterface"],
    );
    await settled(owner, moves);
  });
});
