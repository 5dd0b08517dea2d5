/** `overlap`: the new instance is launched and proven beside the old one before the interface is moved to it. */
import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { type Holder, holderOf, pathBetween, said } from "./holder";
import { createdAtEveryCall, killedAfter, killedUp, updatedAtEveryCall } from "./kills";
import { program, type Stack } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, somebody, up } from "./world";

type Properties = Record<string, unknown>;

const OVERLAP = { replacement: { strategy: "overlap" } };
const base = { elasticIp: true, ...OVERLAP };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const after = { ...base, ...IMAGE };

/** With the interface as its first one, as another strategy launches it. */
async function primary(inputs: Properties = {}): Promise<Stack> {
  const owner = await up({ elasticIp: true, ...inputs, replacement: {} });
  await owner.up(program({ ...base, ...inputs }));
  assert.equal(holderOf(owner).instance.networkInterfaceIds[0], owner.outputs.networkInterfaceId);
  return owner;
}

/** With the interface as its second one. */
async function secondary(inputs: Properties = {}): Promise<Stack> {
  const owner = await up({ ...base, ...inputs });
  // Ready, so that what follows meets the change and not the marking.
  await owner.refresh();
  assert.equal(holderOf(owner).instance.networkInterfaceIds[1], owner.outputs.networkInterfaceId);
  return owner;
}

/** The old instance is as it was, and there is no other. */
function untouched(owner: Stack, was: Holder): void {
  const instance = only(made(owner).instances, "instance");
  assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
  assert.deepEqual(instance.networkInterfaceIds, was.instance.networkInterfaceIds);
  assert.equal(owner.outputs.instanceId, instance.instanceId);
  assert.equal(owner.outputs.imageId, WELL_KNOWN.imageV1);
}

function order(owner: Stack): string[] {
  return owner.calls("mutating").filter((it) => /Instances|NetworkInterface$/.test(it));
}

function outageOf(owner: Stack): number {
  const { outages = [] } = owner.simulator.timeline().privateIps[String(owner.outputs.privateIp)] ?? {};
  return outages.reduce((sum, it) => sum + it.seconds, 0);
}

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

  describe("when the new instance does not come up", () => {
    const checked = { strategy: "overlap", waitFor: "status-ok" };

    for (const [what, machine] of [
      ["first", primary],
      ["second", secondary],
    ] as const) {
      it(`ends one that never passes its status checks, with the old one untouched (${what} interface)`, async () => {
        const owner = await machine();
        await owner.up(program({ ...base, replacement: checked }));
        const was = holderOf(owner);
        owner.simulator.impairNextBoot();
        const failure = await failureOf(owner.up(program({ ...after, replacement: checked })));
        assert.match(
          failure.message,
          new RegExp(`i-\\w+ failed its status checks\\. ${was.instance.instanceId} was left running`),
        );
        untouched(owner, was);
        await owner.up(program({ ...base, replacement: checked }));
        assert.equal(pathBetween(was, holderOf(owner)), "none");
        await settled(owner, { ...base, replacement: checked });
        await owner.up(program({ ...after, replacement: checked }));
        later(owner);
        assert.equal(pathBetween(was, holderOf(owner)), "overlap");
      });

      it(`leaves the old one untouched where there is no capacity (${what} interface)`, async () => {
        const owner = await machine();
        const was = holderOf(owner);
        owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
        const failure = await failureOf(owner.up(program(after)));
        assert.match(failure.message, /no capacity in us-east-1a: m7i\.large \(on-demand\): .*was left running/);
        untouched(owner, was);
      });
    }

    it("ends one that an earlier run launched and left when it was killed", async () => {
      const owner = await secondary({ replacement: checked });
      const was = holderOf(owner);
      owner.simulator.impairNextBoot();
      await killedUp(owner, killedAfter("RunInstances"), program({ ...after, replacement: checked }));
      assert.equal(made(owner).instances.length, 2);
      const failure = await failureOf(owner.up(program({ ...after, replacement: checked })));
      assert.match(failure.message, /failed its status checks\. i-\w+ was left running/);
      untouched(owner, was);
      await owner.up(program({ ...after, replacement: checked }));
      later(owner);
      assert.equal(pathBetween(was, holderOf(owner)), "overlap");
    });

    it("leaves the new one for a look where it is told to, and goes on with it", async () => {
      const replacement = { ...checked, rollbackOnFailure: false };
      const owner = await secondary({ replacement });
      owner.simulator.impairNextBoot();
      await failureOf(owner.up(program({ ...after, replacement })));
      assert.equal(made(owner).instances.length, 2);
      await owner.up(program({ ...base, replacement }));
      later(owner);
      await settled(owner, { ...base, replacement });
      holderOf(owner);
    });

    it("gives the interface back to the old one when the new one cannot take it", async () => {
      const owner = await secondary();
      const was = holderOf(owner);
      owner.simulator.faults.add({
        action: "AttachNetworkInterface",
        error: { code: "AttachmentLimitExceeded", message: "ordered" },
        // It is asked for by a dry run first.
        skip: 1,
        times: 1,
      });
      const failure = await failureOf(owner.up(program(after)));
      assert.match(
        failure.message,
        new RegExp(
          `could not attach eni-\\w+ to the new instance: .*AttachmentLimitExceeded.*is on ${was.instance.instanceId} again`,
        ),
      );
      const old = made(owner).instances.find((it) => it.instanceId === was.instance.instanceId);
      assert.equal(old?.state, "running");
      assert.ok(old.networkInterfaceIds.includes(was.eni.networkInterfaceId));
      assert.equal(owner.outputs.instanceId, was.instance.instanceId);
      await owner.up(program(after));
      later(owner);
      const now = holderOf(owner);
      assert.equal(pathBetween(was, now), "overlap");
      assert.deepEqual(now.identity, was.identity);
    });

    it("is finished by the next up when the interface could not be put back either", async () => {
      const owner = await secondary();
      const was = holderOf(owner);
      owner.simulator.faults.add({
        action: "AttachNetworkInterface",
        error: { code: "UnauthorizedOperation", message: "ordered" },
        skip: 1,
      });
      const failure = await failureOf(owner.up(program(after)));
      assert.match(failure.message, /could not be put back on i-\w+ either/);
      owner.simulator.faults.clear();
      owner.calls();
      await owner.up(program(after));
      // The address is dark, so it comes before the end of the old one.
      assert.deepEqual(order(owner), ["AttachNetworkInterface", "TerminateInstances"]);
      later(owner);
      assert.deepEqual(holderOf(owner).identity, was.identity);
      await settled(owner, after);
    });
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

  for (const [what, machine] of [
    ["first", primary],
    ["second", secondary],
  ] as const) {
    for (const [end, next] of [
      ["finished", after],
      ["taken back", { ...base, tags: { Team: "a" } }],
    ] as const) {
      it(`is ${end} when it was killed, wherever that was (${what} interface)`, async () => {
        const owner = await machine();
        await owner.refresh();
        const was = holderOf(owner);
        await updatedAtEveryCall({ owner, after, next }, (stack, point) => {
          const now = holderOf(stack);
          assert.deepEqual(now.identity, was.identity, point);
          assert.equal(now.instance.imageId, next === after ? WELL_KNOWN.imageV2 : WELL_KNOWN.imageV1, point);
        });
      });
    }
  }

  it("is finished when the create was killed, wherever that was", async () => {
    const account = quick();
    await createdAtEveryCall(account, base, async (next) => {
      holderOf(next);
      await next.destroy();
      later(account);
      nothingIsLeft(account);
    });
  });
});
