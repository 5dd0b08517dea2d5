import assert from "node:assert/strict";
import type { Trouble } from "../../cli/console/wire";
import { backOffMs } from "../../console/data/back-off";
import { missingRights, NO_FLEET, spokenChanges, updated, type Fleet } from "../../console/model/fleet";
import { shown } from "../../console/model/text";
import { changeText, counted, reasonText, toneOf, troubleWords } from "../../console/model/words";
import { ago, FLEET, machine, updateOf } from "./samples";

const whole = (machines = FLEET): Fleet => updated(NO_FLEET, updateOf(machines), true);
const trouble: Trouble = { kind: "unreachable", text: "It is not there.", since: ago(60) };

describe("the fleet as the page knows it", () => {
  it("changes by what an update says, and keeps the rest", () => {
    const [first, second] = FLEET;
    assert.ok(first !== undefined && second !== undefined);
    const next = updated(whole(), updateOf([{ ...first, state: "paused" }], { gone: [second.id] }), false);
    assert.equal(next.machines.size, FLEET.length - 1);
    assert.equal(next.machines.get(first.id)?.state, "paused");
    assert.equal(next.machines.has(second.id), false);
  });

  it("is taken anew from the first update of a stream: a machine that went meanwhile is gone", () => {
    assert.deepEqual(
      [...updated(whole(), updateOf(FLEET.slice(0, 2)), true).machines.keys()],
      FLEET.slice(0, 2).map((it) => it.id),
    );
  });

  it("keeps the machines and their time where a new server has not asked EC2 yet", () => {
    const next = updated(whole(), updateOf([], { at: null, trouble }), true);
    assert.equal(next.machines.size, FLEET.length);
    assert.equal(next.at, ago(4));
    assert.equal(next.trouble, trouble);
  });

  it("names each right that is missing, with the number of machines", () => {
    const machines = [
      machine({ unseen: ["ec2:A", "ec2:B"] }),
      machine({ id: "mi-2", unseen: ["ec2:A"] }),
      machine({ id: "mi-3" }),
    ];
    assert.deepEqual(
      [...missingRights(machines)],
      [
        ["ec2:A", 2],
        ["ec2:B", 1],
      ],
    );
  });
});

describe("the changes of the fleet that are spoken", () => {
  const after = (change: Partial<ReturnType<typeof machine>>): string[] =>
    spokenChanges(whole([machine()]), whole([machine(change)]));

  it("are the number of machines at first", () => {
    assert.deepEqual(spokenChanges(NO_FLEET, whole()), ["9 machines."]);
  });

  it("are states that change, machines that come, and machines that go", () => {
    assert.deepEqual(after({ state: "failed" }), ["db is failed."]);
    assert.deepEqual(after({ id: "mi-2", name: "web" }), ["web is new: running.", "db is gone."]);
  });

  it("are not the ages, which change at each look", () => {
    assert.deepEqual(after({ ageSeconds: 5, launchedAt: ago(5) }), []);
  });

  it("are a number where there are many", () => {
    assert.deepEqual(spokenChanges(whole(), whole([])), ["9 machines changed."]);
  });

  it("are trouble that begins, and trouble that ends", () => {
    const troubled = { ...whole(), trouble };
    assert.deepEqual(spokenChanges(whole(), troubled), ["EC2 cannot be reached."]);
    assert.deepEqual(spokenChanges(troubled, whole()), ["EC2 answers again."]);
    assert.deepEqual(spokenChanges(NO_FLEET, { ...NO_FLEET, trouble }), ["EC2 cannot be reached."]);
  });
});

describe("words that came from outside", () => {
  it("are shown as they are where the page does not know them, even those that every object has", () => {
    for (const word of ["hibernated", "constructor", "__proto__", "toString"]) {
      assert.equal(toneOf(word), "plain");
      assert.equal(reasonText(word), word);
      assert.equal(changeText(word), word);
      assert.equal(troubleWords(word), troubleWords("failed"));
    }
  });

  it("have control characters and direction marks escaped", () => {
    assert.equal(shown("a\u202Eb\u0007\n", 80).text, "a\\u202eb\\u0007\\n");
  });

  it("are cut between characters, with the whole beside it", () => {
    assert.deepEqual(shown("😀".repeat(5), 4), { text: "😀😀😀…", whole: "😀".repeat(5) });
    assert.deepEqual(shown("abcd", 4), { text: "abcd", whole: "" });
  });

  it("are counted with the right number", () => {
    assert.deepEqual(
      [counted(0, "machine"), counted(1, "machine"), counted(1000, "machine")],
      ["0 machines", "1 machine", "1,000 machines"],
    );
  });
});

describe("the pause before the next try to reach the server", () => {
  it("doubles from a second up to half a minute, less up to a fifth by chance", () => {
    assert.deepEqual(
      [1, 2, 5, 6, 50].map((it) => backOffMs(it, 0)),
      [1000, 2000, 16_000, 30_000, 30_000],
    );
    assert.equal(backOffMs(2, 0.5), 1800);
  });
});
