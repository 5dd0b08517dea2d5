/** Prints a week as tables. */
import type { Outage } from "./outages";
import type { Week } from "./week";

const HEAD = [
  "cause",
  "outages",
  "dark, median",
  "longest",
  "EC2's own",
  "usually",
  "missing",
  "granted",
  "rest, median",
  "longest",
];

export function tableOf(week: Week): string {
  const { seed, kind, spells, outages, backAfter, callsPerLook, looks, longest, broken } = week;
  const causes = [...new Set(outages.map((it) => it.cause))].sort();
  const rows = [
    ...causes.map((cause) =>
      rowOf(
        cause,
        outages.filter((it) => it.cause === cause),
      ),
    ),
    rowOf("all", outages),
  ];
  return [
    `seed ${seed}, ${kind}: ${spells} spells of trouble, ${looks} calls under watch, ${broken.length} promises broken`,
    `as declared again after a spell: median ${minutes(median(backAfter))}, at the latest ${minutes(Math.max(0, ...backAfter))}; ` +
      `a look costs ${callsPerLook.toFixed(1)} calls; the longest command: ${longest.what}, ${seconds(longest.ms)} s`,
    textOf([HEAD, ...rows]),
  ].join("\n");
}

function rowOf(cause: string, outages: readonly Outage[]): string[] {
  const of = (name: "length" | "ofEc2" | "usual" | "missing" | "granted" | "rest"): number[] =>
    outages.map((it) => it[name]);
  return [
    cause,
    String(outages.length),
    seconds(median(of("length"))),
    seconds(Math.max(0, ...of("length"))),
    ...(["ofEc2", "usual", "missing", "granted"] as const).map((it) => seconds(median(of(it)))),
    seconds(median(of("rest"))),
    seconds(Math.max(0, ...of("rest"))),
  ];
}

export function summaryOf(weeks: readonly Week[]): string {
  const all = weeks.flatMap((it) => it.outages);
  const broken = weeks.reduce((sum, it) => sum + it.broken.length, 0);
  return [
    `${weeks.length} weeks, ${weeks.reduce((sum, it) => sum + it.spells, 0)} spells, ${all.length} outages, ${broken} promises broken`,
    textOf([HEAD, rowOf("all weeks", all)]),
  ].join("\n");
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(0)} min`;
}

/** Columns as wide as what is in them. */
function textOf(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((sum, row) => row.map((cell, at) => Math.max(cell.length, sum[at] ?? 0)), []);
  return rows
    .map((row) =>
      row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .join("\n");
}
