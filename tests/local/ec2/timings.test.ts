import assert from "node:assert/strict";

import { StopInstancesCommand } from "@aws-sdk/client-ec2";

import { TIMINGS } from "../../../local/ec2";
import { idOf, launched, stateOf, terminated } from "./scenes";
import { simulated } from "./support";

describe("timings", () => {
  it("may be exact", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.timings.set({ launch: 5_000, stop: 1_000, terminate: 60_000 });
    const instance = await launched(ec2);
    clock.advance(4_999);
    assert.equal(await stateOf(ec2, instance), "pending");
    clock.advance(1);
    assert.equal(await stateOf(ec2, instance), "running");
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(1_000);
    assert.equal(await stateOf(ec2, instance), "stopped");
    const other = await launched(ec2);
    clock.advance(5_000);
    await terminated(ec2, other);
    clock.advance(59_999);
    assert.equal(await stateOf(ec2, other), "shutting-down");
  });

  it("are spread as they were measured, most a little below the mean and a few far above", async () => {
    const { ec2, clock, simulator } = simulated();
    const start = clock.now();
    for (let index = 0; index < 200; index += 1) await launched(ec2);
    clock.advance(10 * 60_000);
    const { events } = simulator.timeline();
    const times = events.filter(({ event }) => event === "running").map(({ time }) => time - start);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    assert.equal(times.length, 200);
    assert.ok(Math.abs(mean - TIMINGS.launch.mean) < 700, `${mean} ms`);
    assert.ok((times[100] ?? 0) < mean);
    assert.ok((times[199] ?? 0) > 2 * TIMINGS.launch.mean);
    assert.ok((times[0] ?? 0) > 1_000);
  });

  it("are as measured again after a reset", () => {
    const { simulator } = simulated();
    simulator.timings.set({ launch: 1 });
    assert.equal(simulator.timings.list().launch, 1);
    simulator.reset();
    assert.deepEqual(simulator.timings.list(), TIMINGS);
  });

  it("are refused when there is no such step, or no such time", () => {
    const { simulator } = simulated();
    assert.throws(() => {
      simulator.timings.set({ lunch: 1 } as object);
    }, /There is no timing "lunch"\. There is: launch, /);
    assert.throws(() => {
      simulator.timings.set({ launch: -1 });
    }, /The timing "launch" must be a number of milliseconds/);
  });
});
