import assert from "node:assert/strict";
import {
  AttachNetworkInterfaceCommand,
  CreateLaunchTemplateVersionCommand,
  CreateNetworkInterfaceCommand,
  DeleteTagsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { TAG } from "../../../../provider/ec2/tags";
import { observe } from "../../../../provider/engine/situation/observe";
import type { Observed } from "../../../../provider/model/observed";
import { Session } from "../../../../provider/session";
import { program, type Stack } from "../../support";
import { later, somebody, up } from "../../world";
import { machineOf } from "../../machine";
import { recorded as onRecord } from "../things";
import { CALLER } from "../../../local/ec2/support";

function client(owner: Stack): { id: string; ec2: ReturnType<Session["ec2"]> } {
  const requestHandler = owner.simulator.requestHandler();
  const ec2 = new Session({}, { client: { requestHandler, ...CALLER } }).ec2("us-east-1");
  return { id: owner.recorded?.id ?? "", ec2 };
}

function look(owner: Stack, recorded?: { networkInterfaceId?: string; instanceId?: string }): Promise<Observed> {
  const { id, ec2 } = client(owner);
  return observe(ec2, { id, ...(recorded === undefined ? {} : { recorded: onRecord(recorded) }) });
}

describe("observe", () => {
  it("finds everything by tag, with no state at all", async () => {
    const owner = await up({ elasticIp: true });
    const { template, eni, eip, instance } = machineOf(owner);
    const seen = await look(owner);
    assert.equal(seen.template?.id, template.launchTemplateId);
    assert.equal(seen.generation?.number, 1);
    assert.deepEqual(
      [seen.networkInterfaces, seen.instances, seen.elasticIps].map((list) => list.length),
      [1, 1, 1],
    );
    assert.equal(seen.networkInterfaces[0]?.id, eni.networkInterfaceId);
    assert.equal(seen.instances[0]?.id, instance.instanceId);
    assert.equal(seen.elasticIps[0]?.allocationId, eip?.allocationId);
    assert.deepEqual(seen.strangers, []);
  });

  it("asks the interfaces who holds them, where EC2 shows the instances as they were before", async () => {
    const owner = await up({ replacement: { strategy: "overlap" } });
    await owner.up(program({ replacement: { strategy: "overlap" }, imageId: WELL_KNOWN.imageV2 }));
    const { id, ec2 } = client(owner);
    const fresh = await observe(ec2, { id });
    const [eni] = fresh.networkInterfaces;
    const held = fresh.instances.map((it) => [it.id, it.id === eni?.attachment?.instanceId ? [eni.id] : []]);
    const shown = { before: [] as string[], onAnother: [String(eni?.id)] };
    for (const secondaryNetworkInterfaceIds of Object.values(shown)) {
      const stale = Object.assign(Object.create(ec2) as typeof ec2, {
        describeInstances: async (...args: Parameters<typeof ec2.describeInstances>) =>
          (await ec2.describeInstances(...args)).map((it) => ({ ...it, secondaryNetworkInterfaceIds })),
      });
      const { instances } = await observe(stale, { id });
      assert.deepEqual(
        instances.map((it) => [it.id, it.secondaryNetworkInterfaceIds]),
        held,
      );
    }
    assert.equal(held.filter(([, ids]) => ids?.length === 1).length, 1);
  });

  it("changes nothing", async () => {
    const owner = await up({ elasticIp: true });
    owner.calls();
    await look(owner);
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("finds what lost its tag by the id on record, and takes the recorded instance for ours", async () => {
    const owner = await up();
    const { eni, instance } = machineOf(owner);
    const Resources = [eni.networkInterfaceId, instance.instanceId];
    await somebody(owner).send(new DeleteTagsCommand({ Resources, Tags: [{ Key: TAG.id }] }));
    assert.deepEqual((await look(owner)).networkInterfaces, []);
    const seen = await look(owner, { networkInterfaceId: eni.networkInterfaceId, instanceId: instance.instanceId });
    assert.equal(seen.networkInterfaces[0]?.id, eni.networkInterfaceId);
    assert.equal(seen.instances[0]?.id, instance.instanceId);
    assert.deepEqual(seen.strangers, []);
  });

  it("does not take a recorded id for proof that the thing exists", async () => {
    const owner = await up();
    const seen = await look(owner, { networkInterfaceId: "eni-0a1b2c3d", instanceId: "i-0a1b2c3d" });
    assert.equal(seen.networkInterfaces.length, 1);
    assert.equal(seen.instances.length, 1);
  });

  it("sees an instance of somebody else's that holds the interface, as a stranger", async () => {
    const owner = await up();
    const { eni, instance } = machineOf(owner);
    const ec2 = somebody(owner);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
    later(owner);
    const reply = await ec2.send(
      new RunInstancesCommand({
        ImageId: WELL_KNOWN.imageV1,
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: eni.networkInterfaceId }],
      }),
    );
    const seen = await look(owner, { instanceId: instance.instanceId });
    assert.deepEqual(
      seen.strangers.map((it) => it.id),
      reply.Instances?.map((it) => it.InstanceId),
    );
  });

  it("takes the interface at device index 0 for an instance's own, whatever else is attached", async () => {
    const owner = await up();
    const { eni, instance } = machineOf(owner);
    const ec2 = somebody(owner);
    const made = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
    const NetworkInterfaceId = made.NetworkInterface?.NetworkInterfaceId;
    const InstanceId = instance.instanceId;
    await ec2.send(new AttachNetworkInterfaceCommand({ DeviceIndex: 1, InstanceId, NetworkInterfaceId }));
    assert.equal((await look(owner)).instances[0]?.networkInterfaceId, eni.networkInterfaceId);
  });

  it("reads no generation from a version that somebody else made", async () => {
    const owner = await up();
    const { template } = machineOf(owner);
    await somebody(owner).send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: template.launchTemplateId,
        VersionDescription: "by hand",
        LaunchTemplateData: { ImageId: WELL_KNOWN.imageV2 },
      }),
    );
    const seen = await look(owner);
    assert.equal(seen.template?.latestVersion, 2);
    assert.equal(seen.generation, undefined);
  });
});
