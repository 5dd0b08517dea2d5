import assert from "node:assert/strict";
import { healthOf, instanceOf } from "../../../provider/ec2/instances";
import { DATA, LONG, account, codeOf, launchRequest, madeInterface, noting, running, seen, stopped } from "./account";

describe("the EC2 client and instances", () => {
  it("tells the primary interface from the others", async () => {
    const owner = account();
    const { id, networkInterfaceId } = await running(owner);
    const other = await madeInterface(owner.ec2);
    await owner.ec2.attachNetworkInterface(other.id, id, 1);
    const instance = await seen(owner.ec2, id);
    assert.equal(instance.networkInterfaceId, networkInterfaceId);
    assert.deepEqual(instance.secondaryNetworkInterfaceIds, [other.id]);
  });

  it("stops and ends them, and waits for the guest unless told not to", async () => {
    for (const skipOsShutdown of [true, false]) {
      const owner = account();
      owner.simulator.timings.set({
        stop: 20_000,
        stopSkippingShutdown: 5_000,
        terminate: 20_000,
        terminateSkippingShutdown: 5_000,
      });
      const { id } = await running(owner);
      await owner.ec2.stopInstance(id, skipOsShutdown);
      owner.clock.advance(6_000);
      assert.equal((await seen(owner.ec2, id)).state, skipOsShutdown ? "stopped" : "stopping");
      const other = await running(owner);
      await owner.ec2.terminateInstance(other.id, skipOsShutdown);
      owner.clock.advance(6_000);
      assert.equal((await seen(owner.ec2, other.id)).state, skipOsShutdown ? "terminated" : "shutting-down");
    }
  });

  it("asks for no shutdown to be skipped where none is to be", async () => {
    const sent: string[] = [];
    const owner = account(noting(sent));
    const { id } = await running(owner);
    await owner.ec2.terminateInstance(id, false);
    assert.ok(sent.length > 2 && sent.every((body) => !body.includes("SkipOsShutdown")));
  });

  it("says how their checks are: begun, passed, or failed by either", async () => {
    const owner = account();
    const { ec2, simulator, clock } = owner;
    const { id } = await ec2.runInstance(await launchRequest(ec2));
    assert.equal((await ec2.describeHealth(id)).status, "initializing", "pending");
    clock.advance(20_000);
    assert.deepEqual([(await seen(ec2, id)).state, (await ec2.describeHealth(id)).status], ["running", "initializing"]);
    clock.advance(LONG);
    assert.equal((await ec2.describeHealth(id)).status, "ok");
    for (const check of ["instance", "system"] as const) {
      simulator.impairNextBoot(check);
      assert.equal((await ec2.describeHealth((await running(owner)).id)).status, "impaired", check);
    }
    await ec2.stopInstance(id, true);
    clock.advance(LONG);
    assert.equal((await ec2.describeHealth(id)).status, "initializing", "stopped");
    assert.equal(await codeOf(ec2.describeHealth("i-0a1b2c3d")), "InvalidInstanceID.NotFound");
  });

  it("knows whether they are protected from being ended", async () => {
    const owner = account();
    const { id } = await running(owner);
    assert.equal(await owner.ec2.isProtectedFromTermination(id), false);
    const state = owner.simulator.snapshot();
    const instance = state.instances[id];
    assert.ok(instance);
    instance.disableApiTermination = true;
    owner.simulator.restore(state);
    assert.equal(await owner.ec2.isProtectedFromTermination(id), true);
    assert.equal(await codeOf(owner.ec2.terminateInstance(id, false)), "OperationNotPermitted");
  });

  it("reads and sets user data as base64, of any bytes, and takes it off", async () => {
    const owner = account();
    const { ec2, simulator } = owner;
    const { id } = await stopped(owner);
    assert.equal(await ec2.describeUserData(id), DATA.userData);
    const bytes = Buffer.from([0, 255, 10, 13, 34, 38, 43, 60, 195, 188]).toString("base64");
    for (const userData of [bytes, Buffer.from("#!/bin/sh\necho ü\n").toString("base64")]) {
      await ec2.setUserData(id, userData);
      assert.equal(simulator.snapshot().instances[id]?.userData, userData);
      assert.equal(await ec2.describeUserData(id), userData);
    }
    await ec2.setUserData(id, undefined);
    assert.equal(simulator.snapshot().instances[id]?.userData, "");
    assert.equal(await ec2.describeUserData(id), undefined);
    const bare = await running(owner, { userData: undefined });
    assert.equal(await ec2.describeUserData(bare.id), undefined);
  });

  it("changes type and user data of a stopped one only", async () => {
    const owner = account();
    const { id } = await running(owner);
    assert.equal(await codeOf(owner.ec2.setInstanceType(id, "c6i.large")), "IncorrectInstanceState");
    assert.equal(await codeOf(owner.ec2.setUserData(id, "IyE=")), "IncorrectInstanceState");
    await owner.ec2.stopInstance(id, true);
    owner.clock.advance(LONG);
    await owner.ec2.setInstanceType(id, "c6i.large");
    assert.equal((await seen(owner.ec2, id)).type, "c6i.large");
  });

  it("starts a stopped one, where there is room for it", async () => {
    const owner = account();
    const { id } = await stopped(owner);
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    assert.equal(await codeOf(owner.ec2.startInstance(id)), "InsufficientInstanceCapacity");
    assert.equal((await seen(owner.ec2, id)).state, "stopped");
    owner.simulator.capacity.clear("m7i.large", "us-east-1a", "on-demand");
    await owner.ec2.startInstance(id);
    owner.clock.advance(LONG);
    assert.equal((await seen(owner.ec2, id)).state, "running");
  });

  it("switches monitoring on and off", async () => {
    const owner = account();
    const { id } = await running(owner);
    for (const enabled of [true, false]) {
      await owner.ec2.setMonitoring(id, enabled);
      assert.equal((await seen(owner.ec2, id)).monitoring, enabled);
    }
  });

  it("sets, changes and takes off an instance profile, by name or ARN", async () => {
    const { ec2, simulator, clock } = account();
    const { id } = await ec2.runInstance(await launchRequest(ec2));
    clock.advance(60_000);
    const [profile] = Object.values(simulator.snapshot().instanceProfiles);
    const held = (): string | undefined => simulator.snapshot().instances[id]?.iamInstanceProfile?.arn;
    await ec2.setInstanceProfile(id, profile?.name);
    assert.equal(held(), profile?.arn);
    await ec2.setInstanceProfile(id, profile?.arn);
    assert.equal(held(), profile?.arn);
    await ec2.setInstanceProfile(id, undefined);
    assert.equal(held(), undefined);
    await ec2.setInstanceProfile(id, undefined);
  });
});

describe("an instance as EC2 sends it", () => {
  const instance = { InstanceId: "i-1" };

  it("may lack all but its id", () => {
    const seen = instanceOf(instance);
    assert.deepEqual([seen.devices, seen.secondaryNetworkInterfaceIds, seen.placementGroup], [[], [], undefined]);
    assert.deepEqual([seen.tenancy, seen.monitoring, seen.rootDeviceName], ["default", false, ""]);
  });

  it("is monitored once that is on its way, and no more once it is to end", () => {
    const monitored = (State: "pending" | "enabled" | "disabling" | "disabled") =>
      instanceOf({ ...instance, Monitoring: { State } }).monitoring;
    assert.deepEqual([monitored("pending"), monitored("enabled")], [true, true]);
    assert.deepEqual([monitored("disabling"), monitored("disabled")], [false, false]);
  });

  it("is ok once both checks are passed or do not apply, and it runs", () => {
    const of = (system: "ok" | "not-applicable" | "insufficient-data", Name: "running" | "stopped" = "running") =>
      healthOf({ InstanceState: { Name }, SystemStatus: { Status: system }, InstanceStatus: { Status: "ok" } }).status;
    assert.deepEqual([of("ok"), of("not-applicable")], ["ok", "ok"]);
    assert.deepEqual([of("insufficient-data"), of("ok", "stopped")], ["initializing", "initializing"]);
    assert.equal(healthOf(undefined).status, "initializing");
  });
});
