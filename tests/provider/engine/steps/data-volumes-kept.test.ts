import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Properties } from "../../../../provider/model/properties";
import { program } from "../../support";
import { failureOf, later, made, only, somebody, up } from "../../world";
import { identityOf, machineOf } from "../../machine";
import { DATA_VOLUME, DELETES, destroyed, flip, LOGS, named, volumeIdOf, volumeIn } from "./volumes";

describe("a data volume stays the same volume", () => {
  const SPOT = { market: { lifecycle: "spot" } };
  const CHANGES: [string, Properties, Properties][] = [
    ["a replacement, terminate-first", {}, { imageId: WELL_KNOWN.imageV2 }],
    ["a replacement on spot", SPOT, { ...SPOT, imageId: WELL_KNOWN.imageV2 }],
    [
      "a replacement of the root volume",
      { replacement: { strategy: "root-volume" } },
      { replacement: { strategy: "root-volume" }, imageId: WELL_KNOWN.imageV2 },
    ],
    [
      "a stop, another type, and a start",
      { replacement: { strategy: "stop-start" } },
      { replacement: { strategy: "stop-start" }, instanceType: "m6i.large" },
    ],
    ["a recycle", {}, { recycleTriggers: { now: "1" } }],
    ["a move to another private IP", {}, { privateIp: "10.0.1.77" }],
    ["a move to another subnet of the zone", {}, { subnetId: WELL_KNOWN.tinySubnet }],
    [
      "a machine whose private IP need not persist",
      { persistPrivateIp: false },
      { persistPrivateIp: false, imageId: WELL_KNOWN.imageV2 },
    ],
  ];
  for (const [what, before, after] of CHANGES) {
    it(`over ${what}`, async () => {
      const owner = await up({ ...before, dataVolumes: [DATA_VOLUME, LOGS], deletion: DELETES });
      const was = machineOf(owner);
      await owner.up(program({ ...after, dataVolumes: [DATA_VOLUME, LOGS], deletion: DELETES }));
      const now = machineOf(owner);
      assert.notDeepEqual([now.instance, now.volume, now.eni], [was.instance, was.volume, was.eni]);
      assert.deepEqual(
        [named(now).volumeId, named(now, "logs").volumeId],
        [named(was).volumeId, named(was, "logs").volumeId],
      );
      await destroyed(owner);
    });
  }

  it("over overlap, which ends the old instance before the volume can be attached to the new one", async () => {
    const overlap = { replacement: { strategy: "overlap" }, dataVolumes: [DATA_VOLUME], deletion: DELETES };
    const owner = await up(overlap);
    const before = volumeIdOf(owner);
    const { instanceId } = owner.outputs;
    await owner.up(program({ ...overlap, imageId: WELL_KNOWN.imageV2 }));
    assert.notEqual(owner.outputs.instanceId, instanceId);
    assert.equal(volumeIdOf(owner), before);
    assert.equal(volumeIn(owner, before)?.attachment?.instanceId, owner.outputs.instanceId);
    await destroyed(owner);
  });

  for (const pauseBehavior of ["stop", "terminate"]) {
    it(`over a pause (${pauseBehavior}) and what is changed meanwhile`, async () => {
      const inputs = { dataVolumes: [DATA_VOLUME], deletion: DELETES, pauseBehavior };
      const owner = await up(inputs);
      const was = machineOf(owner);
      const paused = {
        ...inputs,
        desiredState: "paused",
        dataVolumes: [{ ...DATA_VOLUME, deviceName: "/dev/sdh", size: 15 }, LOGS],
      };
      await owner.up(program({ ...inputs, desiredState: "paused" }));
      const attachedTo = volumeIn(owner, volumeIdOf(owner))?.attachment?.instanceId;
      assert.equal(attachedTo, pauseBehavior === "stop" ? was.instance.instanceId : undefined);
      await owner.up(program(paused));
      assert.equal(await owner.up(program(paused)), "same");
      await owner.up(program({ ...paused, desiredState: "running" }));
      const now = machineOf(owner);
      assert.deepEqual([named(now).volumeId, named(now).size], [named(was).volumeId, 15]);
      assert.deepEqual(identityOf(now), identityOf(was));
      await destroyed(owner);
    });
  }

  it("when somebody ended the instance: refresh says so, and the next one has it", async () => {
    const inputs = { dataVolumes: [DATA_VOLUME], deletion: DELETES };
    const owner = await up(inputs);
    const { instance, ...was } = machineOf(owner);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["it has no instance"]);
    await owner.up(program(inputs));
    assert.equal(named(machineOf(owner)).volumeId, named({ instance, ...was }).volumeId);
    await destroyed(owner);
  });

  it("although somebody set it to be deleted with its instance: that is reset before the instance is retired", async () => {
    const inputs = { dataVolumes: [DATA_VOLUME], deletion: DELETES };
    const owner = await up(inputs);
    const was = machineOf(owner);
    await flip(owner, was);
    owner.calls();
    await owner.up(program({ ...inputs, imageId: WELL_KNOWN.imageV2 }));
    const calls = owner.calls("mutating");
    assert.ok(calls.indexOf("ModifyInstanceAttribute") < calls.indexOf("TerminateInstances"), calls.join());
    assert.ok(calls.includes("ModifyInstanceAttribute"));
    assert.equal(named(machineOf(owner)).volumeId, named(was).volumeId);
    await destroyed(owner);
  });

  it("over a replacement that is rolled back: the previous instance has what it had", async () => {
    const inputs = { dataVolumes: [DATA_VOLUME, LOGS], deletion: DELETES };
    const owner = await up(inputs);
    const was = machineOf(owner);
    owner.simulator.failNextLaunch("Server.InternalError");
    const changed = {
      dataVolumes: [{ ...DATA_VOLUME, deviceName: "/dev/sdp" }],
      deletion: DELETES,
      imageId: WELL_KNOWN.imageV2,
    };
    const failure = await failureOf(owner.up(program(changed)));
    assert.match(failure.message, /runs again, as i-/);
    const { instanceId, imageId } = only(made(owner).instances);
    assert.equal(imageId, WELL_KNOWN.imageV1);
    for (const name of ["data", "logs"]) {
      const { volumeId, attachment } = named(was, name);
      const now = volumeIn(owner, volumeId)?.attachment;
      assert.deepEqual([now?.instanceId, now?.device], [instanceId, attachment?.device], name);
    }
    await owner.up(program(changed));
    assert.equal(named(machineOf(owner)).volumeId, named(was).volumeId);
    await destroyed(owner);
  });
});
