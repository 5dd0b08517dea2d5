import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { availableDrivers } from "../../local/driver";
import { WELL_KNOWN } from "../../local/ec2";
import { virtualClock } from "../local/ec2/support";
import { launchedByHand, USER_DATA } from "../provider/by-hand";
import { BASE, isRunning, Lab, providerOf, WHOLE } from "./support";

/** In simulated milliseconds: long enough that a process can be killed while EC2 has not answered yet. */
const SLOW = 60_000;

const NEW_IMAGE = { imageId: WELL_KNOWN.imageV2 };

type Victim = "provider" | "engine" | "both";
const WHO = { provider: "the provider is", engine: "the engine is", both: "both processes are" };

/** With RELIABILITY_EVERYWHERE=1 also those that kill nothing of another kind. */
const EVERYWHERE = process.env.RELIABILITY_EVERYWHERE === "1";

interface Sample {
  what: string;
  /** Whether another test here kills the same processes in the same operation (create, update, delete). */
  isRepetition?: true;
  before?: Record<string, unknown>;
  /** Nothing for a destroy. */
  change?: Record<string, unknown>;
  action: string;
  victim: Victim;
  left?: Record<string, number>;
}

const OVERLAP = { replacement: { strategy: "overlap" } };
const ENDED = { desiredState: "paused", pauseBehavior: "terminate" };

/**
 * The victim (provider, engine, both) and the operation (create, update, delete) make a difference to processes and states. Every call
 * of every strategy and verb is cut in process (tests/reliability/crash-matrix.test.ts); each of these costs seconds.
 */
const SAMPLE: Sample[] = [
  {
    what: "a new root volume",
    before: { replacement: { strategy: "root-volume" } },
    change: NEW_IMAGE,
    action: "CreateReplaceRootVolumeTask",
    victim: "both",
  },
  {
    what: "a change of the type by stop-start",
    isRepetition: true,
    before: { replacement: { strategy: "stop-start" } },
    change: { instanceType: "m6i.large" },
    action: "StopInstances",
    victim: "engine",
  },
  {
    what: "an overlap",
    isRepetition: true,
    before: OVERLAP,
    change: NEW_IMAGE,
    action: "AttachNetworkInterface",
    victim: "provider",
    left: { ...WHOLE, eni: 2 },
  },
  {
    what: "a pause",
    isRepetition: true,
    change: ENDED,
    action: "TerminateInstances",
    victim: "both",
    left: { eni: 1, eipalloc: 1, lt: 1 },
  },
  {
    what: "a resume",
    isRepetition: true,
    before: ENDED,
    change: { desiredState: "running" },
    action: "RunInstances",
    victim: "both",
  },
  { what: "a destroy", action: "ReleaseAddress", victim: "provider" },
  { what: "another destroy", action: "TerminateInstances", victim: "both" },
];

for (const name of availableDrivers()) {
  describe(`processes that are killed, run by the ${name}`, function () {
    this.timeout(90_000);
    let lab: Lab;
    /** With what the machine of `lab` was made, where it is whole. */
    let made: Record<string, unknown> | undefined;

    afterEach(async function () {
      // The next test goes on with a whole machine, if it has a use for one.
      if (this.currentTest?.state !== "passed" || made === undefined) {
        made = undefined;
        await lab.close();
      }
    });
    after(async () => {
      if (made !== undefined) {
        await lab.close();
      }
    });

    /** An account with nothing in it. */
    const nothing = async (): Promise<void> => {
      if (made !== undefined) {
        await lab.close();
        made = undefined;
      }
      lab = await Lab.open(name);
    };

    /** A whole machine with these inputs; to be destroyed, any will do. */
    const standing = async (args: Record<string, unknown>, isToGo = false): Promise<void> => {
      if (made !== undefined && (isToGo || isDeepStrictEqual(made, args))) {
        return;
      }
      await nothing();
      await upAgain(args);
    };

    /** Begins a command, waits until EC2 is asked for `action`, and kills there: the call takes effect afterwards. */
    const killDuring = async (
      action: string,
      args: Record<string, unknown>,
      victim: Victim,
      verb: "up" | "destroy" = "up",
    ): Promise<number> => {
      const { faults } = lab.server.simulator;
      made = undefined;
      lab.server.simulator.clearCalls();
      faults.add({ action, latencyMs: SLOW, times: 1 });
      const { process: engine, finished } = await lab.begin(verb, args);
      const provider = await asked(action, engine.pid ?? 0);
      const pids = { provider: [provider], engine: [engine.pid ?? 0], both: [engine.pid ?? 0, provider] };
      for (const pid of pids[victim]) {
        process.kill(pid, "SIGKILL");
      }
      await finished;
      faults.clear();
      return provider;
    };

    /** The provider's pid, once the slow call is on its way. */
    const asked = async (action: string, engine: number): Promise<number> => {
      const { faults } = lab.server.simulator;
      await lab.until(`${action} is asked for`, () => faults.list().length === 0);
      return providerOf(engine) ?? 0;
    };

    const upAgain = async (args: Record<string, unknown>): Promise<void> => {
      const { ok, output } = await lab.run("up", args);
      assert.ok(ok, output);
      made = args;
    };

    for (const action of EVERYWHERE ? ["AllocateAddress", "RunInstances"] : ["RunInstances"]) {
      it(`makes everything once if the provider is killed during ${action} of a create`, async () => {
        await nothing();
        await killDuring(action, {}, "provider");
        await upAgain({});
        assert.deepEqual(lab.contents(), WHOLE);
      });
    }

    for (const action of EVERYWHERE ? ["TerminateInstances", "RunInstances"] : ["RunInstances"]) {
      it(`keeps the identity and ends with one instance if the provider is killed during ${action} of an update`, async () => {
        await standing({});
        const first = await lab.driver.outputs();
        await killDuring(action, NEW_IMAGE, "provider");
        await upAgain(NEW_IMAGE);
        const last = await lab.driver.outputs();
        assert.deepEqual(lab.contents(), WHOLE);
        for (const key of ["networkInterfaceId", "privateIp", "macAddress", "publicIp"]) {
          assert.equal(last[key], first[key]);
        }
        assert.notEqual(last.instanceId, first.instanceId);
      });
    }

    it("makes everything once if the engine is killed and the provider goes on, and `up` comes after that", async () => {
      await nothing();
      const provider = await killDuring("RunInstances", {}, "engine");
      await lab.until("the provider has ended", () => !isRunning(provider));
      await lab.driver.unlock();
      await upAgain({});
      assert.deepEqual(lab.contents(), WHOLE);
    });

    it("ends an idle provider, which prints nothing any more, after a kill of its engine", async () => {
      await nothing();
      const idleFile = join(lab.workDir, "idle");
      const { process: engine, finished } = await lab.driver.begin("up", { args: JSON.stringify(BASE), idleFile });
      await lab.until("the provider is idle", () => existsSync(idleFile));
      const provider = providerOf(engine.pid ?? 0) ?? 0;
      assert.ok(isRunning(provider));
      process.kill(engine.pid ?? 0, "SIGKILL");
      await finished;
      await lab.until("the provider has ended", () => !isRunning(provider));
      assert.deepEqual(lab.contents(), WHOLE);
    });

    it("makes everything once if `up` comes while the provider of a killed engine still works", async () => {
      await nothing();
      const provider = await killDuring("RunInstances", {}, "engine");
      assert.ok(isRunning(provider));
      await lab.driver.unlock();
      await upAgain({});
      await lab.until("the provider has ended", () => !isRunning(provider));
      assert.deepEqual(lab.contents(), WHOLE);
    });

    it("brings a machine up that the provider of a killed engine took down", async () => {
      await standing({});
      const provider = await killDuring("TerminateInstances", NEW_IMAGE, "engine");
      await lab.until("the provider has ended", () => !isRunning(provider));
      assert.deepEqual(lab.contents(), WHOLE);
      await lab.driver.unlock();
      await upAgain(NEW_IMAGE);
      assert.deepEqual(lab.contents(), WHOLE);
    });

    for (const sample of SAMPLE.filter((it) => EVERYWHERE || it.isRepetition !== true)) {
      const { what, before = {}, change, action, victim, left = WHOLE } = sample;
      it(`finishes ${what} if ${WHO[victim]} killed during ${action}, and loses nothing`, async () => {
        const verb = change === undefined ? "destroy" : "up";
        await standing(before, verb === "destroy");
        const first = await lab.driver.outputs();
        const args = { ...before, ...change };
        const provider = await killDuring(action, args, victim, verb);
        await lab.until("the provider has ended", () => !isRunning(provider));
        await lab.driver.unlock();
        const { ok, output } = await lab.run(verb, args);
        assert.ok(ok, output);
        made = change === undefined ? undefined : args;
        assert.deepEqual(lab.contents(), change === undefined ? {} : left);
        if (change !== undefined) {
          const last = await lab.driver.outputs();
          const identity = ["networkInterfaceId", "privateIp", "macAddress", "publicIp", "allocationId"];
          assert.deepEqual(
            identity.map((it) => last[it]),
            identity.map((it) => first[it]),
          );
        }
      });
    }

    it("finishes an adoption if both processes are killed during its first change, and loses nothing", async () => {
      await nothing();
      const { simulator } = lab.server;
      const had = await launchedByHand({ simulator, clock: virtualClock() }, {}, { waits: false });
      const adoption = { adopt: { instanceId: had.instanceId }, elasticIp: undefined, privateIp: undefined };
      const args = { ...adoption, keyName: WELL_KNOWN.keyName, userData: USER_DATA };
      await lab.until("it runs", () => simulator.snapshot().instances[had.instanceId]?.state === "running");
      const provider = await killDuring("ModifyNetworkInterfaceAttribute", args, "both");
      await lab.until("the provider has ended", () => !isRunning(provider));
      await lab.driver.unlock();
      await upAgain(args);
      const { networkInterfaceId, privateIp, instanceId } = await lab.driver.outputs();
      assert.deepEqual(
        [networkInterfaceId, privateIp, instanceId],
        [had.networkInterfaceId, had.privateIp, had.instanceId],
      );
      const destroy = await lab.run("destroy", args);
      made = undefined;
      assert.ok(destroy.ok, destroy.output);
      // The adopted instance is given back, with the disk that came with it.
      assert.deepEqual(lab.contents(), { i: 1, eni: 1, vol: 2 });
    });
  });
}
