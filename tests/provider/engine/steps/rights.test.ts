/** The rights that a change takes at its end are asked for before it begins. */
import assert from "node:assert/strict";
import { AllocateAddressCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Properties } from "../../../../provider/model/properties";
import { holderOf } from "../../holder";
import { program, type Stack } from "../../support";
import { failureOf, later, made, settled, somebody, up } from "../../world";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };

describe("the rights that a change takes once something is out of use", () => {
  const SMALL = { name: "data", deviceName: "/dev/sdf", size: 5 };
  const DATA = { dataVolumes: [SMALL] };
  const TYPE = { instanceType: "m6i.large" };
  const MOVED = { subnetId: WELL_KNOWN.subnetB };

  interface Need {
    what: string;
    before?: Properties;
    after: Properties;
    replacement?: Properties;
    /** The actions that dry runs ask for, beside the launch. */
    asks: string[];
  }

  const NEEDS: Need[] = [
    { what: "a replacement takes none but the launch's", after: IMAGE, asks: [] },
    { what: "data volumes", before: DATA, after: IMAGE, asks: ["AttachVolume"] },
    {
      what: "data volumes that grow",
      before: DATA,
      after: { ...IMAGE, dataVolumes: [{ ...SMALL, size: 9 }] },
      asks: ["AttachVolume", "ModifyVolume"],
    },
    {
      what: "a data volume that changes its device",
      before: DATA,
      after: { dataVolumes: [{ ...SMALL, deviceName: "/dev/sdg" }] },
      asks: ["AttachVolume"],
    },
    {
      what: "a change of type",
      after: TYPE,
      replacement: { strategy: "stop-start" },
      asks: ["CreateTags", "ModifyInstanceAttribute", "StartInstances", "StopInstances"],
    },
    {
      what: "other user data",
      after: { userData: "#!/bin/sh\n" },
      replacement: { strategy: "stop-start" },
      asks: ["CreateTags", "ModifyInstanceAttribute", "StartInstances", "StopInstances"],
    },
    {
      what: "overlap, which launches another for the old one to end",
      after: IMAGE,
      replacement: { strategy: "overlap" },
      asks: ["AttachNetworkInterface", "TerminateInstances"],
    },
    {
      what: "the end that an instance is drained for",
      after: IMAGE,
      replacement: { drainSeconds: 60 },
      asks: ["TerminateInstances"],
    },
    {
      what: "the end of spot that is drained",
      before: { market: { lifecycle: "spot" } },
      after: IMAGE,
      replacement: { drainSeconds: 60 },
      asks: ["CancelSpotInstanceRequests", "TerminateInstances"],
    },
    {
      what: "the stop that an instance is drained for",
      after: { desiredState: "paused" },
      replacement: { drainSeconds: 60 },
      asks: ["StopInstances"],
    },
    {
      what: "another subnet",
      before: { elasticIp: true, instanceType: "t3.medium" },
      after: MOVED,
      asks: ["AssociateAddress", "DisassociateAddress"],
    },
    {
      what: "a changing public address",
      after: { publicIpAssignment: "assign" },
      asks: ["CreateTags", "ModifyNetworkInterfaceAttribute"],
    },
    {
      what: "the subnet's public address again",
      before: { publicIpAssignment: "assign" },
      after: { publicIpAssignment: "subnet-default" },
      asks: ["DeleteTags", "ModifyNetworkInterfaceAttribute"],
    },
  ];

  const LOSSES = [
    "TerminateInstances",
    "StopInstances",
    "DetachNetworkInterface",
    "DisassociateAddress",
    "DetachVolume",
    // Nor is a machine launched that the interface could not be moved to.
    "RunInstances",
  ];

  function asked(owner: Stack): string[] {
    const dry = owner.simulator.calls().filter((it) => it.dryRun && it.action !== "RunInstances");
    return dry.map((it) => it.action).sort();
  }

  for (const { what, before = {}, after, replacement = {}, asks } of NEEDS) {
    it(`are asked for before, and no others: ${what}`, async () => {
      const base = { ...before, replacement };
      const owner = await up(base);
      owner.calls();
      await owner.up(program({ ...base, ...after }));
      assert.deepEqual(asked(owner), asks);
    });

    // Without the right to set tags, the record of the new generation is refused already.
    for (const action of asks.filter((it) => it !== "CreateTags")) {
      it(`are asked for before: ${what} without ${action}`, async () => {
        const base = { ...before, replacement };
        const owner = await up(base);
        owner.simulator.iam.deny(action);
        owner.calls();
        const { message } = await failureOf(owner.up(program({ ...base, ...after })));
        assert.match(
          message,
          new RegExp(`^could not begin .*: ${action} was denied: .*Nothing was ended or taken off\\.`),
        );
        assert.deepEqual(
          owner.calls("mutating").filter((it) => LOSSES.includes(it)),
          [],
        );
        owner.simulator.iam.clear();
        await owner.up(program({ ...base, ...after }));
        later(owner);
        await settled(owner, { ...base, ...after });
      });
    }
  }

  it("are asked for where an Elastic IP is exchanged for another", async () => {
    const owner = await up({ elasticIp: true });
    const { elasticIps } = made(owner);
    const { AllocationId } = await somebody(owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
    owner.simulator.iam.deny("AssociateAddress");
    const { message } = await failureOf(owner.up(program({ elasticIp: AllocationId })));
    assert.match(message, /AssociateAddress was denied/);
    const held = made(owner).elasticIps.filter((it) => it.allocationId !== AllocationId);
    assert.deepEqual(held, elasticIps);
    owner.simulator.iam.clear();
    await owner.up(program({ elasticIp: AllocationId }));
    assert.equal(owner.outputs.allocationId, AllocationId);
  });

  it("are not taken for missing because EC2 would refuse the call as long as the old instance runs", async () => {
    const base = { replacement: { strategy: "stop-start" } };
    const owner = await up(base);
    for (const action of ["StartInstances", "ModifyInstanceAttribute"]) {
      owner.simulator.faults.add({ action, error: { code: "IncorrectInstanceState", message: "runs" }, times: 1 });
    }
    await owner.up(program({ ...base, ...TYPE }));
    assert.equal(holderOf(owner).instance.instanceType, "m6i.large");
  });

  it("are not taken for there because EC2 did not answer", async () => {
    const base = { replacement: { strategy: "stop-start" } };
    const owner = await up(base);
    owner.simulator.faults.add({ action: "StartInstances", reset: true });
    const { message } = await failureOf(owner.up(program({ ...base, ...TYPE })));
    assert.match(message, /could not begin .*ECONNRESET/);
    assert.ok(!owner.calls("mutating").includes("StopInstances"));
  });
});
