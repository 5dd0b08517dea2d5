/** How the calls of a run reach EC2: at their turn, again where that may help, and describes together with those of other runs. */
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { Clock } from "../kit/clock";
import type { Expectations } from "./expectations";
import type { Asker, Pace, Rank } from "./pace";
import { OTHER_PATIENCE_MS, Patience } from "./patience";
import type { Read } from "./reads";
import { actionOf, type Call, isRepeatable } from "./repeats";
import { asEc2Errors } from "./replies";
import { type Retry, withRetries } from "./retry";

/** Bounds the calls of one run of a machine, and tells its user of them. */
export type OfRun = Pick<Retry, "patience" | "say"> & Pick<Asker, "queued" | "beforeSending">;

/** A run, or the calls that belong to none: each of those has a patience of its own. */
export type ThisRun = Partial<OfRun> & Pick<OfRun, "say">;

/** The state that all runs of a session share. */
export interface SharedState {
  client: EC2Client;
  clock: Clock;
  random: () => number;
  pace: Pace;
  expectations: Expectations;
  /** By key, see {@link Caller.shared}. */
  made: Map<object, unknown>;
  isDryRun?: boolean;
}

/** Makes the calls of one run; the file of each kind of thing says which. */
export interface Caller {
  client: EC2Client;
  /** Makes a call of this run alone, at its turn. */
  call: <T>(call: Call, send: () => Promise<T>, rank?: Rank) => Promise<T>;
  /** Asks together with the other runs of the session. */
  find: <Question, Found>(read: Read<Question, Found>, question: Question) => Promise<Found[]>;
  /** Makes `attempt` again where that may help. The attempt itself waits for its turn. */
  retried: <T>(call: Call, attempt: (patience: Patience) => Promise<T>) => Promise<T>;
  /** The session's one of `key`, made for whoever asks first. */
  shared: <T>(key: object, make: () => T) => T;
}

export function callerOf(state: SharedState, run: ThisRun): Caller {
  const { client, clock, random, pace, made, isDryRun = false } = state;
  const shared: Caller["shared"] = <T>(key: object, make: () => T) => {
    if (!made.has(key)) {
      made.set(key, make());
    }
    return made.get(key) as T;
  };
  const retried: Caller["retried"] = (call, attempt) => {
    const { say, patience = new Patience(clock, OTHER_PATIENCE_MS) } = run;
    const retry = { clock, random, pace, say, patience, action: actionOf(call), repeatable: isRepeatable(call) };
    return withRetries(() => attempt(patience), retry);
  };
  return {
    client,
    call: (call, send, rank = "usual") => {
      const action = actionOf(call);
      const place = {};
      return retried(call, (patience) => {
        const { say, queued, beforeSending } = run;
        const asker: Asker = isDryRun
          ? { say, queued, patience, place, rank: "dry-run" }
          : { say, queued, patience, place, rank, beforeSending };
        return pace.paced(action, () => asEc2Errors(action, send), asker);
      });
    },
    find: ({ action, readerOf }, question) => {
      const look = <T>(send: () => Promise<T>): Promise<T> => pace.paced(action, () => asEc2Errors(action, send));
      const reader = shared(readerOf, () => readerOf(client, look));
      return retried(action, () => reader.find(question));
    },
    retried,
    shared,
  };
}
