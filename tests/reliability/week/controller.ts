/** A controller, which looks after the machines between two runs of `up`. */
import type { Account } from "./account";
import { Process } from "./process";

/** One controller. */
export interface Controller {
  /** How often it looks at all machines. */
  everyMs: number;
  /** From now on it works, until it is stopped. */
  begin: () => void;
  stop: () => Promise<void>;
  /** Something that is no message comes to it. */
  poison: () => void;
  /** One of its processes dies at one of its next calls. */
  kill: (inCalls: number, when: "before" | "after") => void;
}

/** A process of a controller's may touch every machine of the fleet, and nothing else. */
export function controllerProcess(account: Account): Process {
  const through = account.watch.process(account.states, (id) => account.purposeOf(id));
  return new Process(account, "controller", through);
}
