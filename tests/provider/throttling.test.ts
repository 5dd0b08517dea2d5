/** EC2 throttles: what is waited out, for how long, and what the user hears of it. */
import assert from "node:assert/strict";
import { totalOf } from "../../bench/calls/counter";
import { type Cost, Machines } from "../../bench/calls/machines";
import { fleetOf } from "../../bench/ten-thousand/fleet";
import { WELL_KNOWN } from "../../local/ec2";
import { interposed } from "./interruptions";
import { holderOf } from "./holder";
import { goingOn } from "./kills";
import { program, type Stack, stack, URN } from "./support";
import { failureOf, made, settled, up } from "./world";

const THROTTLED = { code: "RequestLimitExceeded", message: "Request limit exceeded.", status: 503 };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };

/** A process whose every call is throttled for so long, from its first change on. */
function throttledFor(owner: Stack, ms: number): Stack {
  let since: number | undefined;
  const { simulator, clock } = owner;
  return goingOn(owner, {
    leapMs: 0,
    through: interposed({
      before: (action) => {
        simulator.faults.clear();
        if (since === undefined && action === "CreateLaunchTemplateVersion") {
          since = clock.now();
        }
        if (since !== undefined && clock.now() - since < ms) {
          simulator.faults.add({ action: "*", error: THROTTLED });
        }
      },
    }),
  });
}

describe("throttling", () => {
  const base = { elasticIp: true };

  it("that lasts minutes is waited out, and told to the user", async () => {
    const owner = throttledFor(await up(base), 8 * 60_000);
    await owner.up(program({ ...base, ...IMAGE }));
    holderOf(owner);
    const told = owner.lines.filter((it) => it.includes("throttles"));
    assert.match(
      told[0] ?? "",
      /^web: EC2 throttles CreateLaunchTemplateVersion \(RequestLimitExceeded\); trying again in \d+ s$/,
    );
    assert.ok(told.length >= 20 && told.length <= 34, `${told.length} lines in 8 minutes`);
    await settled(owner, { ...base, ...IMAGE });
  });

  for (const timeoutSeconds of [60, 600]) {
    it(`that outlasts a run is waited out for timeoutSeconds, ${timeoutSeconds} s in all; the next up goes on`, async () => {
      const inputs = { ...base, replacement: { timeoutSeconds } };
      const account = await up(inputs);
      const owner = throttledFor(account, 3_600_000);
      const begin = owner.clock.now();
      const failure = await failureOf(owner.up(program({ ...inputs, ...IMAGE })));
      assert.equal((owner.clock.now() - begin) / 1000, timeoutSeconds);
      assert.match(
        failure.message,
        /could not record the new launch specification: Request limit exceeded \(RequestLimit/,
      );
      assert.match(
        failure.message,
        new RegExp(`; \\d+ tries in ${timeoutSeconds} s\\)\\. .*\`pulumi up\` goes on from here`),
      );
      owner.simulator.faults.clear();
      const next = goingOn(owner);
      await next.up(program({ ...inputs, ...IMAGE }));
      holderOf(next);
    });
  }

  it("in the middle of a wait makes it no longer than twice timeoutSeconds", async () => {
    const inputs = { ...base, replacement: { timeoutSeconds: 60 } };
    const account = await up(inputs);
    const owner = goingOn(account, {
      leapMs: 0,
      through: interposed({
        after: (action) => {
          if (action === "TerminateInstances") {
            account.simulator.faults.add({ action: "*", error: THROTTLED });
          }
        },
      }),
    });
    const begin = owner.clock.now();
    const failure = await failureOf(owner.up(program({ ...inputs, ...IMAGE })));
    assert.match(
      failure.message,
      /could not retire i-\w+: still waiting for eni-\w+ to be free after \d+ s; last seen: Request limit/,
    );
    assert.ok(owner.clock.now() - begin <= 120_000, `${owner.clock.now() - begin} ms`);
  });

  it("by EC2's buckets holds up machines that are made at once, and fails none", async () => {
    const owner = stack();
    owner.simulator.throttling.set({
      nonMutating: { capacity: 10, refillPerSecond: 2 },
      mutating: { capacity: 5, refillPerSecond: 1 },
    });
    const names = Array.from({ length: 12 }, (_, index) => `${URN}-${index}`);
    await Promise.all(
      names.map(async (resourceUrn) => {
        const { inputs, failures } = await owner.handlers.check({}, program({ resourceUrn }));
        assert.deepEqual(failures, []);
        await owner.handlers.create(inputs);
      }),
    );
    assert.equal(made(owner).instances.length, names.length);
    assert.ok(owner.simulator.calls().some((it) => it.result === "RequestLimitExceeded"));
  });

  describe("by EC2's own buckets, of many machines at once", () => {
    const COUNT = 60;
    let replaced: Cost;

    before(async function () {
      this.timeout(120_000);
      const machines = new Machines(COUNT);
      await machines.cost("create");
      replaced = await machines.cost("up, replaced");
    });

    it("refuses few of their calls, and fails none", () => {
      assert.equal(replaced.outages.length, COUNT);
      assert.ok(
        replaced.throttled > 0 && replaced.throttled < 0.05 * totalOf(replaced.calls),
        String(replaced.throttled),
      );
      assert.ok((replaced.calls.RunInstances ?? 0) < COUNT + 10, String(replaced.calls.RunInstances));
    });

    it("lets them be replaced as fast as launches and their dry runs are allowed", () => {
      // EC2's bucket: 5 calls, then 2 a second. 45 s is one machine's own time, and the slowest shutdown is 80 s.
      const bound = (2 * COUNT - 5) / 2 + 45;
      assert.ok(replaced.seconds < bound + 40, `${replaced.seconds} s of ${bound}`);
    });

    it("leaves addresses dark for hardly longer than a lone machine's", () => {
      const mean = replaced.outages.reduce((sum, it) => sum + it, 0) / COUNT;
      // 35 s for the shutdown, 10 s for the launch, each with a spread.
      assert.ok(mean < 50, String(mean));
    });
  });

  it("lets a machine whose instance was lost launch before new ones that asked earlier", async () => {
    const inputs = { subnetId: WELL_KNOWN.defaultSubnets[0], market: { lifecycle: "spot" } };
    const { time, simulator, handlers, machines } = await fleetOf([{ name: "web", count: 1, inputs }]);
    const [web] = machines.get("web") ?? assert.fail();
    const { id, outputs } = web ?? assert.fail();
    simulator.interrupt({ instanceId: outputs.instanceId });
    await time.until(time.sleep(300_000));
    const before = simulator.snapshot().instances;
    const others = Array.from({ length: 40 }, async (_, index) => {
      const checked = await handlers.check({}, program({ resourceUrn: `${URN}-${index}` }));
      await handlers.create(checked.inputs);
    });
    await time.until(Promise.all([...others, time.sleep(10_000).then(() => handlers.update(id, outputs, outputs))]));
    const launched = Object.values(simulator.snapshot().instances)
      .filter((it) => !(it.instanceId in before))
      .sort((a, b) => a.launchTime - b.launchTime);
    const place = launched.findIndex((it) => it.networkInterfaceIds.includes(outputs.networkInterfaceId));
    // Machines before it are launched while it looks at what is left of it; without its right of way it is the last.
    assert.ok(place < 30, `${place} of ${launched.length}`);
  });
});
