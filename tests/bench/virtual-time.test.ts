import assert from "node:assert/strict";
import { VirtualTime } from "../../bench/virtual-time";

describe("virtual time", () => {
  it("goes on to who wakes next, and among those of one moment to who lay down first", async () => {
    const time = new VirtualTime({ start: 0 });
    const woken: string[] = [];
    const sleeper = async (name: string, ...naps: number[]): Promise<void> => {
      for (const nap of naps) {
        await time.sleep(nap);
        woken.push(`${name} ${time.now()}`);
      }
    };
    await time.until(Promise.all([sleeper("a", 10, 10), sleeper("b", 5, 5, 5), sleeper("c", 10)]));
    assert.deepEqual(woken, ["b 5", "a 10", "c 10", "b 10", "b 15", "a 20"]);
  });

  it("stands still while anybody works", async () => {
    const time = new VirtualTime({ start: 0 });
    const work = async (): Promise<number> => {
      for (let step = 0; step < 1_000; step++) await Promise.resolve();
      return time.now();
    };
    assert.deepEqual(await time.until(Promise.all([work(), time.sleep(3)])), [0, undefined]);
  });

  it("stops where something happens by itself", async () => {
    const changes = [4, 7];
    const seen: number[] = [];
    const time: VirtualTime = new VirtualTime({
      start: 0,
      nextChangeAt: () => changes[0],
      onChange: () => {
        changes.shift();
        seen.push(time.now());
      },
    });
    await time.until(time.sleep(10));
    assert.deepEqual([seen, time.now()], [[4, 7], 10]);
  });

  it("gives up work that waits for nothing that will come", async () => {
    await assert.rejects(new VirtualTime().until(new Promise(() => undefined)), /nobody sleeps/);
  });

  it("hands on what the work failed with", async () => {
    await assert.rejects(new VirtualTime().until(Promise.reject(new Error("no capacity"))), /no capacity/);
  });
});
