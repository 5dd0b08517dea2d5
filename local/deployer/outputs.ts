import { compare, changeLine, text } from "./changes";
import type { Report } from "./report";
import { isSecret, mapProps, plain, redact, UNKNOWN, UNKNOWN_TEXT, type Props, type Value } from "./values";

/** A stack's outputs as a program or a person gets them. */
export interface StackOutputs {
  values: Record<string, unknown>;
  secretNames: string[];
}

export function readable(outputs: Props): StackOutputs {
  const secretNames = Object.keys(outputs).filter((key) => isSecret(outputs[key]));
  return { values: mapProps(outputs, (value) => showUnknown(plain(value))), secretNames };
}

/** The outputs with "[secret]" in place of each secret value. */
export function hideSecrets(values: Record<string, unknown>, secretNames: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, secretNames.includes(key) ? "[secret]" : value]),
  );
}

function showUnknown(value: Value): Value {
  if (value === UNKNOWN) return UNKNOWN_TEXT;
  if (Array.isArray(value)) return value.map(showUnknown);
  return typeof value === "object" && value !== null ? mapProps(value, showUnknown) : value;
}

export function printOutputs(report: Report, old: Props, outputs: Props): void {
  const changes = compare(old, outputs);
  const isTouched = (key: string): boolean =>
    changes.some(({ path }) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`));
  if (changes.length === 0 && Object.keys(outputs).length === 0) return;
  report.line();
  report.line("Outputs:");
  for (const [key, value] of Object.entries(outputs))
    if (!isTouched(key)) report.line(`    ${key}: ${text(redact(value))}`);
  for (const change of changes) report.line(`  ${changeLine(change)}`);
}
