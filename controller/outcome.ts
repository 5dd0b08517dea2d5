/** The outcome of a look or a deed. */
import type { Ec2Client } from "../provider/ec2/client";
import type { LastReplacement } from "../provider/engine/record/last-replacement";
import type { Clock } from "../provider/kit/clock";
import type { Outputs } from "../provider/model/outputs";
import type { Action } from "./action";
import type { Message } from "./events";
import type { Machine } from "./record";
import type { MissingRight } from "./rights";

/** The account, the clock and the limits that the loop works with. */
export interface Controller {
  region: string;
  ec2: Ec2Client;
  clock: Clock;
  /** Prints one line for the user. */
  say: (line: string) => void;
  /** Time by which the work has to end, as a Lambda has to; absent: never. */
  deadline?: number;
  /** Aborted when the user ends the controller. */
  cancelled?: AbortSignal;
}

/** A controller that looks at one machine. */
export interface Looking extends Controller {
  /** The rights that it finds missing, and goes on without. */
  missing: MissingRight[];
}

export interface Metrics {
  /** Instances that were replaced or brought back. */
  replacements: number;
  /** For how long, all in all, their addresses were dark. */
  outageSeconds: number;
  /** Launches that found no capacity. */
  capacityMisses: number;
  /** Events about what is not ours. */
  ignored: number;
}

/** The outcome for one machine. */
export interface Outcome {
  machineId: string;
  name: string;
  /**
   * - `ignored`: it is about nothing of ours
   * - `nothing`: all is as it is to be
   * - `waiting`: something is to be done later
   * - `done`: something was done, and all is as it is to be
   * - `to-be-continued`: the time was up; the follow-up goes on
   * - `failed`: it did not come about; the follow-up tries again
   * - `gave-up`: it will not be tried again; a person has to look
   * - `unreadable`: the record does not tell what is wanted; a person has to look
   */
  kind: "ignored" | "nothing" | "waiting" | "done" | "to-be-continued" | "failed" | "gave-up" | "unreadable";
  /** The action that was decided on. */
  action?: Action["kind"];
  /** The reason why the instance was replaced or brought back. */
  reason?: LastReplacement["reason"];
  /** The explanation, in words. */
  because: string;
  /** Whether giving up is news, to be told loudly. */
  isNew?: boolean;
  /** Whether several tries have failed: a person should know, although the tries go on. */
  isLong?: boolean;
  /** The message to be handled then. */
  followUp?: { at: number; message: Message };
  outputs?: Outputs;
  metrics: Metrics;
  /** Rights that were missing, to be told once for all machines. */
  missing?: readonly MissingRight[];
}

export const NONE: Metrics = { replacements: 0, outageSeconds: 0, capacityMisses: 0, ignored: 0 };

export function about({ id, name }: Pick<Machine, "id" | "name">): Pick<Outcome, "machineId" | "name"> {
  return { machineId: id, name };
}
