/** Prints the bench's findings on a terminal. */
import CliTable from "cli-table3";
import type { Finding } from "./results";
import type { Goal, Table } from "./section";

const PLAIN = { style: { head: [], border: [] } };

function printed(head: string[], rows: string[][]): string {
  const table = new CliTable({ head, ...PLAIN });
  table.push(...rows);
  return table.toString();
}

export function printedTable({ title, head, rows, notes = [] }: Table): string {
  return [title, printed(head, rows), ...notes.map((it) => `- ${it}`)].join("\n");
}

function verdict({ isMet }: Goal): string {
  return isMet ? "met" : "MISSED";
}

export const GOALS_HEAD = ["part", "goal", "wanted", "measured", ""];

export function goalRows(findings: readonly Finding[]): string[][] {
  return findings.flatMap(({ name, goals }) =>
    goals.map((goal) => [name, goal.what, goal.wanted, goal.measured, verdict(goal)]),
  );
}

export function printedGoals(findings: readonly Finding[]): string {
  return printed(GOALS_HEAD, goalRows(findings));
}
