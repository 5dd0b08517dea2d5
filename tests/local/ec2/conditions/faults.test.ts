import assert from "node:assert/strict";

import type { EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeInstancesCommand,
  DescribeVpcsCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";

import { ConnectionReset } from "../../../../local/ec2";
import { LONG, idOf, launched, madeInterface, refused, stateOf, terminated } from "../scenes";
import { simulated } from "../support";

async function count(ec2: EC2Client): Promise<number> {
  return (await ec2.send(new DescribeInstancesCommand({}))).Reservations?.length ?? 0;
}

describe("a fault", () => {
  it("meets its action as often as it says, and nothing happens", async () => {
    const { ec2, simulator } = simulated();
    simulator.faults.add({ action: "RunInstances", error: { code: "RequestLimitExceeded" }, times: 2 });
    await refused(launched(ec2), "RequestLimitExceeded", undefined, 503);
    await madeInterface(ec2);
    await refused(launched(ec2), "RequestLimitExceeded");
    assert.equal(await count(ec2), 0);
    await launched(ec2);
  });

  it("may meet every action, with any code, message and status", async () => {
    const { ec2, simulator } = simulated();
    const error = { code: "UnauthorizedOperation", message: "You are not authorized to perform this operation." };
    simulator.faults.add({ action: "*", error });
    await refused(ec2.send(new DescribeVpcsCommand({})), "UnauthorizedOperation", /not authorized/, 403);
    simulator.faults.clear();
    simulator.faults.add({ action: "*", error: { code: "Odd", status: 418 } });
    await refused(ec2.send(new DescribeVpcsCommand({})), "Odd", undefined, 418);
  });

  it("may come after the call took effect, so that the same token finds what was made", async () => {
    const { ec2, simulator } = simulated();
    simulator.faults.add({ action: "RunInstances", error: { code: "InternalError" }, times: 1, when: "after" });
    await refused(launched(ec2, { ClientToken: "g1" }), "InternalError", undefined, 500);
    assert.equal(await count(ec2), 1);
    await launched(ec2, { ClientToken: "g1" });
    assert.equal(await count(ec2), 1);
  });

  it("may cut the connection, before or after the effect", async () => {
    const { ec2, simulator } = simulated();
    simulator.faults.add({ action: "RunInstances", reset: true, times: 1 });
    await assert.rejects(launched(ec2), ConnectionReset);
    assert.equal(await count(ec2), 0);
    simulator.faults.add({ action: "RunInstances", reset: true, times: 1, afterEffect: true });
    await assert.rejects(launched(ec2), ConnectionReset);
    assert.equal(await count(ec2), 1);
  });

  it("that is passing is overcome by the SDK's own retries, and the token keeps it to one instance", async () => {
    const { ec2, simulator } = simulated({ client: { maxAttempts: 3 } });
    simulator.faults.add({ action: "RunInstances", reset: true, times: 1, afterEffect: true });
    await launched(ec2);
    assert.equal(await count(ec2), 1);
  });

  it("may be a matter of chance, the same chance for the same seed", async () => {
    const run = async () => {
      const { ec2, simulator } = simulated({ seed: 3 });
      simulator.faults.add({ action: "DescribeVpcs", error: { code: "Unavailable" }, probability: 0.5 });
      for (let call = 0; call < 40; call += 1) await ec2.send(new DescribeVpcsCommand({})).catch(() => undefined);
      return simulator.calls().map(({ result }) => result);
    };
    const results = await run();
    const failed = results.filter((result) => result === "Unavailable").length;
    assert.ok(failed > 8 && failed < 32, `${failed} of 40`);
    assert.deepEqual(await run(), results);
  });
});

describe("capacity", () => {
  it("runs out for one type, zone and lifecycle, with a status that SDKs retry, and no termination brings it back", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.capacity.set("t3.micro", "us-east-1a", "on-demand", 1);
    const instance = await launched(ec2);
    await refused(launched(ec2), "InsufficientInstanceCapacity", /t3\.micro/, 500);
    await launched(ec2, { InstanceType: "t3.small" });
    await launched(ec2, { InstanceMarketOptions: { MarketType: "spot" } });
    await terminated(ec2, instance);
    clock.advance(LONG);
    await refused(launched(ec2), "InsufficientInstanceCapacity");
    simulator.capacity.set("t3.micro", "us-east-1a", "on-demand", 1);
    await launched(ec2);
  });

  it("is needed to start what was stopped", async () => {
    const { ec2, clock, simulator } = simulated();
    const instance = await launched(ec2);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    simulator.capacity.set("t3.micro", "us-east-1a", "on-demand", 0);
    const start = new StartInstancesCommand({ InstanceIds: [idOf(instance)] });
    await refused(ec2.send(start), "InsufficientInstanceCapacity");
    assert.equal(await stateOf(ec2, instance), "stopped");
  });
});

describe("the log of calls", () => {
  it("says what was called, when, whether it could change anything, and how it ended", async () => {
    const { ec2, clock, simulator } = simulated();
    const start = clock.now();
    await launched(ec2);
    clock.advance(1_000);
    await refused(launched(ec2, { DryRun: true }), "DryRunOperation");
    await count(ec2);
    assert.deepEqual(simulator.calls(), [
      { time: start, action: "RunInstances", mutating: true, dryRun: false, result: "ok" },
      { time: start + 1_000, action: "RunInstances", mutating: true, dryRun: true, result: "DryRunOperation" },
      { time: start + 1_000, action: "DescribeInstances", mutating: false, dryRun: false, result: "ok" },
    ]);
    simulator.clearCalls();
    assert.deepEqual(simulator.calls(), []);
  });
});
