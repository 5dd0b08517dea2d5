/** EC2 is eventually consistent: what was seen to be free it may still refuse to delete. */
import assert from "node:assert/strict";
import { goingOn } from "./kills";
import { failureOf, later, nothingIsLeft, up } from "./world";

const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
const INPUTS = { elasticIp: true, dataVolumes: [DATA], deletion: { dataVolumes: "delete" } };

describe("destroy", () => {
  for (const [action, ...codes] of [
    ["DeleteNetworkInterface", "InvalidNetworkInterface.InUse", "DependencyViolation"],
    ["DeleteVolume", "VolumeInUse", "IncorrectState"],
    ["ReleaseAddress", "InvalidIPAddress.InUse"],
  ] as const) {
    for (const code of codes) {
      it(`waits while EC2 answers ${action} with ${code}`, async () => {
        const owner = goingOn(await up(INPUTS), { leapMs: 0 });
        owner.simulator.faults.add({ action, error: { code }, times: 4 });
        await owner.destroy();
        later(owner);
        nothingIsLeft(owner);
      });

      it(`gives up when ${code} of ${action} does not pass, and goes on when it is run again`, async () => {
        const owner = goingOn(await up(INPUTS), { leapMs: 0 });
        owner.simulator.faults.add({ action, error: { code } });
        const failure = await failureOf(owner.destroy());
        assert.match(failure.message, /: still waiting for .*; last seen: .* still recorded; `pulumi destroy` goes on/);
        owner.simulator.faults.clear();
        await owner.destroy();
        later(owner);
        nothingIsLeft(owner);
      });
    }
  }
});
