/** The table as a file. (pure) */
import type { FleetMachine } from "../cli/console/wire";
import type { Column } from "./route";
import { cellText } from "./rows";

/** A spreadsheet takes a cell that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function csvCell(text: string): string {
  const tame = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

export function csvOf(machines: readonly FleetMachine[], columns: readonly Column[]): string {
  const rows = machines.map((it) =>
    ["id", ...columns].map((name) => (name === "id" ? it.id : cellText(it, name as Column))),
  );
  return [["id", ...columns], ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

export function jsonOf(machines: readonly FleetMachine[]): string {
  return `${JSON.stringify(machines, undefined, 2)}\n`;
}
