import { BASELINES } from "./baselines";
import { drawsOf, FLOORS } from "./draws";
import { accountOf } from "./machine";
import { operate } from "./operator";
import { type Many, type Series, seriesOf } from "./series";
import { machineFor, replace, STRATEGIES, TERMINATE_FIRST } from "./strategies";

/** The names of all series, in the order of the tables. */
export const NAMES: readonly string[] = [...STRATEGIES, ...BASELINES].map((it) => it.name);

export async function measured(name: string, runs: number): Promise<Series> {
  const strategy = STRATEGIES.find((it) => it.name === name);
  const baseline = BASELINES.find((it) => it.name === name);
  const machine = await machineFor(strategy ?? TERMINATE_FIRST);
  const one: Many["one"] = async (seed) => {
    const draws = drawsOf(seed);
    const replaced =
      baseline === undefined
        ? await replace(machine, draws)
        : await operate(baseline, { account: accountOf(machine, draws), machine, draws });
    return { draws, replaced };
  };
  return seriesOf({
    name,
    isOurs: baseline === undefined,
    floor: FLOORS[strategy?.name ?? TERMINATE_FIRST.name],
    runs,
    one,
  });
}
