/** The table of inputs in README.md, from the table in the code. `npm run docs` writes it; a test holds it current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChangeClass, INPUTS, PROGRAM_INPUTS } from "../provider/inputs/table";
import type { Field, Schema } from "../provider/inputs/validation";
import { markdownTable, withPart } from "./page";

const FILE = join(__dirname, "..", "README.md");

const LETTERS: Readonly<Record<ChangeClass, string>> = {
  "in-place": "P",
  "replaces-instance": "I",
  moves: "N",
  "replaces-resource": "R",
  "at-create": "C",
};

function typeName(schema: Schema): string {
  switch (schema.type) {
    case "string":
      return schema.oneOf === undefined
        ? "string"
        : alternatives(schema.oneOf.map((it) => `\`${JSON.stringify(it)}\``));
    case "integer":
      return "number";
    case "object":
      return `\`{ ${fieldNames(Object.entries(schema.fields)).join(", ")} }\``;
    case "either":
      return alternatives(schema.of.map(typeName));
    default:
      return schema.type;
  }
}

/** Where some have to be given, the others are marked. */
function fieldNames(fields: [string, Field][]): string[] {
  const isMarked = fields.some(([, field]) => field.required);
  return fields.map(([name, { required }]) => (isMarked && required !== true ? `${name}?` : name));
}

function alternatives(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`;
}

function absence({ required, default: value }: Field): string | undefined {
  if (required === true) {
    return "required";
  }
  return isShort(value) ? `\`${JSON.stringify(value)}\`` : undefined;
}

function isShort(value: unknown): boolean {
  return value !== undefined && (typeof value !== "object" || (Array.isArray(value) && value.length === 0));
}

/** The page with its table as the code would have it. */
export function withInputTable(page: string): string {
  const rows = PROGRAM_INPUTS.map((name) => {
    const { doc, change, ...field } = INPUTS[name];
    const { takes = typeName(field.type.schema), absent = absence(field), meaning } = doc ?? { meaning: "" };
    return [`\`${name}\``, absent === undefined ? takes : `${takes}; ${absent}`, LETTERS[change], meaning];
  });
  return withPart(page, "inputs", markdownTable(["input", "type; default", "change", "meaning"], rows));
}

if (require.main === module) {
  writeFileSync(FILE, withInputTable(readFileSync(FILE, "utf8")));
}
