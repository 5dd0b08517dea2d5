import assert from "node:assert/strict";
import { boundOf, secondsFor, type Step } from "../../bench/bound";
import { ALL } from "../../bench/many/phases";
import { EC2_LIMITS } from "../../local/ec2";
import { REPLACE, REPLACE_WITHOUT_DRY_RUN } from "../../bench/needed";

/** As long as it takes in the mean. */
const NONE = { launch: [], terminate: [] };

describe("the time that EC2's token buckets impose", () => {
  it("is none for what a full bucket holds", () => {
    assert.equal(secondsFor(5, { capacity: 5, refillPerSecond: 2 }), 0);
    assert.equal(secondsFor(0, { capacity: 5, refillPerSecond: 2 }), 0);
  });

  it("is what the refill takes for all calls beyond that", () => {
    assert.equal(secondsFor(1000, { capacity: 50, refillPerSecond: 5 }), 190);
  });

  it("is that of the slowest action, and then EC2's own time for who comes last", async () => {
    // CreateNetworkInterface: (100 - 50) / 5; RunInstances: (100 - 5) / 2.
    const steps: Step[] = [{ action: "CreateNetworkInterface" }, { action: "RunInstances", then: "launch" }];
    const took = { launch: Array.from({ length: 100 }, (_, index) => (index === 99 ? 60_000 : 1_000)), terminate: [] };
    const { action, seconds } = await boundOf(100, steps, took);
    assert.equal(action, "RunInstances");
    // The calls themselves take some seconds.
    assert.ok(seconds > 47.5 + 60 && seconds < 47.5 + 60 + 5, String(seconds));
  });

  it("counts each call of a machine", async () => {
    const { seconds } = await boundOf(100, [{ action: "RunInstances" }, { action: "RunInstances" }], NONE);
    assert.ok(seconds > 97.5 && seconds < 97.5 + 5, String(seconds));
  });

  it("is EC2's own time alone for few machines, of which the slowest counts", async () => {
    const took = { launch: [], terminate: [20_000, 30_000, 90_000, 30_000, 20_000] };
    const { action, seconds } = await boundOf(5, [{ action: "TerminateInstances", then: "terminate" }], took);
    assert.equal(action, "");
    assert.ok(seconds > 90 && seconds < 91, String(seconds));
  });

  it("need not count instances: no bucket of theirs lets fewer calls for one through than its action's own", () => {
    for (const [action, instances] of Object.entries(EC2_LIMITS.resources)) {
      const own = EC2_LIMITS.actions[action] ?? EC2_LIMITS.mutating;
      assert.ok(instances.capacity >= own.capacity && instances.refillPerSecond >= own.refillPerSecond, action);
    }
  });

  it("lets no machine that is down wait for one that is up, though all together take longer for it", async () => {
    const steps: Step[] = [
      { action: "RunInstances" },
      { action: "TerminateInstances", then: "terminate" },
      { action: "RunInstances", then: "launch" },
    ];
    const { seconds } = await boundOf(200, steps, NONE);
    // In the order in which they ask, the last launch would be sent after (400 - 5) / 2 s, and take 9.5.
    assert.ok(seconds > 197.5 + 20 && seconds < 197.5 + 40, String(seconds));
  });

  it("takes describes from the bucket of describes", async () => {
    const { seconds } = await boundOf(1000, [{ action: "DescribeInstanceAttribute" }], NONE);
    assert.ok(seconds > 45 && seconds < 46, String(seconds));
  });
});

describe("the phases of the bench", () => {
  it("begin with nothing and end with nothing", () => {
    assert.deepEqual(
      ALL.map((it) => it.verb),
      ["preview", "up", "up", "preview", "preview", "up", "destroy"],
    );
  });

  it("need no call where nothing is to be changed", async () => {
    for (const phase of ALL.filter((it) => it.name.includes("nothing"))) {
      assert.deepEqual(await boundOf(1000, phase.needed, NONE), { action: "", seconds: 0 });
    }
  });

  it("say what the dry run before a replacement costs: as much again as the launches", async () => {
    const [withIt, without] = [await boundOf(1000, REPLACE, NONE), await boundOf(1000, REPLACE_WITHOUT_DRY_RUN, NONE)];
    const costs = withIt.seconds - without.seconds;
    assert.ok(costs > 490 && costs < 520, String(costs));
    assert.equal(withIt.action, "RunInstances");
  });
});
