/** The record does not grow for ever: old versions of the launch template go, and with them the secrets of their time. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { recycle } from "../../controller/by-hand";
import { CANARY, seenIn } from "../canary";
import { depsOf, machine } from "../controller/support";
import { goingOn, killedAfter, killedUp } from "./kills";
import { withVersions } from "./many-versions";
import { program, type Stack } from "./support";
import { later, made, only, quick, settled, up } from "./world";
import { machineOf } from "./machine";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const PRUNING = ["ModifyLaunchTemplate", "DeleteLaunchTemplateVersions"];

const record = (owner: Stack): { default: number; numbers: number[] } => {
  const { defaultVersion, versions } = only(made(owner).templates);
  return { default: defaultVersion, numbers: versions.map((it) => it.versionNumber) };
};

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A machine with so many versions behind it. */
async function aged(count: number, inputs: Record<string, unknown> = {}): Promise<Stack> {
  const owner = await up(inputs);
  await owner.refresh();
  withVersions(owner, count);
  owner.calls();
  return owner;
}

describe("old versions of the launch template", () => {
  it("go after a run that made another: the last 20 stay, the default moves on, and no secret of before is left", async () => {
    const owner = await aged(30, { userData: `#!/bin/sh\necho ${CANARY}\n` });
    await owner.up(program({ ...IMAGE, userData: "#!/bin/sh\n" }));
    assert.deepEqual(record(owner), { default: 31, numbers: range(12, 31) });
    assert.deepEqual(seenIn(JSON.stringify(only(made(owner).templates)), CANARY), []);
    assert.ok(owner.lines.some((it) => /^web: deleted 11 old versions of lt-\w+; the last 20 stay$/.test(it)));
    later(owner);
    machineOf(owner);
    await settled(owner, { ...IMAGE, userData: "#!/bin/sh\n" });
  });

  it("that the instance was launched from stays, and so does its place as the default", async () => {
    const owner = await aged(30);
    await owner.up(program({ monitoring: true }));
    assert.deepEqual(record(owner), { default: 1, numbers: [1, ...range(12, 31)] });
    assert.ok(!owner.calls("mutating").includes("ModifyLaunchTemplate"));
  });

  it("that is the default is not deleted before another is, and that takes one call for many runs", async () => {
    const owner = await aged(30);
    await owner.up(program(IMAGE));
    assert.deepEqual(
      owner.calls("mutating").filter((it) => PRUNING.includes(it)),
      PRUNING,
    );
    await owner.up(program());
    assert.deepEqual(record(owner), { default: 31, numbers: range(13, 32) });
    assert.deepEqual(
      owner.calls("mutating").filter((it) => PRUNING.includes(it)),
      ["DeleteLaunchTemplateVersions"],
    );
  });

  it("are not looked for while there are no more than 20, or no version is made", async () => {
    for (const [count, after] of [
      [19, IMAGE],
      [30, { tags: { Team: "a" } }],
      [30, {}],
    ] as const) {
      const owner = await aged(count);
      await owner.up(program(after));
      assert.deepEqual(record(owner), { default: 1, numbers: range(1, count === 19 ? 20 : 30) });
      assert.deepEqual(
        owner.calls().filter((it) => PRUNING.includes(it)),
        [],
      );
    }
  });

  it("stay where the new generation did not work, and the previous one is launched again from its own", async () => {
    const owner = await aged(30);
    owner.simulator.failNextLaunch("Client.InternalError");
    await assert.rejects(owner.up(program(IMAGE)), /generation 1 on eni-\w+, runs again/);
    assert.deepEqual(record(owner), { default: 1, numbers: range(1, 31) });
    await owner.up(program(IMAGE));
    assert.deepEqual(record(owner).numbers.slice(-20), range(12, 31));
  });

  it("go after a recycle by hand, too", async () => {
    const owner = await aged(30);
    await recycle(await machine(owner), depsOf(owner, { leapMs: 60_000 }));
    assert.deepEqual(record(owner), { default: 31, numbers: range(12, 31) });
  });

  for (const right of PRUNING) {
    it(`stay where ${right} is denied: one line says so, and the run is as good as any`, async () => {
      const owner = await aged(30);
      owner.simulator.iam.deny(right);
      assert.equal(await owner.up(program(IMAGE)), "update");
      const told = owner.lines.filter((it) => it.includes("keeps its old versions"));
      assert.match(
        only(told),
        new RegExp(`^web: lt-\\w+ keeps its old versions and the user data in them: ${right} was denied`),
      );
      assert.ok(only(told).includes(`is not authorized to perform: ec2:${right} `));
      assert.equal(record(owner).numbers.length, 31);
      later(owner);
      machineOf(owner);
      await settled(owner, IMAGE);
    });

    it(`go with the next version where a run was killed after ${right}`, async () => {
      const owner = await aged(30);
      await killedUp(owner, killedAfter(right), program(IMAGE));
      const next = goingOn(owner);
      await next.up(program(IMAGE));
      later(next);
      machineOf(next);
      await next.up(program());
      assert.deepEqual(record(next), { default: 31, numbers: range(13, 32) });
    });
  }

  it("make room where EC2 takes no more of them", async () => {
    const owner = await aged(10_000, { userData: `#!/bin/sh\necho ${CANARY}\n` });
    await owner.up(program(IMAGE));
    const { numbers } = record(owner);
    assert.equal(numbers.at(-1), 10_001);
    assert.equal(numbers.length, 20);
    assert.deepEqual(seenIn(JSON.stringify(only(made(owner).templates)), CANARY), []);
  });

  it("are in the way, in words, where EC2 takes no more and they may not be deleted", async () => {
    const owner = await aged(10_000);
    owner.simulator.iam.deny("DeleteLaunchTemplateVersions");
    await assert.rejects(owner.up(program(IMAGE)), /DeleteLaunchTemplateVersions was denied/);
    assert.equal(only(made(owner).instances).state, "running");
  });

  it("are no change: preview and refresh say nothing of them", async () => {
    const owner = await aged(30);
    const before = owner.lines.length;
    assert.equal((await owner.preview(program())).changes, false);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.deepEqual(owner.lines.slice(before), []);
  });

  it("are none of a new machine's business", async () => {
    const owner = quick();
    await owner.up(program());
    assert.deepEqual(record(owner), { default: 1, numbers: [1] });
  });
});
