import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { announced, fitting, instanceIn, isGivenBack, launchedByHand, nothingIsOurs } from "./by-hand";
import { made, only, quick } from "./world";

describe("adoption of an instance that is to be paused", () => {
  it("stops it, and starts the same one again", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const paused = fitting(had, { desiredState: "paused" });
    assert.match(await announced(owner, paused), /^web: adopts i-\w+ on eni-\w+ with [^;]*; pauses it: stops i-\w+$/);
    await owner.up(paused);
    assert.equal(instanceIn(owner, had.instanceId).state, "stopped");
    assert.deepEqual(
      [owner.outputs.state, owner.outputs.privateIp, owner.outputs.publicIp],
      ["paused", had.privateIp, had.publicIp],
    );
    assert.equal(await owner.up(paused), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(fitting(had));
    assert.equal(instanceIn(owner, had.instanceId).state, "running");
    assert.equal(await owner.up(fitting(had)), "same");
  });

  it("ends it where pausing ends instances, keeps the addresses, and said so before", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const paused = fitting(had, { desiredState: "paused", pauseBehavior: "terminate" });
    const line = await announced(owner, paused);
    assert.ok(
      line.endsWith(
        `; pauses it: ends ${had.instanceId}; ${had.rootVolumeId}, ${had.dataVolumeId} would be deleted with it`,
      ),
      line,
    );
    await owner.up(paused);
    assert.deepEqual(made(owner).instances, []);
    assert.deepEqual([owner.outputs.state, owner.outputs.networkInterfaceId], ["paused", had.networkInterfaceId]);
    assert.equal(await owner.up(paused), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(fitting(had, { pauseBehavior: "terminate" }));
    assert.equal(owner.outputs.networkInterfaceId, had.networkInterfaceId);
    assert.equal(owner.outputs.state, "running");
  });

  it("stops one that does not fit too, and replaces it once it is to run", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = { imageId: WELL_KNOWN.imageV2 };
    const paused = fitting(had, { desiredState: "paused", ...inputs });
    await owner.up(paused);
    assert.equal(instanceIn(owner, had.instanceId).state, "stopped");
    assert.equal(await owner.up(paused), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(fitting(had, inputs));
    assert.equal(only(made(owner).instances).imageId, WELL_KNOWN.imageV2);
    assert.equal(owner.outputs.privateIp, had.privateIp);
  });

  it("gives it back as it is then: stopped", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    await owner.up(fitting(had, { desiredState: "paused" }));
    await owner.destroy();
    assert.equal(instanceIn(owner, had.instanceId).state, "stopped");
    isGivenBack(owner, had);
    nothingIsOurs(owner);
  });
});
