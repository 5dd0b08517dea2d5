import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DisassociateAddressCommand,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ReleaseAddressCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { program, type Stack } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, somebody, up } from "./world";
import { machineOf } from "./machine";

async function destroyed(owner: Stack): Promise<string[]> {
  owner.calls();
  await owner.destroy();
  const calls = owner.calls("mutating");
  later(owner);
  return calls;
}

const WHOLE = { elasticIp: true, market: { lifecycle: "spot" } };

describe("delete", () => {
  it("ends the instance, then the Elastic IP, then the interface, and the record last; nothing is left", async () => {
    const owner = await up(WHOLE);
    assert.deepEqual(await destroyed(owner), [
      "CancelSpotInstanceRequests",
      "TerminateInstances",
      "DisassociateAddress",
      "ReleaseAddress",
      "DeleteNetworkInterface",
      "DeleteLaunchTemplate",
    ]);
    nothingIsLeft(owner);
  });

  it("leaves what others made alone", async () => {
    const owner = await up(WHOLE);
    const other = quick({ on: owner });
    await other.up(program({ resourceUrn: "urn:pulumi:dev::shop::t::other", elasticIp: true }));
    await destroyed(owner);
    machineOf(other);
    await destroyed(other);
    nothingIsLeft(other);
  });

  it("gives a given Elastic IP back: still allocated, free, without our tags", async () => {
    const owner = quick();
    const { AllocationId = "" } = await somebody(owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
    await owner.up(program({ elasticIp: AllocationId }));
    await destroyed(owner);
    nothingIsLeft(owner, AllocationId);
    const eip = only(made(owner).elasticIps);
    assert.equal(eip.associationId, undefined);
    assert.deepEqual(eip.tags, {});
  });

  it("retains the interface with its address where it is told to", async () => {
    const owner = await up({ ...WHOLE, deletion: { networkInterface: "retain" } });
    const { eni } = machineOf(owner);
    await destroyed(owner);
    nothingIsLeft(owner, eni.networkInterfaceId);
    const kept = only(made(owner).networkInterfaces);
    assert.equal(kept.attachment, undefined);
    assert.deepEqual([kept.tags[TAG.retained], kept.tags[TAG.id]], ["true", undefined]);
    assert.ok(owner.lines.some((line) => line.includes(`retained ${eni.networkInterfaceId}`)));
  });

  it("retains the interface although somebody set it to be deleted with its instance", async () => {
    const owner = await up({ deletion: { networkInterface: "retain" } });
    const { eni } = machineOf(owner);
    await somebody(owner).send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni.networkInterfaceId,
        Attachment: { AttachmentId: eni.attachment?.attachmentId, DeleteOnTermination: true },
      }),
    );
    await destroyed(owner);
    nothingIsLeft(owner, eni.networkInterfaceId);
    assert.equal(made(owner).networkInterfaces.length, 1);
  });

  it("retains the Elastic IP where it is told to, free", async () => {
    const owner = await up({ ...WHOLE, deletion: { elasticIp: "retain" } });
    const allocationId = machineOf(owner).eip?.allocationId ?? "";
    await destroyed(owner);
    nothingIsLeft(owner, allocationId);
    const kept = only(made(owner).elasticIps);
    assert.deepEqual([kept.associationId, kept.tags[TAG.retained]], [undefined, "true"]);
  });

  it("retains both, the one on the other", async () => {
    const owner = await up({ ...WHOLE, deletion: { networkInterface: "retain", elasticIp: "retain" } });
    const { eni, eip } = machineOf(owner);
    await destroyed(owner);
    nothingIsLeft(owner, eni.networkInterfaceId, eip?.allocationId ?? "");
    assert.equal(only(made(owner).elasticIps).networkInterfaceId, eni.networkInterfaceId);
  });

  describe("when somebody was there before", () => {
    it("goes on where the record is gone already", async () => {
      const owner = await up(WHOLE);
      const { template } = machineOf(owner);
      const LaunchTemplateId = template.launchTemplateId;
      await somebody(owner).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
      await destroyed(owner);
      nothingIsLeft(owner);
    });

    it("goes on where the instance has ended, is just ending, or is stopped", async () => {
      for (const action of ["terminate", "stop"]) {
        for (const wait of [true, false]) {
          const owner = await up({ elasticIp: true });
          const InstanceIds = [machineOf(owner).instance.instanceId];
          const ec2 = somebody(owner);
          await (action === "stop"
            ? ec2.send(new StopInstancesCommand({ InstanceIds }))
            : ec2.send(new TerminateInstancesCommand({ InstanceIds })));
          if (wait) {
            later(owner);
          }
          await destroyed(owner);
          nothingIsLeft(owner);
        }
      }
    });

    it("goes on where the Elastic IP was taken off, or released", async () => {
      for (const release of [false, true]) {
        const owner = await up({ elasticIp: true });
        const { eip } = machineOf(owner);
        await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
        if (release) {
          await somebody(owner).send(new ReleaseAddressCommand({ AllocationId: eip?.allocationId }));
        }
        await destroyed(owner);
        nothingIsLeft(owner);
      }
    });

    it("goes on where the interface is gone, or goes with its instance", async () => {
      const owner = await up({ elasticIp: true });
      const { eni, instance } = machineOf(owner);
      const ec2 = somebody(owner);
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
      later(owner);
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
      await destroyed(owner);
      nothingIsLeft(owner);

      const flipped = await up({ elasticIp: true });
      const held = machineOf(flipped).eni;
      await somebody(flipped).send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: held.networkInterfaceId,
          Attachment: { AttachmentId: held.attachment?.attachmentId, DeleteOnTermination: true },
        }),
      );
      await destroyed(flipped);
      nothingIsLeft(flipped);
    });

    it("has nothing to do where everything is gone", async () => {
      const owner = await up(WHOLE);
      owner.simulator.reset();
      assert.deepEqual(await destroyed(owner), []);
      nothingIsLeft(owner);
    });
  });

  it("takes down what a failed create left", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "RunInstances", error: { code: "UnauthorizedOperation", status: 403 } });
    await failureOf(owner.up(program({ elasticIp: true })));
    await destroyed(owner);
    nothingIsLeft(owner);
  });

  it("takes down a half-made move: both interfaces", async () => {
    const owner = await up({ elasticIp: true });
    owner.simulator.faults.add({ action: "TerminateInstances", error: { code: "UnauthorizedOperation", status: 403 } });
    await failureOf(owner.up(program({ elasticIp: true, privateIp: "10.0.1.77" })));
    assert.equal(made(owner).networkInterfaces.length, 2);
    owner.simulator.faults.clear();
    await destroyed(owner);
    nothingIsLeft(owner);
  });

  for (const action of [
    "TerminateInstances",
    "DisassociateAddress",
    "ReleaseAddress",
    "DeleteNetworkInterface",
    "DeleteLaunchTemplate",
  ]) {
    it(`fails where ${action} is denied, says what is left to do, and goes on from there`, async () => {
      const owner = await up(WHOLE);
      owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
      const failure = await failureOf(owner.destroy());
      assert.match(
        failure.message,
        new RegExp(`^could not .*${action} was denied: .*\`pulumi destroy\` goes on from here`),
      );
      assert.ok(!("id" in failure));
      assert.equal(failure.stack, "");
      owner.simulator.faults.clear();
      await destroyed(owner);
      nothingIsLeft(owner);
    });
  }

  it("fails in a sentence at termination protection, and nothing is lost", async () => {
    const owner = await up({ elasticIp: true });
    const { instance } = machineOf(owner);
    const protect = (Value: boolean): Promise<unknown> =>
      somebody(owner).send(
        new ModifyInstanceAttributeCommand({ InstanceId: instance.instanceId, DisableApiTermination: { Value } }),
      );
    await protect(true);
    owner.calls();
    const failure = await failureOf(owner.destroy());
    assert.match(
      failure.message,
      /^nothing was deleted: i-\w+ has termination protection \(disableApiTermination\); take it off \(aws ec2 .*, then run again\./,
    );
    machineOf(owner);
    assert.deepEqual(owner.calls("mutating"), []);
    await protect(false);
    await destroyed(owner);
    nothingIsLeft(owner);
  });

  it("deletes nothing while its own Elastic IP is in use elsewhere", async () => {
    const owner = await up({ elasticIp: true });
    const ec2 = somebody(owner);
    const { eip } = machineOf(owner);
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
    const AllocationId = eip?.allocationId;
    await ec2.send(
      new AssociateAddressCommand({
        AllocationId,
        NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId,
        AllowReassociation: true,
      }),
    );
    const failure = await failureOf(owner.destroy());
    assert.match(failure.message, /^nothing was deleted: the Elastic IP .* is in use by eni-/);
    assert.equal(only(made(owner).instances).state, "running");
    const { associationId: AssociationId } = only(made(owner).elasticIps);
    await ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await destroyed(owner);
    nothingIsLeft(owner, NetworkInterface?.NetworkInterfaceId ?? "");
  });

  it("fails when EC2 cannot be reached, and nothing is lost", async () => {
    const owner = await up();
    owner.simulator.faults.add({ action: "*", error: { code: "ServiceUnavailable", status: 503 } });
    assert.match((await failureOf(owner.destroy())).message, /ServiceUnavailable/);
    owner.simulator.faults.clear();
    machineOf(owner);
    await destroyed(owner);
    nothingIsLeft(owner);
  });
});
