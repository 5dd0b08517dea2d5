import { isDeepStrictEqual } from "node:util";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A property as it travels over Pulumi's wire: JSON, in which secrets and unknown values carry a mark. */
export type Value = null | boolean | number | string | Value[] | Props;

export interface Props {
  [key: string]: Value;
}

// Pulumi's published marks (sdk/nodejs/runtime/rpc.ts).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The provider's code, which travels as one more property of every dynamic resource. */
export const PROVIDER_KEY = "__provider";

export const SECRET_TEXT = "[secret]";
export const UNKNOWN_TEXT = "[unknown]";

export function isProps(value: Value | undefined): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Value | undefined): value is { value: Value } {
  return isProps(value) && value[SIGNATURE] === SECRET;
}

export function secret(value: Value): Props {
  return { [SIGNATURE]: SECRET, value };
}

/** Applies `change` to the parts of a value, one level down. */
function mapParts(value: Value, change: (part: Value) => Value): Value {
  if (Array.isArray(value)) return value.map(change);
  if (isProps(value)) return mapProps(value, change);
  return value;
}

export function mapProps(props: Props, change: (part: Value) => Value): Props {
  return Object.fromEntries(Object.entries(props).map(([key, part]) => [key, change(part)]));
}

/** The value with no secret marks: what a dynamic provider gets to see. */
export function plain(value: Value): Value {
  return isSecret(value) ? plain(value.value) : mapParts(value, plain);
}

export function plainProps(props: Props): Props {
  return mapProps(props, plain);
}

/** The value as it may be shown to people. */
export function redact(value: Value): Value {
  if (isSecret(value)) return SECRET_TEXT;
  return value === UNKNOWN ? UNKNOWN_TEXT : mapParts(value, redact);
}

export function containsSecret(value: Value): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  return isProps(value) && Object.values(value).some(containsSecret);
}

/** The texts within a value that must not be shown. */
export function secretTexts(value: Value, inSecret = false): string[] {
  if (isSecret(value)) return secretTexts(value.value, true);
  if (typeof value === "string") return inSecret ? [value] : [];
  const parts = Array.isArray(value) ? value : isProps(value) ? Object.values(value) : [];
  return parts.flatMap((part) => secretTexts(part, inSecret));
}

export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return isDeepStrictEqual(plain(left), plain(right));
}

/**
 * Marks what a provider returned as secret where the input at the same path was one: the dynamic provider sees plain
 * values only. An array with a secret in it becomes a secret as a whole, as in Pulumi's engine.
 */
export function annotateSecrets(outputs: Props, inputs: Props): Props {
  const annotated = { ...outputs };
  for (const [key, input] of Object.entries(inputs)) {
    const output = annotated[key];
    if (output === undefined || isSecret(output)) continue;
    if (isProps(output) && isProps(input) && !isSecret(input)) annotated[key] = annotateSecrets(output, input);
    else if (containsSecret(input)) annotated[key] = secret(output);
  }
  return annotated;
}

export function markSecret(outputs: Props, keys: readonly string[]): Props {
  const marked = { ...outputs };
  for (const key of keys) {
    const output = marked[key];
    if (output !== undefined && !isSecret(output)) marked[key] = secret(output);
  }
  return marked;
}

export function toStruct(props: Props): Struct {
  return Struct.fromJavaScript(props);
}

export function fromStruct(struct: Struct | undefined): Props {
  return struct?.toJavaScript() ?? {};
}
