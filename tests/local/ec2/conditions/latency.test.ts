import assert from "node:assert/strict";

import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";

import { EC2_LATENCY, NoReply, type Ec2Simulator } from "../../../../local/ec2";
import { launched } from "../scenes";
import { CALLER, simulated, type VirtualClock } from "../support";

/** A client for which time passes while a call is under way. */
function patient(simulator: Ec2Simulator, clock: VirtualClock): EC2Client {
  const sleep = (ms: number) => {
    clock.advance(ms);
    return Promise.resolve();
  };
  return new EC2Client({
    region: "us-east-1",
    ...CALLER,
    requestHandler: simulator.requestHandler({ sleep, timeoutMs: 30_000 }),
    maxAttempts: 1,
  });
}

function setUp(seed = 1) {
  const { simulator, clock } = simulated({ seed });
  const ec2 = patient(simulator, clock);
  const took = async (call: () => Promise<unknown>) => {
    const before = clock.now();
    await call();
    return clock.now() - before;
  };
  const look = () => took(() => ec2.send(new DescribeVpcsCommand({})));
  return { simulator, clock, ec2, took, look };
}

describe("latency", () => {
  it("is none unless it is set", async () => {
    const { look } = setUp();
    assert.equal(await look(), 0);
  });

  it("is by action, and the most exact rule holds", async () => {
    const { simulator, look, took, ec2 } = setUp();
    simulator.latency.set({ "*": 500, "Describe*": 100, RunInstances: 1_500 });
    assert.equal(await look(), 100);
    assert.equal(await took(() => launched(ec2)), 1_500);
    simulator.latency.set({ DescribeVpcs: 7 });
    assert.equal(await look(), 7);
    simulator.latency.clear();
    assert.equal(await look(), 0);
  });

  it("may lie between two values", async () => {
    const { simulator, look } = setUp();
    simulator.latency.set({ "*": { uniform: [50, 60] } });
    const times = [];
    for (let call = 0; call < 50; call += 1) times.push(await look());
    assert.ok(Math.min(...times) >= 50 && Math.max(...times) <= 60);
    assert.ok(new Set(times).size > 5);
  });

  it("may be spread around a mean with a long tail, the same for the same seed", async () => {
    const run = async () => {
      const { simulator, look } = setUp(4);
      simulator.latency.set(EC2_LATENCY);
      const times: number[] = [];
      for (let call = 0; call < 400; call += 1) times.push(await look());
      return times;
    };
    const times = await run();
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const median = times.toSorted((a, b) => a - b)[200] ?? 0;
    assert.ok(mean > 130 && mean < 170, `${mean} ms`);
    assert.ok(median < mean);
    assert.ok(Math.max(...times) > 350);
    assert.deepEqual(await run(), times);
  });

  it("lets the call take effect at its end", async () => {
    const { simulator, clock, ec2 } = setUp();
    simulator.latency.set({ RunInstances: 1_500 });
    const { LaunchTime } = await launched(ec2);
    assert.equal(LaunchTime?.getTime(), clock.now());
  });

  it("may be a fault's, and come after the effect", async () => {
    const { simulator, clock, ec2, look } = setUp();
    simulator.faults.add({ action: "RunInstances", latencyMs: 9_000, times: 1, when: "after" });
    const { LaunchTime } = await launched(ec2);
    assert.equal(clock.now() - (LaunchTime?.getTime() ?? 0), 9_000);
    simulator.faults.add({ action: "DescribeVpcs", latencyMs: { uniform: [10, 10] }, times: 1 });
    assert.equal(await look(), 10);
    assert.equal(await look(), 0);
  });

  it("is refused when it is none", () => {
    const { simulator } = setUp();
    const wrong: unknown[] = [-1, "fast", { uniform: [5] }, { uniform: [5, 1] }, { mean: 3 }];
    for (const latency of wrong) {
      assert.throws(() => {
        simulator.latency.set({ "*": latency as number });
      }, /The latency of "\*" must/);
    }
  });
});

describe("a call that is never answered", () => {
  it("times out at the client, whether it took effect or not", async () => {
    const { simulator, clock, ec2 } = setUp();
    simulator.faults.add({ action: "RunInstances", hang: true, times: 1 });
    const before = clock.now();
    await assert.rejects(launched(ec2), { name: "TimeoutError" });
    assert.equal(clock.now() - before, 30_000);
    assert.equal(Object.keys(simulator.snapshot().instances).length, 0);
    simulator.faults.add({ action: "RunInstances", hang: true, times: 1, when: "after" });
    await assert.rejects(launched(ec2), NoReply);
    assert.equal(Object.keys(simulator.snapshot().instances).length, 1);
    assert.deepEqual(
      simulator.calls().map(({ result }) => result),
      ["ETIMEDOUT", "ETIMEDOUT"],
    );
  });
});
