/** How many calls a tick costs: no more for few machines than for many, and none for what cannot have changed. */
import assert from "node:assert/strict";
import { recycle } from "../../controller/by-hand";
import { sweep } from "../../controller/handle";
import { WELL_KNOWN } from "../../local/ec2";
import { program, stack, URN } from "../provider/support";
import { settled, up } from "../provider/world";
import { controllerOf, depsOf, machine } from "./support";

const MINUTE = 60_000;

/** One page of each kind of thing, however many machines there are. */
const PAGES = [
  "DescribeAddresses",
  "DescribeInstanceStatus",
  "DescribeInstances",
  "DescribeLaunchTemplates",
  "DescribeNetworkInterfaces",
  "DescribeVolumes",
];

describe("the calls of a tick", function () {
  this.timeout(60_000);

  it("are as many for 15 and 60 machines as for one", async () => {
    const owner = await up({ elasticIp: true });
    const [subnetId] = WELL_KNOWN.defaultSubnets;
    let count = 1;
    for (const size of [1, 15, 60]) {
      for (; count < size; count++) {
        await stack({ on: owner, leapMs: MINUTE }).up(program({ resourceUrn: `${URN}${count}`, subnetId }));
      }
      owner.clock.advance(30 * MINUTE);
      const controller = controllerOf(owner);
      for (const further of [["DescribeLaunchTemplateVersions"], []]) {
        owner.calls();
        const outcomes = await sweep(controller, { isSurvey: true });
        assert.deepEqual(
          outcomes.map((it) => (it.kind === "unreadable" ? it.because : it.kind)),
          Array.from({ length: size }, () => "nothing"),
        );
        assert.deepEqual(owner.calls().sort(), [...PAGES, ...further].sort(), `calls for ${size} machines`);
      }
    }
  });

  it("read the record anew once there is a new version of it, whoever made it", async () => {
    const owner = await up({});
    owner.clock.advance(30 * MINUTE);
    const controller = controllerOf(owner);
    await sweep(controller);
    // By another process.
    await recycle(await machine(owner), depsOf(owner));
    owner.clock.advance(30 * MINUTE);
    for (const reads of [1, 0]) {
      owner.calls();
      const outcomes = await sweep(controller);
      assert.deepEqual(
        outcomes.map((it) => it.kind),
        ["nothing"],
      );
      assert.equal(owner.calls().filter((it) => it === "DescribeLaunchTemplateVersions").length, reads);
    }
    await settled(owner, {});
  });
});
