/** When there is trouble in a week, and which: by the seed alone. */
import { Random } from "../../../local/ec2/model/random";
import { DAY, HOUR, MINUTE, START } from "./time";
import type { Kind } from "./kinds";

export interface Spell {
  kinds: readonly Kind[];
  from: number;
  to: number;
  /** The seed of its own chance. */
  seed: number;
}

/** After each spell, the time in which nothing goes wrong. */
export const QUIET_MS = HOUR;

export function spellsOf(seed: number, days: number, kinds: readonly Kind[]): Spell[] {
  const random = new Random(seed * 104_729);
  const spells: Spell[] = [];
  const end = START + days * DAY;
  const between = (least: number, most: number): number => least + random.next() * (most - least);
  let from = START + HOUR;
  for (;;) {
    const to = from + between(10, 60) * MINUTE;
    if (to + QUIET_MS > end) {
      return spells;
    }
    spells.push({ kinds: chosen(random, kinds), from, to, seed: random.integer(2 ** 31) });
    from = to + QUIET_MS + between(1, 20) * MINUTE;
  }
}

/** One, two or three at a time, of which one does something to a machine. */
function chosen(random: Random, kinds: readonly Kind[]): Kind[] {
  const one = (list: readonly Kind[]): Kind[] => list.slice(random.integer(list.length)).slice(0, 1);
  const first = one(kinds);
  if (first.some((it) => it.isAlone === true)) {
    return first;
  }
  const others = kinds.filter((it) => it.isAlone !== true);
  const deeds = others.filter((it) => it.isCondition !== true);
  const found = new Set(first);
  if (deeds.length > 0 && !first.some((it) => deeds.includes(it))) {
    one(deeds).forEach((it) => found.add(it));
  }
  for (let more = 0; more < 2 && random.next() < 0.45; more++) {
    one(others).forEach((it) => found.add(it));
  }
  return [...found];
}
