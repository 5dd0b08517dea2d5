/** Adoption of a network interface, which has no instance yet. */
import assert from "node:assert/strict";
import { DeleteTagsCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import {
  announced,
  elasticIpIn,
  interfaceByHand,
  isGivenBack,
  marksOf,
  nothingIsOurs,
  OWN_TAGS,
  ownTagsOf,
} from "./by-hand";
import { program, type Stack } from "./support";
import { later, made, nothingIsLeft, quick, somebody, up } from "./world";
import { machineOf } from "./machine";

async function stripped(owner: Stack, Resources: string[], ...keys: string[]): Promise<void> {
  const Tags = keys.map((Key) => ({ Key }));
  await somebody(owner).send(new DeleteTagsCommand({ Resources, Tags }));
}

describe("adoption of a network interface", () => {
  it("launches on it, with its Elastic IP, its groups and its check", async () => {
    const owner = quick();
    const had = await interfaceByHand(owner);
    const inputs = program({ adopt: { networkInterfaceId: had.networkInterfaceId } });
    assert.equal(
      await announced(owner, inputs),
      `web: adopts ${had.networkInterfaceId} with ${had.privateIp}, ${had.publicIp} and launches m7i.large on it`,
    );
    await owner.up(inputs);
    const { eni, eip } = machineOf(owner);
    assert.deepEqual([eni.networkInterfaceId, eip?.allocationId], [had.networkInterfaceId, had.allocationId]);
    assert.deepEqual(eni.groupIds, [WELL_KNOWN.otherSecurityGroup]);
    assert.deepEqual(ownTagsOf(eni), OWN_TAGS);
    assert.equal(eni.tags[TAG.owned], "false");
    assert.equal(await owner.up(inputs), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(inputs), "same");
  });

  it("gives it back with its Elastic IP on it, and ends what was launched", async () => {
    const owner = quick();
    const had = await interfaceByHand(owner);
    await owner.up(program({ adopt: { networkInterfaceId: had.networkInterfaceId } }));
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner, had.networkInterfaceId, had.allocationId);
    isGivenBack(owner, had);
    nothingIsOurs(owner);
  });

  it("takes an Elastic IP that was allocated for it off again", async () => {
    const owner = quick();
    const { networkInterfaceId, allocationId } = await interfaceByHand(owner, undefined, { elastic: false });
    assert.equal(allocationId, "");
    await owner.up(program({ adopt: { networkInterfaceId }, elasticIp: true }));
    assert.equal(machineOf(owner).eip?.tags[TAG.owned], undefined);
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner, networkInterfaceId);
    nothingIsOurs(owner);
  });

  it("launches nothing on it while it is paused, and says so", async () => {
    const owner = quick();
    const had = await interfaceByHand(owner);
    const inputs = program({ adopt: { networkInterfaceId: had.networkInterfaceId }, desiredState: "paused" });
    assert.match(await announced(owner, inputs), /; launches nothing while it is paused$/);
    await owner.up(inputs);
    assert.deepEqual(made(owner).instances, []);
    assert.deepEqual([owner.outputs.state, owner.outputs.privateIp], ["paused", had.privateIp]);
    assert.equal(await owner.up(inputs), "same");
    await owner.destroy();
    isGivenBack(owner, had);
    nothingIsOurs(owner);
  });

  for (const fate of ["delete", "retain"]) {
    it(`takes over what destroy retained, and gives it back whatever deletion says: ${fate}`, async () => {
      const owner = await up({ deletion: { networkInterface: "retain", elasticIp: "retain" }, elasticIp: true });
      const was = machineOf(owner);
      const { networkInterfaceId } = was.eni;
      const allocationId = was.eip?.allocationId ?? "";
      await owner.destroy();
      const inputs = program({
        adopt: { networkInterfaceId },
        deletion: { networkInterface: fate, elasticIp: fate },
        tags: { Stage: "prod" },
      });
      // The same resource of the same stack: it has the same id again.
      await owner.up(inputs);
      const now = machineOf(owner);
      assert.deepEqual([now.eni.networkInterfaceId, now.privateIp], [networkInterfaceId, was.privateIp]);
      assert.equal(now.eip?.allocationId, allocationId);
      assert.deepEqual(marksOf(now.eni), { [TAG.id]: owner.recorded?.id, [TAG.owned]: "false" });
      assert.deepEqual(marksOf(now.eip), { [TAG.id]: owner.recorded?.id, [TAG.owned]: "false" });
      assert.equal(await owner.up(inputs), "same");
      await owner.refresh();
      assert.deepEqual(owner.outputs.drift, []);
      // Even if somebody takes all that tells it off.
      await stripped(owner, [networkInterfaceId, allocationId], TAG.id, TAG.owned);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner, networkInterfaceId, allocationId);
      assert.equal(elasticIpIn(owner, allocationId).networkInterfaceId, networkInterfaceId);
    });
  }

  it("takes over one that was retained by a machine whose address was not to persist", async () => {
    const owner = await up({ persistPrivateIp: false, deletion: { networkInterface: "retain" } });
    const { networkInterfaceId } = machineOf(owner).eni;
    await owner.destroy();
    const inputs = program({ adopt: { networkInterfaceId } });
    await owner.up(inputs);
    assert.equal(machineOf(owner).eni.networkInterfaceId, networkInterfaceId);
    assert.equal(await owner.up(inputs), "same");
  });
});
