import { flawOf, sample, type Distribution } from "../model/distribution";
import type { Random } from "../model/random";
import { fits } from "./patterns";
import { Refused } from "../refused";

/**
 * How long EC2 takes to answer, in milliseconds. RunInstances and StartInstances were measured (ec2-behaviour.md, section 5);
 * the others are assumed. Nothing of this holds unless it is set: `simulator.latency.set(EC2_LATENCY)`.
 */
export const EC2_LATENCY: Readonly<Record<string, Distribution>> = {
  "*": { mean: 250, spread: 120 },
  "Describe*": { mean: 150, spread: 80 },
  RunInstances: { mean: 1_500, spread: 500 },
  StartInstances: { mean: 1_800, spread: 500 },
};

/** How long calls take, by action or pattern; the most exact one holds. */
export class Latency {
  private rules: [pattern: string, distribution: Distribution][] = [];

  constructor(private readonly random: Random) {}

  set(rules: Readonly<Record<string, Distribution>>): void {
    for (const [pattern, distribution] of Object.entries(rules)) {
      const flaw = flawOf(distribution);
      if (flaw !== undefined) throw new Refused(`The latency of "${pattern}" ${flaw}.`);
    }
    const merged = Object.entries({ ...Object.fromEntries(this.rules), ...rules });
    this.rules = merged.sort(([some], [other]) => exactness(other) - exactness(some));
  }

  clear(): void {
    this.rules = [];
  }

  list(): Record<string, Distribution> {
    return Object.fromEntries(this.rules);
  }

  of(action: string): number {
    const rule = this.rules.find(([pattern]) => fits(pattern, action));
    return rule === undefined ? 0 : sample(this.random, rule[1]);
  }
}

/** A name is more exact than any pattern, a longer pattern more than a shorter one. */
function exactness(pattern: string): number {
  return pattern.includes("*") ? pattern.length : Infinity;
}
