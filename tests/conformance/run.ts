import { isDeepStrictEqual } from "node:util";

import { EC2ServiceException } from "@aws-sdk/client-ec2";

import type { Probe } from "./probe";
import type { Target } from "./target";

/** Something that an implementation does otherwise than EC2, and the probes that see it. */
export interface Deviation {
  does: string;
  probes: readonly string[];
}

/** All that one implementation does otherwise; by probe, what that is. */
export interface Deviations {
  groups: readonly Deviation[];
  byProbe: ReadonlyMap<string, string>;
}

export function deviations(groups: readonly Deviation[]): Deviations {
  const pairs = groups.flatMap(({ does, probes }) => probes.map((id): [string, string] => [id, does]));
  const byProbe = new Map(pairs);
  if (byProbe.size < pairs.length) {
    const twice = pairs.map(([id]) => id).filter((id, index, all) => all.indexOf(id) !== index);
    throw new Error(`Listed twice as deviations: ${twice.join(", ")}`);
  }
  return { groups, byProbe };
}

export interface Verdict {
  probe: Probe;
  /** As expected of EC2. */
  agrees: boolean;
  /** A description of the answer, where it does not agree. */
  seen: string;
}

/** Tries one statement on a target. */
export async function tryProbe(target: Target, probe: Probe): Promise<Verdict> {
  let call: () => Promise<unknown>;
  try {
    call = await probe.prepare(await target.scene(probe.id));
  } catch (error) {
    return { probe, agrees: false, seen: `could not be set up: ${describe(error)}` };
  }
  try {
    return judgeAnswer(probe, await call());
  } catch (error) {
    return judgeError(probe, error);
  }
}

function judgeAnswer(probe: Probe, value: unknown): Verdict {
  if ("refusal" in probe.expected) return { probe, agrees: false, seen: "it is accepted" };
  const agrees = isDeepStrictEqual(value, probe.expected.value);
  return { probe, agrees, seen: agrees ? "" : `answers ${shown(value)}, expected ${shown(probe.expected.value)}` };
}

function judgeError(probe: Probe, error: unknown): Verdict {
  if (!("refusal" in probe.expected)) return { probe, agrees: false, seen: describe(error) };
  const { code, status } = probe.expected.refusal;
  const isIt = error instanceof EC2ServiceException && error.name === code && error.$metadata.httpStatusCode === status;
  return { probe, agrees: isIt, seen: isIt ? "" : `${describe(error)}, expected ${code} (${status})` };
}

function describe(error: unknown): string {
  if (!(error instanceof EC2ServiceException)) return error instanceof Error ? error.message : String(error);
  return `refused with ${error.name} (${error.$metadata.httpStatusCode ?? "no status"}): ${error.message}`;
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** Describes the flaw of a verdict, given the target's known deviations; nothing where it is as known. */
export function complaint({ probe, agrees, seen }: Verdict, known: Deviations): string | undefined {
  const isKnown = known.byProbe.has(probe.id);
  if (agrees) return isKnown ? "stale: it is listed as a deviation, and now agrees with EC2" : undefined;
  return isKnown ? undefined : seen;
}
