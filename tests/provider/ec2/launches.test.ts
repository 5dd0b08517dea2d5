import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../local/ec2";
import { cutting } from "../interruptions";
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
  seenInterface,
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

  it("an instance of the template on the interface that is given, and tags what it makes", async () => {
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

  it("spot instances by a one-time request, with the price and the tags", async () => {
    const { ec2, simulator } = account();
    const launched = await ec2.runInstance(
      await launchRequest(ec2, { market: { lifecycle: "spot", maxPrice: "0.09" } }),
    );
    assert.equal(launched.lifecycle, "spot");
    const [request] = Object.values(simulator.snapshot().spotRequests);
    assert.equal(request?.spotInstanceRequestId, launched.spotRequestId);
    assert.deepEqual([request?.type, Number(request?.maxPrice), request?.tags], ["one-time", 0.09, TAGS]);
  });

  it("once for one token: the same launch again is answered with the first instance", async () => {
    const { ec2, simulator } = account(cutting("RunInstances", "after"));
    const request = await launchRequest(ec2);
    const launched = await ec2.runInstance(request);
    assert.equal((await ec2.runInstance(request)).id, launched.id);
    assert.equal(Object.keys(simulator.snapshot().instances).length, 1);
  });

  it("and does not repeat a lack of capacity, although it comes as HTTP 500", async () => {
    const { ec2, simulator } = account();
    const request = await launchRequest(ec2);
    simulator.faults.add({ action: "RunInstances", error: { code: "InsufficientInstanceCapacity", status: 500 } });
    assert.equal(await codeOf(ec2.runInstance(request)), "InsufficientInstanceCapacity");
    assert.equal(simulator.calls().filter((it) => it.action === "RunInstances").length, 1);
  });
});
