/** A run that is overruled while EC2 throttles it, or between two of its calls: what it was asked for is not done any more. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { recordRecycle } from "../../controller/by-hand";
import { TAG } from "../../provider/ec2/tags";
import { goingOn } from "../provider/kills";
import { program } from "../provider/support";
import { later, made, only, up } from "../provider/world";
import { meetBefore, PAUSE, RESUME, type Verb } from "../reliability/meetings";
import { depsOf, machine, outages } from "./support";

describe("a call that EC2 throttles for a while", () => {
  const WHERE = { tries: 4 };

  for (const [action, pauseBehavior] of [
    ["StopInstances", "stop"],
    ["TerminateInstances", "terminate"],
  ] as const) {
    it(`is not sent again by a pause (${action}) that was overruled meanwhile: the instance runs on`, async () => {
      const owner = await up({ pauseBehavior });
      const { ends } = await meetBefore(owner, [PAUSE, RESUME], action, WHERE);
      later(owner);
      assert.match(ends[0].said ?? "", /was resumed meanwhile by hand, and that stands/);
      assert.deepEqual(ends[1], {});
      const { instanceId, state } = only(made(owner).instances);
      assert.deepEqual([instanceId, state], [owner.outputs.instanceId, "running"]);
      assert.deepEqual(outages(owner, owner.outputs.privateIp), []);
    });
  }

  it("ends nothing while it is kept back: the dark time begins when it goes out", async () => {
    const owner = await up();
    const recorded: Verb = {
      name: "a recycle that is put on record, and not done",
      run: async () => {
        await recordRecycle(await machine(owner), depsOf(owner), "by-hand");
      },
    };
    const lines: string[] = [];
    const told: Verb = {
      name: "up",
      run: async (of, through) => {
        const stack = goingOn(of, { through, leapMs: 2000 });
        await stack.up(program({ imageId: WELL_KNOWN.imageV2 }));
        lines.push(...stack.lines);
      },
    };
    await meetBefore(owner, [told, recorded], "TerminateInstances", WHERE);
    const [said = 0] = lines.flatMap((it) => /the address was dark for (\d+) s/.exec(it)?.slice(1).map(Number) ?? []);
    const [dark = 0] = outages(owner, owner.outputs.privateIp);
    assert.ok(Math.abs(said - dark) < 5, `said ${said} s, was ${dark} s`);
  });

  it("is not sent again by a resume (StartInstances) that was overruled meanwhile: the instance stays stopped", async () => {
    const owner = await up();
    await PAUSE.run(owner, (handler) => handler);
    const was = only(made(owner).instances);
    const { ends } = await meetBefore(owner, [RESUME, PAUSE], "StartInstances", WHERE);
    later(owner);
    assert.match(ends[0].said ?? "", /was paused meanwhile by hand, and that stands/);
    assert.deepEqual(ends[1], {});
    const { state, launchTime } = only(made(owner).instances);
    assert.deepEqual([state, launchTime], ["stopped", was.launchTime]);
  });
});

describe("a pause that an `up` overrules in its middle", () => {
  it("says so, and leaves the machine running", async () => {
    const owner = await up();
    const overruling: Verb = {
      name: "up",
      run: async (of, through) => {
        await goingOn(of, { through }).up(program({ tags: { Team: "db" } }));
      },
    };
    const { ends } = await meetBefore(owner, [PAUSE, overruling], "StopInstances", {});
    assert.match(ends[0].said ?? "", /was resumed meanwhile by `pulumi up`, and that stands/);
    assert.deepEqual(ends[1], {});
    assert.equal(only(made(owner).instances).state, "running");
    const { tags } = only(made(owner).templates);
    assert.match(tags[TAG.desiredState] ?? "", /^running pause-behavior=stop by=program after=\d+$/);
    assert.equal((await machine(owner)).desired.desiredState, "running");
  });
});

describe("a refresh and an up after a pause", () => {
  it("leave the word of who paused it as it is where the program says the same", async () => {
    const owner = await up();
    await PAUSE.run(owner, (handler) => handler);
    const state = only(made(owner).templates).tags[TAG.desiredState];
    assert.match(state ?? "", /^paused pause-behavior=stop by=hand at=\d+$/);
    await owner.refresh();
    await goingOn(owner).up(program({ desiredState: "paused", tags: { Team: "db" } }));
    assert.equal(only(made(owner).templates).tags[TAG.desiredState], state);
  });
});
