/** What becomes of adopted things later: changes, destroy, lost tags, and runs that are killed. */
import assert from "node:assert/strict";
import { DeleteTagsCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
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
import { destroyedAtEveryCall, killedAfter, killedAtEveryCall, killedUp, wasUnheard } from "./kills";
import { program, type Stack } from "./support";
import { later, machineOf, made, nothingIsLeft, only, quick, somebody, up } from "./world";

type Properties = Record<string, unknown>;

/** The program no longer says that anything is adopted. */
function without(inputs: Properties): Properties {
  return { ...inputs, adopt: undefined };
}

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

describe("a killed run on what was given", () => {
  const KINDS: [title: string, overrides: Properties, isReplaced: boolean][] = [
    ["that fits", { sourceDestCheck: false }, false],
    ["that does not fit", { imageId: WELL_KNOWN.imageV2, securityGroupIds: [WELL_KNOWN.securityGroup] }, true],
    ["that does not fit, by overlap", { imageId: WELL_KNOWN.imageV2, replacement: { strategy: "overlap" } }, true],
    ["that is paused", { desiredState: "paused" }, false],
    ["that is paused by ending it", { desiredState: "paused", pauseBehavior: "terminate" }, true],
  ];

  for (const [title, overrides, isReplaced] of KINDS) {
    const isPaused = overrides.desiredState === "paused";

    it(`that adopted an instance ${title}: the next up finishes the same machine, and destroy gives it back`, async () => {
      const account = quick();
      const had = await launchedByHand(account);
      const dataVolumes = [{ name: "data", deviceName: "/dev/sdf", volumeId: had.dataVolumeId }];
      const inputs = fitting(had, { dataVolumes, ...overrides });
      await killedAtEveryCall(
        account,
        (stack) => stack.up(inputs),
        async (stack, point) => {
          if (await wasUnheard(stack, inputs)) {
            return;
          }
          assert.equal(await stack.up(inputs), "create", point);
          later(account);
          const { instances, networkInterfaces, elasticIps, templates, volumes } = made(account);
          assert.equal(templates.length, 1, point);
          assert.equal(instances.length, isPaused && isReplaced ? 0 : 1, point);
          assert.equal(instances[0]?.instanceId ?? "", stack.outputs.instanceId, point);
          assert.equal(stack.outputs.instanceId === had.instanceId, !isReplaced, point);
          assert.equal(only(elasticIps).networkInterfaceId, had.networkInterfaceId, point);
          assert.ok(networkInterfaces.some((it) => it.networkInterfaceId === had.networkInterfaceId));
          assert.ok(
            volumes.some((it) => it.volumeId === had.dataVolumeId),
            point,
          );
          assert.deepEqual(
            [stack.outputs.networkInterfaceId, stack.outputs.privateIp, stack.outputs.allocationId],
            [had.networkInterfaceId, had.privateIp, had.allocationId],
            point,
          );
          assert.equal(await stack.up(inputs), "same", point);
          await stack.destroy();
          later(account);
          isGivenBack(account, had);
          nothingIsOurs(account);
          assert.equal(made(account).instances.length, isReplaced ? 0 : 1, point);
        },
      );
    });

    it(`that gave back an instance ${title}: the next destroy finishes it, and nothing given is lost`, async () => {
      const account = quick();
      const had = await launchedByHand(account);
      const dataVolumes = [
        { name: "data", deviceName: "/dev/sdf", volumeId: had.dataVolumeId },
        { name: "ours", deviceName: "/dev/sdg", size: 10 },
      ];
      const deletion = { networkInterface: "delete", elasticIp: "delete", dataVolumes: "delete" };
      await account.up(fitting(had, { dataVolumes, deletion, ...overrides }));
      await destroyedAtEveryCall(account, (_next, point) => {
        isGivenBack(account, had);
        nothingIsOurs(account);
        assert.deepEqual(
          made(account).instances.map((it) => it.instanceId),
          isReplaced ? [] : [had.instanceId],
          point,
        );
        assert.deepEqual(
          made(account)
            .volumes.map((it) => it.volumeId)
            .sort(),
          (isReplaced ? [had.dataVolumeId] : [had.dataVolumeId, had.rootVolumeId]).sort(),
          point,
        );
      });
    });
  }

  it("that adopted a network interface: the next up finishes the same machine", async () => {
    const account = quick();
    const had = await interfaceByHand(account);
    const inputs = program({ adopt: { networkInterfaceId: had.networkInterfaceId } });
    await killedAtEveryCall(
      account,
      (stack) => stack.up(inputs),
      async (stack, point) => {
        if (await wasUnheard(stack, inputs)) {
          return;
        }
        assert.equal(await stack.up(inputs), "create", point);
        assert.equal(machineOf(stack).eip?.allocationId, had.allocationId, point);
        assert.equal(stack.outputs.networkInterfaceId, had.networkInterfaceId, point);
        assert.equal(await stack.up(inputs), "same", point);
        await stack.destroy();
        later(account);
        isGivenBack(account, had);
        nothingIsLeft(account, had.networkInterfaceId, had.allocationId);
      },
    );
  });

  it("that gave an interface back, or moved away from it: the next up finishes it", async () => {
    const { owner, had, inputs } = await adopted();
    await owner.up(inputs);
    const moved = { ...inputs, subnetId: WELL_KNOWN.tinySubnet };
    await killedAtEveryCall(
      owner,
      (stack) => stack.up(moved),
      async (stack, point) => {
        await stack.up(moved);
        later(owner);
        assert.equal(only(made(owner).instances).instanceId, stack.outputs.instanceId, point);
        assert.equal(made(owner).networkInterfaces.length, 2, point);
        assert.deepEqual(marksOf(interfaceIn(owner, had.networkInterfaceId)), {}, point);
        assert.equal(stack.outputs.allocationId, had.allocationId, point);
        assert.equal(await stack.up(moved), "same", point);
      },
    );
  });

  it("says at preview that it goes on, where an earlier run died after the tags", async () => {
    const account = quick();
    const had = await launchedByHand(account);
    const inputs = fitting(had, { imageId: WELL_KNOWN.imageV2 });
    await killedUp(account, killedAfter("TerminateInstances"), inputs);
    const next = quick({ on: account });
    assert.equal(
      await announced(next, inputs),
      `web: goes on with what the last run began: adopts ${had.networkInterfaceId} with ${had.privateIp}, ${had.publicIp}`,
    );
  });

  it("of one URN that adopted is not taken for another's: a second machine is refused what the first has", async () => {
    const { owner, had } = await adopted();
    await owner.refresh();
    const other = quick({ on: owner });
    const { failures } = await other.preview(fitting(had));
    assert.match(only(failures).reason, /belongs to the managed instance mi-\w+, and a machine has one owner; adopt: /);
  });
});
