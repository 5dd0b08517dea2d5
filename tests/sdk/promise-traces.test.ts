import assert from "node:assert/strict";
import { withoutPromiseTraces } from "../../sdk/promise-traces";

const traces: { prepareStackTrace?: (error: Error, frames: NodeJS.CallSite[]) => unknown } = Error;

function debuggablePromise(): string | undefined {
  return new Error("made here").stack;
}

function anyOther(): string | undefined {
  return new Error("made here").stack;
}

describe("a program's stack traces", () => {
  const before = traces.prepareStackTrace;
  const spelled: string[] = [];

  beforeEach(() => {
    spelled.length = 0;
    traces.prepareStackTrace = (error, frames) => {
      const trace = `${String(error)} in ${frames[0]?.getFunctionName() ?? ""}`;
      spelled.push(trace);
      return trace;
    };
  });

  afterEach(() => {
    traces.prepareStackTrace = before;
    delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
  });

  it("are not spelled out for the runtime's promises", () => {
    const restore = withoutPromiseTraces();
    assert.equal(debuggablePromise(), "Error: made here");
    assert.deepEqual(spelled, []);
    restore();
  });

  it("are as they were for everything else, and afterwards", () => {
    const restore = withoutPromiseTraces();
    assert.equal(anyOther(), "Error: made here in anyOther");
    restore();
    assert.equal(debuggablePromise(), "Error: made here in debuggablePromise");
  });

  it("are spelled out where Pulumi is told to look for leaks", () => {
    process.env.PULUMI_DEBUG_PROMISE_LEAKS = "true";
    const restore = withoutPromiseTraces();
    assert.equal(debuggablePromise(), "Error: made here in debuggablePromise");
    restore();
  });

  it("are left alone where nothing but V8 spells them out, which takes little", () => {
    traces.prepareStackTrace = undefined;
    withoutPromiseTraces()();
    assert.equal(traces.prepareStackTrace, undefined);
  });
});
