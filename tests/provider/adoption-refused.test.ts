/** Adoption that is refused at preview, in a sentence, with nothing changed. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AttachNetworkInterfaceCommand,
  DeleteTagsCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { UNKNOWN } from "../../provider/inputs/validation";
import type { Properties } from "../../provider/model/properties";
import { adopted, announced, type ByHand, fitting, interfaceByHand, launchedByHand } from "./by-hand";
import { program, type Stack } from "./support";
import { failureOf, later, only, quick, somebody, up } from "./world";

/** Why a preview refuses. */
async function refused(owner: Stack, inputs: Properties): Promise<string> {
  owner.calls();
  const { failures } = await owner.preview(inputs);
  const { property, reason } = only(failures, "failure");
  assert.equal(property, "adopt");
  assert.deepEqual(owner.calls("mutating"), []);
  return reason;
}

describe("adoption is refused", () => {
  it("for an instance in an Auto Scaling group", async () => {
    const owner = quick();
    const had = await launchedByHand(owner, {
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "asg", Value: "x" }] }],
    });
    // Nobody but AWS can set such a tag.
    const state = owner.simulator.snapshot();
    const instance = state.instances[had.instanceId];
    assert.ok(instance !== undefined);
    instance.tags["aws:autoscaling:groupName"] = "billing-asg";
    owner.simulator.restore(state);
    assert.equal(
      await refused(owner, fitting(had)),
      `${had.instanceId} is in the Auto Scaling group billing-asg, which would replace it; detach it there first`,
    );
  });

  it("for an instance or an interface of another managed instance", async () => {
    const other = await up();
    const owner = quick({ on: other });
    const urn = { resourceUrn: `${String(program().resourceUrn)}-2` };
    const said = `${String(other.outputs.networkInterfaceId)} belongs to the managed instance ${other.recorded?.id ?? ""}, and a machine has one owner; adopt: { managedInstanceId: "${other.recorded?.id ?? ""}" } takes over that machine as a whole, from whichever state has it`;
    const { instanceId } = other.outputs;
    assert.equal(await refused(owner, program({ ...urn, adopt: { instanceId } })), said);
    const adopt = { networkInterfaceId: other.outputs.networkInterfaceId };
    const { failures } = await owner.preview(program({ ...urn, adopt }));
    assert.ok(failures.some((it) => it.reason === said));
  });

  it("for an instance that has no room for this package's tags", async () => {
    const owner = quick();
    const Tags = Array.from({ length: 44 }, (_, index) => ({ Key: `tag-${index}`, Value: "" }));
    const had = await launchedByHand(owner, { TagSpecifications: [{ ResourceType: "instance", Tags }] });
    assert.equal(
      await refused(owner, fitting(had)),
      `${had.instanceId} has 44 tags, and with the 8 of this package that is more than the 50 that EC2 takes; take 2 off it first`,
    );
    const surplus = Tags.slice(0, 2).map(({ Key }) => ({ Key }));
    await somebody(owner).send(new DeleteTagsCommand({ Resources: [had.instanceId], Tags: surplus }));
    const inputs = fitting(had, { replacement: { drainSeconds: 10 } });
    await owner.up(inputs);
    await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 });
    assert.equal(owner.outputs.state, "running");
    assert.notEqual(owner.outputs.instanceId, had.instanceId);
  });

  it("for an instance that has ended, or that nobody knows", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [had.instanceId] }));
    for (const instanceId of [had.instanceId, "i-0a1b2c3d4e5f60718"]) {
      assert.equal(
        await refused(owner, fitting({ instanceId })),
        `the instance ${instanceId} (adopt.instanceId) does not exist in us-east-1, or has ended`,
      );
    }
  });

  it("for an instance in another subnet: it says which subnet is right", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    assert.equal(
      await refused(owner, fitting(had, { subnetId: WELL_KNOWN.tinySubnet })),
      `${had.networkInterfaceId} is in ${WELL_KNOWN.subnetA}, and subnetId is ${WELL_KNOWN.tinySubnet}; set subnetId to ${WELL_KNOWN.subnetA}`,
    );
  });

  it("for an interface that something holds: it says which instance takes over both", async () => {
    const owner = quick();
    const { networkInterfaceId, instanceId } = await launchedByHand(owner);
    assert.equal(
      await refused(owner, program({ adopt: { networkInterfaceId } })),
      `${networkInterfaceId} (adopt.networkInterfaceId) is held by ${instanceId}; adopt.instanceId: "${instanceId}" takes over both`,
    );
  });

  it("for a further interface of an instance: it says that the instance would not bring it", async () => {
    const owner = quick();
    const { instanceId } = await launchedByHand(owner);
    const { networkInterfaceId } = await interfaceByHand(owner);
    await somebody(owner).send(
      new AttachNetworkInterfaceCommand({
        InstanceId: instanceId,
        NetworkInterfaceId: networkInterfaceId,
        DeviceIndex: 1,
      }),
    );
    later(owner);
    assert.equal(
      await refused(owner, program({ adopt: { networkInterfaceId } })),
      `${networkInterfaceId} (adopt.networkInterfaceId) is held by ${instanceId} at device index 1, and adopt.instanceId would take over that instance's primary interface and not this one; detach it there first, and adopt it by itself`,
    );
  });

  it("for an interface that is gone", async () => {
    const owner = quick();
    const adopt = { networkInterfaceId: "eni-0a1b2c3d4e5f60718" };
    assert.equal(
      await refused(owner, program({ adopt })),
      "the network interface eni-0a1b2c3d4e5f60718 (adopt) does not exist in us-east-1",
    );
  });

  it("is refused in the up too, where it came to be after the preview: nothing is changed", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const { inputs } = await owner.preview(fitting(had));
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [had.instanceId] }));
    owner.calls();
    const failure = await failureOf(owner.handlers.create(inputs));
    assert.match(failure.message, /^nothing was changed: the instance i-\w+ \(adopt\.instanceId\) does not exist/);
    assert.ok(!("id" in failure));
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("for an Elastic IP to be allocated where one is on the interface: it says what to write", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    assert.equal(
      await refused(owner, fitting(had, { elasticIp: true })),
      `${had.networkInterfaceId} has the Elastic IP ${had.publicIp} (${had.allocationId}), which elasticIp does not name; leave elasticIp out to keep it, or disassociate it there first`,
    );
    const { AllocationId: another } = await somebody(owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
    assert.match(await refused(owner, fitting(had, { elasticIp: another })), /which elasticIp does not name/);
  });

  it("is an error, and nothing is refused, where EC2 does not answer", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    owner.simulator.faults.add({ action: "DescribeInstances", error: { code: "UnauthorizedOperation", status: 403 } });
    const { failures } = await owner.preview(fitting(had));
    assert.match(only(failures).reason, /DescribeInstances was denied/);
  });
});

describe("data volumes of an adopted instance", () => {
  const data = (deviceName: string, more: Properties = {}): Properties => ({
    dataVolumes: [{ name: "data", deviceName, size: 10, ...more }],
  });

  for (const deviceName of ["/dev/sdf", "/dev/xvdf"]) {
    it(`are refused on ${deviceName}, where it has another: at preview, with what to do`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner);
      owner.calls();
      const { failures } = await owner.preview(fitting(had, data(deviceName)));
      assert.deepEqual(failures, [
        {
          property: "dataVolumes",
          reason: `the data volume data is to be on ${deviceName}, and ${had.instanceId} has ${had.dataVolumeId} there; give data another deviceName, or volumeId: "${had.dataVolumeId}" to hold that one`,
        },
      ]);
      assert.deepEqual(owner.calls("mutating"), []);
    });
  }

  it("are refused there by a later update too, before anything is changed", async () => {
    const { owner, inputs, had } = await adopted();
    const wanted = { ...inputs, ...data("/dev/sdf") };
    assert.match(await announced(owner, wanted), new RegExp(`${had.instanceId} has ${had.dataVolumeId} there`));
    owner.calls();
    const { message } = await failureOf(owner.up(wanted));
    assert.match(message, /^nothing was changed: the data volume data is to be on \/dev\/sdf/);
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("take its place where it is that very volume, where they are on another device, and where the instance goes", async () => {
    for (const more of [
      ({ dataVolumeId }: ByHand): Properties => data("/dev/sdf", { size: undefined, volumeId: dataVolumeId }),
      (): Properties => data("/dev/sdg"),
      (): Properties => ({ ...data("/dev/sdf"), imageId: WELL_KNOWN.imageV2 }),
    ]) {
      const owner = quick();
      const had = await launchedByHand(owner);
      const inputs = fitting(had, more(had));
      await owner.up(inputs);
      assert.equal(owner.outputs.state, "running");
      assert.equal(await owner.up(inputs), "same");
    }
  });
});

describe("adoption of what is made in the same program", () => {
  it("is left open at preview, and done in the update", async () => {
    const owner = quick();
    const { failures } = await owner.preview(fitting({ instanceId: UNKNOWN }));
    assert.deepEqual(failures, []);
    assert.match(owner.lines.at(-1) ?? "", /^web: adopts what is not made yet/);
    const had = await launchedByHand(owner);
    await owner.up(fitting(had));
    assert.equal(owner.outputs.instanceId, had.instanceId);
    assert.equal(owner.outputs.allocationId, had.allocationId);
  });
});
