import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { actsOf, callOf, Lab, stepsOf, type LabRun } from "./lab";

describe("local deployer: create, update, nothing to do", () => {
  const lab = new Lab();
  const nothing = new Lab();
  const program = (size: number): string => `
    const a = new Thing("a", { size: ${String(size)}, tags: { one: "1" } });
    const b = new Thing("b", { from: a.serial, ports: [80, { to: 81 }] });
    const c = new Thing("c", {}, { dependsOn: b });
    return { size: a.size, serial: b.serial, id: a.id, list: [c.size] };`;
  let empty: LabRun;
  let created: LabRun;
  let same: LabRun;
  let preview: LabRun;
  let updated: LabRun;

  before(async function () {
    this.timeout(60_000);
    const emptyRun = nothing.preview(`
      const a = new Thing("a", { size: 2 });
      new Thing("b", { nested: { list: [a.serial] } });
      return { size: a.size, serial: a.serial };`);
    created = await lab.up(program(2));
    same = await lab.up(program(2));
    preview = await lab.preview(program(3));
    updated = await lab.up(program(3));
    empty = await emptyRun;
  });

  after(() => {
    lab.dispose();
    nothing.dispose();
  });

  it("creates each resource after those that it depends on", () => {
    assert.deepEqual(
      actsOf(created),
      ["a", "b", "c"].map((label) => [`create ${label}`, `create done ${label}`]).flat(),
    );
    assert.deepEqual(stepsOf(created), ["a create", "b create", "c create"]);
    assert.ok(created.ok);
  });

  it("hands handlers what check returned, and programs what create returned", () => {
    assert.equal(callOf(created, "create", "b")?.props?.size, 1);
    assert.equal(callOf(created, "create", "b")?.props?.from, "serial of a");
    assert.deepEqual(created.outputs, { size: 2, serial: "serial of b", id: "id-a-plain", list: [1] });
  });

  it("prints what is created with its inputs, what the provider says, and a summary", () => {
    assert.match(created.text, /^\+ b \(Thing\) {2}create\n {4}\+ from: "serial of a"$/m);
    assert.match(created.text, /^ {4}\+ ports: \[80, \{ to: 81 \}\]$/m);
    assert.match(created.text, /^ {2}b: create runs well$/m);
    assert.match(created.text, /^Resources: 3 created$/m);
    assert.match(created.text, /^ {2}\+ size: 2$/m);
  });

  it("keeps the state to its owner", () => {
    assert.equal(statSync(lab.stateFile).mode & 0o777, 0o600);
  });

  it("does nothing where nothing has changed", () => {
    assert.deepEqual(stepsOf(same), ["a same", "b same", "c same"]);
    assert.deepEqual(actsOf(same), []);
    assert.match(same.text, /^Resources: 3 unchanged$/m);
  });

  it("compares old inputs in check, old outputs in diff", () => {
    assert.equal(callOf(same, "check", "a")?.olds?.serial, undefined);
    assert.equal(callOf(same, "diff", "a")?.olds?.serial, "serial of a");
  });

  it("updates what has changed, and nothing that depends on what has not", () => {
    assert.deepEqual(actsOf(updated), ["update a", "update done a"]);
    assert.deepEqual(stepsOf(updated).sort(), ["a update", "b same", "c same"]);
    assert.deepEqual(updated.outputs.size, 3);
  });

  it("tells each difference by its path", () => {
    const diff = [{ path: "size", kind: "change", old: 2, new: 3 }];
    assert.deepEqual(updated.steps.find(({ name }) => name === "a")?.diff, diff);
    assert.match(updated.text, /^~ a \(Thing\) {2}update\n {4}~ size: 2 => 3$/m);
  });

  it("previews an update with the inputs as outputs, and calls no handler that acts", () => {
    assert.deepEqual(actsOf(preview), []);
    assert.equal(preview.outputs.size, 3);
    assert.equal(preview.outputs.id, "id-a-plain");
    assert.match(preview.text, /^Resources: 2 to update, 1 unchanged$/m);
  });

  it("previews what depends on an output that is not an input as changed, and unknown", () => {
    const diff = [{ path: "from", kind: "change", old: "serial of a", new: "[unknown]" }];
    assert.deepEqual(preview.steps.find(({ name }) => name === "b")?.diff, diff);
    assert.equal(preview.outputs.serial, "[unknown]");
  });

  describe("preview of a stack that is not there", () => {
    it("creates nothing and keeps nothing", () => {
      assert.deepEqual(stepsOf(empty), ["a create", "b create"]);
      assert.deepEqual(actsOf(empty), []);
      assert.throws(() => nothing.stateText(), /ENOENT/);
    });

    it("knows of what is created only the inputs", () => {
      assert.deepEqual(empty.outputs, { size: 2, serial: "[unknown]" });
    });

    it("hands unknown values to check at any depth", () => {
      const { nested } = callOf(empty, "check", "b")?.news as { nested: { list: string[] } };
      assert.deepEqual(nested.list, ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"]);
    });
  });
});
