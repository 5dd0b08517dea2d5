import assert from "node:assert/strict";

import {
  AttachVolumeCommand,
  DescribeInstancesCommand,
  DescribeVpcsCommand,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../../local/ec2";
import { launched, madeInterface, refused, terminated } from "../scenes";
import { simulated } from "../support";

const TAGGED = { TagSpecifications: [{ ResourceType: "instance" as const, Tags: [{ Key: "a", Value: "b" }] }] };

describe("a denied action", () => {
  it("is refused as IAM does it, and nothing happens, whether it is dry or not", async () => {
    const { ec2, simulator } = simulated();
    simulator.iam.deny("ec2:RunInstances");
    const wording = /is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1:123456789012:/;
    await refused(launched(ec2), "UnauthorizedOperation", wording, 403);
    await refused(
      launched(ec2, { DryRun: true }),
      "UnauthorizedOperation",
      /explicit deny in an identity-based policy/,
    );
    assert.equal(Object.keys(simulator.snapshot().instances).length, 0);
    simulator.iam.clear();
    await launched(ec2);
  });

  it("names the object, and carries an encoded message with the facts", async () => {
    const { ec2, simulator } = simulated();
    const instance = await launched(ec2);
    simulator.iam.deny("TerminateInstances");
    const error = (await terminated(ec2, instance).catch((thrown: unknown) => thrown)) as Error;
    const encoded = /Encoded authorization failure message: (\S+)$/.exec(error.message)?.[1] ?? "";
    const facts = JSON.parse(Buffer.from(encoded, "base64url").toString()) as { context: Record<string, string> };
    assert.equal(facts.context.action, "ec2:TerminateInstances");
    assert.match(facts.context.resource ?? "", new RegExp(`instance/${instance.InstanceId ?? ""}$`));
  });

  it("is told from a state that the call has to wait for, also by a dry run before its time", async () => {
    const { ec2, simulator } = simulated();
    const { InstanceId = "", BlockDeviceMappings = [] } = await launched(ec2);
    const VolumeId = BlockDeviceMappings[0]?.Ebs?.VolumeId ?? "";
    const DryRun = true;
    const before = simulator.snapshot();
    const calls: [action: string, send: () => Promise<unknown>][] = [
      ["StartInstances", () => ec2.send(new StartInstancesCommand({ InstanceIds: [InstanceId], DryRun }))],
      ["AttachVolume", () => ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device: "/dev/sdf", DryRun }))],
      [
        "ModifyInstanceAttribute",
        () =>
          ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value: "m6i.large" }, DryRun })),
      ],
    ];
    for (const [action, send] of calls) {
      simulator.iam.deny(action);
      await refused(send(), "UnauthorizedOperation", new RegExp(`ec2:${action}`), 403);
      simulator.iam.clear();
      const { name } = (await send().catch((thrown: unknown) => thrown)) as Error;
      assert.ok(
        ["DryRunOperation", "IncorrectInstanceState", "IncorrectState", "VolumeInUse"].includes(name),
        `${action}: ${name}`,
      );
    }
    assert.deepEqual(simulator.snapshot(), before);
  });

  it("may be all but a few", async () => {
    const { ec2, simulator } = simulated();
    simulator.iam.allowOnly(["ec2:Describe*", "ec2:CreateNetworkInterface"]);
    await ec2.send(new DescribeVpcsCommand({}));
    await madeInterface(ec2);
    await refused(
      launched(ec2),
      "UnauthorizedOperation",
      /no identity-based policy allows the ec2:RunInstances action/,
    );
    simulator.iam.deny("ec2:DescribeInstances");
    await refused(ec2.send(new DescribeInstancesCommand({})), "UnauthorizedOperation");
  });

  it("may be the tagging or the role that a launch comes with", async () => {
    const { ec2, simulator } = simulated();
    simulator.iam.allowOnly(["ec2:RunInstances"]);
    await launched(ec2);
    await refused(launched(ec2, TAGGED), "UnauthorizedOperation", /ec2:CreateTags/);
    const profile = { IamInstanceProfile: { Name: WELL_KNOWN.instanceProfile } };
    await refused(launched(ec2, profile), "UnauthorizedOperation", /iam:PassRole/);
    simulator.iam.allowOnly(["ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"]);
    await launched(ec2, { ...TAGGED, ...profile });
  });
});

describe("clocks that are apart", () => {
  it("make EC2 refuse what was signed too early or too late", async () => {
    for (const minutes of [20, -20]) {
      const { ec2, simulator } = simulated();
      simulator.clockSkew.set(minutes * 60_000);
      await refused(launched(ec2), "RequestExpired", /^Request has expired\.$/, 400);
    }
    const { ec2, simulator } = simulated();
    simulator.clockSkew.set(10 * 60_000);
    await launched(ec2);
  });

  it("are put right by the SDK, which learns EC2's time from the answer", async () => {
    const { ec2, simulator } = simulated({ client: { maxAttempts: 2 } });
    simulator.clockSkew.set(20 * 60_000);
    await launched(ec2);
    assert.deepEqual(
      simulator.calls().map(({ result }) => result),
      ["RequestExpired", "ok"],
    );
  });
});

describe("a fault", () => {
  it("may let some calls pass first, and fit several actions", async () => {
    const { ec2, simulator } = simulated();
    simulator.faults.add({ action: "Describe*", error: { code: "Unavailable" }, skip: 2, times: 1 });
    await launched(ec2);
    await ec2.send(new DescribeVpcsCommand({}));
    await ec2.send(new DescribeInstancesCommand({}));
    const [{ times, skip } = {}] = simulator.faults.list();
    assert.deepEqual([times, skip], [1, undefined]);
    await refused(ec2.send(new DescribeVpcsCommand({})), "Unavailable", undefined, 503);
    await ec2.send(new DescribeVpcsCommand({}));
  });
});
