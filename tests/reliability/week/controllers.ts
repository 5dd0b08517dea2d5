/** `watch` or the function, whole, killed, or two at once. */
import type { Account } from "./account";
import type { Controller } from "./controller";
import { FunctionInAws } from "./function-in-aws";
import { Watching } from "./watching";

export type With = "watch" | "function";

/** How often it looks at all machines, unless it is told otherwise. */
export const EVERY_MS: Readonly<Record<With, number>> = { watch: 30_000, function: 60_000 };

export function controllerOf(account: Account, kind: With, everyMs = EVERY_MS[kind]): Controller {
  return kind === "watch" ? new Watching(account, everyMs) : new FunctionInAws(account, everyMs);
}
