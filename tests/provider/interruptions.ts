/** Interruptions that can come between the provider and EC2. */
import type { InProcess, RequestHandler, Through } from "./support";

/** Sends a request, or something in its place; a dry run of an action is another one. */
type Send = (request: never, action: string, params: URLSearchParams) => Promise<unknown>;

export function sending(handler: InProcess, send: Send): RequestHandler {
  return {
    ...handler,
    handle: (request: { body?: unknown }) => {
      const params = new URLSearchParams(String(request.body));
      const dry = params.get("DryRun") === "true" ? "dry run of " : "";
      return send(request as never, `${dry}${params.get("Action") ?? ""}`, params);
    },
  } as RequestHandler;
}

/** Calls wait for their turn, in an order that the seed decides: two runs at once meet in ever other ways. */
export function shuffled(seed: number): Through {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 16) % 8;
  };
  return (handler) =>
    sending(handler, async (request) => {
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
}): Through {
  return (handler) =>
    sending(handler, async (request, action) => {
      await hooks.before?.(action);
      const reply = await handler.handle(request);
      await hooks.after?.(action);
      return reply;
    });
}

/** A socket's error, as Node makes it. */
export function cut(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

/** The connection is cut at the first calls of one action, before they take effect or after it. */
export function cutting(action: string, when: "before" | "after", times = 1): Through {
  let left = times;
  const strike = (moment: "before" | "after") => (called: string) => {
    if (moment === when && called === action && left-- > 0) {
      throw cut();
    }
  };
  return interposed({ before: strike("before"), after: strike("after") });
}
