/** The filtered rows as a file: CSV for spreadsheets, JSON under the names of docs/cli.md. (pure) */
import type { FleetMachine } from "../../cli/console/wire";
import { COLUMNS } from "./columns";

/** Spreadsheets take a cell that begins with one of these for a formula. */
const FORMULA = /^[=+\-@\t\r\n]/;

function cellOf(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180: a line for each machine after the titles, lines ended by CR LF. */
export function csvOf(machines: readonly FleetMachine[]): string {
  const head = [...COLUMNS.map((it) => it.title), "Reason"];
  const rows = machines.map((machine) => [...COLUMNS.map((it) => it.text(machine)), machine.reason]);
  return [head, ...rows].map((cells) => `${cells.map(cellOf).join(",")}\r\n`).join("");
}

export function jsonOf(machines: readonly FleetMachine[]): string {
  return `${JSON.stringify(machines, undefined, 2)}\n`;
}
