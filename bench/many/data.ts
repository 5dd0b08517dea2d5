/** The measurements of this section as they are kept, and the figures that goals, tables and pictures take from them. */
import type { Mode } from "../section";
import type { Overhead } from "./overhead";
import type { Calls, Measured } from "./stack";

export interface PhaseData extends Omit<Measured, "took"> {
  name: string;
  boundSeconds: number;
  /** The bucket that sets it; empty where EC2's own time alone does. */
  boundBy: string;
}

export interface Size {
  count: number;
  timeScale: number;
  phases: PhaseData[];
  /** The bound of a replacement that would ask nothing first; absent in the quick mode, which replaces nothing. */
  boundWithoutDryRun?: number;
  /** Absent in the quick mode. */
  overhead?: Overhead;
}

export interface ManyData {
  mode: Mode;
  sizes: Size[];
}

export function phaseOf(size: Size, { name }: { name: string }): PhaseData | undefined {
  return size.phases.find((it) => it.name === name);
}

export function sum(calls: Record<string, Calls>, of: (calls: Calls, action: string) => number): number {
  return Object.entries(calls).reduce((total, [action, it]) => total + of(it, action), 0);
}

export const describes = (it: PhaseData): number =>
  sum(it.calls, ({ mutating, sent }, action) =>
    // It takes one instance a call, so it is a part of the bound.
    mutating || action === "DescribeInstanceAttribute" ? 0 : sent,
  );
export const mutations = (it: PhaseData): number => sum(it.calls, ({ mutating, sent }) => (mutating ? sent : 0));
export const throttled = (it: PhaseData): number => sum(it.calls, (calls) => calls.throttled);

/** Over what Pulumi's runtime and the way there and back take of any provider. */
export function ownMs({ ours, empty }: Overhead): number {
  return ours.firstMs - empty.firstMs;
}

export const number = (value: number, digits = 0): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
