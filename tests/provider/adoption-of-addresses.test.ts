/** Adoption and Elastic IPs: several on one interface, none wanted, and a machine that then keeps no address. */
import assert from "node:assert/strict";
import {
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  DisassociateAddressCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import {
  announced,
  type ByHand,
  elasticIpIn,
  elasticIpOn,
  fitting,
  interfaceByHand,
  interfaceIn,
  isGivenBack,
  launchedByHand,
  marksOf,
  nothingIsOurs,
} from "./by-hand";
import { program, type Stack } from "./support";
import { quick, somebody } from "./world";

describe("adoption of an interface with several Elastic IPs", () => {
  /** With one on the primary address, and one on a further address that was put there first. */
  async function withTwo(owner: Stack): Promise<{ had: ByHand; further: { allocationId: string; publicIp: string } }> {
    const had = await launchedByHand(owner);
    const ec2 = somebody(owner);
    const NetworkInterfaceId = had.networkInterfaceId;
    const { AssignedPrivateIpAddresses = [] } = await ec2.send(
      new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
    );
    const PrivateIpAddress = AssignedPrivateIpAddresses[0]?.PrivateIpAddress;
    // EC2 answers in an order of its own, so the further one takes the place of the first.
    const AllowReassociation = true;
    const first = { AllocationId: had.allocationId, NetworkInterfaceId, PrivateIpAddress, AllowReassociation };
    await ec2.send(new AssociateAddressCommand(first));
    const home = await elasticIpOn(owner, NetworkInterfaceId);
    return { had: { ...had, ...home }, further: { allocationId: had.allocationId, publicIp: had.publicIp } };
  }

  it("holds the one on the primary address, and leaves the other, as it says", async () => {
    const owner = quick();
    const { had, further } = await withTwo(owner);
    assert.equal(
      await announced(owner, fitting(had)),
      `web: adopts ${had.instanceId} on ${had.networkInterfaceId} with ${had.privateIp}, ${had.publicIp}; it fits and keeps running; leaves ${further.publicIp} on it, out of its care`,
    );
    await owner.up(fitting(had));
    assert.deepEqual([owner.outputs.allocationId, owner.outputs.publicIp], [had.allocationId, had.publicIp]);
    assert.deepEqual(marksOf(elasticIpIn(owner, further.allocationId)), {});
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.destroy();
    isGivenBack(owner, { ...had });
    assert.equal(elasticIpIn(owner, further.allocationId).networkInterfaceId, had.networkInterfaceId);
  });

  it("holds none where there is one on a further address only", async () => {
    const owner = quick();
    const { had, further } = await withTwo(owner);
    const { associationId } = elasticIpIn(owner, had.allocationId);
    await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: associationId }));
    assert.match(await announced(owner, fitting(had)), /; leaves [0-9.]+ on it, out of its care$/);
    await owner.up(fitting(had));
    assert.deepEqual([owner.outputs.elasticIp, owner.outputs.allocationId], [false, ""]);
    assert.notEqual(elasticIpIn(owner, further.allocationId).privateIpAddress, had.privateIp);
  });

  it("puts a new one on the primary address beside one on a further address, which it leaves, as it says", async () => {
    const owner = quick();
    const { had, further } = await withTwo(owner);
    const { associationId } = elasticIpIn(owner, had.allocationId);
    await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: associationId }));
    const inputs = fitting(had, { elasticIp: true });
    const said = `; puts a new Elastic IP on it; leaves ${further.publicIp} on it, out of its care`;
    const line = await announced(owner, inputs);
    assert.ok(line.endsWith(`; it fits and keeps running${said}`), line);
    await owner.up(inputs);
    assert.equal(elasticIpIn(owner, owner.outputs.allocationId as string).privateIpAddress, had.privateIp);
    const left = elasticIpIn(owner, further.allocationId);
    assert.equal(left.networkInterfaceId, had.networkInterfaceId);
    assert.deepEqual(marksOf(left), {});
  });
});

describe("adoption with elasticIp: false", () => {
  it("leaves the one that is on it, out of its care, over a replacement and a destroy, and said so before", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = fitting(had, { elasticIp: false });
    assert.equal(
      await announced(owner, inputs),
      `web: adopts ${had.instanceId} on ${had.networkInterfaceId} with ${had.privateIp}; it fits and keeps running; leaves ${had.publicIp} on it, out of its care`,
    );
    await owner.up(inputs);
    const isThere = (): void => {
      const eip = elasticIpIn(owner, had.allocationId);
      assert.deepEqual([eip.networkInterfaceId, marksOf(eip)], [had.networkInterfaceId, {}]);
    };
    isThere();
    assert.deepEqual([owner.outputs.elasticIp, owner.outputs.allocationId], [false, ""]);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(inputs), "same");
    await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 });
    isThere();
    await owner.destroy();
    isThere();
    nothingIsOurs(owner);
  });
});

describe("adoption by a machine that then keeps no address", () => {
  for (const what of ["instanceId", "networkInterfaceId"] as const) {
    it(`ends for an ${what === "instanceId" ? "instance" : "interface"}: it is given back, and stays so over pauses and back`, async () => {
      const owner = quick();
      const byHand = what === "instanceId" ? await launchedByHand(owner) : await interfaceByHand(owner);
      const { networkInterfaceId } = byHand;
      await owner.up(program({ adopt: { [what]: (byHand as Properties)[what] }, elasticIp: false }));
      assert.equal(owner.outputs.networkInterfaceId, networkInterfaceId);
      // The program has dropped what is remembered of it.
      for (const inputs of [
        { persistPrivateIp: false },
        { persistPrivateIp: false, desiredState: "paused", pauseBehavior: "terminate" },
        { persistPrivateIp: false, desiredState: "paused", pauseBehavior: "terminate", tags: { a: "b" } },
        { desiredState: "paused", pauseBehavior: "terminate" },
        {},
      ]) {
        await owner.up(program({ ...inputs, elasticIp: false }));
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, []);
        assert.notEqual(owner.outputs.networkInterfaceId, networkInterfaceId);
        assert.deepEqual(marksOf(interfaceIn(owner, networkInterfaceId)), {});
      }
      assert.equal(owner.outputs.state, "running");
      await owner.destroy();
      nothingIsOurs(owner);
    });
  }
});
