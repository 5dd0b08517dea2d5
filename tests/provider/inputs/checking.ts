/** Inputs as a program gives them, and what is said of them. */
import assert from "node:assert/strict";
import { checkInputs } from "../../../provider/inputs/inputs";
import type { Failure } from "../../../provider/inputs/validation";
import { program } from "../support";

export const REGION = "us-east-1";

export function failures(overrides: Record<string, unknown>): Failure[] {
  return checkInputs(program(overrides), REGION).failures;
}

/** The normal form of inputs in which nothing is wrong. */
export function inputs(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const checked = checkInputs(program(overrides), REGION);
  assert.deepEqual(checked.failures, []);
  return checked.inputs;
}

/** Title, inputs, the property that is blamed, the given value as it is shown, and the accepted values. */
export type Bad = [title: string, given: Record<string, unknown>, property: string, shown: string, accepted: RegExp];

/** One test for each. */
export function refusesEach(bad: readonly Bad[]): void {
  for (const [title, given, property, shown, accepted] of bad) {
    it(`refuses ${title}: it names ${property}, what was given and what is accepted`, () => {
      const found = failures(given);
      assert.deepEqual(
        found.map((it) => it.property),
        [property],
      );
      const [{ reason } = { reason: "" }] = found;
      assert.ok(reason.includes(shown), reason);
      assert.match(reason, accepted);
      assert.ok(!reason.includes("\n"), "a failure is one line");
    });
  }
}

export const PAUSE = { action: "pause", cron: "0 20 * * 1-5" };

export function spotBack(revertToSpot: unknown): Record<string, unknown> {
  return { lifecycle: "spot", revertToSpot };
}
