import assert from "node:assert/strict";
import { compare } from "../../../local/deployer/changes";
import { keepIgnored } from "../../../local/deployer/ignore-changes";
import { dependentsOf, StackSnapshot } from "../../../local/deployer/snapshot";
import { type ResourceState, type StackState, StackStateFile } from "../../../local/deployer/state";
import { makeUrn, nameOf, shortType, typeOf } from "../../../local/deployer/urn";
import { annotateSecrets, isSecret, plain, redact, secret, UNKNOWN } from "../../../local/deployer/values";

describe("local deployer: differences", () => {
  it("tells the paths of what was added, removed and changed, at any depth", () => {
    const old = { a: 1, gone: true, tags: { "a/b": "x", c: "y" }, list: [{ n: 1 }, 2] };
    const next = { a: 1, tags: { "a/b": "z", c: "y", d: null }, list: [{ n: 3 }] };
    assert.deepEqual(compare(old, next), [
      { path: 'tags["a/b"]', kind: "change", old: "x", new: "z" },
      { path: "tags.d", kind: "add", new: null },
      { path: "list[0].n", kind: "change", old: 1, new: 3 },
      { path: "list[1]", kind: "remove", old: 2 },
      { path: "gone", kind: "remove", old: true },
    ]);
  });

  it("hides secrets, whichever side they are on", () => {
    const hidden = { path: "a", kind: "change", old: "[secret]", new: "[secret]" };
    assert.deepEqual(compare({ a: secret("x") }, { a: "y" }), [hidden]);
    assert.deepEqual(compare({ a: "x" }, { a: { b: secret("y") } }), [hidden]);
  });

  it("sees no difference in a value that becomes a secret", () => {
    assert.deepEqual(compare({ a: "x" }, { a: secret("x") }), []);
  });

  it("does not print the provider's code", () => {
    const [change] = compare({ __provider: "code 1" }, { __provider: "code 2" });
    assert.doesNotMatch(JSON.stringify(change), /code \d/);
    assert.deepEqual(compare({}, { __provider: "code" }), []);
  });
});

describe("local deployer: values", () => {
  it("marks as secret what was one in the inputs, a list as a whole", () => {
    const inputs = { a: secret("x"), b: { c: secret("y"), d: 1 }, e: [secret("z")], f: 1 };
    const outputs = annotateSecrets({ a: "x", b: { c: "y", d: 1 }, e: ["z"], f: 1, g: 2 }, inputs);
    assert.deepEqual(redact(outputs), { a: "[secret]", b: { c: "[secret]", d: 1 }, e: "[secret]", f: 1, g: 2 });
    assert.ok(isSecret(outputs.e));
    assert.deepEqual(plain(outputs), { a: "x", b: { c: "y", d: 1 }, e: ["z"], f: 1, g: 2 });
  });

  it("shows unknown values as such", () => {
    assert.deepEqual(redact({ a: [UNKNOWN] }), { a: ["[unknown]"] });
  });
});

describe("local deployer: ignoreChanges", () => {
  const old = { a: 1, tags: { x: "1", y: "2" }, list: [{ n: 1 }, { n: 2 }] };

  for (const { path, inputs, kept } of [
    { path: "a", inputs: { a: 2 }, kept: { a: 1 } },
    { path: "b", inputs: { b: 2 }, kept: {} },
    { path: "tags.x", inputs: { tags: { x: "9", y: "9" } }, kept: { tags: { x: "1", y: "9" } } },
    { path: 'tags["y"]', inputs: { tags: { x: "9" } }, kept: { tags: { x: "9", y: "2" } } },
    { path: "list[1].n", inputs: { list: [{ n: 8 }, { n: 9 }] }, kept: { list: [{ n: 8 }, { n: 2 }] } },
    { path: "list[*].n", inputs: { list: [{ n: 8 }, { n: 9 }] }, kept: { list: [{ n: 1 }, { n: 2 }] } },
    { path: "*", inputs: { a: 2, c: 3 }, kept: old },
  ])
    it(`keeps ${path}`, () => {
      assert.deepEqual(keepIgnored(inputs, old, [path]), kept);
    });
});

describe("local deployer: names", () => {
  const stack = makeUrn({ project: "p", stack: "s", type: "pulumi:pulumi:Stack", name: "p-s", parent: "" });
  const group = makeUrn({ project: "p", stack: "s", type: "x:y:Group", name: "g", parent: stack });
  const child = makeUrn({
    project: "p",
    stack: "s",
    type: "pulumi-nodejs:dynamic/m:Thing",
    name: "a::b",
    parent: group,
  });

  it("are Pulumi's: the stack is in none, other parents' types are", () => {
    assert.equal(group, "urn:pulumi:s::p::x:y:Group::g");
    assert.equal(child, "urn:pulumi:s::p::x:y:Group$pulumi-nodejs:dynamic/m:Thing::a::b");
  });

  it("tell type and name", () => {
    assert.deepEqual(
      [nameOf(child), typeOf(child), shortType(typeOf(child))],
      ["a::b", "pulumi-nodejs:dynamic/m:Thing", "Thing"],
    );
  });
});

describe("local deployer: dependents", () => {
  const resource = (urn: string, dependencies: string[], more: Partial<ResourceState> = {}): ResourceState => ({
    ...{ urn, type: "t", custom: true, id: urn, inputs: {}, outputs: {}, parent: "", propertyDependencies: {} },
    ...{ dependencies, protect: false, retainOnDelete: false, additionalSecretOutputs: [], initErrors: [] },
    ...more,
  });

  it("come after what they depend on, however the state lists them", () => {
    const a = resource("a", []);
    const all = [
      resource("d", ["c", "b"]),
      resource("c", ["b"]),
      resource("b", [], { propertyDependencies: { x: ["a"] } }),
      a,
      resource("z", []),
    ];
    assert.deepEqual(
      dependentsOf(a, all).map(({ urn }) => urn),
      ["b", "c", "d"],
    );
  });

  it("come to an end where records depend on each other in a circle", () => {
    const [a, b] = [resource("a", ["b"]), resource("b", ["a"])];
    assert.deepEqual(
      dependentsOf(a, [a, b]).map(({ urn }) => urn),
      ["b"],
    );
  });
});

describe("local deployer: the state on disk", () => {
  const state = (): StackState => ({ config: {}, resources: [], pending: [] });

  /** A file that is none, with what is to happen instead of a write. */
  function fileWith(save: (state: StackState) => void): StackStateFile {
    const file = new StackStateFile("none", { keyFile: "none", passphrase: undefined });
    file.save = save;
    return file;
  }

  it("is written once for all that begin at the same time, before any of them goes on", async () => {
    const writes: number[] = [];
    const snapshot = new StackSnapshot(
      state(),
      fileWith(({ pending }) => void writes.push(pending.length)),
    );
    await Promise.all(["a", "b", "c"].map((urn) => snapshot.begin("create", urn)));
    assert.deepEqual(writes, [3]);
  });

  it("keeps what cannot be written from being begun", async () => {
    const full = fileWith(() => {
      throw new Error("disk full");
    });
    await assert.rejects(new StackSnapshot(state(), full).begin("create", "a"), /disk full/);
  });
});
