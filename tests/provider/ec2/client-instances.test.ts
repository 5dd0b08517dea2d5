import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../local/ec2";
import { healthOf, instanceOf } from "../../../provider/ec2/shapes";
import {
  DATA,
  LONG,
  TAGS,
  account,
  codeOf,
  launchRequest,
  madeInterface,
  noting,
  running,
  seen,
  seenInterface,
  stopped,
} from "./account";

describe("the EC2 client launches", () => {
  it("with every compute option of the template, and reads each of them back", async () => {
    const owner = account();
    const { simulator } = owner;
    const options = {
      ebsOptimized: true,
      tenancy: "dedicated",
      placementGroup: WELL_KNOWN.placementGroup,
      cpuOptions: { coreCount: 1, threadsPerCore: 1 },
      monitoring: true,
    };
    const instance = await running(owner, { ...options, iamInstanceProfile: WELL_KNOWN.instanceProfile });
    const { ebsOptimized, tenancy, placementGroup, cpuOptions, monitoring } = instance;
    assert.deepEqual({ ebsOptimized, tenancy, placementGroup, cpuOptions, monitoring }, options);
    assert.deepEqual([instance.imageId, instance.type, instance.keyName], [DATA.imageId, "m7i.large", DATA.keyName]);
    assert.match(instance.iamInstanceProfileArn ?? "", /instance-profile\/demo$/);
    const [volume] = Object.values(simulator.snapshot().volumes);
    assert.equal(instance.rootDeviceName, "/dev/xvda");
    assert.deepEqual(instance.devices, [
      { deviceName: "/dev/xvda", volumeId: volume?.volumeId, deleteOnTermination: true },
    ]);
  });

  it("with EC2's own choice where nothing is said", async () => {
    const instance = await running(account());
    assert.deepEqual(
      [instance.ebsOptimized, instance.tenancy, instance.placementGroup, instance.monitoring],
      [false, "default", undefined, false],
    );
    assert.deepEqual(instance.cpuOptions, { coreCount: 1, threadsPerCore: 2 });
  });

  it("with a root volume, metadata options and a type of the template, all that they say", async () => {
    const owner = account();
    const options = { size: 20, type: "gp3", iops: 4000, throughput: 200, encrypted: true, kmsKeyId: "alias/mine" };
    const metadataOptions = {
      httpTokens: "optional",
      httpEndpoint: "disabled",
      instanceMetadataTags: "enabled",
      httpPutResponseHopLimit: 3,
    } as const;
    const rootVolume = { deviceName: "/dev/xvda", options };
    const instance = await running(owner, { instanceType: "c6i.large", rootVolume, metadataOptions });
    assert.deepEqual(instance.metadataOptions, metadataOptions);
    const { volumes, launchTemplates } = owner.simulator.snapshot();
    const [volume] = Object.values(volumes);
    assert.deepEqual(
      [volume?.size, volume?.volumeType, volume?.iops, volume?.throughput, volume?.encrypted, volume?.kmsKeyId],
      [20, "gp3", 4000, 200, true, "alias/mine"],
    );
    const data = Object.values(launchTemplates)[0]?.versions[0]?.data;
    assert.equal(data?.InstanceType, "c6i.large");
  });

  it("and reads the instance's own tags and the time of its launch", async () => {
    const owner = account();
    const began = owner.clock.now();
    const { tags, launchedAt } = await running(owner);
    assert.deepEqual([tags.a, launchedAt], [TAGS.a, began]);
  });

  it("and says of what it makes that it ends with it, and of what it is given nothing", async () => {
    const sent: string[] = [];
    const { ec2 } = account(noting(sent));
    await ec2.runInstance(await launchRequest(ec2));
    const { id } = await madeInterface(ec2);
    await ec2.runInstance(await launchRequest(ec2, { network: { networkInterfaceId: id } }));
    const deletions = (action: string) =>
      sent
        .filter((body) => body.startsWith(`Action=${action}&`))
        .map((body) => new URLSearchParams(body))
        .map((asked) => [...asked].filter(([name]) => name.endsWith("DeleteOnTermination")));
    assert.deepEqual(deletions("RunInstances"), [[["NetworkInterface.1.DeleteOnTermination", "true"]], []]);
    const root = ["LaunchTemplateData.BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"];
    assert.deepEqual(deletions("CreateLaunchTemplate"), [[root], [root]]);
  });

  it("with CPU credits", async () => {
    const owner = account();
    const launch = { instanceType: "t3.micro", cpuCredits: "standard" };
    const { id } = await owner.ec2.runInstance(
      await launchRequest(owner.ec2, { instanceType: "t3.micro" }, { ...launch, cpuOptions: undefined }),
    );
    assert.equal(owner.simulator.snapshot().instances[id]?.cpuCredits, "standard");
  });

  it("the type of the request, whatever the template says", async () => {
    const { ec2 } = account();
    const launched = await ec2.runInstance(await launchRequest(ec2, { instanceType: "c6i.large" }));
    assert.equal(launched.type, "c6i.large");
  });

  it("on an interface of its own, which ends with it and is not tagged", async () => {
    const { ec2, simulator, clock } = account();
    for (const publicIp of [true, false, undefined]) {
      const network = { subnetId: WELL_KNOWN.subnetA, securityGroupIds: [WELL_KNOWN.otherSecurityGroup], publicIp };
      const launched = await ec2.runInstance(await launchRequest(ec2, { network }));
      assert.equal(launched.publicIp !== undefined, publicIp === true);
      const eni = await seenInterface(ec2, launched.networkInterfaceId ?? "");
      assert.deepEqual(
        [eni.subnetId, eni.securityGroups.map(({ id }) => id), eni.tags],
        [WELL_KNOWN.subnetA, [WELL_KNOWN.otherSecurityGroup], {}],
      );
      assert.deepEqual([eni.attachment?.deviceIndex, eni.attachment?.deleteOnTermination], [0, true]);
      await ec2.terminateInstance(launched.id, false);
      clock.advance(LONG);
      assert.deepEqual(simulator.snapshot().networkInterfaces, {});
    }
  });

  it("on an interface of its own with the public address that the subnet gives, or without", async () => {
    const { ec2 } = account();
    const [subnetId] = WELL_KNOWN.defaultSubnets;
    for (const publicIp of [undefined, false]) {
      const network = { subnetId, securityGroupIds: [], publicIp };
      const launched = await ec2.runInstance(await launchRequest(ec2, { network }));
      assert.equal(launched.publicIp !== undefined, publicIp === undefined);
    }
  });
});

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
});

describe("the EC2 client and root volumes", () => {
  const replacement = { imageId: WELL_KNOWN.imageV2, tags: TAGS, clientToken: "r1" };

  it("replaces one by an image, and the old one goes", async () => {
    const owner = account();
    const { ec2, simulator, clock } = owner;
    const { id, devices } = await running(owner, { rootVolume: undefined });
    const task = await ec2.replaceRootVolume({ instanceId: id, ...replacement });
    assert.equal(task.state, "pending");
    assert.equal((await ec2.replaceRootVolume({ instanceId: id, ...replacement })).id, task.id);
    const made = simulator.snapshot().rootVolumeTasks[task.id];
    assert.deepEqual([made?.imageId, made?.deleteReplaced, made?.tags], [WELL_KNOWN.imageV2, true, TAGS]);
    clock.advance(LONG);
    assert.deepEqual(await ec2.describeRootVolumeTasks(id), [
      { id: task.id, state: "succeeded", tags: replacement.tags },
    ]);
    const [root] = (await seen(ec2, id)).devices;
    assert.notEqual(root?.volumeId, devices[0]?.volumeId);
    assert.deepEqual(Object.keys(simulator.snapshot().volumes), [root?.volumeId]);
  });

  it("is told that it failed", async () => {
    const owner = account();
    const { id, devices } = await running(owner, { rootVolume: undefined });
    owner.simulator.failNextRootVolume();
    await owner.ec2.replaceRootVolume({ instanceId: id, ...replacement });
    owner.clock.advance(LONG);
    const [task] = await owner.ec2.describeRootVolumeTasks(id);
    assert.equal(task?.state, "failed");
    assert.deepEqual((await seen(owner.ec2, id)).devices, devices);
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
