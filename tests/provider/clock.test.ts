import assert from "node:assert/strict";
import { scaledClock } from "../../provider/clock";

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
