import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import * as pulumi from "@pulumi/pulumi";
import type { dynamic } from "@pulumi/pulumi";
import type * as source from "../../sdk/serialized-provider";

/** The built file, as it is published: what the tests are transpiled with writes other text. */
const { serializedProvider } = createRequire(__filename)("../../dist/sdk/serialized-provider.js") as typeof source;

type Provider = Required<dynamic.ResourceProvider>;

const HANDLERS = ["check", "diff", "create", "read", "update", "delete"] as const;
const NAME = "pulumi-managed-instance";

/** The text that Pulumi writes into the state. */
async function text(): Promise<string> {
  const provider = serializedProvider;
  const { text: source } = await pulumi.runtime.serializeFunction(() => provider);
  return source;
}

/** The provider that its process makes of the text, started in the folder of a program. */
async function revived(folder: string): Promise<Provider> {
  const scope: { exports: { handler?: () => Provider } } = { exports: {} };
  const run = compileFunction(await text(), ["exports", "require", "process"]) as (...given: unknown[]) => void;
  run(scope.exports, createRequire(__filename), { cwd: () => folder });
  assert.ok(scope.exports.handler !== undefined);
  return scope.exports.handler();
}

/** The handlers of an installed stub say where it is; `given` is what its `configure` got last. */
interface Stub {
  loads: number;
  given?: unknown;
}
const stubOf = (folder: string): Stub | undefined =>
  (globalThis as Record<string, unknown>)[folder] as Stub | undefined;

/** Folders of packages, as package managers lay them out; the real path, because that is how a module is known. */
class Disk {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "serialized-provider-")));

  remove(): void {
    rmSync(this.root, { recursive: true });
  }

  package(folder: string, manifest: Record<string, unknown> = {}): string {
    const path = join(this.root, folder);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "package.json"), JSON.stringify(manifest));
    return path;
  }

  /** Makes `name` seen from `folder`, as pnpm and workspaces do. */
  link(folder: string, name: string, to: string): void {
    const path = join(this.root, folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(this.root, to), path, "junction");
  }

  /** The package in `folder`'s own node_modules. */
  install(folder: string, configure = STUB): string {
    const path = this.package(join(folder, "node_modules", NAME), { exports: { "./provider": "./provider.js" } });
    writeFileSync(join(path, "provider.js"), configure);
    return path;
  }
}

const STUB = `
  const stub = (globalThis[__dirname] ??= { loads: 0 });
  stub.loads++;
  exports.configure = (request) => {
    stub.given = request;
    return Object.fromEntries(${JSON.stringify(HANDLERS)}.map((it) => [it, async () => it + " of " + __dirname]));
  };
`;

const request = { config: { get: () => undefined } } as unknown as Parameters<Provider["configure"]>[0];

function calls(provider: Provider): Record<(typeof HANDLERS)[number], () => Promise<unknown>> {
  return {
    check: () => provider.check({}, {}),
    diff: () => provider.diff("mi-1", {}, {}),
    create: () => provider.create({}),
    read: () => provider.read("mi-1", {}),
    update: () => provider.update("mi-1", {}, {}),
    delete: () => provider.delete("mi-1", {}),
  };
}

describe("the serialized provider", () => {
  let disk: Disk;
  beforeEach(() => {
    disk = new Disk();
  });
  afterEach(() => {
    disk.remove();
  });

  it("is under 2.5 kB", async () => {
    const { length } = await text();
    assert.ok(length < 2500, String(length));
  });

  it("loads the installed package, two modules of Node that have one name on every system, and nothing else", async () => {
    const required = [...(await text()).matchAll(/(?:require|from|from\.resolve)\(([^)]*)\)/g)].map(([, what]) => what);
    const provider = '"pulumi-managed-instance/provider"';
    assert.deepEqual(required, ['"module"', '"fs"', provider, '"./package.json"', provider]);
  });

  it("holds nothing of the provider's code or of this computer, so that it stays the same", async () => {
    const source = await text();
    for (const word of ["Handlers", "Session", "EC2", "reconcile", process.cwd(), "posix", "win32"]) {
      assert.ok(!source.includes(word), word);
    }
  });

  it("loads the package at configure, not before", async () => {
    const path = disk.install(".");
    const provider = await revived(disk.root);
    assert.equal(stubOf(path), undefined);
    await provider.configure(request);
    assert.equal(stubOf(path)?.loads, 1);
  });

  it("has the handlers in place as soon as configure was called, before it is awaited", async () => {
    const path = disk.install(".");
    const provider = await revived(disk.root);
    const configuring = provider.configure(request);
    for (const name of HANDLERS) {
      assert.equal(await calls(provider)[name](), `${name} of ${path}`);
    }
    await configuring;
  });

  it("passes the stack's config on", async () => {
    const path = disk.install(".");
    await (await revived(disk.root)).configure(request);
    assert.equal(stubOf(path)?.given, request);
  });

  /** Where the package is found from a program's folder. */
  const foundFrom = async (folder: string): Promise<unknown> => {
    const provider = await revived(folder);
    await provider.configure(request);
    const where: unknown = await provider.create({});
    return (where as string).replace("create of ", "");
  };

  it("finds the package where only a library of the workspace has it, however deep", async () => {
    const program = disk.package("apps/program", { dependencies: { other: "1", "@acme/shop": "workspace:*" } });
    disk.package("packages/shop", { dependencies: { "@acme/machines": "workspace:*" } });
    disk.package("packages/machines", { dependencies: { [NAME]: "1" } });
    disk.link("apps/program", "@acme/shop", "packages/shop");
    disk.link("packages/shop", "@acme/machines", "packages/machines");
    const path = disk.install("packages/machines");
    assert.equal(await foundFrom(program), path);
  });

  it("finds it from a development dependency, and from a subfolder that has no package.json", async () => {
    const program = disk.package("program", { devDependencies: { library: "1" } });
    disk.package("library");
    disk.link("program", "library", "library");
    const path = disk.install("library");
    const main = join(program, "src", "stacks");
    mkdirSync(main, { recursive: true });
    assert.equal(await foundFrom(main), path);
  });

  it("takes the program's own before a library's, and a nearer library's before one further away", async () => {
    const program = disk.package("program", { dependencies: { near: "1" } });
    disk.package("near", { dependencies: { far: "1" } });
    disk.package("far");
    disk.link("program", "near", "near");
    disk.link("near", "far", "far");
    disk.install("far");
    const near = disk.install("near");
    assert.equal(await foundFrom(program), near);
    const own = disk.install("program");
    assert.equal(await foundFrom(program), own);
  });

  it("finds it in the program's folder after all else of the program was deleted", async () => {
    const path = disk.install("program");
    assert.equal(await foundFrom(join(disk.root, "program")), path);
  });

  it("says in one sentence, without a stack, what to add where the package is nowhere, and looks at each dependency once", async () => {
    const program = disk.package("program", { dependencies: { a: "1", absent: "1" } });
    disk.package("a", { dependencies: { b: "1" } });
    disk.package("b", { dependencies: { a: "1" } });
    disk.link("program", "a", "a");
    disk.link("a", "b", "b");
    disk.link("b", "a", "a");
    const provider = await revived(program);
    const isPlain = (error: Error): boolean => {
      assert.match(
        error.message,
        /not loaded\. .* in the program's folder, where `npm install pulumi-managed-instance` adds it\.$/,
      );
      assert.equal(error.stack, "");
      return true;
    };
    await assert.rejects(async () => {
      await provider.configure(request);
    }, isPlain);
    for (const name of HANDLERS) {
      await assert.rejects(async () => calls(provider)[name](), isPlain);
    }
  });

  for (const name of HANDLERS) {
    it(`fails loudly in ${name} when the package is there and cannot be loaded, with its own error first`, async () => {
      disk.install(".", 'require("gone");');
      const provider = await revived(disk.root);
      await assert.rejects(async () => provider.configure(request), /Cannot find module 'gone'/);
      await assert.rejects(async () => calls(provider)[name](), /is not loaded\. Unless an earlier error says why/);
    });
  }
});
