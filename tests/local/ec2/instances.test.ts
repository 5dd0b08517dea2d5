import assert from "node:assert/strict";
import {
  DescribeVolumesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { runningInstance } from "./running";
import { idOf, launched, LONG, present, refused, seen, stateOf, terminated } from "./scenes";
import { simulated } from "./support";

describe("an instance's life", () => {
  it("is pending at first and running some seconds later", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    assert.deepEqual(instance.State, { Code: 0, Name: "pending" });
    clock.advance(1_000);
    assert.equal(await stateOf(ec2, instance), "pending");
    clock.advance(20_000);
    assert.deepEqual((await seen(ec2, instance)).State, { Code: 16, Name: "running" });
  });

  it("takes as long as its seed says, and about eight seconds on average", async () => {
    const times: number[] = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const { ec2, clock, simulator } = simulated({ seed });
      await launched(ec2);
      clock.advance(LONG);
      const { events } = simulator.timeline();
      times.push(present(events[1]).time - present(events[0]).time);
    }
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    assert.ok(mean > 6_000 && mean < 10_000, `mean ${mean}`);
    assert.ok(new Set(times).size > 10);
  });

  it("shuts down for about half a minute before it is terminated, and says who wanted it", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    const { TerminatingInstances } = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(TerminatingInstances?.[0]?.PreviousState?.Name, "running");
    assert.deepEqual(TerminatingInstances[0].CurrentState, { Code: 32, Name: "shutting-down" });
    clock.advance(5_000);
    assert.equal(await stateOf(ec2, instance), "shutting-down");
    clock.advance(60_000);
    const ended = await seen(ec2, instance);
    assert.deepEqual(ended.State, { Code: 48, Name: "terminated" });
    assert.equal(ended.StateReason?.Code, "Client.UserInitiatedShutdown");
    assert.match(ended.StateTransitionReason ?? "", /^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$/);
  });

  it("ends sooner when the guest's shutdown is skipped", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    await terminated(ec2, instance, true);
    clock.advance(20_000);
    assert.equal(await stateOf(ec2, instance), "terminated");
  });

  it("has no network and no volumes any more once it is terminated", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    await terminated(ec2, instance);
    clock.advance(LONG);
    const ended = await seen(ec2, instance);
    assert.equal(ended.PrivateIpAddress, undefined);
    assert.equal(ended.SubnetId, undefined);
    assert.deepEqual(ended.NetworkInterfaces, []);
    assert.deepEqual(ended.BlockDeviceMappings, []);
    assert.deepEqual((await ec2.send(new DescribeVolumesCommand({}))).Volumes, []);
  });

  it("is still seen for an hour after its end, then no longer known", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    await terminated(ec2, instance);
    clock.advance(LONG);
    assert.equal(await stateOf(ec2, instance), "terminated");
    clock.advance(3_600_000);
    await refused(
      stateOf(ec2, instance),
      "InvalidInstanceID.NotFound",
      /The instance ID 'i-0[0-9a-f]{16}' does not exist/,
    );
  });

  it("can be terminated again, with no effect", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    await terminated(ec2, instance);
    clock.advance(LONG);
    const { TerminatingInstances } = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(TerminatingInstances?.[0]?.CurrentState?.Name, "terminated");
  });

  it("may end before it ever ran, with the reason", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.failNextLaunch("Client.InternalError");
    const instance = await launched(ec2);
    assert.equal(instance.State?.Name, "pending");
    clock.advance(LONG);
    const ended = await seen(ec2, instance);
    assert.equal(ended.State?.Name, "terminated");
    assert.deepEqual(ended.StateReason, {
      Code: "Client.InternalError",
      Message: "Client.InternalError: Client error on launch",
    });
    assert.equal(await launched(ec2).then((next) => next.State?.Name), "pending");
  });
});

describe("a guest that shuts itself down", () => {
  for (const [behavior, state] of [
    ["stop", "stopped"],
    ["terminate", "terminated"],
  ] as const) {
    it(`is ${state} where the instance's shutdown behavior is ${behavior}, and protection does not keep it from that`, async () => {
      const { ec2, clock, simulator } = simulated();
      const instance = await runningInstance(ec2, clock, {
        InstanceInitiatedShutdownBehavior: behavior,
        DisableApiStop: true,
      });
      simulator.shutDownGuest(idOf(instance));
      clock.advance(LONG);
      const { State, StateReason } = await seen(ec2, instance);
      assert.deepEqual([State?.Name, StateReason?.Code], [state, "Client.InstanceInitiatedShutdown"]);
      assert.throws(() => {
        simulator.shutDownGuest(idOf(instance));
      }, /is no on-demand instance that runs/);
    });
  }
});

describe("stopping and starting", () => {
  it("keeps the private address and takes time both ways", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    const { StoppingInstances } = await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(StoppingInstances?.[0]?.CurrentState?.Name, "stopping");
    clock.advance(LONG);
    const stopped = await seen(ec2, instance);
    assert.equal(stopped.State?.Name, "stopped");
    assert.equal(stopped.PrivateIpAddress, instance.PrivateIpAddress);
    await ec2.send(new StartInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(await stateOf(ec2, instance), "pending");
    clock.advance(LONG);
    assert.equal(await stateOf(ec2, instance), "running");
  });

  it("is refused from states it cannot begin in", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    const ids = { InstanceIds: [idOf(instance)] };
    await refused(ec2.send(new StopInstancesCommand(ids)), "IncorrectInstanceState", /from which it can be stopped/);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand(ids));
    await refused(ec2.send(new StartInstancesCommand(ids)), "IncorrectInstanceState", /from which it can be started/);
    await terminated(ec2, instance);
    clock.advance(LONG);
    await refused(ec2.send(new StartInstancesCommand(ids)), "IncorrectInstanceState");
    await refused(ec2.send(new StopInstancesCommand(ids)), "IncorrectInstanceState");
  });

  it("is answered when there is nothing to do", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    const { StartingInstances } = await ec2.send(new StartInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(StartingInstances?.[0]?.CurrentState?.Name, "running");
  });
});
