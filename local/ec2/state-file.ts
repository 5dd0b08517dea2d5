import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import type { TableName } from "./model/state";
import type { SimState } from "./simulator";

/** Long enough to take a burst of calls together, short enough that hardly anything is lost with the process. */
const DELAY_MS = 200;

const CORE: readonly TableName[] = ["subnets", "networkInterfaces", "addresses", "instances", "launchTemplates"];

/** The account on disk: readable by its owner only, since user data may hold secrets. */
export class StateFile {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly path: string) {}

  read(): SimState | undefined {
    if (!existsSync(this.path)) return undefined;
    const state = parse(readFileSync(this.path, "utf8"));
    if (!isState(state)) throw new Error(`${this.path} is not a state of the EC2 simulator.`);
    return state;
  }

  /** Whole or not at all: a reader never sees half a file. */
  write(state: SimState): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const draft = `${this.path}.${process.pid}.tmp`;
    try {
      writeFileSync(draft, `${JSON.stringify(state)}\n`, { mode: 0o600 });
      renameSync(draft, this.path);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  writeSoon(snapshot: () => SimState): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tryWrite(snapshot());
    }, DELAY_MS).unref();
  }

  /** A disk that is full must not end the simulator: the next change tries again. */
  private tryWrite(state: SimState): void {
    try {
      this.write(state);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      process.stderr.write(`The simulator's state could not be written to ${this.path}: ${why}\n`);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is SimState {
  if (typeof value !== "object" || value === null) return false;
  // A file of an older version has fewer tables; those that it has not are empty.
  return ["now", "region", "accountId", "random", "schedule", "ledger", ...CORE].every((name) => name in value);
}
