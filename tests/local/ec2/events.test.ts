import assert from "node:assert/strict";

import { StartInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";

import { LONG, idOf, launched, terminated } from "./scenes";
import { simulated } from "./support";

const MARKET = { InstanceMarketOptions: { MarketType: "spot" as const } };

describe("the events of an account", () => {
  it("tell every state of an instance, in EventBridge's JSON, at its time", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.timings.set({ launch: 5_000, terminate: 30_000 });
    const instance = await launched(ec2);
    clock.advance(60_000);
    await terminated(ec2, instance);
    clock.advance(LONG);
    const events = simulator.events.list().map(({ event }) => event);
    assert.deepEqual(
      events.map(({ detail, time }) => [detail.state, time]),
      [
        ["pending", "2026-11-22T12:00:00Z"],
        ["running", "2026-11-22T12:00:05Z"],
        ["shutting-down", "2026-11-22T12:01:00Z"],
        ["terminated", "2026-11-22T12:01:30Z"],
      ],
    );
    const { id, ...rest } = events[1] ?? assert.fail();
    assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual(rest, {
      version: "0",
      "detail-type": "EC2 Instance State-change Notification",
      source: "aws.ec2",
      account: "123456789012",
      time: "2026-11-22T12:00:05Z",
      region: "us-east-1",
      resources: [`arn:aws:ec2:us-east-1:123456789012:instance/${idOf(instance)}`],
      detail: { "instance-id": idOf(instance), state: "running" },
    });
    assert.equal(new Set(events.map((event) => event.id)).size, events.length);
  });

  it("tell a stop and a start", async () => {
    const { ec2, clock, simulator } = simulated();
    const InstanceIds = [idOf(await launched(ec2))];
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    clock.advance(LONG);
    await ec2.send(new StartInstancesCommand({ InstanceIds }));
    clock.advance(LONG);
    assert.deepEqual(
      simulator.events.list(2).map(({ event }) => event.detail.state),
      ["stopping", "stopped", "pending", "running"],
    );
  });

  it("warn of an interruption two minutes before it, and recommend to rebalance", async () => {
    const { ec2, clock, simulator } = simulated();
    const instance = await launched(ec2, MARKET);
    clock.advance(LONG);
    const last = simulator.events.list().at(-1)?.sequence;
    simulator.recommendRebalance({ instanceId: idOf(instance) });
    clock.advance(60_000);
    simulator.interrupt({ instanceId: idOf(instance) });
    clock.advance(120_000);
    const events = simulator.events.list(last).map(({ event }) => [event["detail-type"], event.time, event.detail]);
    assert.deepEqual(events, [
      ["EC2 Instance Rebalance Recommendation", "2026-11-22T12:05:00Z", { "instance-id": idOf(instance) }],
      [
        "EC2 Spot Instance Interruption Warning",
        "2026-11-22T12:06:00Z",
        { "instance-id": idOf(instance), "instance-action": "terminate" },
      ],
      [
        "EC2 Instance State-change Notification",
        "2026-11-22T12:08:00Z",
        { "instance-id": idOf(instance), state: "shutting-down" },
      ],
    ]);
  });

  it("come to whoever listens, over a reset too", async () => {
    const { ec2, clock, simulator } = simulated();
    const heard: (string | undefined)[] = [];
    const stop = simulator.events.subscribe(({ event }) => heard.push(event.detail.state));
    await launched(ec2);
    simulator.reset();
    await launched(ec2);
    clock.advance(LONG);
    simulator.catchUp();
    assert.deepEqual(heard, ["pending", "pending", "running"]);
    stop();
    await launched(ec2);
    assert.equal(heard.length, 3);
  });

  it("let a virtual clock go from one to the next", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.timings.set({ launch: 5_000, attach: 2_000 });
    await launched(ec2);
    const steps: number[] = [];
    for (let step = 0; step < 2; step += 1) {
      const at = simulator.nextChangeAt() ?? assert.fail();
      steps.push(at - clock.now());
      clock.advance(at - clock.now());
      simulator.catchUp();
    }
    assert.deepEqual(steps, [2_000, 3_000]);
    assert.equal(simulator.nextChangeAt(), undefined);
  });
});
