import assert from "node:assert/strict";

import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
} from "@aws-sdk/client-ec2";

import { LONG, launched, launchedOn, madeInterface, refused, terminated } from "./scenes";
import { simulated } from "./support";

describe("a client token", () => {
  it("makes the same launch again an answer with the instance that was made, as it is now", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const first = await launchedOn(ec2, id, { ClientToken: "g1" });
    clock.advance(LONG);
    const second = await launchedOn(ec2, id, { ClientToken: "g1" });
    assert.equal(second.InstanceId, first.InstanceId);
    assert.equal(second.State?.Name, "running");
    await terminated(ec2, first);
    clock.advance(LONG);
    const third = await launchedOn(ec2, id, { ClientToken: "g1" });
    assert.equal(third.InstanceId, first.InstanceId);
    assert.equal(third.State?.Name, "terminated");
  });

  it("is an error once its instance is no longer known", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, { ClientToken: "g1" });
    await terminated(ec2, instance);
    clock.advance(2 * 3_600_000);
    await refused(launched(ec2, { ClientToken: "g1" }), "IdempotentInstanceTerminated");
  });

  it("is good for a day after the instance that it launched has ended, and is a new one then", async () => {
    const { ec2, clock } = simulated();
    const first = await launched(ec2, { ClientToken: "g1" });
    clock.advance(48 * 3_600_000);
    assert.equal((await launched(ec2, { ClientToken: "g1" })).InstanceId, first.InstanceId);
    await terminated(ec2, first);
    clock.advance(23 * 3_600_000);
    await refused(launched(ec2, { ClientToken: "g1" }), "IdempotentInstanceTerminated");
    clock.advance(2 * 3_600_000);
    const second = await launched(ec2, { ClientToken: "g1", InstanceType: "t3.small" });
    assert.notEqual(second.InstanceId, first.InstanceId);
  });

  it("has 64 characters at most, for a launch", async () => {
    const { ec2 } = simulated();
    await launched(ec2, { ClientToken: "t".repeat(64) });
    await refused(launched(ec2, { ClientToken: "t".repeat(65) }), "InvalidParameterValue", /at most 64/);
  });

  it("with other parameters is a mismatch, whatever differs", async () => {
    const { ec2 } = simulated();
    await launched(ec2, { ClientToken: "g1" });
    await refused(launched(ec2, { ClientToken: "g1", InstanceType: "t3.small" }), "IdempotentParameterMismatch");
    await refused(launched(ec2, { ClientToken: "g1", UserData: "aGk=" }), "IdempotentParameterMismatch");
    assert.equal((await launched(ec2, { ClientToken: "g2" })).State?.Name, "pending");
  });

  it("can be used again after a call that failed", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const holder = await launchedOn(ec2, id);
    await refused(launchedOn(ec2, id, { ClientToken: "g1" }), "InvalidNetworkInterface.InUse");
    await terminated(ec2, holder);
    clock.advance(LONG);
    assert.equal((await launchedOn(ec2, id, { ClientToken: "g1" })).State?.Name, "pending");
  });

  it("is not used up by a dry run", async () => {
    const { ec2 } = simulated();
    await refused(launched(ec2, { ClientToken: "g1", DryRun: true }), "DryRunOperation");
    await launched(ec2, { ClientToken: "g1" });
  });

  it("finds its instances", async () => {
    const { ec2 } = simulated();
    const instance = await launched(ec2, { ClientToken: "mine" });
    await launched(ec2);
    const found = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: "client-token", Values: ["mine"] }] }),
    );
    assert.deepEqual(
      found.Reservations?.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)),
      [instance.InstanceId],
    );
  });

  it("makes one interface of two calls", async () => {
    const { ec2 } = simulated();
    const first = await madeInterface(ec2, { ClientToken: "e1", PrivateIpAddress: "10.0.1.7" });
    const second = await madeInterface(ec2, { ClientToken: "e1", PrivateIpAddress: "10.0.1.7" });
    assert.equal(second.NetworkInterfaceId, first.NetworkInterfaceId);
    assert.equal((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces?.length, 1);
    await refused(madeInterface(ec2, { ClientToken: "e1" }), "IdempotentParameterMismatch");
  });

  it("makes one launch template of two calls, and one version", async () => {
    const { ec2 } = simulated();
    const create = {
      LaunchTemplateName: "web",
      LaunchTemplateData: { InstanceType: "t3.micro" as const },
      ClientToken: "t",
    };
    const first = await ec2.send(new CreateLaunchTemplateCommand(create));
    const second = await ec2.send(new CreateLaunchTemplateCommand(create));
    assert.equal(second.LaunchTemplate?.LaunchTemplateId, first.LaunchTemplate?.LaunchTemplateId);
    const version = {
      LaunchTemplateName: "web",
      LaunchTemplateData: { InstanceType: "t3.small" as const },
      ClientToken: "v",
    };
    await ec2.send(new CreateLaunchTemplateVersionCommand(version));
    const again = await ec2.send(new CreateLaunchTemplateVersionCommand(version));
    assert.equal(again.LaunchTemplateVersion?.VersionNumber, 2);
  });
});
