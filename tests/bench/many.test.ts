import assert from "node:assert/strict";
import { boundOf, secondsFor } from "../../bench/many/bound";
import { ALL, boundOfPhase, boundWithoutDryRun, REPLACE } from "../../bench/many/phases";

describe("the time that EC2's token buckets impose", () => {
  it("is none for what a full bucket holds", () => {
    assert.equal(secondsFor(5, { capacity: 5, refillPerSecond: 2 }), 0);
    assert.equal(secondsFor(0, { capacity: 5, refillPerSecond: 2 }), 0);
  });

  it("is what the refill takes for all calls beyond that", () => {
    assert.equal(secondsFor(1000, { capacity: 50, refillPerSecond: 5 }), 190);
  });

  it("is that of the slowest action, and EC2's own time for the machine that comes last", () => {
    // CreateNetworkInterface: (100 - 50) / 5; RunInstances: (100 - 5) / 2.
    const bound = boundOf(100, { CreateNetworkInterface: 1, RunInstances: 1 }, 9.5);
    assert.deepEqual(bound, { action: "RunInstances", seconds: 47.5 + 9.5 });
  });

  it("counts each call of a machine", () => {
    assert.equal(boundOf(100, { RunInstances: 2 }, 0, 1).seconds, 97.5);
  });

  it("is EC2's own time alone for few machines", () => {
    assert.deepEqual(boundOf(5, { RunInstances: 1 }, 9.5), { action: "", seconds: 9.5 });
  });

  it("counts instances too, of which a dry run takes none", () => {
    // By instances: (2000 - 1000) / 2; by requests: (2000 - 5) / 2.
    const bound = boundOf(2000, { StartInstances: 1 }, 0);
    assert.deepEqual(bound, { action: "StartInstances", seconds: 997.5 });
    assert.equal(boundOf(3000, { RunInstances: 2 }, 0, 1).action, "RunInstances");
  });

  it("takes describes from the bucket of describes", () => {
    assert.equal(boundOf(1000, { DescribeInstanceAttribute: 1 }, 0).seconds, 45);
  });
});

describe("the phases of the bench", () => {
  it("begin with nothing and end with nothing", () => {
    assert.deepEqual(
      ALL.map((it) => it.verb),
      ["preview", "up", "up", "preview", "preview", "up", "destroy"],
    );
  });

  it("need no call where nothing is to be changed", () => {
    for (const phase of ALL.filter((it) => it.name.includes("nothing"))) {
      assert.deepEqual(boundOfPhase(phase, 1000), { action: "", seconds: 0 });
    }
  });

  it("say what the dry run before a replacement costs: as much again as the launches", () => {
    const [withIt, without] = [boundOfPhase(REPLACE, 1000), boundWithoutDryRun(1000)];
    assert.equal(withIt.seconds - without.seconds, 500);
    assert.equal(withIt.action, "RunInstances");
  });
});
