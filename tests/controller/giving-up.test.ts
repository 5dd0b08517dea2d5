/** A machine whose instances do not work is left after three tries, in one word everywhere, until somebody acts. */
import assert from "node:assert/strict";
import { StartInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { viewOf } from "../../cli/machine-view";
import { recycle, resume } from "../../controller/by-hand";
import type { Outcome } from "../../controller/outcome";
import { TAG } from "../../provider/ec2/tags";
import { program, type Stack } from "../provider/support";
import { goingOn } from "../provider/kills";
import { made, only, settled, somebody, up } from "../provider/world";
import { depsOf, machine, pass } from "./support";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EXACT = { leapMs: 0 };
const INPUTS = { elasticIp: true };

const idOf = (owner: Stack): string => String(owner.outputs.instanceId);
const launches = (owner: Stack): number =>
  owner.calls("mutating").filter((it) => it === "RunInstances" || it === "StartInstances").length;
const isMarked = (owner: Stack): boolean =>
  (only(made(owner).templates).tags[TAG.lastReplacement] ?? "").endsWith(" gave-up");

/** Each way in which what is launched does not work; what it leaves, and what the next `up` does about that. */
const WAYS: readonly {
  what: string;
  begin: (owner: Stack) => Promise<void>;
  left: string;
  does: RegExp;
}[] = [
  {
    what: "its status checks fail after each launch",
    begin: async (owner) => {
      for (let boots = 0; boots < 3; boots++) {
        owner.simulator.impairNextBoot();
      }
      await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [idOf(owner)] }));
    },
    left: "running",
    does: /^web: replaces i-\w+ .*; keeps eni-/,
  },
  {
    what: "EC2 ends it at each launch, for a reason of its own specification",
    begin: async (owner) => {
      for (let launched = 0; launched < 3; launched++) {
        owner.simulator.failNextLaunch("Client.InternalError");
      }
      await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [idOf(owner)] }));
    },
    left: "",
    does: /^web: launches an instance .*; keeps eni-/,
  },
];

/** Hours in which each instance that comes up shuts itself down a minute later. */
async function shuttingDown(owner: Stack, forMs: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let ms = 0; ms < forMs; ms += MINUTE) {
    for (const { instanceId, state } of made(owner).instances) {
      if (state === "running") {
        owner.simulator.shutDownGuest(instanceId);
      }
    }
    outcomes.push(...(await pass(owner, MINUTE, { sweepMs: MINUTE })));
  }
  return outcomes;
}

async function isLeft(owner: Stack, left: string): Promise<void> {
  await owner.refresh();
  assert.deepEqual([owner.outputs.state, isMarked(owner)], ["failed", true]);
  assert.match(
    String(owner.outputs.drift),
    /3 replacements in a row \([a-z-]+\) did not help, and nothing more is tried/,
  );
  const instance = made(owner).instances.find((it) => it.state !== "terminated");
  assert.equal(instance?.state ?? "", left);
  const { state, reason } = viewOf(await machine(owner), owner.clock.now());
  assert.equal(state, "failed");
  assert.match(reason, /^given up after 3 replacements in a row/);
}

describe("a machine that does not work", function () {
  // Hours of a machine, second by second.
  this.timeout(60_000);

  for (const { what, begin, left, does } of WAYS) {
    describe(`because ${what}`, () => {
      let owner: Stack;
      beforeEach(async () => {
        owner = await up(INPUTS, EXACT);
        await pass(owner, 20 * MINUTE);
        owner.calls();
        await begin(owner);
      });

      it("is given up after three launches, for as long as nobody acts, and told once", async () => {
        const outcomes = await pass(owner, 3 * HOUR);
        const tried = launches(owner);
        assert.equal(tried, 3);
        assert.equal(outcomes.filter((it) => it.kind === "gave-up" && it.isNew === true).length, 1);
        await isLeft(owner, left);
      });

      it("is tried again by the `up` of an unchanged program, whose preview says what it does", async () => {
        await pass(owner, HOUR);
        const { networkInterfaceId, publicIp } = owner.outputs;
        const next = goingOn(owner, EXACT);
        const { changes } = await next.preview(program(INPUTS));
        assert.equal(changes, true);
        assert.match(next.lines.join("\n"), does);
        assert.equal(await next.up(program(INPUTS)), "update");
        assert.equal(next.outputs.state, "running");
        assert.deepEqual([next.outputs.networkInterfaceId, next.outputs.publicIp], [networkInterfaceId, publicIp]);
        assert.equal(isMarked(next), false);
        await settled(next, INPUTS);
        assert.deepEqual(
          (await pass(next, HOUR / 2)).filter((it) => it.kind !== "nothing" && it.kind !== "waiting"),
          [],
        );
      });

      it("is tried again by a recycle by hand", async () => {
        await pass(owner, HOUR);
        const outputs = await recycle(await machine(owner), depsOf(owner));
        assert.equal(outputs.state, "running");
        assert.equal(isMarked(owner), false);
      });
    });
  }

  describe("because its guest shuts itself down", () => {
    it("is started three times, left stopped, and started by the next `up` or by a resume", async () => {
      const account = await up(INPUTS, EXACT);
      await pass(account, 20 * MINUTE);
      account.calls();
      const outcomes = await shuttingDown(account, HOUR);
      assert.equal(launches(account), 3);
      assert.equal(outcomes.filter((it) => it.kind === "gave-up" && it.isNew === true).length, 1);
      await isLeft(account, "stopped");
      const instanceId = idOf(account);
      const owner = goingOn(account, EXACT);
      await owner.preview(program(INPUTS));
      assert.match(owner.lines.join("\n"), new RegExp(`^web: .*; starts ${instanceId};`, "m"));
      const outputs = await resume(await machine(owner), depsOf(owner));
      assert.deepEqual([outputs.state, outputs.instanceId, isMarked(owner)], ["running", instanceId, false]);
    });
  });

  it("loses the mark when it works after all", async () => {
    const owner = await up(INPUTS, EXACT);
    await pass(owner, 20 * MINUTE);
    await shuttingDown(owner, HOUR / 2);
    assert.equal(isMarked(owner), true);
    await somebody(owner).send(new StartInstancesCommand({ InstanceIds: [idOf(owner)] }));
    await pass(owner, 30 * MINUTE, { sweepMs: MINUTE });
    assert.equal(isMarked(owner), false);
    await owner.refresh();
    assert.equal(owner.outputs.state, "running");
  });
});

describe("a preview in which nothing changed", () => {
  for (const code of ["UnauthorizedOperation", "RequestLimitExceeded"]) {
    it(`is not held up by EC2 that answers ${code} as it asks which machines were given up`, async () => {
      const owner = await up(INPUTS, EXACT);
      // The first one after a create looks, and says so where it cannot.
      await settled(owner, INPUTS);
      const next = goingOn(owner, EXACT);
      next.simulator.faults.add({ action: "DescribeLaunchTemplates", error: { code, status: 503 } });
      const begin = next.clock.now();
      assert.deepEqual((await next.preview(program(INPUTS))).changes, false);
      assert.ok(next.clock.now() - begin < 10_000, `${next.clock.now() - begin} ms`);
    });
  }
});

describe("a refusal that passes", function () {
  this.timeout(60_000);

  const refusals: [what: string, action: string, begin: (owner: Stack) => void, minutes: number][] = [
    [
      "StartInstances denied",
      "StartInstances",
      (it) => {
        it.simulator.iam.deny("StartInstances");
      },
      15,
    ],
    [
      "StartInstances answering 500",
      "StartInstances",
      (it) => {
        it.simulator.faults.add({ action: "StartInstances", error: { code: "InternalError", status: 500 } });
      },
      45,
    ],
    [
      "RunInstances denied",
      "RunInstances",
      (it) => {
        it.simulator.iam.deny("RunInstances");
      },
      90,
    ],
    [
      "no capacity",
      "RunInstances",
      (it) => {
        it.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
      },
      240,
    ],
  ];
  for (const [what, action, begin, minutes] of refusals) {
    it(`keeps a machine down no longer than ten minutes after its end: ${what} for ${minutes} minutes`, async () => {
      const owner = await up(INPUTS, EXACT);
      const was = owner.outputs;
      await pass(owner, 20 * MINUTE);
      begin(owner);
      const InstanceIds = [idOf(owner)];
      if (action === "RunInstances") {
        await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds }));
      } else {
        await somebody(owner).send(new StopInstancesCommand({ InstanceIds }));
      }
      const outcomes = await pass(owner, minutes * MINUTE, { sweepMs: MINUTE });
      assert.ok(!outcomes.some((it) => it.kind === "gave-up"));
      owner.simulator.iam.clear();
      owner.simulator.faults.clear();
      owner.simulator.capacity.clear("m7i.large", "us-east-1a", "on-demand");
      await pass(owner, 10 * MINUTE, { sweepMs: MINUTE });
      await owner.refresh();
      assert.deepEqual([owner.outputs.state, owner.outputs.publicIp], ["running", was.publicIp]);
      await settled(owner, INPUTS);
    });
  }
});
