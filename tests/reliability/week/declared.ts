/** The state that a machine is to have, as its user, its schedules and its program said it: the last word counts. */

export type State = "running" | "paused";

/** One who says what is wanted, from when the word was given until it is known whether it was heard. */
export interface Word {
  state: State;
  /** The states that could be wanted before. */
  before: ReadonlySet<State>;
  /** How many words there were by then. */
  count: number;
  /** Whether another was being said as this began. */
  isAmong: boolean;
}

export class Declared {
  private allowed: ReadonlySet<State>;
  private count = 0;
  private open = 0;

  constructor(state: State) {
    this.allowed = new Set([state]);
  }

  /** The states that may be wanted now: more than one only where two said different things at the same time, or one was cut off. */
  get states(): ReadonlySet<State> {
    return this.allowed;
  }

  begin(state: State): Word {
    const word = { state, before: this.allowed, count: ++this.count, isAmong: this.open > 0 };
    this.open++;
    this.allowed = new Set([...this.allowed, state]);
    return word;
  }

  /** @param heard `no`: nothing was put on record; `maybe`: it failed, or was killed */
  end({ state, before, count, isAmong }: Word, heard: "yes" | "no" | "maybe"): void {
    this.open--;
    const isAlone = !isAmong && count === this.count;
    if (isAlone && heard !== "maybe") {
      this.allowed = heard === "yes" ? new Set([state]) : before;
    }
  }
}
