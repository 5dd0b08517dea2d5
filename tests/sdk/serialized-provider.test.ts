import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import * as pulumi from "@pulumi/pulumi";
import type { dynamic } from "@pulumi/pulumi";
import type * as source from "../../sdk/serialized-provider";

/** The built file, as it is published: what the tests are transpiled with writes other text. */
const { serializedProvider } = createRequire(__filename)("../../dist/sdk/serialized-provider.js") as typeof source;

type Provider = Required<dynamic.ResourceProvider>;
type Load = (name: string) => unknown;

const HANDLERS = ["check", "diff", "create", "read", "update", "delete"] as const;

/** The text that Pulumi writes into the state. */
async function text(): Promise<string> {
  const { text: source } = await pulumi.runtime.serializeFunction(() => serializedProvider);
  return source;
}

/** What the provider process makes of the text, with a `require` of the test's own. */
async function revived(load: Load): Promise<Provider> {
  const own = createRequire(__filename);
  const scope: { exports: { handler?: () => Provider } } = { exports: {} };
  const run = compileFunction(await text(), ["exports", "require"]) as (exports: unknown, load: Load) => void;
  run(scope.exports, (name) => (name.startsWith("pulumi-managed-instance") ? load(name) : own(name)));
  assert.ok(scope.exports.handler !== undefined);
  return scope.exports.handler();
}

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
  it("is under 2 kB", async () => {
    const { length } = await text();
    assert.ok(length < 2000, String(length));
  });

  it("loads the installed package and nothing else", async () => {
    const required = [...(await text()).matchAll(/require\(([^)]*)\)/g)].map(([, what]) => what);
    assert.deepEqual(required, ['"pulumi-managed-instance/provider"']);
  });

  it("holds nothing of the provider's code, so that it stays the same from version to version", async () => {
    const source = await text();
    for (const word of ["Handlers", "Session", "EC2", "reconcile"]) {
      assert.ok(!source.includes(word), word);
    }
  });

  it("loads the package at configure, not before", async () => {
    const loaded: string[] = [];
    const provider = await revived((name) => {
      loaded.push(name);
      return { configure: () => ({}) };
    });
    assert.deepEqual(loaded, []);
    await provider.configure(request);
    assert.deepEqual(loaded, ["pulumi-managed-instance/provider"]);
  });

  it("has the handlers in place as soon as configure was called, before it is awaited", async () => {
    const bound = Object.fromEntries(HANDLERS.map((name) => [name, () => Promise.resolve(`${name} of the package`)]));
    const provider = await revived(() => ({ configure: () => bound }));
    const configuring = provider.configure(request);
    for (const name of HANDLERS) {
      assert.equal(await calls(provider)[name](), `${name} of the package`);
    }
    await configuring;
  });

  it("passes the stack's config on", async () => {
    let given: unknown;
    const provider = await revived(() => ({
      configure: (it: unknown) => {
        given = it;
        return {};
      },
    }));
    await provider.configure(request);
    assert.equal(given, request);
  });

  for (const name of HANDLERS) {
    it(`fails loudly in ${name} when the package cannot be loaded`, async () => {
      const provider = await revived(() => {
        throw new Error("Cannot find module 'pulumi-managed-instance/provider'");
      });
      await assert.rejects(async () => provider.configure(request), /Cannot find module/);
      await assert.rejects(async () => calls(provider)[name](), /pulumi-managed-instance is not loaded/);
    });
  }
});
