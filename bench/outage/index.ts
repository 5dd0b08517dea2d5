/** How long a private IP is dark while the instance behind it is replaced, in simulated time, against EC2's own floor. */
import type { Goal, Section, Table } from "../section";
import { BASELINES } from "./baselines";
import { type FloorName, FLOORS } from "./draws";
import { measured, NAMES } from "./measure";
import { distributions, ranges } from "./pictures";
import { measuredByProcesses } from "./processes";
import { quantile, type Series } from "./series";

const FULL_RUNS = 1000;
const QUICK_RUNS = 40;

/** The same data for the same number of runs, wherever and in however many processes it is measured. */
export interface Data {
  runs: number;
  series: Series[];
}

export const outage: Section<Data> = {
  name: "outage",
  title: "Outage of one replacement",
  isSimulated: true,
  measure: async (mode, say) =>
    mode === "full"
      ? { runs: FULL_RUNS, series: await measuredByProcesses(NAMES, FULL_RUNS, say) }
      : measureHere(QUICK_RUNS, say),
  goals,
  tables: (data) => [table(data)],
  pictures: ({ series }) => [ranges(series), distributions(series)],
  felt: (data) => {
    const [first, overlap] = [of(data, "terminate-first"), of(data, "overlap")];
    return `A replacement is dark for ${seconds(quantile(first.outage, 50))} s at the median, which is ${percents(over(first, 50))} longer than EC2 itself takes, and for ${seconds(quantile(overlap.outage, 50))} s where the instances overlap.`;
  },
};

async function measureHere(runs: number, say: (line: string) => void): Promise<Data> {
  const series: Series[] = [];
  for (const name of NAMES) {
    series.push(await measured(name, runs));
    say(`${name}: ${runs} replacements`);
  }
  return { runs, series };
}

function of(data: Data, name: FloorName): Series {
  const found = data.series.find((it) => it.name === name);
  if (found === undefined) {
    throw new Error(`there is no series ${name}`);
  }
  return found;
}

/** How far the outage's quantile is over the floor's, in percent. */
function over(series: Series, percent: number): number {
  return (quantile(series.outage, percent) / quantile(series.floor, percent) - 1) * 100;
}

function overPaired(series: Series, percent: number): number {
  return (quantile(series.paired, percent) - 1) * 100;
}

const percents = (value: number): string => `${value.toFixed(1)} %`;
const seconds = (value: number): string => value.toFixed(1);

function goals(data: Data): Goal[] {
  const first = of(data, "terminate-first");
  const root = of(data, "root-volume");
  return [
    within(first, { percent: 50, most: 3, what: "terminate-first, the median over the floor's" }),
    within(first, { percent: 99, most: 5, what: "terminate-first, the 99th percentile over the floor's" }),
    overlapGoal(data),
    within(root, { percent: 50, most: 3, what: "root-volume, the median over its own floor's" }),
  ];
}

/** Both ways to say it have to hold: quantile against quantile, and run by run. */
function within(series: Series, { percent, most, what }: { percent: number; most: number; what: string }): Goal {
  const [apart, paired] = [over(series, percent), overPaired(series, percent)];
  return {
    what,
    wanted: `at most ${most} %`,
    measured: `${percents(apart)}; run by run ${percents(paired)}`,
    isMet: apart <= most && paired <= most,
    failsRun: true,
  };
}

/** EC2's own detach alone takes longer, as far as that is known, so that nobody could meet it: it fails no run. */
function overlapGoal(data: Data): Goal {
  const [first, overlap] = [of(data, "terminate-first"), of(data, "overlap")];
  const whole = quantile(first.floor, 50);
  const share = (quantile(overlap.outage, 50) / whole) * 100;
  const own = (quantile(overlap.floor, 50) / whole) * 100;
  const why = own < 10 ? "" : `, of which ${percents(own)} are EC2's own detach and attach, whose time is assumed`;
  return {
    what: "overlap, the median as a share of the floor of terminate-first",
    wanted: "under 10 %",
    measured: `${percents(share)}${why}`,
    isMet: share < 10,
    failsRun: own < 10,
  };
}

function table(data: Data): Table {
  return {
    title: `How long the private IP is dark, in seconds, over ${data.runs} seeded runs each`,
    head: [
      "",
      "median",
      "p95",
      "p99",
      "floor, median",
      "p99",
      "over the floor, median",
      "p99",
      "run by run, median",
      "p99",
      "no call in the floor, median",
      "describes, mean",
      "most",
      "other calls",
    ],
    rows: data.series.map((it) => [
      it.name,
      ...[50, 95, 99].map((percent) => seconds(quantile(it.outage, percent))),
      ...[50, 99].map((percent) => seconds(quantile(it.floor, percent))),
      ...[50, 99].map((percent) => percents(over(it, percent))),
      ...[50, 99].map((percent) => percents(overPaired(it, percent))),
      percents((quantile(it.pairedWithoutCall, 50) - 1) * 100),
      it.describes.mean.toFixed(1),
      String(it.describes.most),
      it.others.toFixed(1),
    ]),
    notes: NOTES,
  };
}

const NOTES: string[] = [
  "Dark is what the simulator's own timeline says: from when EC2 is told to end, stop or detach until an instance that runs has the address again. A guest's boot comes after that and is in no figure but fck-nat's, whose script runs in the guest.",
  `The floor is what EC2 itself takes for the very same draws, if nobody had to look or wait: ${Object.entries(FLOORS)
    .map(([name, { what }]) => `${name}: ${what}`)
    .join("; ")}. The ways that people use instead are held against the floor of terminate-first.`,
  "Over the floor: quantile against quantile. Run by run: the outage of each run against the floor of the same run, then the quantile. No call in the floor: run by run, without the time of RunInstances, StartInstances or AttachNetworkInterface itself.",
  "Measured are pending to running and the time of RunInstances and StartInstances (ec2-behaviour.md, section 5). Assumed are shutdown, stop, detach, root volume and the time of all other calls (local/ec2/model/timings.ts, local/ec2/conditions/latency.ts): log-normal, with a long tail.",
  "root-volume is dark only while EC2 exchanges the volume, which no caller can lengthen: it has its floor by construction. stop-start has to change the type between stop and start, a call that its floor leaves out.",
  "terminate-first and the strategies beside it are of a process that has replaced nothing before, so that nothing is learned. Describes are those of the update, its first look and its preflight included.",
  "fck-nat's way is to boot the next instance while the last one shuts down, so that it can be under the floor of terminate-first; what it does in the guest, `overlap` does from the outside, after the new instance was seen to run.",
  ...BASELINES.map(
    ({ name, source, assumed }) => `${name}: ${source}.${assumed === undefined ? "" : ` Assumed: ${assumed}.`}`,
  ),
];
