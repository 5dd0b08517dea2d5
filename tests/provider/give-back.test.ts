/** Adopted things later: changes of the program, destroy, and tags that somebody took off. */
import assert from "node:assert/strict";
import { DeleteTagsCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import {
  adopted,
  announced,
  type ByHand,
  elasticIpIn,
  fitting,
  instanceIn,
  interfaceByHand,
  interfaceIn,
  isGivenBack,
  launchedByHand,
  marksOf,
  nothingIsOurs,
  OWN_TAGS,
  ownTagsOf,
} from "./by-hand";
import { program, type Stack } from "./support";
import { later, made, nothingIsLeft, only, quick, somebody, up } from "./world";

/** The program no longer says that anything is adopted. */
function without(inputs: Properties): Properties {
  return { ...inputs, adopt: undefined };
}

async function stripped(owner: Stack, Resources: string[], ...keys: string[]): Promise<void> {
  const Tags = keys.map((Key) => ({ Key }));
  await somebody(owner).send(new DeleteTagsCommand({ Resources, Tags }));
}

describe("an adopted machine, later", () => {
  it("does not change when adopt is taken out: the Elastic IP and the groups stay", async () => {
    const { owner, had, inputs } = await adopted();
    owner.calls();
    assert.equal(await owner.up(without(inputs)), "same");
    await owner.refresh();
    assert.equal(await owner.up(without(inputs)), "same");
    assert.equal(await owner.up({ ...without(inputs), tags: { Stage: "x" } }), "update");
    assert.equal(elasticIpIn(owner, had.allocationId).networkInterfaceId, had.networkInterfaceId);
    assert.deepEqual(interfaceIn(owner, had.networkInterfaceId).groupIds, [WELL_KNOWN.otherSecurityGroup]);
    assert.equal(owner.outputs.instanceId, had.instanceId);
    await owner.destroy();
    isGivenBack(owner, had);
    nothingIsOurs(owner);
    assert.equal(instanceIn(owner, had.instanceId).state, "running");
  });

  it("may not adopt another one: preview says why", async () => {
    const { owner, had, inputs } = await adopted();
    for (const adopt of [{ instanceId: "i-0a1b2c3d4e5f60718" }, { networkInterfaceId: "eni-0a1b2c3d4e5f60718" }]) {
      const { failures } = await owner.preview({ ...inputs, adopt });
      const { property, reason } = only(failures);
      assert.equal(property, "adopt");
      assert.ok(reason.includes(`this machine adopted ${had.instanceId}`), reason);
    }
  });

  it("may not begin to adopt once it exists: preview says why", async () => {
    const owner = await up();
    const had = await interfaceByHand(owner);
    const { failures } = await owner.preview(program({ adopt: { networkInterfaceId: had.networkInterfaceId } }));
    assert.match(only(failures).reason, /only at create, and this machine exists already/);
  });

  it("gives the Elastic IP back when elasticIp is set to false", async () => {
    const { owner, had, inputs } = await adopted();
    assert.equal(await owner.up({ ...inputs, elasticIp: false }), "update");
    const eip = elasticIpIn(owner, had.allocationId);
    assert.deepEqual([eip.networkInterfaceId, marksOf(eip), ownTagsOf(eip)], [undefined, {}, OWN_TAGS]);
    assert.equal(owner.outputs.allocationId, "");
    assert.equal(await owner.up({ ...inputs, elasticIp: false }), "same");
    assert.equal(await owner.up(inputs), "same", "left out, it stays as it was last said");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
  });

  it("allocates one of its own when elasticIp is set to true, and gives the other back", async () => {
    const { owner, had, inputs } = await adopted();
    assert.equal(await owner.up({ ...inputs, elasticIp: true }), "update");
    const { allocationId } = owner.outputs;
    assert.notEqual(allocationId, had.allocationId);
    assert.equal(elasticIpIn(owner, allocationId).networkInterfaceId, had.networkInterfaceId);
    assert.deepEqual(marksOf(elasticIpIn(owner, had.allocationId)), {});
    assert.equal(await owner.up({ ...inputs, elasticIp: true }), "same");
    await owner.destroy();
    assert.equal(only(made(owner).elasticIps).allocationId, had.allocationId);
    nothingIsOurs(owner);
  });

  it("gives the interface back when it moves to another subnet, and takes the Elastic IP along", async () => {
    const { owner, had, inputs } = await adopted();
    const moved = { ...inputs, subnetId: WELL_KNOWN.tinySubnet };
    assert.match(await announced(owner, moved), new RegExp(`gives up ${had.networkInterfaceId}, ${had.privateIp}`));
    assert.equal(await owner.up(moved), "update");
    assert.deepEqual(marksOf(interfaceIn(owner, had.networkInterfaceId)), {});
    assert.equal(interfaceIn(owner, had.networkInterfaceId).attachment, undefined);
    assert.notEqual(owner.outputs.networkInterfaceId, had.networkInterfaceId);
    assert.equal(owner.outputs.allocationId, had.allocationId);
    assert.equal(only(made(owner).instances).instanceId, owner.outputs.instanceId);
    assert.equal(await owner.up(moved), "same");
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner, had.networkInterfaceId, had.allocationId);
    nothingIsOurs(owner);
  });
});

describe("destroy of an adopted machine", () => {
  it("leaves the instance running with its own tags, and nothing of ours", async () => {
    const { owner, had } = await adopted({ tags: { Stage: "prod" } });
    owner.calls();
    await owner.destroy();
    assert.deepEqual([...new Set(owner.calls("mutating"))].sort(), ["DeleteLaunchTemplate", "DeleteTags"]);
    const instance = instanceIn(owner, had.instanceId);
    assert.deepEqual([instance.state, instance.tags], ["running", OWN_TAGS]);
    assert.equal(interfaceIn(owner, had.networkInterfaceId).attachment?.deleteOnTermination, false);
    isGivenBack(owner, had);
    nothingIsOurs(owner);
    assert.deepEqual(
      made(owner)
        .volumes.map((it) => it.volumeId)
        .sort(),
      [had.rootVolumeId, had.dataVolumeId].sort(),
    );
  });

  it("ends what was launched in place of the adopted instance", async () => {
    const { owner, had, inputs } = await adopted();
    await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 });
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner, had.networkInterfaceId, had.allocationId);
    isGivenBack(owner, had);
    nothingIsOurs(owner);
  });

  for (const fate of ["delete", "retain"]) {
    it(`leaves what was given as it is and does with its own volumes as it is told: ${fate}`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner);
      const inputs = fitting(had, {
        dataVolumes: [
          { name: "theirs", deviceName: "/dev/sdf", volumeId: had.dataVolumeId },
          { name: "ours", deviceName: "/dev/sdg", size: 10 },
        ],
        deletion: { networkInterface: fate, elasticIp: fate, dataVolumes: fate },
      });
      await owner.up(inputs);
      assert.equal(await owner.up(inputs), "same");
      const { ours } = owner.outputs.dataVolumeIds as Record<string, string>;
      await owner.destroy();
      later(owner);
      isGivenBack(owner, had);
      assert.equal(instanceIn(owner, had.instanceId).state, "running");
      const volumes = made(owner).volumes.map((it) => it.volumeId);
      assert.ok(volumes.includes(had.dataVolumeId) && volumes.includes(had.rootVolumeId));
      assert.equal(volumes.includes(ours ?? ""), fate === "retain");
      assert.deepEqual(made(owner).templates, []);
    });
  }

  it("can be adopted again after that", async () => {
    const { owner, had, inputs } = await adopted();
    await owner.destroy();
    owner.calls();
    assert.equal(await owner.up(inputs), "create");
    assert.ok(!owner.calls("mutating").includes("RunInstances"));
    assert.equal(owner.outputs.instanceId, had.instanceId);
    assert.equal(await owner.up(inputs), "same");
  });
});

describe("an adopted machine of which somebody took tags off", () => {
  const ALL = [TAG.id, TAG.owned, TAG.launch, TAG.generation, TAG.volume];
  const CASES: [title: string, keys: string[]][] = [
    ["all of ours", ALL],
    ["the one that says that it was given", [TAG.owned]],
    ["the one that says whose it is", [TAG.id]],
    ["the one that says from what it was launched", [TAG.launch]],
  ];

  async function strippedMachine(keys: string[]): Promise<{ owner: Stack; had: ByHand; inputs: Properties }> {
    const owner = quick();
    const had = await launchedByHand(owner, { IamInstanceProfile: { Name: WELL_KNOWN.instanceProfile } });
    const inputs = fitting(had, {
      dataVolumes: [{ name: "data", deviceName: "/dev/sdf", volumeId: had.dataVolumeId }],
      deletion: { networkInterface: "delete", elasticIp: "delete", dataVolumes: "delete" },
    });
    await owner.up(inputs);
    await owner.up(inputs);
    await stripped(owner, [had.instanceId, had.networkInterfaceId, had.allocationId, had.dataVolumeId], ...keys);
    return { owner, had, inputs };
  }

  function isWhole(owner: Stack, had: ByHand): void {
    const instance = instanceIn(owner, had.instanceId);
    assert.equal(instance.state, "running");
    assert.notEqual(instance.iamInstanceProfile, undefined);
    assert.ok(made(owner).volumes.some((it) => it.volumeId === had.dataVolumeId));
    isGivenBack(owner, had);
    nothingIsOurs(owner);
  }

  for (const [title, keys] of CASES) {
    it(`gives everything back all the same: ${title}`, async () => {
      const { owner, had } = await strippedMachine(keys);
      await owner.destroy();
      later(owner);
      isWhole(owner, had);
    });

    it(`is put right by the next up, with no outage, and is still given: ${title}`, async () => {
      const { owner, had, inputs } = await strippedMachine(keys);
      await owner.refresh();
      assert.notDeepEqual(owner.outputs.drift, []);
      owner.calls();
      assert.equal(await owner.up(inputs), "update");
      // Marked again, by a claim where that was lost; the claim ends with the run.
      assert.deepEqual(
        owner.calls("mutating").filter((it) => it !== "CreateTags" && it !== "DeleteTags"),
        [],
      );
      assert.equal(owner.outputs.instanceId, had.instanceId);
      assert.equal(await owner.up(inputs), "same");
      await owner.refresh();
      assert.deepEqual(owner.outputs.drift, []);
      await owner.destroy();
      later(owner);
      isWhole(owner, had);
    });

    it(`is replaced on the same addresses, and they are still given: ${title}`, async () => {
      const { owner, had, inputs } = await strippedMachine(keys);
      await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 });
      assert.equal(only(made(owner).instances).imageId, WELL_KNOWN.imageV2);
      assert.equal(owner.outputs.networkInterfaceId, had.networkInterfaceId);
      assert.equal(owner.outputs.publicIp, had.publicIp);
      await owner.destroy();
      later(owner);
      nothingIsOurs(owner);
      isGivenBack(owner, had);
      assert.deepEqual(made(owner).instances, []);
      assert.equal(only(made(owner).volumes).volumeId, had.dataVolumeId);
    });

    it(`moves to another subnet, and what was given is given back: ${title}`, async () => {
      const { owner, had, inputs } = await strippedMachine(keys);
      await owner.up({ ...inputs, subnetId: WELL_KNOWN.tinySubnet });
      assert.equal(owner.outputs.allocationId, had.allocationId);
      assert.deepEqual(marksOf(interfaceIn(owner, had.networkInterfaceId)), {});
      await owner.destroy();
      later(owner);
      nothingIsOurs(owner);
      interfaceIn(owner, had.networkInterfaceId);
      elasticIpIn(owner, had.allocationId);
    });
  }

  it("forgets nothing of it when adopt is taken out of the program too", async () => {
    const { owner, had, inputs } = await strippedMachine(ALL);
    await owner.up(without(inputs));
    await stripped(owner, [had.instanceId, had.networkInterfaceId, had.allocationId, had.dataVolumeId], ...ALL);
    await owner.refresh();
    await owner.destroy();
    later(owner);
    isWhole(owner, had);
  });
});
