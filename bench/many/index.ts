/** Many machines in one stack: 100 and 1,000 of them, with real processes and with EC2's token buckets. */
import { boundOf } from "../bound";
import { REPLACE_WITHOUT_DRY_RUN } from "../needed";
import type { Mode, Section } from "../section";
import { type ManyData, number, ownMs, type PhaseData, phaseOf, type Size } from "./data";
import { FEWEST_TIMED, fewDescribes, goalsOf, growth } from "./goals";
import { type Overhead, overheadOf } from "./overhead";
import { ALL, CREATE, DESTROY, IDLE_PREVIEWS, NO_CHANGE, type Phase, REPLACE } from "./phases";
import { picture } from "./pictures";
import { type Measured, shown, Stack } from "./stack";
import { callsTable, overheadTable, tableOf } from "./tables";

/** So many machines, with EC2's clock so many times as fast: a run is to be long beside what two cores do in it. */
const SIZES: Readonly<Record<Mode, readonly { count: number; timeScale: number }[]>> = {
  full: [
    { count: 100, timeScale: 10 },
    { count: 1000, timeScale: 10 },
  ],
  quick: [{ count: 20, timeScale: 20 }],
};
const QUICK_PHASES = [CREATE, NO_CHANGE, DESTROY];

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
