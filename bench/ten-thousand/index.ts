/** Ten thousand machines under one process: AWS takes back a fifth of them at once, and what looking at all of them costs. */
import { decimal, percent, quantile, QUANTILES, whole } from "../figures";
import type { Goal, Mode, Picture, Section, Table } from "../section";
import { type Counts, isDescribe, total } from "./counted";
import { fleetOf, kindsOf } from "./fleet";
import { growthPicture, recoveryPicture, turnPicture } from "./pictures";
import { CAPACITY, type Reclaim, reclaim } from "./reclaim";
import { refresh } from "./refresh";
import type { Data, Size } from "./sizes";

const SIZES: Readonly<Record<Mode, number[]>> = { full: [10, 100, 1_000, 10_000], quick: [10, 1_000] };
/** In how many of them capacity runs out. */
const SCARCE: Readonly<Record<Mode, number>> = { full: 1_000, quick: 100 };

async function measure(mode: Mode, say: (line: string) => void): Promise<Data> {
  const sizes: Size[] = [];
  for (const machines of SIZES[mode]) {
    const fleet = await fleetOf(kindsOf(machines));
    const looked = await refresh(fleet);
    const taken = await reclaim(fleet, CAPACITY.plenty);
    sizes.push({ machines, refresh: looked, reclaim: taken });
    say(`${whole(machines)} machines looked at, and ${taken.outages.length} brought back`);
  }
  const scarce = await reclaim(await fleetOf(kindsOf(SCARCE[mode])), CAPACITY.scarce);
  say(`${scarce.outages.length} brought back while there was little capacity`);
  return { sizes, scarce };
}

function largest({ sizes }: Pick<Data, "sizes">): Size {
  const size = sizes.at(-1);
  if (size === undefined) {
    throw new Error("nothing was measured");
  }
  return size;
}

/** How long beyond its turn the one waited that did so longest, as a share of the time in which all had their turn. */
function mostBeyondTurn({ outages, floor }: Reclaim): number {
  const beyond = outages.map((it, index) => it - (floor[index] ?? 0));
  return Math.max(...beyond) / Math.max(...floor);
}

const P99_LIMIT = 1.1;
const MEDIAN_LIMIT = 2.5;
const TURN_LIMIT = 0.1;
/** A second more or less is much for a few hundred machines, so a run fails later than the goal is missed. */
const P99_FAILS = 1.25;
const TURN_FAILS = 0.25;
const REFUSED_LIMIT = 0.05;

function goals(data: Data): Goal[] {
  const { machines, reclaim: plenty } = largest(data);
  const p99 = quantile(plenty.outages, QUANTILES.p99) / quantile(plenty.floor, QUANTILES.p99);
  const ratio = Math.max(...plenty.outages) / quantile(plenty.outages, QUANTILES.median);
  const launches = plenty.counts.RunInstances ?? { calls: 0, throttled: 0, refused: 0 };
  const refused = launches.throttled / Math.max(1, launches.calls - launches.throttled);
  const turn = mostBeyondTurn(plenty);
  const isBack = ({ lost, neverBack, moved, outages }: Reclaim): boolean =>
    neverBack.length === 0 && moved === 0 && outages.length === lost;
  const backOf = (it: Reclaim): string => `${whole(it.outages.length - it.moved)} of ${whole(it.lost)}`;
  const describes = data.sizes.map((it) => total(it.refresh.counts, "calls", isDescribe) / it.machines);
  return [
    {
      what: `machines that are back under their own address, of ${whole(machines)} of which a fifth was taken`,
      wanted: "all",
      measured: backOf(plenty),
      isMet: isBack(plenty),
      failsRun: true,
    },
    {
      what: "the same, while spot capacity runs out and comes back",
      wanted: "all",
      measured: backOf(data.scarce),
      isMet: isBack(data.scarce),
      failsRun: true,
    },
    {
      what: "time to recovery at p99, against what the account's launch bucket allows at best",
      wanted: `at most ${P99_LIMIT}x`,
      measured: `${decimal(p99)}x`,
      isMet: p99 <= P99_LIMIT,
      failsRun: p99 > P99_FAILS,
    },
    {
      what: "the longest recovery against the median (2x is what a bucket that is handed out in order gives)",
      wanted: `at most ${MEDIAN_LIMIT}x`,
      measured: `${decimal(ratio)}x`,
      isMet: ratio <= MEDIAN_LIMIT,
      failsRun: true,
    },
    {
      what: "the longest that one waited beyond its turn, of the time until all had theirs",
      wanted: `at most ${percent(TURN_LIMIT)}`,
      measured: percent(turn, 1),
      isMet: turn <= TURN_LIMIT,
      failsRun: turn > TURN_FAILS,
    },
    {
      what: "launches that EC2 throttled, for each that it took",
      wanted: `at most ${percent(REFUSED_LIMIT)}`,
      measured: percent(refused, 1),
      isMet: refused <= REFUSED_LIMIT,
      failsRun: true,
    },
    {
      what: "describe calls of a refresh, for each machine, as their number grows",
      wanted: "falling",
      measured: describes.map((it) => decimal(it)).join(", "),
      isMet: describes.every((it, index) => index === 0 || it < (describes[index - 1] ?? 0)),
      failsRun: true,
    },
  ];
}

function timesRow(name: string, seconds: readonly number[]): string[] {
  return [name, ...Object.values(QUANTILES).map((it) => whole(quantile(seconds, it)))];
}

function recoveryTable({ machines, reclaim: plenty }: Size, scarce: Reclaim): Table {
  return {
    title: `Seconds until they are back: ${whole(plenty.lost)} of ${whole(machines)}, taken by AWS within two minutes`,
    head: ["", ...Object.keys(QUANTILES)],
    rows: [
      timesRow("floor: the account's launch bucket, in order", plenty.floor),
      timesRow("ours, with capacity all the time", plenty.outages),
      timesRow(`ours, ${whole(scarce.lost)} lost, no spot for 8 minutes, 200 places until 15`, scarce.outages),
    ],
    notes: [
      "From when AWS begins to end an instance, two minutes after its notice, until its successor on the same interface runs.",
      "The floor: each machine's own shutdown as it was drawn, then a token of RunInstances (5, then 2 a second) in the order in which interfaces come free, then its own launch. One call launches one machine, as each has an interface of its own.",
      "Simulated, with EC2's token buckets and latency. Nobody helps but a loop that runs the product's update for each machine that was lost, and again after a pause (15 s, doubled up to 2 minutes) if it failed.",
      `Two thirds of them may fall back to on-demand: with little spot, ${whole(scarce.onDemand)} did. Updates that failed and were repeated: ${whole(plenty.failed)} with capacity, ${whole(scarce.failed)} without (${scarce.mostFailed} of one machine at most).`,
    ],
  };
}

function callsTable(title: string, columns: readonly [name: string, counts: Counts][]): Table {
  const actions = [...new Set(columns.flatMap(([, counts]) => Object.keys(counts)))].sort();
  const cell = (counts: Counts, action: string): string => {
    const { calls, throttled } = counts[action] ?? { calls: 0, throttled: 0 };
    return throttled === 0 ? whole(calls) : `${whole(calls)} (${whole(throttled)} throttled)`;
  };
  return {
    title,
    head: ["calls", ...columns.map(([name]) => name)],
    rows: actions.map((action) => [action, ...columns.map(([, counts]) => cell(counts, action))]),
  };
}

function growthTable(sizes: readonly Size[]): Table {
  const each = (counts: Counts, count: number): string => decimal(total(counts, "calls", isDescribe) / count);
  return {
    title: "Cost of one machine, as their number grows",
    head: [
      "machines",
      "describes of a refresh",
      "its CPU, ms",
      "its time, s",
      "describes of a recovery",
      "its CPU, ms",
    ],
    rows: sizes.map(({ machines, refresh: looked, reclaim: taken }) => [
      whole(machines),
      each(looked.counts, machines),
      decimal((looked.cpuSeconds * 1000) / machines),
      whole(looked.seconds),
      each(taken.counts, taken.lost),
      decimal((taken.cpuSeconds * 1000) / taken.lost),
    ]),
    notes: [
      "A refresh looks at all, at the same time, in simulated time; a recovery is that of a fifth of them, as above.",
      "CPU is that of the whole process, which has the simulator in it too: it tells whether it grows, not what the product takes.",
    ],
  };
}

export const tenThousand: Section<Data> = {
  name: "ten-thousand",
  title: "Ten thousand machines, and AWS takes a fifth of them",
  isSimulated: true,
  measure,
  goals,
  tables: (data) => {
    const size = largest(data);
    return [
      recoveryTable(size, data.scarce),
      callsTable(`EC2 calls to bring back ${whole(size.reclaim.lost)}`, [
        ["with capacity", size.reclaim.counts],
        ["with little spot", data.scarce.counts],
      ]),
      growthTable(data.sizes),
    ];
  },
  pictures: (data): Picture[] => {
    const { reclaim: plenty } = largest(data);
    return [recoveryPicture({ plenty, scarce: data.scarce }), turnPicture(plenty), growthPicture(data.sizes)];
  },
  felt: (data) => {
    const { machines, reclaim: plenty } = largest(data);
    const [median, last] = [0.5, 1].map((it) => decimal(quantile(plenty.outages, it) / 60, 1));
    return `When AWS takes back ${whole(plenty.lost)} of ${whole(machines)} machines at once, all are back under their addresses without anybody's help: half within ${median} minutes, the last after ${last}; EC2's own limit of launches allows no sooner than ${decimal(Math.max(...plenty.floor) / 60, 1)}.`;
  },
};
