/** A look at one machine, and what may be done about it. Plain data. */
import type { LastReplacement } from "../provider/engine/record/last-replacement";
import type { Instance } from "../provider/model/things";
import type { Signal } from "./events";
import type { LastTick } from "./history";
import type { Machine } from "./record";

export type Action = Doing & {
  /** Time up to which the schedules were followed with this action; to be remembered first. */
  tick?: LastTick;
};

export type Doing =
  | { kind: "nothing"; because: string }
  /** The machine was given up, and works all the same: the mark goes. */
  | { kind: "recovered"; because: string }
  /**
   * Look again at `until`. `isLeft`: whoever works on the machine looks, so that only one of several goes on. `isLong`: a person should know.
   */
  | { kind: "wait"; until: number; because: string; isLeft?: boolean; isLong?: boolean }
  /** There is no running instance: one is launched or started as the record has it. */
  | { kind: "restore"; replacement: LastReplacement }
  /** The present instance makes way for another of the same kind. */
  | { kind: "replace"; instance: Instance; replacement: LastReplacement }
  /** An earlier run began something, or left it undone. */
  | { kind: "finish"; because: string }
  | { kind: "pause" | "resume" | "recycle" }
  /** Nothing more is tried. `isKnown`: this was said before. */
  | { kind: "give-up"; because: string; replacement?: LastReplacement; isKnown: boolean };

/** An action that changes nothing. */
export type Idle = Extract<Action, { kind: "nothing" | "wait" | "give-up" }>;

export function isIdle(action: Action): action is Action & Idle {
  return action.kind === "nothing" || action.kind === "wait" || action.kind === "give-up";
}

/** An action that changes something, rather than waits. */
export type Deed = Exclude<Action, Idle | { kind: "recovered" }>;

/** A look, with everything that a decision is made from. */
export interface MachineLook {
  machine: Machine;
  /** The status checks of the instance that runs. */
  health?: { status: "ok" | "impaired" | "initializing"; impairedSince?: number };
  /** The signals that made somebody look. */
  signals: readonly Signal[];
  now: number;
}
