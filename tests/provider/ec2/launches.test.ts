/** How many machines are down at a time: as many as launches can follow, and never none. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { VirtualTime } from "../../../bench/virtual-time";
import { Cancelled, Stopwatch } from "../../../provider/clock";
import { Launches } from "../../../provider/ec2/launches";

interface Machine {
  /** Resolved once it may be taken down. */
  down: Promise<void>;
  isLaunched: () => void;
  lines: string[];
}

function machines(rate: { perSecond?: number }): {
  time: VirtualTime;
  isDown: string[];
  machine: (name: string, cancelled?: AbortSignal) => Machine;
} {
  const time = new VirtualTime({ start: 0 });
  const launches = new Launches(() => rate.perSecond);
  const isDown: string[] = [];
  const machine = (name: string, cancelled = new AbortController().signal): Machine => {
    const lines: string[] = [];
    const it: Machine = { down: Promise.resolve(), isLaunched: () => undefined, lines };
    const say = (line: string): void => void lines.push(line);
    it.down = launches.takeDown({ unqueued: new Stopwatch(time), cancelled, say }).then((isLaunched) => {
      it.isLaunched = isLaunched;
      isDown.push(name);
    });
    return it;
  };
  return { time, isDown, machine };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `m${index}`);

describe("machines that are taken down", () => {
  it("are not bounded as long as EC2 has refused no launch", async () => {
    const { isDown, machine } = machines({});
    names(1000).forEach((it) => machine(it));
    await turn();
    assert.equal(isDown.length, 1000);
  });

  it("are as many as can be launched by the time they are down: 35 s at first, later what was seen", async () => {
    const { time, isDown, machine } = machines({ perSecond: 1 });
    const all = names(200).map((it) => machine(it));
    await turn();
    assert.equal(isDown.length, 35);
    await time.until(time.sleep(10_000));
    // Of these each took 10 s, so that ten a time are enough for one a second.
    all.slice(0, 30).forEach((it) => {
      it.isLaunched();
    });
    await turn();
    const down = isDown.length - 30;
    assert.ok(down >= 10 && down <= 12, String(down));
  });

  it("never wait alone, however few launches there are", async () => {
    const { isDown, machine } = machines({ perSecond: 0.001 });
    const [first] = names(2).map((it) => machine(it));
    await turn();
    assert.deepEqual(isDown, ["m0"]);
    first?.isLaunched();
    first?.isLaunched();
    await turn();
    assert.deepEqual(isDown, ["m0", "m1"]);
  });

  it("wait in turn, and say for what", async () => {
    const rate = { perSecond: 0.1 };
    const { isDown, machine } = machines(rate);
    const all = names(6).map((it) => machine(it));
    await turn();
    assert.deepEqual(isDown, ["m0", "m1", "m2", "m3"]);
    assert.deepEqual(
      all.map((it) => it.lines.join()),
      [
        "",
        "",
        "",
        "",
        "stays up until a launch can follow at once: EC2 allows 0.1 a second, 4 machines are down, 0 are ahead",
        "stays up until a launch can follow at once: EC2 allows 0.1 a second, 4 machines are down, 1 are ahead",
      ],
    );
    all[0]?.isLaunched();
    await turn();
    // It was launched at once, so that fewer need to be down for the same rate.
    assert.equal(isDown.length, 4);
    all[1]?.isLaunched();
    await turn();
    assert.deepEqual(isDown.slice(4), ["m4"]);
  });

  it("are taken down no more once the user cancels, and leave their place to others", async () => {
    const { isDown, machine } = machines({ perSecond: 0.01 });
    const user = new AbortController();
    const first = machine("m0");
    const second = machine("m1", user.signal);
    const third = machine("m2");
    await turn();
    user.abort();
    await assert.rejects(
      second.down,
      (error: Error) => error instanceof Cancelled && error.message === "waited for its turn to be taken down",
    );
    first.isLaunched();
    await third.down;
    assert.deepEqual(isDown, ["m0", "m2"]);
    await assert.rejects(machine("m3", user.signal).down, Cancelled);
  });
});
