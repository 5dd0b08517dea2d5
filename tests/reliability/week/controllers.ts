/** Who looks after the machines between two runs of `up`: `watch` or the function, whole, killed, or two at once. */
import type { Account } from "./account";
import { FunctionInAws } from "./function-in-aws";
import { Process } from "./process";
import { Watching } from "./watching";

export type With = "watch" | "function";

/** One controller. */
export interface Controller {
  /** From now on it works, until it is stopped. */
  begin: () => void;
  stop: () => Promise<void>;
  /** One of its processes dies at one of its next calls. */
  kill: (inCalls: number, when: "before" | "after") => void;
}

/** A process of a controller's may touch every machine of the fleet, and nothing else. */
export function controllerProcess(account: Account): Process {
  const through = account.watch.process(account.states, (id) => account.purposeOf(id));
  return new Process(account, "controller", through);
}

/** How long after its event or its instance's end a machine is looked at, at the latest, where all works. */
export const LOOKS_WITHIN_MS: Readonly<Record<With, number>> = { watch: 30_000, function: 60_000 };

export function controllerOf(account: Account, kind: With): Controller {
  return kind === "watch" ? new Watching(account) : new FunctionInAws(account);
}
