import assert from "node:assert/strict";
import { isTimezone, lastDue, nextDue, nextOpening, openSince } from "../../../provider/kit/timetable";

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

describe("a cron line", () => {
  const EVENING = { cron: "0 20 * * 1-5", timezone: "Europe/Berlin" };

  it("is due on the clocks of its time zone, in summer and in winter", () => {
    assert.equal(iso(nextDue(EVENING, at("2026-07-01T12:00:00Z"))), "2026-07-01T18:00:00.000Z");
    assert.equal(iso(nextDue(EVENING, at("2026-12-01T12:00:00Z"))), "2026-12-01T19:00:00.000Z");
  });

  it("was due last: at the moment itself, and not at what it was looked at before", () => {
    const due = at("2026-07-01T18:00:00Z");
    assert.equal(lastDue(EVENING, due - 1, due), due);
    assert.equal(lastDue(EVENING, due - 1, due - 1), undefined);
    assert.equal(lastDue(EVENING, due, due + 3_600_000), undefined);
    assert.equal(lastDue(EVENING, at("2026-06-01T00:00:00Z"), due + 3_600_000), due);
  });

  it("that clocks skip is due once that day, and one that they repeat too", () => {
    const night = { cron: "30 2 * * *", timezone: "Europe/Berlin" };
    for (const [from, to] of [
      ["2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"],
      ["2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"],
    ] as const) {
      const due: number[] = [];
      for (let next = nextDue(night, at(from)); next !== undefined && next < at(to); next = nextDue(night, next)) {
        due.push(next);
      }
      assert.equal(due.length, 1, from);
    }
  });
});

describe("a window", () => {
  const DAY = { from: "09:00", to: "17:30", timezone: "UTC" };
  const NIGHT = { days: ["sat"], from: "22:00", to: "04:00", timezone: "Europe/Berlin" } as const;
  const night = { ...NIGHT, days: [...NIGHT.days] };

  it("is open from its first minute to before its last", () => {
    assert.equal(iso(openSince(DAY, at("2026-07-01T09:00:00Z"))), "2026-07-01T09:00:00.000Z");
    assert.equal(iso(openSince(DAY, at("2026-07-01T17:29:59Z"))), "2026-07-01T09:00:00.000Z");
    assert.equal(openSince(DAY, at("2026-07-01T17:30:00Z")), undefined);
    assert.equal(openSince(DAY, at("2026-07-01T08:59:59Z")), undefined);
  });

  it("over midnight belongs to the day on which it begins", () => {
    // The fourth of July 2026 is a Saturday.
    assert.equal(iso(openSince(night, at("2026-07-04T20:00:00Z"))), "2026-07-04T20:00:00.000Z");
    assert.equal(iso(openSince(night, at("2026-07-05T01:59:00Z"))), "2026-07-04T20:00:00.000Z");
    assert.equal(openSince(night, at("2026-07-05T02:00:00Z")), undefined);
    assert.equal(openSince(night, at("2026-07-05T20:00:00Z")), undefined);
    assert.equal(openSince(night, at("2026-07-04T00:30:00Z")), undefined);
  });

  it("that is open while clocks are set back, or on that day twice, counts from when it first opened", () => {
    // In Berlin clocks show 02:00 to 03:00 on the 25th of October 2026 from 00:00Z, and again from 01:00Z.
    for (const [from, to, since, moments] of [
      ["02:00", "03:00", "2026-10-25T00:00:00.000Z", ["00:10", "00:59", "01:00", "01:30"]],
      ["02:15", "02:45", "2026-10-25T00:15:00.000Z", ["00:15", "00:44", "01:15", "01:44"]],
      ["01:00", "04:00", "2026-10-24T23:00:00.000Z", ["00:30", "01:30", "02:59"]],
      ["10:00", "12:00", "2026-10-25T09:00:00.000Z", ["09:00", "10:30"]],
      ["22:00", "04:00", "2026-10-24T20:00:00.000Z", ["00:30", "01:30", "02:30"]],
    ] as const) {
      for (const moment of moments) {
        const opened = openSince({ from, to, timezone: "Europe/Berlin" }, at(`2026-10-25T${moment}:00Z`));
        assert.equal(iso(opened), since, `${from}-${to} at ${moment}Z`);
      }
    }
    const short = { from: "02:15", to: "02:45", timezone: "Europe/Berlin" };
    assert.equal(openSince(short, at("2026-10-25T00:50:00Z")), undefined);
    assert.equal(openSince(short, at("2026-10-25T01:50:00Z")), undefined);
  });

  it("whose begin clocks skip is open from when they have skipped it, and since one moment", () => {
    // In Berlin it is 03:00 on the 29th of March 2026 right after 01:59.
    const window = { from: "02:30", to: "04:00", timezone: "Europe/Berlin" };
    assert.equal(openSince(window, at("2026-03-29T00:59:00Z")), undefined);
    const moments = ["01:00", "01:30", "01:59"].map((it) => openSince(window, at(`2026-03-29T${it}:00Z`)));
    assert.equal(new Set(moments).size, 1);
    assert.ok((moments[0] ?? Infinity) <= at("2026-03-29T01:00:00Z"));
    assert.equal(openSince(window, at("2026-03-29T02:00:00Z")), undefined);
  });

  it("opens next when its day has come", () => {
    assert.equal(iso(nextOpening(night, at("2026-07-01T12:00:00Z"))), "2026-07-04T20:00:00.000Z");
    const open = at("2026-07-04T21:07:00Z");
    assert.equal(nextOpening(night, open), open);
  });
});

describe("a time zone", () => {
  it("has a name that is known", () => {
    for (const name of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]) {
      assert.ok(isTimezone(name), name);
    }
    for (const name of ["", "Mars/Olympus", "+02:00", "berlin time", "Europe/Berlin; rm"]) {
      assert.ok(!isTimezone(name), name);
    }
  });
});
