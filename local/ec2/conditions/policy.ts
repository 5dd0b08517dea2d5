/** IAM policies as documents: those of their parts that policies for EC2 are made of. What is not modelled is refused, not passed over. */
import { fits } from "./patterns";
import { Refused } from "../refused";

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action: string | readonly string[];
  Resource: string | readonly string[];
  /** By operator, then by key. */
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** One right that a call takes. A call is made of several, and takes them all. */
export interface Asked {
  permission: string;
  /** An ARN, or `*` for calls that are about none. */
  resource: string;
  /** By condition key. A key that is not there is not in the request. */
  context: Readonly<Record<string, string>>;
}

export type Verdict = "allowed" | "denied" | "not allowed";

/** A deny counts more than any allow (IAM guide, evaluation logic). */
export function verdictOn(statements: readonly Statement[], asked: Asked): Verdict {
  const fitting = statements.filter((statement) => applies(statement, asked));
  if (fitting.some((it) => it.Effect === "Deny")) return "denied";
  return fitting.length > 0 ? "allowed" : "not allowed";
}

function applies({ Action, Resource, Condition = {} }: Statement, { permission, resource, context }: Asked): boolean {
  return (
    listOf(Action).some((pattern) => fits(pattern, permission)) &&
    listOf(Resource).some((pattern) => pattern === "*" || like(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) => holds(operator, keys, context))
  );
}

type Test = (wanted: string, found: string | undefined) => boolean;

const OPERATORS: Readonly<Record<string, Test>> = {
  StringEquals: (wanted, found) => wanted === found,
  StringLike: (wanted, found) => found !== undefined && like(wanted, found),
  ArnLike: (wanted, found) => found !== undefined && like(wanted, found),
  Null: (wanted, found) => (wanted === "true") === (found === undefined),
};

function holds(
  operator: string,
  keys: Readonly<Record<string, string | readonly string[]>>,
  context: Asked["context"],
): boolean {
  const test = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (test === undefined) {
    const known = Object.keys(OPERATORS).join(", ");
    throw new Refused(`The simulator does not model the condition operator "${operator}", but ${known}.`);
  }
  return Object.entries(keys).every(([key, wanted]) => {
    const found = Object.hasOwn(context, key) ? context[key] : undefined;
    return listOf(wanted).some((it) => test(it, found));
  });
}

/** `*` stands for any characters, `?` for one; case counts, other than in actions. */
function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*/g, "[^]*")
    .replace(/\?/g, "[^]");
  return new RegExp(`^${source}$`, "u").test(text);
}

function listOf(given: string | readonly string[]): readonly string[] {
  return typeof given === "string" ? [given] : given;
}
