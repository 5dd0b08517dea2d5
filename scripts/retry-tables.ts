/** The tables in docs/retries.md, from the code that decides. `npm run docs` writes them; a test holds them current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codesOf, type ErrorClass } from "../provider/ec2/error-codes";
import { actionOf, type ChangingCall, REPEATS } from "../provider/ec2/repeats";
import { POLICIES, type Policy } from "../provider/ec2/retry";
import { markdownTable, withPart } from "./page";

const FILE = join(__dirname, "..", "docs", "retries.md");

const NAMES: Readonly<Record<ErrorClass, string>> = {
  throttled: "throttling",
  unreachable: "no answer, or a fault of EC2's own (HTTP 5xx)",
  "not-found": "it is not there",
  transition: "not in this state",
  "in-use": "somebody has it",
  capacity: "no capacity",
  quota: "a limit of the account or of the type",
  denied: "not allowed",
  "no-credentials": "no valid credentials",
  mismatch: "the client token is taken",
  "name-taken": "the record's name is taken",
  refused: "anything else",
};

function again({ again: when, tries }: Policy): string {
  const often = tries === undefined ? "until `timeoutSeconds` are used up" : `${tries} tries in all`;
  return { never: "no", always: `yes, ${often}`, "if-repeatable": `if it may be (below), ${often}` }[when];
}

export function policyTable(): string {
  const rows = (Object.keys(POLICIES) as ErrorClass[]).map((kind) => {
    const codes =
      kind === "refused" ? ["every code that is not in this table"] : codesOf(kind).map((it) => `\`${it}\``);
    return [`${NAMES[kind]}: ${codes.join(", ")}`, again(POLICIES[kind]), POLICIES[kind].then];
  });
  return markdownTable(["EC2 says", "sent again", "else, or in the end"], rows);
}

export function repeatTable(): string {
  const byReason = new Map<string, string[]>();
  for (const change of Object.keys(REPEATS) as ChangingCall[]) {
    const { isSafe, because } = REPEATS[change];
    const key = JSON.stringify([isSafe ? "yes" : "no", because]);
    const name = `\`${actionOf(change)}\`${change.slice(actionOf(change).length)}`;
    byReason.set(key, [...(byReason.get(key) ?? []), name]);
  }
  const rows = [...byReason].map(([key, names]) => [names.join(", "), ...(JSON.parse(key) as string[])]);
  return markdownTable(["calls", "again", "because"], rows);
}

/** The page with its tables as the code would have them. */
export function withRetryTables(page: string): string {
  return withPart(withPart(page, "policies", policyTable()), "repeats", repeatTable());
}

if (require.main === module) {
  writeFileSync(FILE, withRetryTables(readFileSync(FILE, "utf8")));
}
