import {
  containsSecret,
  isProps,
  isSecret,
  PROVIDER_KEY,
  redact,
  sameValue,
  SECRET_TEXT,
  UNKNOWN_TEXT,
  type Props,
  type Value,
} from "./values";

/** One difference between two sets of properties, with secrets and unknown values hidden. */
export interface Change {
  /** Such as `tags.Name` or `rules[0].port`. */
  path: string;
  kind: "add" | "remove" | "change";
  old?: Value;
  new?: Value;
}

const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;
const MAX_TEXT = 200;

export function compare(old: Props, next: Props): Change[] {
  return compareParts("", old, next);
}

function compareParts(path: string, old: Props, next: Props): Change[] {
  const keys = new Set([...Object.keys(next), ...Object.keys(old)]);
  return [...keys].flatMap((key) => compareValues(join(path, key), old[key], next[key]));
}

function compareValues(path: string, old: Value | undefined, next: Value | undefined): Change[] {
  if (sameValue(old, next)) return [];
  if (path === PROVIDER_KEY) return compareCode(old, next);
  if (old !== undefined && next !== undefined) return compareKnown(path, old, next);
  return [
    old === undefined ? { path, kind: "add", new: redact(next ?? null) } : { path, kind: "remove", old: redact(old) },
  ];
}

function compareKnown(path: string, old: Value, next: Value): Change[] {
  if (isProps(old) && isProps(next) && !isSecret(old) && !isSecret(next)) return compareParts(path, old, next);
  if (Array.isArray(old) && Array.isArray(next)) return compareLists(path, old, next);
  if (containsSecret(old) || containsSecret(next))
    return [{ path, kind: "change", old: SECRET_TEXT, new: SECRET_TEXT }];
  return [{ path, kind: "change", old: redact(old), new: redact(next) }];
}

function compareLists(path: string, old: Value[], next: Value[]): Change[] {
  const length = Math.max(old.length, next.length);
  return Array.from({ length }, (_, i) => compareValues(`${path}[${String(i)}]`, old[i], next[i])).flat();
}

/** Nobody wants to read the provider's serialized code, but should know that it is why there is a difference. */
function compareCode(old: Value | undefined, next: Value | undefined): Change[] {
  const path = "provider's code";
  if (old === undefined || next === undefined) return [];
  return [{ path, kind: "change", old: "old", new: "new" }];
}

function join(path: string, key: string): string {
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

export function changeLine(change: Change): string {
  switch (change.kind) {
    case "add":
      return `+ ${change.path}: ${text(change.new)}`;
    case "remove":
      return `- ${change.path}: ${text(change.old)}`;
    case "change":
      return `~ ${change.path}: ${text(change.old)} => ${text(change.new)}`;
  }
}

/** A redacted value in one line. */
export function text(value: Value | undefined): string {
  const whole = format(value ?? null);
  return whole.length <= MAX_TEXT ? whole : `${whole.slice(0, MAX_TEXT)}… (${String(whole.length)} characters)`;
}

function format(value: Value): string {
  if (value === SECRET_TEXT || value === UNKNOWN_TEXT) return value;
  if (Array.isArray(value)) return `[${value.map(format).join(", ")}]`;
  if (!isProps(value)) return JSON.stringify(value);
  const parts = Object.entries(value).map(
    ([key, part]) => `${PLAIN_KEY.test(key) ? key : JSON.stringify(key)}: ${format(part)}`,
  );
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}
