/** `overlap` where the new instance does not come up, or the run is killed. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { holderOf, pathBetween } from "./holder";
import { createdAtEveryCall, killedAfter, killedUp, updatedAtEveryCall } from "./kills";
import { after, base, order, primary, secondary, untouched } from "./overlapping";
import { program } from "./support";
import { failureOf, later, made, nothingIsLeft, quick, settled } from "./world";

describe("overlap", () => {
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
