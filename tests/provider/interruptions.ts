/** What can come between the provider and EC2. */
import type { RequestHandler, StackOptions } from "./support";

/** No code of EC2 and no socket error: the provider can do nothing about it. */
class Killed extends Error {
  override readonly name = "Killed";
}

type InProcess = Parameters<NonNullable<StackOptions["through"]>>[0];

function around(handler: InProcess, send: (request: never) => Promise<unknown>): RequestHandler {
  return { ...handler, handle: send };
}

/**
 * The provider process is killed at its call number `at`, or its first of that action, before the call takes effect or after it:
 * no later call takes effect either. `calls` counts those that were sent until then.
 */
export class Kill {
  calls = 0;
  at: number;

  constructor(
    at: number | string,
    readonly when: "before" | "after",
  ) {
    this.at = typeof at === "number" ? at : Infinity;
    this.action = typeof at === "string" ? at : undefined;
  }

  private readonly action: string | undefined;

  get happened(): boolean {
    return this.calls >= this.at;
  }

  readonly through = (handler: InProcess): RequestHandler =>
    around(handler, async (request: { body?: unknown }) => {
      this.calls++;
      const called = new URLSearchParams(String(request.body)).get("Action");
      if (called === this.action) {
        this.at = Math.min(this.at, this.calls);
      }
      if (this.calls > this.at || (this.calls === this.at && this.when === "before")) {
        throw new Killed("the process was killed");
      }
      const reply = await handler.handle(request as never);
      if (this.calls >= this.at) {
        throw new Killed("the process was killed");
      }
      return reply;
    });
}

/** Calls wait for their turn, in an order that the seed decides: two runs at once meet in ever other ways. */
export function shuffled(seed: number): (handler: InProcess) => RequestHandler {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 16) % 8;
  };
  return (handler) =>
    around(handler, async (request) => {
      for (let turns = next(); turns > 0; turns--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      return handler.handle(request);
    });
}

/** Something happens right before each call of an action, or right after it. */
export function interposed(hooks: {
  before?: (action: string) => void | Promise<void>;
  after?: (action: string) => void | Promise<void>;
}): (handler: InProcess) => RequestHandler {
  return (handler) =>
    around(handler, async (request: { body?: unknown }) => {
      const asked = new URLSearchParams(String(request.body));
      const action = `${asked.get("DryRun") === "true" ? "dry run of " : ""}${asked.get("Action") ?? ""}`;
      await hooks.before?.(action);
      const reply = await handler.handle(request as never);
      await hooks.after?.(action);
      return reply;
    });
}

/** A socket's error, as Node makes it. */
export function cut(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

/** The connection is cut at the first calls of one action, before they take effect or after it. */
export function cutting(action: string, when: "before" | "after", times = 1): NonNullable<StackOptions["through"]> {
  let left = times;
  const strike = (moment: "before" | "after") => (called: string) => {
    if (moment === when && called === action && left-- > 0) {
      throw cut();
    }
  };
  return interposed({ before: strike("before"), after: strike("after") });
}
