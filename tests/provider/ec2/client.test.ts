import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WELL_KNOWN } from "../../../local/ec2";
import { createEc2 } from "../../../provider/ec2/client";
import type { Ec2 } from "../../../provider/ec2/ec2";
import type { Ec2Error } from "../../../provider/ec2/errors";
import { cutting } from "../interruptions";
import { DATA, TAGS, account, codeOf, launchRequest, madeInterface } from "./account";

describe("the EC2 client", () => {
  it("launches what the template holds on the interface that is given, and tags what it makes", async () => {
    const { ec2, simulator } = account();
    const eni = await madeInterface(ec2, { privateIp: "10.0.1.7" });
    const request = await launchRequest(ec2, { network: { networkInterfaceId: eni.id } });
    const launched = await ec2.runInstance(request);
    assert.equal(launched.networkInterfaceId, eni.id);
    const state = simulator.snapshot();
    const instance = state.instances[launched.id];
    assert.deepEqual(instance?.networkInterfaceIds, [launched.networkInterfaceId]);
    assert.equal(instance.imageId, WELL_KNOWN.imageV1);
    assert.equal(instance.userData, "IyE=");
    assert.equal(instance.keyName, WELL_KNOWN.keyName);
    const { "aws:ec2launchtemplate:id": _, "aws:ec2launchtemplate:version": version, ...tags } = instance.tags;
    assert.deepEqual([version, tags], ["1", TAGS]);
    const [volume] = Object.values(state.volumes);
    assert.deepEqual([volume?.size, volume?.volumeType, volume?.iops, volume?.tags], [20, "gp3", 4000, TAGS]);
    assert.equal(volume?.attachment?.deleteOnTermination, true);
    assert.equal(Object.values(state.networkInterfaces)[0]?.attachment?.deleteOnTermination, false);
  });

  it("reads a launch template back, and its latest version", async () => {
    const { ec2, clock } = account();
    const createdAt = clock.now();
    const { templateId: id } = await launchRequest(ec2);
    const [template] = await ec2.describeLaunchTemplates({ "tag:a": ["1"] });
    assert.match(template?.name ?? "", /^mi-\d+$/);
    assert.deepEqual(template, { id, name: template?.name, latestVersion: 1, createdAt, tags: TAGS });
    const data = { ...DATA, imageId: WELL_KNOWN.imageV2 };
    assert.equal(
      await ec2.createLaunchTemplateVersion({ templateId: id, description: "second", data, clientToken: "v2" }),
      2,
    );
    assert.equal((await ec2.describeLaunchTemplates({ "tag:a": ["1"] }))[0]?.latestVersion, 2);
    const { data: _, ...latest } = await ec2.describeLatestVersion(id);
    assert.deepEqual(latest, {
      number: 2,
      description: "second",
      createdAt,
      imageId: WELL_KNOWN.imageV2,
    });
  });

  it("reads all that a version says, but for the user data, which may be a secret; and makes one like another, with it", async () => {
    const { ec2, simulator } = account();
    const { templateId } = await launchRequest(ec2);
    const said = {
      imageId: WELL_KNOWN.imageV1,
      instanceType: "m7i.large",
      keyName: "key",
      iamInstanceProfile: WELL_KNOWN.instanceProfile,
      ebsOptimized: true,
      tenancy: "dedicated",
      placementGroup: "group",
      cpuCredits: "unlimited",
      cpuOptions: { coreCount: 1, threadsPerCore: 2 },
      monitoring: true,
      metadataOptions: {
        httpTokens: "optional",
        httpEndpoint: "enabled",
        instanceMetadataTags: "enabled",
        httpPutResponseHopLimit: 3,
      },
      rootVolume: {
        deviceName: "/dev/xvda",
        options: { size: 20, type: "gp3", iops: 4000, throughput: 250, encrypted: true, kmsKeyId: "alias/disk" },
      },
    } as const;
    const data = { ...said, userData: "c2VjcmV0" };
    const version = await ec2.createLaunchTemplateVersion({ templateId, description: "2", data, clientToken: "v2" });
    assert.deepEqual((await ec2.describeLatestVersion(templateId)).data, said);
    const like = { sourceVersion: version, imageId: said.imageId };
    const request = { templateId, description: "3", data: like, clientToken: "v3" };
    assert.equal(await ec2.createLaunchTemplateVersion(request), 3);
    assert.deepEqual((await ec2.describeLatestVersion(templateId)).data, said);
    const [template] = Object.values(simulator.snapshot().launchTemplates);
    assert.deepEqual(template?.versions.at(-1)?.data, template?.versions.at(-2)?.data);
    assert.notDeepEqual((await ec2.describeLatestVersion(templateId, { version: 1 })).data, said);
  });

  it("makes a launch template and a version once for one token", async () => {
    for (const action of ["CreateLaunchTemplate", "CreateLaunchTemplateVersion"]) {
      const { ec2, simulator } = account(cutting(action, "after"));
      const { templateId } = await launchRequest(ec2);
      await ec2.createLaunchTemplateVersion({ templateId, description: "2", data: DATA, clientToken: "v2" });
      const [template] = Object.values(simulator.snapshot().launchTemplates);
      assert.deepEqual(
        template?.versions.map((it) => it.description),
        ["first", "2"],
      );
    }
  });

  it("buys spot as a one-time request, with the price and the tags", async () => {
    const { ec2, simulator } = account();
    const launched = await ec2.runInstance(
      await launchRequest(ec2, { market: { lifecycle: "spot", maxPrice: "0.09" } }),
    );
    assert.equal(launched.lifecycle, "spot");
    const [request] = Object.values(simulator.snapshot().spotRequests);
    assert.equal(request?.spotInstanceRequestId, launched.spotRequestId);
    assert.deepEqual([request?.type, Number(request?.maxPrice), request?.tags], ["one-time", 0.09, TAGS]);
  });

  it("is answered with the first instance when it sends the same launch again", async () => {
    const { ec2, simulator } = account(cutting("RunInstances", "after"));
    const request = await launchRequest(ec2);
    const launched = await ec2.runInstance(request);
    assert.equal((await ec2.runInstance(request)).id, launched.id);
    assert.equal(Object.keys(simulator.snapshot().instances).length, 1);
  });

  it("does not repeat an allocation of which the reply was lost", async () => {
    const { ec2 } = account(cutting("AllocateAddress", "after"));
    assert.equal(await codeOf(ec2.allocateAddress(TAGS)), "ECONNRESET");
    assert.equal((await ec2.describeAddresses({ domain: ["vpc"] })).length, 1);
  });

  it("repeats what gets no reply at all, in the time that the client waits for one", async () => {
    const { ec2, simulator } = account();
    simulator.faults.add({ action: "DescribeInstances", hang: true, times: 1 });
    assert.deepEqual(await ec2.describeInstances({ "instance-id": ["i-0a1b2c3d"] }), []);
  });

  it("waits for no reply for ever", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    try {
      const { clock } = account();
      const ec2 = createEc2({
        region: "us-east-1",
        endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        clock: { now: () => clock.now(), sleep: () => Promise.resolve() },
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        replyTimeoutMs: 20,
      });
      assert.equal(await codeOf(ec2.describeSubnet("subnet-1")), "ETIMEDOUT");
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it("signs with EC2's time once it knows it, so that a clock that is wrong fails nothing, not even what is not repeated", async () => {
    for (const minutes of [20, -20]) {
      const { ec2, simulator } = account();
      simulator.clockSkew.set(minutes * 60_000);
      await ec2.allocateAddress(TAGS);
      await ec2.allocateAddress(TAGS);
      assert.deepEqual(
        simulator.calls().map((it) => [it.action, it.result]),
        [
          ["AllocateAddress", "RequestExpired"],
          ["AllocateAddress", "ok"],
          ["AllocateAddress", "ok"],
        ],
      );
    }
  });

  it("does not repeat what has expired at the right time: the credentials have", async () => {
    const { ec2, simulator } = account();
    simulator.faults.add({
      action: "*",
      error: { code: "RequestExpired", message: "Request has expired.", status: 400 },
    });
    await assert.rejects(ec2.describeSubnet("subnet-1"), (error: Ec2Error) => {
      assert.match(
        error.explanation,
        /no usable AWS credentials \(Request has expired\).* If they are, check this machine's clock\./,
      );
      return true;
    });
    assert.equal(simulator.calls().length, 1);
  });

  it("does not repeat a lack of capacity, although it comes as HTTP 500", async () => {
    const { ec2, simulator } = account();
    const request = await launchRequest(ec2);
    simulator.faults.add({ action: "RunInstances", error: { code: "InsufficientInstanceCapacity", status: 500 } });
    assert.equal(await codeOf(ec2.runInstance(request)), "InsufficientInstanceCapacity");
    assert.equal(simulator.calls().filter((it) => it.action === "RunInstances").length, 1);
  });

  it("repeats what is throttled or lost on the way", async () => {
    const { ec2, simulator } = account(cutting("DescribeInstances", "before", 2));
    simulator.faults.add({
      action: "DescribeInstances",
      error: { code: "RequestLimitExceeded", status: 503 },
      times: 2,
    });
    assert.deepEqual(await ec2.describeInstances({ "instance-id": ["i-0a1b2c3d"] }), []);
    assert.deepEqual(
      simulator.calls().map((it) => it.result),
      ["RequestLimitExceeded", "RequestLimitExceeded", "ok"],
    );
  });

  it("gives errors with EC2's action, code, words and request", async () => {
    const { ec2 } = account();
    await assert.rejects(ec2.deleteNetworkInterface("eni-0a1b2c3d"), (error: Ec2Error) => {
      assert.equal(error.action, "DeleteNetworkInterface");
      assert.equal(error.code, "InvalidNetworkInterfaceID.NotFound");
      assert.match(error.said, /eni-0a1b2c3d/);
      assert.match(error.details.requestId ?? "", /^[0-9a-f-]{36}$/);
      return true;
    });
  });

  it("never takes an address from its holder", async () => {
    const { ec2 } = account();
    const eni = await madeInterface(ec2);
    const other = await madeInterface(ec2);
    const { allocationId } = await ec2.allocateAddress(TAGS);
    await ec2.associateAddress(allocationId, other.id, other.privateIp);
    assert.equal(await codeOf(ec2.associateAddress(allocationId, eni.id, eni.privateIp)), "Resource.AlreadyAssociated");
  });

  it("asks EC2 whether it would launch, and launches nothing", async () => {
    const { ec2, simulator } = account();
    const request = await launchRequest(ec2);
    await ec2.dryRun((it) => it.runInstance(request));
    assert.deepEqual(simulator.snapshot().instances, {});
    assert.equal(
      await codeOf(ec2.dryRun((it) => it.runInstance({ ...request, version: 7 }))),
      "InvalidLaunchTemplateId.VersionNotFound",
    );
  });

  for (const cacheMiddleware of [false, true]) {
    const kept = cacheMiddleware ? "kept for the next call" : "made for each call";

    it(`sends a dry run as one, before and after real calls of the same command, whose handlers are ${kept}`, async () => {
      const { ec2, simulator } = account(undefined, { cacheMiddleware });
      const request = await launchRequest(ec2);
      const launches: number[] = [];
      const launch = async (it: Ec2, clientToken: string): Promise<void> => {
        await it.runInstance({ ...request, clientToken });
      };
      for (const token of ["first", "second"]) {
        await ec2.dryRun((it) => launch(it, token));
        launches.push(Object.keys(simulator.snapshot().instances).length);
        await launch(ec2, token);
        launches.push(Object.keys(simulator.snapshot().instances).length);
      }
      assert.deepEqual(launches, [0, 1, 1, 2]);
      const sent = simulator.calls().filter((it) => it.action === "RunInstances");
      assert.deepEqual(
        sent.map((it) => it.dryRun),
        [true, false, true, false],
      );
      const eni = await madeInterface(ec2);
      await ec2.assignPrivateIps(eni.id, { count: 1 });
      await assert.rejects(
        ec2.dryRun((it) => it.assignPrivateIps(eni.id, { count: 1 })),
        /EC2 has no dry run of this; nothing was sent/,
      );
      assert.equal(simulator.calls().filter((it) => it.action === "AssignPrivateIpAddresses").length, 1);
    });
  }

  it("makes no call for a dry run that EC2 has no dry run of", async () => {
    const { ec2, simulator } = account();
    const eni = await madeInterface(ec2);
    simulator.clearCalls();
    await assert.rejects(
      ec2.dryRun((it) => it.assignPrivateIps(eni.id, { count: 1 })),
      /EC2 has no dry run of this; nothing was sent/,
    );
    assert.deepEqual(simulator.calls(), []);
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

  it("finds nothing where a filter matches nothing, and unknown types and images likewise", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeNetworkInterfaces({ "network-interface-id": ["eni-0a1b2c3d"] }), []);
    assert.deepEqual(await ec2.describeInstanceTypes(["m99.large"]), []);
    assert.equal(await ec2.describeSubnet("subnet-0a1b2c3d"), undefined);
    assert.deepEqual(await ec2.describeVolumes({ "volume-id": ["vol-0a1b2c3d"] }), []);
    assert.deepEqual(await ec2.describeRootVolumeTasks("i-0a1b2c3d"), []);
    assert.equal(await codeOf(ec2.describeImage("ami-0a1b2c3d")), "InvalidAMIID.NotFound");
  });

  it("knows those of some types that the region has, and their zones", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeInstanceTypes(["m7g.medium", "m99.large", "t3.xlarge"]), [
      {
        name: "m7g.medium",
        architectures: ["arm64"],
        ena: "required",
        bootModes: ["uefi"],
        virtualizationTypes: ["hvm"],
        maxNetworkInterfaces: 2,
        ipv4AddressesPerInterface: 4,
        ipv6AddressesPerInterface: 4,
        isBurstable: false,
        canBeEbsOptimized: true,
        validCores: [1],
        validThreadsPerCore: [1],
        placementStrategies: ["cluster", "partition", "spread"],
      },
      {
        name: "t3.xlarge",
        architectures: ["x86_64"],
        ena: "required",
        bootModes: ["legacy-bios", "uefi"],
        virtualizationTypes: ["hvm"],
        maxNetworkInterfaces: 4,
        ipv4AddressesPerInterface: 15,
        ipv6AddressesPerInterface: 15,
        isBurstable: true,
        canBeEbsOptimized: true,
        validCores: [1, 2],
        validThreadsPerCore: [1, 2],
        placementStrategies: ["partition", "spread"],
      },
    ]);
    assert.deepEqual(await ec2.findZonesWith("m7i.large"), ["us-east-1a", "us-east-1c"]);
    assert.deepEqual(await ec2.findZonesWith("m99.large"), []);
  });

  it("looks up the image behind an SSM parameter", async () => {
    const { ec2 } = account();
    const template = await ec2.createLaunchTemplate({
      name: "mi-2",
      description: "",
      data: { ...DATA, imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}` },
      tags: TAGS,
      clientToken: "t5",
    });
    assert.equal((await ec2.describeLatestVersion(template.id, { resolveImage: true })).imageId, WELL_KNOWN.imageV2);
    assert.match((await ec2.describeLatestVersion(template.id)).imageId ?? "", /^resolve:ssm:/);
  });

  it("finds the default group of a VPC", async () => {
    const { ec2 } = account();
    assert.equal(await ec2.findDefaultSecurityGroup(WELL_KNOWN.vpcId), WELL_KNOWN.securityGroup);
    assert.equal(await ec2.findDefaultSecurityGroup("vpc-0a1b2c3d"), undefined);
  });

  it("fails where there are no credentials, and asks nothing of EC2", async () => {
    const { clock, simulator } = account();
    const ec2 = createEc2({
      region: "us-east-1",
      clock: { now: () => clock.now(), sleep: () => Promise.resolve() },
      requestHandler: simulator.requestHandler(),
      credentials: () => Promise.reject(Object.assign(new Error("none"), { name: "CredentialsProviderError" })),
    });
    assert.equal(await codeOf(ec2.requireCredentials()), "CredentialsProviderError");
    assert.deepEqual(simulator.calls(), []);
  });
});
