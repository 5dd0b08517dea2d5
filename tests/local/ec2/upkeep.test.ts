import assert from "node:assert/strict";

import {
  AttachNetworkInterfaceCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstanceStatusCommand,
  DetachVolumeCommand,
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  MonitorInstancesCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  UnmonitorInstancesCommand,
  type EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { LONG, idOf, launched, madeInterface, present, refused, seen, stateOf } from "./scenes";
import { simulated } from "./support";

async function running(overrides: Parameters<typeof launched>[1] = {}) {
  const simulation = simulated();
  const instance = await launched(simulation.ec2, overrides);
  simulation.clock.advance(LONG);
  return { ...simulation, instance, InstanceIds: [idOf(instance)], InstanceId: idOf(instance) };
}

async function stopped(overrides: Parameters<typeof launched>[1] = {}) {
  const scene = await running(overrides);
  await scene.ec2.send(new StopInstancesCommand({ InstanceIds: scene.InstanceIds }));
  scene.clock.advance(LONG);
  return scene;
}

describe("rebooting", () => {
  it("leaves the instance running with all it has, and nobody behind its address for a while", async () => {
    const { ec2, clock, simulator, instance, InstanceIds } = await running();
    const before = await seen(ec2, instance);
    await ec2.send(new RebootInstancesCommand({ InstanceIds }));
    assert.deepEqual(await seen(ec2, instance), before);
    clock.advance(LONG);
    const { outages = [] } = simulator.timeline().privateIps[present(instance.PrivateIpAddress)] ?? {};
    assert.equal(outages.length, 1);
    assert.ok(present(outages[0]).seconds < 60);
  });

  it("is refused where nothing runs", async () => {
    const { ec2, InstanceIds } = await stopped();
    await refused(ec2.send(new RebootInstancesCommand({ InstanceIds })), "IncorrectInstanceState", /rebooted/);
  });
});

describe("monitoring", () => {
  it("is switched on and off while the instance runs", async () => {
    const { ec2, instance, InstanceIds } = await running();
    const on = await ec2.send(new MonitorInstancesCommand({ InstanceIds }));
    assert.equal(on.InstanceMonitorings?.[0]?.Monitoring?.State, "pending");
    assert.equal((await seen(ec2, instance)).Monitoring?.State, "enabled");
    const off = await ec2.send(new UnmonitorInstancesCommand({ InstanceIds }));
    assert.equal(off.InstanceMonitorings?.[0]?.Monitoring?.State, "disabling");
    assert.equal((await seen(ec2, instance)).Monitoring?.State, "disabled");
  });
});

describe("looking at an instance from outside", () => {
  it("shows its console once it has booted", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    const output = async () => (await ec2.send(new GetConsoleOutputCommand({ InstanceId: idOf(instance) }))).Output;
    assert.equal(await output(), undefined);
    clock.advance(LONG);
    assert.match(Buffer.from(present(await output()), "base64").toString(), /login:/);
  });

  it("shows its CPU credits, where its type has them", async () => {
    const { ec2, InstanceIds } = await running({ CreditSpecification: { CpuCredits: "standard" } });
    const describe = async (ids: string[]) =>
      (await ec2.send(new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: ids })))
        .InstanceCreditSpecifications?.[0]?.CpuCredits;
    assert.equal(await describe(InstanceIds), "standard");
    const steady = await launched(ec2, { InstanceType: "m5.large" });
    await refused(describe([idOf(steady)]), "InvalidParameterValue", /m5\.large/);
  });

  it("finds those whose checks have passed", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2);
    clock.advance(30_000);
    const found = async (status: string) => {
      const Filters = [{ Name: "instance-status.status", Values: [status] }];
      const { InstanceStatuses = [] } = await ec2.send(new DescribeInstanceStatusCommand({ Filters }));
      return InstanceStatuses.map(({ InstanceId }) => InstanceId);
    };
    assert.deepEqual(await found("ok"), []);
    assert.deepEqual(await found("initializing"), [idOf(instance)]);
    clock.advance(LONG);
    assert.deepEqual(await found("ok"), [idOf(instance)]);
  });
});

describe("status checks", () => {
  async function checks(ec2: EC2Client, instance: Instance): Promise<(string | undefined)[]> {
    const command = new DescribeInstanceStatusCommand({ InstanceIds: [idOf(instance)], IncludeAllInstances: true });
    const [status] = (await ec2.send(command)).InstanceStatuses ?? [];
    return [status?.SystemStatus?.Status, status?.InstanceStatus?.Status, status?.AttachedEbsStatus?.Status];
  }

  it("fail for good after the boot that was ordered to, one of them, and pass after the next", async () => {
    for (const [check, wanted] of [
      [undefined, ["ok", "impaired", "ok"]],
      ["system", ["impaired", "ok", "ok"]],
      ["attached-ebs", ["ok", "ok", "impaired"]],
    ] as const) {
      const { ec2, clock, simulator } = simulated();
      simulator.impairNextBoot(check);
      const instance = await launched(ec2);
      clock.advance(30_000);
      assert.deepEqual(await checks(ec2, instance), ["initializing", "initializing", "initializing"]);
      clock.advance(LONG);
      assert.deepEqual(await checks(ec2, instance), wanted);
      clock.advance(LONG);
      assert.deepEqual(await checks(ec2, instance), wanted);
      assert.equal((await seen(ec2, instance)).State?.Name, "running");
      const other = await launched(ec2);
      await ec2.send(new RebootInstancesCommand({ InstanceIds: [idOf(instance)] }));
      clock.advance(LONG);
      assert.deepEqual(await checks(ec2, instance), ["ok", "ok", "ok"]);
      assert.deepEqual(await checks(ec2, other), ["ok", "ok", "ok"]);
    }
  });

  it("say since when they fail, and that nothing is reached", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.impairNextBoot();
    const bootedAt = clock.now();
    const instance = await launched(ec2);
    clock.advance(LONG);
    const command = new DescribeInstanceStatusCommand({
      Filters: [{ Name: "instance-status.reachability", Values: ["failed"] }],
    });
    const [status] = (await ec2.send(command)).InstanceStatuses ?? [];
    assert.equal(status?.InstanceId, idOf(instance));
    const [detail] = present(status).InstanceStatus?.Details ?? [];
    assert.deepEqual([detail?.Name, detail?.Status], ["reachability", "failed"]);
    assert.equal(detail?.ImpairedSince?.getTime(), bootedAt + 120_000);
  });

  it("begin anew with a start and a reboot, and do not apply to what is stopped", async () => {
    const { ec2, clock, simulator, instance, InstanceIds } = await running();
    assert.deepEqual(await checks(ec2, instance), ["ok", "ok", "ok"]);
    await ec2.send(new RebootInstancesCommand({ InstanceIds }));
    assert.deepEqual(await checks(ec2, instance), ["initializing", "initializing", "initializing"]);
    clock.advance(60_000);
    assert.deepEqual(await checks(ec2, instance), ["initializing", "initializing", "initializing"]);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    clock.advance(LONG);
    assert.deepEqual(await checks(ec2, instance), ["not-applicable", "not-applicable", "not-applicable"]);
    simulator.impairNextBoot();
    await ec2.send(new StartInstancesCommand({ InstanceIds }));
    clock.advance(30_000);
    assert.deepEqual(await checks(ec2, instance), ["initializing", "initializing", "initializing"]);
    clock.advance(LONG);
    assert.deepEqual(await checks(ec2, instance), ["ok", "impaired", "ok"]);
  });
});

describe("a launch with a key that is denied", () => {
  const BlockDeviceMappings = [
    { DeviceName: "/dev/xvda", Ebs: { Encrypted: true, KmsKeyId: WELL_KNOWN.deniedKmsKey } },
  ];

  it("is taken and then fails: pending, then terminated with Client.InternalError", async () => {
    const { ec2, clock } = simulated();
    const instance = await launched(ec2, { BlockDeviceMappings });
    assert.equal(instance.State?.Name, "pending");
    clock.advance(LONG);
    const { State, StateReason } = await seen(ec2, instance);
    assert.equal(State?.Name, "terminated");
    assert.deepEqual(StateReason, {
      Code: "Client.InternalError",
      Message: "Client.InternalError: Client error on launch",
    });
  });
});

describe("a start", () => {
  it("that fails leaves the instance stopped, with the reason", async () => {
    const { ec2, clock, simulator, instance, InstanceIds } = await stopped();
    simulator.failNextLaunch("Server.InsufficientInstanceCapacity");
    await ec2.send(new StartInstancesCommand({ InstanceIds }));
    clock.advance(LONG);
    const { State, StateReason } = await seen(ec2, instance);
    assert.deepEqual([State?.Name, StateReason?.Code], ["stopped", "Server.InsufficientInstanceCapacity"]);
  });

  it("needs a root volume, and a type that the zone has", async () => {
    const { ec2, clock, instance, InstanceIds, InstanceId } = await stopped({ SubnetId: WELL_KNOWN.subnetB });
    const type = (Value: string) =>
      ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value } }));
    await type("m7i.large");
    const start = () => ec2.send(new StartInstancesCommand({ InstanceIds }));
    await refused(start(), "Unsupported", /m7i\.large/);
    await type("t3.micro");
    const VolumeId = (await seen(ec2, instance)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId;
    await ec2.send(new DetachVolumeCommand({ VolumeId }));
    clock.advance(LONG);
    await refused(start(), "IncorrectInstanceState", /volume attached at root/);
    assert.equal(await stateOf(ec2, instance), "stopped");
  });
});

describe("another type", () => {
  it("must take the interfaces and addresses that there are", async () => {
    const { ec2, clock, InstanceId, InstanceIds } = await running({ InstanceType: "t3.medium" });
    for (const DeviceIndex of [1, 2]) {
      const { NetworkInterfaceId } = await madeInterface(ec2);
      await ec2.send(new AttachNetworkInterfaceCommand({ InstanceId, NetworkInterfaceId, DeviceIndex }));
    }
    await ec2.send(new StopInstancesCommand({ InstanceIds, Force: true }));
    clock.advance(LONG);
    const type = (Value: string) =>
      ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value } }));
    await refused(type("t3.micro"), "AttachmentLimitExceeded");
    await type("t3.small");
  });

  it("is not hibernated to, since nothing here hibernates", async () => {
    const { ec2, InstanceIds } = await running();
    const hibernate = new StopInstancesCommand({ InstanceIds, Hibernate: true });
    await refused(ec2.send(hibernate), "UnsupportedHibernationConfiguration");
  });
});
