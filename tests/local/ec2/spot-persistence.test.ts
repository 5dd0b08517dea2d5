import assert from "node:assert/strict";

import {
  CancelSpotInstanceRequestsCommand,
  DeleteNetworkInterfaceCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  type Instance,
  type SpotInstanceRequest,
} from "@aws-sdk/client-ec2";

import { LONG, idOf, launchedOn, madeInterface, present, refused, seenInterface, stateOf, terminated } from "./scenes";
import { simulated, type Simulated } from "./support";

const PERSISTENT = {
  InstanceMarketOptions: {
    MarketType: "spot" as const,
    SpotOptions: { SpotInstanceType: "persistent" as const, InstanceInterruptionBehavior: "stop" as const },
  },
};

async function requestOf(ec2: EC2Client, instance: Instance): Promise<SpotInstanceRequest> {
  const SpotInstanceRequestIds = [present(instance.SpotInstanceRequestId)];
  const { SpotInstanceRequests } = await ec2.send(new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds }));
  return present(SpotInstanceRequests?.[0]);
}

/** A running instance of a persistent request, on an interface that outlives it. */
async function leaky(): Promise<Simulated & { eni: string; instance: Instance }> {
  const one = simulated();
  const { NetworkInterfaceId: eni } = await madeInterface(one.ec2);
  const instance = await launchedOn(one.ec2, eni, PERSISTENT);
  one.clock.advance(LONG);
  return { ...one, eni, instance };
}

describe("a persistent request whose instance is terminated and that nobody cancels", () => {
  it("launches again by itself, and takes the network interface", async () => {
    const { ec2, clock, eni, instance } = await leaky();
    await terminated(ec2, instance);
    clock.advance(LONG);
    const { State, Status, InstanceId } = await requestOf(ec2, instance);
    assert.deepEqual([State, Status?.Code], ["active", "fulfilled"]);
    assert.notEqual(InstanceId, idOf(instance));
    assert.equal((await seenInterface(ec2, eni)).Attachment?.InstanceId, InstanceId);
    assert.equal(await stateOf(ec2, { InstanceId }), "running");
    await refused(launchedOn(ec2, eni), "InvalidNetworkInterface.InUse");
  });

  it("is open and under evaluation before it does", async () => {
    const { ec2, clock, simulator, instance } = await leaky();
    simulator.timings.set({ terminate: 30_000, spotEvaluation: 20_000 });
    await terminated(ec2, instance);
    clock.advance(30_000);
    const ended = await requestOf(ec2, instance);
    assert.deepEqual([ended.State, ended.Status?.Code], ["open", "instance-terminated-by-user"]);
    clock.advance(20_000);
    assert.equal((await requestOf(ec2, instance)).Status?.Code, "pending-evaluation");
  });

  it("waits for capacity", async () => {
    const { ec2, clock, simulator, instance } = await leaky();
    simulator.capacity.set("t3.micro", "us-east-1a", "spot", 0);
    await terminated(ec2, instance);
    clock.advance(LONG);
    const { State, Status } = await requestOf(ec2, instance);
    assert.deepEqual([State, Status?.Code], ["open", "capacity-not-available"]);
    simulator.capacity.set("t3.micro", "us-east-1a", "spot", 1);
    clock.advance(LONG);
    assert.equal((await requestOf(ec2, instance)).State, "active");
  });

  it("waits for a price that it can pay", async () => {
    const { ec2, clock, simulator, instance } = await leaky();
    await terminated(ec2, instance);
    simulator.spotPrice.set("t3.micro", "us-east-1a", 1);
    clock.advance(LONG);
    assert.equal((await requestOf(ec2, instance)).Status?.Code, "price-too-low");
  });

  it("waits while somebody else holds its interface", async () => {
    const { ec2, clock, simulator, eni, instance } = await leaky();
    simulator.timings.set({ terminate: 30_000, spotEvaluation: 60_000 });
    await terminated(ec2, instance);
    clock.advance(31_000);
    const rival = await launchedOn(ec2, eni);
    clock.advance(LONG);
    const { State, Status } = await requestOf(ec2, instance);
    assert.deepEqual([State, Status?.Code], ["open", "constraint-not-fulfillable"]);
    assert.match(Status?.Message ?? "", /in use/);
    await terminated(ec2, rival);
    clock.advance(LONG);
    assert.equal((await requestOf(ec2, instance)).State, "active");
  });

  it("fails for good when its interface is deleted", async () => {
    const { ec2, clock, simulator, eni, instance } = await leaky();
    simulator.timings.set({ terminate: 30_000, spotEvaluation: 60_000 });
    await terminated(ec2, instance);
    clock.advance(31_000);
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni }));
    clock.advance(LONG);
    const { State, Status } = await requestOf(ec2, instance);
    assert.deepEqual([State, Status?.Code], ["failed", "bad-parameters"]);
  });

  it("launches nothing once it is cancelled", async () => {
    const { ec2, clock, eni, instance } = await leaky();
    const ids = [present(instance.SpotInstanceRequestId)];
    await ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: ids }));
    await terminated(ec2, instance);
    clock.advance(2 * LONG);
    const { State, Status } = await requestOf(ec2, instance);
    assert.deepEqual([State, Status?.Code], ["cancelled", "instance-terminated-by-user"]);
    assert.equal((await seenInterface(ec2, eni)).Status, "available");
  });

  it("is cancelled before it is fulfilled again", async () => {
    const { ec2, clock, simulator, instance } = await leaky();
    simulator.capacity.set("t3.micro", "us-east-1a", "spot", 0);
    await terminated(ec2, instance);
    clock.advance(LONG);
    const ids = [present(instance.SpotInstanceRequestId)];
    await ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: ids }));
    assert.equal((await requestOf(ec2, instance)).Status?.Code, "canceled-before-fulfillment");
  });
});
