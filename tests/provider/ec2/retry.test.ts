import assert from "node:assert/strict";
import { Ec2Error } from "../../../provider/ec2/errors";
import { type Retry, withRetries } from "../../../provider/ec2/retry";

interface Tried {
  calls: number;
  pauses: number[];
  result: unknown;
}

/** Calls fail with `codes`, one after the other, the last one for ever; `ok` succeeds. */
async function tried(codes: string[], overrides: Partial<Retry> = {}): Promise<Tried> {
  let calls = 0;
  let time = 0;
  const pauses: number[] = [];
  const clock = {
    now: () => time,
    sleep: (ms: number) => {
      pauses.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
  const call = (): Promise<string> => {
    const code = codes[Math.min(calls++, codes.length - 1)] ?? "ok";
    return code === "ok" ? Promise.resolve("done") : Promise.reject(new Ec2Error("RunInstances", code, "It failed."));
  };
  const retry = { clock, repeatable: true, random: () => 1, ...overrides };
  const result = await withRetries(call, retry).catch((error: unknown) => error);
  return { calls, pauses, result };
}

describe("withRetries", () => {
  it("calls once what succeeds", async () => {
    assert.deepEqual(await tried(["ok"]), { calls: 1, pauses: [], result: "done" });
  });

  it("waits out throttling, longer each time up to 20 s", async () => {
    const { result, pauses } = await tried([...Array<string>(8).fill("RequestLimitExceeded"), "ok"]);
    assert.equal(result, "done");
    assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
  });

  it("gives up on throttling after five minutes, not before", async () => {
    const { result, pauses } = await tried(["RequestLimitExceeded"]);
    const waited = pauses.reduce((sum, it) => sum + it, 0);
    assert.equal((result as Ec2Error).code, "RequestLimitExceeded");
    assert.ok(waited >= 300_000 && waited < 330_000, String(waited));
  });

  it("spreads the pauses of many machines between a half and the whole", async () => {
    const { pauses } = await tried(["Throttling", "Throttling", "ok"], { random: () => 0 });
    assert.deepEqual(pauses, [250, 500]);
  });

  it("repeats what did not get through four times", async () => {
    assert.equal(
      (await tried(["ECONNRESET", "InternalError", "ServiceUnavailable", "ETIMEDOUT", "ok"])).result,
      "done",
    );
    assert.equal((await tried(["ECONNRESET"])).calls, 5);
  });

  it("never repeats what may have taken effect and has no token", async () => {
    assert.equal((await tried(["ECONNRESET", "ok"], { repeatable: false })).calls, 1);
    assert.equal((await tried(["RequestLimitExceeded", "ok"], { repeatable: false })).calls, 2);
  });

  it("never repeats a lack of capacity, a denial or anything unknown", async () => {
    for (const code of ["InsufficientInstanceCapacity", "UnauthorizedOperation", "AuthFailure", "SomethingNew"]) {
      const { calls, result } = await tried([code, "ok"]);
      assert.equal(calls, 1, code);
      assert.equal((result as Ec2Error).code, code);
    }
  });
});
