import assert from "node:assert/strict";
import type { LaunchPart } from "../../../../provider/engine/record/specification";
import type { Strategy } from "../../../../provider/model/desired";
import {
  type ReplacementChange,
  keepsInstance,
  type Path,
  pathOf,
} from "../../../../provider/engine/situation/strategy";

function path(strategy: Strategy, parts: LaunchPart[], overrides: Partial<ReplacementChange> = {}): Path {
  return pathOf({
    strategy,
    parts,
    moves: false,
    isRunning: true,
    runsAs: "on-demand",
    wantedAs: "on-demand",
    ...overrides,
  });
}

const TYPE: LaunchPart[] = ["instanceType"];
const IMAGE: LaunchPart[] = ["imageId"];

describe("the way in which an instance is replaced", () => {
  it("is terminate-first whatever changes, where that is asked for", () => {
    for (const parts of [[], IMAGE, TYPE, ["userData"], ["other"], ["imageId", "other"]] as LaunchPart[][]) {
      assert.equal(path("terminate-first", parts), "terminate-first");
    }
  });

  it("is overlap whatever changes, where that is asked for", () => {
    for (const overrides of [
      {},
      { moves: true },
      { isRunning: false },
      { runsAs: "spot" },
    ] as Partial<ReplacementChange>[]) {
      assert.equal(path("overlap", IMAGE, overrides), "overlap");
      assert.equal(path("overlap", [], overrides), "overlap");
    }
  });

  for (const strategy of ["root-volume", "auto"] as const) {
    it(`is root-volume for the image alone of what runs (${strategy})`, () => {
      assert.equal(path(strategy, IMAGE), "root-volume");
      assert.equal(path(strategy, IMAGE, { runsAs: "spot", wantedAs: "spot" }), "root-volume");
      assert.equal(path(strategy, IMAGE, { isRunning: false }), "terminate-first");
      assert.equal(path(strategy, IMAGE, { moves: true }), "terminate-first");
      assert.equal(path(strategy, IMAGE, { hasRootVolume: false }), "terminate-first");
      assert.equal(path(strategy, ["imageId", "instanceType"]), "terminate-first");
      assert.equal(path(strategy, ["imageId", "other"]), "terminate-first");
    });
  }

  for (const strategy of ["stop-start", "auto"] as const) {
    it(`is stop-start for the type alone of what is bought on demand, running or not (${strategy})`, () => {
      assert.equal(path(strategy, TYPE), "stop-start");
      assert.equal(path(strategy, TYPE, { isRunning: false }), "stop-start");
      assert.equal(path(strategy, TYPE, { runsAs: "spot" }), "terminate-first");
      assert.equal(path(strategy, TYPE, { wantedAs: "spot" }), "terminate-first");
      assert.equal(path(strategy, TYPE, { moves: true }), "terminate-first");
      assert.equal(path(strategy, TYPE, { pinsCpu: true }), "terminate-first");
      assert.equal(path(strategy, TYPE, { hasRootVolume: false }), "terminate-first");
      assert.equal(path(strategy, ["instanceType", "other"]), "terminate-first");
    });
  }

  it("is stop-start for user data only where that is asked for", () => {
    for (const parts of [["userData"], ["instanceType", "userData"]] as LaunchPart[][]) {
      assert.equal(path("stop-start", parts), "stop-start");
      assert.equal(path("auto", parts), "terminate-first");
    }
    assert.equal(path("stop-start", ["userData"], { pinsCpu: true }), "stop-start");
  });

  it("is by launching anew for a recycle, which nothing of the instance differs for", () => {
    for (const strategy of ["root-volume", "stop-start", "auto"] as const) {
      assert.equal(path(strategy, []), "terminate-first");
    }
  });

  it("keeps the instance by two of them", () => {
    const all: Path[] = ["terminate-first", "root-volume", "stop-start", "overlap"];
    assert.deepEqual(all.filter(keepsInstance), ["root-volume", "stop-start"]);
  });
});
