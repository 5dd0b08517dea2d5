import assert from "node:assert/strict";
import { cancellable, Cancelled } from "../../../provider/kit/clock";
import { codesOf, type ErrorClass } from "../../../provider/ec2/error-codes";
import { Ec2Error } from "../../../provider/ec2/errors";
import { Pace } from "../../../provider/ec2/pace";
import { LONGEST_PAUSE_MS } from "../../../provider/ec2/backoff";
import { POLICIES, type Retry, withRetries } from "../../../provider/ec2/retry";
import { OTHER_PATIENCE_MS, Patience } from "../../../provider/ec2/patience";

interface Tried {
  calls: number;
  pauses: number[];
  lines: string[];
  result: unknown;
}

interface World {
  pauses: number[];
  lines: string[];
  retry: Retry & { pace: Pace };
}

function world(overrides: Partial<World["retry"]> = {}, patienceMs = 600_000): World {
  let time = 0;
  const pauses: number[] = [];
  const lines: string[] = [];
  const clock = {
    now: () => time,
    sleep: (ms: number) => {
      pauses.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
  const { random = (): number => 1 } = overrides;
  const retry = {
    clock,
    action: "RunInstances",
    repeatable: true,
    random,
    patience: new Patience(clock, patienceMs),
    pace: new Pace(clock, random),
    say: (line: string) => lines.push(line),
    ...overrides,
  };
  return { pauses, lines, retry };
}

/** Calls fail with `codes`, one after the other, the last one for ever; `ok` succeeds. */
async function tried(codes: string[], { pauses, lines, retry }: World = world()): Promise<Tried> {
  let calls = 0;
  const call = (): Promise<string> => {
    const code = codes[Math.min(calls++, codes.length - 1)] ?? "ok";
    return code === "ok" ? Promise.resolve("done") : Promise.reject(failing(code));
  };
  const result = await paced(call, retry).catch((error: unknown) => error);
  return { calls, pauses, lines, result };
}

/** As the client sends it. */
function paced<T>(call: () => Promise<T>, retry: World["retry"]): Promise<T> {
  const { action, patience, say } = retry;
  return withRetries(() => retry.pace.paced(action, call, { rank: "usual", patience, say }), retry);
}

function failing(code: string, isClockCorrected = false): Ec2Error {
  return new Ec2Error("RunInstances", code, "It failed.", { isClockCorrected });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, it) => total + it, 0);
}

describe("withRetries", () => {
  it("calls once what succeeds", async () => {
    assert.deepEqual(await tried(["ok"]), { calls: 1, pauses: [], lines: [], result: "done" });
  });

  it("waits out throttling, longer each time up to 20 s", async () => {
    const { result, pauses } = await tried([...Array<string>(8).fill("RequestLimitExceeded"), "ok"]);
    assert.equal(result, "done");
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
  });

  it("waits out throttling for as long as the run may be held up, and not a moment longer", async () => {
    for (const seconds of [30, 600]) {
      const { result, pauses } = await tried(["RequestLimitExceeded"], world({}, seconds * 1000));
      assert.equal((result as Ec2Error).code, "RequestLimitExceeded");
      assert.equal(sum(pauses), seconds * 1000);
      assert.match((result as Ec2Error).explanation, new RegExp(`; \\d+ tries in ${seconds} s\\)\\.`));
    }
  });

  it("has one patience for all calls of a run", async () => {
    const around = world({}, 60_000);
    const first = await tried([...Array<string>(6).fill("Throttling"), "ok"], around);
    assert.equal(first.result, "done");
    const held = sum(around.pauses);
    const second = await tried(["Throttling"], {
      ...around,
      retry: { ...around.retry, pace: new Pace(around.retry.clock, () => 1) },
    });
    assert.equal((second.result as Ec2Error).code, "Throttling");
    assert.equal(sum(around.pauses), 60_000);
    assert.ok(held > 30_000 && held < 60_000);
    assert.equal((await tried(["Throttling", "ok"], around)).calls, 1);
  });

  it("counts once what is held up at the same time", async () => {
    const { retry } = world({}, 60_000);
    retry.patience.begin();
    retry.patience.begin();
    await retry.clock.sleep(20_000);
    retry.patience.end();
    assert.equal(retry.patience.leftMs, 40_000);
    retry.patience.end();
    await retry.clock.sleep(20_000);
    assert.equal(retry.patience.leftMs, 40_000);
  });

  it("spreads the pauses of many machines over all of the time: full jitter", async () => {
    for (const [random, pauses] of [
      [0.5, [250, 500, 1000]],
      [0.1, [50, 100, 200]],
      [0, [50, 50, 50]],
    ] as const) {
      const throttled = ["Throttling", "Throttling", "Throttling", "ok"];
      assert.deepEqual((await tried(throttled, world({ random: () => random }))).pauses, pauses);
    }
  });

  it("tells the user of a pause that can be noticed, four times a minute at most", async () => {
    const { lines, pauses } = await tried(["RequestLimitExceeded"], world({}, 300_000));
    assert.equal(lines[0], "EC2 throttles RunInstances (RequestLimitExceeded); trying again in 1 s");
    assert.ok(pauses.length > lines.length && lines.length >= 10 && lines.length <= 20, String(lines.length));
    assert.deepEqual((await tried(["Throttling", "ok"])).lines, []);
    assert.deepEqual((await tried(["ECONNRESET", "ECONNRESET", "ok"])).lines, [
      "RunInstances did not get through (ECONNRESET); trying again in 1 s",
    ]);
  });

  it("repeats what did not get through four times", async () => {
    assert.equal(
      (await tried(["ECONNRESET", "InternalError", "ServiceUnavailable", "ETIMEDOUT", "ok"])).result,
      "done",
    );
    const { calls, result } = await tried(["ECONNRESET"]);
    assert.equal(calls, 5);
    assert.match((result as Ec2Error).explanation, /\(ECONNRESET; 5 tries in 8 s\)/);
  });

  it("never repeats what may have taken effect and has no token", async () => {
    assert.equal((await tried(["ECONNRESET", "ok"], world({ repeatable: false }))).calls, 1);
    assert.equal((await tried(["RequestLimitExceeded", "ok"], world({ repeatable: false }))).calls, 2);
  });

  it("never repeats a lack of capacity, a quota, a denial or anything unknown", async () => {
    for (const code of [
      "InsufficientInstanceCapacity",
      "VcpuLimitExceeded",
      "UnauthorizedOperation",
      "AuthFailure",
      "InvalidParameterValue",
      "SomethingNew",
    ]) {
      const { calls, result } = await tried([code, "ok"]);
      assert.equal(calls, 1, code);
      assert.equal((result as Ec2Error).code, code);
    }
  });

  it("repeats once what was signed at a wrong time, as soon as the right one is known", async () => {
    for (const failures of [1, 2]) {
      let calls = 0;
      const { retry, pauses } = world({ repeatable: false });
      const result = paced(
        () => (calls++ < failures ? Promise.reject(failing("RequestExpired", true)) : Promise.resolve("done")),
        retry,
      );
      await (failures === 1 ? result : assert.rejects(result, /RequestExpired/));
      assert.deepEqual([calls, pauses], [2, []]);
    }
  });

  it("says what held a call up that the user cancels, and sends it no more", async () => {
    const user = new AbortController();
    const around = world();
    let calls = 0;
    const call = (): Promise<never> => {
      calls++;
      user.abort();
      return Promise.reject(failing("RequestLimitExceeded"));
    };
    const clock = cancellable(around.retry.clock, user.signal);
    await assert.rejects(
      paced(call, { ...around.retry, clock, pace: new Pace(clock, () => 1) }),
      (error: Error) =>
        error instanceof Cancelled && error.message === "EC2 throttles RunInstances (RequestLimitExceeded)",
    );
    assert.deepEqual([calls, around.pauses], [1, []]);
  });
});

describe("the table of policies", () => {
  it("is what withRetries does, for every code there is", async () => {
    for (const [kind, { again, tries = Infinity }] of Object.entries(POLICIES)) {
      for (const code of codesOf(kind as ErrorClass)) {
        const { calls, pauses } = await tried([code], world({}, OTHER_PATIENCE_MS));
        const isTimed = again !== "never" && tries === Infinity;
        assert.equal(calls === 1, again === "never", code);
        assert.ok(
          calls <= tries && (isTimed ? sum(pauses) === OTHER_PATIENCE_MS : calls === tries || calls === 1),
          code,
        );
        assert.ok(pauses.every((it) => it <= LONGEST_PAUSE_MS));
      }
    }
  });
});
