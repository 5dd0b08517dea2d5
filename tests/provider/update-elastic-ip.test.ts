import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { goingOn, killedAfter, killedUp } from "./kills";
import { program, type Stack } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, somebody, up } from "./world";
import { machineOf, sameInstance } from "./machine";

async function allocate(owner: Stack): Promise<{ allocationId: string; publicIp: string }> {
  const { AllocationId = "", PublicIp = "" } = await somebody(owner).send(
    new AllocateAddressCommand({ Domain: "vpc" }),
  );
  return { allocationId: AllocationId, publicIp: PublicIp };
}

describe("update", () => {
  describe("with another elasticIp", () => {
    it("allocates one and releases it again, while the instance keeps running", async () => {
      const owner = await up();
      const was = machineOf(owner);
      await owner.up(program({ elasticIp: true }));
      const now = machineOf(owner);
      sameInstance(was, now);
      assert.notEqual(now.eip, undefined);
      await owner.up(program());
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      assert.deepEqual(made(owner).elasticIps, []);
      assert.equal(owner.outputs.allocationId, "");
    });

    it("takes a given one, knows it by its address too, and gives it back", async () => {
      const owner = await up();
      const was = machineOf(owner);
      const { allocationId, publicIp } = await allocate(owner);
      await owner.up(program({ elasticIp: allocationId }));
      const held = machineOf(owner);
      sameInstance(was, held);
      assert.equal(held.eip?.allocationId, allocationId);
      owner.calls();
      assert.equal(await owner.up(program({ elasticIp: publicIp })), "update");
      // The record says it as the program does.
      assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
      assert.equal(machineOf(owner).eip?.associationId, held.eip.associationId);
      await owner.up(program());
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      const free = only(made(owner).elasticIps);
      assert.equal(free.allocationId, allocationId);
      assert.equal(free.networkInterfaceId, undefined);
      assert.deepEqual(
        Object.keys(free.tags).filter((key) => key.startsWith("managed-instance:")),
        [],
      );
    });

    it("changes one given address for another", async () => {
      const owner = quick();
      const [first, second] = [await allocate(owner), await allocate(owner)];
      await owner.up(program({ elasticIp: first.allocationId }));
      const was = machineOf(owner);
      await owner.up(program({ elasticIp: second.publicIp }));
      const now = machineOf(owner);
      sameInstance(was, now);
      assert.equal(now.eip?.allocationId, second.allocationId);
      assert.equal(made(owner).elasticIps.length, 2);
    });

    it("keeps the one that was allocated when the program names it, and never releases it from then on", async () => {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      const { allocationId, associationId } = was.eip ?? { allocationId: "" };
      await owner.up(program({ elasticIp: allocationId }));
      const now = machineOf(owner);
      assert.equal(now.eip?.associationId, associationId);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner, allocationId);
      assert.equal(only(made(owner).elasticIps).allocationId, allocationId);
    });

    it("retains the one that it gives up where it is told to", async () => {
      const deletion = { elasticIp: "retain" };
      const owner = await up({ elasticIp: true, deletion });
      await owner.up(program({ deletion }));
      const retained = only(made(owner).elasticIps);
      assert.equal(retained.tags[TAG.retained], "true");
      assert.equal(retained.tags[TAG.id], undefined);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner, retained.allocationId);
    });

    it("never takes it from a holder: nothing is changed, not even what else was to change", async () => {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      const { allocationId } = await allocate(owner);
      const ec2 = somebody(owner);
      const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
      const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
      await ec2.send(new AssociateAddressCommand({ AllocationId: allocationId, NetworkInterfaceId }));
      owner.calls();
      const failure = await failureOf(owner.up(program({ elasticIp: allocationId, imageId: WELL_KNOWN.imageV2 })));
      assert.match(failure.message, /^nothing was changed: .*is in use by eni-.*Kept: eni-.*, the instance i-/);
      assert.deepEqual(owner.calls("mutating"), []);
      assert.equal(owner.outputs.instanceId, was.instance.instanceId);
      assert.equal(owner.outputs.imageId, WELL_KNOWN.imageV1);
      assert.equal(
        made(owner).elasticIps.find((it) => it.allocationId === allocationId)?.networkInterfaceId,
        NetworkInterfaceId,
      );
    });

    for (const from of ["an allocated", "a given"]) {
      it(`tells no public IP any more after ${from} Elastic IP was given up`, async () => {
        const owner = quick();
        const elasticIp = from === "a given" ? (await allocate(owner)).allocationId : true;
        await owner.up(program({ elasticIp }));
        await owner.up(program());
        assert.equal(owner.outputs.publicIp, "");
        machineOf(owner);
      });
    }

    it("leaves a given Elastic IP's own tags alone, whatever the program's tags were", async () => {
      const owner = quick();
      const AllocationId = (await allocate(owner)).allocationId;
      const own = [{ Key: "Team", Value: "network" }];
      await somebody(owner).send(new CreateTagsCommand({ Resources: [AllocationId], Tags: own }));
      await owner.up(program({ elasticIp: AllocationId, tags: { Team: "shop" } }));
      await owner.up(program({ elasticIp: AllocationId }));
      assert.equal(machineOf(owner).eip?.tags.Team, "network");
    });

    it("does not give up the Elastic IP that is held for one that cannot be allocated", async () => {
      const owner = quick();
      const given = (await allocate(owner)).allocationId;
      for (let count = 0; count < 4; count++) {
        await allocate(owner);
      }
      await owner.up(program({ elasticIp: given }));
      await failureOf(owner.up(program({ elasticIp: true })));
      const eip = made(owner).elasticIps.find((it) => it.allocationId === given);
      assert.equal(eip?.networkInterfaceId, owner.outputs.networkInterfaceId);
    });

    it("takes a given Elastic IP off again when the update that put it on was killed right after", async () => {
      const owner = await up();
      await owner.refresh();
      const given = (await allocate(owner)).allocationId;
      await killedUp(owner, killedAfter("AssociateAddress"), program({ elasticIp: given }));
      assert.notEqual(only(made(owner).elasticIps).networkInterfaceId, undefined);
      const next = goingOn(owner);
      const { id = "", outputs = {} } = owner.recorded ?? {};
      await next.handlers.update(id, outputs, (await next.preview(program())).inputs);
      assert.equal(only(made(owner).elasticIps).networkInterfaceId, undefined);
    });

    it("at the quota says so and leaves the instance running", async () => {
      const owner = await up();
      for (let count = 0; count < 5; count++) {
        await allocate(owner);
      }
      const failure = await failureOf(owner.up(program({ elasticIp: true })));
      assert.match(failure.message, /L-0263D0A3/);
      assert.equal(only(made(owner).instances).state, "running");
      assert.equal(owner.outputs.state, "running");
    });
  });
});
