/** Two states of one project, stack and name, as in two backends: real processes, and neither touches the other's machine. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { availableDrivers, createDriver, type Finished } from "../../local/driver";
import { BASE, Lab, WHOLE } from "./support";

const URN = "urn:pulumi:test::machine::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::web";

function ok({ ok: isOk, output }: Finished): void {
  assert.ok(isOk, output);
}

for (const name of availableDrivers()) {
  describe(`a second state of the same stack, run by the ${name}`, function () {
    this.timeout(120_000);
    let lab: Lab;

    before(async () => {
      lab = await Lab.open(name);
      ok(await lab.run("up", {}));
    });

    after(() => lab.close());

    it("gets a machine of its own, or is told whose the address is, and leaves the first one's alone", async () => {
      const elsewhere = mkdtempSync(join(tmpdir(), "managed-instance-e2e-second-"));
      try {
        const second = createDriver(name, {
          projectDir: join(__dirname, "fixtures", "machine"),
          workDir: elsewhere,
          stack: "test",
          env: lab.env,
          config: {},
          write: () => undefined,
        });
        const told = (args: Record<string, unknown>): Record<string, string> => ({
          args: JSON.stringify({ ...BASE, ...args }),
        });
        const before = lab.contents();
        const refused = await second.run("up", told({}));
        assert.equal(refused.ok, false);
        assert.match(
          refused.output.replace(/\s+/g, " "),
          /10\.0\.1\.7 is held by eni-\w+ of i-\w+; that is the managed instance mi-\w+/,
        );
        assert.deepEqual(lab.contents(), before);
        ok(await second.run("up", told({ privateIp: "10.0.1.8" })));
        assert.deepEqual(lab.contents(), { i: 2, eni: 2, eipalloc: 2, vol: 2, lt: 2 });
        ok(await second.run("destroy", told({ privateIp: "10.0.1.8" })));
        assert.deepEqual(lab.contents(), WHOLE);
        ok(await lab.run("preview", {}));
      } finally {
        rmSync(elsewhere, { recursive: true, force: true });
      }
    });

    it("replaces a machine as a resource with --replace: the same address, one machine, and nothing of it is left behind", async () => {
      const before = await lab.driver.outputs();
      ok(await lab.run("up", {}, {}, ["--replace", URN]));
      const after = await lab.driver.outputs();
      assert.notEqual(after.instanceId, before.instanceId);
      assert.notEqual(after.networkInterfaceId, before.networkInterfaceId);
      assert.equal(after.privateIp, BASE.privateIp);
      assert.deepEqual(lab.contents(), WHOLE);
      ok(await lab.run("destroy", {}));
      assert.deepEqual(lab.contents(), {});
    });
  });
}
