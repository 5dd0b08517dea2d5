/**
 * Time limits end tests that hang, and fail no test because the machine is slow or busy: the limit that a suite or a test asks for counts
 * five times, and no limit is under two minutes. `.mocharc.json` loads this before the tests.
 */
import { Runnable } from "mocha";

const FACTOR = 5;
const LEAST_MS = 120_000;

interface Limited {
  timeout(ms?: string | number): unknown;
}

const limited = Runnable.prototype as Limited;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called below, with the runnable as `this`
const original = limited.timeout;

// Suites hand their limit on to their tests and hooks, unchanged, through this same method.
limited.timeout = function timeout(this: Limited, ms?: string | number): unknown {
  if (ms === undefined) return original.call(this);
  return original.call(this, typeof ms === "number" && ms > 0 ? Math.max(ms * FACTOR, LEAST_MS) : ms);
};
