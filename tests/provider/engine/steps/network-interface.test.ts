import assert from "node:assert/strict";
import { recycle } from "../../../../controller/by-hand";
import { depsOf, machine } from "../../../controller/support";
import { up } from "../../world";
import { machineOf } from "../../machine";

/** The ids of interfaces have no order, and an interface that becomes free may come before the new one, or after it. */
const TRIES = 8;

describe("a recycle without a persistent private IP", function () {
  this.timeout(30_000);

  it("launches on the interface that it made, although the old one, with the Elastic IP, becomes free first", async () => {
    const owner = await up({ persistPrivateIp: false, elasticIp: true });
    for (let tries = 0; tries < TRIES; tries++) {
      const { eni: old, eip } = machineOf(owner);
      const outputs = await recycle(await machine(owner), depsOf(owner, { leapMs: 60_000 }));
      await owner.refresh();
      const now = machineOf(owner);
      assert.notEqual(now.eni.networkInterfaceId, old.networkInterfaceId);
      assert.equal(outputs.networkInterfaceId, now.eni.networkInterfaceId);
      assert.equal(now.eip?.allocationId, eip?.allocationId);
      assert.deepEqual(owner.outputs.drift, []);
    }
  });
});
