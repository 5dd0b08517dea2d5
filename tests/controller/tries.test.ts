/** How many replacements in a row count before a machine is given up. */
import assert from "node:assert/strict";
import { MOST_IN_A_ROW, tryAgain } from "../../controller/tries";
import type { ReplacementReason } from "../../provider/engine/record/last-replacement";
import type { Instance } from "../../provider/model/things";
import { instance } from "../provider/engine/things";

const NOW = Date.UTC(2026, 10, 22, 12);
const ROW = {
  at: NOW - 60_000,
  reason: "ended",
  instanceId: "i-0",
  inARow: MOST_IN_A_ROW,
  tries: 0,
  gaveUp: false,
} as const;

function answer(reason: ReplacementReason, state: Instance["state"], recordedAt = 0): string {
  const times = { workedMs: 60_000, boundMs: 600_000, intervalMs: 0, recordedAt, isContinued: false, now: NOW };
  return tryAgain({ reason, instance: instance({ state }), last: ROW, ...times }).kind;
}

describe("after three replacements in a row", () => {
  it("an instance that ended by itself gives the machine up", () => {
    assert.equal(answer("ended", "terminated"), "give-up");
  });

  it("an instance that runs and fails its status checks gives the machine up", () => {
    assert.equal(answer("status-checks", "running"), "give-up");
  });

  it("an instance of a generation that was recorded since is the first of its row", () => {
    assert.equal(answer("status-checks", "running", NOW - 30_000), "go");
    assert.equal(answer("status-checks", "running", NOW - 90_000), "give-up");
  });

  it("an instance that runs, and only has not its interface, says nothing about the machine", () => {
    assert.equal(answer("ended", "running"), "go");
  });
});
