import assert from "node:assert/strict";
import { actsOf, Lab, stepsOf, type LabRun } from "./lab";

describe("local deployer: delete and refresh", () => {
  const labs = { all: new Lab(), guarded: new Lab(), broken: new Lab(), world: new Lab() };

  async function destroyAll(): Promise<LabRun> {
    await labs.all.up(`
      const a = new Thing("a", { wait: 300 });
      const b = new Thing("b", { from: a.id, wait: 300 });
      const c = new Thing("c", { wait: 300 }, { dependsOn: b });
      const d = new Thing("d", { wait: 300 });
      return { id: a.id };`);
    return labs.all.run("destroy");
  }

  async function guard(): Promise<LabRun[]> {
    const lab = labs.guarded;
    await lab.up(`
      new Thing("a", { kind: "x" }, { protect: true });
      new Thing("b");
      new Thing("kept", {}, { retainOnDelete: true });`);
    return [
      await lab.run("destroy"),
      await lab.up(`new Thing("b");`),
      await lab.up(`new Thing("a", { kind: "y" }, { protect: true });`),
      await lab.up(`new Thing("a", { kind: "x" });`),
    ];
  }

  async function breakOne(): Promise<[LabRun, LabRun]> {
    await labs.broken.up(`const a = new Thing("a"); new Thing("b", { from: a.id, fail: "delete" });`);
    const failed = await labs.broken.run("destroy");
    return [failed, await labs.broken.up(`const a = new Thing("a"); new Thing("b", { from: a.id });`)];
  }

  async function refreshThem(): Promise<[LabRun, LabRun, LabRun]> {
    const lab = labs.world;
    const program = `const a = new Thing("a", { size: 1 }); new Thing("b", { from: a.id }, { dependsOn: a }); return { size: a.size };`;
    await lab.up(program);
    lab.changeWorld({ a: { size: 5 } });
    const refreshed = await lab.run("refresh");
    lab.changeWorld({});
    const next = await lab.up(program);
    lab.changeWorld({ a: null });
    return [refreshed, next, await lab.up(program, { refresh: true })];
  }

  let all: LabRun;
  let refresh: [LabRun, LabRun, LabRun];
  let guarded: LabRun[];
  let broken: [LabRun, LabRun];

  before(async function () {
    this.timeout(60_000);
    [all, guarded, broken, refresh] = await Promise.all([destroyAll(), guard(), breakOne(), refreshThem()]);
  });

  after(() => {
    for (const lab of Object.values(labs)) lab.dispose();
  });

  it("deletes each resource after all that depends on it", () => {
    const order = actsOf(all);
    const chain = order.filter((act) => !act.endsWith(" d"));
    assert.deepEqual(chain, ["c", "b", "a"].map((label) => [`delete ${label}`, `delete done ${label}`]).flat());
  });

  it("deletes what is independent at the same time", () => {
    assert.deepEqual(actsOf(all).slice(0, 2).sort(), ["delete c", "delete d"]);
  });

  it("leaves nothing, not even outputs", () => {
    assert.deepEqual(all.outputs, {});
    assert.match(labs.all.stateText(), /"resources": \[\]/);
  });

  it("deletes nothing where something is protected", () => {
    for (const run of guarded.slice(0, 2)) {
      assert.deepEqual(actsOf(run), []);
      assert.match(run.text, /^error: a: it is protected, so it is not deleted: .*$/m);
    }
  });

  it("does not replace what is protected", () => {
    assert.ok(guarded[2]);
    assert.deepEqual(actsOf(guarded[2]), []);
    assert.match(guarded[2].text, /^error: a: it would have to be replaced, but is protected/m);
  });

  it("deletes what the program no longer declares, and only forgets what is to be retained", () => {
    assert.ok(guarded[3]);
    assert.deepEqual(actsOf(guarded[3]), ["delete b", "delete done b"]);
    assert.deepEqual(stepsOf(guarded[3]).sort(), ["a same", "b delete", "kept delete"]);
    assert.equal(labs.guarded.saved("kept"), undefined);
  });

  it("keeps what could not be deleted, and what that depends on", () => {
    assert.deepEqual(actsOf(broken[0]), ["delete b", "delete done b"]);
    assert.match(broken[0].text, /^error: b: delete of b does not work$/m);
    assert.deepEqual(stepsOf(broken[1]), ["a same", "b update"]);
  });

  describe("refresh", () => {
    it("takes what read returned as the outputs, without running the program", () => {
      assert.deepEqual(stepsOf(refresh[0]).sort(), ["a refresh", "b same"]);
      assert.match(refresh[0].text, /^~ a \(Thing\) {2}refresh\n {4}~ size: 1 => 5$/m);
      assert.ok(!refresh[0].calls.some(({ call }) => call === "check"));
    });

    it("has the next up put it right", () => {
      assert.deepEqual(stepsOf(refresh[1]).sort(), ["a update", "b same"]);
    });

    it("drops what is gone, and up creates it again", () => {
      assert.deepEqual(stepsOf(refresh[2]).slice(0, 2).sort(), ["a gone", "b same"]);
      assert.deepEqual(stepsOf(refresh[2]).slice(2), ["a create", "b same"]);
      assert.match(refresh[2].text, /^- a \(Thing\) {2}gone$/m);
    });
  });
});
