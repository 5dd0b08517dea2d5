import assert from "node:assert/strict";
import { canonical } from "../../../provider/kit/canonical";

describe("canonical JSON", () => {
  it("is the same for equal values, in whatever order their keys are, at any depth", () => {
    assert.equal(canonical({ b: [{ d: 1, c: 2 }], a: null }), '{"a":null,"b":[{"c":2,"d":1}]}');
    assert.equal(canonical({ a: null, b: [{ c: 2, d: 1 }] }), canonical({ b: [{ d: 1, c: 2 }], a: null }));
  });

  it("tells lists by their order, and takes nothing for null", () => {
    assert.notEqual(canonical([1, 2]), canonical([2, 1]));
    assert.equal(canonical(undefined), "null");
    assert.equal(canonical({ a: undefined }), "{}");
  });
});
