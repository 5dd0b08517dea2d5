/** A network interface that somebody deleted: refresh says so, and the next up makes another on the same address. */
import assert from "node:assert/strict";
import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DetachNetworkInterfaceCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { program, type Stack } from "./support";
import { failureOf, later, made, only, settled, somebody, up } from "./world";
import { machineOf } from "./machine";

describe("a network interface that somebody deleted", () => {
  /** With the instance on it. */
  async function deleted(owner: Stack): Promise<void> {
    const { eni, instance } = machineOf(owner);
    const ec2 = somebody(owner);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
    later(owner);
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
  }

  const BOTH = { elasticIp: true, sourceDestCheck: false, secondaryPrivateIps: ["10.0.1.20"] };

  it("is said at refresh and at preview, which shows the address that is to come back", async () => {
    const owner = await up(BOTH);
    const was = machineOf(owner);
    await deleted(owner);
    await owner.refresh();
    const gone = "its network interface is gone";
    const others = ["its Elastic IP is not on its primary private IP", "it has no instance"];
    assert.deepEqual(owner.outputs.drift, [gone, ...others]);
    assert.equal(owner.outputs.networkInterfaceId, "");
    assert.ok(owner.lines.some((line) => line.includes(`found that ${gone} and `)));
    const { inputs, changes } = await owner.preview(program(BOTH));
    assert.equal(changes, true);
    assert.ok(owner.lines.at(-1)?.includes(gone));
    assert.deepEqual(
      [inputs.networkInterfaceId, inputs.privateIp, inputs.secondaryPrivateIps],
      [undefined, was.privateIp, ["10.0.1.20"]],
    );
  });

  for (const refreshed of [true, false]) {
    it(`is made anew on the same private IP${refreshed ? "" : ", without a refresh too"}`, async () => {
      const owner = await up(BOTH);
      const was = machineOf(owner);
      await deleted(owner);
      if (refreshed) {
        await owner.refresh();
      }
      const wanted = refreshed ? BOTH : { ...BOTH, tags: { Team: "a" } };
      assert.equal(await owner.up(program(wanted)), "update");
      const now = machineOf(owner);
      assert.equal(now.privateIp, was.privateIp);
      assert.deepEqual(now.eni.privateAddresses, was.eni.privateAddresses);
      assert.equal(now.eip?.allocationId, was.eip?.allocationId);
      assert.equal(now.eni.sourceDestCheck, false);
      await settled(owner, wanted);
    });

    for (const privateIp of [undefined, "10.0.1.7"]) {
      it(`cannot be made on ${privateIp ? "the declared" : "its"} address that somebody else has${refreshed ? "" : ", without a refresh too"}: who has it is said, and nothing is changed`, async () => {
        const owner = await up({ elasticIp: true, privateIp });
        const was = machineOf(owner);
        await deleted(owner);
        const holder = await somebody(owner).send(
          new RunInstancesCommand({
            ImageId: WELL_KNOWN.imageV1,
            InstanceType: "m6i.large",
            MinCount: 1,
            MaxCount: 1,
            SubnetId: WELL_KNOWN.subnetA,
            PrivateIpAddress: was.privateIp,
          }),
        );
        const instanceId = holder.Instances?.[0]?.InstanceId ?? "";
        if (refreshed) {
          await owner.refresh();
        }
        owner.calls();
        const { recorded } = owner;
        const wanted = { elasticIp: true, privateIp, imageId: WELL_KNOWN.imageV2, iamInstanceProfile: "demo" };
        const failure = await failureOf(owner.up(program(wanted)));
        assert.match(
          failure.message,
          new RegExp(
            `^nothing was changed: its network interface is gone, and ${was.privateIp} is held by eni-\\w+ of ${instanceId}`,
          ),
        );
        assert.ok(!("id" in failure));
        assert.equal(owner.recorded, recorded, "the state stays as it is");
        assert.deepEqual(
          made(owner).templates.map((it) => it.latestVersion),
          [1],
          "no generation is recorded",
        );
        assert.deepEqual(
          owner.calls("mutating").filter((it) => it !== "CreateNetworkInterface"),
          [],
          "nothing is changed",
        );
        await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
        later(owner);
        assert.equal(await owner.up(program(wanted)), "update");
        const now = machineOf(owner);
        assert.equal(now.privateIp, was.privateIp);
        assert.equal(now.instance.imageId, WELL_KNOWN.imageV2);
        assert.equal(now.eip?.allocationId, was.eip?.allocationId);
        await settled(owner, wanted);
      });
    }
  }

  it("cannot be made where somebody has one of its secondary addresses: that one and its holder are named", async () => {
    const owner = await up(BOTH);
    await deleted(owner);
    const { NetworkInterface } = await somebody(owner).send(
      new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress: "10.0.1.20" }),
    );
    await owner.refresh();
    owner.calls();
    const failure = await failureOf(owner.up(program(BOTH)));
    assert.ok(failure.message.includes(`10.0.1.20 is held by ${NetworkInterface?.NetworkInterfaceId ?? "-"}.`));
    assert.deepEqual(owner.calls("mutating"), ["CreateNetworkInterface"]);
  });

  describe("from under an instance that goes on (overlap)", () => {
    const overlap = { replacement: { strategy: "overlap" }, elasticIp: true };

    async function detachAndDelete(owner: Stack): Promise<string> {
      const ec2 = somebody(owner);
      const InstanceIds = [String(owner.outputs.instanceId)];
      const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
      const eni = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces?.find(
        (it) => it.NetworkInterfaceId === owner.outputs.networkInterfaceId,
      );
      await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: eni?.Attachment?.AttachmentId }));
      later(owner);
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni?.NetworkInterfaceId }));
      return String(owner.outputs.privateIp);
    }

    it("is made anew and attached to that instance", async () => {
      const owner = await up(overlap);
      const { instanceId, allocationId } = owner.outputs;
      const privateIp = await detachAndDelete(owner);
      await owner.refresh();
      await owner.up(program(overlap));
      assert.equal(owner.outputs.privateIp, privateIp);
      assert.deepEqual([owner.outputs.instanceId, owner.outputs.allocationId], [instanceId, allocationId]);
      assert.equal(only(made(owner).instances).state, "running");
      await settled(owner, overlap);
    });

    it("leaves that instance untouched where the address is somebody else's by now", async () => {
      const owner = await up(overlap);
      const { instanceId } = owner.outputs;
      const PrivateIpAddress = await detachAndDelete(owner);
      await somebody(owner).send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress }));
      await owner.refresh();
      owner.calls();
      await failureOf(owner.up(program({ ...overlap, imageId: WELL_KNOWN.imageV2 })));
      assert.deepEqual(owner.calls("mutating"), []);
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [instanceId, "running"]);
    });
  });
});
