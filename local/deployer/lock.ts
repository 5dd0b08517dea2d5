import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DeployError } from "./errors";

/** Lets one run at a time at a state file. The lock of a run that was killed is taken over. */
export function takeLock(stateFile: string): () => void {
  const path = `${stateFile}.lock`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!tryCreate(path)) {
    const holder = Number(readFileSync(path, "utf8"));
    if (isAlive(holder))
      throw new DeployError(
        `Another run (process ${String(holder)}) is at work on this stack: wait for it, or if there is none, delete ${path}.`,
      );
    rmSync(path, { force: true });
    if (!tryCreate(path)) throw new DeployError("Another run has just started on this stack: wait for it.");
  }
  return () => {
    rmSync(path, { force: true });
  };
}

function tryCreate(path: string): boolean {
  try {
    writeFileSync(path, `${String(process.pid)}\n`, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
