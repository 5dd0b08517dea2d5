import assert from "node:assert/strict";

import {
  DescribeSpotInstanceRequestsCommand,
  StartInstancesCommand,
  type EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";

import {
  LONG,
  idOf,
  launched,
  launchedOn,
  madeInterface,
  present,
  refused,
  seen,
  seenInterface,
  stateOf,
  terminated,
} from "./scenes";
import { simulated } from "./support";

const MINUTE = 60_000;
const MARKET = { InstanceMarketOptions: { MarketType: "spot" as const } };

const persistent = (InstanceInterruptionBehavior: "stop" | "hibernate") => ({
  InstanceMarketOptions: {
    MarketType: "spot" as const,
    SpotOptions: { SpotInstanceType: "persistent" as const, InstanceInterruptionBehavior },
  },
});

async function request(ec2: EC2Client, instance: Instance): Promise<[state?: string, status?: string]> {
  const SpotInstanceRequestIds = [present(instance.SpotInstanceRequestId)];
  const { SpotInstanceRequests } = await ec2.send(new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds }));
  const { State, Status } = present(SpotInstanceRequests?.[0]);
  return [State, Status?.Code];
}

describe("an interruption", () => {
  it("is said by the request at once, while the instance runs for two more minutes", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId: eni } = await madeInterface(ec2);
    const instance = await launchedOn(ec2, eni, MARKET);
    clock.advance(LONG);
    assert.deepEqual(simulator.interrupt({ instanceId: idOf(instance) }), [idOf(instance)]);
    assert.deepEqual(await request(ec2, instance), ["closed", "instance-terminated-no-capacity"]);
    clock.advance(2 * MINUTE - 1);
    assert.equal(await stateOf(ec2, instance), "running");
    clock.advance(1);
    const { State, StateReason, StateTransitionReason } = await seen(ec2, instance);
    assert.equal(State?.Name, "shutting-down");
    assert.equal(StateReason?.Code, "Server.SpotInstanceTermination");
    assert.match(StateTransitionReason ?? "", /^Service initiated/);
    assert.equal((await seenInterface(ec2, eni)).Status, "in-use");
    clock.advance(LONG);
    assert.equal(await stateOf(ec2, instance), "terminated");
    assert.equal((await seenInterface(ec2, eni)).Status, "available");
    assert.deepEqual(await request(ec2, instance), ["closed", "instance-terminated-no-capacity"]);
  });

  it("stops an instance of a persistent request, and EC2 alone starts it again, once there is room", async () => {
    const { ec2, clock, simulator } = simulated();
    const instance = await launched(ec2, persistent("stop"));
    clock.advance(LONG);
    simulator.capacity.set("t3.micro", "us-east-1a", "spot", 0);
    simulator.interrupt({ instanceId: idOf(instance) });
    assert.deepEqual(await request(ec2, instance), ["active", "marked-for-stop"]);
    assert.equal(await stateOf(ec2, instance), "running");
    clock.advance(2 * MINUTE + LONG);
    assert.equal(await stateOf(ec2, instance), "stopped");
    assert.equal((await seen(ec2, instance)).StateReason?.Code, "Server.SpotInstanceShutdown");
    assert.deepEqual(await request(ec2, instance), ["disabled", "instance-stopped-no-capacity"]);
    const start = new StartInstancesCommand({ InstanceIds: [idOf(instance)] });
    await refused(ec2.send(start), "IncorrectSpotRequestState", /instance-stopped-no-capacity/);
    simulator.capacity.clear("t3.micro", "us-east-1a", "spot");
    clock.advance(LONG);
    assert.equal(await stateOf(ec2, instance), "running");
    assert.deepEqual(await request(ec2, instance), ["active", "fulfilled"]);
  });

  it("hibernates without two minutes of notice", async () => {
    const { ec2, clock, simulator } = simulated();
    const instance = await launched(ec2, persistent("hibernate"));
    clock.advance(LONG);
    simulator.interrupt({ instanceId: idOf(instance) });
    assert.equal(await stateOf(ec2, instance), "stopping");
  });

  it("may take all instances of a type in a zone, and no others", async () => {
    const { ec2, clock, simulator } = simulated();
    const taken = [await launched(ec2, MARKET), await launched(ec2, MARKET)];
    const spared = [await launched(ec2), await launched(ec2, { ...MARKET, InstanceType: "t3.small" })];
    clock.advance(LONG);
    assert.deepEqual(simulator.interrupt({ type: "t3.micro", zone: "us-east-1a" }), taken.map(idOf));
    assert.deepEqual(simulator.interrupt({ type: "t3.micro", zone: "us-east-1a" }), []);
    clock.advance(2 * MINUTE + LONG);
    for (const instance of taken) assert.equal(await stateOf(ec2, instance), "terminated");
    for (const instance of spared) assert.equal(await stateOf(ec2, instance), "running");
  });

  it("comes too late for an instance that its user ended during the notice", async () => {
    const { ec2, clock, simulator } = simulated();
    const instance = await launched(ec2, MARKET);
    clock.advance(LONG);
    simulator.interrupt({ instanceId: idOf(instance) });
    await terminated(ec2, instance);
    clock.advance(LONG);
    assert.equal((await seen(ec2, instance)).StateReason?.Code, "Client.UserInitiatedShutdown");
  });

  it("is refused in a sentence where there is nothing to take back", async () => {
    const { ec2, clock, simulator } = simulated();
    const instance = await launched(ec2);
    clock.advance(LONG);
    assert.throws(() => simulator.interrupt({ instanceId: idOf(instance) }), /is not a spot instance/);
    assert.throws(() => simulator.interrupt({ instanceId: "i-0aaaaaaaaaaaaaaaa" }), /There is no instance i-0a/);
    assert.throws(() => simulator.interrupt({ type: "t9.giant" }), /no instance type t9\.giant.*t3\.micro/);
    assert.throws(() => simulator.interrupt({ zone: "us-east-1z" }), /no zone us-east-1z.*us-east-1a/);
    assert.throws(() => simulator.interrupt({}), /Say which/);
  });

  it("ends who held the address in the timeline, where AWS took the instance", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId: eni } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    const instance = await launchedOn(ec2, eni, MARKET);
    clock.advance(LONG);
    const notice = clock.now();
    simulator.interrupt({ instanceId: idOf(instance) });
    clock.advance(2 * MINUTE + LONG);
    const [tenure] = present(simulator.timeline().privateIps["10.0.1.7"]).tenures;
    assert.equal(tenure?.endedBy, "interrupted");
    assert.equal(tenure.to, notice + 2 * MINUTE);
  });
});

describe("the spot price", () => {
  it("refuses a launch whose limit is below it, in its zone only", async () => {
    const { ec2, simulator } = simulated();
    simulator.spotPrice.set("t3.micro", "us-east-1a", 0.009);
    const InstanceMarketOptions = { MarketType: "spot" as const, SpotOptions: { MaxPrice: "0.005" } };
    await refused(launched(ec2, { InstanceMarketOptions }), "SpotMaxPriceTooLow", /0\.005.*0\.009/);
    await launched(ec2, MARKET);
    simulator.spotPrice.set("t3.micro", "us-east-1a", 0.004);
    await launched(ec2, { InstanceMarketOptions });
  });

  it("takes back what runs with a limit below it, and marks it for that", async () => {
    const { ec2, clock, simulator } = simulated();
    const cheap = await launched(ec2, {
      InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice: "0.005" } },
    });
    const generous = await launched(ec2, MARKET);
    clock.advance(LONG);
    simulator.spotPrice.set("t3.micro", "us-east-1a", 0.006);
    assert.deepEqual(await request(ec2, cheap), ["active", "marked-for-termination"]);
    clock.advance(2 * MINUTE + LONG);
    assert.deepEqual(await request(ec2, cheap), ["closed", "instance-terminated-by-price"]);
    assert.equal(await stateOf(ec2, generous), "running");
  });
});

describe("spot capacity", () => {
  it("may be given back by what ends", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.capacity.set("t3.micro", "us-east-1a", "spot", 1, { isGivenBack: true });
    const instance = await launched(ec2, MARKET);
    await refused(launched(ec2, MARKET), "InsufficientInstanceCapacity", /no Spot capacity/, 500);
    await terminated(ec2, instance);
    clock.advance(LONG);
    await launched(ec2, MARKET);
  });
});
