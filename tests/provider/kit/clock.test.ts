import assert from "node:assert/strict";
import { cancellable, Cancelled, type Clock, scaledClock } from "../../../provider/kit/clock";

describe("the engine's clock", () => {
  it("tells the time of day, which another process knows too", () => {
    assert.ok(Math.abs(scaledClock(1).now() - Date.now()) < 5_000);
  });

  it("runs as many times as fast as it is told to", async () => {
    const [clock, fast] = [scaledClock(1), scaledClock(1000)];
    const [begin, fastBegin] = [clock.now(), fast.now()];
    await fast.sleep(5_000);
    const [real, simulated] = [clock.now() - begin, fast.now() - fastBegin];
    assert.ok(simulated >= 4_000 && real < simulated / 100, `${real} ms and ${simulated} ms`);
  });
});

describe("the clock of a run that the user can end", () => {
  const never: Clock = { now: () => 7, sleep: () => new Promise(() => undefined) };

  it("ends the pause that is under way, at once", async () => {
    const user = new AbortController();
    const pause = cancellable(never, user.signal).sleep(600_000);
    user.abort();
    await assert.rejects(pause, Cancelled);
  });

  it("begins no pause after that", async () => {
    await assert.rejects(cancellable(never, AbortSignal.abort()).sleep(1), Cancelled);
  });

  it("is the clock that it is given until then", async () => {
    let slept = 0;
    const given: Clock = {
      now: () => 7,
      sleep: (ms) => {
        slept += ms;
        return Promise.resolve();
      },
    };
    const clock = cancellable(given, new AbortController().signal);
    await clock.sleep(5);
    assert.deepEqual([clock.now(), slept], [7, 5]);
  });

  it("lets all machines of a stack pause at the same time without a warning of Node's", async () => {
    const { signal } = new AbortController();
    const clock = cancellable(never, signal);
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on("warning", note);
    Array.from({ length: 100 }, () => void clock.sleep(1));
    await new Promise(setImmediate);
    process.off("warning", note);
    assert.deepEqual(warnings, []);
  });
});
