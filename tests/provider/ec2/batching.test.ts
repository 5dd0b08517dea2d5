/** Describes of many machines in few calls: what goes together, what an answer may be older than, and whom a failure is of. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { Batches, Finder, MOST_VALUES } from "../../../provider/ec2/batching";
import type { Filters } from "../../../provider/ec2/ec2";

interface Thing {
  name: string;
  tags: Record<string, string>;
}

interface Call {
  values: readonly string[];
  answer: (error?: Error) => Promise<void>;
}

/** Batches whose calls are answered by hand: with one thing for each value but `none`. */
function asked(options: { most?: number; isOfOneValue?: boolean } = {}): {
  calls: Call[];
  find: (...values: string[]) => Promise<string[]>;
} {
  const calls: Call[] = [];
  const batches = new Batches<Thing>({
    ask: (values) =>
      new Promise((resolve, reject) => {
        const answer = async (error?: Error): Promise<void> => {
          if (error === undefined) {
            resolve(values.filter((it) => it !== "none").map((name) => ({ name, tags: {} })));
          } else {
            reject(error);
          }
          await turn();
        };
        calls.push({ values: [...values], answer });
      }),
    valueOf: (it) => it.name,
    ...(options.most === undefined ? {} : { most: () => options.most ?? 0 }),
    isOfOneValue: () => options.isOfOneValue ?? false,
  });
  return { calls, find: async (...values) => (await batches.find(values)).map((it) => it.name) };
}

const valuesOf = (calls: Call[]): (readonly string[])[] => calls.map((it) => it.values);

describe("describes that are asked together", () => {
  it("send a lone request at once", async () => {
    const { calls, find } = asked();
    const found = find("a");
    await turn();
    assert.deepEqual(valuesOf(calls), [["a"]]);
    await calls[0]?.answer();
    assert.deepEqual(await found, ["a"]);
  });

  it("send together what is asked at the same moment, each value once, and hand the answers to who asked", async () => {
    const { calls, find } = asked();
    const found = Promise.all([find("a"), find("b", "c"), find("a"), find("none"), find()]);
    await turn();
    assert.deepEqual(valuesOf(calls), [["a", "b", "c", "none"]]);
    await calls[0]?.answer();
    assert.deepEqual(await found, [["a"], ["b", "c"], ["a"], [], []]);
  });

  it("send what is asked meanwhile with the next call, once the one under way has answered", async () => {
    const { calls, find } = asked();
    const first = find("a");
    await turn();
    const later = [find("b")];
    await turn();
    later.push(find("c"), find("a"));
    await turn();
    assert.deepEqual(valuesOf(calls), [["a"]]);
    await calls[0]?.answer();
    assert.deepEqual(await first, ["a"]);
    assert.deepEqual(valuesOf(calls), [["a"], ["b", "c", "a"]]);
    await calls[1]?.answer();
    assert.deepEqual(await Promise.all(later), [["b"], ["c"], ["a"]]);
    void find("d");
    await turn();
    assert.equal(calls.length, 3);
  });

  it("take the next question of who was just answered into the next call", async () => {
    const { calls, find } = asked();
    const chain = find("a").then(() => find("b"));
    await turn();
    const other = find("c");
    await calls[0]?.answer();
    assert.deepEqual(valuesOf(calls), [["a"], ["c", "b"]]);
    await calls[1]?.answer();
    assert.deepEqual([await chain, await other], [["b"], ["c"]]);
  });

  it("never answer with what was asked for before the question", async () => {
    let version = 0;
    const answers: (() => void)[] = [];
    const batches = new Batches<Thing>({
      ask: ([name = ""]) => {
        const seen = { name, tags: { version: String(version) } };
        return new Promise((resolve) => {
          answers.push(() => {
            resolve([seen]);
          });
        });
      },
      valueOf: (it) => it.name,
    });
    const before = batches.find(["a"]);
    await turn();
    version = 1;
    const after = batches.find(["a"]);
    answers[0]?.();
    await turn();
    answers[1]?.();
    assert.deepEqual([(await before)[0]?.tags.version, (await after)[0]?.tags.version], ["0", "1"]);
  });

  it("go in as many calls as EC2's limit of values makes necessary, all at once", async () => {
    const { calls, find } = asked();
    const names = Array.from({ length: 2 * MOST_VALUES + 1 }, (_, index) => `n${index}`);
    const found = Promise.all(names.map((it) => find(it)));
    await turn();
    assert.deepEqual(
      calls.map((it) => it.values.length),
      [MOST_VALUES, MOST_VALUES, 1],
    );
    await Promise.all(calls.map((it) => it.answer()));
    assert.deepEqual(
      await found,
      names.map((it) => [it]),
    );
  });

  it("give each who asked for the same thing one of their own", async () => {
    const { calls, find } = asked();
    const batches = new Batches<Thing>({ ask: () => Promise.resolve([{ name: "a", tags: {} }]), valueOf: () => "a" });
    const [[one], [other]] = await Promise.all([batches.find(["a"]), batches.find(["a"])]);
    assert.deepEqual(one, other);
    assert.notEqual(one, other);
    assert.deepEqual([calls.length, await find()], [0, []]);
  });

  it("fail for all of a call, and for none of another", async () => {
    const { calls, find } = asked({ most: 2 });
    const results = Promise.allSettled(["a", "b", "c"].map((it) => find(it)));
    await turn();
    await calls[0]?.answer(new Error("throttled"));
    await calls[1]?.answer();
    assert.deepEqual(
      (await results).map((it) => (it.status === "fulfilled" ? it.value : String(it.reason))),
      ["Error: throttled", "Error: throttled", ["c"]],
    );
    const again = find("a");
    await turn();
    await calls[2]?.answer();
    assert.deepEqual(await again, ["a"]);
  });

  it("ask for each value by itself where a call fails for one of them", async () => {
    const { calls, find } = asked({ isOfOneValue: true });
    const results = Promise.allSettled(["a", "b"].map((it) => find(it)));
    await turn();
    await calls[0]?.answer(new Error("b is not there"));
    assert.deepEqual(valuesOf(calls), [["a", "b"], ["a"], ["b"]]);
    await calls[1]?.answer();
    await calls[2]?.answer(new Error("b is not there"));
    assert.deepEqual(
      (await results).map((it) => it.status),
      ["fulfilled", "rejected"],
    );
  });
});

describe("filters", () => {
  function finder(): { sent: Filters[]; find: (filters: Filters) => Promise<Thing[]> } {
    const sent: Filters[] = [];
    const ask = (filters: Filters): Promise<Thing[]> => {
      sent.push(filters);
      return Promise.resolve([{ name: "a", tags: { "own:id": "1" } }]);
    };
    const it = new Finder<Thing>(ask, { name: (thing) => thing.name });
    return { sent, find: (filters) => it.find(filters) };
  }

  it("are asked together by name, and by any tag", async () => {
    const { sent, find } = finder();
    const found = await Promise.all([
      find({ name: ["a"] }),
      find({ name: ["b"] }),
      find({ "tag:own:id": ["1"] }),
      find({ "tag:own:id": ["2"] }),
    ]);
    assert.deepEqual(sent, [{ name: ["a", "b"] }, { "tag:own:id": ["1", "2"] }]);
    assert.deepEqual(
      found.map((it) => it.length),
      [1, 0, 1, 0],
    );
  });

  it("with what EC2 reads as wildcards, with no known value, and several at once, are sent as they are", async () => {
    const others: Filters[] = [
      { "tag:own:id": ["a*"] },
      { name: ["a", "b?"] },
      { name: ["a\\b"] },
      { other: ["a"] },
      { name: ["a"], "tag:own:id": ["1"] },
      { name: [] },
    ];
    for (const filters of others) {
      const { sent, find } = finder();
      await Promise.all([find(filters), find({ name: ["c"] }), find({ name: ["d"] })]);
      assert.deepEqual(sent, [filters, { name: ["c", "d"] }]);
    }
  });
});
