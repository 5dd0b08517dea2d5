/** One series to a process: a thousand runs through the SDK are half a minute of work, and there is more than one core. */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Series } from "./series";

export async function measuredByProcesses(
  names: readonly string[],
  runs: number,
  say: (line: string) => void,
): Promise<Series[]> {
  const left = names.map((name, index) => ({ name, index }));
  const done: Series[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      done[next.index] = await inProcess(next.name, runs);
      say(`${next.name}: ${runs} replacements`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return done;
}

function inProcess(name: string, runs: number): Promise<Series> {
  // What a run leaves behind is garbage soon: the more of it there may be, the less often it is looked through.
  const execArgv = ["--max-semi-space-size=64", "-r", "ts-node/register/transpile-only"];
  const child = fork(join(__dirname, "worker.ts"), [name, String(runs)], { execArgv });
  return new Promise((resolve, reject) => {
    child.once("message", (series) => {
      resolve(series as Series);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`the process of ${name} ended with ${String(code)}`));
    });
  });
}
