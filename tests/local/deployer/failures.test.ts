import assert from "node:assert/strict";
import { actsOf, Lab, stepsOf, type LabRun } from "./lab";

describe("local deployer: failures", () => {
  const labs = {
    check: new Lab(),
    half: new Lab(),
    update: new Lab(),
    create: new Lab(),
    program: new Lab(),
    dead: new Lab(),
  };

  async function halfWay() {
    const program = (half: string, size: number): string => `
      const a = new Thing("a", { half: "${half}", size: ${String(size)} });
      new Thing("b", { from: a.serial });`;
    const lab = labs.half;
    const created = await lab.up(program("create", 1));
    const finished = await lab.up(program("create", 1));
    const errorsThen = lab.saved("a")?.initErrors;
    const updated = await lab.up(program("update", 2));
    const saved = lab.saved("a");
    return { created, finished, errorsThen, updated, saved, last: await lab.up(program("", 2)) };
  }

  let check: LabRun;
  let half: Awaited<ReturnType<typeof halfWay>>;
  let create: LabRun;
  let program: LabRun;
  let dead: LabRun;

  before(async function () {
    this.timeout(60_000);
    [check, half, create, program, dead] = await Promise.all([
      labs.check.up(`
        new Thing("good");
        new Thing("bad", { refuse: ["size", "colour"], size: pulumi.secret(31337), colour: "green" });`),
      halfWay(),
      labs.create.up(`const a = new Thing("a", { fail: "create" }); new Thing("b", { from: a.id }); return { b: 1 };`),
      // Later, with no call of Pulumi in the stack: Node 20.20 takes half a minute to print one of `node_modules/@pulumi/FILE`.
      labs.program.up(`
        new Thing("a");
        return new Promise((_, reject) => setTimeout(() => reject(new Error("this program is wrong"))));`),
      labs.dead.up(`new Thing("a", { die: "create" });`),
    ]);
  });

  after(() => {
    for (const lab of Object.values(labs)) lab.dispose();
  });

  it("tells all that check found, hides secret values, and does nothing to the resource", () => {
    assert.ok(!check.ok);
    assert.match(check.text, /^error: bad: property size value \{\[secret\]\} has a problem: size is not liked$/m);
    assert.match(check.text, /^ {4}property colour value \{"green"\} has a problem: colour is not liked$/m);
    assert.ok(!check.text.includes("31337"));
    assert.equal(labs.check.saved("bad"), undefined);
  });

  it("keeps what a create left half-way, says why, and begins nothing that depends on it", () => {
    const { created } = half;
    assert.ok(!created.ok);
    assert.match(
      created.text,
      /^error: a: create of a got half-way .*recorded.*\n {4}first reason\n {4}second reason$/m,
    );
    assert.deepEqual(actsOf(created), ["create a", "create done a"]);
  });

  it("updates what is half-way the next time, with no change in the inputs", () => {
    assert.deepEqual(stepsOf(half.finished), ["a update", "b create"]);
    assert.deepEqual(half.errorsThen, []);
  });

  it("keeps the old inputs and the error's outputs of a failed update, so that the next run sees the difference", () => {
    assert.ok(!half.updated.ok);
    assert.deepEqual([half.saved?.inputs.size, half.saved?.outputs.size], [1, 2]);
    assert.deepEqual(stepsOf(half.last), ["a update", "b same"]);
  });

  it("records nothing of a create that failed without an id", () => {
    assert.match(create.text, /^error: a: create of a does not work$/m);
    assert.equal(labs.create.saved("a"), undefined);
    assert.equal(labs.create.saved("b"), undefined);
    assert.deepEqual(create.failures, ["a: create of a does not work"]);
  });

  it("tells why a program failed, once", () => {
    assert.ok(!program.ok);
    assert.equal(program.text.match(/this program is wrong/g)?.length, 1);
    assert.match(program.text, /^error: Running program .* failed with an unhandled exception:$/m);
  });

  it("tells that the provider process ended, and records nothing of what it was doing", () => {
    assert.ok(!dead.ok);
    assert.match(dead.text, /^error: a: the provider process ended \(signal SIGKILL\)/m);
    assert.equal(labs.dead.saved("a"), undefined);
    assert.match(labs.dead.stateText(), /"pending": \[\]/);
  });
});
