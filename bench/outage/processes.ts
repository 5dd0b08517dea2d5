/** As many processes as there are cores, one series after the other: a thousand runs through the SDK are half a minute of work. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Series } from "./series";
import type { Order } from "./worker";

export async function measuredByProcesses(
  names: readonly string[],
  runs: number,
  say: (line: string) => void,
): Promise<Series[]> {
  const left = names.map((name, index) => ({ name, index }));
  const done: Series[] = [];
  const work = async (): Promise<void> => {
    const child = started();
    try {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        done[next.index] = await madeBy(child, { name: next.name, runs });
        say(`${next.name}: ${runs} replacements`);
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), names.length) }, work));
  return done;
}

function started(): ChildProcess {
  // Memory that a run leaves behind is garbage soon: the more of it there may be, the less often it is looked through.
  const execArgv = ["--max-semi-space-size=64", "-r", "ts-node/register/transpile-only"];
  return fork(join(__dirname, "worker.ts"), { execArgv });
}

function madeBy(child: ChildProcess, order: Order): Promise<Series> {
  return new Promise((resolve, reject) => {
    const fail = (why: unknown): void => {
      reject(why instanceof Error ? why : new Error(`the process of ${order.name} ended with ${String(why)}`));
    };
    child.once("error", fail);
    child.once("exit", fail);
    child.once("message", (series) => {
      child.off("error", fail);
      child.off("exit", fail);
      resolve(series as Series);
    });
    child.send(order);
  });
}
