import assert from "node:assert/strict";
import {
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DisassociateAddressCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  ReleaseAddressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { goingOn } from "./kills";
import { mended, terminateByHand } from "./mended";
import { program, type Stack } from "./support";
import { failureOf, later, made, nothingIsLeft, only, settled, somebody, up } from "./world";
import { identityOf, machineOf } from "./machine";

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

  for (const [what, output, remove] of [
    [
      "its launch template",
      "launchTemplateId",
      (ec2: EC2Client, id: string) => ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: id })),
    ],
    [
      "its interface",
      "networkInterfaceId",
      (ec2: EC2Client, id: string) => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
    ],
  ] as const) {
    it(`has the next preview look for itself: ${what} is not shown as it was where it is deleted after the read`, async () => {
      const owner = await up();
      const ec2 = somebody(owner);
      await terminateByHand(ec2, machineOf(owner), owner);
      await owner.refresh();
      await remove(ec2, String(owner.outputs[output]));
      const { inputs } = await goingOn(owner).preview(program());
      assert.equal(inputs[output], undefined);
      await owner.up(program());
      await settled(owner, program());
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
    await terminateByHand(ec2, was, owner);
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
      () => terminateByHand(ec2, machineOf(owner), owner),
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
