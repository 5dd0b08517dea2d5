import assert from "node:assert/strict";

import {
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import { LONG, idOf, launched, present, refused, seen, stateOf, terminated } from "./scenes";
import { simulated, type VirtualClock } from "./support";

async function running(ec2: EC2Client, clock: VirtualClock, overrides: Parameters<typeof launched>[1] = {}) {
  const instance = await launched(ec2, overrides);
  clock.advance(LONG);
  return instance;
}

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
    const instance = await running(ec2, clock);
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
    const instance = await running(ec2, clock);
    await terminated(ec2, instance, true);
    clock.advance(20_000);
    assert.equal(await stateOf(ec2, instance), "terminated");
  });

  it("has no network and no volumes any more once it is terminated", async () => {
    const { ec2, clock } = simulated();
    const instance = await running(ec2, clock);
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
    const instance = await running(ec2, clock);
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
    const instance = await running(ec2, clock);
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
      const instance = await running(ec2, clock, { InstanceInitiatedShutdownBehavior: behavior, DisableApiStop: true });
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
    const instance = await running(ec2, clock);
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
    const instance = await running(ec2, clock);
    const { StartingInstances } = await ec2.send(new StartInstancesCommand({ InstanceIds: [idOf(instance)] }));
    assert.equal(StartingInstances?.[0]?.CurrentState?.Name, "running");
  });
});

describe("protection", () => {
  it("from termination spares all instances of the call", async () => {
    const { ec2, clock } = simulated();
    const guarded = await running(ec2, clock, { DisableApiTermination: true });
    const other = await running(ec2, clock);
    const both = { InstanceIds: [idOf(other), idOf(guarded)] };
    await refused(
      ec2.send(new TerminateInstancesCommand(both)),
      "OperationNotPermitted",
      /may not be terminated\. Modify its 'disableApiTermination' instance attribute/,
    );
    assert.equal(await stateOf(ec2, other), "running");
    const off = { InstanceId: idOf(guarded), DisableApiTermination: { Value: false } };
    await ec2.send(new ModifyInstanceAttributeCommand(off));
    await ec2.send(new TerminateInstancesCommand(both));
    assert.equal(await stateOf(ec2, guarded), "shutting-down");
  });

  it("from stopping refuses a stop and, as EC2 does, a termination too", async () => {
    const { ec2, clock } = simulated();
    const guarded = await running(ec2, clock, { DisableApiStop: true });
    const one = { InstanceIds: [idOf(guarded)] };
    await refused(
      ec2.send(new StopInstancesCommand(one)),
      "OperationNotPermitted",
      /may not be stopped\. Modify its 'disableApiStop' instance attribute and try again\.$/,
    );
    await refused(
      ec2.send(new TerminateInstancesCommand(one)),
      "OperationNotPermitted",
      /may not be terminated\. Modify its 'disableApiStop' instance attribute and try again\.$/,
    );
    assert.equal(await stateOf(ec2, guarded), "running");
    const off = { InstanceId: idOf(guarded), DisableApiStop: { Value: false } };
    await ec2.send(new ModifyInstanceAttributeCommand(off));
    await ec2.send(new TerminateInstancesCommand(one));
    assert.equal(await stateOf(ec2, guarded), "shutting-down");
  });

  it("by a missing instance spares the others named with it", async () => {
    const { ec2, clock } = simulated();
    const instance = await running(ec2, clock);
    const ids = { InstanceIds: [idOf(instance), "i-0aaaaaaaaaaaaaaaa"] };
    await refused(ec2.send(new TerminateInstancesCommand(ids)), "InvalidInstanceID.NotFound");
    assert.equal(await stateOf(ec2, instance), "running");
  });
});

describe("an instance's attributes", () => {
  it("change one at a time", async () => {
    const { ec2, clock } = simulated();
    const instance = await running(ec2, clock);
    const two = { InstanceId: idOf(instance), SourceDestCheck: { Value: false }, DisableApiStop: { Value: true } };
    await refused(ec2.send(new ModifyInstanceAttributeCommand(two)), "InvalidParameterCombination");
    await ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId: idOf(instance), SourceDestCheck: { Value: false } }),
    );
    assert.equal((await seen(ec2, instance)).SourceDestCheck, false);
  });

  it("that make the machine change only while it is stopped", async () => {
    const { ec2, clock } = simulated();
    const instance = await running(ec2, clock);
    const larger = { InstanceId: idOf(instance), InstanceType: { Value: "m6i.large" } };
    await refused(ec2.send(new ModifyInstanceAttributeCommand(larger)), "IncorrectInstanceState");
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    await ec2.send(new ModifyInstanceAttributeCommand(larger));
    assert.equal((await seen(ec2, instance)).InstanceType, "m6i.large");
    const userData = { InstanceId: idOf(instance), UserData: { Value: Buffer.from("#!/bin/sh") } };
    await ec2.send(new ModifyInstanceAttributeCommand(userData));
    const asked = { InstanceId: idOf(instance), Attribute: "userData" as const };
    const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand(asked));
    assert.equal(Buffer.from(UserData?.Value ?? "", "base64").toString(), "#!/bin/sh");
  });

  it("are answered one at a time", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, { DisableApiTermination: true });
    const asked = { InstanceId: idOf(instance), Attribute: "disableApiTermination" as const };
    const answer = await ec2.send(new DescribeInstanceAttributeCommand(asked));
    assert.deepEqual(answer.DisableApiTermination, { Value: true });
    assert.equal(answer.UserData, undefined);
  });

  it("include the metadata options, which may change while it runs", async () => {
    const { ec2, clock } = simulated();
    const instance = await running(ec2, clock, { MetadataOptions: { HttpTokens: "optional" } });
    assert.equal(instance.MetadataOptions?.HttpTokens, "optional");
    const change = { InstanceId: idOf(instance), HttpTokens: "required" as const, HttpPutResponseHopLimit: 3 };
    const { InstanceMetadataOptions } = await ec2.send(new ModifyInstanceMetadataOptionsCommand(change));
    assert.equal(InstanceMetadataOptions?.HttpPutResponseHopLimit, 3);
    assert.equal((await seen(ec2, instance)).MetadataOptions?.HttpTokens, "required");
    await refused(
      ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: idOf(instance), HttpPutResponseHopLimit: 65 })),
      "InvalidParameterValue",
    );
  });
});

describe("DescribeInstanceStatus", () => {
  it("shows running instances only, unless told otherwise, and their checks", async () => {
    const { ec2, clock } = simulated();
    await launched(ec2);
    assert.deepEqual((await ec2.send(new DescribeInstanceStatusCommand({}))).InstanceStatuses, []);
    const all = await ec2.send(new DescribeInstanceStatusCommand({ IncludeAllInstances: true }));
    assert.equal(all.InstanceStatuses?.[0]?.InstanceStatus?.Status, "not-applicable");
    clock.advance(60_000);
    const young = await ec2.send(new DescribeInstanceStatusCommand({}));
    assert.equal(young.InstanceStatuses?.[0]?.InstanceStatus?.Status, "initializing");
    clock.advance(LONG);
    const well = await ec2.send(new DescribeInstanceStatusCommand({}));
    assert.equal(well.InstanceStatuses?.[0]?.SystemStatus?.Status, "ok");
  });
});

describe("DescribeInstances", () => {
  it("tells malformed ids from unknown ones, and names all that are missing", async () => {
    const { ec2 } = simulated();
    await refused(
      ec2.send(new DescribeInstancesCommand({ InstanceIds: ["i-xyz"] })),
      "InvalidInstanceID.Malformed",
      /Invalid id: "i-xyz"/,
    );
    await refused(
      ec2.send(new DescribeInstancesCommand({ InstanceIds: ["i-0aaaaaaaaaaaaaaaa", "i-0bbbbbbbbbbbbbbbb"] })),
      "InvalidInstanceID.NotFound",
      /The instance IDs 'i-0aaaaaaaaaaaaaaaa, i-0bbbbbbbbbbbbbbbb' do not exist/,
      400,
    );
  });
});
