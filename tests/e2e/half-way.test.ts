/** Runs that end half-way without a kill: they are cancelled, or the launch fails. */
import assert from "node:assert/strict";
import { availableDrivers } from "../../local/driver";
import { WELL_KNOWN } from "../../local/ec2";
import { isRunning, Lab, providerOf, WHOLE } from "./support";

/** In simulated milliseconds: long enough that a process can be killed while EC2 has not answered yet. */
const SLOW = 60_000;

const NEW_IMAGE = { imageId: WELL_KNOWN.imageV2 };

for (const name of availableDrivers()) {
  describe(`Ctrl-C, run by the ${name}`, function () {
    this.timeout(90_000);
    let lab: Lab;

    beforeEach(async () => {
      lab = await Lab.open(name);
    });
    afterEach(() => lab.close());

    it("ends what is waited for, and says what is left; the next `up` goes on", async () => {
      assert.ok((await lab.run("up", {})).ok);
      const first = await lab.driver.outputs();
      const { simulator } = lab.server;
      // Without it, the run would wait for the end of the old instance, and succeed.
      simulator.timings.set({ terminate: 3 * SLOW });
      const { process: engine, finished } = await lab.begin("up", NEW_IMAGE);
      await lab.until("the old instance is to end", lab.called("TerminateInstances"));
      process.kill(engine.pid ?? 0, "SIGINT");
      const { ok, output } = await finished;
      assert.equal(ok, false);
      assert.match(output, /Cancelled: stopped as it was to retire i-\w+ \(waited for eni-\w+ to be free/);
      assert.match(
        output,
        /No instance runs behind 10\.0\.1\.7 until it is run again\. Kept: eni-\w+ with 10\.0\.1\.7/,
      );
      assert.match(output, /`pulumi up` goes on from here\./);
      simulator.timings.reset();
      const next = await lab.run("up", NEW_IMAGE);
      assert.ok(next.ok, next.output);
      assert.deepEqual(lab.contents(), WHOLE);
      const last = await lab.driver.outputs();
      assert.deepEqual([last.publicIp, last.networkInterfaceId], [first.publicIp, first.networkInterfaceId]);
    });

    it("ends the provider by a signal of its own too, once what it was doing is recorded", async () => {
      lab.server.simulator.timings.set({ launch: 3 * SLOW });
      const { process: engine, finished } = await lab.begin("up", {});
      await lab.until("the instance is launched", lab.called("RunInstances"));
      const provider = providerOf(engine.pid ?? 0) ?? 0;
      process.kill(provider, "SIGTERM");
      const { ok, output } = await finished;
      assert.equal(ok, false);
      assert.match(
        output,
        /Cancelled: stopped as it was to launch .*Kept: eni-\w+ with 10\.0\.1\.7, .*the instance i-/s,
      );
      await lab.until("the provider has ended", () => !isRunning(provider));
      lab.server.simulator.timings.reset();
      const next = await lab.run("up", {});
      assert.ok(next.ok, next.output);
      assert.deepEqual(lab.contents(), WHOLE);
    });
  });

  describe(`a launch that fails half-way, run by the ${name}`, function () {
    this.timeout(60_000);

    it("leaves a state from which everything can be destroyed", async () => {
      const lab = await Lab.open(name);
      try {
        lab.server.simulator.failNextLaunch("Client.InternalError");
        assert.equal((await lab.run("up", {})).ok, false);
        const destroy = await lab.run("destroy", {});
        assert.ok(destroy.ok, destroy.output);
        assert.deepEqual(lab.contents(), {});
      } finally {
        await lab.close();
      }
    });

    it("leaves the identity in the state, and the next `up` finishes the job", async () => {
      const lab = await Lab.open(name);
      try {
        lab.server.simulator.failNextLaunch("Client.InternalError");
        const failed = await lab.run("up", {});
        assert.equal(failed.ok, false);
        assert.match(failed.output, /could not launch m7i\.large on eni-\w+: i-\w+ ended while it started/);
        assert.match(
          failed.output,
          /Kept: eni-\w+ with 10\.0\.1\.7, the Elastic IP [\d.]+\. `pulumi up` goes on from here\./,
        );
        const finished = await lab.run("up", {});
        assert.ok(finished.ok, finished.output);
        assert.deepEqual(lab.contents(), WHOLE);
        assert.equal((await lab.driver.outputs()).state, "running");
      } finally {
        await lab.close();
      }
    });
  });
}
