/**
 * Random histories of one managed machine, beside one that another state has under the same URN: what their users do, what others do to
 * the one, and what goes wrong meanwhile. They are lived in life.ts.
 */
import fc from "fast-check";
import { changes, type Trouble, trouble } from "./choices";
import { type Deed, DEEDS } from "./deeds-of-others";
import { meeting, type Meets } from "./history-meetings";
import type { Properties } from "./purpose";

export type Act =
  | { act: "up"; change: Properties; trouble?: Trouble }
  | { act: "destroy"; trouble?: Trouble }
  | { act: "preview"; change: Properties }
  | { act: "refresh" }
  | { act: "others"; deed: Deed }
  /** The resource gets its other name. */
  | { act: "rename" }
  /** Pulumi makes another one in its place, by `--replace` or taint: before it deletes this one, or after. */
  | { act: "replace"; deletesFirst: boolean; trouble?: Trouble }
  /** The other state's user does something. */
  | { act: "second"; command: "up" | "refresh" | "destroy"; trouble?: Trouble }
  | { act: "pass"; minutes: number }
  | Meets;

export type History = readonly Act[];

const deed = fc.constantFrom(...(Object.keys(DEEDS) as Deed[]));
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant("up" as const), change: changes, trouble }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("destroy" as const), trouble }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("preview" as const), change: changes }) },
  { weight: 2, arbitrary: fc.constant({ act: "refresh" as const }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("others" as const), deed }) },
  { weight: 1, arbitrary: fc.constant({ act: "rename" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("replace" as const), deletesFirst: fc.boolean(), trouble }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("second" as const),
      command: fc.constantFrom("up" as const, "refresh" as const, "destroy" as const),
      trouble,
    }),
  },
  { weight: 3, arbitrary: meeting(changes) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("pass" as const), minutes: fc.integer({ min: 1, max: 30 }) }) },
);

export function histories(maxLength: number): fc.Arbitrary<History> {
  return fc.array(act, { minLength: 1, maxLength, size: "max" });
}
