import assert from "node:assert/strict";
import { type Ec2Simulator, WELL_KNOWN } from "../../../local/ec2";
import { createEc2 } from "../../../provider/ec2/client";
import type { Ec2, LaunchRequest } from "../../../provider/ec2/ec2";
import { Ec2Error } from "../../../provider/ec2/errors";
import { cutting } from "../interruptions";
import type { StackOptions } from "../support";
import { simulated, type VirtualClock } from "../../local/ec2/support";

const TAGS = { a: "1" };

interface Account {
  ec2: Ec2;
  simulator: Ec2Simulator;
  clock: VirtualClock;
}

function account(through: StackOptions["through"] = (handler) => handler): Account {
  const { simulator, clock } = simulated();
  const ec2 = createEc2({
    region: "us-east-1",
    clock: {
      now: () => clock.now(),
      sleep: (ms) => {
        clock.advance(ms);
        return Promise.resolve();
      },
    },
    requestHandler: through(simulator.requestHandler()),
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    random: () => 0.5,
  });
  return { ec2, simulator, clock };
}

async function launchable(ec2: Ec2, overrides: Partial<LaunchRequest> = {}): Promise<LaunchRequest> {
  const template = await ec2.createLaunchTemplate({
    name: "mi-1",
    description: "first",
    data: {
      imageId: WELL_KNOWN.imageV1,
      instanceType: "m7i.large",
      userData: "IyE=",
      keyName: WELL_KNOWN.keyName,
      metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", instanceMetadataTags: "disabled" },
      rootVolume: { deviceName: "/dev/xvda", options: { size: 20, type: "gp3", iops: 4000 } },
    },
    tags: TAGS,
    clientToken: "t1",
  });
  const eni = await ec2.createNetworkInterface({
    subnetId: WELL_KNOWN.subnetA,
    privateIp: "10.0.1.7",
    description: "d",
    tags: TAGS,
    clientToken: "t2",
  });
  return {
    templateId: template.id,
    version: 1,
    networkInterfaceId: eni.id,
    market: { lifecycle: "on-demand" },
    tags: TAGS,
    clientToken: "t3",
    ...overrides,
  };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Ec2Error, String(error));
    return error.code;
  }
  return "ok";
}

describe("the EC2 client", () => {
  it("launches what the template holds on the interface that is given, and tags what it makes", async () => {
    const { ec2, simulator } = account();
    const launched = await ec2.runInstance(await launchable(ec2));
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

  it("buys spot as a one-time request, with the price and the tags", async () => {
    const { ec2, simulator } = account();
    const launched = await ec2.runInstance(await launchable(ec2, { market: { lifecycle: "spot", maxPrice: "0.09" } }));
    assert.equal(launched.lifecycle, "spot");
    const [request] = Object.values(simulator.snapshot().spotRequests);
    assert.equal(request?.spotInstanceRequestId, launched.spotRequestId);
    assert.deepEqual([request?.type, Number(request?.maxPrice), request?.tags], ["one-time", 0.09, TAGS]);
  });

  it("is answered with the first instance when it sends the same launch again", async () => {
    const { ec2, simulator } = account(cutting("RunInstances", "after"));
    const request = await launchable(ec2);
    const launched = await ec2.runInstance(request);
    assert.equal((await ec2.runInstance(request)).id, launched.id);
    assert.equal(Object.keys(simulator.snapshot().instances).length, 1);
  });

  it("does not repeat an allocation of which the reply was lost", async () => {
    const { ec2 } = account(cutting("AllocateAddress", "after"));
    assert.equal(await codeOf(ec2.allocateAddress(TAGS)), "ECONNRESET");
    assert.equal((await ec2.describeAddresses({ domain: ["vpc"] })).length, 1);
  });

  it("does not repeat a lack of capacity, although it comes as HTTP 500", async () => {
    const { ec2, simulator } = account();
    const request = await launchable(ec2);
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
    const { networkInterfaceId } = await launchable(ec2);
    const other = await ec2.createNetworkInterface({
      subnetId: WELL_KNOWN.subnetA,
      description: "other",
      tags: TAGS,
      clientToken: "t4",
    });
    const { allocationId } = await ec2.allocateAddress(TAGS);
    await ec2.associateAddress(allocationId, other.id, other.privateIp);
    assert.equal(
      await codeOf(ec2.associateAddress(allocationId, networkInterfaceId, "10.0.1.7")),
      "Resource.AlreadyAssociated",
    );
  });

  it("asks EC2 whether it would launch, and launches nothing", async () => {
    const { ec2, simulator } = account();
    const request = await launchable(ec2);
    await ec2.checkLaunch(request);
    assert.deepEqual(simulator.snapshot().instances, {});
    assert.equal(await codeOf(ec2.checkLaunch({ ...request, version: 7 })), "InvalidLaunchTemplateId.VersionNotFound");
  });

  it("sets, changes and takes off an instance profile, by name or ARN", async () => {
    const { ec2, simulator, clock } = account();
    const { id } = await ec2.runInstance(await launchable(ec2));
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
    assert.equal(await ec2.describeArchitectures("m99.large"), undefined);
    assert.equal(await codeOf(ec2.describeImage("ami-0a1b2c3d")), "InvalidAMIID.NotFound");
  });

  it("knows architectures and zones of types", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeArchitectures("m7g.large"), ["arm64"]);
    assert.equal(await ec2.isOffered("m7i.large", "us-east-1a"), true);
    assert.equal(await ec2.isOffered("m7i.large", "us-east-1b"), false);
  });

  it("looks up the image behind an SSM parameter", async () => {
    const { ec2 } = account();
    const template = await ec2.createLaunchTemplate({
      name: "mi-2",
      description: "",
      data: {
        imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`,
        instanceType: "m7i.large",
        metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", instanceMetadataTags: "disabled" },
      },
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
