import type { Table } from "../section";
import { mutations, number, type Size, sum, throttled } from "./data";
import type { Calls } from "./stack";

export function tableOf(size: Size): Table {
  return {
    title: `${number(size.count)} machines in one stack`,
    head: [
      "",
      "wall time",
      "makespan, simulated",
      "bound, simulated",
      "mutating calls",
      "describes",
      "throttled",
      "failed",
      "outage, mean (max)",
      "peak memory: program, provider",
      "CPU: program, provider",
    ],
    rows: size.phases.map((it) => [
      it.name,
      `${number(it.wallSeconds, 1)} s`,
      `${number(it.makespanSeconds)} s`,
      `${number(it.boundSeconds)} s${it.boundBy === "" ? "" : ` (${it.boundBy})`}`,
      number(mutations(it)),
      number(sum(it.calls, ({ mutating, sent }) => (mutating ? 0 : sent))),
      number(throttled(it)),
      number(it.failures.length),
      it.outage === undefined ? "–" : `${number(it.outage.meanSeconds)} s (${number(it.outage.maxSeconds)} s)`,
      `${number(it.peakMib.program)}, ${number(it.peakMib.provider)} MiB`,
      `${number(it.cpuSeconds.program, 1)}, ${number(it.cpuSeconds.provider, 1)} s`,
    ]),
    notes: [
      `EC2's clock ran ${size.timeScale} times as fast as real time. Makespan: from the first EC2 call to the last. Bound: the same changes if every call went out the moment that EC2's token buckets let it, those of machines that are down first, if nobody looked at anything, and if nothing but EC2 took time: what its launches and shutdowns took in this very run.`,
      ...(size.boundWithoutDryRun === undefined
        ? []
        : [
            `A replacement asks by a dry run whether the next instance can start before it ends the one that works; with RunInstances at 2 a second that sets the bound. Without it the bound would be ${number(size.boundWithoutDryRun)} s.`,
          ]),
      `A second that the processes themselves take counts as ${size.timeScale} here, their start included: what of the distance to the bound is the provider's own, the simulated figures of the calls tell. And a describe is on its way for a shorter time than at EC2's own speed, so that fewer machines come to share the next.`,
      "All machines at once, as `pulumi up --parallel` with a number above theirs does it.",
    ],
  };
}

export function callsTable(size: Size): Table {
  const actions = [...new Set(size.phases.flatMap((it) => Object.keys(it.calls)))].sort();
  return {
    title: `EC2 calls for ${number(size.count)} machines`,
    head: ["", ...size.phases.map((it) => it.name)],
    rows: actions.map((action) => [action, ...size.phases.map((it) => callText(it.calls[action]))]),
    notes: ["In brackets: how many of them only asked (dry), and how many EC2 refused for being too many (throttled)."],
  };
}

function callText(calls: Calls | undefined): string {
  if (calls === undefined) {
    return "–";
  }
  const parts = [
    ...(calls.dryRuns === 0 ? [] : [`${number(calls.dryRuns)} dry`]),
    ...(calls.throttled === 0 ? [] : [`${number(calls.throttled)} throttled`]),
  ];
  return parts.length === 0 ? number(calls.sent) : `${number(calls.sent)} (${parts.join(", ")})`;
}

export function overheadTable(sizes: Size[]): Table[] {
  const rows = sizes.flatMap(({ count, overhead }) =>
    overhead === undefined
      ? []
      : [
          [
            number(count),
            ...[overhead.empty, overhead.ours].flatMap((it) => [
              `${it.firstMs.toFixed(2)} ms`,
              `${it.againMs.toFixed(2)} ms`,
            ]),
          ],
        ],
  );
  return rows.length === 0
    ? []
    : [
        {
          title: "Time of the provider for one machine in a preview in which nothing changed",
          head: ["machines", "a provider that does nothing", "again", "ours", "again"],
          rows,
          notes: [
            "`Check` and `Diff` over gRPC, one after the other, with what the caller takes for them; no EC2 call. First in a process that has just started, then again in the same.",
          ],
        },
      ];
}
