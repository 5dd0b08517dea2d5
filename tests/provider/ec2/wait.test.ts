import assert from "node:assert/strict";
import { cancellable, Cancelled, type Clock } from "../../../provider/kit/clock";
import { Ec2Error } from "../../../provider/ec2/errors";
import { Expectations, USUAL } from "../../../provider/ec2/expectations";
import { type Wait, waitFor as waitIn, WaitFailure, type Waiting, WaitTimeout } from "../../../provider/ec2/wait";

/** The wait, with what it waits by. */
function waitFor<T>(wait: Wait<T> & Waiting): Promise<T> {
  return waitIn(wait, wait);
}

class TestClock implements Clock {
  readonly pauses: number[] = [];
  private time = 0;

  now(): number {
    return this.time;
  }

  sleep(ms: number): Promise<void> {
    this.pauses.push(ms);
    this.time += ms;
    return Promise.resolve();
  }
}

/** Sees one thing after the other, the last one for ever; an error is thrown. */
function seeing(
  sequence: (string | Error)[],
  overrides: Partial<Wait<string>> = {},
): Wait<string> & Waiting & { clock: TestClock } {
  let look = 0;
  return {
    kind: "shutdown",
    what: "i-1 to run",
    read: () => {
      const seen = sequence[Math.min(look++, sequence.length - 1)] ?? "";
      return seen instanceof Error ? Promise.reject(seen) : Promise.resolve(seen);
    },
    isReady: (seen) => seen === "running",
    describe: (seen) => seen,
    timeoutMs: 60_000,
    ...overrides,
    clock: new TestClock(),
    expectations: new Expectations(),
  };
}

const throttled = new Ec2Error("DescribeInstances", "RequestLimitExceeded", "Too fast.");
const reset = new Ec2Error("DescribeInstances", "ECONNRESET", "socket hang up");
const denied = new Ec2Error("DescribeInstances", "UnauthorizedOperation", "No.");

describe("waitFor", () => {
  it("returns at once what is ready, with no pause", async () => {
    const wait = seeing(["running"]);
    assert.equal(await waitFor(wait), "running");
    assert.deepEqual(wait.clock.pauses, []);
  });

  it("looks again until it is ready", async () => {
    const wait = seeing(["pending", "pending", "running"]);
    assert.equal(await waitFor(wait), "running");
    assert.equal(wait.clock.pauses.length, 2);
  });

  it("pauses as what is waited for is expected to be there", async () => {
    const wait = seeing(["pending"], { kind: "launch", timeoutMs: 120_000 });
    const expected = new Expectations();
    await assert.rejects(waitFor(wait));
    let waited = 0;
    for (const pause of wait.clock.pauses) {
      assert.equal(pause, Math.min(expected.pauseAfter("launch", waited), 120_000 - waited));
      waited += pause;
    }
  });

  it("looks a last time when the time is up, and waits no longer, however long it usually takes", async () => {
    const wait = seeing(["pending"], { kind: "shutdown", timeoutMs: 5000 });
    await assert.rejects(waitFor(wait), /after 5 s/);
    assert.deepEqual(wait.clock.pauses, [5000]);
  });

  it("learns how long it took, of a wait that was one and came to its end", async () => {
    const { typical } = USUAL.launch;
    const learned = async (...sequence: (string | Error)[]): Promise<number> => {
      const wait = seeing(sequence, { kind: "launch", timeoutMs: 200_000 });
      await waitFor(wait).catch(() => undefined);
      return wait.expectations.of("launch").typical;
    };
    assert.equal(await learned("running"), typical);
    assert.equal(await learned("pending", denied), typical);
    assert.equal(await learned("pending"), typical);
    assert.ok((await learned("pending", "running")) < typical);
    assert.ok((await learned(...Array<string>(20).fill("pending"), "running")) > typical);
  });

  it("gives up when the time is up, and says what it waited for, how long, and what it saw last", async () => {
    await assert.rejects(waitFor(seeing(["pending"])), (error: Error) => {
      assert.ok(error instanceof WaitTimeout);
      assert.match(error.message, /^still waiting for i-1 to run after 6\d s; last seen: pending$/);
      return true;
    });
  });

  it("looks a last time after the last pause", async () => {
    const wait = seeing(["pending", "running"], { timeoutMs: 1 });
    assert.equal(await waitFor(wait), "running");
  });

  it("ends at once with the sentence of a state from which it can never become ready", async () => {
    const failure = (seen: string): string | undefined => (seen === "terminated" ? "i-1 ended" : undefined);
    const wait = seeing(["pending", "terminated"], { failure });
    await assert.rejects(
      waitFor(wait),
      (error: Error) => error instanceof WaitFailure && error.message === "i-1 ended",
    );
    assert.equal(wait.clock.pauses.length, 1);
  });

  it("misses a look that is throttled or does not get through", async () => {
    assert.equal(await waitFor(seeing([throttled, reset, "running"])), "running");
  });

  it("ends at once with any other error", async () => {
    const wait = seeing([denied, "running"]);
    await assert.rejects(waitFor(wait), denied);
    await assert.rejects(waitFor(seeing([new TypeError("bug"), "running"])), TypeError);
    assert.deepEqual(wait.clock.pauses, []);
  });

  it("has the last error as cause when the time is up", async () => {
    await assert.rejects(waitFor(seeing([reset])), (error: Error) => {
      assert.equal(error.cause, reset);
      assert.match(error.message, /last seen: socket hang up/);
      return true;
    });
  });

  it("says what it waited for, and what it saw last, when the user ends the run", async () => {
    const user = new AbortController();
    const wait = seeing(["pending"]);
    const clock = cancellable(wait.clock, user.signal);
    const read = (): Promise<string> => {
      user.abort();
      return wait.read();
    };
    await assert.rejects(
      waitFor({ ...wait, read, clock }),
      (error: Error) => error instanceof Cancelled && error.message === "waited for i-1 to run; last seen: pending",
    );
  });
});
