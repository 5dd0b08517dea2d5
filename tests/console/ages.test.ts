import assert from "node:assert/strict";
import { exactText, relativeText, roughSpanText, spanText, timeOf } from "../../console/model/ages";

describe("words for times in the console", () => {
  it("give a span in its two largest units, and leave out what is nought", () => {
    const spans = [0, 59, 60, 61, 3600, 3661, 86_400, 3 * 86_400 + 4 * 3600 + 59];
    assert.deepEqual(spans.map(spanText), ["0 s", "59 s", "1 min", "1 min 1 s", "1 h", "1 h 1 min", "1 d", "3 d 4 h"]);
  });

  it("take a span below nought, as of a clock that is behind, for nought", () => {
    assert.equal(spanText(-5), "0 s");
    assert.equal(roughSpanText(-5), "0 s");
  });

  it("say how long ago or ahead a time is, in its largest unit", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    const at = (seconds: number): string => relativeText(now + seconds * 1000, now);
    assert.deepEqual([-1.9, 0, -2, -59, -60, -86_400 * 3.9, 90, 7200].map(at), [
      "now",
      "now",
      "2 s ago",
      "59 s ago",
      "1 min ago",
      "3 d ago",
      "in 1 min",
      "in 2 h",
    ]);
  });

  it("give the exact time in UTC, and text that is no time as text", () => {
    assert.equal(exactText("2026-11-22T13:02:31+01:00"), "2026-11-22 12:02:31 UTC");
    assert.equal(exactText("never\u0007"), "never\\u0007");
    assert.equal(timeOf("never"), null);
    assert.equal(timeOf(null), null);
  });
});
