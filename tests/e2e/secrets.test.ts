import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { availableDrivers } from "../../local/driver";
import { Lab } from "./support";

const CANARY = "canary-5f0c1e77";

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((it) => join(folder, it))
    .filter((it) => statSync(it).isFile());
}

for (const name of availableDrivers()) {
  describe(`secret user data, run by the ${name}`, function () {
    this.timeout(90_000);

    it("reaches the instance, and nothing that is printed, tagged or written", async () => {
      const lab = await Lab.open(name);
      try {
        // Not by config, which is the user's to encrypt, but made a secret in the program.
        const args = { secretUserDataFrom: "CANARY" };
        const runs = [
          await lab.run("preview", args),
          await lab.run("up", args),
          await lab.run("preview", { ...args, instanceType: "m6i.large" }),
          await lab.run("up", { ...args, instanceType: "no.such-type" }),
          await lab.run("refresh", args),
        ];
        assert.deepEqual(
          runs.map((it) => it.ok),
          [true, true, true, false, true],
        );
        for (const { output } of runs) {
          assert.ok(!holdsCanary(output), output);
        }
        const state = lab.server.simulator.snapshot();
        const [instance] = Object.values(state.instances);
        assert.equal(Buffer.from(instance?.userData ?? "", "base64").toString(), `#!/bin/sh\necho ${CANARY}\n`);
        const { instances, launchTemplates, networkInterfaces } = state;
        const tagged = { ...instances, ...launchTemplates, ...networkInterfaces };
        const tags = JSON.stringify(Object.values(tagged).map((it) => it.tags));
        assert.ok(!holdsCanary(tags), tags);
        for (const file of filesUnder(lab.workDir)) {
          assert.ok(!holdsCanary(readFileSync(file, "latin1")), file);
        }
      } finally {
        await lab.run("destroy", {});
        assert.deepEqual(lab.contents(), {});
        await lab.close();
      }
    });
  });
}

/** In clear or in base64, at any of its three alignments. */
function holdsCanary(text: string): boolean {
  const encoded = ["", " ", "  "].map((pad) =>
    Buffer.from(pad + CANARY)
      .toString("base64")
      .slice(4, -4),
  );
  return text.includes(CANARY) || encoded.some((it) => text.includes(it));
}
