/** One machine of the week, as its user knows it. */
import type { Stack } from "../../provider/support";
import type { Properties } from "../purpose";
import type { Declared } from "./declared";
import type { Span } from "./spans";

export interface Schedule {
  action: "pause" | "resume" | "recycle";
  cron: string;
  timezone: string;
}

export interface Machine {
  name: string;
  id: string;
  /** The user's Pulumi state. */
  stack: Stack;
  /** The user's program. */
  program: Properties;
  declared: Declared;
  /** Whether the strategy lets two instances be there at once. */
  overlaps: boolean;
  privateIp: string;
  macAddress: string;
  networkInterfaceId: string;
  allocationId: string;
  schedules: readonly Schedule[];
  /** An `up` failed, and its user has not run the next one. */
  isUnfinished: boolean;
  /** Two people are at it at the same time, each of whom may record a generation. */
  isMet: boolean;
  /** Its user chose an image that does not work, so that it may be given up. */
  isBad: boolean;
  /** Pulumi lets one run of a stack begin when the one before has ended. */
  lock: Promise<unknown>;
  /** When it was paused on record. */
  paused: Span[];
  /** When a controller rightly left it to somebody else. */
  granted: Span[];
  /** Events that may have made its address dark. */
  causes: { at: number; cause: string }[];
}

export interface Foreign {
  instanceId: string;
  networkInterfaceId: string;
  allocationId: string;
}

/** One command of a user's, and how long it took. */
interface Command {
  what: string;
  from: number;
  to: number;
}

/** All that there is in the account. */
export interface Fleet {
  machines: readonly Machine[];
  foreign: Foreign;
  commands: Command[];
}

/** Whether its record says so now. */
export function isPaused({ paused }: Pick<Machine, "paused">): boolean {
  return paused.at(-1)?.to === Infinity;
}
