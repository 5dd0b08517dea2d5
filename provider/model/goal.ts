/** A goal: how a machine is to be, and what it is asked for. Plain data. */
import type { Desired } from "./desired";
import type { Observed, Recorded } from "./observed";
import type { Generation } from "./things";

export interface Goal {
  id: string;
  desired: Desired;
  /** Absent: no state of Pulumi's is at hand. */
  recorded?: Recorded;
  purpose: Purpose;
}

export type Purpose =
  /** A program's machine, which no state is known to have yet. */
  | { kind: "create" }
  /** A program's machine, which a state has. */
  | { kind: "update" }
  /** The inputs that were applied last are compared with what there is; nothing is changed. */
  | { kind: "refresh" }
  /** The end of the machine. */
  | { kind: "destroy" }
  | Upkeep;

/** Between two runs of `up`: the machine is brought to what its record in EC2 says, which tells this in place of the program's own words. */
export interface Upkeep {
  kind: "upkeep";
  /** The digests of the launch specification, which cannot be made from what is recorded. */
  generation: Generation;
  /** The number of the newest generation when it was read, where that is another: a run went back to an older one. */
  newest?: number;
  /** The texts of the tag that says whether the machine is to run, as it was read, and as this run wrote it. */
  states?: readonly string[];
  /** The words of the record on what the machine keeps and where it is, as they were read. */
  network?: string;
  /** The instance that is to be replaced though it is what is wanted. */
  replaceInstanceId?: string;
}

/** A goal, and all that there is: what a decision is made from. */
export interface Situation extends Goal {
  observed: Observed;
}
