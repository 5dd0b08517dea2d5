import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { availableDrivers, type Finished } from "../../local/driver";
import { CANARY, seenIn } from "../canary";
import { Lab, providerOf } from "./support";

const SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+canary-secret-key";
const SESSION_TOKEN = "canary-session-token/IQoJb3JpZ2luX2Vj+==";

const ENV = { CANARY, AWS_SECRET_ACCESS_KEY: SECRET_KEY, AWS_SESSION_TOKEN: SESSION_TOKEN };

/** Not by config, which is the user's to encrypt, but made a secret in the program. */
const ARGS = { secretUserDataFrom: "CANARY" };

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((it) => join(folder, it))
    .filter((it) => statSync(it).isFile());
}

/** Not in what was printed, by whichever process, in what is tagged, or in any file that was written. */
function isUnseen(lab: Lab, runs: readonly Finished[], ...secrets: string[]): void {
  for (const { output } of runs) {
    assert.deepEqual(seenIn(output, ...secrets), [], output);
  }
  const { instances, launchTemplates, networkInterfaces, addresses, volumes } = lab.server.simulator.snapshot();
  const tagged = { ...instances, ...launchTemplates, ...networkInterfaces, ...addresses, ...volumes };
  const tags = JSON.stringify(Object.values(tagged).map((it) => it.tags));
  assert.deepEqual(seenIn(tags, ...secrets), [], tags);
  for (const file of filesUnder(lab.workDir)) {
    assert.deepEqual(seenIn(readFileSync(file, "latin1"), ...secrets), [], file);
  }
}

for (const name of availableDrivers()) {
  describe(`secret user data and credentials, run by the ${name}`, function () {
    this.timeout(90_000);
    let lab: Lab;

    const open = async (env: Record<string, string> = {}): Promise<void> => {
      lab = await Lab.open(name, { env: { ...ENV, ...env } });
    };
    afterEach(async () => {
      lab.server.simulator.faults.clear();
      await lab.run("destroy", {});
      assert.deepEqual(lab.contents(), {});
      await lab.close();
    });

    it("reach the instance and EC2, and nothing that is printed, tagged or written, also of calls that fail or are repeated", async () => {
      await open();
      const { faults } = lab.server.simulator;
      const runs = [await lab.run("preview", ARGS)];
      faults.add({ action: "CreateLaunchTemplate", error: { code: "Novel", message: "something went wrong" } });
      runs.push(await lab.run("up", ARGS));
      faults.clear();
      faults.add({ action: "RunInstances", reset: true, when: "after", times: 1 });
      runs.push(
        await lab.run("up", ARGS),
        await lab.run("preview", { ...ARGS, instanceType: "m6i.large" }),
        await lab.run("up", { ...ARGS, instanceType: "no.such-type" }),
        await lab.run("refresh", ARGS),
      );
      const [instance] = Object.values(lab.server.simulator.snapshot().instances);
      assert.equal(Buffer.from(instance?.userData ?? "", "base64").toString(), `#!/bin/sh\necho ${CANARY}\n`);
      faults.add({ action: "DescribeNetworkInterfaces", error: { code: "UnauthorizedOperation", status: 403 } });
      runs.push(await lab.run("refresh", ARGS), await lab.run("destroy", ARGS));
      assert.deepEqual(
        runs.map((it) => it.ok),
        [true, false, true, true, false, true, false, false],
      );
      isUnseen(lab, runs, CANARY, SECRET_KEY, SESSION_TOKEN);
    });

    it("are not in the output of a process that is debugged", async () => {
      await open({ NODE_DEBUG: "http,https,http2,tls,module,timer", DEBUG: "*", AWS_SDK_LOAD_CONFIG: "1" });
      const runs = [await lab.run("up", ARGS), await lab.run("preview", { ...ARGS, instanceType: "m6i.large" })];
      assert.ok(runs.every((it) => it.ok));
      // Node prints the headers of requests there, with the session token: docs/security.md.
      isUnseen(lab, runs, CANARY, SECRET_KEY);
    });

    it("are not in the last words of a provider that crashes in the middle", async () => {
      await open({ NODE_OPTIONS: `--require ${join(__dirname, "fixtures/crash.cjs")}` });
      const { faults } = lab.server.simulator;
      faults.add({ action: "RunInstances", latencyMs: 60_000, times: 1 });
      const { process: engine, finished } = await lab.begin("up", ARGS);
      await lab.until("RunInstances is asked for", () => faults.list().length === 0);
      process.kill(providerOf(engine.pid ?? 0) ?? 0, "SIGUSR2");
      const crashed = await finished;
      assert.ok(!crashed.ok);
      assert.match(crashed.output, /crashed on purpose/);
      const again = await lab.run("up", ARGS);
      assert.ok(again.ok, again.output);
      isUnseen(lab, [crashed, again], CANARY, SECRET_KEY, SESSION_TOKEN);
    });
  });
}
