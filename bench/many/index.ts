/** Many machines in one stack: 100 and 1,000 of them, with real processes and with EC2's token buckets. */
import { boundOf } from "../bound";
import { REPLACE_WITHOUT_DRY_RUN } from "../needed";
import type { Goal, Mode, Picture, Section, Table } from "../section";
import { type Overhead, overheadOf } from "./overhead";
import { ALL, CREATE, DESTROY, IDLE_PREVIEWS, NO_CHANGE, type Phase, REPLACE } from "./phases";
import { type Calls, type Measured, shown, Stack } from "./stack";

interface PhaseData extends Omit<Measured, "took"> {
  name: string;
  boundSeconds: number;
  /** The bucket that sets it; empty where EC2's own time alone does. */
  boundBy: string;
}

interface Size {
  count: number;
  timeScale: number;
  phases: PhaseData[];
  /** The bound of a replacement that would ask nothing first; absent in the quick mode, which replaces nothing. */
  boundWithoutDryRun?: number;
  /** Absent in the quick mode. */
  overhead?: Overhead;
}

export interface ManyData {
  mode: Mode;
  sizes: Size[];
}

/** So many machines, with EC2's clock so many times as fast: a run is to be long beside what two cores do in it. */
const SIZES: Readonly<Record<Mode, readonly { count: number; timeScale: number }[]>> = {
  full: [
    { count: 100, timeScale: 10 },
    { count: 1000, timeScale: 10 },
  ],
  quick: [{ count: 20, timeScale: 20 }],
};
const QUICK_PHASES = [CREATE, NO_CHANGE, DESTROY];

const MOST_OVER_BOUND = 1.15;
const FEWEST_TIMED = 100;
const MOST_OVERHEAD_MS = 3;
const FLAT = 1.2;

/** Previews that ask EC2 nothing take the program's time alone: of the many, one of them is left to {@link overheadOf}. */
function phasesOf(count: number, mode: Mode): readonly Phase[] {
  if (mode === "quick") {
    return QUICK_PHASES;
  }
  return count > FEWEST_TIMED ? ALL.filter((it) => !IDLE_PREVIEWS.includes(it)) : ALL;
}

async function measureSize(count: number, timeScale: number, mode: Mode, say: (line: string) => void): Promise<Size> {
  const stack = await Stack.open(count, timeScale);
  try {
    const phases: PhaseData[] = [];
    let overhead: Overhead | undefined;
    let withoutDryRun: number | undefined;
    for (const phase of phasesOf(count, mode)) {
      const { took, ...measured } = await stack.run(phase.verb, phase.imageId);
      const bound = await boundOf(count, phase.needed, took);
      phases.push({ name: phase.name, boundSeconds: bound.seconds, boundBy: bound.action, ...compact(measured) });
      say(`${count} machines, ${phase.name}: ${measured.wallSeconds.toFixed(0)} s`);
      if (phase === REPLACE) {
        withoutDryRun = (await boundOf(count, REPLACE_WITHOUT_DRY_RUN, took)).seconds;
      }
      if (mode === "full" && phase === NO_CHANGE) {
        overhead = await overheadOf(stack);
      }
    }
    return { count, timeScale, phases, boundWithoutDryRun: withoutDryRun, overhead };
  } finally {
    stack.close();
  }
}

function compact<Of extends Pick<Measured, "failures">>(measured: Of): Of {
  return { ...measured, failures: shown(measured.failures) };
}

function phaseOf(size: Size, { name }: { name: string }): PhaseData | undefined {
  return size.phases.find((it) => it.name === name);
}

function sum(calls: Record<string, Calls>, of: (calls: Calls, action: string) => number): number {
  return Object.entries(calls).reduce((total, [action, it]) => total + of(it, action), 0);
}

const describes = (it: PhaseData): number =>
  sum(it.calls, ({ mutating, sent }, action) =>
    // It takes one instance a call, so it is a part of the bound.
    mutating || action === "DescribeInstanceAttribute" ? 0 : sent,
  );
const mutations = (it: PhaseData): number => sum(it.calls, ({ mutating, sent }) => (mutating ? sent : 0));
const throttled = (it: PhaseData): number => sum(it.calls, (calls) => calls.throttled);

const number = (value: number, digits = 0): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

function goalsOf(size: Size): Goal[] {
  const { count, phases } = size;
  const failures = phases.flatMap((it) => it.failures);
  const noChange = phaseOf(size, NO_CHANGE);
  // Of few machines, with EC2's clock far ahead, the processes take the time and not EC2.
  const over = count < FEWEST_TIMED ? [] : [CREATE, REPLACE, DESTROY].flatMap((it) => phaseOf(size, it) ?? []);
  return [
    {
      what: `errors that reach one of ${number(count)} machines, in all phases`,
      wanted: "0",
      measured: number(failures.length),
      isMet: failures.length === 0,
      failsRun: false,
    },
    ...(noChange === undefined ? [] : [noMutations(count, noChange)]),
    ...over.map((it): Goal => {
      const ratio = it.makespanSeconds / it.boundSeconds;
      return {
        what: `makespan of ${it.name} of ${number(count)} machines, against the bound`,
        wanted: `at most ${MOST_OVER_BOUND}x`,
        measured: `${ratio.toFixed(2)}x`,
        isMet: ratio <= MOST_OVER_BOUND,
        failsRun: false,
      };
    }),
  ];
}

function noMutations(count: number, noChange: PhaseData): Goal {
  const measured = mutations(noChange);
  return {
    what: `mutating calls in an \`up\` of ${number(count)} machines in which nothing changed`,
    wanted: "0",
    measured: number(measured),
    isMet: measured === 0,
    failsRun: true,
  };
}

/** Looks go out for all machines at once, so that there are as many as the time allows, and few of a machine's own. */
function fewDescribes(size: Size): Goal[] {
  return [CREATE, DESTROY].flatMap((phase) => {
    const measured = phaseOf(size, phase);
    if (measured === undefined) {
      return [];
    }
    const most = MOST_DESCRIBES_EACH * size.count;
    return {
      what: `describes in ${phase.name} of ${number(size.count)} machines`,
      wanted: `at most ${number(most)}, ${MOST_DESCRIBES_EACH} a machine`,
      measured: number(describes(measured)),
      isMet: describes(measured) <= most,
      // With EC2's clock so far ahead of the processes', their number depends on how fast those are.
      failsRun: false,
    };
  });
}

/** It was 19 in `create` and 26 in `destroy` when each machine looked by itself. */
const MOST_DESCRIBES_EACH = 15;

function growth(few: Size, many: Size): Goal[] {
  const grown = [CREATE, REPLACE, DESTROY].flatMap((phase): Goal[] => {
    const [less, more] = [phaseOf(few, phase), phaseOf(many, phase)];
    if (less === undefined || more === undefined) {
      return [];
    }
    const time = more.makespanSeconds / less.makespanSeconds;
    const calls = describes(more) / describes(less);
    return [
      {
        what: `describes of ${phase.name}, ${number(many.count)} machines against ${number(few.count)}`,
        wanted: "grow no more than 1.5x as much as the time waited",
        measured: `${calls.toFixed(1)}x in ${time.toFixed(1)}x the time`,
        isMet: calls <= time * 1.5,
        failsRun: false,
      },
    ];
  });
  return [...grown, ...overheadGoals(few.overhead, many.overhead, many.count)];
}

/** Over what Pulumi's runtime and the way there and back take of any provider. */
function ownMs({ ours, empty }: Overhead): number {
  return ours.firstMs - empty.firstMs;
}

function overheadGoals(few: Overhead | undefined, many: Overhead | undefined, count: number): Goal[] {
  if (few === undefined || many === undefined) {
    return [];
  }
  const ratio = many.ours.againMs / few.ours.againMs;
  return [
    {
      what: `provider overhead of a machine in a preview in which nothing changed, of ${number(count)}`,
      wanted: `under ${MOST_OVERHEAD_MS} ms`,
      measured: `${ownMs(many).toFixed(2)} ms`,
      isMet: ownMs(many) < MOST_OVERHEAD_MS,
      failsRun: false,
    },
    {
      what: "the same with Pulumi's part, 1,000 machines against 100",
      wanted: `flat: at most ${FLAT}x`,
      measured: `${ratio.toFixed(2)}x`,
      isMet: ratio <= FLAT,
      failsRun: false,
    },
  ];
}

function tableOf(size: Size): Table {
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

function callsTable(size: Size): Table {
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

function overheadTable(sizes: Size[]): Table[] {
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
          title: "What the provider takes for one machine in a preview in which nothing changed",
          head: ["machines", "a provider that does nothing", "again", "ours", "again"],
          rows,
          notes: [
            "`Check` and `Diff` over gRPC, one after the other, with what the caller takes for them; no EC2 call. First in a process that has just started, then again in the same.",
          ],
        },
      ];
}

const PICTURED = [CREATE, REPLACE, DESTROY].map((it) => it.name);

function picture({ sizes }: ManyData): Picture {
  const values = sizes.flatMap(({ count, phases }) =>
    phases
      .filter((it) => PICTURED.includes(it.name))
      .flatMap((it) => {
        const of = { machines: number(count), phase: it.name };
        return [
          { ...of, measure: "simulated seconds", what: "bound by EC2", value: it.boundSeconds },
          { ...of, measure: "simulated seconds", what: "measured", value: it.makespanSeconds },
          { ...of, measure: "EC2 calls", what: "mutating", value: mutations(it) },
          { ...of, measure: "EC2 calls", what: "describes", value: describes(it) },
          { ...of, measure: "EC2 calls", what: "throttled", value: throttled(it) },
        ];
      }),
  );
  return {
    name: "many-at-once",
    title: "Makespan and EC2 calls of 100 and 1,000 machines at once, beside what EC2's token buckets allow",
    spec: {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      data: { values },
      facet: {
        row: { field: "measure", title: null, sort: ["simulated seconds", "EC2 calls"] },
        column: { field: "machines", title: "machines", sort: ["100", "1,000"] },
      },
      resolve: { scale: { x: "independent" } },
      spec: {
        width: 260,
        mark: "bar",
        encoding: {
          y: { field: "phase", type: "nominal", title: null, sort: PICTURED },
          yOffset: { field: "what", sort: null },
          x: { field: "value", type: "quantitative", title: null },
          color: { field: "what", type: "nominal", title: null, sort: null },
        },
      },
    },
  };
}

export const many: Section<ManyData> = {
  name: "many",
  title: "Many machines at once",
  async measure(mode, say) {
    const sizes: Size[] = [];
    for (const { count, timeScale } of SIZES[mode]) {
      sizes.push(await measureSize(count, timeScale, mode, say));
    }
    return { mode, sizes };
  },
  goals({ sizes }) {
    const [few, most] = sizes;
    return [
      ...sizes.flatMap((size) => [...goalsOf(size), ...fewDescribes(size)]),
      ...(few === undefined || most === undefined ? [] : growth(few, most)),
    ];
  },
  tables({ sizes }) {
    return [...sizes.flatMap((size) => [tableOf(size), callsTable(size)]), ...overheadTable(sizes)];
  },
  pictures(data) {
    return data.mode === "full" ? [picture(data)] : [];
  },
  felt({ sizes }) {
    const most = sizes.at(-1);
    const replaced = most && phaseOf(most, REPLACE);
    const idle = most?.overhead && ownMs(most.overhead);
    return most === undefined || replaced === undefined || idle === undefined
      ? ""
      : `${number(most.count)} machines in one stack: a preview takes the provider ${idle.toFixed(1)} ms for each in which nothing changed; replacing all takes ${number(replaced.makespanSeconds / 60)} minutes, of which EC2's limits alone are ${number(replaced.boundSeconds / 60)}; throttling fails none.`;
  },
};
