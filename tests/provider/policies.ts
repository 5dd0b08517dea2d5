/** The policies in docs/permissions.md, by the part of the page that they stand in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Statement } from "../../local/ec2";

const DOCS = readFileSync(join(__dirname, "../../docs/permissions.md"), "utf8");

/** In the order of the docs; each adds to those before it, but for the controller's, of which tests/cli/watch.test.ts tells. */
export const [READER = [], OPERATOR = [], UP = [], GIVEN = [], CONTROLLER = [], ...OTHERS] = [
  ...DOCS.matchAll(/```json\n([^]*?)```/g),
].map(([, policy = ""]) => (JSON.parse(policy) as { Statement: Statement[] }).Statement);

export type Policy = readonly Statement[];

export const LIFE: Policy = [...READER, ...OPERATOR, ...UP];
export const ALL: Policy = [...LIFE, ...GIVEN];

export const actionsIn = (policy: Policy): string[] => [...new Set(policy.flatMap((it) => it.Action))];

export function without(right: string, policy: Policy): Policy {
  return policy.map((it) => ({ ...it, Action: [it.Action].flat().filter((action) => action !== right) }));
}

/** The policy for a scenario. A thing that exists already takes one right more. */
export const policyFor = (name: string): Policy => (isAdoption(name) ? ALL : LIFE);

/** Whether the scenario adopts a thing that somebody with other rights made. */
export const isAdoption = (name: string): boolean => name.startsWith("adoption");
