/**
 * - (i) Of any two runs that meet, both end well or one says whose result stands: never an older generation after a newer one, never a
 *   wait for oneself.
 */
import { machine, outages, planOf } from "../controller/support";
import type { Stack } from "../provider/support";
import { made } from "../provider/world";
import type { Met, Verb } from "./meetings";

/** The words of a run that yields, or that finds another one in the middle of its work. */
const STANDS = /\band (that|its result|their result) stands?\b|an update was not finished; run `pulumi up`/;

/** More than they take one after the other: looks again, and what they leave to each other for a while. */
const SLACK_MS = 200_000;

/** Two replacements right after one another, or one that was left to a run that stands still, for as long as the controller's grace. */
const DARK_S = 420;

/**
 * The flaws of a meeting, in sentences.
 *
 * @param apartMs how long both take one after the other
 */
export async function flawsOf(
  owner: Stack,
  verbs: readonly [Verb, Verb],
  met: Met,
  apartMs: number,
): Promise<string[]> {
  const { ends, launched, tookMs } = met;
  const flaws: string[] = [];
  ends.forEach(({ said }, index) => {
    if (said !== undefined && !STANDS.test(said)) {
      flaws.push(`${verbs[index]?.name ?? ""} failed, and does not say whose result stands: ${said}`);
    }
  });
  if (launched.some((it, index) => it < (launched[index - 1] ?? 0))) {
    flaws.push(`an older generation was launched after a newer one: ${launched.join(", ")}`);
  }
  if (tookMs > apartMs + SLACK_MS) {
    flaws.push(`it took ${tookMs / 1000} s, and ${apartMs / 1000} s one after the other`);
  }
  const [longest = 0] = outages(owner, owner.outputs.privateIp).sort((a, b) => b - a);
  if (longest > DARK_S && isWanted(owner)) {
    flaws.push(`the address was dark for ${longest} s`);
  }
  flaws.push(...(await unfinished(owner)));
  return flaws;
}

function isWanted(owner: Stack): boolean {
  return made(owner).instances.some((it) => it.state === "running");
}

/** Steps of the record that are not carried out, once both have ended. */
async function unfinished(owner: Stack): Promise<string[]> {
  try {
    const steps = planOf(await machine(owner)).map((it) => it.kind);
    return steps.length === 0 ? [] : [`the record is not carried out: ${steps.join(", ")}`];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
