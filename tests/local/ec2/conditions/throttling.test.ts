import assert from "node:assert/strict";

import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../../local/ec2";
import { idOf, launched, madeInterface, refused } from "../scenes";
import { simulated } from "../support";

/** How many of `calls` go through, one right after the other. */
async function admitted(calls: number, call: () => Promise<unknown>): Promise<number> {
  let count = 0;
  for (let index = 0; index < calls; index += 1) {
    await call().then(
      () => (count += 1),
      (error: unknown) => {
        assert.equal((error as Error).name, "RequestLimitExceeded");
      },
    );
  }
  return count;
}

const one = { MinCount: 1, MaxCount: 1 };
const all = (ec2: EC2Client) => () => ec2.send(new DescribeInstancesCommand({}));
const filtered = (ec2: EC2Client) => () =>
  ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: "tag:a", Values: ["b"] }] }));

describe("throttling", () => {
  it("is off unless it is set", async () => {
    const { ec2 } = simulated();
    assert.equal(await admitted(200, all(ec2)), 200);
  });

  it("answers with EC2's code and status once a burst has emptied the bucket, and refills it with time", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.throttling.set({});
    assert.equal(await admitted(8, () => launched(ec2, one)), 5);
    await refused(launched(ec2), "RequestLimitExceeded", /^Request limit exceeded\.$/, 503);
    clock.advance(1_000);
    assert.equal(await admitted(8, () => launched(ec2, one)), 2);
    clock.advance(60_000);
    assert.equal(await admitted(8, () => launched(ec2, one)), 5);
  });

  it("has a bucket for each action, larger for describes that say what they want", async () => {
    const { ec2, simulator } = simulated();
    simulator.throttling.set({});
    assert.equal(await admitted(110, filtered(ec2)), 100);
    assert.equal(await admitted(60, all(ec2)), 50);
    assert.equal(await admitted(60, () => ec2.send(new DescribeNetworkInterfacesCommand({}))), 50);
    assert.equal(await admitted(60, () => madeInterface(ec2)), 50);
  });

  it("counts the instances of a launch and of a termination too", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.throttling.set({ resources: { RunInstances: { capacity: 3, refillPerSecond: 1 } } });
    const SubnetId = WELL_KNOWN.subnetA;
    await refused(launched(ec2, { SubnetId, MinCount: 4, MaxCount: 4 }), "RequestLimitExceeded");
    const instance = await launched(ec2, { SubnetId, MinCount: 3, MaxCount: 3 });
    await refused(launched(ec2), "RequestLimitExceeded");
    clock.advance(1_000);
    await launched(ec2);
    simulator.throttling.set({ resources: { TerminateInstances: { capacity: 1, refillPerSecond: 1 } } });
    const end = () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(await admitted(2, end), 1);
  });

  it("may have buckets of any size", async () => {
    const { ec2, simulator } = simulated();
    simulator.throttling.set({ unfiltered: { capacity: 3, refillPerSecond: 1 } });
    assert.equal(await admitted(5, all(ec2)), 3);
    simulator.throttling.off();
    assert.equal(await admitted(5, all(ec2)), 5);
  });

  it("goes by its own clock, so that the SDK's patience gets through", async () => {
    const { ec2, clock, simulator } = simulated({ client: { maxAttempts: 3 } });
    simulator.throttling.set({ unfiltered: { capacity: 1, refillPerSecond: 1 } });
    await all(ec2)();
    const ticking = setInterval(() => {
      clock.advance(500);
    }, 5);
    await all(ec2)();
    clearInterval(ticking);
    assert.deepEqual(
      simulator.calls().map(({ result }) => result === "ok"),
      [
        true,
        ...simulator
          .calls()
          .slice(1, -1)
          .map(() => false),
        true,
      ],
    );
  });
});
