import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { availableDrivers } from "../../local/driver";
import { Lab, WHOLE } from "./support";

const ROOT = join(__dirname, "..", "..");

const LIBRARY = `
  const { ManagedInstance } = require("pulumi-managed-instance");
  exports.machine = (name, args) => new ManagedInstance(name, args);
`;
const PROGRAM = `
  const pulumi = require("@pulumi/pulumi");
  const web = require("@acme/machines").machine("web", new pulumi.Config().requireObject("args"));
  module.exports = { state: web.state };
`;

/** As pnpm lays a workspace out: the program sees the library, and only the library sees the package. */
class Workspace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "managed-instance-workspace-")));
  readonly program = join(this.root, "apps", "program");
  readonly library = join(this.root, "packages", "machines");

  constructor() {
    const pulumi = "node_modules/@pulumi/pulumi";
    this.write(join(this.library, "package.json"), JSON.stringify({ name: "@acme/machines", main: "index.js" }));
    this.write(join(this.library, "index.js"), LIBRARY);
    this.add();
    const manifest = { name: "program", main: "index.js", dependencies: { "@acme/machines": "workspace:*" } };
    this.write(join(this.program, "package.json"), JSON.stringify(manifest));
    this.write(
      join(this.program, "Pulumi.yaml"),
      "name: program\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    this.write(join(this.program, "index.js"), PROGRAM);
    this.link(join(this.program, "node_modules", "@acme", "machines"), this.library);
    this.link(join(this.program, pulumi), join(ROOT, pulumi));
  }

  /** The package, where only the library sees it. */
  add(): void {
    this.link(join(this.library, "node_modules", "pulumi-managed-instance"), ROOT);
  }

  forget(): void {
    rmSync(join(this.library, "node_modules"), { recursive: true });
  }

  private write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  private link(path: string, to: string): void {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(to, path, "junction");
  }
}

for (const name of availableDrivers()) {
  describe(`a workspace in which only a library has the package, run by the ${name}`, function () {
    this.timeout(90_000);
    let workspace: Workspace;
    let lab: Lab;

    before(async () => {
      workspace = new Workspace();
      lab = await Lab.open(name, { project: relative(join(__dirname, "fixtures"), workspace.program) });
      const up = await lab.run("up", {});
      assert.ok(up.ok, up.output);
    });
    after(async () => {
      await lab.close();
      rmSync(workspace.root, { recursive: true, force: true });
    });

    it("says in one sentence what to add once no package that the program sees has it, without a stack", async () => {
      workspace.forget();
      const { ok, output } = await lab.run("refresh", {});
      workspace.add();
      assert.equal(ok, false);
      assert.match(output, /in the program's folder, where `npm install pulumi-managed-instance` adds it\./);
      assert.doesNotMatch(output, /^\s+at /m);
    });

    it("makes a machine, refreshes it, and destroys it after the program was deleted", async () => {
      assert.deepEqual(lab.contents(), WHOLE);
      const refresh = await lab.run("refresh", {});
      assert.ok(refresh.ok, refresh.output);
      rmSync(join(workspace.program, "index.js"));
      const destroy = await lab.run("destroy", {});
      assert.ok(destroy.ok, destroy.output);
      assert.deepEqual(lab.contents(), {});
    });
  });
}
