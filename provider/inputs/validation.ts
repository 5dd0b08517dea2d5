/** The types of inputs: each says, for a user to read, what is wrong with a value, and puts a right one into its normal form. */
import { closest, distance } from "fastest-levenshtein";
import { printable } from "../kit/printable";

/** How Pulumi passes a value that is not known yet, at any depth, in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Failure {
  property: string;
  reason: string;
}

/** Whether something is given, and nothing in it is left to know: what is not known yet is never judged. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !isUnknown(value);
}

/** Whether a value, or anything in it, is not known yet. */
export function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN) {
    return true;
  }
  return typeof value === "object" && value !== null && Object.values(value).some(isUnknown);
}

const SHOWN_LENGTH = 80;

/** A value as it is shown in an error: one line, escaped, and short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_key, it: unknown) => cut(it)) as string | undefined;
  if (text === undefined) {
    return typeof value;
  }
  // No character is cut in two.
  const line = printable(text.slice(0, SHOWN_LENGTH + 2).replace(/[\ud800-\udbff]$/, ""));
  const characters = Array.from(line);
  return text.length > SHOWN_LENGTH || characters.length > SHOWN_LENGTH
    ? `${characters.slice(0, SHOWN_LENGTH).join("")}…`
    : line;
}

/**
 * Texts, and the keys of objects, are cut before they are escaped, since one may be megabytes: a little longer than what is shown, so
 * that the cut is seen.
 */
function cut(value: unknown): unknown {
  if (typeof value === "string") {
    return value.slice(0, SHOWN_LENGTH + 2);
  }
  return typeof value !== "object" || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).map(([key, it]) => [key.slice(0, SHOWN_LENGTH + 2), it as unknown]));
}

/** A text as it is shown in an error, where no quotes are wanted. */
export function shownBare(text: string): string {
  return shown(text).replace(/^"|"$/g, "");
}

/** The type as other tools are told of it. */
export type Schema =
  | { type: "boolean" | "integer" | "number" | "map of strings" }
  | { type: "string"; oneOf?: readonly string[] }
  | { type: "list"; items: Schema }
  | { type: "object"; fields: Readonly<Record<string, Field>> }
  | { type: "either"; of: readonly Schema[] };

export type Check = (given: unknown, path: string, report: (failure: Failure) => void) => void;

/** A set of values: which ones are in it, and how each is written. */
export interface InputType {
  readonly schema: Schema;
  /** Reports what is wrong with a value, as the program gives it. A value that is not known yet passes. */
  readonly check: Check;
  /** The normal form of a right value, with its own defaults filled in. The result for any other value is not defined. */
  readonly normal: (given: unknown) => unknown;
}

export const STRING: Schema = { type: "string" };

/** A type of its own making. Its check sees nothing that is not known yet. */
export function inputType(schema: Schema, check: Check, normal: InputType["normal"] = (given) => given): InputType {
  return {
    schema,
    check: (given, path, report) => {
      if (given !== UNKNOWN) {
        check(given, path, report);
      }
    },
    normal,
  };
}

/** A type with one more check, which sees the normal form. */
export function checked(type: InputType, further: Check): InputType {
  return inputType(
    type.schema,
    (given, path, report) => {
      type.check(given, path, report);
      further(type.normal(given), path, report);
    },
    type.normal,
  );
}

/** One test with what is accepted, as the end of "must be …". */
export function tested(schema: Schema, test: (value: unknown) => boolean, accepted: string): InputType {
  return inputType(schema, (given, path, report) => {
    if (!test(given)) {
      report({ property: path, reason: `got ${shown(given)}, but ${path} must be ${accepted}` });
    }
  });
}

export function text(pattern: RegExp, accepted: string): InputType {
  return tested(STRING, (given) => typeof given === "string" && pattern.test(given), accepted);
}

export function oneOf(...choices: string[]): InputType {
  const list = choices.map((choice) => JSON.stringify(choice)).join(" or ");
  const schema: Schema = { type: "string", oneOf: choices };
  return tested(schema, (given) => typeof given === "string" && choices.includes(given), list);
}

export const flag: InputType = tested({ type: "boolean" }, (given) => typeof given === "boolean", "true or false");

export function integer(min: number, max: number): InputType {
  return tested(
    { type: "integer" },
    (given) => Number.isInteger(given) && Number(given) >= min && Number(given) <= max,
    `a whole number from ${min} to ${max}`,
  );
}

/** @param accepted what is said of anything but a list of at least `atLeast` items */
export function listOf(item: InputType, accepted: string, { atLeast = 1 } = {}): InputType {
  return inputType(
    { type: "list", items: item.schema },
    (given, path, report) => {
      if (!Array.isArray(given) || given.length < atLeast) {
        report({ property: path, reason: `got ${shown(given)}, but ${path} must be ${accepted}` });
        return;
      }
      for (const [index, it] of given.entries()) {
        item.check(it, `${path}[${index}]`, report);
      }
    },
    (given) => (Array.isArray(given) ? given.map((it) => item.normal(it)) : given),
  );
}

/** A list, by default perhaps empty, in which nothing comes twice: two spellings of one thing are the same. */
export function distinctList(item: InputType, accepted: string, { atLeast = 0 } = {}): InputType {
  return checked(listOf(item, accepted, { atLeast }), (items, path, report) => {
    for (const { first, second, key } of Array.isArray(items) ? repeats(items, (it) => it) : []) {
      const reason = `${path}[${first}] and ${path}[${second}] are both ${shown(key)}; give it once`;
      report({ property: `${path}[${first}]`, reason });
    }
  });
}

/** The pairs of indexes at which `keyOf` gives the same text. */
export function repeats(
  list: readonly unknown[],
  keyOf: (item: unknown) => unknown,
): { first: number; second: number; key: string }[] {
  const seen = new Map<string, number>();
  return list.flatMap((item, second) => {
    const key = keyOf(item);
    if (typeof key !== "string" || key === UNKNOWN) {
      return [];
    }
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, second);
      return [];
    }
    return [{ first, second, key }];
  });
}

export function mapOf(entry: (key: string, value: unknown, path: string) => string | undefined): InputType {
  return inputType({ type: "map of strings" }, (given, path, report) => {
    if (!isObject(given)) {
      report({ property: path, reason: `got ${shown(given)}, but ${path} must be a map of strings` });
      return;
    }
    for (const [key, it] of Object.entries(given)) {
      const reason = it === UNKNOWN ? undefined : entry(key, it, path);
      if (reason !== undefined) {
        report({ property: path, reason });
      }
    }
  });
}

export interface Field {
  type: InputType;
  required?: true;
  /** Taken when the input is absent. */
  default?: unknown;
  /** Not for users, so never suggested. */
  internal?: true;
}

/** An object of known fields; an unknown name is answered with the nearest right one. */
export function objectOf(fields: Readonly<Record<string, Field>>): InputType {
  return inputType(
    { type: "object", fields },
    (given, path, report) => {
      if (!isObject(given)) {
        const names = Object.keys(fields).join(", ");
        report({ property: path, reason: `got ${shown(given)}, but ${path} must be an object of ${names}` });
        return;
      }
      checkFields(fields, given, { prefix: path === "" ? "" : `${path}.`, report });
    },
    (given) => (isObject(given) ? filledIn(fields, given) : given),
  );
}

function checkFields(
  fields: Readonly<Record<string, Field>>,
  given: Record<string, unknown>,
  { prefix, report }: { prefix: string; report: (failure: Failure) => void },
): void {
  const names = Object.keys(fields).filter((name) => fields[name]?.internal !== true);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) {
      const path = prefix + shownBare(name);
      report({ property: path, reason: unknownName(path, name.slice(0, SHOWN_LENGTH), names) });
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    const it = taken(given, name, field);
    if (it !== undefined) {
      field.type.check(it, prefix + name, report);
    } else if (field.required === true) {
      report({ property: prefix + name, reason: `${prefix}${name} is required` });
    }
  }
}

function filledIn(fields: Readonly<Record<string, Field>>, given: Record<string, unknown>): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const it = taken(given, name, field);
    if (it !== undefined) {
      filled[name] = field.type.normal(it);
    }
  }
  return filled;
}

/** The value of a field, or its default. An inherited property is not in the program. */
function taken(given: Record<string, unknown>, name: string, field: Field): unknown {
  return (Object.hasOwn(given, name) ? given[name] : undefined) ?? field.default;
}

function unknownName(path: string, name: string, names: string[]): string {
  const nearest = closest(name, names);
  const near = distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 2);
  const hint = near ? `did you mean ${JSON.stringify(nearest)}?` : `the inputs are ${names.join(", ")}`;
  return `"${path}" is not an input of a ManagedInstance; ${hint}`;
}

export function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}
