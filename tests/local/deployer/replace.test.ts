import assert from "node:assert/strict";
import { actsOf, callOf, Lab, stepsOf, type LabRun } from "./lab";

function acts(...names: string[]): string[] {
  return names.flatMap((name) => [name, name.replace(" ", " done ")]);
}

describe("local deployer: replace", () => {
  const labs = { late: new Lab(), early: new Lab(), broken: new Lab() };

  async function createBeforeDelete(): Promise<[LabRun, LabRun]> {
    const program = (kind: string): string =>
      `const a = new Thing("a", { kind: "${kind}" }); new Thing("b", { from: a.id }); return { id: a.id };`;
    await labs.late.up(program("x"));
    return [await labs.late.preview(program("y")), await labs.late.up(program("y"))];
  }

  async function deleteBeforeCreate(): Promise<LabRun> {
    const program = (kind: string): string => `
      const a = new Thing("a", { kind: "${kind}", deleteFirst: true });
      const b = new Thing("b", { kind: a.kind });
      new Thing("c", { from: b.id });
      new Thing("d", { from: a.id });
      new Thing("e", { kind: "${kind}" }, { deleteBeforeReplace: true });`;
    await labs.early.up(program("x"));
    return labs.early.up(program("y"));
  }

  async function failing(): Promise<[LabRun, LabRun]> {
    const program = (kind: string, fail: string): string =>
      `new Thing("a", { kind: "${kind}", deleteFirst: true, fail: "${fail}" });`;
    await labs.broken.up(program("x", "nothing"));
    return [await labs.broken.up(program("y", "create")), await labs.broken.up(program("y", "nothing"))];
  }

  let late: [LabRun, LabRun];
  let early: LabRun;
  let broken: [LabRun, LabRun];

  before(async function () {
    this.timeout(60_000);
    [late, early, broken] = await Promise.all([createBeforeDelete(), deleteBeforeCreate(), failing()]);
  });

  after(() => {
    for (const lab of Object.values(labs)) lab.dispose();
  });

  it("makes the new one, updates what depends on it, and deletes the old one last", () => {
    assert.deepEqual(actsOf(late[1]), acts("create a", "update b", "delete a"));
    assert.equal(callOf(late[1], "delete", "a")?.id, "id-a-x");
    assert.deepEqual(stepsOf(late[1]), ["a replace", "b update", "a delete-replaced"]);
    assert.equal(late[1].outputs.id, "id-a-y");
  });

  it("previews the same steps, with the new id unknown", () => {
    assert.deepEqual(stepsOf(late[0]), ["a replace", "b update", "a delete-replaced"]);
    assert.equal(late[0].outputs.id, "[unknown]");
    assert.deepEqual(actsOf(late[0]), []);
  });

  it("asks check for the new one's inputs without the old ones", () => {
    const checks = late[1].calls.filter(({ call, label }) => call === "check" && label === "a");
    assert.deepEqual(
      checks.map(({ olds }) => olds?.kind),
      ["x", undefined],
    );
  });

  it("deletes first where the provider says so, with what would be replaced with it, dependents before", () => {
    const order = actsOf(early).filter((act) => /[ab]$/.test(act));
    assert.deepEqual(order, acts("delete b", "delete a", "create a", "create b"));
  });

  it("only updates a dependent that can take the change", () => {
    const order = actsOf(early).filter((act) => /[cd]$/.test(act));
    assert.deepEqual(order.sort(), acts("update c", "update d").sort());
  });

  it("deletes first where the program says so", () => {
    const order = actsOf(early).filter((act) => act.endsWith("e"));
    assert.deepEqual(order, acts("delete e", "create e"));
  });

  it("goes on after a replacement that failed between delete and create", () => {
    assert.deepEqual(actsOf(broken[0]), [...acts("delete a"), "create a", "create done a"]);
    assert.ok(!broken[0].ok);
    assert.deepEqual(actsOf(broken[1]), acts("create a"));
    assert.ok(broken[1].ok);
  });
});
