/** The table of outcomes in docs/reliability.md. */
import { FAULTS, WEATHERS } from "./faults";
import type { Outcome } from "./matrix";

type Outcomes = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<Outcome>>>;

function cellOf(outcomes: ReadonlySet<Outcome> | undefined): string {
  const [first, ...others] = outcomes ?? [];
  return others.length > 0 ? "either" : (first ?? "—");
}

/** Groups entries that are the same in every respect, each group where its first entry is. */
function alike<T>(list: readonly T[], respects: (it: T) => readonly string[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const it of list) {
    const key = respects(it).join("\n");
    groups.set(key, [...(groups.get(key) ?? []), it]);
  }
  return [...groups.values()];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

export function tableOf(actions: readonly string[], outcomes: Outcomes): string {
  const cell = (fault: string, action: string): string => cellOf(outcomes.get(fault)?.get(action));
  const names = FAULTS.map((it) => it.name);
  const columns = alike(names, (fault) => actions.map((action) => cell(fault, action)));
  const rows = alike(actions, (action) => names.map((fault) => cell(fault, action)));
  return [
    table(
      ["fault", "what happens"],
      [...FAULTS, ...WEATHERS].map(({ name, what }) => [name, what]),
    ),
    "",
    "A fault of one call:",
    "",
    table(
      ["call", ...columns.map((it) => it.join(", "))],
      rows.map((alikes) => [
        alikes.map((it) => `\`${it}\``).join(" "),
        ...columns.map(([fault = ""]) => cell(fault, alikes[0] ?? "")),
      ]),
    ),
    "",
    "A fault of every call of a run:",
    "",
    table(
      ["fault", "every scenario"],
      WEATHERS.map(({ name }) => [name, cell(name, "")]),
    ),
  ].join("\n");
}
