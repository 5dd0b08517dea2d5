/** Tables, and JSON, of which no character is a command for the terminal, whoever wrote it into a tag. (pure) */
import Table from "cli-table3";
import { printable, printableJson } from "../provider/kit/printable";

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
} as const;

/** @param paintCell colours a cell that is fit to print; the first row is 0, the head has none */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paintCell: (text: string, column: number) => string = (text) => text,
): string[] {
  const table = new Table({
    head: [...head],
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => row.map((text, column) => paintCell(printable(text), column))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

export type NamedValues = readonly [name: string, values: string | readonly string[]];

/** Lines of fields, the names to the left. A value with several lines gives a line for each, and an empty value none. */
export function fieldLines(
  fields: readonly NamedValues[],
  paintValue: (text: string, name: string) => string = (text) => text,
): string[] {
  const shown = fields.map(([name, values]) => [name, [values].flat().filter((it) => it !== "")] as const);
  const width = Math.max(...shown.map(([name]) => name.length)) + 2;
  return shown.flatMap(([name, values]) =>
    values.map((value, index) => `${(index === 0 ? name : "").padEnd(width)}${paintValue(printable(value), name)}`),
  );
}

export function jsonLines(value: unknown): string[] {
  return JSON.stringify(value, undefined, 2).split("\n").map(printableJson);
}
