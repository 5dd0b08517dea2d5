import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withFindings } from "../../bench/page";
import { drawn } from "../../bench/pictures";
import { keptFindings, type Result } from "../../bench/results";
import { runSections } from "../../bench/run";
import type { Goal, Section } from "../../bench/section";

function goal(overrides: Partial<Goal> = {}): Goal {
  return { what: "calls", wanted: "at most 3", measured: "2", isMet: true, failsRun: true, ...overrides };
}

function section(goals: Goal[] = [goal()]): Section<unknown> {
  return {
    name: "calls",
    title: "Calls",
    measure: (mode) => Promise.resolve({ calls: 2, mode }),
    goals: () => goals,
    tables: (data) => [{ title: "Calls of a create", head: ["ours"], rows: [[JSON.stringify(data)]] }],
    pictures: () => [],
    felt: () => "Two calls.",
  };
}

const PAGE = ["felt", "goals", "sections", "optimizations"]
  .map((it) => `<!-- ${it}: written by npm run bench -->\nold\n<!-- end of ${it} -->\n`)
  .join("by hand\n");

describe("a run of the bench", () => {
  let folder: string;
  let said: string[];
  const say = (line: string): void => {
    said.push(line);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bench-"));
    said = [];
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("keeps what a full run measured, with its circumstances", async () => {
    await runSections([section()], { mode: "full", folder, say });
    const { measured, data } = JSON.parse(readFileSync(join(folder, "calls.json"), "utf8")) as Result;
    assert.deepEqual(data, { calls: 2, mode: "full" });
    assert.deepEqual(Object.keys(measured), ["mode", "date", "node", "cores", "seconds"]);
  });

  it("measures what is only simulated at the same time, and what is on a wall clock by itself", async () => {
    const events: string[] = [];
    const named = (name: string, isSimulated: boolean): Section<unknown> => ({
      ...section(),
      name,
      isSimulated,
      measure: async () => {
        events.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${name} ends`);
        return {};
      },
    });
    const sections = [named("a", true), named("wall", false), named("b", true)];
    await runSections(sections, { mode: "full", say });
    assert.deepEqual(events, ["a begins", "b begins", "a ends", "b ends", "wall begins", "wall ends"]);
    events.length = 0;
    await runSections(sections, { mode: "quick", say });
    assert.deepEqual(events, ["a begins", "a ends", "wall begins", "wall ends", "b begins", "b ends"]);
  });

  it("keeps nothing of a quick run", async () => {
    await runSections([section()], { mode: "quick", folder, say });
    assert.deepEqual(readdirSync(folder), []);
  });

  it("counts the goals that may fail a run, and says of the others too that they are missed", async () => {
    const goals = [goal(), goal({ isMet: false }), goal({ what: "wall time", isMet: false, failsRun: false })];
    assert.deepEqual(await runSections([section(goals)], { mode: "quick", say }), { passed: 1, failed: 1 });
    assert.match(said.join("\n"), /wall time .* MISSED/);
  });

  it("counts a section that could not be measured as failed, and goes on", async () => {
    const broken = { ...section(), measure: () => Promise.reject(new Error("no simulator")) };
    assert.deepEqual(await runSections([broken, section()], { mode: "quick", say }), { passed: 1, failed: 1 });
    assert.match(said.join("\n"), /no simulator/);
  });

  it("gives a page that says the same however often it is written, and leaves alone what is by hand", async () => {
    await runSections([section()], { mode: "full", folder, say });
    const written = (page: string): string =>
      withFindings(page, keptFindings([section()], folder), [
        { what: "one look", measure: "calls of a create", before: "3", after: "2" },
      ]);
    const page = written(PAGE);
    assert.equal(written(page), page);
    assert.match(page, /- Two calls\.[^]*by hand[^]*\| calls \| calls \| at most 3 \| 2 \| met \|[^]*by hand/);
    assert.match(page, /## Calls[^]*\| one look \| calls of a create \| 3 \| 2 \|/);
  });
});

describe("a picture", () => {
  it("is the same text each time, on a ground of its own", async () => {
    const data = { values: [1, 10, 100].map((n) => ({ n, calls: n / 3 })) };
    const encoding = { x: { field: "n", type: "quantitative" }, y: { field: "calls", type: "quantitative" } };
    const picture = { name: "calls", title: "Calls for each", spec: { data, mark: "line", encoding } };
    const svg = await drawn(picture);
    assert.equal(await drawn(picture), svg);
    assert.match(svg, /^<svg[^]*fill="white"[^]*Calls for each[^]*<\/svg>\n$/);
  });
});
