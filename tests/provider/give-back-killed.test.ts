/** Runs that were killed while they took over what was given, or gave it back. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import {
  adopted,
  announced,
  fitting,
  interfaceByHand,
  interfaceIn,
  isGivenBack,
  launchedByHand,
  marksOf,
  nothingIsOurs,
} from "./by-hand";
import { destroyedAtEveryCall, killedAfter, killedAtEveryCall, killedUp, wasUnheard } from "./kills";
import { program } from "./support";
import { later, made, nothingIsLeft, only, quick } from "./world";
import { machineOf } from "./machine";

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

  it("that adopted for one URN is not taken for another's: a second machine is refused what the first has", async () => {
    const { owner, had } = await adopted();
    await owner.refresh();
    const other = quick({ on: owner });
    const { failures } = await other.preview(fitting(had));
    assert.match(only(failures).reason, /belongs to the managed instance mi-\w+, and a machine has one owner; adopt: /);
  });
});
