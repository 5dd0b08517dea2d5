import assert from "node:assert/strict";
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { runningInstance } from "./running";
import { idOf, launched, LONG, refused, seen, stateOf } from "./scenes";
import { simulated } from "./support";

describe("protection", () => {
  it("from termination spares all instances of the call", async () => {
    const { ec2, clock } = simulated();
    const guarded = await runningInstance(ec2, clock, { DisableApiTermination: true });
    const other = await runningInstance(ec2, clock);
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
    const guarded = await runningInstance(ec2, clock, { DisableApiStop: true });
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
    const instance = await runningInstance(ec2, clock);
    const ids = { InstanceIds: [idOf(instance), "i-0aaaaaaaaaaaaaaaa"] };
    await refused(ec2.send(new TerminateInstancesCommand(ids)), "InvalidInstanceID.NotFound");
    assert.equal(await stateOf(ec2, instance), "running");
  });
});

describe("an instance's attributes", () => {
  it("change one at a time", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
    const two = { InstanceId: idOf(instance), SourceDestCheck: { Value: false }, DisableApiStop: { Value: true } };
    await refused(ec2.send(new ModifyInstanceAttributeCommand(two)), "InvalidParameterCombination");
    await ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId: idOf(instance), SourceDestCheck: { Value: false } }),
    );
    assert.equal((await seen(ec2, instance)).SourceDestCheck, false);
  });

  it("that make the machine change only while it is stopped", async () => {
    const { ec2, clock } = simulated();
    const instance = await runningInstance(ec2, clock);
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
    const instance = await runningInstance(ec2, clock, { MetadataOptions: { HttpTokens: "optional" } });
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
