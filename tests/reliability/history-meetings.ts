/** Steps of a history in which somebody else's run, or the controller, comes into an `up`. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Properties } from "./purpose";
import { LOOK, type Met, NIGHT, PAUSE, RECYCLE, RESUME, type Verb } from "./meetings";

/** A controller looks after the second state's machine as well: here it is to touch this one only. */
const OTHERS: Readonly<Record<string, Verb>> = Object.fromEntries(
  [RECYCLE, PAUSE, RESUME, NIGHT, LOOK].map((verb) => [verb.name, verb]),
);

export interface Meets {
  act: "meet";
  change: Properties;
  /** The name of what comes into the `up`. */
  other: string;
  /** The call of the `up` at which it begins. */
  at: number;
  /** Its own call at which it stands still until the `up` has ended; absent: it goes to its end at once. */
  until?: number;
}

export function meeting(changes: fc.Arbitrary<Properties>): fc.Arbitrary<Meets> {
  return fc.record({
    act: fc.constant("meet" as const),
    change: changes,
    other: fc.constantFrom(...Object.keys(OTHERS)),
    at: fc.integer({ min: 1, max: 60 }),
    until: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  });
}

export function verbOf({ other }: Meets): Verb {
  return OTHERS[other] ?? assert.fail(other);
}

/** (i) in a world in which a run may also fail for another reason than the other one. */
export function neitherWaits({ ends }: Met): void {
  for (const { said } of ends) {
    assert.ok(said === undefined || (isSentence(said) && !said.includes("still waiting for")), said);
  }
}

/** Whether a text is written for a user, and is not left by a fault of the program. */
export function isSentence(text: string): boolean {
  return text.length > 10 && !/undefined|\[object|TypeError|is not a function|fault of pulumi/.test(text);
}
