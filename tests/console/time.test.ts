/** Times as the console says them. */
import assert from "node:assert/strict";
import { exactText, lengthText, relativeText } from "../../console/time";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("a time in the console", () => {
  it("is a length in its two largest units", () => {
    const said = [0, 999, 1000, 61_000, HOUR, 25 * HOUR, 49 * HOUR + 3 * MINUTE, -5].map(lengthText);
    assert.deepEqual(said, ["0 s", "0 s", "1 s", "1 min 1 s", "1 h", "1 d 1 h", "2 d 1 h", "0 s"]);
  });

  it("is so far ago, or so far ahead", () => {
    const now = Date.parse("2026-12-01T12:00:00Z");
    assert.equal(relativeText("2026-12-01T11:58:00Z", now), "2 min ago");
    assert.equal(relativeText("2026-12-01T13:30:00Z", now), "in 1 h 30 min");
    assert.equal(relativeText("someday", now), "someday");
  });

  it("is exact in UTC", () => {
    assert.equal(exactText("2026-12-01T11:58:00Z"), "2026-12-01 11:58:00 UTC");
    assert.equal(exactText("2026-12-01T11:58:00.123Z"), "2026-12-01 11:58:00 UTC");
  });
});
