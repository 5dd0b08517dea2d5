import assert from "node:assert/strict";
import { launchHash } from "../../../../provider/engine/record/specification";
import { castOf } from "../../../../provider/engine/situation/cast";
import { fits } from "../../../../provider/engine/situation/fit";
import type { Situation } from "../../../../provider/model/goal";
import type { Observed } from "../../../../provider/model/observed";
import { desired, generation, ID, instance, observed, recorded, situation } from "../things";

describe("an instance fits", () => {
  const fitting = (one = instance(), around: Partial<Situation> = {}): boolean => fits(one, castOf(situation(around)));

  it("if it was launched with what is wanted", () => {
    assert.ok(fitting());
    assert.ok(!fitting(instance(), { desired: desired({ imageId: "ami-0a1b2c3d" }) }));
  });

  it("whatever its generation, as long as no recycle came after it", () => {
    const newer = (replacesBefore: number): Observed =>
      observed({ generation: generation({ number: 3, replacesBefore }) });
    assert.ok(fitting(instance(), { observed: newer(1) }));
    assert.ok(!fitting(instance(), { observed: newer(2) }));
  });

  it("if its tags were taken off, by what is on record for it", () => {
    const bare = instance({ tags: {} });
    const onRecord = recorded({ instanceId: "i-1", launchHash: launchHash(ID, desired()) });
    assert.ok(fitting(bare, { recorded: onRecord }));
    assert.ok(!fitting(bare, { recorded: { ...onRecord, instanceId: "i-2" } }));
    assert.ok(!fitting(bare, { recorded: { ...onRecord, launchHash: "other" } }));
    assert.ok(!fitting(bare));
  });

  it("unless it is the one that is to be replaced all the same", () => {
    const replacing = (replaceInstanceId: string): Partial<Situation> => ({
      purpose: { kind: "upkeep", generation: generation(), replaceInstanceId },
    });
    assert.ok(!fitting(instance(), replacing("i-1")));
    assert.ok(fitting(instance(), replacing("i-2")));
  });
});
