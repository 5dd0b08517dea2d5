import assert from "node:assert/strict";
import { Expectations, type Kind, USUAL } from "../../../provider/ec2/expectations";

const KINDS = Object.keys(USUAL) as Kind[];

/** When it is looked at, until `untilMs`. */
function looks(kind: Kind, untilMs: number, expectations = new Expectations()): number[] {
  const times: number[] = [];
  for (let at = 0; at <= untilMs; at += expectations.pauseAfter(kind, at)) {
    times.push(at);
  }
  return times;
}

/** How much later than it happened a change is found, at worst, as a share of the time it took. */
function lateness(kind: Kind, from: number, to: number, expectations = new Expectations()): number {
  const times = looks(kind, to * 2, expectations);
  return Math.max(
    ...times.flatMap((at, index) => (at < from || at > to ? [] : [((times[index + 1] ?? at) - at) / at])),
  );
}

describe("expectations", () => {
  for (const kind of KINDS) {
    const { earliest, typical } = USUAL[kind];

    it(`look at ${kind} when it begins, and then not before it can be there`, () => {
      const [first, second = 0] = looks(kind, 60_000);
      assert.equal(first, 0);
      assert.equal(second, Math.max(earliest, 1000));
    });

    it(`look at ${kind} in pauses of half a second to ten seconds, which never get shorter once it is overdue`, () => {
      const times = looks(kind, 10 * 60_000).slice(1);
      const pauses = times.slice(1).map((at, index) => ({ at, pause: at - (times[index] ?? 0) }));
      assert.ok(pauses.every(({ pause }) => pause >= 500 && pause <= 10_000));
      const overdue = pauses.filter(({ at }) => at > 2 * typical).map(({ pause }) => pause);
      assert.deepEqual(
        overdue,
        [...overdue].sort((a, b) => a - b),
      );
    });
  }

  it("find the end of a shutdown late by 5 % of its time at most, around when it is due", () => {
    assert.ok(lateness("shutdown", 22_000, 60_000) < 0.05);
  });

  it("look less often for what may come than for what is due", () => {
    const times = looks("shutdown", 60_000);
    const between = (from: number, to: number): number => times.filter((at) => at >= from && at < to).length;
    assert.equal(between(0, 12_000), 1);
    assert.ok(between(12_000, 17_000) < between(30_000, 35_000));
    assert.ok(between(30_000, 35_000) > between(55_000, 60_000));
  });

  it("are moved by what waits took, the table counting for a few of them", () => {
    const expectations = new Expectations();
    const { typical } = USUAL.shutdown;
    expectations.learn("shutdown", 100_000);
    const once = expectations.of("shutdown").typical;
    assert.ok(once > typical && once < 60_000, String(once));
    for (let count = 0; count < 20; count++) {
      expectations.learn("shutdown", 100_000);
    }
    const often = expectations.of("shutdown");
    assert.ok(Math.abs(often.typical - 100_000) < 10_000, String(often.typical));
    assert.ok(Math.abs(often.earliest / often.typical - USUAL.shutdown.earliest / typical) < 1e-9);
    assert.equal(looks("shutdown", 200_000, expectations)[1], Math.round(often.earliest));
    assert.ok(lateness("shutdown", 80_000, 120_000, expectations) < 0.05);
  });

  it("follow when EC2 gets faster or slower, however much was seen before", () => {
    const expectations = new Expectations();
    for (let count = 0; count < 1000; count++) {
      expectations.learn("launch", 60_000);
    }
    for (let count = 0; count < 60; count++) {
      expectations.learn("launch", 6_000);
    }
    assert.ok(expectations.of("launch").typical < 8_000);
  });

  it("look less often where hundreds wait at the same time", async () => {
    const expectations = new Expectations();
    const due = (): number => expectations.pauseAfter("shutdown", 33_000);
    const alone = due();
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    const others = Array.from({ length: 1000 }, () => expectations.during(() => over));
    assert.ok(due() > 3 * alone, String(due()));
    end();
    await Promise.all(others);
    assert.equal(due(), alone);
  });

  it("are of one kind each", () => {
    const expectations = new Expectations();
    expectations.learn("shutdown", 100_000);
    assert.deepEqual(expectations.of("stop"), USUAL.stop);
  });
});
