import assert from "node:assert/strict";
import {
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateVolumeCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DisassociateAddressCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { program, type Stack } from "./support";
import {
  failureOf,
  identityOf,
  later,
  type Machine,
  machineOf,
  made,
  nothingIsLeft,
  only,
  quick,
  asMadeBefore,
  settled,
  somebody,
  up,
} from "./world";

type Properties = Record<string, unknown>;

interface Mended {
  owner: Stack;
  was: Machine;
  now: Machine;
  found: Properties;
}

/** Somebody meddles; a refresh finds it, a preview says that something changes, and an up puts it right. */
async function mended(
  inputs: Properties,
  meddle: (ec2: EC2Client, was: Machine, owner: Stack) => Promise<unknown>,
): Promise<Mended> {
  const owner = await up(inputs);
  const was = machineOf(owner);
  assert.equal(await owner.up(program(inputs)), "same");
  await meddle(somebody(owner), was, owner);
  await owner.refresh();
  const found = owner.outputs;
  const { changes } = await owner.preview(program(inputs));
  assert.equal(changes, true);
  assert.equal(await owner.up(program(inputs)), "update");
  const now = machineOf(owner);
  assert.equal(await owner.up(program(inputs)), "same");
  return { owner, was, now, found };
}

/** Somebody makes an instance another type. */
async function becomes(
  ec2: EC2Client,
  account: Pick<Stack, "clock">,
  InstanceId: string,
  instanceType: string,
): Promise<void> {
  await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  later(account);
  await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value: instanceType } }));
  await ec2.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
  later(account);
}

async function terminate(ec2: EC2Client, { instance }: Machine, owner: Stack): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
  later(owner);
}

describe("read", () => {
  it("finds a machine as it is on record, with nothing to change", async () => {
    const inputs = { elasticIp: true, tags: { Team: "a" }, iamInstanceProfile: "demo", market: { lifecycle: "spot" } };
    const owner = await up(inputs);
    const { outputs } = owner;
    await owner.refresh();
    assert.deepEqual(owner.outputs, outputs);
    assert.equal(await owner.up(program(inputs)), "same");
    machineOf(owner);
  });

  it("marks the record of a machine that an older version made as ready, once", async () => {
    const owner = await up();
    await asMadeBefore(owner);
    owner.calls();
    await owner.refresh();
    assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
    assert.equal(machineOf(owner).template.tags[TAG.phase], "ready");
    await owner.refresh();
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("says that it may not mark the record, and goes on", async () => {
    const owner = await up();
    await asMadeBefore(owner);
    owner.simulator.faults.add({ action: "CreateTags", error: { code: "UnauthorizedOperation", status: 403 } });
    await owner.refresh();
    assert.ok(owner.lines.some((line) => line.includes("not marked as ready: CreateTags was denied")));
    machineOf(owner);
  });

  it("says gone only when nothing is left", async () => {
    const owner = await up({ elasticIp: true });
    owner.simulator.reset();
    const { id = "", outputs = {} } = owner.recorded ?? {};
    assert.deepEqual(await owner.handlers.read(id, outputs), { id: "", props: {} });
  });

  it("does not say gone while an interface, an Elastic IP or the record is left", async () => {
    const owner = await up();
    const was = machineOf(owner);
    await terminate(somebody(owner), was, owner);
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: was.eni.networkInterfaceId }));
    await owner.refresh();
    assert.notEqual(owner.recorded, undefined);
    assert.deepEqual([owner.outputs.networkInterfaceId, owner.outputs.state], ["", "missing"]);
  });

  for (const code of ["UnauthorizedOperation", "ServiceUnavailable", "RequestLimitExceeded", "SomethingNew"]) {
    it(`fails on ${code}, and never takes it for gone`, async () => {
      const owner = await up();
      const { recorded } = owner;
      owner.simulator.faults.add({ action: "DescribeNetworkInterfaces", error: { code } });
      const failure = await failureOf(owner.refresh());
      assert.match(failure.message, new RegExp(`^could not read mi-\\w+: .*${code}`));
      assert.ok(!("id" in failure));
      assert.equal(failure.stack, "");
      assert.equal(owner.recorded, recorded);
    });
  }

  it("finds an instance that was terminated: the next up launches one on the same identity", async () => {
    const { was, now, found, owner } = await mended({ elasticIp: true }, terminate);
    assert.deepEqual([found.instanceId, found.state, found.lifecycle], ["", "missing", ""]);
    assert.equal(found.networkInterfaceId, was.eni.networkInterfaceId);
    assert.equal(found.publicIp, was.eip?.publicIp);
    assert.deepEqual(identityOf(now), identityOf(was));
    assert.notEqual(now.instance.instanceId, was.instance.instanceId);
    assert.ok(owner.lines.some((line) => line.includes("launches an instance (it has no instance); keeps eni-")));
  });

  it("finds an instance that is just ending: the next up waits for the interface", async () => {
    const { was, now } = await mended({ elasticIp: true }, (ec2, { instance }) =>
      ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] })),
    );
    assert.deepEqual(identityOf(now), identityOf(was));
  });

  for (const wait of [true, false]) {
    it(`finds an instance that was ${wait ? "stopped" : "told to stop"}: the next up starts it`, async () => {
      const { was, now, found } = await mended({}, async (ec2, { instance }, owner) => {
        await ec2.send(new StopInstancesCommand({ InstanceIds: [instance.instanceId] }));
        if (wait) {
          later(owner);
        }
      });
      assert.equal(found.state, "paused");
      assert.equal(now.instance.instanceId, was.instance.instanceId);
    });
  }

  it("finds the Elastic IP taken off: the next up puts it back", async () => {
    const { was, now, found } = await mended({ elasticIp: true }, (ec2, { eip }) =>
      ec2.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId })),
    );
    assert.deepEqual(found.drift, ["its Elastic IP is not on its primary private IP"]);
    assert.equal(found.allocationId, was.eip?.allocationId);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.deepEqual(identityOf(now), identityOf(was));
  });

  for (const securityGroupIds of [undefined, [WELL_KNOWN.securityGroup]]) {
    it(`finds other security groups, ${securityGroupIds ? "where some" : "where none"} are wanted`, async () => {
      const { was, now, found } = await mended({ securityGroupIds }, (ec2, { eni }) =>
        ec2.send(
          new ModifyNetworkInterfaceAttributeCommand({
            NetworkInterfaceId: eni.networkInterfaceId,
            Groups: [WELL_KNOWN.otherSecurityGroup],
          }),
        ),
      );
      assert.deepEqual(found.securityGroupIds, [WELL_KNOWN.otherSecurityGroup]);
      assert.deepEqual(now.eni.groupIds, was.eni.groupIds);
      assert.equal(now.instance.instanceId, was.instance.instanceId);
    });
  }

  it("finds the source/destination check flipped", async () => {
    const { now, found } = await mended({ sourceDestCheck: false }, (ec2, { eni }) =>
      ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: eni.networkInterfaceId,
          SourceDestCheck: { Value: true },
        }),
      ),
    );
    assert.equal(found.sourceDestCheck, true);
    assert.equal(now.eni.sourceDestCheck, false);
  });

  it("finds what somebody changed again at each refresh, and still puts it right", async () => {
    const owner = await up();
    const { eni } = machineOf(owner);
    await somebody(owner).send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni.networkInterfaceId,
        SourceDestCheck: { Value: false },
      }),
    );
    await owner.refresh();
    await owner.refresh();
    assert.equal(await owner.up(program()), "update");
    assert.equal(machineOf(owner).eni.sourceDestCheck, true);
  });

  for (const privateIp of [undefined, "10.0.1.7"]) {
    it(`finds the interface deleted: the next up makes one on the same ${privateIp ? "given" : "picked"} address`, async () => {
      const { was, now, found, owner } = await mended({ elasticIp: true, privateIp }, async (ec2, machine, stack) => {
        await terminate(ec2, machine, stack);
        await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: machine.eni.networkInterfaceId }));
      });
      assert.equal(found.networkInterfaceId, "");
      assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
      assert.equal(now.privateIp, was.privateIp);
      assert.equal(now.eip?.publicIp, was.eip?.publicIp);
      assert.ok(owner.lines.some((line) => line.includes("its network interface is gone")));
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  it("tells only what really differs: not the profile where only the metadata options do", async () => {
    const owner = await up({ iamInstanceProfile: "demo" });
    const InstanceId = machineOf(owner).instance.instanceId;
    await somebody(owner).send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpTokens: "optional" }));
    await owner.refresh();
    assert.equal(owner.outputs.iamInstanceProfile, "demo");
  });

  it("launches again, however often the instances of one specification are ended", async () => {
    const owner = await up();
    const ids = new Set([owner.outputs.instanceId]);
    for (let round = 0; round < 7; round++) {
      await terminate(somebody(owner), machineOf(owner), owner);
      await owner.refresh();
      await owner.up(program());
      ids.add(machineOf(owner).instance.instanceId);
    }
    assert.equal(ids.size, 8);
  });

  it("tells in a line what it found", async () => {
    const owner = await up();
    await terminate(somebody(owner), machineOf(owner), owner);
    await owner.refresh();
    assert.ok(
      owner.lines.some((line) => /found that it has no instance .*the next `pulumi up` puts it right/.test(line)),
    );
  });

  it("changes nothing but the marking, whatever it finds", async () => {
    const owner = await up({ elasticIp: true });
    await owner.refresh();
    await terminate(somebody(owner), machineOf(owner), owner);
    owner.calls();
    await owner.refresh();
    assert.deepEqual(owner.calls("mutating"), []);
    assert.equal(made(owner).instances.length, 0);
  });
});

/** Every input at a value that is not its default, for a machine in the dual-stack subnet. */
function everything(volumeId: string): Properties {
  return {
    subnetId: WELL_KNOWN.dualStackSubnet,
    privateIp: "10.0.6.7",
    secondaryPrivateIps: ["10.0.6.8", "10.0.6.9"],
    ipv6Addresses: ["2001:db8:6:600::7"],
    publicIpAssignment: "assign",
    elasticIp: true,
    securityGroupIds: [WELL_KNOWN.otherSecurityGroup, WELL_KNOWN.securityGroup],
    sourceDestCheck: false,
    imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`,
    instanceType: "t3.large",
    fallbackInstanceTypes: ["t3.xlarge"],
    userData: "#!/bin/sh",
    keyName: WELL_KNOWN.keyName,
    iamInstanceProfile: WELL_KNOWN.instanceProfile,
    ebsOptimized: true,
    tenancy: "dedicated",
    cpuCredits: "standard",
    cpuOptions: { coreCount: 1, threadsPerCore: 1 },
    placementGroup: WELL_KNOWN.placementGroup,
    metadataOptions: {
      httpTokens: "optional",
      httpPutResponseHopLimit: 3,
      instanceMetadataTags: "enabled",
    },
    monitoring: true,
    rootVolume: { size: 20, type: "gp3", iops: 4000, throughput: 200, encrypted: true },
    dataVolumes: [
      { name: "data", deviceName: "/dev/sdf", size: 10, type: "gp3", iops: 3500, throughput: 150, encrypted: true },
      { name: "given", deviceName: "/dev/sdg", volumeId },
    ],
    tags: { Name: "db", Team: "a" },
    pauseBehavior: "terminate",
    recycleTriggers: { image: "1" },
    replacement: {
      strategy: "auto",
      drainSeconds: 1,
      skipOsShutdown: true,
      waitFor: "status-ok",
      rollbackOnFailure: false,
      timeoutSeconds: 900,
    },
    deletion: { networkInterface: "retain", elasticIp: "retain", dataVolumes: "delete" },
  };
}

async function volumeByHand(owner: Stack): Promise<string> {
  const AvailabilityZone = "us-east-1a";
  const { VolumeId = "" } = await somebody(owner).send(
    new CreateVolumeCommand({ AvailabilityZone, Size: 5, VolumeType: "gp3" }),
  );
  later(owner);
  return VolumeId;
}

/** Right after an up nothing may be found. */
async function isAsRecorded(owner: Stack, inputs: Properties): Promise<void> {
  const { outputs } = owner;
  await owner.refresh();
  assert.deepEqual(owner.outputs.drift, []);
  assert.deepEqual(owner.outputs, outputs);
  assert.equal(await owner.up(inputs), "same");
}

describe("a read right after an up", () => {
  it("finds nothing of a machine on which everything is set", async () => {
    const owner = quick();
    const inputs = program(everything(await volumeByHand(owner)));
    await owner.up(inputs);
    await isAsRecorded(owner, inputs);
    const recycled = { ...inputs, recycleTriggers: { image: "2" } };
    await owner.up(recycled);
    await isAsRecorded(owner, recycled);
    await owner.up(program());
    await isAsRecorded(owner, program());
  });

  for (const [title, inputs] of [
    ["a spot machine", { market: { lifecycle: "spot", maxPrice: "0.2", fallbackToOnDemand: false } }],
    ["one whose address does not persist", { persistPrivateIp: false, elasticIp: true }],
    ["one with a number of addresses", { secondaryPrivateIpCount: 2 }],
    ["one by overlap", { replacement: { strategy: "overlap" }, elasticIp: true }],
    ["one that is stopped", { desiredState: "paused" }],
    ["one that is paused with no instance", { desiredState: "paused", pauseBehavior: "terminate", elasticIp: true }],
    ["one that is paused with no interface", { desiredState: "paused", persistPrivateIp: false, elasticIp: true }],
    ["one with no public address", { publicIpAssignment: "none" }],
  ] as [string, Properties][]) {
    it(`finds nothing of ${title}, made so and become so`, async () => {
      await isAsRecorded(await up(inputs), program(inputs));
      const owner = await up({ tags: { Team: "a" } });
      await owner.up(program(inputs));
      await isAsRecorded(owner, program(inputs));
    });
  }
});

describe("a read of a machine that somebody changed", () => {
  it("finds the launch template deleted: the next up makes another, and the instance stays", async () => {
    const { was, now, found } = await mended({ elasticIp: true }, (ec2, { template }) =>
      ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: template.launchTemplateId })),
    );
    assert.deepEqual(found.drift, ["its launch template is gone"]);
    assert.notEqual(now.template.launchTemplateId, was.template.launchTemplateId);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.deepEqual(identityOf(now), identityOf(was));
  });

  for (const keys of [[TAG.urn], [TAG.id], [TAG.id, TAG.urn]]) {
    it(`finds tags of its Elastic IP taken off, ${keys.join(" and ")}: the next up keeps the address, and tags it again`, async () => {
      const { was, now } = await mended({ elasticIp: true }, (ec2, { eip }) =>
        ec2.send(new DeleteTagsCommand({ Resources: [eip?.allocationId ?? ""], Tags: keys.map((Key) => ({ Key })) })),
      );
      assert.deepEqual(identityOf(now), identityOf(was));
      assert.deepEqual(now.eip?.tags, was.eip?.tags);
    });
  }

  for (const [title, keys] of [
    ["all", undefined],
    ["its owner's", [TAG.id]],
    ["the name", ["Name"]],
    ["that of its launch", [TAG.generation]],
  ] as const) {
    it(`finds tags of its root volume taken off, ${title}: the next up puts them back, and destroy leaves nothing`, async () => {
      const { owner, was, now, found } = await mended({ tags: { Team: "a" } }, (ec2, { volume }) =>
        ec2.send(new DeleteTagsCommand({ Resources: [volume.volumeId], Tags: keys?.map((Key) => ({ Key })) })),
      );
      assert.deepEqual(found.drift, [`tags of ${was.volume.volumeId} are not as declared`]);
      assert.equal(now.instance.launchTime, was.instance.launchTime);
      const needed = Object.entries(was.volume.tags).filter(([key]) => key !== TAG.launch && key !== TAG.type);
      assert.deepEqual({ ...now.volume.tags, ...Object.fromEntries(needed) }, now.volume.tags);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  it("finds the tags of its root volume taken off while they change in the program: it has the new ones", async () => {
    const owner = await up({ tags: { Team: "a", Stage: "x" } });
    const { volume } = machineOf(owner);
    await somebody(owner).send(new DeleteTagsCommand({ Resources: [volume.volumeId] }));
    await owner.up(program({ tags: { Team: "b" } }));
    const now = machineOf(owner);
    assert.deepEqual([now.volume.tags.Team, now.volume.tags.Stage, now.volume.tags.Name], ["b", undefined, "web"]);
    await settled(owner, { tags: { Team: "b" } });
  });

  for (const strategy of ["terminate-first", "stop-start", "auto"] as const) {
    it(`finds its type changed by hand: the next up puts it right by ${strategy}, and said so`, async () => {
      const inputs = { elasticIp: true, replacement: { strategy } };
      const { owner, was, now, found } = await mended(inputs, async (ec2, { instance }, { clock }) => {
        await becomes(ec2, { clock }, instance.instanceId, "m6i.large");
      });
      assert.deepEqual(found.drift, ["its instance is of another type than it was launched as"]);
      assert.equal(now.instance.instanceType, "m7i.large");
      assert.deepEqual(identityOf(now), identityOf(was));
      const isChanged = strategy === "stop-start" || strategy === "auto";
      assert.equal(now.instance.instanceId === was.instance.instanceId, isChanged);
      const verb = isChanged ? "changes" : "replaces";
      const path = strategy === "auto" ? "stop-start" : strategy;
      const line = new RegExp(`web: ${verb} i-\\w+ \\(its instance is of another type .*\\), ${path}, about`);
      assert.ok(
        owner.lines.some((it) => line.test(it)),
        owner.lines.join("\n"),
      );
    });
  }

  it("takes a type for its own that the program names as wanted or as a fallback, or that it was started as", async () => {
    for (const after of [{ instanceType: "m6i.large" }, { fallbackInstanceTypes: ["m6i.large"] }]) {
      const owner = await up();
      const was = machineOf(owner);
      await becomes(somebody(owner), owner, was.instance.instanceId, "m6i.large");
      await owner.up(program(after));
      assert.equal(machineOf(owner).instance.instanceId, was.instance.instanceId);
      await settled(owner, after);
      // Once it is its own, it stays so.
      const without = { instanceType: "m6i.large", fallbackInstanceTypes: [] };
      await owner.up(program(without));
      assert.equal(machineOf(owner).instance.instanceId, was.instance.instanceId);
      await settled(owner, without);
    }
  });

  it("takes the fallback that it was started as for its own, also once that is no fallback any more", async () => {
    const inputs = { fallbackInstanceTypes: ["m6i.large"] };
    const owner = await up(inputs);
    await owner.up(program({ ...inputs, desiredState: "paused" }));
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    await owner.up(program(inputs));
    const was = machineOf(owner);
    assert.equal(was.instance.instanceType, "m6i.large");
    await settled(owner, inputs);
    await owner.up(program());
    assert.equal(machineOf(owner).instance.instanceId, was.instance.instanceId);
    await settled(owner, {});
  });

  it("finds a paused one started: the next up stops it again", async () => {
    const inputs = program({ desiredState: "paused" });
    const owner = await up();
    await owner.up(inputs);
    const InstanceIds = made(owner).instances.map((it) => it.instanceId);
    await somebody(owner).send(new StartInstancesCommand({ InstanceIds }));
    later(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["its instance runs, and it is to be paused"]);
    assert.equal(owner.outputs.state, "running");
    assert.equal(await owner.up(inputs), "update");
    assert.equal(only(made(owner).instances).state, "stopped");
    assert.equal(await owner.up(inputs), "same");
  });

  it("does not mind that the stopped instance of a paused one was ended", async () => {
    const inputs = program({ desiredState: "paused" });
    const owner = await up();
    await owner.up(inputs);
    const InstanceIds = made(owner).instances.map((it) => it.instanceId);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds }));
    later(owner);
    await owner.refresh();
    assert.deepEqual([owner.outputs.drift, owner.outputs.state, owner.outputs.instanceId], [[], "paused", ""]);
    assert.equal(await owner.up(inputs), "same");
    assert.equal(await owner.up(program()), "update");
    machineOf(owner);
  });

  it("finds an instance of somebody else's on its interface: it says whose, and up changes nothing until it is gone", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    const ec2 = somebody(owner);
    await terminate(ec2, was, owner);
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: WELL_KNOWN.imageV1,
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: was.eni.networkInterfaceId }],
      }),
    );
    later(owner);
    const stranger = Instances?.[0]?.InstanceId ?? "";
    await owner.refresh();
    const said = `the network interface ${was.eni.networkInterfaceId} is held by ${stranger}, which this managed instance did not launch; end that instance first`;
    assert.deepEqual(owner.outputs.drift, [said]);
    assert.equal(owner.outputs.instanceId, "");
    assert.ok(
      owner.lines.some(
        (it) => it.includes(`found that ${said}`) && it.endsWith("until then `pulumi up` changes nothing"),
      ),
    );
    owner.calls();
    assert.match(
      (await failureOf(owner.up(program({ elasticIp: true })))).message,
      /which this managed instance did not/,
    );
    assert.deepEqual(owner.calls("mutating"), []);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [stranger] }));
    later(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["it has no instance"]);
    await owner.up(program({ elasticIp: true }));
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("finds its Elastic IP put on something else: it says where, and that up does not take it from there", async () => {
    const owner = await up({ elasticIp: true });
    const { eip } = machineOf(owner);
    const ec2 = somebody(owner);
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
    const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId;
    await ec2.send(
      new AssociateAddressCommand({ AllocationId: eip?.allocationId, NetworkInterfaceId, AllowReassociation: true }),
    );
    await owner.refresh();
    const [said = "", ...others] = owner.outputs.drift as string[];
    assert.deepEqual(others, []);
    assert.ok(said.includes(`is in use by ${NetworkInterfaceId ?? ""}; it is never taken from its holder`), said);
  });

  it("says gone once somebody deleted all of it", async () => {
    const inputs = { elasticIp: true, dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }] };
    const owner = await up(inputs);
    const { template, eni, eip } = machineOf(owner);
    const ids = owner.outputs.dataVolumeIds as Record<string, string>;
    const ec2 = somebody(owner);
    const parts: (() => Promise<unknown>)[] = [
      () => terminate(ec2, machineOf(owner), owner),
      () => ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: template.launchTemplateId })),
      () => ec2.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId })),
      () => ec2.send(new ReleaseAddressCommand({ AllocationId: eip?.allocationId })),
      () => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId })),
      () => ec2.send(new DeleteVolumeCommand({ VolumeId: ids.data })),
    ];
    for (const part of parts) {
      await owner.refresh();
      assert.notEqual(owner.recorded, undefined, "something is left");
      await part();
    }
    await owner.refresh();
    assert.equal(owner.recorded, undefined);
    nothingIsLeft(owner);
  });

  for (const action of ["DescribeLaunchTemplates", "DescribeAddresses", "DescribeInstances", "DescribeVolumes"]) {
    it(`is an error where ${action} is denied, even if nothing else is left, and never gone`, async () => {
      const owner = await up({ elasticIp: true });
      const { recorded } = owner;
      owner.simulator.reset();
      owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
      assert.match((await failureOf(owner.refresh())).message, new RegExp(`could not read mi-.*${action} was denied`));
      assert.equal(owner.recorded, recorded);
    });
  }
});

/** The state as the first release wrote it: it knew these inputs and outputs, and no more. */
const OLD_INPUTS = [
  "resourceUrn",
  "region",
  "subnetId",
  "privateIp",
  "elasticIp",
  "securityGroupIds",
  "sourceDestCheck",
  "imageId",
  "instanceType",
  "market",
  "userData",
  "keyName",
  "iamInstanceProfile",
  "metadataOptions",
  "monitoring",
  "rootVolume",
  "tags",
];
const OLD_OUTPUTS = [
  "networkInterfaceId",
  "privateDnsName",
  "macAddress",
  "ipv6Addresses",
  "publicIp",
  "allocationId",
  "instanceId",
  "state",
  "lifecycle",
  "launchedInstanceType",
  "availabilityZone",
  "vpcId",
  "generation",
  "launchTemplateId",
];

function aged(owner: Stack): void {
  const { recorded } = owner;
  assert.ok(recorded !== undefined);
  const known = (properties: Properties): Properties =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => [...OLD_INPUTS, ...OLD_OUTPUTS].includes(name)));
  owner.recorded = { ...recorded, inputs: known(recorded.inputs), outputs: known(recorded.outputs) };
}

describe("a state that an older version wrote", () => {
  const INPUTS = { elasticIp: true, tags: { Team: "a" }, market: { lifecycle: "spot" } };

  async function old(): Promise<{ owner: Stack; was: Machine }> {
    const owner = await up(INPUTS);
    const was = machineOf(owner);
    aged(owner);
    return { owner, was };
  }

  it("is refreshed, and lacks nothing then", async () => {
    const { owner, was } = await old();
    await owner.refresh();
    assert.deepEqual(
      [owner.outputs.drift, owner.outputs.dataVolumeIds, owner.outputs.secondaryPrivateIps, owner.outputs.desiredState],
      [[], {}, [], "running"],
    );
    assert.equal(await owner.up(program(INPUTS)), "same");
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("is brought up to date by an up with no outage", async () => {
    const { owner, was } = await old();
    owner.calls();
    await owner.up(program(INPUTS));
    assert.deepEqual(
      owner.calls("mutating").filter((it) => it !== "CreateTags"),
      [],
    );
    assert.equal(machineOf(owner).instance.instanceId, was.instance.instanceId);
    assert.equal(await owner.up(program(INPUTS)), "same");
  });

  it("takes a change, a pause and what is new", async () => {
    const { owner, was } = await old();
    await owner.up(program({ ...INPUTS, imageId: WELL_KNOWN.imageV2, secondaryPrivateIpCount: 1 }));
    assert.equal(only(made(owner).instances).imageId, WELL_KNOWN.imageV2);
    assert.equal(only(made(owner).networkInterfaces).networkInterfaceId, was.eni.networkInterfaceId);
    aged(owner);
    await owner.up(program({ ...INPUTS, imageId: WELL_KNOWN.imageV2, desiredState: "paused" }));
    assert.deepEqual([made(owner).instances, owner.outputs.state], [[], "paused"]);
  });

  it("is destroyed", async () => {
    const { owner } = await old();
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  });
});
