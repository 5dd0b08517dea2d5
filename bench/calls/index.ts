/** EC2 calls: of one machine against the fewest possible, and of many at once against what EC2's buckets allow. */
import { EC2_LATENCY, TIMINGS } from "../../local/ec2";
import { type Bound, boundOf, type Step } from "../bound";
import { CREATE, DESTROY, FIRST_REFRESH, PREVIEW_OF_A_CHANGE, REPLACE } from "../needed";
import type { Goal, Mode, Picture, Section, Table } from "../section";
import { type Calls, mutatingOf, totalOf } from "./counter";
import { FEWEST } from "./fewest";
import { type Cost, Machines, type Operation, OPERATIONS } from "./machines";

interface Measured {
  count: number;
  costs: Record<Operation, Omit<Cost, "took"> & { bound: Bound }>;
}

export interface CallsData {
  measured: Measured[];
}

const COUNTS: Readonly<Record<Mode, readonly number[]>> = { quick: [1, 10, 100], full: [1, 10, 100, 300] };

/**
 * As measured; who saves a call lowers it. A launch is preceded by a look at the record, and a run that acted ends with one; so does what
 * ends an instance: of two runs that meet, one yields (docs/decisions/0055-where-runs-meet.md).
 */
const MOST: Readonly<Record<Operation, number>> = {
  create: 26,
  "first up after it": 7,
  "preview, nothing changed": 1,
  "up, nothing changed": 1,
  refresh: 6,
  "preview, image changed": 15,
  "up, replaced": 57,
  destroy: 51,
};

/** For each machine of many. */
const NEEDED: Readonly<Record<Operation, readonly Step[]>> = {
  create: CREATE,
  "first up after it": [],
  "preview, nothing changed": [],
  "up, nothing changed": [],
  refresh: FIRST_REFRESH,
  "preview, image changed": PREVIEW_OF_A_CHANGE,
  "up, replaced": REPLACE,
  destroy: DESTROY,
};

const MOST_THROTTLED = 0.05;
/** From so many calls on a share of them can be told: a look at hundreds makes few, and marks each machine once. */
const ENOUGH_CALLS = 500;
const MOST_OVER_BOUND = 1.15;
/** With fewer machines, the slowest of the last shutdowns is no small part of the whole: the goal is the same, and a run fails later. */
const MANY = 300;
const MOST_OVER_BOUND_OF_FEW = 1.2;
/** The looks that come before the first call that is bound; beside a bound of a few seconds they are no small part either. */
const LOOKS_S = 1.5;
const MOST_OVER_OUTAGE = 1.1;
/** So much more a look at a hundred machines may cost than a look at one. */
const MOST_DESCRIBES = 2;

/** EC2's own shutdown and launch: the outage of a machine that nobody keeps waiting. */
const OUTAGE_S = (meanOf(TIMINGS.terminate) + meanOf(EC2_LATENCY.RunInstances) + meanOf(TIMINGS.launch)) / 1000;

export const calls: Section<CallsData> = {
  name: "calls",
  title: "EC2 calls",
  measure,
  goals,
  tables,
  pictures,
  felt: ({ measured }) => {
    const [one, most] = [measured[0], measured.at(-1)];
    return one === undefined || most === undefined
      ? ""
      : `A preview in which nothing changed asks EC2 once for all machines; ${most.count} machines that are replaced at once are dark for ${outagesOf(most.costs["up, replaced"]).mean.toFixed(0)} s in the mean, and EC2 alone takes ${OUTAGE_S.toFixed(0)}.`;
  },
};

async function measure(mode: Mode, say: (line: string) => void): Promise<CallsData> {
  const measured: Measured[] = [];
  for (const count of COUNTS[mode]) {
    const machines = new Machines(count);
    const costs: Partial<Measured["costs"]> = {};
    for (const operation of OPERATIONS) {
      const { took, ...cost } = await machines.cost(operation);
      costs[operation] = { ...cost, bound: await boundOf(count, NEEDED[operation], took) };
      say(`${count} × ${operation}: ${totalOf(cost.calls)} calls, ${cost.seconds.toFixed(1)} s`);
    }
    measured.push({ count, costs: costs as Measured["costs"] });
  }
  return { measured };
}

function goals({ measured }: CallsData): Goal[] {
  const [one, ...others] = measured;
  if (one === undefined) {
    return [];
  }
  const ofOne = OPERATIONS.map((operation): Goal => {
    const total = totalOf(one.costs[operation].calls);
    return goal(
      `EC2 calls of one machine, ${operation}`,
      `at most ${MOST[operation]}`,
      total,
      total <= MOST[operation],
    );
  });
  return [...ofOne, ...measured.flatMap(changesNothing), ...others.flatMap((it) => goalsOfMany(it, one))];
}

function changesNothing({ count, costs }: Measured): Goal {
  const made = mutatingOf(costs["first up after it"].calls) + mutatingOf(costs["up, nothing changed"].calls);
  return goal(`mutating calls of ups of ${count} in which nothing changed`, "none", made, made === 0);
}

function goalsOfMany(many: Measured, one: Measured): Goal[] {
  const { count, costs } = many;
  const found: Goal[] = [];
  for (const operation of OPERATIONS) {
    const { calls: made, throttled, seconds, bound } = costs[operation];
    if (totalOf(made) >= ENOUGH_CALLS) {
      const share = throttled / totalOf(made);
      found.push(
        goal(
          `throttled of the calls of ${count}, ${operation}`,
          "less than 5 %",
          percent(share),
          share < MOST_THROTTLED,
        ),
      );
    }
    if (count >= 100 && bound.action !== "") {
      const ratio = seconds / bound.seconds;
      const over = goal(
        `time of ${count} at once, ${operation}, against the bound of EC2's buckets`,
        `at most ${MOST_OVER_BOUND}`,
        ratio.toFixed(2),
        ratio <= MOST_OVER_BOUND,
      );
      const isFarOver = ratio > MOST_OVER_BOUND_OF_FEW && seconds - bound.seconds > LOOKS_S;
      found.push({ ...over, failsRun: count >= MANY || isFarOver });
    }
  }
  const { mean } = outagesOf(costs["up, replaced"]);
  const ratio = mean / OUTAGE_S;
  if (count >= 100) {
    const describes = describesOf(costs.refresh.calls) / describesOf(one.costs.refresh.calls);
    found.push(
      goal(
        `mean outage when ${count} are replaced at once, against EC2's own shutdown and launch`,
        `at most ${MOST_OVER_OUTAGE}`,
        ratio.toFixed(2),
        ratio <= MOST_OVER_OUTAGE,
      ),
      goal(
        `describes of a refresh of ${count}, against those of one`,
        `at most ${MOST_DESCRIBES} times as many`,
        describes.toFixed(1),
        describes <= MOST_DESCRIBES,
      ),
    );
  }
  return found;
}

function goal(what: string, wanted: string, measured: number | string, isMet: boolean): Goal {
  return { what, wanted, measured: String(measured), isMet, failsRun: true };
}

function tables({ measured }: CallsData): Table[] {
  const [one] = measured;
  return one === undefined ? [] : [ofOne(one), ofMany(measured)];
}

function ofOne({ costs }: Measured): Table {
  return {
    title: "One machine: EC2 calls, and the fewest possible",
    head: ["operation", "ours", "ours, mutating", "fewest", "ours, by action"],
    rows: OPERATIONS.map((operation) => {
      const made = costs[operation].calls;
      return [
        operation,
        String(totalOf(made)),
        String(mutatingOf(made)),
        String(totalOf(FEWEST[operation].calls)),
        byAction(made),
      ];
    }),
    notes: [
      "An `up` is `check`, `diff` and then `create` or `update`; Pulumi previews first, which is the same `check` and `diff` once more.",
      ...OPERATIONS.map((operation) => `*${operation}*, the fewest: ${FEWEST[operation].why}.`),
    ],
  };
}

function byAction(made: Calls): string {
  const names = Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1));
  return names.map(([name, count]) => (count === 1 ? name : `${count} ${name}`)).join(", ") || "none";
}

function ofMany(measured: Measured[]): Table {
  return {
    title: "Many machines at once, EC2's token buckets on",
    head: ["operation", "machines", "calls", "describes", "throttled", "seconds", "bound", "mean outage", "longest"],
    rows: OPERATIONS.flatMap((operation) =>
      measured.map((many) => {
        const cost = many.costs[operation];
        const { mean, longest } = outagesOf(cost);
        const isDark = cost.outages.length > 0;
        return [
          operation,
          String(many.count),
          String(totalOf(cost.calls)),
          String(describesOf(cost.calls)),
          String(cost.throttled),
          cost.seconds.toFixed(1),
          cost.bound.seconds.toFixed(1),
          isDark ? `${mean.toFixed(1)} s` : "",
          isDark ? `${longest.toFixed(1)} s` : "",
        ];
      }),
    ),
    notes: [
      "Simulated: all machines at once, in one provider process, with EC2's latency and buckets, which are full at the beginning of each operation.",
      "*Bound*: the calls that a machine cannot do without, each sent the moment that its bucket lets it, those of machines that are down first; nobody looks at anything, and nothing but EC2 takes time: what its launches and shutdowns took in this very run. In a replacement each machine needs RunInstances twice: the dry run of its launch, before anything is ended, is out of the same bucket.",
      `*Mean outage*: EC2's own shutdown and launch alone are ${OUTAGE_S.toFixed(1)} s in the mean.`,
    ],
  };
}

function pictures({ measured }: CallsData): Picture[] {
  const values = measured.flatMap(({ count, costs }) =>
    (["up, replaced", "refresh", "create"] as const).map((operation) => ({
      machines: count,
      operation,
      describes: describesOf(costs[operation].calls) / count,
    })),
  );
  return [
    {
      name: "describes-per-machine",
      title: "Describe calls for each machine, by how many machines there are",
      spec: {
        data: { values },
        mark: { type: "line", point: true },
        encoding: {
          x: { field: "machines", type: "quantitative", scale: { type: "log" }, title: "machines at once" },
          y: { field: "describes", type: "quantitative", title: "describes for each" },
          color: { field: "operation", type: "nominal" },
        },
      },
    },
  ];
}

function describesOf(made: Calls): number {
  return Object.entries(made).reduce((sum, [name, count]) => sum + (name.startsWith("Describe") ? count : 0), 0);
}

function outagesOf({ outages }: Pick<Cost, "outages">): { mean: number; longest: number } {
  return outages.length === 0
    ? { mean: 0, longest: 0 }
    : { mean: outages.reduce((sum, it) => sum + it, 0) / outages.length, longest: Math.max(...outages) };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function meanOf(distribution: unknown): number {
  if (typeof distribution !== "object" || distribution === null || !("mean" in distribution)) {
    throw new Error("a bound needs to know how long it usually takes");
  }
  return Number(distribution.mean);
}
