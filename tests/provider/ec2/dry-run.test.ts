import assert from "node:assert/strict";
import type { Ec2 } from "../../../provider/ec2/ec2";
import { account, codeOf, launchRequest, madeInterface, runOn } from "./account";

describe("a dry run of the EC2 client", () => {
  it("asks EC2 whether it would launch, and launches nothing", async () => {
    const { ec2, simulator } = account();
    const request = await launchRequest(ec2);
    await ec2.dryRun((it) => it.runInstance(request));
    assert.deepEqual(simulator.snapshot().instances, {});
    assert.equal(
      await codeOf(ec2.dryRun((it) => it.runInstance({ ...request, version: 7 }))),
      "InvalidLaunchTemplateId.VersionNotFound",
    );
  });

  for (const cacheMiddleware of [false, true]) {
    const kept = cacheMiddleware ? "kept for the next call" : "made for each call";

    it(`sends a dry run as one, before and after real calls of the same command, whose handlers are ${kept}`, async () => {
      const { ec2, simulator } = account(undefined, { cacheMiddleware });
      const request = await launchRequest(ec2);
      const launches: number[] = [];
      const launch = async (it: Ec2, clientToken: string): Promise<void> => {
        await it.runInstance({ ...request, clientToken });
      };
      for (const token of ["first", "second"]) {
        await ec2.dryRun((it) => launch(it, token));
        launches.push(Object.keys(simulator.snapshot().instances).length);
        await launch(ec2, token);
        launches.push(Object.keys(simulator.snapshot().instances).length);
      }
      assert.deepEqual(launches, [0, 1, 1, 2]);
      const sent = simulator.calls().filter((it) => it.action === "RunInstances");
      assert.deepEqual(
        sent.map((it) => it.dryRun),
        [true, false, true, false],
      );
      const eni = await madeInterface(ec2);
      await ec2.assignPrivateIps(eni.id, { count: 1 });
      await assert.rejects(
        ec2.dryRun((it) => it.assignPrivateIps(eni.id, { count: 1 })),
        /EC2 has no dry run of this; nothing was sent/,
      );
      assert.equal(simulator.calls().filter((it) => it.action === "AssignPrivateIpAddresses").length, 1);
    });
  }

  it("makes no call for a dry run that EC2 has no dry run of", async () => {
    const { ec2, simulator } = account();
    const eni = await madeInterface(ec2);
    simulator.clearCalls();
    await assert.rejects(
      ec2.dryRun((it) => it.assignPrivateIps(eni.id, { count: 1 })),
      /EC2 has no dry run of this; nothing was sent/,
    );
    assert.deepEqual(simulator.calls(), []);
  });

  it("is sent without asking the run, which has nothing to lose by it", async () => {
    const { ec2, clock } = account();
    const request = await launchRequest(ec2);
    const asked: string[] = [];
    const run = runOn(ec2, clock, { beforeSending: (action) => Promise.resolve(void asked.push(action)) });
    await run.dryRun((it) => it.runInstance(request));
    assert.deepEqual(asked, []);
    await run.runInstance(request);
    assert.deepEqual(asked, ["RunInstances"]);
  });

  it("that is a describe goes with no other describe", async () => {
    const { ec2, simulator } = account();
    const describe = (it: Ec2): Promise<unknown> => it.describeInstances({ "instance-id": ["i-0a1b2c3d"] });
    await describe(ec2);
    await Promise.all([describe(ec2), ec2.dryRun(describe)]);
    const sent = simulator.calls().map((it) => it.dryRun);
    assert.deepEqual([sent.length, sent.filter(Boolean).length], [3, 1]);
  });
});
